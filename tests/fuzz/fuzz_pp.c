/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_pp.c - which header is it? The two readers that tell against the three
 * that only know one kind
 */
#include "fuzz.h"
#include "wire/pp1.h"
#include "wire/pp2.h"
#include "wire/spp.h"

#define LIMIT 4096

static bool hdr_eq(const struct pp_hdr *a, const struct pp_hdr *b)
{
	return a->version == b->version && a->cmd == b->cmd &&
	       a->family == b->family && a->proto == b->proto &&
	       a->crc == b->crc && endpoint_eq(&a->src, &b->src) &&
	       endpoint_eq(&a->dst, &b->dst) && a->unix_src == b->unix_src &&
	       a->unix_dst == b->unix_dst && a->tlv == b->tlv &&
	       a->tlv_len == b->tlv_len && a->hdr_len == b->hdr_len &&
	       a->note == b->note;
}

static void check_stream(const uint8_t *data, size_t len)
{
	struct wire_err err, err1, err2;
	struct pp_hdr h, h1, h2;
	enum wire_status st, st1, st2;

	st = pp_decode(data, len, LIMIT, &h, &err);
	st1 = pp1_decode(data, len, &h1, &err1);
	st2 = pp2_decode(data, len, LIMIT, &h2, &err2);
	/* no byte begins both */
	ASSERT(len == 0 || st1 == WIRE_BAD || st2 == WIRE_BAD);
	if (st == WIRE_OK)
		ASSERT(st1 == WIRE_OK ? hdr_eq(&h, &h1)
				      : st2 == WIRE_OK && hdr_eq(&h, &h2));
	if (st == WIRE_SHORT)
		ASSERT(st1 == WIRE_SHORT || st2 == WIRE_SHORT);
	if (st == WIRE_BAD)
		ASSERT(st1 == WIRE_BAD && st2 == WIRE_BAD && err.anomaly);
	if (st == WIRE_OK && h.version == 2)
		ASSERT(h.hdr_len <= LIMIT);
}

static void check_dgram(const uint8_t *data, size_t len)
{
	struct wire_err err, err_any;
	struct pp_hdr h, any;
	enum wire_status st;

	st = pp_decode_dgram(data, len, LIMIT, &any, &err_any);
	ASSERT(st != WIRE_SHORT);
	if (st == WIRE_BAD) {
		ASSERT(err_any.anomaly != ANOMALY_NONE);
		ASSERT(err_any.off <= len);
		ASSERT(pp2_decode(data, len, LIMIT, &h, &err) != WIRE_OK);
		ASSERT(spp_decode(data, len, &h, &err) != WIRE_OK);
		return;
	}
	ASSERT(any.hdr_len <= len);
	if (any.version == 0)
		ASSERT(spp_decode(data, len, &h, &err) == WIRE_OK);
	else
		ASSERT(pp2_decode(data, len, LIMIT, &h, &err) == WIRE_OK);
	ASSERT(hdr_eq(&h, &any));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	check_stream(data, len);
	check_dgram(data, len);
	return 0;
}
