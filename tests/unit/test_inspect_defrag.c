/* SPDX-License-Identifier: BSD-2-Clause */
/* test_inspect_defrag.c - fragments in every order, and hostile ones */
#include <CUnit/CUnit.h>
#include <string.h>

#include "defrag.h"
#include "harness.h"

#define SECOND_NS 1000000000LL

static const struct defrag_limits some = { 64, 1 << 20 };

/* @byte[i] is what a packet's data has at offset i, whoever sends it */
static uint8_t bytes[65536];

struct frag {
	uint32_t off;
	uint32_t len;
	bool more;
};

static struct ip_hdr header(uint8_t version, uint32_t id)
{
	struct ip_hdr ip = {
		.version = version,
		.proto = IP_PROTO_UDP,
		.is_frag = true,
		.frag_id = id,
		.hdr_len = version == 4 ? 20 : 48,
		.src = { .family = version, .bytes = { 192, 0, 2, 1 } },
		.dst = { .family = version, .bytes = { 198, 51, 100, 9 } },
	};

	return ip;
}

/* What of a fragment is there, and when it came */
struct captured {
	const uint8_t *data;
	uint32_t cap;
	int64_t ts_ns;
};

#define CAPTURED(...) ((struct captured) { __VA_ARGS__ })

static enum defrag_result put_of(struct defrag *d, struct ip_hdr *ip,
				 const struct frag *f, struct captured c,
				 struct defrag_out *out, enum anomaly *why)
{
	struct guard g;
	struct defrag_in in = {
		.ip = ip,
		.cap_len = c.cap,
		.len = f->len,
		.frame = 1,
		.ts_ns = c.ts_ns,
	};
	enum defrag_result r;

	ip->frag_off = (uint16_t)f->off;
	ip->more_frags = f->more;
	guard_init(&g, c.data, c.cap);
	in.data = g.data;
	r = defrag_put(d, &in, out, why);
	guard_fini(&g);
	return r;
}

static enum defrag_result put(struct defrag *d, uint8_t version,
			      const struct frag *f, struct defrag_out *out,
			      enum anomaly *why)
{
	struct ip_hdr ip = header(version, 7);

	return put_of(d, &ip, f, CAPTURED(bytes + f->off, f->len, 0), out, why);
}

static struct defrag *fresh(void)
{
	struct defrag *d = NULL;
	size_t i;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7 + i / 256);
	CU_ASSERT_EQUAL_FATAL(defrag_new(&some, &d), 0);
	return d;
}

/* 3 fragments and an odd end, in all 6 orders, in both versions */
static void test_every_order(void)
{
	static const struct frag part[3] = { { 0, 16, true },
					     { 16, 24, true },
					     { 40, 5, false } };
	static const int order[6][3] = {
		{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
		{ 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 }
	};
	struct defrag_out out;
	enum anomaly why;
	int i, version;

	for (version = 4; version <= 6; version += 2) {
		for (i = 0; i < 6; i++) {
			struct defrag *d = fresh();
			uint8_t v = (uint8_t)version;

			CU_ASSERT_EQUAL(put(d, v, &part[order[i][0]], &out,
					    &why),
					DEFRAG_KEPT);
			CU_ASSERT_EQUAL(put(d, v, &part[order[i][1]], &out,
					    &why),
					DEFRAG_KEPT);
			CU_ASSERT_EQUAL(put(d, v, &part[order[i][2]], &out,
					    &why),
					DEFRAG_WHOLE);
			CU_ASSERT_EQUAL(out.len, 45);
			CU_ASSERT_EQUAL(out.cap_len, 45);
			CU_ASSERT_EQUAL(out.count, 3);
			CU_ASSERT(!out.ip.is_frag);
			CU_ASSERT_EQUAL(memcmp(out.data, bytes, 45), 0);
			CU_ASSERT(defrag_is_empty(d));
			CU_ASSERT(defrag_bytes(d) > 0);
			defrag_release(d);
			CU_ASSERT_EQUAL(defrag_bytes(d), 0);
			CU_ASSERT_EQUAL(defrag_stats(d)->whole, 1);
			defrag_free(d);
		}
	}
}

static void test_what_tells_packets_apart(void)
{
	struct defrag_out out;
	enum anomaly why;
	int i;

	for (i = 0; i < 8; i++) {
		struct defrag *d = fresh();
		uint8_t version = i == 5 ? 6 : 4;
		struct ip_hdr a = header(version, 7), b = a;
		struct defrag_in in = {
			.ip = &b, .data = bytes + 8, .cap_len = 8, .len = 8
		};
		enum defrag_result want = DEFRAG_KEPT;

		switch (i) {
		case 0:
			b.frag_id = 8;
			break;
		case 1:
			b.src.bytes[3] = 2;
			break;
		case 2:
			b.dst.bytes[3] = 8;
			break;
		case 3:
			b.proto = IP_PROTO_TCP;
			break;
		case 4:
			in.tunnel_key = 1;
			break;
		case 5: /* RFC 8200 4.5: of IPv6 it does not */
			b.proto = IP_PROTO_TCP;
			want = DEFRAG_WHOLE;
			break;
		default:
			in.tunnel_key = i == 7;
			want = DEFRAG_WHOLE;
			break;
		}
		a.more_frags = true;
		CU_ASSERT_EQUAL(
			defrag_put(d,
				   &(struct defrag_in) { .ip = &a,
							 .tunnel_key = i == 7,
							 .data = bytes,
							 .cap_len = 8,
							 .len = 8 },
				   &out, &why),
			DEFRAG_KEPT);
		b.frag_off = 8;
		CU_ASSERT_EQUAL(defrag_put(d, &in, &out, &why), want);
		/* the header is that of the first one */
		CU_ASSERT(want == DEFRAG_KEPT || out.ip.proto == IP_PROTO_UDP);
		defrag_free(d);
	}
}

static void test_duplicates_and_overlaps(void)
{
	static const struct frag first = { 0, 16, true },
				 again = { 8, 8, true }, over = { 8, 16, true },
				 last = { 24, 8, false };
	struct ip_hdr ip = header(4, 7);
	uint8_t other[16];
	struct defrag *d = fresh();
	struct defrag_out out;
	enum anomaly why = ANOMALY_NONE;

	memset(other, 0xee, sizeof(other));
	CU_ASSERT_EQUAL(put(d, 4, &first, &out, &why), DEFRAG_KEPT);
	CU_ASSERT_EQUAL(put_of(d, &ip, &again, CAPTURED(other, 8, 0), &out,
			       &why),
			DEFRAG_KEPT);
	CU_ASSERT_EQUAL(defrag_stats(d)->duplicates, 1);
	CU_ASSERT_EQUAL(put_of(d, &ip, &over, CAPTURED(other, 16, 0), &out,
			       &why),
			DEFRAG_KEPT);
	CU_ASSERT_EQUAL(defrag_stats(d)->overlaps, 1);
	CU_ASSERT_EQUAL(put(d, 4, &last, &out, &why), DEFRAG_WHOLE);
	/* the first bytes stay */
	CU_ASSERT_EQUAL(memcmp(out.data, bytes, 16), 0);
	CU_ASSERT_EQUAL(memcmp(out.data + 16, other, 8), 0);
	CU_ASSERT_EQUAL(out.count, 3);
	defrag_free(d);

	/* of IPv6 a copy is nothing, an overlap the end of it all */
	d = fresh();
	CU_ASSERT_EQUAL(put(d, 6, &first, &out, &why), DEFRAG_KEPT);
	CU_ASSERT_EQUAL(put(d, 6, &again, &out, &why), DEFRAG_KEPT);
	CU_ASSERT_EQUAL(put(d, 6, &over, &out, &why), DEFRAG_BAD);
	CU_ASSERT_EQUAL(why, ANOMALY_FRAG_OVERLAP);
	CU_ASSERT_EQUAL(put(d, 6, &last, &out, &why), DEFRAG_KEPT);
	CU_ASSERT_EQUAL(defrag_stats(d)->broken, 1);
	CU_ASSERT(!defrag_lost(d, INT64_MAX, &out));
	CU_ASSERT_EQUAL(defrag_stats(d)->lost, 0);
	CU_ASSERT_EQUAL(defrag_bytes(d), 0);
	defrag_free(d);
}

struct bad_case {
	uint8_t version;
	struct frag frag[2];
	enum anomaly why;
};

static void test_hostile_fragments(void)
{
	static const struct bad_case cases[] = {
		/* ping of death: IPv4's 65535 are with the header */
		{ 4,
		  { { 0, 8, true }, { 65512, 8, false } },
		  ANOMALY_FRAG_OVERSIZE },
		{ 6,
		  { { 0, 8, true }, { 65528, 8, false } },
		  ANOMALY_FRAG_OVERSIZE },
		/* two ends; an end before what came; bytes past the end */
		{ 4, { { 8, 8, false }, { 16, 8, false } }, ANOMALY_FRAG_END },
		{ 4, { { 8, 16, false }, { 8, 8, false } }, ANOMALY_FRAG_END },
		{ 4, { { 16, 8, true }, { 0, 8, false } }, ANOMALY_FRAG_END },
		{ 4, { { 8, 8, false }, { 16, 8, true } }, ANOMALY_FRAG_END },
		/* lengths */
		{ 6, { { 0, 8, true }, { 8, 9, true } }, ANOMALY_FRAG_LEN },
		{ 4, { { 0, 8, true }, { 8, 7, true } }, ANOMALY_FRAG_EMPTY },
		{ 4, { { 0, 8, true }, { 8, 0, false } }, ANOMALY_FRAG_EMPTY },
		/* teardrop turned round: the second begins before the first */
		{ 6,
		  { { 8, 16, true }, { 0, 16, true } },
		  ANOMALY_FRAG_OVERLAP },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct defrag *d = fresh();
		const struct bad_case *c = &cases[i];
		struct defrag_out out;
		enum anomaly why = ANOMALY_NONE;

		CU_ASSERT_EQUAL(put(d, c->version, &c->frag[0], &out, &why),
				DEFRAG_KEPT);
		CU_ASSERT_EQUAL(put(d, c->version, &c->frag[1], &out, &why),
				DEFRAG_BAD);
		CU_ASSERT_EQUAL(why, c->why);
		CU_ASSERT_EQUAL(defrag_stats(d)->bad + defrag_stats(d)->broken,
				1);
		defrag_free(d);
	}
}

static void test_largest_packets(void)
{
	uint32_t off;
	int version;

	for (version = 4; version <= 6; version += 2) {
		uint32_t most = version == 4 ? 65515 : 65535;
		struct defrag *d = fresh();
		struct defrag_out out = { .len = 0 };
		enum anomaly why;
		enum defrag_result r = DEFRAG_KEPT;

		/* backwards, in the smallest pieces that there are */
		for (off = most / 8 * 8;; off -= 8) {
			struct frag f = { off, most - off < 8 ? most - off : 8,
					  off + 8 < most };

			r = put(d, (uint8_t)version, &f, &out, &why);
			if (!off || r != DEFRAG_KEPT)
				break;
		}
		CU_ASSERT_EQUAL(r, DEFRAG_WHOLE);
		CU_ASSERT_EQUAL(out.len, most);
		CU_ASSERT_EQUAL(out.cap_len, most);
		CU_ASSERT_EQUAL(memcmp(out.data, bytes, most), 0);
		defrag_free(d);
	}
}

static void test_odd_lengths_of_ipv4(void)
{
	static const struct frag odd = { 0, 15, true }, last = { 8, 9, false };
	struct defrag *d = fresh();
	struct defrag_out out;
	enum anomaly why;

	CU_ASSERT_EQUAL(put(d, 4, &odd, &out, &why), DEFRAG_KEPT);
	CU_ASSERT_EQUAL(put(d, 4, &last, &out, &why), DEFRAG_WHOLE);
	CU_ASSERT_EQUAL(out.len, 17);
	CU_ASSERT_EQUAL(memcmp(out.data, bytes, 17), 0);
	defrag_free(d);
}

/* The capture has 10 bytes of the first 16, and 3 of the last 8. */
static void test_cut_fragments(void)
{
	static const struct frag first = { 0, 16, true },
				 last = { 16, 8, false };
	struct ip_hdr ip = header(4, 7);
	struct defrag *d = fresh();
	struct defrag_out out;
	enum anomaly why;

	CU_ASSERT_EQUAL(put_of(d, &ip, &last, CAPTURED(bytes + 16, 3, 0), &out,
			       &why),
			DEFRAG_KEPT);
	CU_ASSERT_EQUAL(put_of(d, &ip, &first, CAPTURED(bytes, 10, 0), &out,
			       &why),
			DEFRAG_WHOLE);
	CU_ASSERT_EQUAL(out.len, 24);
	CU_ASSERT_EQUAL(out.cap_len, 10);
	CU_ASSERT_EQUAL(memcmp(out.data, bytes, 10), 0);
	CU_ASSERT_EQUAL(put(d, 4, &first, &out, &why), DEFRAG_KEPT);
	CU_ASSERT_EQUAL(put_of(d, &ip, &last, CAPTURED(bytes + 16, 3, 0), &out,
			       &why),
			DEFRAG_WHOLE);
	CU_ASSERT_EQUAL(out.cap_len, 19);
	defrag_free(d);
}

static void test_time_runs_out(void)
{
	static const struct frag first = { 0, 16, true },
				 third = { 24, 8, true },
				 last = { 32, 3, false };
	struct ip_hdr ip = header(4, 7);
	struct defrag *d = fresh();
	struct defrag_out out;
	enum anomaly why;

	CU_ASSERT_EQUAL(put_of(d, &ip, &third,
			       CAPTURED(bytes + 24, 8, 5 * SECOND_NS), &out,
			       &why),
			DEFRAG_KEPT);
	CU_ASSERT_EQUAL(put_of(d, &ip, &first,
			       CAPTURED(bytes, 16, 6 * SECOND_NS), &out, &why),
			DEFRAG_KEPT);
	CU_ASSERT(!defrag_lost(d, 35 * SECOND_NS, &out));
	CU_ASSERT(!defrag_lost(d, INT64_MIN, &out));
	CU_ASSERT(!defrag_lost(d, -SECOND_NS, &out));
	CU_ASSERT(defrag_lost(d, 35 * SECOND_NS + 1, &out));
	CU_ASSERT(out.ip.is_frag);
	CU_ASSERT_EQUAL(out.cap_len, 16); /* up to the hole */
	CU_ASSERT_EQUAL(out.len, 65515);
	CU_ASSERT_EQUAL(out.ts_ns, 5 * SECOND_NS);
	CU_ASSERT_EQUAL(memcmp(out.data, bytes, 16), 0);
	CU_ASSERT(!defrag_lost(d, INT64_MAX, &out));
	CU_ASSERT_EQUAL(defrag_stats(d)->lost, 1);
	/* with the end known, and without the begin */
	CU_ASSERT_EQUAL(put(d, 4, &first, &out, &why), DEFRAG_KEPT);
	CU_ASSERT_EQUAL(put(d, 4, &last, &out, &why), DEFRAG_KEPT);
	CU_ASSERT(defrag_lost(d, INT64_MAX, &out));
	CU_ASSERT_EQUAL(out.len, 35);
	CU_ASSERT_EQUAL(out.cap_len, 16);
	CU_ASSERT_EQUAL(put(d, 4, &last, &out, &why), DEFRAG_KEPT);
	CU_ASSERT(!defrag_lost(d, INT64_MAX, &out));
	CU_ASSERT_EQUAL(defrag_stats(d)->lost, 3);
	defrag_release(d);
	CU_ASSERT_EQUAL(defrag_bytes(d), 0);
	defrag_free(d);
	/* IPv6 waits longer */
	d = fresh();
	ip = header(6, 7);
	CU_ASSERT_EQUAL(put_of(d, &ip, &first, CAPTURED(bytes, 16, 0), &out,
			       &why),
			DEFRAG_KEPT);
	CU_ASSERT(!defrag_lost(d, 60 * SECOND_NS, &out));
	CU_ASSERT(defrag_lost(d, 60 * SECOND_NS + 1, &out));
	CU_ASSERT_EQUAL(out.len, 65535);
	defrag_free(d);
}

static void test_options_of_the_first(void)
{
	static const struct frag first = { 0, 8, true }, last = { 8, 8, false };
	uint8_t opt[8] = { 0x1f, 8, 1, 2, 3, 4, 5, 6 };
	struct ip_hdr ip = header(4, 7), plain = ip;
	struct defrag *d = fresh();
	struct defrag_out out;
	enum anomaly why;

	ip.opt = opt;
	ip.opt_len = sizeof(opt);
	CU_ASSERT_EQUAL(put_of(d, &plain, &last, CAPTURED(bytes + 8, 8, 0),
			       &out, &why),
			DEFRAG_KEPT);
	CU_ASSERT_EQUAL(put_of(d, &ip, &first, CAPTURED(bytes, 8, 0), &out,
			       &why),
			DEFRAG_WHOLE);
	CU_ASSERT_EQUAL_FATAL(out.ip.opt_len, 8);
	CU_ASSERT_PTR_NOT_EQUAL(out.ip.opt, opt);
	CU_ASSERT_EQUAL(memcmp(out.ip.opt, opt, 8), 0);
	defrag_free(d);
}

static enum defrag_result put_id(struct defrag *d, uint32_t id, bool is_last,
				 struct defrag_out *out)
{
	static const struct frag first = { 0, 8, true }, last = { 8, 8, false };
	struct ip_hdr ip = header(4, id);
	enum anomaly why;

	return put_of(d, &ip, is_last ? &last : &first, CAPTURED(bytes, 8, 0),
		      out, &why);
}

/* One of three is done; the others stay in the order in which they came. */
static void test_the_middle_one(void)
{
	struct defrag *d = fresh();
	struct defrag_out out;
	uint32_t id;

	for (id = 1; id <= 3; id++)
		CU_ASSERT_EQUAL(put_id(d, id, false, &out), DEFRAG_KEPT);
	CU_ASSERT_EQUAL(put_id(d, 2, true, &out), DEFRAG_WHOLE);
	CU_ASSERT_EQUAL(out.frame_first, 1);
	defrag_release(d);
	CU_ASSERT(defrag_lost(d, INT64_MAX, &out));
	CU_ASSERT_EQUAL(out.ip.frag_id, 1);
	defrag_release(d);
	CU_ASSERT(defrag_lost(d, INT64_MAX, &out));
	CU_ASSERT_EQUAL(out.ip.frag_id, 3);
	CU_ASSERT(!defrag_lost(d, INT64_MAX, &out));
	defrag_free(d);
	defrag_free(NULL);
}

static void test_only_so_many(void)
{
	struct defrag *d = fresh();
	struct defrag_out out;
	uint32_t id;

	for (id = 0; id < some.max_packets + 5; id++)
		CU_ASSERT_EQUAL(put_id(d, id, false, &out), DEFRAG_KEPT);
	CU_ASSERT_EQUAL(defrag_stats(d)->refused, 5);
	/* those that are there are still finished */
	CU_ASSERT_EQUAL(put_id(d, 0, true, &out), DEFRAG_WHOLE);
	CU_ASSERT_EQUAL(put_id(d, id, false, &out), DEFRAG_KEPT);
	CU_ASSERT_EQUAL(defrag_stats(d)->refused, 5);
	defrag_free(d);
}

/* Ten thousand packets that never end: memory and their number stay bounded,
 * with who asks for the lost ones and with who does not.
 */
static void test_flood(void)
{
	static const struct frag far = { 65480, 8, true };
	bool asks;
	int pass;

	for (pass = 0; pass < 2; pass++) {
		struct defrag *d = fresh();
		struct defrag_out out;
		enum anomaly why;
		uint32_t id;

		asks = pass;
		for (id = 0; id < 10000; id++) {
			struct ip_hdr ip = header(4, id);

			while (asks && defrag_lost(d, INT64_MIN, &out))
				defrag_release(d);
			CU_ASSERT_EQUAL(put_of(d, &ip, &far,
					       CAPTURED(bytes, 8, 0), &out,
					       &why),
					DEFRAG_KEPT);
			CU_ASSERT(defrag_bytes(d) <= some.max_bytes);
		}
		if (asks) {
			CU_ASSERT_EQUAL(defrag_stats(d)->refused, 0);
			CU_ASSERT(defrag_stats(d)->lost > 9900);
		} else {
			CU_ASSERT(defrag_stats(d)->refused > 9900);
			CU_ASSERT_EQUAL(defrag_stats(d)->lost, 0);
		}
		defrag_free(d);
	}
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "every order", test_every_order },
		{ "what tells packets apart", test_what_tells_packets_apart },
		{ "duplicates and overlaps", test_duplicates_and_overlaps },
		{ "hostile fragments", test_hostile_fragments },
		{ "largest packets", test_largest_packets },
		{ "odd lengths of IPv4", test_odd_lengths_of_ipv4 },
		{ "cut fragments", test_cut_fragments },
		{ "time runs out", test_time_runs_out },
		{ "options of the first", test_options_of_the_first },
		{ "the middle one", test_the_middle_one },
		{ "only so many", test_only_so_many },
		{ "flood", test_flood },
	};

	return unit_main("inspect_defrag", tests, ARRAY_SIZE(tests));
}
