/* SPDX-License-Identifier: BSD-2-Clause */
/* pcapng_out.h - blocks of a pcapng file (draft-ietf-opsawg-pcapng) */
#ifndef INSPECT_PCAPNG_OUT_H
#define INSPECT_PCAPNG_OUT_H

#include <stdio.h>

#include "capfile.h"

/* Longest comment; the rest is cut. */
#define PCAPNG_COMMENT_MAX 2048
/* Comments of one packet. */
#define PCAPNG_COMMENTS 8

/* @count comments, each NUL-terminated UTF-8 */
struct pcapng_comments {
	unsigned count;
	char text[PCAPNG_COMMENTS][PCAPNG_COMMENT_MAX];
};

/* pcapng_put_section() - in this machine's byte order, written by @program */
void pcapng_put_section(FILE *out, const char *program);

/* pcapng_put_iface() - its times are in nanoseconds */
void pcapng_put_iface(FILE *out, int link, uint32_t snaplen);

/* pcapng_put_packet() - @f of interface @iface; no time is the time 0 */
void pcapng_put_packet(FILE *out, const struct frame *f, uint32_t iface,
		       const struct pcapng_comments *c);

/* pcapng_put_block() - a block of @cf's file as it is, but for the length that
 * a section states: blocks behind it may get longer or be left out
 */
void pcapng_put_block(FILE *out, const struct capfile *cf, const uint8_t *block,
		      size_t len);

/* pcapng_put_commented() - a packet block of @cf's file, @len bytes at @block,
 * with comments before the options it has. A simple packet block, which has no
 * room for any, becomes an enhanced one.
 */
void pcapng_put_commented(FILE *out, const struct capfile *cf,
			  const uint8_t *block, size_t len,
			  const struct frame *f,
			  const struct pcapng_comments *c);

#endif
