/* SPDX-License-Identifier: BSD-2-Clause */
/* defrag.c - see defrag.h
 *
 * Theory of operation
 *
 * A packet in the making is a buffer for its data from offset 0 on, and behind
 * it one bit for each block of eight bytes that came (all fragments but the
 * last are multiples of eight). So neither the number of fragments nor their
 * order costs more than their bytes.
 *
 * A packet is in a hash chain and in a list, oldest first, from its first
 * fragment until it is whole, is given up for its age, or room is needed. One
 * that broke the rules stays as a tombstone without a buffer, so that the rest
 * of its fragments is dropped like a receiver drops them.
 *
 * Bytes that the capture cut count as come, and are remembered as the offset
 * from which on nothing is known.
 */
#include "defrag.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define DEFRAG_SLOTS	1024 /* a power of two */
#define DEFRAG_BLOCK	8U
#define DEFRAG_CAP_MIN	2048U
#define DEFRAG_DATA_MAX 65535U
#define DEFRAG_OPT_MAX	40
/* Room is made when less than this is left: a packet, and its growth. */
#define DEFRAG_RESERVE (128U << 10)

/* @ip:	   of the fragment with offset 0, if @has_first; else only version,
 *	   addresses and what else tells packets apart
 * @end:   length of the data, 0 until the last fragment came
 * @reach: highest offset that came
 * @known: nothing is known from here on, for the capture cut it
 * @blocks: how many came
 * @cap:   of @buf, a multiple of 512; its bits take another 64th
 */
struct defrag_packet {
	struct defrag_packet *chain;
	struct defrag_packet *newer;
	struct defrag_packet *older;
	const struct tunnel *tunnel;
	uint64_t tunnel_key;
	struct ip_hdr ip;
	uint8_t opt[DEFRAG_OPT_MAX];
	bool has_first;
	bool is_broken;
	uint16_t count;
	uint32_t end;
	uint32_t reach;
	uint32_t known;
	uint32_t blocks;
	uint32_t cap;
	uint64_t frame_first;
	int64_t ts_ns;
	uint8_t *buf;
};

/* @done: handed out, to be freed; chained by @chain */
struct defrag {
	struct defrag_limits limits;
	uint64_t seed;
	uint32_t count;
	uint64_t bytes;
	struct defrag_stats stats;
	struct defrag_packet *oldest;
	struct defrag_packet *newest;
	struct defrag_packet *done;
	struct defrag_packet *slot[DEFRAG_SLOTS];
};

int defrag_new(const struct defrag_limits *limits, struct defrag **ret)
{
	struct defrag *d = calloc(1, sizeof(*d));

	if (!d)
		return -ENOMEM;
	ASSERT(limits->max_packets && limits->max_bytes >= DEFRAG_BYTES_MIN);
	d->limits = *limits;
	if (getrandom(&d->seed, sizeof(d->seed), GRND_NONBLOCK) < 0)
		d->seed = 0;
	*ret = d;
	return 0;
}

static uint64_t defrag_mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ULL;
	return h ^ h >> 29;
}

static uint32_t defrag_hash(const struct defrag *d, const struct ip_hdr *ip)
{
	uint64_t h = defrag_mix(d->seed, ip->frag_id);
	uint64_t half[4];

	memcpy(half, ip->src.bytes, 16);
	memcpy(half + 2, ip->dst.bytes, 16);
	h = defrag_mix(defrag_mix(h, half[0]), half[1]);
	h = defrag_mix(defrag_mix(h, half[2]), half[3]);
	return (uint32_t)(h >> 32) & (DEFRAG_SLOTS - 1);
}

/* RFC 791 2.3: protocol, addresses and identification; RFC 8200 4.5: the same
 * without the protocol
 */
static bool defrag_is_part(const struct defrag_packet *p,
			   const struct defrag_in *in)
{
	return p->ip.frag_id == in->ip->frag_id &&
	       p->ip.version == in->ip->version &&
	       (p->ip.version == 6 || p->ip.proto == in->ip->proto) &&
	       p->tunnel_key == in->tunnel_key &&
	       ip_addr_eq(&p->ip.src, &in->ip->src) &&
	       ip_addr_eq(&p->ip.dst, &in->ip->dst);
}

static size_t defrag_cost(uint32_t cap)
{
	return cap + cap / (DEFRAG_BLOCK * 8);
}

static uint8_t *defrag_bits(const struct defrag_packet *p)
{
	return p->buf + p->cap;
}

static bool defrag_has(const struct defrag_packet *p, uint32_t block)
{
	return defrag_bits(p)[block / 8] >> block % 8 & 1;
}

/* defrag_drop_data() - the buffer of a tombstone or of what is freed */
static void defrag_drop_data(struct defrag *d, struct defrag_packet *p)
{
	if (!p->buf)
		return;
	free(p->buf);
	p->buf = NULL;
	d->bytes -= defrag_cost(p->cap);
	p->cap = 0;
}

static void defrag_destroy(struct defrag *d, struct defrag_packet *p)
{
	defrag_drop_data(d, p);
	d->bytes -= sizeof(*p);
	free(p);
}

void defrag_release(struct defrag *d)
{
	while (d->done) {
		struct defrag_packet *p = d->done;

		d->done = p->chain;
		defrag_destroy(d, p);
	}
}

/* defrag_unlink() - out of the table and the list */
static void defrag_unlink(struct defrag *d, struct defrag_packet *p)
{
	struct defrag_packet **at = &d->slot[defrag_hash(d, &p->ip)];

	while (*at != p)
		at = &(*at)->chain;
	*at = p->chain;
	if (p->older)
		p->older->newer = p->newer;
	else
		d->oldest = p->newer;
	if (p->newer)
		p->newer->older = p->older;
	else
		d->newest = p->older;
	d->count--;
}

void defrag_free(struct defrag *d)
{
	if (!d)
		return;
	defrag_release(d);
	while (d->oldest) {
		struct defrag_packet *p = d->oldest;

		defrag_unlink(d, p);
		defrag_destroy(d, p);
	}
	free(d);
}

static bool defrag_is_room(const struct defrag *d, size_t more)
{
	return d->bytes + more <= d->limits.max_bytes;
}

static struct defrag_packet *defrag_begin(struct defrag *d,
					  const struct defrag_in *in)
{
	struct defrag_packet **slot = &d->slot[defrag_hash(d, in->ip)];
	struct defrag_packet *p;

	if (d->count == d->limits.max_packets || !defrag_is_room(d, sizeof(*p)))
		return NULL;
	p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	d->bytes += sizeof(*p);
	d->count++;
	p->ip = *in->ip;
	p->ip.opt = NULL;
	p->ip.opt_len = 0;
	p->tunnel = in->tunnel;
	p->tunnel_key = in->tunnel_key;
	p->frame_first = in->frame;
	p->ts_ns = in->ts_ns;
	p->known = DEFRAG_DATA_MAX;
	p->chain = *slot;
	*slot = p;
	p->older = d->newest;
	if (d->newest)
		d->newest->newer = p;
	else
		d->oldest = p;
	d->newest = p;
	return p;
}

static struct defrag_packet *defrag_find(struct defrag *d,
					 const struct defrag_in *in)
{
	struct defrag_packet *p = d->slot[defrag_hash(d, in->ip)];

	while (p && !defrag_is_part(p, in))
		p = p->chain;
	return p;
}

/* defrag_grow() - room for the data up to @need */
static bool defrag_grow(struct defrag *d, struct defrag_packet *p,
			uint32_t need)
{
	uint32_t cap = p->cap ? p->cap : DEFRAG_CAP_MIN;
	uint8_t *buf;

	if (need <= p->cap)
		return true;
	while (cap < need)
		cap *= 2;
	if (!defrag_is_room(d, defrag_cost(cap)))
		return false;
	buf = malloc(defrag_cost(cap));
	if (!buf)
		return false;
	memset(buf + cap, 0, cap / (DEFRAG_BLOCK * 8));
	if (p->buf) {
		memcpy(buf, p->buf, p->cap);
		memcpy(buf + cap, defrag_bits(p), p->cap / (DEFRAG_BLOCK * 8));
	}
	d->bytes += defrag_cost(cap);
	defrag_drop_data(d, p);
	p->buf = buf;
	p->cap = cap;
	return true;
}

/* defrag_count_had() - of the blocks in [@lo, @hi), how many came already? */
static uint32_t defrag_count_had(const struct defrag_packet *p, uint32_t lo,
				 uint32_t hi)
{
	uint32_t block, n = 0;

	for (block = lo / DEFRAG_BLOCK; block * DEFRAG_BLOCK < hi; block++)
		n += defrag_has(p, block);
	return n;
}

/* defrag_copy() - the blocks of [@lo, @hi) that did not come yet */
static void defrag_copy(struct defrag_packet *p, uint32_t lo, uint32_t hi,
			const uint8_t *data, uint32_t cap_len)
{
	uint32_t block;

	for (block = lo / DEFRAG_BLOCK; block * DEFRAG_BLOCK < hi; block++) {
		uint32_t at = block * DEFRAG_BLOCK;
		uint32_t n = hi - at < DEFRAG_BLOCK ? hi - at : DEFRAG_BLOCK;

		if (defrag_has(p, block))
			continue;
		defrag_bits(p)[block / 8] |= (uint8_t)(1U << block % 8);
		p->blocks++;
		if (at - lo + n > cap_len) {
			if (lo + cap_len < p->known)
				p->known = lo + cap_len;
			n = at - lo < cap_len ? cap_len - (at - lo) : 0;
		}
		memcpy(p->buf + at, data + (at - lo), n);
	}
}

static void defrag_keep_first(struct defrag_packet *p, const struct ip_hdr *ip)
{
	p->has_first = true;
	p->ip = *ip;
	if (!ip->opt_len)
		return;
	ASSERT(ip->opt_len <= sizeof(p->opt));
	memcpy(p->opt, ip->opt, ip->opt_len);
	p->ip.opt = p->opt;
}

/* defrag_check() - what a fragment must be by itself, and beside the others */
static enum anomaly defrag_check(const struct defrag_packet *p,
				 const struct defrag_in *in, uint32_t lo,
				 uint32_t hi)
{
	uint32_t most = DEFRAG_DATA_MAX;

	/* IPv4's limit holds for header and data. */
	if (in->ip->version == 4)
		most -= in->ip->hdr_len;
	if (hi > most)
		return ANOMALY_FRAG_OVERSIZE;
	if (p->end && hi > p->end)
		return ANOMALY_FRAG_END;
	if (!in->ip->more_frags && (p->end ? p->end != hi : p->reach > hi))
		return ANOMALY_FRAG_END;
	if (in->ip->version == 6 && p->buf) {
		uint32_t top = hi < p->reach ? hi : p->reach;
		uint32_t had = lo < top ? defrag_count_had(p, lo, top) : 0;

		if (had && had * DEFRAG_BLOCK < hi - lo)
			return ANOMALY_FRAG_OVERLAP;
	}
	return ANOMALY_NONE;
}

static void defrag_hand_out(struct defrag *d, struct defrag_packet *p,
			    bool is_whole, struct defrag_out *ret)
{
	uint32_t have = 0;

	defrag_unlink(d, p);
	p->chain = d->done;
	d->done = p;
	while (have < p->reach && defrag_has(p, have / DEFRAG_BLOCK))
		have += DEFRAG_BLOCK;
	if (have > p->reach)
		have = p->reach;
	*ret = (struct defrag_out) {
		.ip = p->ip,
		.tunnel = p->tunnel,
		.data = p->buf,
		.cap_len = have < p->known ? have : p->known,
		.len = p->end,
		.count = p->count,
		.frame_first = p->frame_first,
		.ts_ns = p->ts_ns,
	};
	ret->ip.is_frag = !is_whole;
	if (!p->end)
		ret->len = DEFRAG_DATA_MAX -
			   (p->ip.version == 4 ? p->ip.hdr_len : 0);
}

/* defrag_break() - @p stays, without data */
static enum defrag_result defrag_break(struct defrag *d,
				       struct defrag_packet *p,
				       enum anomaly why, enum anomaly *ret_why)
{
	d->stats.broken++;
	p->is_broken = true;
	defrag_drop_data(d, p);
	*ret_why = why;
	return DEFRAG_BAD;
}

/* defrag_insert() - a fragment that may be part of @p */
static enum defrag_result defrag_insert(struct defrag *d,
					struct defrag_packet *p,
					const struct defrag_in *in, uint32_t lo,
					uint32_t hi)
{
	uint32_t blocks = (hi - lo + DEFRAG_BLOCK - 1) / DEFRAG_BLOCK;
	uint32_t top, had;

	if (!defrag_grow(d, p, hi)) {
		d->stats.refused++;
		return DEFRAG_KEPT;
	}
	top = hi < p->reach ? hi : p->reach;
	had = lo < top ? defrag_count_had(p, lo, top) : 0;
	if (had == blocks)
		d->stats.duplicates++;
	else if (had)
		d->stats.overlaps++;
	if (had < blocks)
		p->count++;
	defrag_copy(p, lo, hi, in->data, in->cap_len);
	if (hi > p->reach)
		p->reach = hi;
	if (!in->ip->more_frags)
		p->end = hi;
	if (lo == 0 && !p->has_first)
		defrag_keep_first(p, in->ip);
	if (!p->end || p->blocks < (p->end + DEFRAG_BLOCK - 1) / DEFRAG_BLOCK)
		return DEFRAG_KEPT;
	d->stats.whole++;
	return DEFRAG_WHOLE;
}

/* defrag_bad() - a fragment that is nothing by itself */
static enum defrag_result defrag_bad(struct defrag *d, enum anomaly why,
				     enum anomaly *ret_why)
{
	d->stats.bad++;
	*ret_why = why;
	return DEFRAG_BAD;
}

enum defrag_result defrag_put(struct defrag *d, const struct defrag_in *in,
			      struct defrag_out *ret, enum anomaly *ret_why)
{
	uint32_t lo = in->ip->frag_off;
	uint32_t len = in->len;
	struct defrag_packet *p;
	enum defrag_result r;
	enum anomaly why;

	if (in->ip->more_frags && len % DEFRAG_BLOCK) {
		/* RFC 8200 4.5 has it dropped; of IPv4 Linux takes the blocks
		 * that are whole.
		 */
		if (in->ip->version == 6)
			return defrag_bad(d, ANOMALY_FRAG_LEN, ret_why);
		len -= len % DEFRAG_BLOCK;
	}
	if (!len)
		return defrag_bad(d, ANOMALY_FRAG_EMPTY, ret_why);
	p = defrag_find(d, in);
	if (!p)
		p = defrag_begin(d, in);
	if (!p) {
		d->stats.refused++;
		return DEFRAG_KEPT;
	}
	if (p->is_broken)
		return DEFRAG_KEPT;
	why = defrag_check(p, in, lo, lo + len);
	if (why != ANOMALY_NONE)
		return defrag_break(d, p, why, ret_why);
	r = defrag_insert(d, p, in, lo, lo + len);
	if (r == DEFRAG_WHOLE)
		defrag_hand_out(d, p, true, ret);
	return r;
}

static bool defrag_is_due(const struct defrag *d, const struct defrag_packet *p,
			  int64_t now_ns)
{
	int64_t wait_ns = p->ip.version == 4 ? DEFRAG_V4_WAIT_NS
					     : DEFRAG_V6_WAIT_NS;

	if (d->count == d->limits.max_packets ||
	    !defrag_is_room(d, DEFRAG_RESERVE) || now_ns == INT64_MAX)
		return true;
	return now_ns != INT64_MIN && p->ts_ns != INT64_MIN &&
	       now_ns > p->ts_ns &&
	       (uint64_t)now_ns - (uint64_t)p->ts_ns > (uint64_t)wait_ns;
}

bool defrag_lost(struct defrag *d, int64_t now_ns, struct defrag_out *ret)
{
	struct defrag_packet *p;

	while ((p = d->oldest) && defrag_is_due(d, p, now_ns)) {
		ASSERT(!p->older);
		if (!p->is_broken)
			d->stats.lost++;
		if (p->has_first && !p->is_broken) {
			defrag_hand_out(d, p, false, ret);
			return true;
		}
		defrag_unlink(d, p);
		defrag_destroy(d, p);
	}
	return false;
}

bool defrag_is_empty(const struct defrag *d)
{
	return !d->oldest;
}

const struct defrag_stats *defrag_stats(const struct defrag *d)
{
	return &d->stats;
}

uint64_t defrag_bytes(const struct defrag *d)
{
	return d->bytes;
}
