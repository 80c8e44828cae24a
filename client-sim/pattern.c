/* SPDX-License-Identifier: BSD-2-Clause */
/* pattern.c - see pattern.h; the mixing function is splitmix64's */
#include "pattern.h"

#include <endian.h>
#include <string.h>

#include "wire/bytes.h"

#define PATTERN_STEP 0x9e3779b97f4a7c15ULL
#define PATTERN_TAG  0x80

static uint64_t pattern_mix(uint64_t v)
{
	v = (v ^ v >> 30) * 0xbf58476d1ce4e5b9ULL;
	v = (v ^ v >> 27) * 0x94d049bb133111ebULL;
	return v ^ v >> 31;
}

/* Word @n of a stream, in memory order. */
static uint64_t pattern_word(uint64_t key, uint64_t n)
{
	uint64_t v = pattern_mix(key + n * PATTERN_STEP);

	return htole64(n == 0 ? v | PATTERN_TAG : v);
}

static uint64_t pattern_key(uint64_t id)
{
	return pattern_mix(id + PATTERN_STEP);
}

static uint8_t pattern_byte(uint64_t key, uint64_t off)
{
	uint64_t word = pattern_word(key, off / 8);
	uint8_t bytes[8];

	memcpy(bytes, &word, sizeof(bytes));
	return bytes[off % 8];
}

static void pattern_fill_key(uint64_t key, uint64_t off, uint8_t *buf,
			     size_t len)
{
	size_t i = 0;

	while (i < len && (off + i) % 8) {
		buf[i] = pattern_byte(key, off + i);
		i++;
	}
	for (; len - i >= 8; i += 8) {
		uint64_t word = pattern_word(key, (off + i) / 8);

		memcpy(buf + i, &word, 8);
	}
	for (; i < len; i++)
		buf[i] = pattern_byte(key, off + i);
}

static size_t pattern_check_key(uint64_t key, uint64_t off, const uint8_t *buf,
				size_t len)
{
	size_t i = 0;

	while (i < len && (off + i) % 8) {
		if (buf[i] != pattern_byte(key, off + i))
			return i;
		i++;
	}
	for (; len - i >= 8; i += 8) {
		uint64_t word = pattern_word(key, (off + i) / 8);

		if (memcmp(buf + i, &word, 8) != 0)
			break; /* the loop below finds the byte */
	}
	while (i < len && buf[i] == pattern_byte(key, off + i))
		i++;
	return i;
}

void pattern_fill(uint64_t id, uint64_t off, uint8_t *buf, size_t len)
{
	pattern_fill_key(pattern_key(id), off, buf, len);
}

size_t pattern_check(uint64_t id, uint64_t off, const uint8_t *buf, size_t len)
{
	return pattern_check_key(pattern_key(id), off, buf, len);
}

static uint64_t pattern_datagram_key(uint64_t id, uint64_t seq)
{
	return pattern_mix(pattern_key(id) + seq);
}

static void pattern_put_be64(uint8_t *p, uint64_t v)
{
	put_be32(p, (uint32_t)(v >> 32));
	put_be32(p + 4, (uint32_t)v);
}

static void pattern_put_tag(uint64_t id, uint64_t seq, uint8_t *buf)
{
	pattern_put_be64(buf, id);
	pattern_put_be64(buf + 8, seq);
	buf[0] |= PATTERN_TAG;
}

void pattern_fill_datagram(uint64_t id, uint64_t seq, uint8_t *buf, size_t len)
{
	pattern_fill_key(pattern_datagram_key(id, seq), 0, buf, len);
	if (len >= PATTERN_TAG_LEN)
		pattern_put_tag(id, seq, buf);
}

size_t pattern_check_datagram(uint64_t id, uint64_t seq, const uint8_t *buf,
			      size_t len)
{
	uint8_t tag[PATTERN_TAG_LEN];
	size_t i;

	if (len < PATTERN_TAG_LEN)
		return pattern_check_key(pattern_datagram_key(id, seq), 0, buf,
					 len);
	pattern_put_tag(id, seq, tag);
	for (i = 0; i < PATTERN_TAG_LEN; i++)
		if (buf[i] != tag[i])
			return i;
	return PATTERN_TAG_LEN +
	       pattern_check_key(pattern_datagram_key(id, seq), PATTERN_TAG_LEN,
				 buf + PATTERN_TAG_LEN, len - PATTERN_TAG_LEN);
}

bool pattern_read_tag(const uint8_t *buf, size_t len, uint64_t *ret_id,
		      uint64_t *ret_seq)
{
	if (len < PATTERN_TAG_LEN || !(buf[0] & PATTERN_TAG))
		return false;
	*ret_id = get_be64(buf) & ~(1ULL << 63);
	*ret_seq = get_be64(buf + 8);
	return true;
}
