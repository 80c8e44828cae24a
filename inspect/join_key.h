/* SPDX-License-Identifier: BSD-2-Clause */
/* join_key.h - legs in the order of what they are looked up by, then of time */
#ifndef INSPECT_JOIN_KEY_H
#define INSPECT_JOIN_KEY_H

#include "join.h"

/* What legs are looked up by.
 * JOIN_KEY_NAMED:   the client that a front leg names, which has a header of
 *		     its own
 * JOIN_KEY_ADDRESS: the source without its port
 * JOIN_KEY_PAYLOAD: how it begins; legs that say too little are left out
 * JOIN_KEY_WHOLE:   all that the client says, as far as a fingerprint reaches;
 *		     legs of which less is known are left out
 * JOIN_KEY_PART:    of those, as JOIN_KEY_PAYLOAD
 * JOIN_KEY_ANY:     legs of one protocol
 */
enum join_key_of {
	JOIN_KEY_SOURCE,
	JOIN_KEY_NAMED,
	JOIN_KEY_ADDRESS,
	JOIN_KEY_PAYLOAD,
	JOIN_KEY_WHOLE,
	JOIN_KEY_PART,
	JOIN_KEY_ANY,
};

/* @reach_ns: when the last of those with this key ends, up to this one
 * @at:       place of the leg
 */
struct join_key {
	uint64_t key;
	int64_t first_ns;
	int64_t reach_ns;
	uint32_t at;
};

struct join_index {
	struct join_key *key;
	uint32_t count;
};

/* join_index_init() - of the legs, or of those that are open.
 * Return: 0 or -ENOMEM
 */
int join_index_init(struct join_index *x, const struct join_legs *l,
		    enum join_key_of of, bool is_open);
void join_index_fini(struct join_index *x);

/* join_index_seek() - the first that is not before @key and @ns */
uint32_t join_index_seek(const struct join_index *x, uint64_t key, int64_t ns);

/* join_key() - of @leg; 0: it is left out */
uint64_t join_key(const struct join_leg *leg, enum join_key_of of);

/* join_key_named() - that the leg which @back names has as JOIN_KEY_SOURCE or
 * JOIN_KEY_NAMED; JOIN_KEY_ADDRESS if it names no port
 */
uint64_t join_key_named(const struct join_leg *back);

#endif
