/* SPDX-License-Identifier: BSD-2-Clause */
/* status.c - the command status: how a reader or writer was loaded */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "attach.h"
#include "base/clock.h"
#include "base/exitcode.h"
#include "base/fd.h"
#include "base/json.h"
#include "base/log.h"
#include "commands.h"
#include "place.h"
#include "wire/wire.h"

#define TRUST_TEXT_MAX 64
#define MAPPED_BITS    96

static const char *trust_text(const struct toa_trust_key *k,
			      char out[TRUST_TEXT_MAX])
{
	struct ip_addr a = ip_addr_v6(k->addr);
	unsigned bits = k->prefix_bits;
	char text[IP_ADDR_TEXT_MAX];

	if (!bits)
		return "any";
	if (ip_addr_is_mapped(&a) && bits >= MAPPED_BITS) {
		a = ip_addr_unmap(&a);
		bits -= MAPPED_BITS;
	}
	(void)snprintf(out, TRUST_TEXT_MAX, "%s/%u", ip_addr_format(&a, text),
		       bits);
	return out;
}

/* Call for each trusted prefix of the reader in @dir, in the trie's order. */
static int trust_each(const char *dir, void (*fn)(void *ctx, const char *text),
		      void *ctx)
{
	struct toa_trust_key key, next;
	char text[TRUST_TEXT_MAX];
	bool is_first = true;
	int fd = -1, err, n;

	err = attach_open(dir, "trust", &fd);
	if (err)
		return err;
	for (n = 0; n < TOA_TRUST_MAX; n++) {
		if (bpf_map_get_next_key(fd, is_first ? NULL : &key, &next))
			break;
		fn(ctx, trust_text(&next, text));
		key = next;
		is_first = false;
	}
	fd_close(&fd);
	return 0;
}

static void trust_json(void *ctx, const char *text)
{
	json_str(ctx, NULL, text);
}

static void trust_line(void *ctx, const char *text)
{
	(void)ctx;
	(void)printf(" %s", text);
}

static const struct {
	const char *name;
	uint32_t place;
} places[] = {
	{ "ack", TOA_PLACE_ACK },
	{ "data", TOA_PLACE_DATA },
	{ "syn", TOA_PLACE_SYN },
};

static int status_json(const struct toa_config *c, const char *dir,
		       const struct toa_setup *s)
{
	static char buf[TOA_TRUST_MAX * TRUST_TEXT_MAX + 4096];
	char loaded[CLOCK_TEXT_MAX];
	struct json j;
	size_t i;
	int err = 0;

	json_open(&j, buf, sizeof(buf), "toa-status");
	json_str(&j, "side", c->is_writer ? "writer" : "reader");
	json_str(&j, "loaded", clock_format_utc(s->loaded_ms, loaded));
	json_str(&j, "cgroup", s->cgroup);
	json_u64(&j, "cgroup_id", s->cgroup_id);
	json_str(&j, "pin", dir);
	if (c->is_writer) {
		json_i64(&j, "uid", s->uid);
	} else {
		json_begin(&j, "kinds", '[');
		for (i = 0; i < TOA_KINDS_MAX && s->kinds[i]; i++)
			json_u64(&j, NULL, s->kinds[i]);
		json_end(&j);
		json_begin(&j, "from", '[');
		for (i = 0; i < ARRAY_SIZE(places); i++) {
			if (s->place & places[i].place)
				json_str(&j, NULL, places[i].name);
		}
		json_end(&j);
		json_begin(&j, "trust", '[');
		err = trust_each(dir, trust_json, &j);
		json_end(&j);
	}
	(void)json_write(&j, stdout);
	return err;
}

static int status_text(const struct toa_config *c, const char *dir,
		       const struct toa_setup *s)
{
	char loaded[CLOCK_TEXT_MAX];
	size_t i;
	int err;

	(void)printf("%s loaded %s\n", c->is_writer ? "writer" : "reader",
		     clock_format_utc(s->loaded_ms, loaded));
	(void)printf("cgroup   %s\n", s->cgroup);
	(void)printf("pinned   %s\n", dir);
	if (c->is_writer) {
		if (s->uid < 0)
			(void)printf("serves   every user\n");
		else
			(void)printf("serves   user %d\n", s->uid);
		return 0;
	}
	(void)printf("kinds   ");
	for (i = 0; i < TOA_KINDS_MAX && s->kinds[i]; i++)
		(void)printf(" %u", s->kinds[i]);
	(void)printf("\nfrom    ");
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		if (s->place & places[i].place)
			(void)printf(" %s", places[i].name);
	}
	(void)printf("\ntrusts  ");
	err = trust_each(dir, trust_line, NULL);
	(void)printf("\n");
	return err;
}

int status_command(const struct toa_config *c)
{
	char dir[PLACE_PATH_MAX];
	struct toa_setup setup;
	int err;

	attach_quiet();
	err = place_set_dir(c->pin_dir, c->is_writer, c->instance, dir);
	if (!err)
		err = attach_setup_get(dir, &setup);
	if (err == -ENOENT) {
		log_info("no %s is loaded in %s",
			 c->is_writer ? "writer" : "reader", dir);
		return EXIT_INCONCLUSIVE;
	}
	if (!err)
		err = c->is_json ? status_json(c, dir, &setup)
				 : status_text(c, dir, &setup);
	if (err) {
		log_error("%s: %s", dir, strerror(-err));
		return EXIT_IO;
	}
	return EXIT_OK;
}
