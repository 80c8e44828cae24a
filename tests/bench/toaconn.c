/* SPDX-License-Identifier: BSD-2-Clause */
/* toaconn.c - processor time of a short connection to oneself, as a measure of
 * what programs attached to cgroups cost it.
 *
 * usage: toaconn LISTEN-CGROUP CONNECT-CGROUP off|toa|ack|apart|refused
 *
 * One thread connects, accepts, sends 64 bytes there and back and closes. The
 * listening socket is made in the one cgroup, the others in the other. Each of
 * these may have any port, as those of tp-proxy; with "toa" the same call gives
 * it a client, with "ack" one that the handshake's ACK alone is to carry, with
 * "apart" another call does, and with "refused" another call that the writer
 * refuses. Prints microseconds a connection: the first quartile of short
 * batches, which leaves out what others disturbed.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/sock.h"
#include "wire/toa_shim.h"

#define BATCHES 8
#define BATCH	50
#define BYTES	64

/* How a client is named */
enum naming {
	NAMING_OFF,
	NAMING_TOA,
	NAMING_ACK,
	NAMING_APART,
	NAMING_REFUSED,
	NAMINGS,
};

static const char *const namings[NAMINGS] = {
	[NAMING_OFF] = "off",	      [NAMING_TOA] = "toa",
	[NAMING_ACK] = "ack",	      [NAMING_APART] = "apart",
	[NAMING_REFUSED] = "refused",
};

static int cgroup_join(const char *path)
{
	char file[512];
	int fd, err = -1;

	(void)snprintf(file, sizeof(file), "%s/cgroup.procs", path);
	fd = open(file, O_WRONLY | O_CLOEXEC);
	if (fd >= 0 && write(fd, "0", 1) == 1)
		err = 0;
	else
		perror(file);
	if (fd >= 0)
		close(fd);
	return err;
}

static double cpu_us(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int listen_any(struct sockaddr_in *ret)
{
	socklen_t len = sizeof(*ret);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*ret = (struct sockaddr_in) { .sin_family = AF_INET };
	if (fd < 0 || bind(fd, (struct sockaddr *)ret, len) || listen(fd, 1) ||
	    getsockname(fd, (struct sockaddr *)ret, &len))
		return -1;
	return fd;
}

static bool pass(int from, int to)
{
	char buf[BYTES] = { 0 };

	return write(from, buf, sizeof(buf)) == BYTES &&
	       read(to, buf, sizeof(buf)) == BYTES;
}

/* What tp-proxy asks for on the origin's socket, in one call or two */
static int options_set(int fd, enum naming naming)
{
	static const unsigned all = SOCK_PORTS_ALL;
	struct toa_shim_ports in = {
		.shim = {
			.version = TOA_SHIM_VERSION,
			.kind = TOA_KIND_DEFAULT,
			.place = TOA_PLACE_ACK | TOA_PLACE_DATA,
			.family = 4,
			.port = { 4, 210 },
			.addr = { 192, 0, 2, 7 },
		},
		.ports = SOCK_PORTS_ALL,
	};
	bool is_one = naming == NAMING_TOA || naming == NAMING_ACK;
	bool is_refused;

	if (naming == NAMING_ACK)
		in.shim.place = TOA_PLACE_ACK;
	if (naming == NAMING_REFUSED)
		in.shim.family = 0;
	if (naming != NAMING_OFF) {
		is_refused = setsockopt(fd, TOA_SHIM_LEVEL, TOA_SHIM_OPT, &in,
					is_one ? sizeof(in) : sizeof(in.shim));
		if (is_refused != (naming == NAMING_REFUSED))
			return -1;
	}
	/* older kernels do not know it */
	if (!is_one)
		(void)setsockopt(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE, &all,
				 sizeof(all));
	return 0;
}

static int connection(int listener, const struct sockaddr_in *to,
		      enum naming naming)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int peer = -1, err = -1;
	char end;

	if (fd < 0)
		return -1;
	if (options_set(fd, naming))
		goto out;
	if (connect(fd, (const struct sockaddr *)to, sizeof(*to)))
		goto out;
	peer = accept(listener, NULL, NULL);
	if (peer < 0 || !pass(fd, peer) || !pass(peer, fd) ||
	    shutdown(fd, SHUT_WR) || read(peer, &end, 1))
		goto out;
	err = 0;
out:
	if (peer >= 0)
		close(peer);
	close(fd);
	return err;
}

static int compare(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static enum naming naming_find(const char *name)
{
	unsigned i;

	for (i = 0; i < NAMINGS; i++)
		if (strcmp(name, namings[i]) == 0)
			break;
	return (enum naming)i;
}

int main(int argc, char **argv)
{
	enum naming naming = argc == 4 ? naming_find(argv[3]) : NAMINGS;
	double us[BATCHES];
	struct sockaddr_in to;
	unsigned i, n;
	int listener;

	if (naming == NAMINGS) {
		(void)fputs("usage: toaconn LISTEN-CGROUP CONNECT-CGROUP "
			    "off|toa|ack|apart|refused\n",
			    stderr);
		return 2;
	}
	listener = cgroup_join(argv[1]) ? -1 : listen_any(&to);
	if (listener < 0 || cgroup_join(argv[2]))
		return 3;
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	for (i = 0; i < BATCHES; i++) {
		double begin = cpu_us();

		for (n = 0; n < BATCH; n++) {
			if (connection(listener, &to, naming)) {
				perror("toaconn");
				return 3;
			}
		}
		us[i] = (cpu_us() - begin) / BATCH;
	}
	qsort(us, BATCHES, sizeof(us[0]), compare);
	(void)printf("%.3f\n", us[BATCHES / 4]);
	close(listener);
	return 0;
}
