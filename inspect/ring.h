/* SPDX-License-Identifier: BSD-2-Clause */
/* ring.h - write frames to pcap files (nanoseconds), one after the other, with
 * the names and the turns that tcpdump(8) takes for -w, -C, -G and -W
 */
#ifndef INSPECT_RING_H
#define INSPECT_RING_H

#include <stdint.h>

#include "frame.h"

#define RING_ERR_MAX   512
#define RING_FILES_MAX 1000000

struct ring;

/* @path:    with @seconds a format for strftime(3), local time
 * @mbytes:  begin another file when one has this many million bytes; 0: never.
 *	     A number stands behind its name.
 * @seconds: begin another file when one is so old in time of the frames; 0:
 *	     never
 * @files:   with @mbytes: begin again with the first after so many; with
 *	     @seconds alone: that is the end; 0: no limit
 */
struct ring_config {
	const char *path;
	uint32_t mbytes;
	uint32_t seconds;
	uint32_t files;
};

/* ring_open() - @cfg: borrowed. The first file is made at once, under the name
 * that a frame of @now_ns would have.
 * Return: 0; -EIO and @err
 */
int ring_open(const struct ring_config *cfg, int link, uint32_t snaplen,
	      int64_t now_ns, char err[RING_ERR_MAX], struct ring **ret);

/* ring_put() - Return: 0; -ENODATA: the last file is full, @f was not taken;
 * -EIO and @err
 */
int ring_put(struct ring *r, const struct frame *f, char err[RING_ERR_MAX]);

/* ring_flush() - let readers see what there is. Return: 0; -EIO and @err */
int ring_flush(struct ring *r, char err[RING_ERR_MAX]);

/* ring_close() - NULL is a no-op. Return: as ring_flush() */
int ring_close(struct ring *r, char err[RING_ERR_MAX]);

#endif
