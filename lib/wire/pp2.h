/* SPDX-License-Identifier: BSD-2-Clause */
/* pp2.h - PROXY protocol version 2 (PP 2.2): binary, for TCP and UDP.
 *
 *	 0..11	signature 0D0A0D0A 000D0A51 5549540A
 *	12	version (high nibble, 2), command (low: 0 LOCAL, 1 PROXY)
 *	13	address family (high nibble), transport protocol (low)
 *	14..15	len: bytes after this field, big-endian
 *	16..	addresses: 12 (INET), 36 (INET6) or 216 (UNIX) bytes, being
 *		src, dst, src port, dst port; then TLVs up to 16 + len
 *
 * The decoder (pp2_decode.c) and the encoder (pp2_encode.c) share the
 * constants below and no code.
 */
#ifndef WIRE_PP2_H
#define WIRE_PP2_H

#include "wire/pp.h"

#define PP2_SIG_LEN 12
#define PP2_FIXED_LEN \
	(PP2_SIG_LEN + 1 /* ver_cmd */ + 1 /* fam */ + 2 /* len */)
#define PP2_INET_LEN	(4 + 4 + 2 + 2)
#define PP2_INET6_LEN	(16 + 16 + 2 + 2)
#define PP2_UNIX_LEN	(PP_UNIX_LEN + PP_UNIX_LEN)
#define PP2_HDR_MAX	(PP2_FIXED_LEN + 65535)
#define PP2_TLV_HDR_LEN (1 /* type */ + 2 /* length, big-endian */)
#define PP2_CRC_TLV_LEN (PP2_TLV_HDR_LEN + 4)
/* the longest header our proxy writes: IPv6 addresses and a CRC32C */
#define PP2_ENCODE_MAX (PP2_FIXED_LEN + PP2_INET6_LEN + PP2_CRC_TLV_LEN)

extern const uint8_t pp2_signature[PP2_SIG_LEN];

enum pp2_tlv_type {
	PP2_TLV_ALPN = 0x01,
	PP2_TLV_AUTHORITY = 0x02,
	PP2_TLV_CRC32C = 0x03,
	PP2_TLV_NOOP = 0x04,
	PP2_TLV_UNIQUE_ID = 0x05,
	PP2_TLV_SSL = 0x20,
	PP2_TLV_SSL_VERSION = 0x21,
	PP2_TLV_SSL_CN = 0x22,
	PP2_TLV_SSL_CIPHER = 0x23,
	PP2_TLV_SSL_SIG_ALG = 0x24,
	PP2_TLV_SSL_KEY_ALG = 0x25,
	PP2_TLV_SSL_GROUP = 0x26,
	PP2_TLV_SSL_SIG_SCHEME = 0x27,
	PP2_TLV_SSL_CLIENT_CERT = 0x28,
	PP2_TLV_NETNS = 0x30,
	PP2_TLV_GCP = 0xe0,
	PP2_TLV_ALIBABA = 0xe1,
	PP2_TLV_AWS = 0xea,
	PP2_TLV_AZURE = 0xee,
};

/* @value: borrowed, points into the header; NULL if @len is 0 */
struct pp2_tlv {
	uint8_t type;
	uint16_t len;
	const uint8_t *value;
};

/* The fixed part of an SSL TLV; @sub is walked with pp2_tlv_next(). */
struct pp2_ssl {
	uint8_t client; /* 0x01 SSL, 0x02 cert on connection, 0x04 on session */
	uint32_t verify; /* 0: a certificate came and was verified */
	const uint8_t *sub;
	uint16_t sub_len;
};

/* pp2_decode() - one header.
 * @hdr_max: longest header taken; 0: PP2_HDR_MAX
 *
 * The TLV area of a PROXY header is walked: overruns, leftovers, a CRC32C that
 * is wrong and a malformed SSL TLV are WIRE_BAD, with @err->off at the TLV's
 * type byte. Of several CRC32C the first is the one that is verified, and the
 * others are bytes under it. SSL is read one level deep; an SSL TLV inside
 * another stays raw. A block that names nobody (LOCAL, or a PROXY whose family
 * or protocol is UNSPEC) is skipped unread, as PP 2.2 says: its TLVs have no
 * defined place, so family and proto are UNSPEC, there are no TLVs and crc is
 * ABSENT. Nothing of the block is judged before all of it is there.
 */
enum wire_status pp2_decode(const uint8_t *buf, size_t len, size_t hdr_max,
			    struct pp_hdr *ret, struct wire_err *err);

/* pp2_tlv_next() - walk a TLV area.
 * @area, @area_len: the cursor; advanced past the TLV on success
 * Return: WIRE_OK and *@ret; WIRE_SHORT at the area's end; WIRE_BAD
 *	   (TLV_OVERRUN, TLV_DRIBBLE) with @err->off relative to *@area
 */
enum wire_status pp2_tlv_next(const uint8_t **area, size_t *area_len,
			      struct pp2_tlv *ret, struct wire_err *err);

/* pp2_ssl_decode() - the value of an SSL TLV. Return: WIRE_OK or WIRE_BAD */
enum wire_status pp2_ssl_decode(const struct pp2_tlv *tlv, struct pp2_ssl *ret,
				struct wire_err *err);

/* pp2_tlv_name() - "ALPN", "AWS", ...; NULL if the type has no name */
const char *pp2_tlv_name(uint8_t type);

/* pp2_encode() - a PROXY header for @src -> @dst.
 * @proto:     PP_PROTO_STREAM or PP_PROTO_DGRAM
 * @src, @dst: v4-mapped addresses are written as IPv4. If the families then
 *	       differ, both are written as IPv6 (IPv4 mapped); if one is
 *	       IP_NONE the header is LOCAL with len 0: no TLVs, no CRC.
 * @want_crc:  add a CRC32C TLV
 * @out:       at least PP2_ENCODE_MAX bytes
 * Return: bytes written
 */
size_t pp2_encode(uint8_t out[PP2_ENCODE_MAX], enum pp_proto proto,
		  const struct endpoint *src, const struct endpoint *dst,
		  bool want_crc);

/* What a header carries after its addresses: @n TLVs, copied as they are, then
 * a CRC32C if @want_crc.
 */
struct pp2_extra {
	const struct pp2_tlv *tlvs;
	size_t n;
	bool want_crc;
};

/* pp2_encode_tlvs() - as pp2_encode(), with TLVs.
 * @cap: size of @out
 * Return: bytes written; 0 if @cap or the 16-bit length does not hold them
 */
size_t pp2_encode_tlvs(uint8_t *out, size_t cap, enum pp_proto proto,
		       const struct endpoint *src, const struct endpoint *dst,
		       const struct pp2_extra *extra);

/* crc32c() - Castagnoli, reflected, initial and final all-ones (RFC 3720 B.4)
 * @crc: 0 to begin, the last result to go on
 */
uint32_t crc32c(uint32_t crc, const uint8_t *buf, size_t len);

#endif
