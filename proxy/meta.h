/* SPDX-License-Identifier: BSD-2-Clause */
/* meta.h - the header that tells an origin who the client is.
 *
 * Only the modes that stand in the payload are written here. TOA travels in
 * TCP options, which are the socket's matter, not the stream's: its header has
 * no bytes.
 */
#ifndef PROXY_META_H
#define PROXY_META_H

#include "rules/rule.h"
#include "wire/pp1.h"
#include "wire/pp2.h"
#include "wire/spp.h"

#define META_MAX PP1_HDR_MAX
_Static_assert(META_MAX >= PP2_ENCODE_MAX && META_MAX >= SPP_HDR_LEN,
	       "the longest header");

/* meta_is_payload() - does @mode put a header before the payload? */
static inline bool meta_is_payload(enum rule_mode mode)
{
	return mode == MODE_PPV1 || mode == MODE_PPV2 || mode == MODE_SPP;
}

/* meta_header() - write the header of one connection, session or datagram.
 * @client: who connected; @vip: the address and port it dialled (seed/75)
 * Return: bytes written, 0 for MODE_OFF and MODE_TOA
 */
size_t meta_header(enum rule_mode mode, enum rule_proto proto,
		   const struct endpoint *client, const struct endpoint *vip,
		   uint8_t out[META_MAX]);

#endif
