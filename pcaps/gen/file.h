/* SPDX-License-Identifier: BSD-2-Clause */
/* file.h - write a pcap file (classic, microseconds, little-endian on every
 * machine: the files are compared byte for byte)
 */
#ifndef GEN_FILE_H
#define GEN_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define FILE_FRAME_MAX 65535

/* Time starts at 2023-04-28T07:19:59Z, and each frame is a millisecond later
 * than the one before, so that files do not depend on when they are made.
 * @now_ms:   since that start; may be moved on
 * @is_blind: frames are sent, and not captured
 */
struct file {
	FILE *out;
	uint32_t now_ms;
	uint32_t snaplen;
	bool is_blind;
};

/* file_open() - DIR/input.pcap; @dir is made if it is not there.
 * @link: LINKTYPE number. Exits with a message on failure, like all here: a
 * generator that cannot write has nothing else to do.
 */
void file_open(struct file *f, const char *dir, uint32_t link);

/* file_put() - one frame, cut to @f->snaplen */
void file_put(struct file *f, const uint8_t *frame, size_t len);

void file_close(struct file *f);

#endif
