/* SPDX-License-Identifier: BSD-2-Clause */
/* csum.h - the Internet checksum (RFC 1071) and the pseudo headers of TCP and
 * UDP over IPv4 (RFC 9293 3.1) and IPv6 (RFC 8200 8.1).
 */
#ifndef WIRE_CSUM_H
#define WIRE_CSUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

enum csum_state {
	CSUM_UNKNOWN, /* not every byte it covers is at hand */
	CSUM_OK,
	CSUM_BAD,
	CSUM_ABSENT,  /* 0 in a field where 0 means "none" */
	CSUM_PARTIAL, /* what stands there when the NIC is to finish it */
};

/* A sum in the making. Zero-initialised is the empty sum. */
struct csum {
	uint64_t sum;
	bool is_odd; /* an odd number of bytes went in so far */
};

/* csum_update() - add @len bytes; pieces may have odd lengths */
void csum_update(struct csum *c, const uint8_t *buf, size_t len);

/* csum_update_pseudo() - add the pseudo header of @proto over @src/@dst, whose
 * families must be alike; @len is the transport's header and data in bytes.
 */
void csum_update_pseudo(struct csum *c, const struct ip_addr *src,
			const struct ip_addr *dst, uint8_t proto, uint32_t len);

/* csum_fold() - the 16-bit ones' complement sum, not complemented. 0xffff over
 * data that contains its own right checksum.
 */
uint16_t csum_fold(const struct csum *c);

/* csum_fold_raw() - the same of a sum of 32-bit words in the order of memory;
 * the result is, too
 */
static inline uint16_t csum_fold_raw(uint64_t sum)
{
	sum = (sum & UINT32_MAX) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)((sum & 0xffff) + (sum >> 16));
}

/* csum_is_whole() - do @len bytes, their checksum among them, sum up to it? */
bool csum_is_whole(const uint8_t *buf, size_t len);

/* csum_is_right() - the same of a segment or datagram, @len bytes at @seg, with
 * its pseudo header. @addrs: source and destination as they follow each other
 * in the IP header, @addrs_len bytes.
 */
bool csum_is_right(const uint8_t *addrs, size_t addrs_len, uint8_t proto,
		   const uint8_t *seg, size_t len);

/* csum_check_transport() - judge a TCP or UDP checksum.
 * @seg, @len: the whole segment or datagram, header included
 * @field_off: offset of the checksum in @seg; field_off + 2 <= @len
 * Return: never CSUM_UNKNOWN. CSUM_ABSENT only if @proto is UDP.
 */
enum csum_state csum_check_transport(const struct ip_addr *src,
				     const struct ip_addr *dst, uint8_t proto,
				     const uint8_t *seg, size_t len,
				     size_t field_off);

#endif
