/* SPDX-License-Identifier: BSD-2-Clause */
/* codecs.c - each codec a thousand times, for callgrind to count
 *
 * Under valgrind --tool=callgrind every section ends with a dump that has the
 * section's name; without valgrind nothing is counted.
 */
#include <stdio.h>
#include <string.h>

#include <valgrind/callgrind.h>

#include "wire/csum.h"
#include "wire/pp1.h"
#include "wire/pp2.h"
#include "wire/spp.h"
#include "wire/tcp.h"
#include "wire/toa.h"

enum {
	TIMES = 1000,
	BLOCK = 1460,
	TLV_LEN = 20
};

static const struct endpoint client4 = {
	.addr = { .family = IP_V4, .bytes = { 203, 0, 113, 57 } },
	.port = 53859,
};
static const struct endpoint server4 = {
	.addr = { .family = IP_V4, .bytes = { 198, 51, 100, 1 } },
	.port = 10000,
};
static const struct endpoint client6 = {
	.addr = { .family = IP_V6, .bytes = { 0x20, 1, 0xd, 0xb8, [15] = 7 } },
	.port = 53859,
};
static const struct endpoint server6 = {
	.addr = { .family = IP_V6, .bytes = { 0x20, 1, 0xd, 0xb8, [15] = 1 } },
	.port = 10000,
};

/* What a section works on. The compiler must believe that anybody may have
 * changed it since, or it would lift the work out of the loop.
 */
static struct work {
	uint8_t hdr[2048];
	size_t len;
	struct pp_hdr pp;
	struct toa_option toa;
	struct wire_err err;
	uint32_t sum;
	unsigned failed;
} w;

static void touch(void)
{
	__asm__ volatile("" : : : "memory");
}

static void pp1_make(void)
{
	w.len = pp1_encode(w.hdr, &client4, &server4);
}

static void pp1_read(void)
{
	w.failed += pp1_decode(w.hdr, w.len, &w.pp, &w.err) != WIRE_OK;
}

static void pp2_make4(void)
{
	w.len = pp2_encode(w.hdr, PP_PROTO_STREAM, &client4, &server4, false);
}

static void pp2_make6(void)
{
	w.len = pp2_encode(w.hdr, PP_PROTO_STREAM, &client6, &server6, false);
}

static void pp2_make_tlvs(void)
{
	static const uint8_t id[TLV_LEN] = { 1, 2, 3 };
	static const struct pp2_tlv tlvs[] = {
		{ .type = 0x05, .len = TLV_LEN, .value = id },
		{ .type = 0xe0, .len = TLV_LEN, .value = id },
	};
	const struct pp2_extra extra = { .tlvs = tlvs,
					 .n = ARRAY_SIZE(tlvs),
					 .want_crc = true };

	w.len = pp2_encode_tlvs(w.hdr, sizeof(w.hdr), PP_PROTO_STREAM, &client6,
				&server6, &extra);
}

static void pp2_read(void)
{
	w.failed += pp2_decode(w.hdr, w.len, 0, &w.pp, &w.err) != WIRE_OK;
}

static void spp_make(void)
{
	spp_encode(w.hdr, &client6, &server6);
	w.len = SPP_HDR_LEN;
}

static void spp_read(void)
{
	w.failed += spp_decode(w.hdr, w.len, &w.pp, &w.err) != WIRE_OK;
}

static void toa_make(void)
{
	w.len = toa_encode(200, &client4, w.hdr);
}

static void toa_read(void)
{
	const struct tcp_opt opt = { .kind = w.hdr[0],
				     .len = TOA_LEN_V4 - 2,
				     .data = w.hdr + 2 };

	w.failed += toa_decode(&opt, 0, &w.toa, &w.err) != WIRE_OK;
}

static void sum_block(void)
{
	struct csum c = { 0 };

	csum_update(&c, w.hdr, BLOCK);
	w.sum += csum_fold(&c);
}

static void crc_block(void)
{
	w.sum += crc32c(0, w.hdr, BLOCK);
}

/* A section that reads has the header of the one before it. */
static const struct section {
	const char *name;
	void (*run)(void);
} sections[] = {
	{ "pp1 encode", pp1_make },
	{ "pp1 decode", pp1_read },
	{ "pp2 encode, IPv4", pp2_make4 },
	{ "pp2 decode, IPv4", pp2_read },
	{ "pp2 encode, IPv6", pp2_make6 },
	{ "pp2 decode, IPv6", pp2_read },
	{ "pp2 encode, 2 TLVs and CRC", pp2_make_tlvs },
	{ "pp2 decode, 2 TLVs and CRC", pp2_read },
	{ "spp encode", spp_make },
	{ "spp decode", spp_read },
	{ "toa encode", toa_make },
	{ "toa decode", toa_read },
	{ "checksum of 1460 bytes", sum_block },
	{ "crc32c of 1460 bytes", crc_block },
};

int main(void)
{
	size_t i;
	int k;

	for (i = 0; i < ARRAY_SIZE(sections); i++) {
		/* tables that the first call fills are not its cost */
		sections[i].run();
		CALLGRIND_ZERO_STATS;
		for (k = 0; k < TIMES; k++) {
			sections[i].run();
			touch();
		}
		CALLGRIND_DUMP_STATS_AT(sections[i].name);
	}
	if (w.failed != 0 || w.len == 0) {
		(void)fprintf(stderr, "count_codecs: %u decodes failed\n",
			      w.failed);
		return 1;
	}
	return 0;
}
