/* SPDX-License-Identifier: BSD-2-Clause */
/* test_inspect_capfile.c - capture files: forms, times, hostile lengths */
#include <CUnit/CUnit.h>
#include <stdlib.h>

#include "capfile.h"
#include "capfile_make.h"
#include "harness.h"

#define MAGIC_US 0xa1b2c3d4U
#define MAGIC_NS 0xa1b23c4dU

/* What came out of a file. */
struct seen {
	unsigned n;
	struct frame frame[16];
	char text[16][64];
	enum capfile_status last;
	struct capfile_err err;
	bool has_end;
	size_t left;
};

/* read_all() - feed @m in pieces of @step bytes, each at a guard page */
static struct seen read_all(const struct make *m, size_t step)
{
	struct seen s = { 0 };
	struct capfile cf;
	size_t at = 0, end = 0, used;

	capfile_init(&cf);
	for (;;) {
		struct guard g;
		struct frame f = { 0 };

		guard_init(&g, m->buf + at, end - at);
		s.last = capfile_next(&cf, g.data, end - at, &used, &f);
		if (s.last == CAPFILE_FRAME && s.n < ARRAY_SIZE(s.frame)) {
			size_t len = f.cap_len < 63 ? f.cap_len : 63;

			memcpy(s.text[s.n], f.data, len);
			s.frame[s.n++] = f;
		}
		guard_fini(&g);
		at += used;
		CU_ASSERT_FATAL(at <= end);
		CU_ASSERT_EQUAL(cf.offset, at);
		if (s.last == CAPFILE_BAD)
			break;
		if (s.last == CAPFILE_MORE) {
			CU_ASSERT(cf.need > end - at);
			if (end == m->len)
				break;
			end = m->len - end < step ? m->len : end + step;
		}
	}
	s.left = end - at;
	if (s.last == CAPFILE_MORE)
		s.has_end = capfile_has_end(&cf, s.left);
	s.err = cf.err;
	capfile_fini(&cf);
	return s;
}

static void check_same(const struct seen *a, const struct seen *b)
{
	unsigned i;

	CU_ASSERT_EQUAL_FATAL(a->n, b->n);
	CU_ASSERT_EQUAL(a->last, b->last);
	CU_ASSERT_EQUAL(a->has_end, b->has_end);
	CU_ASSERT_EQUAL(a->err.anomaly, b->err.anomaly);
	CU_ASSERT_EQUAL(a->err.off, b->err.off);
	for (i = 0; i < a->n; i++) {
		CU_ASSERT_EQUAL(a->frame[i].ts_ns, b->frame[i].ts_ns);
		CU_ASSERT_EQUAL(a->frame[i].wire_len, b->frame[i].wire_len);
		CU_ASSERT_EQUAL(a->frame[i].iface, b->frame[i].iface);
		CU_ASSERT_EQUAL(a->frame[i].link, b->frame[i].link);
		CU_ASSERT_STRING_EQUAL(a->text[i], b->text[i]);
	}
}

/* Every prefix gives the whole records that it has and says that it was cut
 * unless it ends between two; every split gives the same.
 */
static void check_prefixes(const struct make *m)
{
	static struct make part;
	struct seen whole = read_all(m, m->len), s;
	unsigned ends = 0;
	size_t n;

	for (n = 1; n <= 300; n++) {
		s = read_all(m, n);
		check_same(&whole, &s);
	}
	for (n = 0; n < m->len; n++) {
		part = *m;
		part.len = n;
		s = read_all(&part, n ? n : 1);
		CU_ASSERT_EQUAL(s.last, CAPFILE_MORE);
		CU_ASSERT(s.n <= whole.n);
		ends += s.has_end;
		if (!s.has_end)
			CU_ASSERT_EQUAL(s.err.anomaly,
					n < 4 ? ANOMALY_CAP_FORMAT
					      : ANOMALY_CAP_CUT);
	}
	CU_ASSERT(ends >= whole.n);
}

static struct make *made(bool is_be)
{
	static struct make m;

	m.is_be = is_be;
	m.len = 0;
	return &m;
}

static void test_pcap_in_four_forms(void)
{
	unsigned form;

	for (form = 0; form < 4; form++) {
		struct make *m = made(form & 1);
		struct seen s;

		make_pcap(m, form & 2 ? MAGIC_NS : MAGIC_US, 0xf4000071);
		make_record(m, 1, 2, "one", 3);
		make_record(m, UINT32_MAX, 999999, "", 60);
		make_record(m, 3, 0, "three", 4);
		s = read_all(m, m->len);
		CU_ASSERT_EQUAL_FATAL(s.n, 3);
		CU_ASSERT(s.has_end);
		CU_ASSERT_STRING_EQUAL(s.text[0], "one");
		CU_ASSERT_EQUAL(s.frame[0].link, 0x71);
		CU_ASSERT_EQUAL(s.frame[0].number, 1);
		CU_ASSERT_EQUAL(s.frame[2].number, 3);
		CU_ASSERT_EQUAL(s.frame[0].ts_ns,
				1000000000 + (form & 2 ? 2 : 2000));
		CU_ASSERT_EQUAL(s.frame[1].ts_ns,
				4294967295000000000 +
					(form & 2 ? 999999 : 999999000));
		CU_ASSERT_EQUAL(s.frame[1].wire_len, 60);
		/* fewer bytes on the wire than in the file cannot be */
		CU_ASSERT_EQUAL(s.frame[2].wire_len, 5);
		check_prefixes(m);
	}
}

static void check_bad(const struct make *m, enum anomaly a, uint64_t off,
		      unsigned frames)
{
	struct seen s = read_all(m, m->len), pieces = read_all(m, 5);

	check_same(&s, &pieces);
	CU_ASSERT_EQUAL(s.last, CAPFILE_BAD);
	CU_ASSERT_EQUAL(s.err.anomaly, a);
	CU_ASSERT_EQUAL(s.err.off, off);
	CU_ASSERT_EQUAL(s.n, frames);
}

static void test_pcap_refused(void)
{
	static const uint32_t odd[] = { 0xa1b2cd34, 0xa1b234cd, 0x1c0001ac,
					0x0a0d0d0b, 0 };
	struct make *m;
	unsigned i;

	for (i = 0; i < ARRAY_SIZE(odd); i++) {
		m = made(false);
		make_pcap(m, odd[i], 1);
		check_bad(m, ANOMALY_CAP_FORMAT, 0, 0);
	}
	for (i = 4; i < 8; i++) {
		m = made(false);
		make_pcap(m, MAGIC_US, 1);
		m->buf[i]++;
		check_bad(m, ANOMALY_CAP_VERSION, 4, 0);
	}
	m = made(true);
	make_pcap(m, MAGIC_US, 1);
	make_record(m, 1, 1, "a", 1);
	make_num(m, 0, 8);
	make_num(m, CAPFILE_FRAME_MAX + 1, 4);
	make_num(m, 0, 4);
	check_bad(m, ANOMALY_CAP_FRAME_LEN, 24 + 17 + 8, 1);
}

static void test_pcapng_in_both_orders(void)
{
	unsigned be;

	for (be = 0; be < 2; be++) {
		struct make *m = made(be);
		struct seen s;
		size_t at;

		make_shb(m);
		make_idb(m, 1, 0, -1, 0, "eth0");
		make_idb(m, 113, 3, 9, 0, "a name that is far too long");
		make_epb(m, 6, 0, 1500000, "first", 5, NULL);
		at = make_begin(m, 0x0bad);
		make_bytes(m, "who knows", 9);
		make_end(m, at);
		/* what looks like a packet in a block of another type */
		at = make_begin(m, 0x0bad);
		make_num(m, 0, 4);
		make_epb(m, 6, 0, 1, "not one", 7, NULL);
		make_end(m, at);
		make_epb(m, 6, 1, 1500000, "sec", 60, "a comment");
		make_epb(m, 2, 1, 7, "old", 3, NULL);
		make_shb(m);
		make_idb(m, 101, 3, -1, 0, NULL);
		make_spb(m, "simple", 6);
		make_epb(m, 6, 0, 2, "", 0, NULL);
		s = read_all(m, m->len);
		CU_ASSERT_EQUAL_FATAL(s.n, 5);
		CU_ASSERT(s.has_end);
		CU_ASSERT_STRING_EQUAL(s.text[0], "first");
		CU_ASSERT_EQUAL(s.frame[0].ts_ns, 1500000000);
		CU_ASSERT_EQUAL(s.frame[0].link, 1);
		CU_ASSERT_EQUAL(s.frame[1].ts_ns, 1500000);
		CU_ASSERT_EQUAL(s.frame[1].link, 113);
		CU_ASSERT_EQUAL(s.frame[1].iface, 1);
		CU_ASSERT_EQUAL(s.frame[1].wire_len, 60);
		CU_ASSERT_STRING_EQUAL(s.text[2], "old");
		CU_ASSERT_EQUAL(s.frame[2].iface, 1);
		/* cut to the interface's snapshot length; no time */
		CU_ASSERT_STRING_EQUAL(s.text[3], "sim");
		CU_ASSERT_EQUAL(s.frame[3].wire_len, 6);
		CU_ASSERT_EQUAL(s.frame[3].ts_ns, FRAME_NO_TIME);
		CU_ASSERT_EQUAL(s.frame[3].iface, 2);
		CU_ASSERT_EQUAL(s.frame[3].link, 101);
		CU_ASSERT_EQUAL(s.frame[4].number, 5);
		check_prefixes(m);
	}
}

static void test_sections_may_differ_in_order(void)
{
	struct make *m = made(false);
	struct seen s;

	make_shb(m);
	make_idb(m, 1, 0, -1, 0, NULL);
	make_epb(m, 6, 0, 1, "little", 6, NULL);
	m->is_be = true;
	make_shb(m);
	make_idb(m, 1, 0, -1, 0, NULL);
	make_epb(m, 6, 0, 1, "big", 3, NULL);
	s = read_all(m, m->len);
	CU_ASSERT_EQUAL_FATAL(s.n, 2);
	CU_ASSERT_STRING_EQUAL(s.text[1], "big");
	CU_ASSERT_EQUAL(s.frame[1].ts_ns, 1000);
	check_prefixes(m);
}

static int64_t time_of(int resol, int64_t offset, uint64_t ts)
{
	struct make *m = made(true);
	struct seen s;

	make_shb(m);
	make_idb(m, 1, 0, resol, offset, NULL);
	make_epb(m, 6, 0, ts, "x", 1, NULL);
	/* in pieces, so that a call begins with the packet's block */
	s = read_all(m, 1);
	CU_ASSERT_EQUAL_FATAL(s.n, 1);
	return s.frame[0].ts_ns;
}

static void test_every_resolution(void)
{
	CU_ASSERT_EQUAL(time_of(-1, 0, 3), 3000);
	CU_ASSERT_EQUAL(time_of(6, 0, 0), 0);
	CU_ASSERT_EQUAL(time_of(0, 0, 9), 9000000000);
	CU_ASSERT_EQUAL(time_of(3, 0, 9), 9000000);
	CU_ASSERT_EQUAL(time_of(9, 0, INT64_MAX), INT64_MAX);
	CU_ASSERT_EQUAL(time_of(9, 0, 1ULL << 63), FRAME_NO_TIME);
	CU_ASSERT_EQUAL(time_of(6, 0, 9223372036854775), 9223372036854775000);
	CU_ASSERT_EQUAL(time_of(6, 0, 9223372036854776), FRAME_NO_TIME);
	CU_ASSERT_EQUAL(time_of(12, 0, 5999), 5);
	CU_ASSERT_EQUAL(time_of(28, 0, UINT64_MAX), 1);
	CU_ASSERT_EQUAL(time_of(29, 0, UINT64_MAX - 1), 0);
	CU_ASSERT_EQUAL(time_of(0x7f, 0, 1ULL << 63), 0);
	CU_ASSERT_EQUAL(time_of(0x80, 0, 7), 7000000000);
	CU_ASSERT_EQUAL(time_of(0x80 | 10, 0, 1536), 1500000000);
	CU_ASSERT_EQUAL(time_of(0x80 | 32, 0, 1ULL << 31), 500000000);
	CU_ASSERT_EQUAL(time_of(0xff, 0, UINT64_MAX), 0);
	/* offsets */
	CU_ASSERT_EQUAL(time_of(6, 10, 1), 10000001000);
	CU_ASSERT_EQUAL(time_of(6, -10, 1), -9999999000);
	CU_ASSERT_EQUAL(time_of(6, -10, 0), -10000000000);
	CU_ASSERT_EQUAL(time_of(6, INT64_MAX, 1), FRAME_NO_TIME);
	CU_ASSERT_EQUAL(time_of(9, 1, INT64_MAX), FRAME_NO_TIME);
}

static void test_options_are_there_for_who_asks(void)
{
	struct make *m = made(true);
	const uint8_t *p, *end;
	struct capfile_opt o;
	struct capfile cf;
	struct frame f;
	size_t used, at = 0;
	unsigned blocks = 0;

	make_shb(m);
	make_idb(m, 1, 0, -1, 0, "eth0");
	make_epb(m, 6, 0, 1, "12345", 5, "look here");
	capfile_init(&cf);
	cf.want_blocks = true;
	while (capfile_next(&cf, m->buf + at, m->len - at, &used, &f) ==
	       CAPFILE_OTHER) {
		uint32_t type = capfile_block_type(&cf, m->buf + at);

		CU_ASSERT_EQUAL(type,
				blocks ? CAPFILE_IDB : (uint32_t)CAPFILE_SHB);
		blocks++;
		at += used;
	}
	CU_ASSERT_EQUAL(blocks, 2);
	CU_ASSERT_STRING_EQUAL(cf.ifaces[0].name, "eth0");
	capfile_opts(&cf, m->buf + at, used, &p, &end);
	CU_ASSERT_FATAL(capfile_opt_next(&cf, &p, end, &o));
	CU_ASSERT_EQUAL(o.code, CAPFILE_OPT_COMMENT);
	CU_ASSERT_EQUAL(o.len, 9);
	CU_ASSERT_EQUAL(memcmp(o.value, "look here", 9), 0);
	CU_ASSERT_FALSE(capfile_opt_next(&cf, &p, end, &o));
	capfile_fini(&cf);
}

static void test_options_end_where_they_are_malformed(void)
{
	static const uint8_t opts[] = { 0, 1, 0, 2, 'a', 'b', 0, 0,
					0, 1, 0, 9, 'x', 0,   0, 0 };
	static const uint8_t end_first[] = { 0, 0, 0, 0, 0, 1, 0, 0 };
	const struct capfile cf = { .is_swapped = true };
	struct capfile_opt o;
	struct guard g;
	const uint8_t *p;

	guard_init(&g, opts, sizeof(opts));
	p = g.data;
	CU_ASSERT(capfile_opt_next(&cf, &p, g.data + sizeof(opts), &o));
	CU_ASSERT_EQUAL(o.len, 2);
	CU_ASSERT_FALSE(capfile_opt_next(&cf, &p, g.data + sizeof(opts), &o));
	/* nothing behind the end is an option */
	p = end_first;
	CU_ASSERT_FALSE(
		capfile_opt_next(&cf, &p, end_first + sizeof(end_first), &o));
	p = g.data + sizeof(opts) - 3;
	CU_ASSERT_FALSE(capfile_opt_next(&cf, &p, g.data + sizeof(opts), &o));
	guard_fini(&g);
}

/* A file with section, interface and one frame; returns where @type begins. */
static struct make *small(uint32_t type, size_t *ret_at)
{
	struct make *m = made(true);
	size_t block;

	make_shb(m);
	make_idb(m, 1, 0, -1, 0, NULL);
	make_epb(m, 6, 0, 1, "ok", 2, NULL);
	*ret_at = m->len;
	switch (type) {
	case CAPFILE_SHB:
		make_shb(m);
		break;
	case CAPFILE_IDB:
		make_idb(m, 1, 0, 6, 0, NULL);
		break;
	case CAPFILE_SPB:
		make_spb(m, "1234", 4);
		break;
	case CAPFILE_EPB:
	case CAPFILE_PB:
		make_epb(m, type, 0, 1, "1234", 4, NULL);
		break;
	default:
		block = make_begin(m, type);
		make_num(m, 0, 8);
		make_num(m, 0, 8);
		make_end(m, block);
	}
	return m;
}

static void set32(struct make *m, size_t at, uint32_t v)
{
	size_t len = m->len;

	m->len = at;
	make_num(m, v, 4);
	m->len = len;
}

static void set_total(struct make *m, size_t at, uint32_t v)
{
	set32(m, at + 4, v);
	set32(m, at + v - 4, v);
}

static void test_hostile_lengths(void)
{
	static const uint32_t types[] = { CAPFILE_SHB, CAPFILE_IDB, CAPFILE_PB,
					  CAPFILE_SPB, CAPFILE_EPB, 0x0bad };
	static const uint32_t least[] = { 28, 20, 32, 16, 32, 12 };
	struct make *m;
	unsigned i;
	size_t at;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		/* nothing, one that is no multiple of four, too short */
		m = small(types[i], &at);
		set32(m, at + 4, 0);
		check_bad(m, ANOMALY_CAP_BLOCK_LEN, at + 4, 1);
		m = small(types[i], &at);
		set_total(m, at, (uint32_t)(m->len - at - 1));
		check_bad(m, ANOMALY_CAP_BLOCK_LEN, at + 4, 1);
		m = small(types[i], &at);
		set_total(m, at, least[i] - 4);
		check_bad(m, ANOMALY_CAP_BLOCK_LEN, at + 4, 1);
		/* two lengths that differ */
		m = small(types[i], &at);
		m->buf[m->len - 1]++;
		check_bad(m, ANOMALY_CAP_BLOCK_LEN, m->len - 4, 1);
		/* larger than anybody's; unknown ones may be */
		m = small(types[i], &at);
		set32(m, at + 4, CAPFILE_BLOCK_MAX + 4);
		if (types[i] == 0x0bad) {
			struct seen s = read_all(m, 7);

			CU_ASSERT_EQUAL(s.last, CAPFILE_MORE);
			CU_ASSERT_EQUAL(s.err.anomaly, ANOMALY_CAP_CUT);
		} else {
			check_bad(m, ANOMALY_CAP_BLOCK_LEN, at + 4, 1);
		}
	}
}

static void test_hostile_fields(void)
{
	struct make *m;
	unsigned i;
	size_t at;

	for (i = CAPFILE_PB; i <= CAPFILE_EPB; i += 4) {
		m = small(i, &at);
		m->buf[at + (i == CAPFILE_PB ? 9 : 11)] = 1;
		check_bad(m, ANOMALY_CAP_INTERFACE, at + 8, 1);
		m = small(i, &at);
		set32(m, at + 20, 5);
		check_bad(m, ANOMALY_CAP_FRAME_LEN, at + 20, 1);
		m = small(i, &at);
		set32(m, at + 20, UINT32_MAX);
		check_bad(m, ANOMALY_CAP_FRAME_LEN, at + 20, 1);
	}
	m = small(CAPFILE_SHB, &at);
	m->buf[at + 8] = 0;
	check_bad(m, ANOMALY_CAP_BYTE_ORDER, at + 8, 1);
	m = small(CAPFILE_SHB, &at);
	m->buf[at + 13] = 2;
	check_bad(m, ANOMALY_CAP_VERSION, at + 12, 1);
	/* a new section has no interfaces yet */
	m = small(CAPFILE_SHB, &at);
	at = m->len;
	make_spb(m, "x", 1);
	check_bad(m, ANOMALY_CAP_INTERFACE, at, 1);
	/* a simple block cannot have more than it has room for */
	m = small(CAPFILE_SPB, &at);
	set32(m, at + 8, UINT32_MAX);
	CU_ASSERT_EQUAL(read_all(m, 64).frame[1].cap_len, 4);
}

/* Frames may be long, and no longer; a block of one may be longer. */
static void test_long_frames(void)
{
	static const uint32_t cap[] = { CAPFILE_FRAME_MAX,
					CAPFILE_FRAME_MAX + 1 };
	unsigned i;

	for (i = 0; i < 2; i++) {
		struct make *m = made(true);
		uint32_t total = (cap[i] + 3) / 4 * 4 + 32;
		uint8_t *big = calloc(1, 128 + total);
		struct capfile cf;
		struct frame f;
		size_t used;

		make_shb(m);
		make_idb(m, 1, 0, -1, 0, NULL);
		make_num(m, CAPFILE_EPB, 4);
		make_num(m, total, 4);
		make_num(m, 0, 4);
		make_num(m, 0, 8);
		make_num(m, cap[i], 4);
		CU_ASSERT_PTR_NOT_NULL_FATAL(big);
		memcpy(big, m->buf, m->len);
		set32(m, 0, total);
		memcpy(big + 48 + total - 4, m->buf, 4);
		capfile_init(&cf);
		CU_ASSERT_EQUAL(capfile_next(&cf, big, 48 + total, &used, &f),
				i ? CAPFILE_BAD : CAPFILE_FRAME);
		capfile_fini(&cf);
		/* the same where a call begins with the block */
		capfile_init(&cf);
		(void)capfile_next(&cf, big, 48, &used, &f);
		CU_ASSERT_EQUAL(used, 48);
		CU_ASSERT_EQUAL(capfile_next(&cf, big + 48, total, &used, &f),
				i ? CAPFILE_BAD : CAPFILE_FRAME);
		capfile_fini(&cf);
		free(big);
	}
}

/* Options of an interface that are not as long as they have to be. */
static void test_odd_interface_options(void)
{
	static const uint8_t zeros[9] = { 3 };
	struct make *m = made(false);
	struct capfile cf;
	struct frame f = { 0 };
	size_t used, at;

	make_shb(m);
	at = make_begin(m, 1);
	make_num(m, 1, 8);
	make_opt(m, 9, zeros, 2);
	make_opt(m, 9, zeros, 0);
	make_opt(m, 14, zeros, 9);
	make_opt(m, 14, zeros, 0);
	make_opt(m, 2, "a name that is far too long", 27);
	make_end(m, at);
	make_epb(m, 6, 0, 5, "x", 1, NULL);
	capfile_init(&cf);
	CU_ASSERT_EQUAL_FATAL(capfile_next(&cf, m->buf, m->len, &used, &f),
			      CAPFILE_FRAME);
	CU_ASSERT_EQUAL(f.ts_ns, 5000);
	CU_ASSERT_EQUAL(cf.ifaces[0].ts_off_s, 0);
	CU_ASSERT_EQUAL(strnlen(cf.ifaces[0].name, CAPFILE_NAME_MAX),
			CAPFILE_NAME_MAX - 1);
	capfile_fini(&cf);
}

static void test_interfaces_are_bounded(void)
{
	struct make *m = made(false);
	struct capfile cf;
	struct frame f;
	size_t used;
	unsigned i;

	make_shb(m);
	capfile_init(&cf);
	CU_ASSERT_EQUAL(capfile_next(&cf, m->buf, m->len, &used, &f),
			CAPFILE_MORE);
	for (i = 0; i <= CAPFILE_IFACE_MAX; i++) {
		m->len = 0;
		make_idb(m, 1, 0, -1, 0, NULL);
		CU_ASSERT_EQUAL(capfile_next(&cf, m->buf, m->len, &used, &f),
				i < CAPFILE_IFACE_MAX ? CAPFILE_MORE
						      : CAPFILE_BAD);
	}
	CU_ASSERT_EQUAL(cf.err.anomaly, ANOMALY_CAP_INTERFACES);
	capfile_fini(&cf);
}

/* From any place in the file the next record is found, and not in between. */
static void check_find(const struct make *m, size_t from, const size_t *starts,
		       size_t n)
{
	struct capfile first, cf;
	struct frame f;
	size_t used, at, off, i;

	capfile_init(&first);
	(void)capfile_next(&first, m->buf, from, &used, &f);
	CU_ASSERT_EQUAL(capfile_copy(&cf, &first), 0);
	for (at = from; at <= starts[n - 1]; at++) {
		for (i = 0; starts[i] < at; i++)
			;
		cf.offset = at;
		CU_ASSERT_FATAL(capfile_find(&cf, m->buf + at, m->len - at,
					     m->len - at, 16, &off));
		CU_ASSERT_EQUAL(at + off, starts[i]);
	}
	/* whatever is there: nothing past it is read */
	for (i = 0; i < m->len - from; i++) {
		struct guard g;

		guard_init(&g, m->buf + from, i);
		cf.offset = from;
		(void)capfile_find(&cf, g.data, i, i, 16, &off);
		guard_fini(&g);
	}
	capfile_fini(&cf);
	capfile_fini(&first);
}

static void test_records_are_found_from_anywhere(void)
{
	unsigned form;

	for (form = 0; form < 4; form++) {
		struct make *m = made(form & 1);
		size_t starts[32], from, i;

		if (form & 2) {
			make_shb(m);
			make_idb(m, 1, 0, -1, 0, NULL);
		} else {
			make_pcap(m, MAGIC_US, 1);
		}
		from = m->len;
		for (i = 0; i < ARRAY_SIZE(starts); i++) {
			char text[33] = "PROXY TCP4 203.0.113.7 198.51.10";

			text[i] = '\0';
			starts[i] = m->len;
			if (form & 2)
				make_epb(m, 6, 0, i, text, 60, "comment");
			else
				make_record(m, 1700000000, (uint32_t)i, text,
					    60);
		}
		check_find(m, from, starts, ARRAY_SIZE(starts));
	}
}

static void test_zeros_are_no_records(void)
{
	struct make *m = made(false);
	struct capfile cf;
	struct frame f;
	size_t used, off;

	make_pcap(m, MAGIC_US, 1);
	memset(m->buf + m->len, 0, 4096);
	capfile_init(&cf);
	(void)capfile_next(&cf, m->buf, m->len, &used, &f);
	CU_ASSERT_FALSE(capfile_find(&cf, m->buf + used, 4096, 4096, 16, &off));
	capfile_fini(&cf);
}

/* Who looks for the begin of one part does not search all that follow. */
static void test_records_are_found_within_reach(void)
{
	unsigned form;

	for (form = 0; form < 2; form++) {
		struct make *m = made(false);
		struct capfile cf;
		struct frame f;
		size_t from, start, used, off;

		if (form) {
			make_shb(m);
			make_idb(m, 1, 0, -1, 0, NULL);
		} else {
			make_pcap(m, MAGIC_US, 1);
		}
		from = m->len;
		memset(m->buf + from, 0, 4096);
		m->len = start = from + 4096;
		if (form)
			make_epb(m, 6, 0, 1, "PROXY", 60, "comment");
		else
			make_record(m, 1700000000, 1, "PROXY", 60);
		capfile_init(&cf);
		(void)capfile_next(&cf, m->buf, from, &used, &f);
		cf.offset = from;
		CU_ASSERT_FALSE(capfile_find(&cf, m->buf + from, m->len - from,
					     start - from, 16, &off));
		CU_ASSERT_TRUE_FATAL(capfile_find(&cf, m->buf + from,
						  m->len - from,
						  start - from + 1, 16, &off));
		CU_ASSERT_EQUAL(off, start - from);
		capfile_fini(&cf);
	}
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "pcap: both orders, us and ns", test_pcap_in_four_forms },
		{ "pcap: what is refused", test_pcap_refused },
		{ "pcapng: both orders, every block",
		  test_pcapng_in_both_orders },
		{ "pcapng: sections differ in order",
		  test_sections_may_differ_in_order },
		{ "pcapng: every resolution", test_every_resolution },
		{ "pcapng: options and comments",
		  test_options_are_there_for_who_asks },
		{ "pcapng: malformed options",
		  test_options_end_where_they_are_malformed },
		{ "pcapng: hostile lengths", test_hostile_lengths },
		{ "pcapng: hostile fields", test_hostile_fields },
		{ "pcapng: long frames", test_long_frames },
		{ "pcapng: odd options of interfaces",
		  test_odd_interface_options },
		{ "pcapng: interfaces are bounded",
		  test_interfaces_are_bounded },
		{ "records are found from anywhere",
		  test_records_are_found_from_anywhere },
		{ "zeros are no records", test_zeros_are_no_records },
		{ "records are found within reach",
		  test_records_are_found_within_reach },
	};

	return unit_main("inspect_capfile", tests, ARRAY_SIZE(tests));
}
