/* SPDX-License-Identifier: BSD-2-Clause */
/* pp2_decode.c - reads the PROXY v2 header (PP 2.2) */
#include <string.h>

#include "wire/bytes.h"
#include "wire/pp2.h"

#define OFF_VER_CMD PP2_SIG_LEN
#define OFF_FAM	    (OFF_VER_CMD + 1)
#define OFF_LEN	    (OFF_FAM + 1)

#define VERSION		  2
#define CRC_LEN		  4
#define UNIQUE_ID_LEN_MAX 128 /* PP 2.2.5 */

const uint8_t pp2_signature[PP2_SIG_LEN] = {
	0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a
};

static enum wire_status pp2_bad(struct wire_err *err, enum anomaly anomaly,
				size_t off)
{
	*err = (struct wire_err) { anomaly, (uint32_t)off };
	return WIRE_BAD;
}

static enum wire_status pp2_short(struct wire_err *err, size_t len)
{
	*err = (struct wire_err) { ANOMALY_NONE, (uint32_t)len };
	return WIRE_SHORT;
}

/* Does the header name two addresses? LOCAL names none whatever its family
 * says, and half an UNSPEC leaves the layout of the block undefined (PP 2.2).
 */
static bool pp2_has_addrs(const uint8_t *buf)
{
	return (buf[OFF_VER_CMD] & 15) == PP_CMD_PROXY &&
	       buf[OFF_FAM] >> 4 != PP_FAMILY_UNSPEC &&
	       (buf[OFF_FAM] & 15) != PP_PROTO_UNSPEC;
}

static size_t pp2_addrs_len(const uint8_t *buf)
{
	if (!pp2_has_addrs(buf))
		return 0;
	switch (buf[OFF_FAM] >> 4) {
	case PP_FAMILY_INET:
		return PP2_INET_LEN;
	case PP_FAMILY_INET6:
		return PP2_INET6_LEN;
	default:
		return PP2_UNIX_LEN;
	}
}

/* Judges each byte of the fixed part as soon as it is there. */
static enum wire_status pp2_fixed(const uint8_t *buf, size_t len,
				  size_t hdr_max, struct wire_err *err)
{
	uint16_t block;
	size_t i;

	for (i = 0; i < PP2_SIG_LEN && i < len; i++)
		if (buf[i] != pp2_signature[i])
			return pp2_bad(err, ANOMALY_PP_NO_SIGNATURE, i);
	if (len <= OFF_VER_CMD)
		return pp2_short(err, len);
	if (buf[OFF_VER_CMD] >> 4 != VERSION)
		return pp2_bad(err, ANOMALY_V2_VERSION, OFF_VER_CMD);
	if ((buf[OFF_VER_CMD] & 15) > PP_CMD_PROXY)
		return pp2_bad(err, ANOMALY_V2_COMMAND, OFF_VER_CMD);
	if (len <= OFF_FAM)
		return pp2_short(err, len);
	if ((buf[OFF_VER_CMD] & 15) == PP_CMD_PROXY) {
		if (buf[OFF_FAM] >> 4 > PP_FAMILY_UNIX)
			return pp2_bad(err, ANOMALY_V2_FAMILY, OFF_FAM);
		if ((buf[OFF_FAM] & 15) > PP_PROTO_DGRAM)
			return pp2_bad(err, ANOMALY_V2_PROTOCOL, OFF_FAM);
	}
	if (len < PP2_FIXED_LEN)
		return pp2_short(err, len);
	block = get_be16(buf + OFF_LEN);
	if (block < pp2_addrs_len(buf))
		return pp2_bad(err, ANOMALY_V2_LEN_SHORT, OFF_LEN);
	if (hdr_max > 0 && PP2_FIXED_LEN + (size_t)block > hdr_max)
		return pp2_bad(err, ANOMALY_V2_LEN_LIMIT, OFF_LEN);
	return WIRE_OK;
}

enum wire_status pp2_tlv_next(const uint8_t **area, size_t *area_len,
			      struct pp2_tlv *ret, struct wire_err *err)
{
	const uint8_t *p = *area;
	uint16_t len;

	if (*area_len == 0)
		return pp2_short(err, 0);
	if (*area_len < PP2_TLV_HDR_LEN)
		return pp2_bad(err, ANOMALY_TLV_DRIBBLE, 0);
	len = get_be16(p + 1);
	if (len > *area_len - PP2_TLV_HDR_LEN)
		return pp2_bad(err, ANOMALY_TLV_OVERRUN, 0);
	ret->type = p[0];
	ret->len = len;
	ret->value = len ? p + PP2_TLV_HDR_LEN : NULL;
	*area += PP2_TLV_HDR_LEN + len;
	*area_len -= PP2_TLV_HDR_LEN + (size_t)len;
	*err = (struct wire_err) { ANOMALY_NONE, 0 };
	return WIRE_OK;
}

enum wire_status pp2_ssl_decode(const struct pp2_tlv *tlv, struct pp2_ssl *ret,
				struct wire_err *err)
{
	const size_t fixed = 1 /* client */ + 4 /* verify */;
	const uint8_t *cursor;
	struct pp2_ssl ssl;
	struct pp2_tlv sub;
	enum anomaly note = ANOMALY_NONE;
	enum wire_status st;
	size_t left;

	if (tlv->len < fixed)
		return pp2_bad(err, ANOMALY_TLV_SSL, 0);
	ssl.client = tlv->value[0];
	ssl.verify = get_be32(tlv->value + 1);
	ssl.sub_len = (uint16_t)(tlv->len - fixed);
	ssl.sub = ssl.sub_len ? tlv->value + fixed : NULL;
	cursor = ssl.sub;
	left = ssl.sub_len;
	while ((st = pp2_tlv_next(&cursor, &left, &sub, err)) == WIRE_OK)
		if (sub.type == PP2_TLV_SSL)
			note = ANOMALY_TLV_SSL_NESTED;
	if (st == WIRE_BAD)
		return pp2_bad(err, ANOMALY_TLV_SSL, tlv->len - left);
	*err = (struct wire_err) { note, 0 };
	*ret = ssl;
	return WIRE_OK;
}

/* The checksum covers the whole header with its own value as zeroes (2.2.3).
 * The text leaves the order of its bytes open; the senders write big-endian.
 */
static bool pp2_crc_holds(const uint8_t *hdr, size_t hdr_len,
			  const uint8_t *value)
{
	static const uint8_t zero[CRC_LEN];
	const uint8_t *rest = value + CRC_LEN;
	uint32_t crc;

	crc = crc32c(0, hdr, (size_t)(value - hdr));
	crc = crc32c(crc, zero, CRC_LEN);
	crc = crc32c(crc, rest, (size_t)(hdr + hdr_len - rest));
	return crc == get_be32(value);
}

static void pp2_note(struct pp_hdr *h, struct wire_err *err,
		     enum anomaly anomaly, size_t off)
{
	if (h->note != ANOMALY_NONE)
		return;
	h->note = anomaly;
	*err = (struct wire_err) { anomaly, (uint32_t)off };
}

/* @buf: the whole header; @off: where @tlv begins. */
static enum wire_status pp2_tlv_check(const uint8_t *buf, size_t off,
				      const struct pp2_tlv *tlv,
				      struct pp_hdr *h, struct wire_err *err)
{
	struct wire_err ssl_err;
	struct pp2_ssl ssl;

	switch (tlv->type) {
	case PP2_TLV_CRC32C:
		if (tlv->len != CRC_LEN)
			return pp2_bad(err, ANOMALY_TLV_CRC_LEN, off);
		if (h->crc != PP_CRC_ABSENT) {
			pp2_note(h, err, ANOMALY_TLV_CRC_REPEATED, off);
			break;
		}
		if (!pp2_crc_holds(buf, h->hdr_len, tlv->value))
			return pp2_bad(err, ANOMALY_TLV_CRC_MISMATCH, off);
		h->crc = PP_CRC_OK;
		break;
	case PP2_TLV_SSL:
		if (pp2_ssl_decode(tlv, &ssl, &ssl_err) != WIRE_OK)
			return pp2_bad(err, ssl_err.anomaly, off);
		if (ssl_err.anomaly != ANOMALY_NONE)
			pp2_note(h, err, ssl_err.anomaly, off);
		break;
	case PP2_TLV_UNIQUE_ID:
		if (tlv->len > UNIQUE_ID_LEN_MAX)
			pp2_note(h, err, ANOMALY_TLV_UNIQUE_ID_LEN, off);
		break;
	default: /* 2.2: a receiver may ignore what it does not know */
		break;
	}
	return WIRE_OK;
}

/* First do the TLVs fill the area, then what is in them: a wrong length in one
 * would otherwise be told as the fault of whatever it swallowed.
 */
static enum wire_status pp2_tlvs(const uint8_t *buf, struct pp_hdr *h,
				 struct wire_err *err)
{
	const uint8_t *cursor = h->tlv;
	size_t left = h->tlv_len;
	struct wire_err tlv_err;
	enum wire_status st;
	struct pp2_tlv tlv;

	do
		st = pp2_tlv_next(&cursor, &left, &tlv, &tlv_err);
	while (st == WIRE_OK);
	if (st == WIRE_BAD)
		return pp2_bad(err, tlv_err.anomaly, h->hdr_len - left);
	cursor = h->tlv;
	left = h->tlv_len;
	for (;;) {
		size_t off = h->hdr_len - left;

		if (pp2_tlv_next(&cursor, &left, &tlv, &tlv_err) != WIRE_OK)
			return WIRE_OK;
		st = pp2_tlv_check(buf, off, &tlv, h, err);
		if (st != WIRE_OK)
			return st;
	}
}

static void pp2_addrs(const uint8_t *p, struct pp_hdr *h)
{
	switch (h->family) {
	case PP_FAMILY_INET:
		h->src.addr = ip_addr_v4(p);
		h->dst.addr = ip_addr_v4(p + 4);
		h->src.port = get_be16(p + 8);
		h->dst.port = get_be16(p + 10);
		break;
	case PP_FAMILY_INET6:
		h->src.addr = ip_addr_v6(p);
		h->dst.addr = ip_addr_v6(p + 16);
		h->src.port = get_be16(p + 32);
		h->dst.port = get_be16(p + 34);
		break;
	case PP_FAMILY_UNIX:
		h->unix_src = p;
		h->unix_dst = p + PP_UNIX_LEN;
		break;
	case PP_FAMILY_UNSPEC:
		break;
	}
}

enum wire_status pp2_decode(const uint8_t *buf, size_t len, size_t hdr_max,
			    struct pp_hdr *ret, struct wire_err *err)
{
	struct pp_hdr h = { .version = 2, .crc = PP_CRC_ABSENT };
	enum wire_status st;
	size_t addrs_len;

	st = pp2_fixed(buf, len, hdr_max, err);
	if (st != WIRE_OK)
		return st;
	h.hdr_len = PP2_FIXED_LEN + (uint32_t)get_be16(buf + OFF_LEN);
	/* 2.2: no address is read before all of the block is there */
	if (len < h.hdr_len)
		return pp2_short(err, len);
	*err = (struct wire_err) { ANOMALY_NONE, h.hdr_len };
	h.cmd = (enum pp_cmd)(buf[OFF_VER_CMD] & 15);
	if (!pp2_has_addrs(buf)) {
		*ret = h;
		return WIRE_OK;
	}
	h.family = (enum pp_family)(buf[OFF_FAM] >> 4);
	h.proto = (enum pp_proto)(buf[OFF_FAM] & 15);
	pp2_addrs(buf + PP2_FIXED_LEN, &h);
	addrs_len = PP2_FIXED_LEN + pp2_addrs_len(buf);
	h.tlv_len = (uint16_t)(h.hdr_len - addrs_len);
	h.tlv = h.tlv_len ? buf + addrs_len : NULL;
	st = pp2_tlvs(buf, &h, err);
	if (st == WIRE_OK)
		*ret = h;
	return st;
}
