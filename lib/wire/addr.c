/* SPDX-License-Identifier: BSD-2-Clause */
/* addr.c - IP addresses and endpoints, and the text of both (RFC 4291 2.2 to
 * read, RFC 5952 to write)
 */
#include "wire/addr.h"

#include <string.h>

#include "wire/bytes.h"
#include "wire/wire.h"

#define GROUPS 8

static const uint8_t mapped_prefix[12] = { [10] = 0xff, [11] = 0xff };

struct ip_addr ip_addr_v4(const uint8_t bytes[4])
{
	struct ip_addr a = { .family = IP_V4 };

	memcpy(a.bytes, bytes, 4);
	return a;
}

struct ip_addr ip_addr_v6(const uint8_t bytes[16])
{
	struct ip_addr a = { .family = IP_V6 };

	memcpy(a.bytes, bytes, sizeof(a.bytes));
	return a;
}

size_t ip_addr_bytes(const struct ip_addr *a)
{
	if (a->family == IP_V4)
		return 4;
	return a->family == IP_V6 ? sizeof(a->bytes) : 0;
}

bool ip_addr_eq(const struct ip_addr *a, const struct ip_addr *b)
{
	return a->family == b->family &&
	       memcmp(a->bytes, b->bytes, ip_addr_bytes(a)) == 0;
}

bool endpoint_eq(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && ip_addr_eq(&a->addr, &b->addr);
}

bool ip_addr_is_mapped(const struct ip_addr *a)
{
	return a->family == IP_V6 &&
	       memcmp(a->bytes, mapped_prefix, sizeof(mapped_prefix)) == 0;
}

struct ip_addr ip_addr_unmap(const struct ip_addr *a)
{
	return ip_addr_is_mapped(a) ? ip_addr_v4(a->bytes + 12) : *a;
}

void ip_addr_map(const struct ip_addr *a, uint8_t ret_bytes[16])
{
	memset(ret_bytes, 0, sizeof(a->bytes));
	if (a->family == IP_V4) {
		memcpy(ret_bytes, mapped_prefix, sizeof(mapped_prefix));
		memcpy(ret_bytes + 12, a->bytes, 4);
	} else if (a->family == IP_V6) {
		memcpy(ret_bytes, a->bytes, sizeof(a->bytes));
	}
}

/* Reads a dotted quad and stops where it cannot go on. */
static size_t ip4_scan(const char *text, size_t len, uint8_t ret_bytes[4],
		       bool *ret_full)
{
	unsigned value = 0, digits = 0, octets = 0;
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned d = (unsigned)text[i] - '0';

		if (text[i] == '.' && digits > 0 && octets < 3) {
			ret_bytes[octets++] = (uint8_t)value;
			value = 0;
			digits = 0;
			continue;
		}
		/* a digit after a lone zero would make that one leading */
		if (d > 9 || (digits > 0 && value == 0) || value * 10 + d > 255)
			break;
		value = value * 10 + d;
		digits++;
	}
	*ret_full = octets == 3 && digits > 0;
	if (*ret_full)
		ret_bytes[3] = (uint8_t)value;
	return i;
}

/* One pass over the text of an IPv6 address.
 * @gap:   index of the group that "::" stands before; -1: none yet
 * @start: where the current group begins, for a dotted tail
 */
struct ip6_scan {
	uint16_t group[GROUPS];
	unsigned groups;
	unsigned digits;
	unsigned value;
	int gap;
	size_t start;
};

/* "::" stands for one group at least (RFC 4291 2.2) */
static unsigned ip6_groups_max(const struct ip6_scan *s)
{
	return s->gap < 0 ? GROUPS : GROUPS - 1;
}

/* Takes one ':' at @i. Return: false if it cannot stand there */
static bool ip6_colon(struct ip6_scan *s, const char *text, size_t i)
{
	if (s->digits > 0) {
		if (s->groups + 1 >= ip6_groups_max(s))
			return false;
		s->group[s->groups++] = (uint16_t)s->value;
		s->digits = 0;
		s->value = 0;
		return true;
	}
	if (i == 0)
		return true;
	if (text[i - 1] != ':' || s->gap >= 0)
		return false;
	s->gap = (int)s->groups;
	return true;
}

/* Takes one digit at @i. Return: false if it cannot stand there */
static bool ip6_digit(struct ip6_scan *s, const char *text, size_t i)
{
	int d = hex_digit(text[i]);

	if (d < 0 || s->digits == 4 || s->groups >= ip6_groups_max(s))
		return false;
	if (s->digits == 0) {
		/* an address may begin with "::", not with ":" */
		if (i == 1 && text[0] == ':')
			return false;
		s->start = i;
	}
	s->value = s->value << 4 | (unsigned)d;
	s->digits++;
	return true;
}

/* Reads the dotted tail whose first octet was taken for a group.
 * Return: bytes of text that can stand, counted from the address's begin
 */
static size_t ip6_dotted(struct ip6_scan *s, const char *text, size_t len,
			 size_t dot, bool *ret_full)
{
	uint8_t quad[4];
	size_t n;

	*ret_full = false;
	/* six groups precede it, or a gap fills up to six */
	if (s->gap < 0 ? s->groups != GROUPS - 2 : s->groups > GROUPS - 3)
		return dot;
	n = s->start +
	    ip4_scan(text + s->start, len - s->start, quad, ret_full);
	if (n <= dot)
		return dot;
	if (*ret_full) {
		s->group[s->groups++] = get_be16(quad);
		s->group[s->groups++] = get_be16(quad + 2);
	}
	return n;
}

static void ip6_expand(const struct ip6_scan *s, uint8_t ret_bytes[16])
{
	size_t head = s->gap < 0 ? s->groups : (size_t)s->gap;
	size_t i;

	memset(ret_bytes, 0, 16);
	for (i = 0; i < s->groups; i++) {
		size_t at = i < head ? i : GROUPS - s->groups + i;

		put_be16(ret_bytes + 2 * at, s->group[i]);
	}
}

static size_t ip6_scan(const char *text, size_t len, uint8_t ret_bytes[16],
		       bool *ret_full)
{
	struct ip6_scan s = { .gap = -1 };
	bool tail_colon;
	size_t i;

	*ret_full = false;
	for (i = 0; i < len; i++) {
		if (text[i] == '.' && s.digits > 0) {
			size_t n = ip6_dotted(&s, text, len, i, ret_full);

			if (n == i)
				break;
			if (*ret_full)
				ip6_expand(&s, ret_bytes);
			return n;
		}
		if (text[i] == ':' ? !ip6_colon(&s, text, i)
				   : !ip6_digit(&s, text, i))
			break;
	}
	tail_colon = s.digits == 0 && s.gap != (int)s.groups;
	if (s.digits > 0)
		s.group[s.groups++] = (uint16_t)s.value;
	*ret_full = !tail_colon && (s.gap >= 0 || s.groups == GROUPS);
	if (*ret_full)
		ip6_expand(&s, ret_bytes);
	return i;
}

size_t ip_addr_scan(enum ip_family family, const char *text, size_t len,
		    struct ip_addr *ret, bool *ret_full)
{
	uint8_t bytes[16];
	size_t n = 0;

	*ret_full = false;
	if (family == IP_V4)
		n = ip4_scan(text, len, bytes, ret_full);
	else if (family == IP_V6)
		n = ip6_scan(text, len, bytes, ret_full);
	if (*ret_full)
		*ret = family == IP_V4 ? ip_addr_v4(bytes) : ip_addr_v6(bytes);
	return n;
}

bool ip_addr_parse(const char *text, size_t len, struct ip_addr *ret)
{
	static const enum ip_family families[] = { IP_V4, IP_V6 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		struct ip_addr a;
		bool full;

		if (ip_addr_scan(families[i], text, len, &a, &full) == len &&
		    full) {
			*ret = a;
			return true;
		}
	}
	return false;
}

static char *put_char(char *p, char c)
{
	*p = c;
	return p + 1;
}

static char *put_decimal(char *p, unsigned v)
{
	unsigned div = 1;

	while (v / div > 9)
		div *= 10;
	for (; div > 0; div /= 10)
		p = put_char(p, (char)('0' + v / div % 10));
	return p;
}

static char *put_hex(char *p, unsigned v)
{
	int shift = 12;

	while (shift > 0 && v >> shift == 0)
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		p = put_char(p, "0123456789abcdef"[v >> shift & 15]);
	return p;
}

static char *put_quad(char *p, const uint8_t bytes[4])
{
	int i;

	for (i = 0; i < 4; i++) {
		if (i > 0)
			p = put_char(p, '.');
		p = put_decimal(p, bytes[i]);
	}
	return p;
}

static uint16_t group_get(const uint8_t bytes[16], int i)
{
	return get_be16(bytes + 2 * (size_t)i);
}

/* RFC 5952 4.2: the longest run of two zero groups or more, the first of
 * equals. Return: its length, 0 if there is none
 */
static int zero_run(const uint8_t bytes[16], int *ret_start)
{
	int best = 0, run = 0, i;

	*ret_start = -1;
	for (i = 0; i < GROUPS; i++) {
		run = group_get(bytes, i) == 0 ? run + 1 : 0;
		if (run > best && run > 1) {
			best = run;
			*ret_start = i + 1 - run;
		}
	}
	return best;
}

static char *put_ip6(char *p, const uint8_t bytes[16])
{
	int start, run, i;

	run = zero_run(bytes, &start);
	for (i = 0; i < GROUPS; i++) {
		if (i == start) {
			p = put_char(p, ':');
			p = put_char(p, ':');
			i += run - 1;
			continue;
		}
		if (i > 0 && i != start + run)
			p = put_char(p, ':');
		p = put_hex(p, group_get(bytes, i));
	}
	return p;
}

static const char mapped_text[] = { ':', ':', 'f', 'f', 'f', 'f', ':' };

static char *put_addr(char *p, const struct ip_addr *a)
{
	if (a->family == IP_V4)
		return put_quad(p, a->bytes);
	if (a->family != IP_V6)
		return put_char(p, '-');
	if (!ip_addr_is_mapped(a))
		return put_ip6(p, a->bytes);
	memcpy(p, mapped_text, sizeof(mapped_text)); /* RFC 5952 5 */
	return put_quad(p + sizeof(mapped_text), a->bytes + 12);
}

char *ip_addr_format(const struct ip_addr *a, char out[IP_ADDR_TEXT_MAX])
{
	*put_addr(out, a) = '\0';
	return out;
}

char *endpoint_format(const struct endpoint *e, char out[ENDPOINT_TEXT_MAX])
{
	char *p = out;

	if (e->addr.family == IP_V6)
		p = put_char(p, '[');
	p = put_addr(p, &e->addr);
	if (e->addr.family == IP_V6)
		p = put_char(p, ']');
	p = put_char(p, ':');
	*put_decimal(p, e->port) = '\0';
	return out;
}

static bool port_parse(const char *text, size_t len, uint16_t *ret)
{
	unsigned v = 0;
	size_t i;

	if (len == 0 || len > 5 || (len > 1 && text[0] == '0'))
		return false;
	for (i = 0; i < len; i++) {
		unsigned d = (unsigned)text[i] - '0';

		if (d > 9)
			return false;
		v = v * 10 + d;
	}
	if (v > 65535)
		return false;
	*ret = (uint16_t)v;
	return true;
}

bool endpoint_parse(const char *text, size_t len, struct endpoint *ret)
{
	struct endpoint e = { 0 };
	enum ip_family family = IP_V4;
	size_t skip = 0, n;
	bool full;

	if (len > 0 && text[0] == '[') {
		family = IP_V6;
		skip = 1;
	}
	n = ip_addr_scan(family, text + skip, len - skip, &e.addr, &full);
	n += skip;
	if (!full || len - n < skip + 2)
		return false;
	if (family == IP_V6 && text[n++] != ']')
		return false;
	if (text[n++] != ':' || !port_parse(text + n, len - n, &e.port))
		return false;
	*ret = e;
	return true;
}
