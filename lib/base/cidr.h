/* SPDX-License-Identifier: BSD-2-Clause */
/* cidr.h - lists of address prefixes: trust lists, source ranges */
#ifndef BASE_CIDR_H
#define BASE_CIDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

#define CIDR_LIST_MAX 256

/* @len: prefix bits, 0..32 or 0..128; host bits of @addr are zero */
struct cidr {
	struct ip_addr addr;
	uint8_t len;
};

struct cidr_list {
	size_t n;
	struct cidr items[CIDR_LIST_MAX];
};

/* cidr_parse() - "10.0.0.0/8", "fd00::/112", or a single address. Host bits
 * that are set are an error: the text then says something else than it means.
 */
bool cidr_parse(const char *text, size_t len, struct cidr *ret);

/* cidr_list_add() - a comma-separated list, appended.
 * Return: false with the failing item copied to @ret_bad (cut to @cap)
 */
bool cidr_list_add(struct cidr_list *l, const char *text, char *ret_bad,
		   size_t cap);

bool cidr_match(const struct cidr *c, const struct ip_addr *a);
bool cidr_list_match(const struct cidr_list *l, const struct ip_addr *a);

/* cidr_nth() - the @n-th address of @c, counting from its first; wraps */
struct ip_addr cidr_nth(const struct cidr *c, uint64_t n);

/* cidr_size() - how many addresses, at most UINT64_MAX */
uint64_t cidr_size(const struct cidr *c);

#endif
