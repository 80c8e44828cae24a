/* SPDX-License-Identifier: BSD-2-Clause */
/* mark.h - which bytes of a frame are the header, the option, or what is wrong
 *
 * A flow leaves behind what it takes to find them again in the frame.
 */
#ifndef INSPECT_MARK_H
#define INSPECT_MARK_H

#include "frame.h"
#include "hexdump.h"
#include "view.h"

/* Bytes of a header by which it is found again. */
#define MARK_BYTES_MAX 256
/* Its first frame, and another that brought the rest, or that is malformed */
#define MARK_FRAME_MAX 3

enum mark_what {
	MARK_NOTHING, /* shown, nothing marked */
	MARK_HEADER,  /* its begin */
	MARK_REST,    /* its end */
	MARK_OPTION,
	MARK_MALFORMED, /* the byte at @off of the payload, or of the frame */
};

/* @frame: one of the flow's; @count of them
 * @bytes: the header's begin, @tail: its end; or the option
 */
struct mark {
	unsigned count;
	struct mark_frame {
		uint64_t number;
		enum mark_what what;
	} frame[MARK_FRAME_MAX];
	bool is_in_payload;
	uint32_t off;
	uint32_t hdr_len;
	uint32_t len;
	uint8_t bytes[MARK_BYTES_MAX];
	uint32_t tail_len;
	uint8_t tail[MARK_BYTES_MAX];
};

/* mark_init() - the frames of @v that are worth showing */
void mark_init(struct mark *m, const struct view *v);

/* mark_find() - the marked bytes of frame @i of @m, which is @f.
 * Return: an empty range if there are none
 */
struct hexdump_range mark_find(const struct mark *m, unsigned i,
			       const struct frame *f);

#endif
