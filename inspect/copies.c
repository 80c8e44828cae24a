/* SPDX-License-Identifier: BSD-2-Clause */
/* copies.c - see copies.h; the hash is FNV-1a */
#include "copies.h"

#include "wire/bytes.h"
#include "wire/link.h"

#define COPIES_SEED  0xcbf29ce484222325ULL
#define COPIES_PRIME 0x100000001b3ULL
/* of a packet: its headers, and what they check */
#define COPIES_BYTES 128

/* in a cooked header */
#define SLL2_IFINDEX 4
#define SLL2_TYPE    10

/* copies_is_hop() - is byte @at of the packet at @ip rewritten on its way? */
static bool copies_is_hop(const uint8_t *ip, uint32_t at)
{
	if (ip[0] >> 4 == 6)
		return at == 7;
	return at == 8 || at == 10 || at == 11;
}

static uint64_t copies_hash(const uint8_t *ip, uint32_t len, uint32_t wire_len)
{
	uint64_t h = (COPIES_SEED ^ wire_len) * COPIES_PRIME;
	uint32_t i;

	for (i = 0; i < len && i < COPIES_BYTES; i++)
		if (!copies_is_hop(ip, i))
			h = (h ^ ip[i]) * COPIES_PRIME;
	return h;
}

bool copies_see(struct copies *c, const struct frame *f)
{
	uint64_t hash, where;
	struct copies_slot *s;
	uint32_t i;

	if (f->link != LINK_SLL2 || f->cap_len <= LINK_SLL2_LEN)
		return false;
	hash = copies_hash(f->data + LINK_SLL2_LEN, f->cap_len - LINK_SLL2_LEN,
			   f->wire_len);
	where = (uint64_t)get_be32(f->data + SLL2_IFINDEX) << 8 |
		f->data[SLL2_TYPE];
	s = &c->slot[(hash ^ hash >> 32) % COPIES_SLOTS];
	if (s->count && s->hash == hash && f->ts_ns - s->ts_ns < COPIES_NS) {
		for (i = 0; i < s->count && s->where[i] != where; i++)
			;
		if (i == s->count) {
			if (i < COPIES_IFACES)
				s->where[s->count++] = where;
			return true;
		}
	}
	*s = (struct copies_slot) {
		.hash = hash, .ts_ns = f->ts_ns, .count = 1, .where = { where }
	};
	return false;
}
