/* SPDX-License-Identifier: BSD-2-Clause */
/* addr.h - IP addresses and transport endpoints, and their text forms */
#ifndef WIRE_ADDR_H
#define WIRE_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ip_family {
	IP_NONE = 0,
	IP_V4 = 4,
	IP_V6 = 6,
};

/* @bytes: network order; IPv4 fills the first four, the rest are zero, so
 *	   that whole structs compare with memcmp and hash alike.
 */
struct ip_addr {
	uint8_t family; /* enum ip_family */
	uint8_t bytes[16];
};

/* @port: host order */
struct endpoint {
	struct ip_addr addr;
	uint16_t port;
};

/* "255.255.255.255" / 39 hex digits, or 45 with a dotted tail, and the NUL */
#define IP_ADDR_TEXT_MAX 46
/* "[addr]:65535" */
#define ENDPOINT_TEXT_MAX (IP_ADDR_TEXT_MAX + 8)

struct ip_addr ip_addr_v4(const uint8_t bytes[4]);
struct ip_addr ip_addr_v6(const uint8_t bytes[16]);

/* ip_addr_bytes() - 4, 16, or 0 for IP_NONE */
size_t ip_addr_bytes(const struct ip_addr *a);

bool ip_addr_eq(const struct ip_addr *a, const struct ip_addr *b);
bool endpoint_eq(const struct endpoint *a, const struct endpoint *b);

/* ip_addr_is_mapped() - is @a in ::ffff:0:0/96 (RFC 4291 2.5.5.2)? */
bool ip_addr_is_mapped(const struct ip_addr *a);

/* ip_addr_unmap() - @a, or the IPv4 address it maps */
struct ip_addr ip_addr_unmap(const struct ip_addr *a);

/* ip_addr_map() - the 16-byte form of @a; IPv4 becomes ::ffff:a.b.c.d */
void ip_addr_map(const struct ip_addr *a, uint8_t ret_bytes[16]);

/* ip_addr_parse() - strict text to address. @text need not end with a NUL.
 * IPv4: four decimal numbers without leading zeroes. IPv6: RFC 4291 2.2 with
 * an optional dotted tail; no zone, no brackets.
 * Return: true and *@ret, or false and *@ret untouched.
 */
bool ip_addr_parse(const char *text, size_t len, struct ip_addr *ret);

/* ip_addr_scan() - the longest begin of @text that can stand in an address of
 * @family, read strictly as above. A byte at the returned offset either ends
 * the address (if *@ret_full) or cannot stand there.
 * @ret:      the address; written only if *@ret_full
 * @ret_full: do those bytes make an address already?
 * Return: bytes of @text, 0..@len
 */
size_t ip_addr_scan(enum ip_family family, const char *text, size_t len,
		    struct ip_addr *ret, bool *ret_full);

/* ip_addr_format() - RFC 5952 text; "-" for IP_NONE. Returns @out. */
char *ip_addr_format(const struct ip_addr *a, char out[IP_ADDR_TEXT_MAX]);

/* endpoint_parse() - "a.b.c.d:port" or "[v6]:port". Return: as above. */
bool endpoint_parse(const char *text, size_t len, struct endpoint *ret);

/* endpoint_format() - the form endpoint_parse() reads. Returns @out. */
char *endpoint_format(const struct endpoint *e, char out[ENDPOINT_TEXT_MAX]);

#endif
