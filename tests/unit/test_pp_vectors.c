/* SPDX-License-Identifier: BSD-2-Clause */
/* test_pp_vectors.c - every vector of the PROXY protocol, whole, cut short,
 * damaged and followed by more
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <CUnit/Basic.h>

#include "harness.h"
#include "tests/vectors/proxy_protocol.h"
#include "wire/pp2.h"

#define INPUT_MAX 16384
#define TEXT_MAX  16384
#define TLVS_MAX  64 /* of one header, that are compared one by one */

/* Says which vector failed; CUnit only knows the line. */
#define CHECK(v, expr)                                                 \
	do {                                                           \
		if (!(expr))                                           \
			fprintf(stderr, "  %s: %s\n", (v)->id, #expr); \
		CU_ASSERT(expr);                                       \
	} while (0)

static unsigned hex_nibble(char c)
{
	return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* The notation of struct pp_vector. Return: bytes */
static size_t vector_bytes(const struct pp_vector *v, uint8_t *out)
{
	const char *p = v->hex;
	size_t n = 0;

	while (*p) {
		unsigned long times = 1;
		uint8_t byte;
		char *end;

		if (*p == ' ') {
			p++;
			continue;
		}
		byte = (uint8_t)(hex_nibble(p[0]) << 4 | hex_nibble(p[1]));
		p += 2;
		if (*p == '*') {
			times = strtoul(p + 1, &end, 10);
			p = end;
		}
		ASSERT(n + times <= INPUT_MAX);
		while (times-- > 0)
			out[n++] = byte;
	}
	return n;
}

struct text {
	char s[TEXT_MAX];
	size_t n;
};

static void text_hex(struct text *t, const uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		t->n += (size_t)snprintf(t->s + t->n, TEXT_MAX - t->n, "%02x",
					 p[i]);
	ASSERT(t->n < TEXT_MAX);
}

static void text_put(struct text *t, const char *s)
{
	t->n += (size_t)snprintf(t->s + t->n, TEXT_MAX - t->n, "%s", s);
	ASSERT(t->n < TEXT_MAX);
}

/* Renders a TLV area as the vectors do; SSL is entered once. */
static size_t text_tlvs(struct text *t, const uint8_t *area, size_t len,
			bool enter)
{
	struct wire_err err;
	struct pp2_tlv tlv;
	size_t count = 0;

	while (pp2_tlv_next(&area, &len, &tlv, &err) == WIRE_OK) {
		struct pp2_ssl ssl;
		char word[32];

		if (count++ >= TLVS_MAX)
			continue;
		if (count > 1)
			text_put(t, " ");
		snprintf(word, sizeof(word), "%02x=", tlv.type);
		text_put(t, word);
		if (tlv.len > 512) {
			text_hex(t, tlv.value, 16);
			snprintf(word, sizeof(word), "..%u", tlv.len);
			text_put(t, word);
		} else {
			text_hex(t, tlv.value, tlv.len);
		}
		if (tlv.type != PP2_TLV_SSL || !enter)
			continue;
		CU_ASSERT_EQUAL_FATAL(pp2_ssl_decode(&tlv, &ssl, &err),
				      WIRE_OK);
		snprintf(word, sizeof(word), "{%02x %08x ", ssl.client,
			 ssl.verify);
		text_put(t, word);
		text_tlvs(t, ssl.sub, ssl.sub_len, false);
		text_put(t, "}");
	}
	CU_ASSERT_EQUAL(len, 0);
	return count;
}

static enum wire_status vector_decode(const struct pp_vector *v,
				      const uint8_t *buf, size_t len,
				      struct pp_hdr *ret, struct wire_err *err)
{
	if (v->is_dgram)
		return pp_decode_dgram(buf, len, 0, ret, err);
	return pp_decode(buf, len, 0, ret, err);
}

/* An SPP datagram is no PROXY header, and pp_decode() says so; the reader of
 * datagrams knows it by its own name. Every other vector means the same to
 * both.
 */
static bool vector_is_spp(const struct pp_vector *v)
{
	return strcmp(v->id, "udp-spp-magic") == 0;
}

static void check_end(const struct pp_vector *v, const char *want,
		      uint16_t port, const struct endpoint *e,
		      const uint8_t *path)
{
	char text[PP_UNIX_LEN + 1];

	if (!want) {
		CHECK(v, e->addr.family == IP_NONE);
		CHECK(v, path == NULL);
	} else if (path) {
		memcpy(text, path, PP_UNIX_LEN);
		text[PP_UNIX_LEN] = '\0';
		CHECK(v, strcmp(text, want) == 0);
	} else {
		CHECK(v, strcmp(ip_addr_format(&e->addr, text), want) == 0);
	}
	CHECK(v, e->port == port);
}

static void check_hdr(const struct pp_vector *v, const struct pp_hdr *h)
{
	static struct text t;
	const char *want = v->tlvs ? v->tlvs : "";
	size_t count;

	CHECK(v, h->version == v->version);
	CHECK(v, h->cmd == v->cmd);
	CHECK(v, strcmp(pp_family_name(h), v->family) == 0);
	CHECK(v, strcmp(pp_proto_name(h->proto), v->proto) == 0);
	CHECK(v, h->hdr_len == v->hdr_len);
	check_end(v, v->src, v->sport, &h->src, h->unix_src);
	check_end(v, v->dst, v->dport, &h->dst, h->unix_dst);
	CHECK(v, pp_has_client(h) ==
			 (v->src && v->cmd == PP_CMD_PROXY && !h->unix_src));
	t.n = 0;
	t.s[0] = '\0';
	count = text_tlvs(&t, h->tlv, h->tlv_len, true);
	CHECK(v, count == v->tlv_count);
	CHECK(v, count > TLVS_MAX ? strncmp(t.s, want, strlen(want)) == 0
				  : strcmp(t.s, want) == 0);
}

static void test_each_vector_is_judged_and_decoded(void)
{
	static uint8_t buf[INPUT_MAX];
	size_t i;

	CU_ASSERT_EQUAL(ARRAY_SIZE(pp_vectors), 337);
	for (i = 0; i < ARRAY_SIZE(pp_vectors); i++) {
		const struct pp_vector *v = &pp_vectors[i];
		size_t len = vector_bytes(v, buf);
		struct pp_hdr h = { 0 };
		enum wire_status st;
		struct wire_err err;
		struct guard g;

		guard_init(&g, buf, len);
		if (vector_is_spp(v))
			st = pp_decode(g.data, len, 0, &h, &err);
		else
			st = vector_decode(v, g.data, len, &h, &err);
		CHECK(v, st == v->want);
		if (st == WIRE_OK) {
			check_hdr(v, &h);
			CHECK(v, err.anomaly == h.note);
		} else {
			if (strcmp(anomaly_slug(err.anomaly), v->anomaly) != 0)
				fprintf(stderr, "  %s: %s, not %s\n", v->id,
					anomaly_slug(err.anomaly), v->anomaly);
			CHECK(v,
			      !strcmp(anomaly_slug(err.anomaly), v->anomaly));
			CHECK(v, err.off <= len);
		}
		guard_fini(&g);
	}
}

/* Feeds a stream byte after byte: SHORT until one verdict, which stays. */
static void check_prefixes(const struct pp_vector *v, const uint8_t *buf,
			   size_t len)
{
	enum wire_status whole, st, last = WIRE_SHORT;
	struct wire_err whole_err, err, first_err = { 0 };
	struct pp_hdr h, whole_hdr;
	size_t n, decided = 0;

	whole = pp_decode(buf, len, 0, &whole_hdr, &whole_err);
	for (n = 0; n <= len; n++) {
		struct guard g;

		guard_init(&g, buf, n);
		st = pp_decode(g.data, n, 0, &h, &err);
		guard_fini(&g);
		if (last == WIRE_SHORT && st != WIRE_SHORT) {
			decided = n;
			first_err = err;
		}
		CHECK(v, last == WIRE_SHORT || st == last);
		if (st == WIRE_BAD) {
			CHECK(v, err.anomaly == first_err.anomaly);
			CHECK(v, err.off == first_err.off);
			CHECK(v, err.off < n);
		} else if (st == WIRE_SHORT) {
			CHECK(v, err.off == n && !err.anomaly);
		}
		last = st;
	}
	CHECK(v, last == whole);
	if (whole == WIRE_OK)
		CHECK(v, decided == whole_hdr.hdr_len);
	/* what is not about lengths is said at the byte that decides */
	if (whole == WIRE_BAD && whole_err.off != 14 && whole_err.off < 16)
		CHECK(v, decided == whole_err.off + 1);
	if (whole == WIRE_BAD && buf[0] == 'P')
		CHECK(v, decided == whole_err.off + 1);
}

static void test_every_prefix_is_short_until_the_verdict(void)
{
	static uint8_t buf[INPUT_MAX];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pp_vectors); i++) {
		const struct pp_vector *v = &pp_vectors[i];
		size_t len = vector_bytes(v, buf);

		/* the long ones change nothing in their middle */
		if (len <= 2048)
			check_prefixes(v, buf, len);
	}
}

static void test_a_datagram_is_never_short(void)
{
	static uint8_t buf[INPUT_MAX];
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(pp_vectors); i++) {
		const struct pp_vector *v = &pp_vectors[i];
		size_t len = vector_bytes(v, buf);

		if (!v->is_dgram)
			continue;
		for (n = 0; n <= len; n++) {
			struct wire_err err;
			struct pp_hdr h = { 0 };
			enum wire_status st;

			st = pp_decode_dgram(buf, n, 0, &h, &err);
			CHECK(v, st != WIRE_SHORT);
			CHECK(v, (st == WIRE_OK) == (err.anomaly == 0));
			if (st == WIRE_OK)
				CHECK(v, h.hdr_len <= n);
		}
	}
}

/* The payload is not looked at: neither more of it nor other bytes in it
 * change what the header says.
 */
static void test_the_payload_does_not_matter(void)
{
	static uint8_t buf[INPUT_MAX + 16];
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(pp_vectors); i++) {
		const struct pp_vector *v = &pp_vectors[i];
		size_t len = vector_bytes(v, buf);
		struct wire_err err;
		struct pp_hdr h = { 0 };

		if (v->want != WIRE_OK)
			continue;
		for (n = v->hdr_len; n < len + 16; n++)
			buf[n] = (uint8_t)(0xa5 ^ n);
		CHECK(v, vector_decode(v, buf, len + 16, &h, &err) == WIRE_OK);
		check_hdr(v, &h);
		CHECK(v,
		      vector_decode(v, buf, v->hdr_len, &h, &err) == WIRE_OK);
		check_hdr(v, &h);
	}
}

/* A flipped bit is either refused not later than the header's end, or makes a
 * header whose length stays inside what its bytes say.
 */
static void check_flips(const struct pp_vector *v, uint8_t *buf, size_t len)
{
	size_t at;
	int bit;

	for (at = 0; at < v->hdr_len; at++) {
		for (bit = 0; bit < 8; bit++) {
			struct wire_err err;
			struct pp_hdr h = { 0 };
			enum wire_status st;

			buf[at] ^= (uint8_t)(1 << bit);
			st = pp_decode(buf, len, 0, &h, &err);
			if (st == WIRE_OK)
				CHECK(v, h.hdr_len <= len);
			if (st == WIRE_BAD) {
				CHECK(v, err.anomaly != ANOMALY_NONE);
				CHECK(v, err.off < len);
			}
			/* what precedes the damage was legal */
			if (st == WIRE_BAD && v->version == 1)
				CHECK(v, err.off >= at);
			if (v->version == 2 && at < PP2_SIG_LEN)
				CHECK(v, st == WIRE_BAD && err.off == at);
			buf[at] ^= (uint8_t)(1 << bit);
		}
	}
}

static void test_a_flipped_bit_is_seen_or_harmless(void)
{
	static uint8_t buf[INPUT_MAX];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pp_vectors); i++) {
		const struct pp_vector *v = &pp_vectors[i];
		size_t len = vector_bytes(v, buf);

		if (v->want == WIRE_OK && len <= 512)
			check_flips(v, buf, len);
	}
}

/* With a CRC32C over it no single bit of a header may change unseen, save in
 * the one byte that turns a PROXY into a LOCAL (whose block is not read), in
 * the two nibbles that may become UNSPEC and in the checksum's own frame.
 */
static void test_a_crc_sees_each_flipped_bit(void)
{
	static uint8_t buf[INPUT_MAX];
	size_t i, at, seen = 0;

	for (i = 0; i < ARRAY_SIZE(pp_vectors); i++) {
		const struct pp_vector *v = &pp_vectors[i];
		size_t len = vector_bytes(v, buf);
		struct wire_err err;
		struct pp_hdr h;

		if (v->want != WIRE_OK || v->version != 2 ||
		    pp_decode(buf, len, 0, &h, &err) != WIRE_OK ||
		    h.crc != PP_CRC_OK)
			continue;
		seen++;
		for (at = PP2_FIXED_LEN; at < v->hdr_len; at++) {
			struct pp_hdr damaged = { 0 };

			buf[at] ^= 0x10;
			if (pp_decode(buf, len, 0, &damaged, &err) == WIRE_OK)
				CHECK(v, damaged.crc == PP_CRC_ABSENT);
			buf[at] ^= 0x10;
		}
	}
	CU_ASSERT(seen >= 8);
}

static void test_the_limit_is_on_the_whole_header(void)
{
	static uint8_t buf[INPUT_MAX];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(pp_vectors); i++) {
		const struct pp_vector *v = &pp_vectors[i];
		size_t len = vector_bytes(v, buf);
		struct wire_err err;
		struct pp_hdr h;

		if (v->want != WIRE_OK || v->version != 2)
			continue;
		CHECK(v, pp_decode(buf, len, v->hdr_len, &h, &err) == WIRE_OK);
		CHECK(v, pp_decode(buf, len, v->hdr_len - 1, &h, &err) ==
				 WIRE_BAD);
		CHECK(v, err.anomaly == ANOMALY_V2_LEN_LIMIT);
		CHECK(v, pp_decode(buf, PP2_FIXED_LEN, v->hdr_len - 1, &h,
				   &err) == WIRE_BAD);
	}
}

static void test_the_spp_vector_is_known_by_name(void)
{
	static uint8_t buf[INPUT_MAX];
	size_t i, seen = 0;

	for (i = 0; i < ARRAY_SIZE(pp_vectors); i++) {
		const struct pp_vector *v = &pp_vectors[i];
		size_t len = vector_bytes(v, buf);
		struct wire_err err;
		struct pp_hdr h;

		if (!vector_is_spp(v))
			continue;
		seen++;
		CU_ASSERT_EQUAL_FATAL(pp_decode_dgram(buf, len, 0, &h, &err),
				      WIRE_OK);
		CU_ASSERT_EQUAL(h.version, 0);
		CU_ASSERT_EQUAL(h.hdr_len, 38);
		CU_ASSERT_EQUAL(h.family, PP_FAMILY_INET);
		CU_ASSERT_EQUAL(h.src.port, 50000);
		CU_ASSERT_EQUAL(h.dst.port, 53);
	}
	CU_ASSERT_EQUAL(seen, 1);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "each vector is judged and decoded",
		  test_each_vector_is_judged_and_decoded },
		{ "every prefix is SHORT until the verdict",
		  test_every_prefix_is_short_until_the_verdict },
		{ "a datagram is never SHORT", test_a_datagram_is_never_short },
		{ "the payload does not matter",
		  test_the_payload_does_not_matter },
		{ "a flipped bit is seen or harmless",
		  test_a_flipped_bit_is_seen_or_harmless },
		{ "a CRC sees each flipped bit",
		  test_a_crc_sees_each_flipped_bit },
		{ "the limit is on the whole header",
		  test_the_limit_is_on_the_whole_header },
		{ "the SPP vector is known by name",
		  test_the_spp_vector_is_known_by_name },
	};

	return unit_main("pp_vectors", tests, ARRAY_SIZE(tests));
}
