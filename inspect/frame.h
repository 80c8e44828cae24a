/* SPDX-License-Identifier: BSD-2-Clause */
/* frame.h - one captured frame, wherever it came from */
#ifndef INSPECT_FRAME_H
#define INSPECT_FRAME_H

#include <stdint.h>

/* The frame has no time, or one that does not fit. */
#define FRAME_NO_TIME INT64_MIN

/* @number:   counted from 1 over all files, in the order in which they are
 *	      read, whatever the filter left out
 * @in_file:  the same within its own file; equal to @number for one file
 * @file:     which of several files, from 0
 * @iface:    interface within the file, from 0; a pcap file has one
 * @link:     enum link_type, or a number that link_decode() refuses
 * @ts_ns:    since 1970, or FRAME_NO_TIME
 * @data:     borrowed until the next frame is asked for
 * @cap_len:  bytes at @data
 * @wire_len: bytes that were on the wire; at least @cap_len
 */
struct frame {
	uint64_t number;
	uint64_t in_file;
	int64_t ts_ns;
	const uint8_t *data;
	uint32_t cap_len;
	uint32_t wire_len;
	uint32_t iface;
	uint16_t file;
	int link;
};

/* frame_shift() - *@number, of a frame unless it is 0, is @by greater */
static inline void frame_shift(uint64_t *number, uint64_t by)
{
	if (*number)
		*number += by;
}

#endif
