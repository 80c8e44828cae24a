/* SPDX-License-Identifier: BSD-2-Clause */
/* test_tcp.c - hand-written TCP headers and option areas */
#include <stdbool.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "wire/bytes.h"
#include "wire/tcp.h"

/* SYN of a Linux client: MSS 1460, SACK permitted, timestamps, window scale */
static const char syn[] = "d903 2710 00000001 89abcdef a002 faf0 1234 fedc"
			  "0204 05b4 0402 080a 0000000a 00000000 01 030307";

static enum wire_status decode(const uint8_t *buf, size_t len,
			       struct tcp_hdr *h, struct wire_err *err)
{
	enum wire_status st;
	struct guard g;

	guard_init(&g, buf, len);
	st = tcp_decode(g.data, len, h, err);
	guard_fini(&g);
	return st;
}

static void test_fields(void)
{
	uint8_t buf[64];
	size_t len = unhex(syn, buf, sizeof(buf));
	struct tcp_hdr h;
	struct wire_err err;

	CU_ASSERT_EQUAL(len, 40);
	CU_ASSERT_EQUAL(tcp_decode(buf, len, &h, &err), WIRE_OK);
	CU_ASSERT_EQUAL(h.sport, 55555);
	CU_ASSERT_EQUAL(h.dport, 10000);
	CU_ASSERT_EQUAL(h.seq, 1);
	CU_ASSERT_EQUAL(h.ack, 0x89abcdef);
	CU_ASSERT_EQUAL(h.flags, TCP_F_SYN);
	CU_ASSERT_EQUAL(h.window, 64240);
	CU_ASSERT_EQUAL(h.csum, 0x1234);
	CU_ASSERT_EQUAL(h.urgent, 0xfedc);
	CU_ASSERT_EQUAL(h.hdr_len, 40);
	CU_ASSERT_EQUAL(h.opt_len, 20);
	CU_ASSERT_PTR_EQUAL(h.opt, buf + 20);
}

static void test_flags_have_nine_bits(void)
{
	uint8_t buf[20] = { 0 };
	struct tcp_hdr h;
	struct wire_err err;

	put_be16(buf + 12, 0x5fff);
	CU_ASSERT_EQUAL(decode(buf, sizeof(buf), &h, &err), WIRE_OK);
	CU_ASSERT_EQUAL(h.flags, 0x1ff);
	CU_ASSERT_PTR_NULL(h.opt);
}

static void test_every_prefix_is_short(void)
{
	uint8_t buf[64];
	size_t len = unhex(syn, buf, sizeof(buf));
	struct tcp_hdr h = { .window = 77 };
	struct wire_err err;
	size_t i;

	for (i = 0; i < len; i++) {
		CU_ASSERT_EQUAL(decode(buf, i, &h, &err), WIRE_SHORT);
		CU_ASSERT_EQUAL(h.window, 77);
	}
	CU_ASSERT_EQUAL(decode(buf, len, &h, &err), WIRE_OK);
}

static void test_data_offset(void)
{
	uint8_t buf[64] = { 0 };
	struct tcp_hdr h;
	struct wire_err err;
	uint8_t words;

	for (words = 0; words < 16; words++) {
		enum wire_status st;

		buf[12] = (uint8_t)(words << 4);
		st = decode(buf, 60, &h, &err);
		CU_ASSERT_EQUAL(st, words < 5 ? WIRE_BAD : WIRE_OK);
		if (words < 5) {
			CU_ASSERT_EQUAL(err.anomaly, ANOMALY_TCP_DOFF);
			CU_ASSERT_EQUAL(err.off, 12);
		} else {
			CU_ASSERT_EQUAL(h.hdr_len, words * 4);
		}
	}
}

static void test_options_in_order(void)
{
	static const struct {
		uint8_t kind, len;
	} want[] = {
		{ TCP_OPT_MSS, 2 },	  { TCP_OPT_SACK_OK, 0 },
		{ TCP_OPT_TIMESTAMP, 8 }, { TCP_OPT_NOP, 0 },
		{ TCP_OPT_WSCALE, 1 },
	};
	uint8_t buf[64];
	size_t len = unhex(syn, buf, sizeof(buf)) - 20;
	const uint8_t *p = buf + 20;
	struct wire_err err;
	struct tcp_opt o;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(want); i++) {
		CU_ASSERT_EQUAL(tcp_opt_next(&p, &len, &o, &err), WIRE_OK);
		CU_ASSERT_EQUAL(err.anomaly, ANOMALY_NONE);
		CU_ASSERT_EQUAL(o.kind, want[i].kind);
		CU_ASSERT_EQUAL(o.len, want[i].len);
		CU_ASSERT((o.data == NULL) == (o.len == 0));
	}
	CU_ASSERT_EQUAL(tcp_opt_next(&p, &len, &o, &err), WIRE_SHORT);
	CU_ASSERT_EQUAL(err.off, 0);
	CU_ASSERT_EQUAL(len, 0);
}

/* opt_one() - the first option of an area that ends at a guard page */
static enum wire_status opt_one(const char *hex, struct tcp_opt *o,
				size_t *left, struct wire_err *err)
{
	uint8_t buf[40];
	size_t len = unhex(hex, buf, sizeof(buf));
	const uint8_t *p;
	enum wire_status st;
	struct guard g;

	guard_init(&g, buf, len);
	p = g.data;
	st = tcp_opt_next(&p, &len, o, err);
	*left = len;
	if (st == WIRE_OK && o->len)
		CU_ASSERT_EQUAL(o->data[o->len - 1],
				p[-1]); /* readable to its end */
	guard_fini(&g);
	return st;
}

static void test_unknown_kind_is_raw(void)
{
	struct wire_err err;
	struct tcp_opt o;
	size_t left;

	/* kind 200: a client's port and address, as LVS and others send it */
	CU_ASSERT_EQUAL(opt_one("c808 d263 771d87cd", &o, &left, &err),
			WIRE_OK);
	CU_ASSERT_EQUAL(o.kind, 200);
	CU_ASSERT_EQUAL(o.len, 6);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_NONE);
	CU_ASSERT_EQUAL(left, 0);
}

static void test_end_of_list_takes_the_rest(void)
{
	struct wire_err err;
	struct tcp_opt o;
	size_t left;

	CU_ASSERT_EQUAL(opt_one("00 aabbcc", &o, &left, &err), WIRE_OK);
	CU_ASSERT_EQUAL(o.kind, TCP_OPT_EOL);
	CU_ASSERT_EQUAL(o.len, 3);
	CU_ASSERT_EQUAL(left, 0);
	CU_ASSERT_EQUAL(opt_one("00", &o, &left, &err), WIRE_OK);
	CU_ASSERT_EQUAL(o.len, 0);
	CU_ASSERT_PTR_NULL(o.data);
}

static void test_bad_lengths(void)
{
	struct wire_err err;
	struct tcp_opt o;
	size_t left;

	CU_ASSERT_EQUAL(opt_one("c8", &o, &left, &err), WIRE_BAD);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_TCP_OPT_OVERRUN);
	CU_ASSERT_EQUAL(err.off, 0);
	CU_ASSERT_EQUAL(opt_one("c800", &o, &left, &err), WIRE_BAD);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_TCP_OPT_LEN);
	CU_ASSERT_EQUAL(err.off, 1);
	CU_ASSERT_EQUAL(opt_one("c801", &o, &left, &err), WIRE_BAD);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_TCP_OPT_LEN);
	CU_ASSERT_EQUAL(opt_one("c804 d2", &o, &left, &err), WIRE_BAD);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_TCP_OPT_OVERRUN);
	CU_ASSERT_EQUAL(err.off, 1);
	CU_ASSERT_EQUAL(left, 3);
}

static void test_known_kind_with_a_wrong_length_is_told(void)
{
	static const char *const wrong[] = { "0203 05",
					     "0304 0700",
					     "0403 00",
					     "050a 0000000000000000",
					     "0809 00000000000000",
					     "0504 0000",
					     "0502" };
	struct wire_err err;
	struct tcp_opt o;
	size_t i, left;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		bool is_good = i == 3; /* one SACK block */

		CU_ASSERT_EQUAL(opt_one(wrong[i], &o, &left, &err), WIRE_OK);
		CU_ASSERT_EQUAL(err.anomaly,
				is_good ? ANOMALY_NONE
					: ANOMALY_TCP_OPT_FIXED_LEN);
		CU_ASSERT_EQUAL(err.off, !is_good);
	}
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "fields", test_fields },
		{ "nine flag bits", test_flags_have_nine_bits },
		{ "every prefix is short", test_every_prefix_is_short },
		{ "data offset", test_data_offset },
		{ "options in order", test_options_in_order },
		{ "unknown kind is raw", test_unknown_kind_is_raw },
		{ "end of list", test_end_of_list_takes_the_rest },
		{ "bad option lengths", test_bad_lengths },
		{ "known kind, wrong length",
		  test_known_kind_with_a_wrong_length_is_told },
	};

	return unit_main("tcp", tests, ARRAY_SIZE(tests));
}
