/* SPDX-License-Identifier: BSD-2-Clause */
/* bytes.h - unaligned reads and writes; the name says width and order.
 *
 * Values are in host order on the C side. A 16- or 32-bit value that must stay
 * in wire order (a table key, a socket address) is a be16/be32, which does not
 * compare with or convert to an integer by accident.
 */
#ifndef WIRE_BYTES_H
#define WIRE_BYTES_H

#include <stdint.h>
#include <string.h>

typedef struct {
	uint16_t net;
} be16;

typedef struct {
	uint32_t net;
} be32;

static inline uint16_t be16_get(be16 v)
{
	return __builtin_bswap16(v.net);
}

static inline be16 be16_make(uint16_t host)
{
	return (be16) { __builtin_bswap16(host) };
}

static inline uint32_t be32_get(be32 v)
{
	return __builtin_bswap32(v.net);
}

static inline be32 be32_make(uint32_t host)
{
	return (be32) { __builtin_bswap32(host) };
}

static inline uint16_t get_be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t get_be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static inline uint64_t get_be64(const uint8_t *p)
{
	return (uint64_t)get_be32(p) << 32 | get_be32(p + 4);
}

static inline uint16_t get_le16(const uint8_t *p)
{
	return (uint16_t)(p[1] << 8 | p[0]);
}

static inline uint32_t get_le32(const uint8_t *p)
{
	return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[1] << 8 | p[0];
}

static inline void put_be16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void put_be32(uint8_t *p, uint32_t v)
{
	put_be16(p, (uint16_t)(v >> 16));
	put_be16(p + 2, (uint16_t)v);
}

/* hex_digit() - value of one hexadecimal digit, -1 if @c is none */
static inline int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

#endif
