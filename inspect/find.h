/* SPDX-License-Identifier: BSD-2-Clause */
/* find.h - find the header that one direction of a flow carries.
 *
 * Theory of operation
 *
 * A stream (find_segment()) is scanned from its first byte: @next is the
 * offset at which a header may begin. While the answer is open, segments that
 * are in order and decide at once are scanned where they lie; all others go
 * through a reassembly window. States:
 *
 *	WAIT	nothing decided: no payload yet, or a header in part
 *	FOUND	a header stands at offset 0 (@hdr). Scanning goes on behind it
 *		until something that is no header comes: @count tells how many
 *		stood in a row.
 *	NONE	the stream begins with something else; a header behind that, in
 *		the same segment near its begin, or in the next one if the first
 *		was short, counts in @late_count
 *	BAD	it begins like a header and is malformed (@err)
 *
 * @is_done: @next is final. The window is freed then, and of what comes later
 * only segments that begin with a header count: in FOUND in @again_count if it
 * is @hdr, else in @pooled_count; in NONE in @late_count.
 *
 * Segments with a bad checksum are not scanned: a receiver drops them. The
 * first header among them is kept as the answer of last resort (@has_bad_copy)
 * and goes as soon as a good one comes.
 *
 * Datagrams (find_datagram()) are whole: each is judged by itself and counted,
 * the first header is kept.
 *
 * Bytes of a stream that come twice with different contents: the first copy
 * counts, as with most receivers; in the header @is_overlap tells.
 *
 * Not handled: a header behind other data that is split itself, that stands
 * further than FIND_BEHIND from the stream's begin, not in the first two
 * segments, or behind a long one.
 */
#ifndef INSPECT_FIND_H
#define INSPECT_FIND_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "app.h"
#include "config.h"
#include "decode.h"
#include "reasm.h"

/* Bytes in which a header is looked for that other data stands before. */
#define FIND_BEHIND 512

enum find_state {
	FIND_WAIT,
	FIND_NONE,
	FIND_FOUND,
	FIND_BAD,
};

/* Another header than the first, where none belongs.
 * @client: IP_NONE if it names nobody
 * @off:    in the stream, or in the datagram
 */
struct find_other {
	struct endpoint client;
	enum hdr_mode kind;
	uint32_t hdr_len;
	uint32_t off;
	uint64_t frame;
};

/* @hdr, @hdr_len: a copy of the first header; NULL unless FOUND, a bad copy, or
 *	       version 1 in a datagram (BAD)
 * @frame:     brought the header's first byte (BAD: that of the malformed one)
 * @frame_last: brought its last
 * @count:     stream: headers in a row; datagrams: those with a header
 * @payloads:  datagrams or segments with payload
 * @other:     the first header that is another one, or where none belongs;
 *	       NULL: none, or no memory
 * @app:       what the stream is behind its headers
 * @is_split:  the header came in several segments
 * @is_cut:    the capture lacks bytes that were needed (snaplen);
 *	       @is_cut_frag: because fragments of a datagram are missing
 * @is_starved: memory or the window's holes ran out before the answer
 * @is_overlap: bytes of the header came twice and differed
 *
 * Of streams only:
 * @first_hi:  stream offset at which the segment with byte 0 ended; in NONE, up
 *	       to where a header was looked for
 * @fin_off:   stream length, if @has_fin
 * @overlap_frame: of @is_overlap
 * @window:    while segments wait for others, else NULL
 *
 * Of datagrams only:
 * @alone:     those that are a header and nothing else
 * @changed:   those whose header differs from the first
 * @doubled:   those with a second header behind the first
 * @bare_frame: the first one without a header after one with
 */
struct find {
	enum find_state state : 8;
	enum hdr_mode kind    : 8;
	uint8_t app; /* enum app */
	bool is_done;
	bool has_first;
	bool is_split;
	bool is_cut;
	bool is_cut_frag;
	bool is_starved;
	bool has_bad_copy;
	bool has_fin;
	bool is_first_bare;
	bool is_overlap;
	struct wire_err err;
	uint8_t *hdr;
	uint32_t hdr_len;
	uint32_t count;
	uint32_t payloads;
	uint32_t late_count;
	uint32_t again_count;
	uint32_t bad_csum_count;
	uint64_t frame;
	uint64_t frame_last;
	struct find_other *other;
	union {
		struct {
			uint32_t next;
			uint32_t first_hi;
			uint32_t fin_off;
			uint32_t pooled_count;
			uint64_t overlap_frame;
			struct reasm *window;
		};
		struct {
			uint32_t alone;
			uint32_t changed;
			uint32_t doubled;
			uint64_t bare_frame;
		};
	};
};

/* find_segment() - @pkt's payload stands at stream offset @off (negative:
 * begins before the stream, as a keep-alive does). @frame: its number.
 */
void find_segment(struct find *f, const struct config *cfg, struct budget *b,
		  const struct packet *pkt, int64_t off, uint64_t frame);

void find_datagram(struct find *f, const struct config *cfg, struct budget *b,
		   const struct packet *pkt, uint64_t frame);

/* find_is_bad_csum() - would a receiver drop @pkt? */
bool find_is_bad_csum(const struct config *cfg, const struct packet *pkt);

/* find_begins() - may a header begin here? A few bytes that data rarely has:
 * those of version 1, version 2, SPP.
 */
static inline bool find_begins(const uint8_t *p, uint32_t len)
{
	return len >= 4 &&
	       (memcmp(p, "PROX", 4) == 0 || memcmp(p, "\r\n\r\n", 4) == 0 ||
		memcmp(p, "\x56\xec", 2) == 0);
}

/* find_is_settled() - for a stream: does nothing change any more but by a
 * segment that stands before @f->next or that find_begins()?
 */
static inline bool find_is_settled(const struct find *f)
{
	return f->is_done &&
	       (f->state != FIND_NONE || f->first_hi >= FIND_BEHIND);
}

/* find_end_behind() - of a stream that begins with other data: no header is
 * looked for behind it in later segments
 */
static inline void find_end_behind(struct find *f)
{
	if (f->state == FIND_NONE)
		f->first_hi = FIND_BEHIND;
}

/* find_is_cut_by_sender() - did the stream end inside the header? */
bool find_is_cut_by_sender(const struct find *f);

void find_fini(struct find *f, struct budget *b);

/* find_shift() - the frames' numbers are @by greater */
void find_shift(struct find *f, bool is_stream, uint64_t by);

#endif
