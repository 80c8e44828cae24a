/* SPDX-License-Identifier: BSD-2-Clause */
/* build.c - see build.h */
#include "build.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/wire.h"

#define CLAIM_RADIX 156U

struct claim claim_nth(uint32_t n)
{
	const uint8_t a = (uint8_t)(100U + n / CLAIM_RADIX % CLAIM_RADIX);
	const uint8_t b = (uint8_t)(100U + n % CLAIM_RADIX);
	const uint8_t src6[16] = { 0x20, 0x01, 0x0d, 0xb8, 0x5e, 0xed, 0, 0,
				   0,	 0,    0,    0,	   0,	 0,    a, b };
	const uint8_t dst6[16] = { 0x20, 0x01, 0x0d, 0xb8, 0, 0x0f, 0, 0,
				   0,	 0,    0,    0,	   0, 0,    0, 1 };
	struct claim c = { 0 };

	c.src4 = ip_addr_v4((const uint8_t[]) { 198, 18, a, b });
	c.src6 = ip_addr_v6(src6);
	c.dst4 = ip_addr_v4((const uint8_t[]) { 203, 0, 113, 101 });
	c.dst6 = ip_addr_v6(dst6);
	c.sport = (uint16_t)(20000U + n % 40000U);
	c.dport = 10443;
	return c;
}

bool claim_is_any(const struct ip_addr *a)
{
	const struct claim first = claim_nth(0);
	struct ip_addr x = ip_addr_unmap(a);

	if (x.family == IP_V4)
		return !memcmp(x.bytes, first.src4.bytes, 2) &&
		       x.bytes[2] >= 100 && x.bytes[3] >= 100;
	return x.family == IP_V6 && !memcmp(x.bytes, first.src6.bytes, 14);
}

uint32_t build_crc32c(const uint8_t *p, size_t len)
{
	uint32_t crc = 0xffffffff;
	size_t i;
	int bit;

	for (i = 0; i < len; i++) {
		crc ^= p[i];
		for (bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
	}
	return ~crc;
}

int build_unhex(const char *text, size_t len, uint8_t *out, size_t cap)
{
	char pair[3] = { 0 };
	size_t i;

	if (len % 2 || len / 2 > cap)
		return -1;
	for (i = 0; i < len; i += 2) {
		if (!isxdigit((unsigned char)text[i]) ||
		    !isxdigit((unsigned char)text[i + 1]))
			return -1;
		memcpy(pair, text + i, 2);
		out[i / 2] = (uint8_t)strtoul(pair, NULL, 16);
	}
	return (int)(len / 2);
}

static bool build_fail(char err[BUILD_ERR_MAX], const char *what,
		       const char *at, size_t len)
{
	(void)snprintf(err, BUILD_ERR_MAX, "%s: '%.*s'", what,
		       (int)(len > 60 ? 60 : len), at);
	return false;
}

static bool build_put(struct build *b, const void *p, size_t len)
{
	if (len > sizeof(b->bytes) - b->len)
		return false;
	if (len)
		memcpy(b->bytes + b->len, p, len);
	b->len += len;
	return true;
}

/* decimal, 0x hex, or `$` */
static uint32_t build_number(const char *s, const struct build_env *env)
{
	return *s == '$' ? env->sweep : (uint32_t)strtoul(s, NULL, 0);
}

/* ---- text ---- */

/* build_field() - the value of "{name}"; false if there is none */
static bool build_field(struct build *b, const char *name, size_t len,
			const struct claim *c)
{
	const struct {
		const char *name;
		const struct ip_addr *addr;
		uint16_t port;
	} fields[] = {
		{ "src4", &c->src4, 0 },     { "src6", &c->src6, 0 },
		{ "dst4", &c->dst4, 0 },     { "dst6", &c->dst6, 0 },
		{ "sport", NULL, c->sport }, { "dport", NULL, c->dport },
	};
	char text[IP_ADDR_TEXT_MAX];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		if (strlen(fields[i].name) != len ||
		    memcmp(fields[i].name, name, len) != 0)
			continue;
		if (fields[i].addr)
			ip_addr_format(fields[i].addr, text);
		else
			(void)snprintf(text, sizeof(text), "%u",
				       fields[i].port);
		return build_put(b, text, strlen(text));
	}
	return false;
}

/* build_escape() - @s after the backslash; bytes used, 0 if unknown */
static size_t build_escape(struct build *b, const char *s, size_t len)
{
	static const char names[] = "rnt0\\\"{";
	static const char values[] = "\r\n\t\0\\\"{";
	const char *at;
	uint8_t byte;

	if (len >= 3 && *s == 'x')
		return build_unhex(s + 1, 2, &byte, 1) == 1 &&
				       build_put(b, &byte, 1)
			       ? 3
			       : 0;
	at = len ? memchr(names, *s, sizeof(names) - 1) : NULL;
	if (!at)
		return 0;
	return build_put(b, values + (at - names), 1) ? 1 : 0;
}

static bool build_text(struct build *b, const char *s, size_t len,
		       const struct build_env *env, char err[BUILD_ERR_MAX])
{
	size_t i = 0;

	while (i < len) {
		if (s[i] == '\\') {
			size_t n = build_escape(b, s + i + 1, len - i - 1);

			if (!n)
				return build_fail(err, "bad escape", s + i,
						  len - i);
			i += n + 1;
		} else if (s[i] == '{') {
			const char *end = memchr(s + i, '}', len - i);

			if (!end ||
			    !build_field(b, s + i + 1,
					 (size_t)(end - s) - i - 1, env->claim))
				return build_fail(err, "bad field", s + i,
						  len - i);
			i = (size_t)(end - s) + 1;
		} else if (!build_put(b, s + i++, 1)) {
			return build_fail(err, "too long", s, len);
		}
	}
	return true;
}

static bool build_v1(struct build *b, bool is_v6, const struct build_env *env,
		     char err[BUILD_ERR_MAX])
{
	static const char v4[] =
		"PROXY TCP4 {src4} {dst4} {sport} {dport}\\r\\n";
	static const char v6[] =
		"PROXY TCP6 {src6} {dst6} {sport} {dport}\\r\\n";

	return is_v6 ? build_text(b, v6, sizeof(v6) - 1, env, err)
		     : build_text(b, v4, sizeof(v4) - 1, env, err);
}

/* ---- version 2 ---- */

#define V2_FIXED 16

enum v2_crc {
	CRC_NONE,
	CRC_GOOD,
	CRC_BAD,
	CRC_LE
};

/* @len: of the block; @len_field: what byte 14 says, -1: the truth */
struct v2 {
	uint8_t ver_cmd;
	uint8_t family;
	long len_field;
	long flip;
	enum v2_crc crc;
	size_t len;
	uint8_t block[65535];
};

static const uint8_t v2_signature[12] = { 0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d,
					  0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a };

static bool v2_put(struct v2 *h, const void *p, size_t len)
{
	if (len > sizeof(h->block) - h->len)
		return false;
	memcpy(h->block + h->len, p, len);
	h->len += len;
	return true;
}

static void v2_put_ports(struct v2 *h, const struct claim *c)
{
	const uint8_t ports[4] = { (uint8_t)(c->sport >> 8), (uint8_t)c->sport,
				   (uint8_t)(c->dport >> 8),
				   (uint8_t)c->dport };

	(void)v2_put(h, ports, sizeof(ports));
}

/* v2_form() - family byte and address block by name */
static bool v2_form(struct v2 *h, const char *name, size_t len,
		    const struct claim *c)
{
	static const struct {
		const char *name;
		uint8_t ver_cmd, family;
		enum ip_family addr;
		size_t zeros;
	} forms[] = {
		{ "4", 0x21, 0x11, IP_V4, 0 },
		{ "6", 0x21, 0x21, IP_V6, 0 },
		{ "u4", 0x21, 0x12, IP_V4, 0 },
		{ "u6", 0x21, 0x22, IP_V6, 0 },
		{ "unix", 0x21, 0x31, IP_NONE, 216 },
		{ "udgram", 0x21, 0x32, IP_NONE, 216 },
		{ "unspec", 0x21, 0x00, IP_NONE, 0 },
		{ "local", 0x20, 0x00, IP_NONE, 0 },
		{ "local4", 0x20, 0x11, IP_V4, 0 },
		{ "local6", 0x20, 0x21, IP_V6, 0 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(forms); i++)
		if (strlen(forms[i].name) == len &&
		    !memcmp(forms[i].name, name, len))
			break;
	if (i == ARRAY_SIZE(forms))
		return false;
	h->ver_cmd = forms[i].ver_cmd;
	h->family = forms[i].family;
	h->len = forms[i].zeros;
	if (forms[i].addr == IP_V4) {
		(void)v2_put(h, c->src4.bytes, 4);
		(void)v2_put(h, c->dst4.bytes, 4);
		v2_put_ports(h, c);
	} else if (forms[i].addr == IP_V6) {
		(void)v2_put(h, c->src6.bytes, 16);
		(void)v2_put(h, c->dst6.bytes, 16);
		v2_put_ports(h, c);
	}
	if (forms[i].zeros) {
		memcpy(h->block, "/client.sock", 12);
		memcpy(h->block + 108, "/proxy.sock", 11);
	}
	return true;
}

/* "TT:HEX" */
static bool v2_tlv(struct v2 *h, const char *s, size_t len)
{
	uint8_t tlv[1024];
	int n;

	if (len < 3 || s[2] != ':' || build_unhex(s, 2, tlv, 1) != 1)
		return false;
	n = build_unhex(s + 3, len - 3, tlv + 3, sizeof(tlv) - 3);
	if (n < 0)
		return false;
	tlv[1] = (uint8_t)(n >> 8);
	tlv[2] = (uint8_t)n;
	return v2_put(h, tlv, (size_t)n + 3);
}

/* a NOOP that makes the block @to bytes long; nothing if that cannot be */
static bool v2_pad(struct v2 *h, size_t to)
{
	static const uint8_t zeros[256];
	uint8_t head[3] = { 0x04, 0, 0 };
	size_t n;

	if (to < h->len + 3 || to > sizeof(h->block))
		return false;
	n = to - h->len - 3;
	head[1] = (uint8_t)(n >> 8);
	head[2] = (uint8_t)n;
	(void)v2_put(h, head, sizeof(head));
	for (; n; n -= n < sizeof(zeros) ? n : sizeof(zeros))
		(void)v2_put(h, zeros, n < sizeof(zeros) ? n : sizeof(zeros));
	return true;
}

static bool v2_crc_arg(struct v2 *h, const char *s, size_t len)
{
	h->crc = !len ? CRC_GOOD : len == 2 ? CRC_LE : CRC_BAD;
	return !len || (len == 2 && !memcmp(s, "le", 2)) ||
	       (len == 3 && !memcmp(s, "bad", 3));
}

/* v2_arg() - one "name=value" after the form */
static bool v2_arg(struct v2 *h, const char *s, size_t len,
		   const struct build_env *env)
{
	const char *eq = memchr(s, '=', len);
	size_t name = eq ? (size_t)(eq - s) : len;
	const char *value = eq ? eq + 1 : s + len;
	size_t n = len - name - (eq ? 1 : 0);
	uint32_t v = n ? build_number(value, env) : 0;

#define IS(word) (name == sizeof(word) - 1 && !memcmp(s, word, name))
	if (IS("crc"))
		return v2_crc_arg(h, value, n);
	if (!n)
		return false;
	if (IS("ver"))
		h->ver_cmd = (uint8_t)((h->ver_cmd & 0x0f) | v << 4);
	else if (IS("cmd"))
		h->ver_cmd = (uint8_t)((h->ver_cmd & 0xf0) | (v & 0x0f));
	else if (IS("fam"))
		h->family = (uint8_t)v;
	else if (IS("len"))
		h->len_field = (long)v;
	else if (IS("flip"))
		h->flip = (long)v;
	else if (IS("cut"))
		h->len = v < h->len ? v : h->len;
	else if (IS("pad"))
		return v2_pad(h, v);
	else if (IS("tlv"))
		return v2_tlv(h, value, n);
	else if (IS("rawtlv")) {
		uint8_t raw[1024];
		int got = build_unhex(value, n, raw, sizeof(raw));

		return got >= 0 && v2_put(h, raw, (size_t)got);
	} else {
		return false;
	}
#undef IS
	return true;
}

/* v2_finish() - fixed part, block and CRC32C to @b */
static bool v2_finish(struct build *b, struct v2 *h)
{
	static const uint8_t crc_tlv[7] = { 0x03, 0x00, 0x04 };
	uint8_t fixed[V2_FIXED];
	size_t at = b->len;
	uint8_t *crc;
	uint32_t sum;
	long len;

	if (h->crc != CRC_NONE)
		(void)v2_put(h, crc_tlv, sizeof(crc_tlv));
	len = h->len_field < 0 ? (long)h->len : h->len_field;
	memcpy(fixed, v2_signature, sizeof(v2_signature));
	fixed[12] = h->ver_cmd;
	fixed[13] = h->family;
	fixed[14] = (uint8_t)(len >> 8);
	fixed[15] = (uint8_t)len;
	if (!build_put(b, fixed, sizeof(fixed)) ||
	    !build_put(b, h->block, h->len))
		return false;
	if (h->crc != CRC_NONE) {
		sum = build_crc32c(b->bytes + at, b->len - at);
		if (h->crc == CRC_BAD)
			sum ^= 1;
		crc = b->bytes + b->len - 4;
		if (h->crc == CRC_LE)
			sum = __builtin_bswap32(sum);
		crc[0] = (uint8_t)(sum >> 24);
		crc[1] = (uint8_t)(sum >> 16);
		crc[2] = (uint8_t)(sum >> 8);
		crc[3] = (uint8_t)sum;
	}
	if (h->flip >= 0 && at + (size_t)h->flip < b->len)
		b->bytes[at + (size_t)h->flip] ^= 0xff;
	return true;
}

static bool build_v2(struct build *b, const char *s, size_t len,
		     const struct build_env *env, char err[BUILD_ERR_MAX])
{
	static struct v2 h;
	size_t n = len;
	const char *comma = memchr(s, ',', len);

	memset(&h, 0, offsetof(struct v2, block));
	h.len_field = -1;
	h.flip = -1;
	if (comma)
		n = (size_t)(comma - s);
	if (!v2_form(&h, n ? s : "4", n ? n : 1, env->claim))
		return build_fail(err, "unknown v2 form", s, n);
	while (n < len) {
		const char *at = s + n + 1;
		size_t rest = len - n - 1;

		comma = memchr(at, ',', rest);
		n = comma ? (size_t)(comma - s) : len;
		if (!v2_arg(&h, at, (size_t)(s + n - at), env))
			return build_fail(err, "bad v2 argument", at,
					  (size_t)(s + n - at));
	}
	return v2_finish(b, &h) || build_fail(err, "too long", s, len);
}

static bool build_spp(struct build *b, bool is_v6, const struct build_env *env)
{
	const struct claim *c = env->claim;
	uint8_t h[38] = { 0x56, 0xec };

	if (is_v6) {
		memcpy(h + 2, c->src6.bytes, 16);
		memcpy(h + 18, c->dst6.bytes, 16);
	} else {
		memset(h + 12, 0xff, 2);
		memcpy(h + 14, c->src4.bytes, 4);
		memset(h + 28, 0xff, 2);
		memcpy(h + 30, c->dst4.bytes, 4);
	}
	h[34] = (uint8_t)(c->sport >> 8);
	h[35] = (uint8_t)c->sport;
	h[36] = (uint8_t)(c->dport >> 8);
	h[37] = (uint8_t)c->dport;
	return build_put(b, h, sizeof(h));
}

/* ---- items ---- */

static bool build_fill(struct build *b, uint32_t n)
{
	if (n > sizeof(b->bytes) - b->len)
		return false;
	memset(b->bytes + b->len, 'A', n);
	b->len += n;
	return true;
}

static bool build_hex_item(struct build *b, const char *s, size_t len)
{
	int n = build_unhex(s, len, b->bytes + b->len,
			    sizeof(b->bytes) - b->len);

	if (n < 0)
		return false;
	b->len += (size_t)n;
	return true;
}

/* build_item() - one item that is not quoted text */
static bool build_item(struct build *b, const char *s, size_t len,
		       const struct build_env *env, char err[BUILD_ERR_MAX])
{
	bool is_v6 = len >= 3 && s[len - 2] == ':' && s[len - 1] == '6';

#define BEGINS(word) \
	(len >= sizeof(word) - 1 && !memcmp(s, word, sizeof(word) - 1))
	if (len == 5 && BEGINS("probe"))
		return build_put(b, env->probe, env->probe_len);
	if (BEGINS("v1"))
		return build_v1(b, is_v6, env, err);
	if (BEGINS("v2"))
		return build_v2(b, s + (len > 2 ? 3 : 2),
				len - (len > 2 ? 3 : 2), env, err);
	if (BEGINS("spp"))
		return build_spp(b, is_v6, env);
	if (BEGINS("fill:"))
		return build_fill(b, build_number(s + 5, env)) ||
		       build_fail(err, "too long", s, len);
	if (BEGINS("x"))
		return build_hex_item(b, s + 1, len - 1) ||
		       build_fail(err, "bad hex", s, len);
#undef BEGINS
	return build_fail(err, "unknown item", s, len);
}

/* length of the item at @s: to a blank, or to the closing quote */
static size_t item_length(const char *s, size_t len)
{
	size_t i = 0;

	if (*s != '"') {
		while (i < len && s[i] != ' ')
			i++;
		return i;
	}
	for (i = 1; i < len && s[i] != '"'; i++)
		if (s[i] == '\\')
			i++;
	return i < len ? i + 1 : len;
}

bool build_items(struct build *b, const char *text, size_t len,
		 const struct build_env *env, char err[BUILD_ERR_MAX])
{
	size_t i = 0, n;
	size_t begin = b->len;
	bool is_ok;

	while (i < len) {
		if (text[i] == ' ') {
			i++;
			continue;
		}
		n = item_length(text + i, len - i);
		if (text[i] == '"')
			is_ok = n >= 2 && text[i + n - 1] == '"'
					? build_text(b, text + i + 1, n - 2,
						     env, err)
					: build_fail(err, "no end", text + i,
						     n);
		else
			is_ok = build_item(b, text + i, n, env, err);
		if (!is_ok)
			return false;
		if (!b->hdr_len)
			b->hdr_len = b->len - begin;
		i += n;
	}
	return true;
}
