/* SPDX-License-Identifier: BSD-2-Clause */
/* pattern.h - payload whose every byte follows from where it belongs.
 *
 * A byte is a function of its connection and its offset, so that an echo is
 * checked without keeping what was sent, and bytes that were lost, moved or
 * mixed between connections show. The first byte of a stream and of a datagram
 * is 0x80 or above: it can begin neither a PROXY header, nor SPP, nor a line
 * of JSON.
 */
#ifndef CLIENT_SIM_PATTERN_H
#define CLIENT_SIM_PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Datagrams of at least this many bytes begin with their id and number. */
#define PATTERN_TAG_LEN (8 /* id, top bit set */ + 8 /* seq */)

/* pattern_fill() - @len bytes of stream @id from offset @off on */
void pattern_fill(uint64_t id, uint64_t off, uint8_t *buf, size_t len);

/* pattern_check() - Return: how many bytes are right, @len if all are */
size_t pattern_check(uint64_t id, uint64_t off, const uint8_t *buf, size_t len);

/* pattern_fill_datagram() - datagram number @seq of @id (< 2^63), whole */
void pattern_fill_datagram(uint64_t id, uint64_t seq, uint8_t *buf, size_t len);

/* pattern_check_datagram() - Return: as pattern_check() */
size_t pattern_check_datagram(uint64_t id, uint64_t seq, const uint8_t *buf,
			      size_t len);

/* pattern_read_tag() - whose datagram @buf says it is.
 * Return: false if it carries no tag
 */
bool pattern_read_tag(const uint8_t *buf, size_t len, uint64_t *ret_id,
		      uint64_t *ret_seq);

#endif
