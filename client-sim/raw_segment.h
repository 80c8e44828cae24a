/* SPDX-License-Identifier: BSD-2-Clause */
/* raw_segment.h - the bytes of one TCP segment */
#ifndef CLIENT_SIM_RAW_SEGMENT_H
#define CLIENT_SIM_RAW_SEGMENT_H

#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"
#include "wire/tcp.h"

/* @src, @dst: of one family
 * @flags:   enum tcp_flag, or-ed
 * @window:  as it stands in the header, scaled
 * @opt:     @opt_len bytes, a multiple of four, at most 40
 * @data:    @len bytes; all borrowed
 */
struct raw_segment {
	const struct endpoint *src;
	const struct endpoint *dst;
	uint32_t seq;
	uint32_t ack;
	uint16_t flags;
	uint16_t window;
	const uint8_t *opt;
	size_t opt_len;
	const uint8_t *data;
	size_t len;
};

/* raw_segment_build() - header, options and data, with a right checksum.
 * @out: TCP_HDR_LEN + @s->opt_len + @s->len bytes
 * Return: bytes written
 */
size_t raw_segment_build(const struct raw_segment *s, uint8_t *out);

#endif
