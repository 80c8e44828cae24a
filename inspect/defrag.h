/* SPDX-License-Identifier: BSD-2-Clause */
/* defrag.h - IP packets out of fragments in any order (RFC 791 3.2, RFC 8200
 * 4.5), in bounded memory.
 */
#ifndef INSPECT_DEFRAG_H
#define INSPECT_DEFRAG_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/ip.h"
#include "wire/wire.h"

/* Linux waits 30 s for the rest of an IPv4 packet, and 60 s for IPv6's
 * (net.ipv4.ipfrag_time, RFC 8200 4.5).
 */
#define DEFRAG_V4_WAIT_NS     30000000000LL
#define DEFRAG_V6_WAIT_NS     60000000000LL
#define DEFRAG_PACKET_DEFAULT 1024
#define DEFRAG_BYTES_DEFAULT  (8U << 20)

struct tunnel;

/* @max_packets: incomplete ones at once, at least 1
 * @max_bytes:	 all that is kept; at least DEFRAG_BYTES_MIN
 */
struct defrag_limits {
	uint32_t max_packets;
	uint32_t max_bytes;
};

/* enough for one packet of any size, twice while it grows */
#define DEFRAG_BYTES_MIN (256U << 10)

/* @whole:	packets put together
 * @lost:	given up, whatever the reason but @broken
 * @broken:	given up because fragments contradict each other or the rules
 * @bad:	fragments dropped by themselves: empty, of a wrong length
 * @duplicates:	fragments that bring nothing new
 * @overlaps:	fragments that bring bytes again, and some new ones
 * @refused:	fragments for which there was no room
 */
struct defrag_stats {
	uint64_t whole;
	uint64_t lost;
	uint64_t broken;
	uint64_t bad;
	uint64_t duplicates;
	uint64_t overlaps;
	uint64_t refused;
};

/* One fragment. @ip: its header, @ip->is_frag; @data: what follows the header
 * and, of IPv6, the fragment header; @cap_len bytes are there of @len
 */
struct defrag_in {
	const struct ip_hdr *ip;
	const struct tunnel *tunnel;
	uint64_t tunnel_key;
	const uint8_t *data;
	uint32_t cap_len;
	uint32_t len;
	uint64_t frame;
	int64_t ts_ns;
};

/* What was put together, or the begin of it.
 * @ip:	    of the fragment with offset 0; @ip.is_frag only of an incomplete
 *	    one; @ip.opt is borrowed like @data
 * @data:   borrowed until defrag_release(); @cap_len bytes of @len. What comes
 *	    behind a hole is not there, and of an incomplete packet whose end
 *	    did not come @len is the most there can be.
 * @ts_ns, @frame_first: of the fragment that came first
 */
struct defrag_out {
	struct ip_hdr ip;
	const struct tunnel *tunnel;
	const uint8_t *data;
	uint32_t cap_len;
	uint32_t len;
	uint16_t count;
	uint64_t frame_first;
	int64_t ts_ns;
};

enum defrag_result {
	DEFRAG_KEPT,  /* there is more to come; or nothing new; or no room */
	DEFRAG_WHOLE, /* *@ret is set */
	DEFRAG_BAD,   /* the fragment, or the whole packet, breaks the rules */
};

struct defrag;

/* defrag_new() - Return: 0 or -ENOMEM. Memory comes as fragments come. */
int defrag_new(const struct defrag_limits *limits, struct defrag **ret);
void defrag_free(struct defrag *d);

/* defrag_put() - take one fragment. Of bytes that come twice the first ones
 * count; IPv6 packets with a real overlap are dropped whole (RFC 5722).
 * @err: set on DEFRAG_BAD, without an offset
 */
enum defrag_result defrag_put(struct defrag *d, const struct defrag_in *in,
			      struct defrag_out *ret, enum anomaly *ret_why);

/* defrag_lost() - the begin of a packet whose time is up at @now_ns, or for
 * which room is needed; called until it returns false before each frame,
 * nothing is ever refused. INT64_MAX gives up all that is left, INT64_MIN
 * nothing for its age.
 */
bool defrag_lost(struct defrag *d, int64_t now_ns, struct defrag_out *ret);

/* defrag_release() - free what was handed out */
void defrag_release(struct defrag *d);

bool defrag_is_empty(const struct defrag *d);
const struct defrag_stats *defrag_stats(const struct defrag *d);

/* defrag_bytes() - memory in use */
uint64_t defrag_bytes(const struct defrag *d);

#endif
