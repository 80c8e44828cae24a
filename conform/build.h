/* SPDX-License-Identifier: BSD-2-Clause */
/* build.h - header bytes, right or wrong on purpose.
 *
 * Written apart from lib/wire: the judge must not share a mistake with what it
 * judges. The bytes of a step are a list of items:
 *
 *	"text"		escapes \r \n \t \0 \\ \" \xHH, and {src4} {src6}
 *			{dst4} {dst6} {sport} {dport} of the trial's claim
 *	x0d0a0d0a	bytes in hex
 *	v1[:4|:6]	the right v1 line
 *	v2[:FORM,...]	a v2 header. FORM: 4 6 u4 u6 unix udgram unspec local.
 *			Then, in any order: ver=N cmd=N fam=N set nibbles and
 *			the family byte; len=N sets the length field alone;
 *			cut=N keeps N bytes of the block; flip=N inverts byte N
 *			of all; tlv=TT:HEX and rawtlv=HEX append; pad=N
 *			fills the block up to N bytes with a NOOP; crc, crc=bad,
 *			crc=le append a CRC32C
 *	spp[:4|:6]	38 bytes of the simple proxy protocol
 *	fill:N		N times 'A'
 *	probe		what the probe says first
 *
 * `$` in an item is the trial's value of the sweep.
 */
#ifndef CONFORM_BUILD_H
#define CONFORM_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

#define BUILD_BYTES_MAX 70000
#define BUILD_ERR_MAX	128

/* What a trial claims: both families, one pair of ports. */
struct claim {
	struct ip_addr src4, src6, dst4, dst6;
	uint16_t sport, dport;
};

/* @text is not NUL-terminated input to build_items(). */
struct build_env {
	const struct claim *claim;
	const uint8_t *probe;
	size_t probe_len;
	uint32_t sweep;
};

/* @hdr_len: bytes of the first item that is a header or text; what "cut"
 *	     sweeps over
 */
struct build {
	size_t len;
	size_t hdr_len;
	uint8_t bytes[BUILD_BYTES_MAX];
};

/* claim_nth() - a claim that no other @n has; its texts are as long for every
 * @n, so that offsets in them mean the same
 */
struct claim claim_nth(uint32_t n);

/* claim_is_any() - could @a be the source of a claim? */
bool claim_is_any(const struct ip_addr *a);

/* build_items() - append the items of @text to @b.
 * Return: false with a message in @err
 */
bool build_items(struct build *b, const char *text, size_t len,
		 const struct build_env *env, char err[BUILD_ERR_MAX]);

/* build_crc32c() - RFC 3720 B.4, bit by bit */
uint32_t build_crc32c(const uint8_t *p, size_t len);

/* build_unhex() - Return: bytes, or -1 for an odd or strange digit */
int build_unhex(const char *text, size_t len, uint8_t *out, size_t cap);

#endif
