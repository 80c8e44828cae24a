/* SPDX-License-Identifier: BSD-2-Clause */
/* proxy_hdr.h - reads what a proxy put before its client's bytes.
 *
 * Written apart from lib/wire: the judge must not share a mistake with what it
 * judges. It reads a whole prefix, of which the end is known because the
 * client's own bytes are, not a stream.
 */
#ifndef CONFORM_PROXY_HDR_H
#define CONFORM_PROXY_HDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

enum hdr_kind {
	HDR_NONE, /* not one byte */
	HDR_V1,
	HDR_V2,
	HDR_SPP,
	HDR_ALIEN, /* bytes that begin like none of these */
};

/* What is wrong with a header; the first that was found. */
enum hdr_flaw {
	HDR_FLAW_NONE,
	HDR_FLAW_SHORT,	  /* ends early */
	HDR_FLAW_LINE,	  /* v1: not exactly the grammar */
	HDR_FLAW_END,	  /* v1: CR LF */
	HDR_FLAW_PROTO,	  /* v1: the protocol word */
	HDR_FLAW_ADDR,	  /* v1: an address, or of the other family */
	HDR_FLAW_PORT,	  /* v1 */
	HDR_FLAW_VERSION, /* v2: the nibble is not 2 */
	HDR_FLAW_COMMAND, /* v2 */
	HDR_FLAW_FAMILY,  /* v2 */
	HDR_FLAW_LENGTH,  /* v2: does not hold the addresses */
	HDR_FLAW_TLV,	  /* v2 */
	HDR_FLAW_CRC,	  /* v2 */
	HDR_FLAW_MAPPED,  /* SPP: an address of neither form */
};

/* @len:     of the header, 0 if that is not known
 * @is_proxy: names a client (not LOCAL, UNKNOWN, UNSPEC)
 * @transport: v2: 1 STREAM, 2 DGRAM, 0 neither; v1: 1; SPP: 2
 * @has_crc: a CRC32C is there (and right, without a flaw)
 */
struct hdr {
	enum hdr_kind kind;
	enum hdr_flaw flaw;
	size_t len;
	bool is_proxy;
	bool has_crc;
	unsigned transport;
	struct endpoint src, dst;
};

/* hdr_kind_of() - by the first bytes */
enum hdr_kind hdr_kind_of(const uint8_t *p, size_t len);

/* hdr_read() - the header at the begin of @p.
 * @is_udp: SPP's two bytes of magic mean SPP
 */
struct hdr hdr_read(const uint8_t *p, size_t len, bool is_udp);

const char *hdr_kind_name(enum hdr_kind k); /* "PPv1", ... */
const char *hdr_flaw_text(enum hdr_flaw f);

#endif
