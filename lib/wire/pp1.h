/* SPDX-License-Identifier: BSD-2-Clause */
/* pp1.h - PROXY protocol version 1 (PP 2.1): one line of text before a TCP
 * stream. The decoder (pp1_decode.c) and the encoder (pp1_encode.c) share the
 * constants below and no code.
 */
#ifndef WIRE_PP1_H
#define WIRE_PP1_H

#include "wire/pp.h"

/* PP 2.1: the longest line that a receiver must take, CR LF included */
#define PP1_HDR_MAX 107

#define PP1_SIGNATURE	  "PROXY "
#define PP1_SIGNATURE_LEN (sizeof(PP1_SIGNATURE) - 1)

/* pp1_decode() - one line. WIRE_SHORT until CR LF or a byte that cannot stand.
 * Strict grammar; the one tolerance is a dotted-quad tail in an IPv6 address,
 * reported in ret->note.
 */
enum wire_status pp1_decode(const uint8_t *buf, size_t len, struct pp_hdr *ret,
			    struct wire_err *err);

/* pp1_encode() - "PROXY TCP4|TCP6 src dst sport dport\r\n".
 * @src, @dst: v4-mapped addresses are written as IPv4. If the families then
 *	       differ, or one is IP_NONE, the line is "PROXY UNKNOWN\r\n".
 * @out:       at least PP1_HDR_MAX bytes; no NUL is added
 * Return: bytes written
 */
size_t pp1_encode(uint8_t out[PP1_HDR_MAX], const struct endpoint *src,
		  const struct endpoint *dst);

#endif
