/* SPDX-License-Identifier: BSD-2-Clause */
/* fast.h - the everyday packet: which flow it belongs to and whether it may
 * bring that flow anything new.
 *
 * Everyday is: Ethernet with at most one VLAN tag, Linux cooked or raw IP; IPv4
 * without options or IPv6 without extension headers; neither fragment nor
 * tunnel; TCP or UDP whose lengths are right. What is not everyday, or not
 * whole, goes to decode_packet(), which knows it all. For what is everyday
 * both say the same.
 */
#ifndef INSPECT_FAST_H
#define INSPECT_FAST_H

#include "decode.h"
#include "key.h"

enum {
	FAST_SLOW = 1, /* not everyday: no other flag is set */
	FAST_FLIP = 2, /* sent by end b of the key */
	FAST_DATA = 4, /* has payload, or is UDP */
	FAST_LOUD = 8, /* SYN, FIN, RST, an option or payload to be looked at */
};

/* All that is needed of a packet that is only counted.
 * @seq: of the first payload byte; TCP
 * @len: payload bytes on the wire
 * @off: of the transport's header in the frame
 */
struct digest {
	struct flow_key key;
	int64_t ts_ns;
	uint32_t hash;
	uint32_t seq;
	uint32_t len;
	uint8_t off;
	uint8_t flags;
};

/* @tunnels: ports whose datagrams are not everyday */
struct fast_opts {
	struct key_seed seed;
	struct decode_opts tunnels;
};

/* fast_decode() - @ret is written in any case; if it is FAST_SLOW, only @flags,
 * @ts_ns and @hash, which is 0 then
 */
void fast_decode(const struct fast_opts *opts, const struct frame *f,
		 struct digest *ret);

/* fast_decode_any() - the same, without a shorter way for what most frames are
 */
void fast_decode_any(const struct fast_opts *opts, const struct frame *f,
		     struct digest *ret);

/* fast_key() - key, hash and FAST_FLIP of a packet that was decoded otherwise
 */
void fast_key(const struct fast_opts *opts, const struct packet *pkt,
	      struct digest *ret);

/* fast_packet() - what decode_frame() says of @f, of which fast_decode() said
 * @d and not that it is FAST_SLOW; without the transport's checksum
 */
void fast_packet(const struct frame *f, const struct digest *d,
		 struct packet *ret);

/* fast_check() - packet_check() of what fast_packet() made of @d, but faster */
void fast_check(const struct digest *d, struct packet *pkt);

#endif
