/* SPDX-License-Identifier: BSD-2-Clause */
/* test_inspect_find.c - one header, cut and ordered in every way */
#include <string.h>

#include <CUnit/CUnit.h>

#include "find.h"
#include "harness.h"
#include "wire/bytes.h"

/* "PROXY " has to end within the first 512 bytes */
#define FAR  507
#define DATA "GET / HTTP/1.1\r\n\r\n"

static const char v1[] = "PROXY TCP4 203.0.113.7 198.51.100.1 40000 443\r\n";

static const struct config cfg = {
	.want_csum = true,
	.hdr_max = 4096,
};

struct stream {
	struct find find;
	struct budget budget;
	uint64_t frame;
};

static void stream_init(struct stream *s)
{
	*s = (struct stream) { .budget = { .max_bytes = 1 << 20 } };
}

static void stream_fini(struct stream *s)
{
	find_fini(&s->find, &s->budget);
	CU_ASSERT_EQUAL(s->budget.used_bytes, 0);
}

/* stream_put() - bytes [lo, hi) of @text, at the end of a guarded page */
static void stream_put(struct stream *s, const char *text, size_t lo, size_t hi,
		       enum csum_state csum)
{
	struct packet pkt = { .csum = csum };
	struct guard g;

	guard_init(&g, (const uint8_t *)text + lo, hi - lo);
	pkt.payload = g.data;
	pkt.cap_len = pkt.len = (uint32_t)(hi - lo);
	find_segment(&s->find, &cfg, &s->budget, &pkt, (int64_t)lo, ++s->frame);
	guard_fini(&g);
}

static void check_found(struct stream *s, uint32_t count)
{
	CU_ASSERT_EQUAL(s->find.state, FIND_FOUND);
	CU_ASSERT_EQUAL(s->find.kind, HDR_MODE_PPV1);
	CU_ASSERT_EQUAL(s->find.count, count);
	CU_ASSERT_EQUAL(s->find.hdr_len, sizeof(v1) - 1);
	CU_ASSERT(s->find.hdr && !memcmp(s->find.hdr, v1, sizeof(v1) - 1));
	CU_ASSERT(!s->find.is_starved);
}

static void test_whole(void)
{
	struct stream s;

	stream_init(&s);
	stream_put(&s, v1, 0, sizeof(v1) - 1, CSUM_OK);
	check_found(&s, 1);
	CU_ASSERT(!s.find.is_split && !s.find.is_done);
	CU_ASSERT_EQUAL(s.find.frame, 1);
	/* no memory but the header's copy */
	CU_ASSERT_EQUAL(s.budget.used_bytes, sizeof(v1) - 1);
	stream_fini(&s);
}

/* Every cut into three, in every order. */
static void test_every_cut_and_order(void)
{
	static const uint8_t order[6][3] = { { 0, 1, 2 }, { 0, 2, 1 },
					     { 1, 0, 2 }, { 1, 2, 0 },
					     { 2, 0, 1 }, { 2, 1, 0 } };
	static const char text[] =
		"PROXY TCP4 203.0.113.7 198.51.100.1 40000 443\r\n" DATA;
	size_t hdr = sizeof(v1) - 1;
	size_t len = sizeof(text) - 1;
	size_t a, b, o, k;

	for (a = 1; a < len - 1; a++)
		for (b = a + 1; b < len; b++)
			for (o = 0; o < 6; o++) {
				size_t at[4] = { 0, a, b, len };
				struct stream s;

				stream_init(&s);
				for (k = 0; k < 3; k++)
					stream_put(&s, text, at[order[o][k]],
						   at[order[o][k] + 1],
						   CSUM_OK);
				check_found(&s, 1);
				CU_ASSERT(s.find.is_done);
				CU_ASSERT_EQUAL(s.find.is_split, a < hdr);
				CU_ASSERT_EQUAL(s.budget.used_bytes, hdr);
				stream_fini(&s);
			}
}

static void test_two_headers_cut_anywhere(void)
{
	static const char text[] =
		"PROXY TCP4 203.0.113.7 198.51.100.1 40000 443\r\n"
		"PROXY TCP4 203.0.113.7 198.51.100.1 40000 443\r\n" DATA;
	size_t len = sizeof(text) - 1;
	size_t a;

	for (a = 1; a < len; a++) {
		struct stream s;

		stream_init(&s);
		stream_put(&s, text, 0, a, CSUM_OK);
		stream_put(&s, text, a, len, CSUM_OK);
		check_found(&s, 2);
		CU_ASSERT(s.find.is_done);
		stream_fini(&s);
	}
}

static void test_retransmission_is_one_header(void)
{
	struct stream s;
	size_t len = sizeof(v1) - 1;

	stream_init(&s);
	stream_put(&s, v1, 0, len, CSUM_OK);
	stream_put(&s, v1, 0, len, CSUM_OK);
	stream_put(&s, v1, 5, len, CSUM_OK);
	check_found(&s, 1);
	CU_ASSERT(!s.find.is_split);
	CU_ASSERT_EQUAL(s.find.again_count, 0);
	stream_fini(&s);
}

/* Sent again with what follows: neither the copy nor its rest is taken for
 * another header, wherever the copy begins.
 */
static void test_retransmission_with_more(void)
{
	static const char text[] =
		"PROXY TCP4 203.0.113.7 198.51.100.1 40000 443\r\n" DATA;
	size_t hdr = sizeof(v1) - 1, len = sizeof(text) - 1, from;

	for (from = 0; from <= hdr; from++) {
		struct stream s;

		stream_init(&s);
		stream_put(&s, text, 0, hdr, CSUM_OK);
		stream_put(&s, text, from, len, CSUM_OK);
		check_found(&s, 1);
		CU_ASSERT(s.find.is_done);
		stream_fini(&s);
	}
}

/* The second header begins in the segment that ends the first one and is sent
 * again from there.
 */
static void test_second_header_sent_again(void)
{
	static const char text[] =
		"PROXY TCP4 203.0.113.7 198.51.100.1 40000 443\r\n"
		"PROXY TCP4 203.0.113.7 198.51.100.1 40000 443\r\n" DATA;
	size_t hdr = sizeof(v1) - 1, len = sizeof(text) - 1, from;

	for (from = 0; from <= hdr + 10; from++) {
		struct stream s;

		stream_init(&s);
		stream_put(&s, text, 0, hdr, CSUM_OK);
		stream_put(&s, text, hdr, hdr + 10, CSUM_OK);
		stream_put(&s, text, from, len, CSUM_OK);
		check_found(&s, 2);
		CU_ASSERT(s.find.is_done);
		stream_fini(&s);
	}
}

/* Frames are counted from where the capture's part begins. */
static void test_shift(void)
{
	struct stream s;
	size_t len = sizeof(v1) - 1;

	stream_init(&s);
	stream_put(&s, v1, 0, len, CSUM_OK);
	find_shift(&s.find, true, 100);
	CU_ASSERT_EQUAL(s.find.frame, 101);
	CU_ASSERT_EQUAL(s.find.frame_last, 101);
	CU_ASSERT_PTR_NULL(s.find.other);
	stream_fini(&s);
}

static void test_none_and_malformed(void)
{
	struct stream s;

	stream_init(&s);
	stream_put(&s, DATA, 0, sizeof(DATA) - 1, CSUM_OK);
	CU_ASSERT_EQUAL(s.find.state, FIND_NONE);
	CU_ASSERT_EQUAL(s.budget.used_bytes, 0);
	stream_fini(&s);
	stream_init(&s);
	stream_put(&s, "PROXY TCP5 ", 0, 6, CSUM_OK);
	CU_ASSERT_EQUAL(s.find.state, FIND_WAIT);
	stream_put(&s, "PROXY TCP5 ", 6, 11, CSUM_OK);
	CU_ASSERT_EQUAL(s.find.state, FIND_BAD);
	CU_ASSERT_EQUAL(s.find.err.anomaly, ANOMALY_V1_PROTO);
	stream_fini(&s);
}

static void test_bad_checksum_is_the_last_resort(void)
{
	struct stream s;
	size_t len = sizeof(v1) - 1;

	stream_init(&s);
	stream_put(&s, v1, 0, len, CSUM_BAD);
	CU_ASSERT_EQUAL(s.find.state, FIND_WAIT);
	CU_ASSERT(s.find.has_bad_copy);
	CU_ASSERT_EQUAL(s.find.frame, 1);
	stream_put(&s, v1, 0, len, CSUM_PARTIAL);
	check_found(&s, 1);
	CU_ASSERT(!s.find.has_bad_copy);
	CU_ASSERT_EQUAL(s.find.frame, 2);
	stream_fini(&s);
}

/* put_at() - @text at any offset, also one before the stream */
static void put_at(struct stream *s, int64_t off, const char *text,
		   struct packet pkt)
{
	struct guard g;

	guard_init(&g, (const uint8_t *)text, strlen(text));
	pkt.payload = g.data;
	pkt.cap_len = pkt.len = (uint32_t)strlen(text);
	find_segment(&s->find, &cfg, &s->budget, &pkt, off, ++s->frame);
	guard_fini(&g);
}

static void test_bad_checksums_never_replace(void)
{
	static const char other[] =
		"PROXY TCP4 203.0.113.8 198.51.100.1 40000 443\r\n";
	struct packet bad = { .csum = CSUM_BAD };
	struct packet bad_ip = { .csum = CSUM_OK, .ip_csum = CSUM_BAD };
	struct packet good = { .csum = CSUM_OK };
	struct stream s;

	stream_init(&s);
	put_at(&s, 0, v1, good);
	put_at(&s, 0, other, bad);
	put_at(&s, 0, other, bad_ip);
	check_found(&s, 1);
	CU_ASSERT(!s.find.has_bad_copy);
	CU_ASSERT_EQUAL(s.find.bad_csum_count, 2);
	stream_fini(&s);
	/* a good piece of a header goes before a bad whole */
	stream_init(&s);
	put_at(&s, 0, other, bad_ip);
	CU_ASSERT(s.find.has_bad_copy);
	put_at(&s, 0, "PROXY ", good);
	CU_ASSERT(!s.find.has_bad_copy);
	CU_ASSERT_EQUAL(s.find.state, FIND_WAIT);
	stream_fini(&s);
}

static void test_what_lies_before_the_stream(void)
{
	struct packet good = { .csum = CSUM_OK };
	struct stream s;

	stream_init(&s);
	put_at(&s, -1, "x", good); /* a keep-alive */
	CU_ASSERT_EQUAL(s.find.state, FIND_WAIT);
	CU_ASSERT(!s.find.has_first);
	put_at(&s, -3, "abcPROXY ", good);
	CU_ASSERT_EQUAL(s.find.first_hi, 6);
	put_at(&s, 6, v1 + 6, good);
	check_found(&s, 1);
	/* a copy of its beginning, and one that says something else */
	put_at(&s, -5, "abcdePROXY T", good);
	CU_ASSERT(!s.find.is_overlap);
	/* what ends before it, and what goes on behind the header */
	put_at(&s, -50, "abcde", good);
	put_at(&s, -1, "x", good);
	put_at(&s, 10, DATA, (struct packet) { .csum = CSUM_BAD });
	CU_ASSERT(!s.find.is_overlap);
	put_at(&s, sizeof(v1) - 3, "\r\n" DATA, good);
	CU_ASSERT(!s.find.is_overlap);
	put_at(&s, -5, "abcdePROXX T", good);
	CU_ASSERT(s.find.is_overlap);
	stream_fini(&s);
}

/* Of a very long stream nothing is compared: its offsets come again. */
static void test_comparing_has_an_end(void)
{
	struct packet good = { .csum = CSUM_OK };
	struct stream s;
	unsigned i;

	stream_init(&s);
	put_at(&s, 0, v1, good);
	for (i = 1; i < 16384; i++)
		put_at(&s, 1000, "x", good);
	put_at(&s, 0, "PROXX", good);
	CU_ASSERT(!s.find.is_overlap);
	s.find.payloads = 16383;
	put_at(&s, 0, "PROXX", good);
	CU_ASSERT(s.find.is_overlap);
	stream_fini(&s);
}

/* Data, data, and then a segment that begins with a header */
static void test_late_in_any_segment(void)
{
	struct packet good = { .csum = CSUM_OK };
	char data[101];
	struct stream s;

	memset(data, 'x', 100);
	data[100] = '\0';
	stream_init(&s);
	put_at(&s, 0, data, good);
	put_at(&s, 100, data, good);
	CU_ASSERT_EQUAL(s.find.late_count, 0);
	put_at(&s, 200, v1, good);
	CU_ASSERT_EQUAL(s.find.state, FIND_NONE);
	CU_ASSERT_EQUAL(s.find.late_count, 1);
	CU_ASSERT(s.find.other && s.find.other->off == 200 &&
		  s.find.other->frame == 3);
	stream_fini(&s);
	/* after a greeting the segment behind is searched, and then as above */
	stream_init(&s);
	put_at(&s, 0, "hello", good);
	put_at(&s, 200, v1, good);
	CU_ASSERT_EQUAL(s.find.late_count, 1);
	stream_fini(&s);
}

/* The piece of a header that there is no memory for */
static void test_no_memory_for_a_window(void)
{
	struct packet good = { .csum = CSUM_OK };
	struct stream s;

	stream_init(&s);
	s.budget.max_bytes = 1;
	put_at(&s, 0, "PROXY ", good);
	CU_ASSERT(s.find.is_starved);
	stream_fini(&s);
}

static void test_far_from_the_stream(void)
{
	struct packet good = { .csum = CSUM_OK };
	struct stream s;

	/* offsets of 32 bits have a beginning again; this is not that one */
	stream_init(&s);
	put_at(&s, 1LL << 32, v1, good);
	CU_ASSERT_EQUAL(s.find.state, FIND_WAIT);
	CU_ASSERT_EQUAL(s.budget.used_bytes, 0);
	stream_fini(&s);
	/* other data, a hole, a header */
	stream_init(&s);
	put_at(&s, 0, DATA, good);
	CU_ASSERT_EQUAL(s.find.state, FIND_NONE);
	put_at(&s, 3000, v1, good);
	CU_ASSERT_EQUAL(s.find.late_count, 1);
	CU_ASSERT(s.find.other && s.find.other->off == 3000);
	stream_fini(&s);
}

static void test_copies_behind_the_answer(void)
{
	struct packet good = { .csum = CSUM_OK };
	struct stream s;
	size_t len = sizeof(v1) - 1;

	stream_init(&s);
	put_at(&s, 0, v1, good);
	put_at(&s, (int64_t)len, DATA, good);
	CU_ASSERT(s.find.is_done);
	put_at(&s, 0, v1, good); /* sent again by TCP */
	put_at(&s, (int64_t)len + 40, DATA DATA DATA DATA, good);
	CU_ASSERT_EQUAL(s.find.again_count, 0);
	put_at(&s, (int64_t)len + 90, v1, good);
	CU_ASSERT_EQUAL(s.find.again_count, 1);
	CU_ASSERT_EQUAL(s.find.pooled_count, 0);
	/* as long, but of another client */
	put_at(&s, (int64_t)len + 190,
	       "PROXY TCP4 203.0.113.8 198.51.100.1 40000 443\r\n", good);
	CU_ASSERT_EQUAL(s.find.again_count, 1);
	CU_ASSERT_EQUAL(s.find.pooled_count, 1);
	stream_fini(&s);
}

static void test_end_inside_the_header(void)
{
	struct stream s;

	stream_init(&s);
	stream_put(&s, v1, 0, 20, CSUM_OK);
	CU_ASSERT(!find_is_cut_by_sender(&s.find));
	s.find.has_fin = true;
	s.find.fin_off = 21;
	CU_ASSERT(!find_is_cut_by_sender(&s.find));
	s.find.fin_off = 20;
	CU_ASSERT(find_is_cut_by_sender(&s.find));
	stream_fini(&s);
}

/* A peer that opens as many holes as it can, or sends without end. */
static void test_hostile_streams_stay_bounded(void)
{
	char text[8192];
	struct stream s;
	size_t i;

	memset(text, 'x', sizeof(text));
	memcpy(text, v1, 20);
	stream_init(&s);
	for (i = 1; i + 1 < sizeof(text); i += 2)
		stream_put(&s, text, i, i + 1, CSUM_OK);
	CU_ASSERT(s.find.is_starved);
	CU_ASSERT(s.budget.used_bytes <= 8192);
	stream_fini(&s);
	/* a second header that never ends: the window does */
	memset(text, 'P', sizeof(text));
	memcpy(text, v1, sizeof(v1) - 1);
	(void)unhex("0d0a0d0a000d0a515549540a 2111 ffff",
		    (uint8_t *)text + sizeof(v1) - 1, 16);
	stream_init(&s);
	for (i = 0; i < sizeof(text); i += 64)
		stream_put(&s, text, i, i + 64, CSUM_OK);
	CU_ASSERT_EQUAL(s.find.state, FIND_FOUND);
	CU_ASSERT_EQUAL(s.find.count, 1);
	CU_ASSERT(s.find.is_done);
	CU_ASSERT_EQUAL(s.budget.used_bytes, sizeof(v1) - 1);
	stream_fini(&s);
}

/* put_v2() - a legal v2 header of @total bytes, most of them one NOOP TLV */
static void put_v2(char *out, uint16_t total)
{
	uint8_t *p = (uint8_t *)out;

	memset(p, 0, total);
	(void)unhex("0d0a0d0a000d0a515549540a 2111", p, 14);
	put_be16(p + 14, (uint16_t)(total - 16));
	p[28] = 0x04;
	put_be16(p + 29, (uint16_t)(total - 31));
}

/* A second header that does not fit behind the first: the window is given back
 * when it is full.
 */
static void test_a_full_window_is_given_back(void)
{
	char text[8192];
	struct stream s;
	size_t i;

	memset(text, 'x', sizeof(text));
	put_v2(text, 1000);
	put_v2(text + 1000, 4096);
	stream_init(&s);
	for (i = 0; i < sizeof(text); i += 64)
		stream_put(&s, text, i, i + 64, CSUM_OK);
	CU_ASSERT_EQUAL(s.find.state, FIND_FOUND);
	CU_ASSERT_EQUAL(s.find.count, 1);
	CU_ASSERT_EQUAL(s.find.hdr_len, 1000);
	CU_ASSERT(s.find.is_done);
	CU_ASSERT_EQUAL(s.budget.used_bytes, 1000);
	stream_fini(&s);
}

/* The longest header in pieces, and a second one behind it, in the last piece
 */
static void test_the_longest_header_in_pieces(void)
{
	char text[4096 + sizeof(v1) - 1];
	struct stream s;
	size_t i;

	put_v2(text, 4096);
	memcpy(text + 4096, v1, sizeof(v1) - 1);
	stream_init(&s);
	for (i = 0; i < 4000; i += 1000)
		stream_put(&s, text, i, i + 1000, CSUM_OK);
	stream_put(&s, text, 4000, sizeof(text), CSUM_OK);
	CU_ASSERT_EQUAL(s.find.state, FIND_FOUND);
	CU_ASSERT_EQUAL(s.find.hdr_len, 4096);
	CU_ASSERT_EQUAL(s.find.count, 2);
	CU_ASSERT(s.find.is_split && !s.find.is_starved);
	stream_fini(&s);
}

static void put_datagram_csum(struct stream *s, const char *hex, uint32_t lost,
			      enum csum_state csum)
{
	struct packet pkt = { .csum = csum };
	uint8_t buf[256];
	size_t len = unhex(hex, buf, sizeof(buf));
	struct guard g;

	guard_init(&g, buf, len);
	pkt.payload = g.data;
	pkt.cap_len = (uint32_t)len;
	pkt.len = (uint32_t)len + lost;
	find_datagram(&s->find, &cfg, &s->budget, &pkt, ++s->frame);
	guard_fini(&g);
}

static void put_datagram(struct stream *s, const char *hex, uint32_t lost)
{
	put_datagram_csum(s, hex, lost, CSUM_OK);
}

#define V2_UDP                         \
	"0d0a0d0a000d0a515549540a2112" \
	"000ccb007107c63364019c400035"

static void test_datagrams(void)
{
	struct stream s;

	stream_init(&s);
	put_datagram(&s, V2_UDP "30", 0);
	put_datagram(&s, "31", 0);
	put_datagram(&s, V2_UDP, 0);
	CU_ASSERT_EQUAL(s.find.state, FIND_FOUND);
	CU_ASSERT_EQUAL(s.find.count, 2);
	CU_ASSERT_EQUAL(s.find.payloads, 3);
	CU_ASSERT_EQUAL(s.find.alone, 1);
	CU_ASSERT_EQUAL(s.find.changed, 0);
	CU_ASSERT(!s.find.is_first_bare);
	put_datagram(&s, V2_UDP V2_UDP, 0);
	CU_ASSERT_EQUAL(s.find.doubled, 1);
	stream_fini(&s);
	stream_init(&s);
	put_datagram(&s, "30", 0);
	CU_ASSERT(s.find.is_first_bare);
	put_datagram(&s, V2_UDP "30", 0);
	CU_ASSERT_EQUAL(s.find.late_count, 1);
	stream_fini(&s);
}

/* SPP is no header of a stream, but of a datagram with a bad checksum, too */
static void test_a_bad_datagram_is_the_last_resort(void)
{
	struct stream s;

	stream_init(&s);
	put_datagram_csum(&s,
			  "56ec"
			  "00000000000000000000ffffcb007107"
			  "00000000000000000000ffffc6336401"
			  "9c400035"
			  "30",
			  0, CSUM_BAD);
	CU_ASSERT(s.find.has_bad_copy);
	CU_ASSERT_EQUAL(s.find.kind, HDR_MODE_SPP);
	CU_ASSERT_EQUAL(s.find.hdr_len, 38);
	CU_ASSERT_EQUAL(s.find.bad_csum_count, 1);
	CU_ASSERT_EQUAL(s.find.state, FIND_WAIT);
	stream_fini(&s);
}

/* The same in a later segment: only behind what was searched without a gap, and
 * near the stream's begin.
 */
static void test_behind_segments(void)
{
#define GREETING "EHLO x\r\n"
#define LINE	 "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n"
	static const struct {
		const char *text;
		uint32_t from; /* where the second segment begins */
		uint32_t late;
	} cases[] = {
		{ GREETING "NOOP\r\n" LINE "GET", 8, 1 },
		{ GREETING LINE "GET", 8, 1 },
		{ GREETING "NOOP\r\n" LINE "GET", 9, 0 },
		{ GREETING "NOOP\r\n" LINE "GET", 7, 0 },
		{ GREETING "NOOP\r\nPROXY TCP4 192.0.2.1", 8, 0 },
	};
	char far[FAR + sizeof(LINE)];
	struct stream s;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *text = cases[i].text;

		stream_init(&s);
		stream_put(&s, text, 0, 8, CSUM_OK);
		CU_ASSERT_FALSE(find_is_settled(&s.find));
		stream_put(&s, text, cases[i].from, strlen(text), CSUM_OK);
		CU_ASSERT_EQUAL(s.find.state, FIND_NONE);
		CU_ASSERT_EQUAL(s.find.late_count, cases[i].late);
		CU_ASSERT_EQUAL(!!s.find.other, !!cases[i].late);
		if (s.find.other) {
			CU_ASSERT_EQUAL(s.find.other->off,
					strstr(text, "PROXY") - text);
			CU_ASSERT_EQUAL(s.find.other->frame, 2);
		}
		stream_fini(&s);
	}
	for (i = 63; i <= 64; i++) { /* a greeting, and no longer one */
		memset(far, 'x', sizeof(far));
		memcpy(far + i, LINE, sizeof(LINE) - 1);
		stream_init(&s);
		stream_put(&s, far, 0, i - 1, CSUM_OK);
		CU_ASSERT_FALSE(find_is_settled(&s.find));
		stream_put(&s, far, i - 1, i + sizeof(LINE) - 1, CSUM_OK);
		CU_ASSERT_EQUAL(s.find.late_count, 1);
		CU_ASSERT_TRUE(find_is_settled(&s.find));
		stream_fini(&s);
		stream_init(&s);
		stream_put(&s, far, 0, i, CSUM_OK);
		CU_ASSERT_EQUAL(find_is_settled(&s.find), i == 64);
		stream_fini(&s);
	}
#undef GREETING
#undef LINE
}

/* A header, whole, behind data in the segment that the stream begins with. */
static void test_behind_data(void)
{
	static const struct {
		const char *text;
		size_t len;
		uint32_t late;
		uint32_t off;
	} cases[] = {
		{ "EHLO x\r\nPROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\nGET", 48, 1,
		  8 },
		{ "x\r\n\r\n\0\r\nQUIT\n\x20\0\0\0", 17, 1, 1 },
		{ "x\r\n\r\n\0\r\nQUIT\n\x20\0\0", 16, 0, 0 },
		{ "EHLO x\r\nPROXY TCP4 192.0.2.1 192.0.2.2 1 2", 43, 0, 0 },
		{ "the PROXY protocol", 18, 0, 0 },
	};
	char far[FAR + 64];
	struct stream s;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		stream_init(&s);
		stream_put(&s, cases[i].text, 0, cases[i].len, CSUM_OK);
		CU_ASSERT_EQUAL(s.find.state, FIND_NONE);
		CU_ASSERT_EQUAL(s.find.late_count, cases[i].late);
		CU_ASSERT_EQUAL(!!s.find.other, !!cases[i].late);
		if (s.find.other) {
			CU_ASSERT_EQUAL(s.find.other->off, cases[i].off);
			CU_ASSERT_EQUAL(s.find.other->frame, 1);
		}
		stream_fini(&s);
	}
	memset(far, 'x', sizeof(far));
	for (i = FAR - 1; i <= FAR; i++) {
		memcpy(far + i, v1, sizeof(v1) - 1);
		stream_init(&s);
		stream_put(&s, far, 0, sizeof(far), CSUM_OK);
		CU_ASSERT_EQUAL(s.find.late_count, i < FAR);
		stream_fini(&s);
		memset(far + i, 'x', sizeof(far) - i);
	}
}

static void test_cut_datagrams(void)
{
	struct stream s;

	stream_init(&s);
	put_datagram(&s, "0d0a0d0a000d0a515549540a2112", 15);
	CU_ASSERT_EQUAL(s.find.state, FIND_WAIT);
	CU_ASSERT(s.find.is_cut);
	stream_fini(&s);
	stream_init(&s);
	put_datagram(&s, "0d0a0d0a", 24);
	CU_ASSERT(s.find.is_cut);
	stream_fini(&s);
	stream_init(&s);
	put_datagram(&s, "0d0a0d0a000d0a515549540a2112", 0);
	CU_ASSERT_EQUAL(s.find.state, FIND_BAD);
	CU_ASSERT_EQUAL(s.find.err.anomaly, ANOMALY_PP_TRUNCATED);
	stream_fini(&s);
	/* cut behind the header: that is all of it */
	stream_init(&s);
	put_datagram(&s, V2_UDP, 100);
	CU_ASSERT_EQUAL(s.find.state, FIND_FOUND);
	CU_ASSERT_EQUAL(s.find.alone, 0);
	stream_fini(&s);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "whole", test_whole },
		{ "every cut and order", test_every_cut_and_order },
		{ "two headers", test_two_headers_cut_anywhere },
		{ "retransmission", test_retransmission_is_one_header },
		{ "sent again with more", test_retransmission_with_more },
		{ "a second header sent again", test_second_header_sent_again },
		{ "frames are shifted", test_shift },
		{ "none and malformed", test_none_and_malformed },
		{ "bad checksum", test_bad_checksum_is_the_last_resort },
		{ "bad checksums never replace",
		  test_bad_checksums_never_replace },
		{ "before the stream", test_what_lies_before_the_stream },
		{ "comparing has an end", test_comparing_has_an_end },
		{ "late in any segment", test_late_in_any_segment },
		{ "no memory for a window", test_no_memory_for_a_window },
		{ "the longest header", test_the_longest_header_in_pieces },
		{ "a bad datagram", test_a_bad_datagram_is_the_last_resort },
		{ "far from the stream", test_far_from_the_stream },
		{ "behind the answer", test_copies_behind_the_answer },
		{ "end inside the header", test_end_inside_the_header },
		{ "hostile streams", test_hostile_streams_stay_bounded },
		{ "a full window", test_a_full_window_is_given_back },
		{ "datagrams", test_datagrams },
		{ "behind data", test_behind_data },
		{ "behind segments", test_behind_segments },
		{ "cut datagrams", test_cut_datagrams },
	};

	return unit_main("inspect_find", tests, ARRAY_SIZE(tests));
}
