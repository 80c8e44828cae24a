/* SPDX-License-Identifier: BSD-2-Clause */
/* file.h - write a capture file: pcap (classic, microseconds, little-endian on
 * every machine: the files are compared byte for byte), or on demand another
 * form
 */
#ifndef GEN_FILE_H
#define GEN_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define FILE_FRAME_MAX 65535

enum file_form {
	FILE_PCAP,
	FILE_PCAP_BE_NS, /* big-endian, nanoseconds */
	FILE_PCAPNG,
	FILE_PCAPNG_BE,
};

/* In which block of a pcapng file a frame stands. */
enum file_block {
	FILE_BLOCK_ENHANCED = 6,
	FILE_BLOCK_SIMPLE = 3,
	FILE_BLOCK_OBSOLETE = 2,
};

/* What the next block of a pcapng file needs. */
struct file_ng {
	bool is_open; /* a section was begun */
	uint32_t ifaces;
	uint32_t iface;
	enum file_block block;
	const char *comment;
	uint8_t resol[8];
	int64_t offset_s[8];
};

/* Time starts at 2023-04-28T07:19:59Z, and each frame is a millisecond later
 * than the one before, so that files do not depend on when they are made.
 * @now_ms:   since that start; may be moved on
 * @is_blind: frames are sent, and not captured
 */
struct file {
	enum file_form form;
	FILE *out;
	uint32_t now_ms;
	uint32_t snaplen;
	bool is_blind;
	struct file_ng ng;
};

/* file_open() - DIR/input.pcap; @dir is made if it is not there.
 * @link: LINKTYPE number. Exits with a message on failure, like all here: a
 * generator that cannot write has nothing else to do.
 */
void file_open(struct file *f, const char *dir, uint32_t link);

/* file_begin() - the file anew, in another form. In one of pcapng's, or again:
 * a section, which needs a file_iface() before frames.
 */
void file_begin(struct file *f, enum file_form form, uint32_t link);

/* file_iface() - describe an interface; frames are of this one until there is
 * another, or file_use() says so.
 * @resol:    if_tsresol: times are in units of 10^-@resol s
 * @offset_s: if_tsoffset
 */
void file_iface(struct file *f, uint32_t link, const char *name, uint8_t resol,
		int64_t offset_s);
void file_use(struct file *f, uint32_t iface, enum file_block block,
	      const char *comment);

/* file_unknown() - a block that no reader knows */
void file_unknown(struct file *f);

/* file_put() - one frame, cut to @f->snaplen */
void file_put(struct file *f, const uint8_t *frame, size_t len);

void file_close(struct file *f);

#endif
