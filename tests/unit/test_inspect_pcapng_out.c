/* SPDX-License-Identifier: BSD-2-Clause */
/* test_inspect_pcapng_out.c - what is written is read again, comments and all,
 * in both byte orders
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "pcapng_out.h"

static char *file;
static size_t file_len;

/* What stands in @file: comments one behind the other, "|" after each packet */
static void read_back(char *out, size_t cap, unsigned *ret_frames)
{
	const uint8_t *buf = (const uint8_t *)file;
	size_t at = 0, used, used_at = 0;
	struct capfile cf;
	struct frame f;

	*ret_frames = 0;
	out[0] = '\0';
	capfile_init(&cf);
	cf.want_blocks = true;
	for (;;) {
		enum capfile_status st =
			capfile_next(&cf, buf + at, file_len - at, &used, &f);
		const uint8_t *p, *end;
		struct capfile_opt opt;

		if (st != CAPFILE_FRAME && st != CAPFILE_OTHER)
			break;
		used_at = at;
		at += used;
		if (st != CAPFILE_FRAME)
			continue;
		++*ret_frames;
		capfile_opts(&cf, buf + used_at, used, &p, &end);
		while (capfile_opt_next(&cf, &p, end, &opt))
			if (opt.code == CAPFILE_OPT_COMMENT)
				(void)snprintf(out + strlen(out),
					       cap - strlen(out), "%.*s;",
					       opt.len,
					       (const char *)opt.value);
		(void)strncat(out, "|", cap - strlen(out) - 1);
	}
	CU_ASSERT_EQUAL(at, file_len);
	CU_ASSERT(capfile_has_end(&cf, file_len - at));
	capfile_fini(&cf);
}

static void test_packets_with_comments(void)
{
	static struct pcapng_comments c;
	const uint8_t data[] = { 1, 2, 3, 4, 5 };
	struct frame f = { .data = data, .wire_len = 99, .ts_ns = 1234567891 };
	char said[512];
	unsigned frames, i;
	FILE *out = open_memstream(&file, &file_len);

	pcapng_put_section(out, "tp-inspect");
	pcapng_put_iface(out, 1, 0);
	for (i = 0; i <= sizeof(data); i++) {
		f.cap_len = i;
		c.count = i > 2 ? 2 : i;
		(void)snprintf(c.text[0], PCAPNG_COMMENT_MAX, "len %u", i);
		(void)snprintf(c.text[1], PCAPNG_COMMENT_MAX, "more");
		pcapng_put_packet(out, &f, 0, &c);
	}
	(void)fclose(out);
	read_back(said, sizeof(said), &frames);
	CU_ASSERT_EQUAL(frames, 6);
	CU_ASSERT_STRING_EQUAL(said, "|len 1;|len 2;more;|len 3;more;|len 4;"
				     "more;|len 5;more;|");
	free(file);
}

/* The same blocks, written by hand, big-endian: section, interface, packets
 * without and with options, and one that has no room for any.
 */
static const char big_endian[] =
	"0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c"
	"00000001 00000014 0001 0000 00000000 00000014"
	"00000006 00000024 00000000 00000000 00000001 00000003 00000003 "
	"aabbcc00 00000024"
	"00000006 00000030 00000000 00000000 00000002 00000003 00000003 "
	"aabbcc00 0001 0003 6f6c6400 0000 0000 00000030"
	"00000003 00000014 00000003 aabbcc00 00000014";

static void test_blocks_get_comments(void)
{
	static struct pcapng_comments c = { .count = 1, .text = { "new" } };
	uint8_t in[256];
	size_t len = unhex(big_endian, in, sizeof(in)), at = 0, used;
	struct capfile cf;
	struct frame f;
	char said[128];
	unsigned frames;
	FILE *out = open_memstream(&file, &file_len);

	capfile_init(&cf);
	cf.want_blocks = true;
	for (; at < len; at += used) {
		enum capfile_status st =
			capfile_next(&cf, in + at, len - at, &used, &f);

		CU_ASSERT_FATAL(st == CAPFILE_FRAME || st == CAPFILE_OTHER);
		if (st == CAPFILE_FRAME)
			pcapng_put_commented(out, &cf, in + at, used, &f, &c);
		else
			(void)fwrite(in + at, 1, used, out);
	}
	CU_ASSERT(cf.is_swapped);
	capfile_fini(&cf);
	(void)fclose(out);
	read_back(said, sizeof(said), &frames);
	CU_ASSERT_EQUAL(frames, 3);
	CU_ASSERT_STRING_EQUAL(said, "new;|new;old;|new;|");
	free(file);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "packets with comments", test_packets_with_comments },
		{ "blocks get comments", test_blocks_get_comments },
	};

	return unit_main("inspect_pcapng_out", tests,
			 sizeof(tests) / sizeof(tests[0]));
}
