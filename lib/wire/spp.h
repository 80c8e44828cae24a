/* SPDX-License-Identifier: BSD-2-Clause */
/* spp.h - Simple Proxy Protocol: 38 bytes before every UDP datagram.
 *
 *	 0..1	magic 0x56EC
 *	 2..17	client address	  (IPv4 as ::ffff:a.b.c.d)
 *	18..33	proxy address
 *	34..35	client port
 *	36..37	proxy port	  all big-endian
 *
 * Source: Cloudflare Spectrum "Simple Proxy Protocol Header", EdgeOne document
 * 1552/104412. Encoder and decoder share these constants and no code.
 */
#ifndef WIRE_SPP_H
#define WIRE_SPP_H

#include "wire/pp.h"

#define SPP_MAGIC   0x56ec
#define SPP_HDR_LEN (2 + 16 + 16 + 2 + 2)

/* spp_decode() - the header of one datagram. WIRE_SHORT if @len ends inside
 * it (for a whole datagram the caller reports ANOMALY_SPP_SHORT).
 * On WIRE_OK: version 0, cmd PROXY, proto DGRAM; v4-mapped pairs unmapped.
 */
enum wire_status spp_decode(const uint8_t *buf, size_t len, struct pp_hdr *ret,
			    struct wire_err *err);

/* spp_encode() - SPP_HDR_LEN bytes. Addresses of IP_NONE are written as ::. */
void spp_encode(uint8_t out[SPP_HDR_LEN], const struct endpoint *client,
		const struct endpoint *proxy);

#endif
