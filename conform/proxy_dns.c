/* SPDX-License-Identifier: BSD-2-Clause */
/* proxy_dns.c - see proxy_dns.h; RFC 1035 4.1
 *
 *	0    2       4       6       8       10      12
 *	| id | flags | QDCOUNT ANCOUNT NSCOUNT ARCOUNT | name type class | ...
 */
#include "proxy_dns.h"

#include <ctype.h>
#include <string.h>

#include "wire/wire.h"

#define DNS_TYPE_TXT	16
#define DNS_TYPE_OPT	41
#define DNS_CLASS_IN	1
#define DNS_OPT_MIN_LEN (1 + 2 + 2 + 4 + 2)
/* RFC 6761 6.2: nobody's */
#define DNS_TOP "test"

static uint8_t *put16(uint8_t *p, unsigned value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)value;
	return p + 2;
}

static unsigned get16(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

static uint8_t *put_label(uint8_t *p, const char *label, size_t len)
{
	*p = (uint8_t)len;
	memcpy(p + 1, label, len);
	return p + 1 + len;
}

size_t proxy_dns_query(const char *label, size_t label_len, uint16_t id,
		       bool is_longest, uint8_t out[DNS_QUERY_MAX])
{
	static const uint8_t hdr[DNS_HDR_LEN - 2] = { 0x01, 0, 0, 1 };
	static const size_t end_len = 1 + sizeof(DNS_TOP) - 1 + 1;
	char filler[DNS_LABEL_MAX];
	uint8_t *name = out + DNS_HDR_LEN, *p = name;

	ASSERT(label_len && label_len <= DNS_LABEL_MAX);
	memset(filler, 'x', sizeof(filler));
	memcpy(put16(out, id), hdr, sizeof(hdr));
	p = put_label(p, label, label_len);
	while (is_longest) {
		size_t room = DNS_NAME_MAX - end_len - (size_t)(p - name);

		if (!room)
			break;
		/* never one octet left, of which no label can be made */
		if (room > DNS_LABEL_MAX + 1)
			room = room == DNS_LABEL_MAX + 2 ? DNS_LABEL_MAX
							 : DNS_LABEL_MAX + 1;
		p = put_label(p, filler, room - 1);
	}
	p = put_label(p, DNS_TOP, sizeof(DNS_TOP) - 1);
	*p++ = 0;
	p = put16(p, DNS_TYPE_TXT);
	p = put16(p, DNS_CLASS_IN);
	return (size_t)(p - out);
}

/* RFC 1035 2.3.3: the case of letters is nothing. Lengths, types and classes
 * of ours are below the letters.
 */
static bool same_question(const uint8_t *a, const uint8_t *b, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (tolower(a[i]) != tolower(b[i]))
			return false;
	return true;
}

/* A standard query with one question and at most one further record. */
static bool is_query(const uint8_t *p)
{
	return !(p[2] & 0xf8) && get16(p + 4) == 1 && !get16(p + 6) &&
	       !get16(p + 8) && get16(p + 10) <= 1;
}

static bool is_opt(const uint8_t *p, size_t len)
{
	return len >= DNS_OPT_MIN_LEN && !p[0] &&
	       get16(p + 1) == DNS_TYPE_OPT &&
	       get16(p + 9) == len - DNS_OPT_MIN_LEN;
}

const uint8_t *proxy_dns_find(const uint8_t *p, size_t len, const uint8_t *q,
			      size_t q_len, size_t lead, size_t *ret_len)
{
	const size_t q_off = lead + DNS_HDR_LEN;
	size_t at;

	for (at = 0; at + q_len <= len; at++) {
		const uint8_t *m = p + at;
		size_t rest = len - at - q_len;

		if (!same_question(m + q_off, q + q_off, q_len - q_off))
			continue;
		if (lead > 2 && memcmp(m + 2, q + 2, lead - 2) != 0)
			continue;
		if (!is_query(m + lead))
			continue;
		*ret_len = q_len;
		if (get16(m + lead + 10) && is_opt(m + q_len, rest))
			*ret_len += rest;
		return m;
	}
	return NULL;
}

size_t proxy_dns_answer(const uint8_t *query, size_t len, const char *word,
			size_t word_len, uint8_t out[DNS_ANSWER_MAX])
{
	uint8_t *p = out + len;

	ASSERT(len <= DNS_QUERY_MAX && word_len <= UINT8_MAX - 1U &&
	       len + 13 + word_len <= DNS_ANSWER_MAX);
	memcpy(out, query, len);
	/* a response with authority; RD and CD are the query's */
	out[2] = (uint8_t)(0x84 | (query[2] & 0x01));
	out[3] = query[3] & 0x10;
	(void)put16(out + 6, 1);
	(void)put16(out + 10, 0);
	p = put16(p, 0xc000 | DNS_HDR_LEN);
	p = put16(p, DNS_TYPE_TXT);
	p = put16(p, DNS_CLASS_IN);
	p = put16(put16(p, 0), 0);
	p = put16(p, (unsigned)word_len + 1);
	p = put_label(p, word, word_len);
	return (size_t)(p - out);
}
