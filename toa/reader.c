/* SPDX-License-Identifier: BSD-2-Clause */
/* reader.c - see reader.h */
#include "reader.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#include <reader.skel.h>

#include "base/exitcode.h"
#include "base/log.h"
#include "load.h"
#include "wire/toa.h"

#define MAPPED_BITS 96 /* of ::ffff:0:0/96 */

/* What each length of the wanted kinds means. */
static void layouts_fill(const struct toa_config *c, uint8_t *layouts)
{
	size_t i;
	unsigned len;

	for (i = 0; i < c->n_kinds; i++) {
		uint8_t *row =
			layouts + ((size_t)c->kinds[i] << TOA_LAYOUT_BITS);

		for (len = 0; len < 1U << TOA_LAYOUT_BITS; len++)
			row[len] = (uint8_t)toa_layout_find(c->kinds[i],
							    (uint8_t)len);
	}
}

static int trust_add(int fd, const struct cidr *cidr)
{
	struct toa_trust_key key = { .prefix_bits = cidr->len };
	uint8_t yes = 1;

	if (cidr->addr.family == IP_V4)
		key.prefix_bits += MAPPED_BITS;
	ip_addr_map(&cidr->addr, key.addr);
	return bpf_map_update_elem(fd, &key, &yes, BPF_ANY) ? -errno : 0;
}

static int trust_fill(const struct toa_config *c, struct bpf_object *obj)
{
	static const struct cidr any = { .addr = { .family = IP_V6 } };
	static const struct cidr loopback[] = {
		{ { IP_V4, { 127 } }, 8 },
		{ { IP_V6, { [15] = 1 } }, 128 },
	};
	struct bpf_map *map = bpf_object__find_map_by_name(obj, "trust");
	int err = 0, fd;
	size_t i;

	if (!map)
		return -ENOENT;
	fd = bpf_map__fd(map);
	if (c->is_trust_any)
		return trust_add(fd, &any);
	for (i = 0; i < ARRAY_SIZE(loopback) && !err; i++)
		err = trust_add(fd, &loopback[i]);
	for (i = 0; i < c->trust.n && !err; i++)
		err = trust_add(fd, &c->trust.items[i]);
	return err;
}

int reader_load(const struct toa_config *c)
{
	struct reader_bpf *skel = NULL;
	struct load l;
	int status;

	status = load_begin(&l, c);
	if (status != EXIT_OK)
		goto out;
	skel = reader_bpf__open();
	if (!skel) {
		log_error("opening the reader: %s", strerror(errno));
		status = EXIT_IO;
		goto out;
	}
	layouts_fill(c, skel->rodata->layouts);
	skel->rodata->places = c->places;
	status = load_object(&l, skel->obj, trust_fill);
	if (status == EXIT_OK && !c->is_trust_any && !c->trust.n)
		log_warn("no --trust: only peers on loopback are believed");
	if (status == EXIT_OK && c->is_trust_any)
		log_warn("--trust any: whoever reaches a port can name any "
			 "client");
out:
	reader_bpf__destroy(skel);
	load_end(&l);
	return status;
}
