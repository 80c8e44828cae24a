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
 *	NONE	the stream begins with something else
 *	BAD	it begins like a header and is malformed (@err)
 *
 * @is_done: @next is final. The window is freed then, and what comes later is
 * only compared with a header: in FOUND a segment that repeats @hdr counts in
 * @again_count, in NONE one that begins with a header counts in @late_count.
 *
 * Segments with a bad checksum are not scanned: a receiver drops them. The
 * first header among them is kept as the answer of last resort (@has_bad_copy)
 * and goes as soon as a good one comes.
 *
 * Datagrams (find_datagram()) are whole: each is judged by itself and counted,
 * the first header is kept.
 *
 * Not handled: IP fragments but the first; a stream's bytes that are sent
 * twice with different contents (the first copy counts).
 */
#ifndef INSPECT_FIND_H
#define INSPECT_FIND_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "decode.h"
#include "reasm.h"

enum find_state {
	FIND_WAIT,
	FIND_NONE,
	FIND_FOUND,
	FIND_BAD,
};

/* @hdr, @hdr_len: a copy of the first header; NULL unless FOUND or a bad copy
 * @frame:     brought the header's first byte (BAD: that of the malformed one)
 * @frame_last: brought its last
 * @count:     stream: headers in a row; datagrams: those with a header
 * @payloads:  datagrams or segments with payload
 * @alone:     datagrams that are a header and nothing else
 * @changed:   datagrams whose header differs from the first
 * @doubled:   datagrams with a second header behind the first
 * @first_hi:  stream offset at which the segment with byte 0 ended
 * @is_split:  the header came in several segments
 * @is_cut:    the capture lacks bytes that were needed (snaplen)
 * @is_starved: memory or the window's holes ran out before the answer
 * @fin_off:   stream length, if @has_fin
 */
struct find {
	enum find_state state;
	enum hdr_mode kind;
	bool is_done;
	bool has_first;
	bool is_split;
	bool is_cut;
	bool is_starved;
	bool has_bad_copy;
	bool has_fin;
	bool is_first_bare;
	struct wire_err err;
	uint8_t *hdr;
	uint32_t hdr_len;
	uint32_t next;
	uint32_t first_hi;
	uint32_t fin_off;
	uint64_t frame;
	uint64_t frame_last;
	uint32_t count;
	uint32_t payloads;
	uint32_t alone;
	uint32_t changed;
	uint32_t doubled;
	uint32_t again_count;
	uint32_t late_count;
	uint32_t bad_csum_count;
	struct reasm asm_;
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

/* find_is_cut_by_sender() - did the stream end inside the header? */
bool find_is_cut_by_sender(const struct find *f);

void find_fini(struct find *f, struct budget *b);

#endif
