/* SPDX-License-Identifier: BSD-2-Clause */
/* proxy_hdr.c - see proxy_hdr.h
 *
 * proxy-protocol.txt, revision 2026/04/27, 2.1 and 2.2; SPP's 38 bytes.
 */
#include "proxy_hdr.h"

#include <arpa/inet.h>
#include <string.h>

#include "build.h"

#define V1_MAX	 107
#define V1_WORDS 6
#define V2_SIG	 12
#define V2_FIXED 16
#define SPP_LEN	 38
#define TLV_CRC	 0x03

static const uint8_t v2_sig[V2_SIG] = { 0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d,
					0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a };

static const char *const flaw_texts[] = {
	[HDR_FLAW_NONE] = "well-formed",
	[HDR_FLAW_SHORT] = "ends early",
	[HDR_FLAW_LINE] = "not exactly six words with one space between them",
	[HDR_FLAW_END] = "does not end with CR LF within 107 bytes",
	[HDR_FLAW_PROTO] = "the protocol is not TCP4, TCP6 or UNKNOWN",
	[HDR_FLAW_ADDR] = "an address is not one of the line's family",
	[HDR_FLAW_PORT] = "a port is not 0..65535 without leading zeroes",
	[HDR_FLAW_VERSION] = "the version nibble is not 2",
	[HDR_FLAW_COMMAND] = "the command is neither LOCAL nor PROXY",
	[HDR_FLAW_FAMILY] = "the family or the protocol does not exist",
	[HDR_FLAW_LENGTH] = "the length does not hold the addresses",
	[HDR_FLAW_TLV] = "the TLVs do not fill the length",
	[HDR_FLAW_CRC] = "the CRC32C does not match",
	[HDR_FLAW_MAPPED] = "an address that is neither IPv6 nor ::ffff:IPv4",
};

const char *hdr_flaw_text(enum hdr_flaw f)
{
	return flaw_texts[f];
}

const char *hdr_kind_name(enum hdr_kind k)
{
	static const char *const names[] = { "nothing", "PPv1", "PPv2", "SPP",
					     "strange bytes" };

	return names[k];
}

enum hdr_kind hdr_kind_of(const uint8_t *p, size_t len)
{
	if (!len)
		return HDR_NONE;
	if (len >= V2_SIG && !memcmp(p, v2_sig, V2_SIG))
		return HDR_V2;
	if (len >= 6 && !memcmp(p, "PROXY ", 6))
		return HDR_V1;
	if (len >= 2 && p[0] == 0x56 && p[1] == 0xec)
		return HDR_SPP;
	return HDR_ALIEN;
}

static unsigned two(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

/* inet_pton() takes what the grammar has, and the dotted tail that some send */
static bool v1_addr(int af, const char *text, struct ip_addr *ret)
{
	uint8_t bytes[16];

	if (inet_pton(af, text, bytes) != 1)
		return false;
	*ret = af == AF_INET ? ip_addr_v4(bytes) : ip_addr_v6(bytes);
	return true;
}

static bool v1_port(const char *text, uint16_t *ret)
{
	size_t n = strspn(text, "0123456789");
	unsigned long v = 0;
	size_t i;

	if (!n || n > 5 || text[n] || (n > 1 && text[0] == '0'))
		return false;
	for (i = 0; i < n; i++)
		v = v * 10 + (unsigned long)(text[i] - '0');
	*ret = (uint16_t)v;
	return v <= 65535;
}

/* The words of a line that is one string. Return: how many, 0 for a blank
 * too many
 */
static size_t v1_words(char *line, char *words[V1_WORDS])
{
	size_t n = 0;
	char *p = line;

	for (;;) {
		char *space = strchr(p, ' ');

		if (n == V1_WORDS || space == p || !*p)
			return 0;
		words[n++] = p;
		if (!space)
			return n;
		*space = '\0';
		p = space + 1;
	}
}

static void v1_read(const uint8_t *p, size_t len, struct hdr *h)
{
	size_t max = len < V1_MAX ? len : V1_MAX;
	const uint8_t *lf = memchr(p, '\n', max);
	char line[V1_MAX + 1], *words[V1_WORDS];
	size_t n, text;
	int af;

	if (!lf || lf == p || lf[-1] != '\r' || memchr(p, '\0', max)) {
		h->flaw = HDR_FLAW_END;
		h->len = lf ? (size_t)(lf - p) + 1 : 0;
		return;
	}
	h->len = (size_t)(lf - p) + 1;
	text = h->len - 2;
	memcpy(line, p, text);
	line[text] = '\0';
	h->transport = 1;
	if (!strncmp(line, "PROXY UNKNOWN", 13) &&
	    (!line[13] || line[13] == ' '))
		return;
	n = v1_words(line, words);
	if (n != V1_WORDS) {
		h->flaw = HDR_FLAW_LINE;
		return;
	}
	af = !strcmp(words[1], "TCP4")	 ? AF_INET
	     : !strcmp(words[1], "TCP6") ? AF_INET6
					 : AF_UNSPEC;
	if (af == AF_UNSPEC)
		h->flaw = HDR_FLAW_PROTO;
	else if (!v1_addr(af, words[2], &h->src.addr) ||
		 !v1_addr(af, words[3], &h->dst.addr))
		h->flaw = HDR_FLAW_ADDR;
	else if (!v1_port(words[4], &h->src.port) ||
		 !v1_port(words[5], &h->dst.port))
		h->flaw = HDR_FLAW_PORT;
	else
		h->is_proxy = true;
}

/* The TLVs at offset @at of a header of h->len bytes. */
static enum hdr_flaw v2_tlvs(const uint8_t *p, size_t at, struct hdr *h)
{
	uint8_t copy[4096];
	uint32_t want;

	while (at < h->len) {
		size_t n;

		if (h->len - at < 3)
			return HDR_FLAW_TLV;
		n = two(p + at + 1);
		if (n > h->len - at - 3)
			return HDR_FLAW_TLV;
		if (p[at] == TLV_CRC && !h->has_crc) {
			if (n != 4 || h->len > sizeof(copy))
				return HDR_FLAW_TLV;
			h->has_crc = true;
			memcpy(copy, p, h->len);
			memset(copy + at + 3, 0, 4);
			want = (uint32_t)two(p + at + 3) << 16 |
			       two(p + at + 5);
			if (build_crc32c(copy, h->len) != want)
				return HDR_FLAW_CRC;
		}
		at += 3 + n;
	}
	return HDR_FLAW_NONE;
}

static void v2_read(const uint8_t *p, size_t len, struct hdr *h)
{
	static const size_t sizes[] = { 0, 12, 36, 216 };
	unsigned family, room;

	if (len < V2_FIXED) {
		h->flaw = HDR_FLAW_SHORT;
		return;
	}
	family = p[13] >> 4;
	room = two(p + 14);
	h->len = V2_FIXED + room;
	h->transport = p[13] & 15;
	if (p[12] >> 4 != 2)
		h->flaw = HDR_FLAW_VERSION;
	else if ((p[12] & 15) > 1)
		h->flaw = HDR_FLAW_COMMAND;
	else if (family > 3 || h->transport > 2)
		h->flaw = HDR_FLAW_FAMILY;
	else if ((p[12] & 15) == 1 && room < sizes[family])
		h->flaw = HDR_FLAW_LENGTH;
	else if (len < h->len)
		h->flaw = HDR_FLAW_SHORT;
	if (h->flaw || !(p[12] & 15) || !family || !h->transport)
		return;
	h->flaw = v2_tlvs(p, V2_FIXED + sizes[family], h);
	p += V2_FIXED;
	if (family == 1) {
		h->src = (struct endpoint) { ip_addr_v4(p),
					     (uint16_t)two(p + 8) };
		h->dst = (struct endpoint) { ip_addr_v4(p + 4),
					     (uint16_t)two(p + 10) };
	} else if (family == 2) {
		h->src = (struct endpoint) { ip_addr_v6(p),
					     (uint16_t)two(p + 32) };
		h->dst = (struct endpoint) { ip_addr_v6(p + 16),
					     (uint16_t)two(p + 34) };
	}
	h->is_proxy = family == 1 || family == 2;
}

/* SPP carries IPv4 as ::ffff:a.b.c.d; ::/96 is what a forgotten map leaves. */
static struct ip_addr spp_addr(const uint8_t *p, enum hdr_flaw *flaw)
{
	static const uint8_t none[12] = { 0 };
	static const uint8_t map[12] = { [10] = 0xff, [11] = 0xff };

	if (!memcmp(p, none, sizeof(none)) && two(p + 12) != 0)
		*flaw = HDR_FLAW_MAPPED;
	return memcmp(p, map, sizeof(map)) ? ip_addr_v6(p) : ip_addr_v4(p + 12);
}

static void spp_read(const uint8_t *p, size_t len, struct hdr *h)
{
	if (len < SPP_LEN) {
		h->flaw = HDR_FLAW_SHORT;
		return;
	}
	h->len = SPP_LEN;
	h->transport = 2;
	h->is_proxy = true;
	h->src = (struct endpoint) { spp_addr(p + 2, &h->flaw),
				     (uint16_t)two(p + 34) };
	h->dst = (struct endpoint) { spp_addr(p + 18, &h->flaw),
				     (uint16_t)two(p + 36) };
}

struct hdr hdr_read(const uint8_t *p, size_t len, bool is_udp)
{
	struct hdr h = { .kind = hdr_kind_of(p, len) };

	if (h.kind == HDR_SPP && !is_udp)
		h.kind = HDR_ALIEN;
	switch (h.kind) {
	case HDR_V1:
		v1_read(p, len, &h);
		break;
	case HDR_V2:
		v2_read(p, len, &h);
		break;
	case HDR_SPP:
		spp_read(p, len, &h);
		break;
	case HDR_NONE:
	case HDR_ALIEN:
		break;
	}
	return h;
}
