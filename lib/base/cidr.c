/* SPDX-License-Identifier: BSD-2-Clause */
/* cidr.c - see cidr.h */
#include "base/cidr.h"

#include <string.h>

#include "base/str.h"

/* Does @a agree with @c in the prefix, or is it zero after it? */
static bool cidr_tail_is_zero(const struct cidr *c)
{
	size_t total = ip_addr_bytes(&c->addr), i = c->len / 8;

	if (i < total && c->addr.bytes[i] & 0xff >> c->len % 8)
		return false;
	for (i++; i < total; i++)
		if (c->addr.bytes[i])
			return false;
	return true;
}

bool cidr_parse(const char *text, size_t len, struct cidr *ret)
{
	const char *slash = memchr(text, '/', len);
	size_t addr_len = slash ? (size_t)(slash - text) : len;
	struct cidr c = { 0 };
	uint64_t bits;

	if (!ip_addr_parse(text, addr_len, &c.addr))
		return false;
	bits = 8 * ip_addr_bytes(&c.addr);
	if (slash) {
		uint64_t v;

		if (!str_u64(slash + 1, len - addr_len - 1, &v) || v > bits)
			return false;
		bits = v;
	}
	c.len = (uint8_t)bits;
	if (!cidr_tail_is_zero(&c))
		return false;
	*ret = c;
	return true;
}

bool cidr_list_add(struct cidr_list *l, const char *text, char *ret_bad,
		   size_t cap)
{
	while (true) {
		size_t n = strcspn(text, ",");

		if (l->n == CIDR_LIST_MAX ||
		    !cidr_parse(text, n, &l->items[l->n])) {
			if (cap) {
				n = n < cap ? n : cap - 1;
				memcpy(ret_bad, text, n);
				ret_bad[n] = '\0';
			}
			return false;
		}
		l->n++;
		if (!text[n])
			return true;
		text += n + 1;
	}
}

bool cidr_match(const struct cidr *c, const struct ip_addr *a)
{
	size_t whole = c->len / 8;
	unsigned rest = c->len % 8;

	if (a->family != c->addr.family ||
	    memcmp(a->bytes, c->addr.bytes, whole) != 0)
		return false;
	return !rest ||
	       (a->bytes[whole] ^ c->addr.bytes[whole]) >> (8 - rest) == 0;
}

bool cidr_list_match(const struct cidr_list *l, const struct ip_addr *a)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (cidr_match(&l->items[i], a))
			return true;
	return false;
}

uint64_t cidr_size(const struct cidr *c)
{
	size_t host = 8 * ip_addr_bytes(&c->addr) - c->len;

	return host >= 64 ? UINT64_MAX : 1ULL << host;
}

struct ip_addr cidr_nth(const struct cidr *c, uint64_t n)
{
	struct ip_addr a = c->addr;
	size_t i = ip_addr_bytes(&a);
	uint64_t size = cidr_size(c);

	if (size != UINT64_MAX)
		n %= size;
	while (n && i > 0) {
		i--;
		n += a.bytes[i];
		a.bytes[i] = (uint8_t)n;
		n >>= 8;
	}
	return a;
}
