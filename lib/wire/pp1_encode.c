/* SPDX-License-Identifier: BSD-2-Clause */
/* pp1_encode.c - writes the PROXY v1 line (PP 2.1) */
#include "wire/pp1.h"

static size_t pp1_put(uint8_t *out, size_t n, const char *text)
{
	for (; *text; text++) {
		ASSERT(n < PP1_HDR_MAX);
		out[n++] = (uint8_t)*text;
	}
	return n;
}

static size_t pp1_put_addr(uint8_t *out, size_t n, const struct ip_addr *a)
{
	char text[IP_ADDR_TEXT_MAX];

	n = pp1_put(out, n, ip_addr_format(a, text));
	return pp1_put(out, n, " ");
}

static size_t pp1_put_port(uint8_t *out, size_t n, uint16_t port)
{
	char text[sizeof("65535")];
	char *p = text + sizeof(text) - 1;
	unsigned v = port;

	*p = '\0';
	do
		*--p = (char)('0' + v % 10);
	while ((v /= 10) > 0);
	return pp1_put(out, n, p);
}

size_t pp1_encode(uint8_t out[PP1_HDR_MAX], const struct endpoint *src,
		  const struct endpoint *dst)
{
	struct ip_addr from = ip_addr_unmap(&src->addr);
	struct ip_addr to = ip_addr_unmap(&dst->addr);
	size_t n;

	if (from.family == IP_NONE || from.family != to.family)
		return pp1_put(out, 0, "PROXY UNKNOWN\r\n");
	n = pp1_put(out, 0,
		    from.family == IP_V4 ? "PROXY TCP4 " : "PROXY TCP6 ");
	n = pp1_put_addr(out, n, &from);
	n = pp1_put_addr(out, n, &to);
	n = pp1_put_port(out, n, src->port);
	n = pp1_put(out, n, " ");
	n = pp1_put_port(out, n, dst->port);
	return pp1_put(out, n, "\r\n");
}
