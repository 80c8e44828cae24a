/* SPDX-License-Identifier: BSD-2-Clause */
/* list.c - the command list: walks the reader's connections in the kernel */
#include "commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "attach.h"
#include "base/exitcode.h"
#include "base/fd.h"
#include "base/json.h"
#include "base/log.h"
#include "place.h"
#include "walk.h"
#include "wire/bytes.h"

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

static void conn_print(void *ctx, const struct toa_conn *c)
{
	const bool *is_json = ctx;
	char client[ENDPOINT_TEXT_MAX], peer[ENDPOINT_TEXT_MAX];
	char local[ENDPOINT_TEXT_MAX], buf[512];
	struct json j;

	(void)side_text(c->addr, c->port, client);
	(void)side_text(c->peer, c->peer_port, peer);
	(void)side_text(c->local, c->local_port, local);
	if (!*is_json) {
		(void)printf("%s via %s to %s kind %u from %s\n", client, peer,
			     local, c->kind, place_name(c->place));
		return;
	}
	json_open(&j, buf, sizeof(buf), "toa-conn");
	json_str(&j, "client", client);
	json_str(&j, "peer", peer);
	json_str(&j, "local", local);
	json_u64(&j, "kind", c->kind);
	json_str(&j, "from", place_name(c->place));
	json_bool(&j, "has_port", c->has_port);
	json_str(&j, "socket", c->is_v6_sock ? "AF_INET6" : "AF_INET");
	(void)json_write(&j, stdout);
}

int list_command(const struct toa_config *c)
{
	char dir[PLACE_PATH_MAX];
	bool is_json = c->is_json;
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
		err = walk_conns(fd, conn_print, &is_json);
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
