/* SPDX-License-Identifier: BSD-2-Clause */
/* writer.c - see writer.h */
#include "writer.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include <writer.skel.h>

#include "base/exitcode.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/sock.h"
#include "load.h"

/* Linux 6.3 and later */
static bool has_port_range(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	uint32_t range;
	socklen_t len = sizeof(range);
	bool has = fd >= 0 && getsockopt(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE,
					 &range, &len) == 0;

	fd_close(&fd);
	return has;
}

int writer_load(const struct toa_config *c)
{
	struct writer_bpf *skel = NULL;
	struct load l;
	int status;

	status = load_begin(&l, c);
	if (status != EXIT_OK)
		goto out;
	skel = writer_bpf__open();
	if (!skel) {
		log_error("opening the writer: %s", strerror(errno));
		status = EXIT_IO;
		goto out;
	}
	skel->rodata->served_uid = c->uid;
	skel->rodata->has_port_range = has_port_range();
	status = load_object(&l, skel->obj, NULL);
	if (status == EXIT_OK && c->uid < 0)
		log_warn("no --user: every program of the cgroup can name any "
			 "client to origins that trust this machine");
out:
	writer_bpf__destroy(skel);
	load_end(&l);
	return status;
}
