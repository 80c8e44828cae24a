/* SPDX-License-Identifier: BSD-2-Clause */
/* trial.h - what an engine notes that accounts a part of a file before what
 * stands in front of that part is known.
 *
 * Theory of operation
 *
 * Such an engine takes the first packet of each key for the begin of a flow.
 * For most it is; but some of its flows began before the part, and go on in it.
 * So it notes each packet that it looked at (an item), and how many it only
 * counted until the next one it looked at (a run). When all before the part is
 * known, engine_merge() goes through the items in their order: a flow whose key
 * nobody has at that time is moved as it is, packets of the others are
 * accounted then, a run of them at once if the flow that it belongs to allows
 * it. What that flow waits for is mostly among the first payloads of the part:
 * there are items of those even if they were only counted.
 *
 * Of a flow that began with a SYN, and not among the first, there is but the
 * item of that SYN (ENTRY_IS_PARTIAL): should it belong to a flow that began
 * before, its packets are looked for in the file.
 *
 * A stream whose first packet here has no SYN began before: nothing is looked
 * at of it, its entry is blank. What is known of it says whether its first
 * packets only need to be counted, which mostly they do, up to one that nobody
 * could only count. If most such streams turn out to be new, trials are wary
 * and look at them, too.
 *
 * All of that happens in the order in which an engine that had read the whole
 * file would have begun, swept and ended flows: numbers, order and what is
 * evicted are the same. Where that cannot be, the trial ends before the packet
 * that is the reason (is_stopped), or is worth nothing (is_void).
 */
#ifndef INSPECT_TRIAL_H
#define INSPECT_TRIAL_H

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fast.h"
#include "table.h"

/* Frames come in the order of their times, but for so much: else nobody knows
 * which flows had ended meanwhile.
 */
#define TRIAL_DISORDER_NS 1000000000LL

enum {
	TRIAL_BEGIN = 1,   /* the first of its entry */
	TRIAL_FRAG = 2,	   /* put together: it cannot be read again */
	TRIAL_COUNTED = 4, /* of a blank entry: nothing new for most flows */
	TRIAL_HEAD = 8,	   /* of one before any that is not counted */
};

/* A packet that was looked at.
 * @data:   its frame; the record stands before it
 * @now_ns: the newest time so far
 * @number: of the frame, counted in the part
 * @place:  of its entry
 * @run:    what followed, an index plus one; 0: nothing, or what the entry has,
 *	    if this is its last item
 * @copy:   of the frame (trial_frame()), or 0
 * @flags:  FAST_*
 * @what:   TRIAL_*
 */
struct trial_item {
	const uint8_t *data;
	int64_t ts_ns;
	int64_t now_ns;
	uint32_t number;
	uint32_t place;
	uint32_t seq;
	uint32_t len;
	uint32_t run;
	uint32_t copy;
	uint8_t off;
	uint8_t flags;
	uint8_t what;
};

/* Packets of one entry that were only counted, one after the other; @state and
 * @early are what allowed it
 */
struct trial_run {
	struct entry_skip skip[2];
	int64_t last_ns;
	uint64_t last_frame;
	uint32_t early[2];
	uint32_t state;
};

/* A cache line.
 * @last: its newest item, an index plus one
 * @is_moved: decided by engine_merge(), else its packets are accounted again
 * @is_unsure: it may have begun before
 * @is_taken: by engine_merge(): its TRIAL_HEAD items, and their runs
 * @is_closed: of a blank entry: there is an item that is not TRIAL_HEAD
 * @is_instead: another entry had its key before
 * @is_odd: of an entry that is ENTRY_IS_PARTIAL: a packet cannot be found again
 * @noted: by end: payloads that were counted and are items all the same
 * @acked: by end: the same without payload, before them, of a blank entry
 * @first: by end: where the first payload stood, of a blank entry
 * @head:  a run of all that was counted before it @is_closed, plus one
 * @told:  what of the entry's @skip is in items and runs
 * @id:    of its flow, given by engine_join()
 */
struct trial_mark {
	alignas(64) uint32_t last;
	bool is_moved;
	bool is_unsure;
	bool is_taken;
	bool is_closed;
	bool is_instead;
	bool is_odd;
	uint8_t noted[2];
	uint8_t acked[2];
	uint32_t first[2];
	uint32_t head;
	struct entry_skip told[2];
	uint64_t id;
};

/* @table:  has the flows; borrowed
 * @is_wary: most streams without a SYN were new ones: they are looked at, too;
 *	    of all trials
 * @frame:  the one at hand
 * @min_ns: the oldest time
 * @has_frag, @has_hidden: an item is TRIAL_FRAG; a key has two entries
 * @has_odd: a mark is_odd
 * @whole:  see trial_new()
 * @stop_number, @stop_data: the frame that was not accounted any more
 * @marks:  the memory of @mark
 * @copy:   small frames that are likely to be needed again
 */
struct trial {
	const struct table *table;
	bool is_wary;
	const struct frame *frame;
	int64_t min_ns;
	bool has_frag;
	bool has_hidden;
	bool has_odd;
	uint32_t whole;
	bool is_stopped;
	bool is_void;
	uint64_t stop_number;
	const uint8_t *stop_data;
	uint32_t item_count;
	uint32_t item_max;
	uint32_t run_count;
	uint32_t mark_max;
	size_t copy_bytes;
	size_t copy_max;
	uint8_t *copy;
	struct trial_item *item;
	struct trial_run *run;
	void *marks;
	struct trial_mark *mark;
};

/* items from which on new entries are partial */
#define TRIAL_WHOLE 4096U

/* trial_new() - for at most @flows flows, which stand in @table.
 * @whole: TRIAL_WHOLE, but for tests
 * Return: NULL if there is no memory
 */
struct trial *trial_new(uint32_t flows, uint32_t whole,
			const struct table *table);
void trial_free(struct trial *t);

/* trial_reset() - as new, but for @is_wary */
void trial_reset(struct trial *t);

/* trial_has_room() - for one more packet to be looked at, of any flow */
bool trial_has_room(const struct trial *t);

/* trial_instead() - @e, which is new, has a key that another entry had */
void trial_instead(struct trial *t, const struct entry *e);

/* trial_close() - before what @e has counted becomes its flow's */
void trial_close(struct trial *t, const struct entry *e);

/* trial_note() - @d was looked at, which is @t's frame; @e is its entry's
 * @what: TRIAL_FRAG or 0
 */
void trial_note(struct trial *t, struct entry *e, const struct digest *d,
		int64_t now_ns, uint8_t what);

/* trial_frame() - the frame of @it, if there is a copy: *@ret without numbers
 */
bool trial_frame(const struct trial *t, const struct trial_item *it,
		 struct frame *ret);

/* trial_blank() - @e, which is new, has no flow: @d is its first packet */
void trial_blank(struct entry *e, const struct digest *d);

/* trial_defer() - @d, which is @t's frame, cannot be counted in @e, which is
 * blank, without more. @what: TRIAL_FRAG, TRIAL_COUNTED or 0
 */
void trial_defer(struct trial *t, struct entry *e, const struct digest *d,
		 int64_t now_ns, uint8_t what);

/* trial_head_of() - what was counted in @e, which is blank, from its first
 * packet on up to one that could not be; false: nothing
 */
bool trial_head_of(const struct trial *t, const struct entry *e,
		   struct trial_run *ret);

/* trial_count() - before @d is counted in @e, which is ENTRY_IS_UNSURE */
void trial_count(struct trial *t, struct entry *e, const struct digest *d,
		 const uint8_t *data, int64_t now_ns, uint64_t number);

/* trial_run_of() - what was counted behind item @i, of an entry that is @e;
 * false: nothing
 */
bool trial_run_of(const struct trial *t, uint32_t i, const struct entry *e,
		  struct trial_run *ret);

#endif
