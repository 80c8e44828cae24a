/* SPDX-License-Identifier: BSD-2-Clause */
/* tap.h - a fingerprint of what each side of a flow says behind its headers, to
 * find the same talk in another capture.
 *
 * Hashes of the first 16, 64, 256 and 1024 bytes, and of all if it ends before.
 * Streams are read in order: bytes that come after a hole, and never again in
 * front of it, end the fingerprint, and so does a datagram that was cut.
 */
#ifndef INSPECT_TAP_H
#define INSPECT_TAP_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "decode.h"
#include "reasm.h"

struct flow;

#define TAP_MARKS 4
#define TAP_MAX	  1024

/* @len:   bytes behind the headers, in @hash; @mark: of the first 16, 64, ...
 * @start: stream offset of the first, if @has_start
 * @is_whole: the stream ended there
 * @is_cut: of datagrams, the capture lacks what follows
 */
struct tap_dir {
	uint64_t hash;
	uint64_t mark[TAP_MARKS];
	uint32_t len;
	uint32_t start;
	bool has_start;
	bool is_whole;
	bool is_cut;
};

struct tap {
	struct tap_dir dir[2]; /* by enum flow_side */
};

/* tap_packet() - @pkt of @side, after the flow's headers were looked for in it.
 * *@t is allocated when it is NULL.
 */
void tap_packet(struct tap **t, const struct flow *fl, unsigned side,
		const struct config *cfg, struct budget *b,
		const struct packet *pkt);

/* tap_is_full() - does @side's further payload bring nothing? */
static inline bool tap_is_full(const struct tap *t, unsigned side)
{
	return t->dir[side].len == TAP_MAX;
}

void tap_fini(struct tap **t, struct budget *b);

/* tap_compare() - Return: how many bytes are known to be the same at the start
 * of both; 0 if there is nothing to compare; -1 if they differ
 */
int tap_compare(const struct tap_dir *a, const struct tap_dir *b);

/* tap_key() - equal for equal talks, as far as both were read; 0: too short */
uint64_t tap_key(const struct tap_dir *d);

#endif
