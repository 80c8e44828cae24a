/* SPDX-License-Identifier: BSD-2-Clause */
/* list.c - the command list: walks the reader's connections in the kernel */
#include "commands.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <list.skel.h>

#include "attach.h"
#include "base/exitcode.h"
#include "base/fd.h"
#include "base/json.h"
#include "base/log.h"
#include "place.h"
#include "wire/bytes.h"

/* Lines are written while the kernel is read: few at a time. */
#define CONNS_AT_A_TIME 64

static const char *place_name(unsigned place)
{
	switch (place) {
	case TOA_PLACE_SYN:
		return "syn";
	case TOA_PLACE_ACK:
		return "ack";
	case TOA_PLACE_DATA:
		return "data";
	default:
		return "?";
	}
}

static const char *side_text(const unsigned char addr[16],
			     const unsigned char port[2],
			     char out[ENDPOINT_TEXT_MAX])
{
	struct ip_addr a = ip_addr_v6(addr);
	struct endpoint e = { ip_addr_unmap(&a), get_be16(port) };

	return endpoint_format(&e, out);
}

static void conn_print(const struct toa_conn *c, bool is_json)
{
	char client[ENDPOINT_TEXT_MAX], peer[ENDPOINT_TEXT_MAX];
	char local[ENDPOINT_TEXT_MAX], buf[512];
	struct json j;
	size_t len;

	(void)side_text(c->addr, c->port, client);
	(void)side_text(c->peer, c->peer_port, peer);
	(void)side_text(c->local, c->local_port, local);
	if (!is_json) {
		(void)printf("%s via %s to %s kind %u from %s\n", client, peer,
			     local, c->kind, place_name(c->place));
		return;
	}
	json_init(&j, buf, sizeof(buf));
	json_begin(&j, NULL, '{');
	json_u64(&j, "v", 1);
	json_str(&j, "type", "toa-conn");
	json_str(&j, "client", client);
	json_str(&j, "peer", peer);
	json_str(&j, "local", local);
	json_u64(&j, "kind", c->kind);
	json_str(&j, "from", place_name(c->place));
	json_bool(&j, "has_port", c->has_port);
	json_str(&j, "socket", c->is_v6_sock ? "AF_INET6" : "AF_INET");
	json_end(&j);
	if (json_line(&j, &len))
		(void)fputs(buf, stdout);
}

/* The kernel writes whole records, but not as many as fit. */
static int conns_read(int fd, bool is_json)
{
	struct toa_conn conns[CONNS_AT_A_TIME];
	size_t have = 0, i;

	for (;;) {
		ssize_t n =
			read(fd, (char *)conns + have, sizeof(conns) - have);

		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (n <= 0)
			return n < 0 ? -errno : 0;
		have += (size_t)n;
		for (i = 0; i < have / sizeof(conns[0]); i++)
			conn_print(&conns[i], is_json);
		have -= i * sizeof(conns[0]);
		memmove(conns, (char *)conns + i * sizeof(conns[0]), have);
	}
}

static int conns_walk(int map_fd, bool is_json)
{
	union bpf_iter_link_info info = { .map = { .map_fd = (__u32)map_fd } };
	struct bpf_iter_attach_opts opts;
	struct list_bpf *skel = list_bpf__open_and_load();
	struct bpf_link *link = NULL;
	int fd = -1, err = 0;

	if (!skel)
		return -errno;
	/* libbpf refuses padding that is not zero */
	memset(&opts, 0, sizeof(opts));
	opts.sz = sizeof(opts);
	opts.link_info = &info;
	opts.link_info_len = sizeof(info);
	link = bpf_program__attach_iter(skel->progs.list_conns, &opts);
	if (link)
		fd = bpf_iter_create(bpf_link__fd(link));
	if (!link || fd < 0)
		err = -errno;
	if (!err)
		err = conns_read(fd, is_json);
	fd_close(&fd);
	(void)bpf_link__destroy(link);
	list_bpf__destroy(skel);
	return err;
}

int list_command(const struct toa_config *c)
{
	char dir[PLACE_PATH_MAX];
	int fd = -1, err;

	attach_quiet();
	err = place_set_dir(c->pin_dir, false, c->instance, dir);
	if (!err)
		err = attach_open(dir, "conns", &fd);
	if (err == -ENOENT) {
		log_info("no reader is loaded in %s", dir);
		return EXIT_INCONCLUSIVE;
	}
	if (!err) {
		err = conns_walk(fd, c->is_json);
		fd_close(&fd);
	}
	if (err) {
		log_error(
			"list: %s%s", strerror(-err),
			err == -EPERM || err == -EACCES
				? " (it takes root, or CAP_BPF, CAP_NET_ADMIN "
				  "and CAP_PERFMON)"
				: "");
		return EXIT_IO;
	}
	return EXIT_OK;
}
