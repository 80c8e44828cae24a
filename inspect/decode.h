/* SPDX-License-Identifier: BSD-2-Clause */
/* decode.h - one captured frame to endpoints and a payload slice.
 *
 * Tunnels are followed to the innermost packet, and fragments are kept until
 * their packet is whole.
 */
#ifndef INSPECT_DECODE_H
#define INSPECT_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "defrag.h"
#include "frame.h"
#include "other.h"
#include "wire/addr.h"
#include "wire/csum.h"
#include "wire/tunnel.h"
#include "wire/uoa.h"
#include "wire/wire.h"

/* tunnels inside each other */
#define DECODE_TUNNEL_MAX 4
/* The longest packet that a link carries: jumbo frames, as most cards have it.
 * IP allows more, but what comes whole and longer was not on a wire.
 */
#define DECODE_LINK_MAX 9216
/* ports that carry tunnels, the assigned ones included */
#define DECODE_PORT_MAX	      9
#define DECODE_PORTS_ASSIGNED 3

/* One tunnel, by its ends; equal ones are one object, which lives as long as
 * its decoder.
 * @id:	   VXLAN's or GENEVE's network, GRE's key; if @has_id
 * @src, @dst: of the packet outside
 * @dport: if UDP carries it, else 0 (the source port is a hash of the flow
 *	   inside)
 * @outer: the tunnel around this one, NULL if there is none
 * @key:   a small number of the kind and @id; not 0. Both directions have the
 *	   same one, and it is part of what tells inner flows apart.
 */
struct tunnel {
	enum tunnel_kind kind;
	bool has_id;
	uint8_t depth; /* 1 if there is none around it */
	uint16_t dport;
	uint32_t id;
	struct ip_addr src;
	struct ip_addr dst;
	const struct tunnel *outer;
	uint32_t key;
};

/* What stands beside a UDP datagram, or what is wrong with it (@err).
 * @client: the first that was named, if @err says nothing
 */
struct uoa {
	enum uoa_carrier carrier; /* UOA_NONE: there is none */
	struct endpoint client;
	struct wire_err err;
};

/* @proto:       IP_PROTO_TCP or IP_PROTO_UDP
 * @ts_ns:	 of @frame, FRAME_NO_TIME if the capture has no time
 * @frame:	 its number; of a packet put together from fragments, the last
 *		 that came
 * @frame_first: the first that came; else the same
 * @frag_count:  fragments that it was put together from, 0 if it came whole
 * @is_frag:	 the first fragment of a datagram whose rest did not come: the
 *		 payload goes on elsewhere. Of UDP @len is the whole datagram's,
 *		 of TCP nobody knows how long it was: @len is @cap_len.
 * @seq, @ack, @flags: TCP only; @seq is that of the first payload byte (a SYN's
 *		 own number is skipped)
 * @opt, @opt_len: TCP's options, borrowed, whole
 * @opt_off:	 of @opt in the frame, or in what was put together
 * @payload:     borrowed until the next frame is decoded; @cap_len bytes are
 *		 there, @len were on the wire
 * @csum:	 of the transport; UNKNOWN if cut, fragmented or not asked for
 * @seg, @seg_len: what packet_check() would sum; NULL if it cannot
 * @is_offload:	 longer than any link carries, or of no length: a network card
 *		 was to cut it, or put it together. Its checksum says nothing.
 * @ip_csum:	 of the IPv4 header
 * @tunnel:	 the innermost one, NULL if there is none
 */
struct packet {
	uint8_t proto;
	bool is_frag;
	bool is_offload;
	uint16_t flags;
	uint16_t frag_count;
	uint8_t opt_len;
	uint32_t seq;
	uint32_t ack;
	int64_t ts_ns;
	uint64_t frame;
	uint64_t frame_first;
	struct endpoint src;
	struct endpoint dst;
	const uint8_t *opt;
	const uint8_t *payload;
	const uint8_t *seg;
	uint32_t seg_len;
	uint32_t opt_off;
	uint32_t cap_len;
	uint32_t len;
	enum csum_state csum;
	enum csum_state ip_csum;
	const struct tunnel *tunnel;
	struct uoa uoa;
};

enum decode_result {
	DECODE_OK,
	DECODE_OTHER,	  /* neither TCP nor UDP over IP */
	DECODE_FRAGMENT,  /* a packet that is not whole yet, or never will be */
	DECODE_TRUNCATED, /* the capture ends inside a header */
	DECODE_MALFORMED,
	DECODE_RESULTS,
};

/* Which UDP ports carry tunnels. @is_shallow: no tunnel of any kind is followed
 */
struct decode_opts {
	bool is_shallow;
	uint8_t port_count;
	struct {
		uint16_t port;
		enum tunnel_kind kind; /* TUNNEL_VXLAN or TUNNEL_GENEVE */
	} port[DECODE_PORT_MAX];
};

/* DECODE_OPTS_DEFAULT - the assigned ports */
#define DECODE_OPTS_DEFAULT                                               \
	((struct decode_opts) { .port_count = DECODE_PORTS_ASSIGNED,      \
				.port = {                                 \
					{ VXLAN_PORT, TUNNEL_VXLAN },     \
					{ GENEVE_PORT, TUNNEL_GENEVE },   \
					{ VXLAN_GPE_PORT, TUNNEL_VXLAN }, \
				} })

/* decode_tunnel_port() - what a datagram to @port may carry, or TUNNEL_NONE */
static inline enum tunnel_kind decode_tunnel_port(const struct decode_opts *o,
						  uint16_t port)
{
	uint8_t i;

	for (i = 0; i < o->port_count && !o->is_shallow; i++)
		if (o->port[i].port == port)
			return o->port[i].kind;
	return TUNNEL_NONE;
}

/* @frag: see defrag.h; @tunnels_refused: packets whose tunnel has no name for
 * want of room; @other: those of DECODE_OTHER
 */
struct decode_stats {
	struct defrag_stats frag;
	uint64_t tunnels_refused;
	struct other other;
};

struct decoder;

/* decoder_new() - Return: 0 or -ENOMEM. Its memory is bounded: at most some
 * 10 MiB, most of it for fragments, and less than 200 KiB if there are none.
 */
int decoder_new(const struct decode_opts *opts, struct decoder **ret);
void decoder_free(struct decoder *d);

/* decode_frame() - one frame.
 * @d:         NULL for the frame by itself: fragments are not put together, and
 *	       tunnels are not followed
 * @want_csum: compute the transport's checksum now; else packet_check() does it
 * @err:       set on DECODE_MALFORMED, offset in the frame, or in what was put
 *	       together from fragments
 * Return: DECODE_OK and *@ret, or why there is nothing
 */
enum decode_result decode_frame(struct decoder *d, const struct frame *f,
				bool want_csum, struct packet *ret,
				struct wire_err *err);

/* decode_lost() - a packet of which fragments are missing at @now_ns; INT64_MAX
 * when the capture has ended. To be called before each frame, and at the end,
 * until it returns false. Its frame and time are those of the fragment that
 * came first, so they lie before what was decoded last.
 */
bool decode_lost(struct decoder *d, int64_t now_ns, bool want_csum,
		 struct packet *ret);

/* decoder_is_empty() - does it keep no fragment? */
bool decoder_is_empty(const struct decoder *d);

/* decode_stats_add() - @by on top of @sum */
void decode_stats_add(struct decode_stats *sum, const struct decode_stats *by);

void decoder_stats(const struct decoder *d, struct decode_stats *ret);

/* packet_check() - compute @pkt->csum if that can be and was not done yet */
void packet_check(struct packet *pkt);

/* decode_packet() - decode_frame() without a decoder */
enum decode_result decode_packet(int link, const uint8_t *data, size_t cap_len,
				 size_t wire_len, bool want_csum,
				 struct packet *ret, struct wire_err *err);

/* decode_result_name() - "ok", "other", "fragment", "truncated", "malformed" */
const char *decode_result_name(enum decode_result r);

#endif
