/* SPDX-License-Identifier: BSD-2-Clause */
/* pp2_encode.c - writes the PROXY v2 header (PP 2.2) */
#include <string.h>

#include "wire/bytes.h"
#include "wire/pp2.h"

static const uint8_t signature[] = "\r\n\r\n\0\r\nQUIT\n";

/* @out[@cap] with @n bytes written; @full once something did not fit. */
struct pp2_out {
	uint8_t *out;
	size_t cap;
	size_t n;
	bool full;
};

static void pp2_put(struct pp2_out *o, const uint8_t *bytes, size_t len)
{
	if (o->full || len > o->cap - o->n) {
		o->full = true;
		return;
	}
	if (len > 0)
		memcpy(o->out + o->n, bytes, len);
	o->n += len;
}

static void pp2_put_u8(struct pp2_out *o, unsigned v)
{
	uint8_t byte = (uint8_t)v;

	pp2_put(o, &byte, 1);
}

static void pp2_put_u16(struct pp2_out *o, uint16_t v)
{
	uint8_t bytes[2];

	put_be16(bytes, v);
	pp2_put(o, bytes, sizeof(bytes));
}

static void pp2_put_tlv(struct pp2_out *o, const struct pp2_tlv *t)
{
	pp2_put_u8(o, t->type);
	pp2_put_u16(o, t->len);
	pp2_put(o, t->value, t->len);
}

/* Both addresses in the one family that can say them. */
static enum pp_family pp2_put_addrs(struct pp2_out *o, const struct ip_addr *s,
				    const struct ip_addr *d)
{
	struct ip_addr src = ip_addr_unmap(s);
	struct ip_addr dst = ip_addr_unmap(d);
	uint8_t mapped[16];

	if (src.family == IP_V4 && dst.family == IP_V4) {
		pp2_put(o, src.bytes, 4);
		pp2_put(o, dst.bytes, 4);
		return PP_FAMILY_INET;
	}
	ip_addr_map(&src, mapped);
	pp2_put(o, mapped, sizeof(mapped));
	ip_addr_map(&dst, mapped);
	pp2_put(o, mapped, sizeof(mapped));
	return PP_FAMILY_INET6;
}

size_t pp2_encode_tlvs(uint8_t *out, size_t cap, enum pp_proto proto,
		       const struct endpoint *src, const struct endpoint *dst,
		       const struct pp2_extra *extra)
{
	static const uint8_t no_crc[4];
	const struct pp2_tlv crc_tlv = { PP2_TLV_CRC32C, sizeof(no_crc),
					 no_crc };
	struct pp2_out o = { .out = out, .cap = cap };
	bool local = src->addr.family == IP_NONE || dst->addr.family == IP_NONE;
	enum pp_family family;
	size_t i;

	ASSERT(proto == PP_PROTO_STREAM || proto == PP_PROTO_DGRAM);
	pp2_put(&o, signature, sizeof(signature) - 1);
	pp2_put_u8(&o, local ? 0x20 : 0x21);
	pp2_put_u8(&o, 0);
	pp2_put_u16(&o, 0);
	if (local)
		return o.full ? 0 : o.n;
	family = pp2_put_addrs(&o, &src->addr, &dst->addr);
	pp2_put_u16(&o, src->port);
	pp2_put_u16(&o, dst->port);
	for (i = 0; i < extra->n; i++)
		pp2_put_tlv(&o, &extra->tlvs[i]);
	if (extra->want_crc)
		pp2_put_tlv(&o, &crc_tlv);
	if (o.full || o.n > PP2_HDR_MAX)
		return 0;
	out[13] = (uint8_t)(family << 4 | proto);
	put_be16(out + 14, (uint16_t)(o.n - PP2_FIXED_LEN));
	if (extra->want_crc)
		put_be32(out + o.n - 4, crc32c(0, out, o.n));
	return o.n;
}

size_t pp2_encode(uint8_t out[PP2_ENCODE_MAX], enum pp_proto proto,
		  const struct endpoint *src, const struct endpoint *dst,
		  bool want_crc)
{
	const struct pp2_extra extra = { .want_crc = want_crc };

	return pp2_encode_tlvs(out, PP2_ENCODE_MAX, proto, src, dst, &extra);
}
