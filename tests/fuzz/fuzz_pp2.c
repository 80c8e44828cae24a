/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_pp2.c - the PROXY v2 header, its TLVs, and writing it back */
#include "fuzz.h"
#include "wire/bytes.h"
#include "wire/pp2.h"

#define TLVS_MAX     64
#define PREFIXES_MAX 600

/* Bit by bit, so that no table is shared with the code under test. */
static uint32_t slow_crc32c(const uint8_t *p, size_t len)
{
	uint32_t crc = 0xffffffff;
	size_t i;
	int bit;

	for (i = 0; i < len; i++) {
		crc ^= p[i];
		for (bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
	}
	return ~crc;
}

/* Return: TLVs of @h, at most TLVS_MAX of them in @tlvs */
static size_t walk(const struct pp_hdr *h, struct pp2_tlv *tlvs)
{
	const uint8_t *cursor = h->tlv;
	size_t left = h->tlv_len, n = 0;
	struct wire_err err;
	struct pp2_tlv tlv;
	enum wire_status st;

	while ((st = pp2_tlv_next(&cursor, &left, &tlv, &err)) == WIRE_OK) {
		struct pp2_ssl ssl;

		ASSERT(!tlv.value == !tlv.len);
		if (tlv.type == PP2_TLV_SSL)
			ASSERT(pp2_ssl_decode(&tlv, &ssl, &err) == WIRE_OK);
		if (n < TLVS_MAX)
			tlvs[n] = tlv;
		n++;
	}
	ASSERT(st == WIRE_SHORT && left == 0);
	return n;
}

/* A header of two IP addresses, written again, is the same bytes: unless both
 * are v4-mapped, which we write as IPv4, or its CRC32C is not the last TLV.
 */
static void check_encode(const struct pp_hdr *h, const uint8_t *data)
{
	struct pp2_tlv tlvs[TLVS_MAX];
	struct pp2_extra extra = { .tlvs = tlvs };
	size_t cap = h->hdr_len, n;
	uint8_t *out;

	extra.n = walk(h, tlvs);
	if (!pp_has_client(h) || extra.n > TLVS_MAX ||
	    (ip_addr_is_mapped(&h->src.addr) &&
	     ip_addr_is_mapped(&h->dst.addr)))
		return;
	if (extra.n > 0 && h->note != ANOMALY_TLV_CRC_REPEATED &&
	    tlvs[extra.n - 1].type == PP2_TLV_CRC32C) {
		extra.n--;
		extra.want_crc = true;
	}
	out = malloc(cap);
	ASSERT(out);
	n = pp2_encode_tlvs(out, cap, h->proto, &h->src, &h->dst, &extra);
	ASSERT(n == cap && memcmp(out, data, n) == 0);
	ASSERT(pp2_encode_tlvs(out, cap - 1, h->proto, &h->src, &h->dst,
			       &extra) == 0);
	free(out);
}

static void check_ok(const struct pp_hdr *h, const uint8_t *data, size_t len)
{
	struct wire_err err;
	struct pp_hdr limited;

	ASSERT(h->hdr_len == PP2_FIXED_LEN + (size_t)get_be16(data + 14));
	ASSERT(h->hdr_len <= len);
	ASSERT(!h->tlv == !h->tlv_len);
	ASSERT(!h->tlv || h->tlv + h->tlv_len == data + h->hdr_len);
	ASSERT(!h->unix_src == (h->family != PP_FAMILY_UNIX));
	ASSERT(pp2_decode(data, len, h->hdr_len, &limited, &err) == WIRE_OK);
	ASSERT(pp2_decode(data, len, h->hdr_len - 1, &limited, &err) ==
	       WIRE_BAD);
	ASSERT(err.anomaly == ANOMALY_V2_LEN_LIMIT);
	check_encode(h, data);
}

/* With the right value in its place a wrong CRC32C is no reason any more. */
static void check_crc(const uint8_t *data, size_t len, uint32_t off)
{
	size_t hdr_len = PP2_FIXED_LEN + (size_t)get_be16(data + 14);
	uint8_t *copy = fuzz_copy(data, len);
	struct wire_err err;
	struct pp_hdr h;

	put_be32(copy + off + 3, 0);
	put_be32(copy + off + 3, slow_crc32c(copy, hdr_len));
	if (pp2_decode(copy, len, 0, &h, &err) == WIRE_OK)
		check_ok(&h, copy, len);
	else
		ASSERT(err.anomaly != ANOMALY_TLV_CRC_MISMATCH);
	free(copy);
}

/* How many bytes settle the verdict @st. */
static size_t decided_at(enum wire_status st, const struct pp_hdr *h,
			 const struct wire_err *err, const uint8_t *data,
			 size_t len)
{
	if (st == WIRE_SHORT)
		return len + 1;
	if (st == WIRE_OK)
		return h->hdr_len;
	if (err->off < 14)
		return err->off + 1;
	if (err->off == 14)
		return PP2_FIXED_LEN;
	return PP2_FIXED_LEN + (size_t)get_be16(data + 14);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct wire_err err, err2;
	struct pp_hdr h, h2;
	enum wire_status st;
	size_t n, decided;

	st = pp2_decode(data, len, 0, &h, &err);
	decided = decided_at(st, &h, &err, data, len);
	if (st == WIRE_OK)
		check_ok(&h, data, len);
	else if (st == WIRE_BAD)
		ASSERT(err.anomaly != ANOMALY_NONE && err.off < len);
	if (st == WIRE_BAD && err.anomaly == ANOMALY_TLV_CRC_MISMATCH)
		check_crc(data, len, err.off);
	for (n = 0; n <= len && n <= PREFIXES_MAX; n++) {
		uint8_t *copy = fuzz_copy(data, n);

		if (n < decided) {
			ASSERT(pp2_decode(copy, n, 0, &h2, &err2) ==
			       WIRE_SHORT);
		} else {
			ASSERT(pp2_decode(copy, n, 0, &h2, &err2) == st);
			ASSERT(memcmp(&err, &err2, sizeof(err)) == 0);
		}
		free(copy);
	}
	return 0;
}
