/* SPDX-License-Identifier: BSD-2-Clause */
/* tcx.c - see tcx.h */
#include "tcx.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"

/* enum bpf_attach_type, of which older headers do not know the end */
#define TCX_AT_INGRESS 46
#define TCX_AT_EGRESS  47

/* more than the kernel puts into one message of a dump */
#define TCX_NETLINK_BYTES 32768

/* How long the programs stay attached when nobody needs them, at least */
#define TCX_IDLE_NS (5 * NS_PER_S)

/* @progs:   at the ingress and at the egress
 * @ifindex: of @n interfaces; @fds: links, two of each, or -1
 * Under @lock, since tcx_on_demand():
 * @n_held:    who needs the programs
 * @free_ns:   when the last of them went
 * @is_called: somebody waits for them
 */
struct tcx {
	int progs[2];
	int n;
	unsigned ifindex[TCX_LINKS_MAX];
	int fds[2 * TCX_LINKS_MAX];
	bool has_thread;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	uint64_t free_ns;
	uint32_t n_held;
	bool is_called;
	bool is_on;
	bool has_failed;
	bool is_stopping;
};

static int tcx_say_nothing(enum libbpf_print_level level, const char *format,
			   va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
}

void tcx_quiet(void)
{
	(void)libbpf_set_print(tcx_say_nothing);
}

/* The links keep the numbers of their first descriptors, which are lower than
 * those of any connection: what a process has left open when it dies is closed
 * from the highest number down, and no socket may outlive the programs.
 */
static int tcx_put(int fd, int *number)
{
	int err = 0;

	if (*number < 0) {
		*number = fd;
		return 0;
	}
	if (dup3(fd, *number, O_CLOEXEC) < 0)
		err = -errno;
	fd_close(&fd);
	return err;
}

/* The egress first: with the ingress the kernel waits for a grace period, after
 * which nothing leaves that has not passed the egress. An interface that has
 * gone needs no program.
 */
static int tcx_link(struct tcx *t, int i)
{
	int at, fd, err;

	for (at = TCX_AT_EGRESS; at >= TCX_AT_INGRESS; at--) {
		fd = bpf_link_create(t->progs[at - TCX_AT_INGRESS],
				     (int)t->ifindex[i],
				     (enum bpf_attach_type)at, NULL);
		if (fd < 0)
			return fd == -ENODEV ? 0 : fd;
		err = tcx_put(fd, &t->fds[2 * i + at - TCX_AT_INGRESS]);
		if (err)
			return err;
	}
	return 0;
}

/* Another descriptor keeps the number. */
static void tcx_unlink_all(struct tcx *t)
{
	int i;

	for (i = 0; i < 2 * t->n; i++)
		if (t->fds[i] >= 0)
			(void)dup3(t->progs[0], t->fds[i], O_CLOEXEC);
}

static int tcx_link_all(struct tcx *t)
{
	int i, err = 0;

	for (i = 0; !err && i < t->n; i++)
		err = tcx_link(t, i);
	if (err)
		tcx_unlink_all(t);
	return err;
}

/* Does it belong to another interface (a bridge, a bond)? @bytes: attributes */
static bool tcx_has_master(const char *bytes, size_t len)
{
	struct rtattr a;

	while (len >= sizeof(a)) {
		memcpy(&a, bytes, sizeof(a));
		if (a.rta_len < sizeof(a) || a.rta_len > len)
			return false;
		if (a.rta_type == IFLA_MASTER)
			return true;
		if (RTA_ALIGN(a.rta_len) >= len)
			return false;
		bytes += RTA_ALIGN(a.rta_len);
		len -= RTA_ALIGN(a.rta_len);
	}
	return false;
}

/* @bytes: an ifinfomsg with its attributes */
static void tcx_consider(struct tcx *t, const char *bytes, size_t len)
{
	const size_t head = NLMSG_ALIGN(sizeof(struct ifinfomsg));
	struct ifinfomsg info;

	if (len < head || t->n >= TCX_LINKS_MAX)
		return;
	memcpy(&info, bytes, sizeof(info));
	if ((info.ifi_type != ARPHRD_ETHER &&
	     info.ifi_type != ARPHRD_LOOPBACK) ||
	    tcx_has_master(bytes + head, len - head))
		return;
	t->ifindex[t->n++] = (unsigned)info.ifi_index;
}

/* Return: 0 there is more, 1 that was all, or -errno */
static int tcx_read(struct tcx *t, int nl_fd)
{
	char bytes[TCX_NETLINK_BYTES];
	ssize_t n = recv(nl_fd, bytes, sizeof(bytes), 0);
	size_t at = 0, len = n < 0 ? 0 : (size_t)n;
	struct nlmsghdr m;

	if (n < 0)
		return -errno;
	while (at + NLMSG_HDRLEN <= len) {
		memcpy(&m, bytes + at, sizeof(m));
		if (m.nlmsg_type == NLMSG_DONE)
			return 1;
		if (m.nlmsg_type == NLMSG_ERROR || m.nlmsg_len < NLMSG_HDRLEN ||
		    m.nlmsg_len > len - at)
			return -EIO;
		if (m.nlmsg_type == RTM_NEWLINK)
			tcx_consider(t, bytes + at + NLMSG_HDRLEN,
				     m.nlmsg_len - NLMSG_HDRLEN);
		at += NLMSG_ALIGN(m.nlmsg_len);
	}
	return 0;
}

static int tcx_find(struct tcx *t)
{
	struct {
		struct nlmsghdr h;
		struct ifinfomsg info;
	} ask = { { sizeof(ask), RTM_GETLINK, NLM_F_REQUEST | NLM_F_DUMP, 1,
		    0 },
		  { .ifi_family = AF_UNSPEC } };
	int nl_fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int err = 0;

	if (nl_fd < 0 || send(nl_fd, &ask, sizeof(ask), 0) < 0)
		err = -errno;
	while (!err)
		err = tcx_read(t, nl_fd);
	fd_close(&nl_fd);
	if (err < 0)
		return err;
	return t->n ? 0 : -ENODEV;
}

int tcx_attach(int ingress_fd, int egress_fd, struct tcx **ret)
{
	struct tcx *t = calloc(1, sizeof(*t));
	int i, err;

	if (!t)
		return -ENOMEM;
	t->progs[0] = ingress_fd;
	t->progs[1] = egress_fd;
	for (i = 0; i < 2 * TCX_LINKS_MAX; i++)
		t->fds[i] = -1;
	err = tcx_find(t);
	if (!err)
		err = tcx_link_all(t);
	if (err) {
		tcx_detach(t);
		return err;
	}
	t->is_on = true;
	*ret = t;
	return 0;
}

/* Attach or detach: milliseconds for each link. */
static void tcx_change(struct tcx *t)
{
	bool is_on = t->is_on;
	int err = 0;

	/* whoever comes meanwhile has to wait */
	t->is_on = false;
	pthread_mutex_unlock(&t->lock);
	if (is_on)
		tcx_unlink_all(t);
	else
		err = tcx_link_all(t);
	if (err)
		log_info("no fast path any more: %s", strerror(-err));
	pthread_mutex_lock(&t->lock);
	if (is_on)
		return;
	t->is_on = !err;
	t->has_failed = err;
	t->is_called = false;
	t->free_ns = clock_ns();
}

static bool tcx_is_due(const struct tcx *t)
{
	if (t->is_on)
		return !t->n_held && clock_ns() - t->free_ns >= TCX_IDLE_NS;
	return (t->n_held || t->is_called) && !t->has_failed;
}

static void *tcx_main(void *arg)
{
	struct tcx *t = arg;

	(void)pthread_setname_np(pthread_self(), TCX_NAME);
	pthread_mutex_lock(&t->lock);
	while (!t->is_stopping) {
		const struct timespec until =
			clock_timespec(clock_ns() + TCX_IDLE_NS);

		if (tcx_is_due(t))
			tcx_change(t);
		else if (t->is_on)
			pthread_cond_timedwait(&t->changed, &t->lock, &until);
		else
			pthread_cond_wait(&t->changed, &t->lock);
	}
	pthread_mutex_unlock(&t->lock);
	return NULL;
}

void tcx_on_demand(struct tcx *t)
{
	pthread_condattr_t attr;
	int err;

	pthread_mutex_init(&t->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&t->changed, &attr);
	pthread_condattr_destroy(&attr);
	err = pthread_create(&t->thread, NULL, tcx_main, t);
	if (err) {
		pthread_cond_destroy(&t->changed);
		pthread_mutex_destroy(&t->lock);
		log_info("programs stay at the interfaces: %s", strerror(err));
		return;
	}
	t->has_thread = true;
}

static bool tcx_claim(struct tcx *t, bool has_time)
{
	bool is_on;

	if (!t->has_thread)
		return true;
	pthread_mutex_lock(&t->lock);
	is_on = t->is_on;
	if (is_on || has_time)
		t->n_held++;
	if (!is_on && !t->is_called) {
		t->is_called = true;
		pthread_cond_signal(&t->changed);
	}
	pthread_mutex_unlock(&t->lock);
	return is_on;
}

bool tcx_hold(struct tcx *t)
{
	return tcx_claim(t, false);
}

void tcx_hold_soon(struct tcx *t)
{
	(void)tcx_claim(t, true);
}

void tcx_drop(struct tcx *t)
{
	if (!t->has_thread)
		return;
	pthread_mutex_lock(&t->lock);
	if (!--t->n_held)
		t->free_ns = clock_ns();
	pthread_mutex_unlock(&t->lock);
}

void tcx_detach(struct tcx *t)
{
	int i;

	if (!t)
		return;
	if (t->has_thread) {
		pthread_mutex_lock(&t->lock);
		t->is_stopping = true;
		pthread_cond_signal(&t->changed);
		pthread_mutex_unlock(&t->lock);
		pthread_join(t->thread, NULL);
		pthread_cond_destroy(&t->changed);
		pthread_mutex_destroy(&t->lock);
	}
	for (i = 0; i < 2 * t->n; i++)
		fd_close(&t->fds[i]);
	free(t);
}

int tcx_count(const struct tcx *t)
{
	return t ? 2 * t->n : 0;
}
