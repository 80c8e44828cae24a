/* SPDX-License-Identifier: BSD-2-Clause */
/* test_inspect_option.c - TCP options, segment by segment */
#include <stdio.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "option.h"
#include "wire/bytes.h"
#include "wire/ip.h"

/* 203.0.113.7:54321 */
#define TOA "c808d431cb007107"
/* two NOP, a timestamp */
#define STAMP	"0101080a0000000100000000"
#define OPT_OFF 54 /* Ethernet, IPv4, TCP */

struct talk {
	struct config cfg;
	struct budget budget;
	struct option_set set;
	uint64_t frame;
	enum csum_state csum;
};

static void talk_init(struct talk *t)
{
	*t = (struct talk) {
		.cfg = { .want_csum = true },
		.budget = { .max_bytes = 1 << 20 },
		.csum = CSUM_OK,
	};
}

static void talk_list(struct talk *t, uint8_t kind)
{
	t->cfg.has_toa_kind = true;
	t->cfg.toa_kind[kind] = true;
}

/* talk_say() - a segment with the options @hex, at the end of a guarded page */
static void talk_say(struct talk *t, const char *hex, enum option_place place)
{
	struct packet pkt = { .proto = IP_PROTO_TCP, .opt_off = OPT_OFF };
	uint8_t buf[40];
	size_t len = unhex(hex, buf, sizeof(buf));
	struct guard g;

	guard_init(&g, buf, len);
	pkt.csum = t->csum;
	pkt.opt = g.data;
	pkt.opt_len = (uint8_t)len;
	option_add(&t->set, &t->cfg, &t->budget, &pkt, place, ++t->frame);
	guard_fini(&g);
}

static void talk_fini(struct talk *t)
{
	option_fini(&t->set, &t->budget);
	CU_ASSERT_EQUAL(t->budget.used_bytes, 0);
	CU_ASSERT_PTR_NULL(t->set.option);
}

static void test_segments_are_counted(void)
{
	const struct option *o;
	struct toa_option toa;
	struct talk t;

	talk_init(&t);
	talk_say(&t, STAMP, OPTION_SYN);
	CU_ASSERT_EQUAL(t.budget.used_bytes, 0);
	talk_say(&t, STAMP TOA, OPTION_ACK);
	talk_say(&t, TOA STAMP, OPTION_DATA);
	talk_say(&t, "0101" TOA "0000", OPTION_DATA);
	talk_say(&t, TOA TOA, OPTION_DATA); /* still one segment */
	talk_say(&t, TOA, OPTION_LATER);
	CU_ASSERT_EQUAL(t.set.count, 1);
	o = option_first(&t.set);
	CU_ASSERT_PTR_NOT_NULL(o);
	if (!o)
		return;
	CU_ASSERT_EQUAL(o->kind, 200);
	CU_ASSERT_EQUAL(o->len, 8);
	CU_ASSERT_EQUAL(o->frame, 2);
	CU_ASSERT_EQUAL(o->segments[OPTION_SYN], 0);
	CU_ASSERT_EQUAL(o->segments[OPTION_ACK], 1);
	CU_ASSERT_EQUAL(o->segments[OPTION_DATA], 3);
	CU_ASSERT_EQUAL(o->segments[OPTION_LATER], 1);
	CU_ASSERT_EQUAL(option_segments(o), 5);
	CU_ASSERT(!option_is_late(o));
	toa = option_client(o);
	CU_ASSERT_EQUAL(toa.client.port, 54321);
	CU_ASSERT(!memcmp(toa.client.addr.bytes, "\xcb\x00\x71\x07", 4));
	CU_ASSERT_EQUAL(t.set.err.anomaly, ANOMALY_NONE);
	talk_fini(&t);
	talk_init(&t);
	talk_say(&t, TOA, OPTION_LATER);
	CU_ASSERT(option_is_late(option_first(&t.set)));
	talk_fini(&t);
}

/* @listed: --toa-kind with this one; 0: without */
static const struct counting {
	const char *hex;
	enum option_place place;
	uint8_t listed;
	bool is_kept;
	bool counts;
} countings[] = {
	{ TOA, OPTION_ACK, 0, true, true },
	{ TOA, OPTION_ACK, 200, true, true },
	{ TOA, OPTION_ACK, 254, true, false },
	{ "fe08d431cb007107", OPTION_DATA, 0, true, true },
	{ "fe08d431cb007107", OPTION_DATA, 254, true, true },
	{ "fd08d431cb007107", OPTION_DATA, 0, true, true },
	{ "1c0701cb007107", OPTION_DATA, 0, true, true },
	{ "fc14a85e0a0a05384fa82c000a0a08d00cea0101", OPTION_ACK, 0, true,
	  true },
	/* a guess counts if the kind is listed only */
	{ "1d06cb007107", OPTION_DATA, 0, true, false },
	{ "1d06cb007107", OPTION_DATA, 29, true, true },
	{ "fe08f989cb007107", OPTION_DATA, 0, true, false },
	{ "fe08f989cb007107", OPTION_DATA, 254, true, true },
	/* other options of the same kinds */
	{ "fe08f989cb007107", OPTION_SYN, 0, false, false },
	{ "fe06e2d4c3d9", OPTION_SYN, 0, false, false },
	{ "fd080348cb007107", OPTION_SYN, 0, false, false },
	{ "1c048001", OPTION_SYN, 0, false, false },
	{ "1c048001", OPTION_SYN, 28, false, false },
	/* names no client */
	{ "c90600002c00", OPTION_ACK, 0, true, false },
	{ "c90600002c00", OPTION_ACK, 201, true, false },
	/* nobody's kind, and somebody's who says so */
	{ "6408d431cb007107", OPTION_ACK, 0, false, false },
	{ "6408d431cb007107", OPTION_ACK, 100, true, true },
	/* the kernel's */
	{ "020405b4", OPTION_SYN, 0, false, false },
};

static void test_what_counts(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(countings); i++) {
		const struct counting *c = &countings[i];
		struct talk t;

		talk_init(&t);
		if (c->listed)
			talk_list(&t, c->listed);
		talk_say(&t, c->hex, c->place);
		CU_ASSERT_EQUAL(t.set.count, c->is_kept ? 1 : 0);
		CU_ASSERT_EQUAL(option_first(&t.set) != NULL, c->counts);
		if (option_first(&t.set))
			CU_ASSERT_NOT_EQUAL(
				option_client(option_first(&t.set)).layout,
				TOA_LAYOUT_NONE);
		CU_ASSERT_EQUAL(t.set.err.anomaly, ANOMALY_NONE);
		talk_fini(&t);
	}
}

static const struct malformed {
	const char *hex;
	uint8_t listed;
	enum anomaly anomaly;
	uint32_t off;
} malformeds[] = {
	{ "c807d431cb0071", 0, ANOMALY_TOA_LENGTH, 1 },
	{ STAMP "c807d431cb0071", 0, ANOMALY_TOA_LENGTH, 13 },
	{ "c814d431cb007107", 0, ANOMALY_TCP_OPT_OVERRUN, 1 },
	{ "0101c8", 0, ANOMALY_TCP_OPT_OVERRUN, 2 },
	{ "c800d431cb007107", 0, ANOMALY_TCP_OPT_LEN, 1 },
	{ "c801d431cb007107", 0, ANOMALY_TCP_OPT_LEN, 1 },
	{ "c8080000cb007107", 0, ANOMALY_TOA_ADDRESS, 2 },
	{ "c808d43100000000", 0, ANOMALY_TOA_ADDRESS, 2 },
	{ "fc07d431cb0071", 0, ANOMALY_TOA_LENGTH, 1 },
	{ "6407d431cb0071", 100, ANOMALY_TOA_LENGTH, 1 },
	{ "1c0709cb007107", 28, ANOMALY_TOA_VERSION, 2 },
	/* what is wrong with others is not ours to judge */
	{ "1c0709cb007107", 0, ANOMALY_NONE, 0 },
	{ "c807d431cb0071", 254, ANOMALY_NONE, 0 },
	{ "c907d431cb0071", 0, ANOMALY_NONE, 0 },
	{ "fe07d431cb0071", 0, ANOMALY_NONE, 0 },
	{ "fe14d431cb007107", 0, ANOMALY_NONE, 0 },
	{ "6400", 0, ANOMALY_NONE, 0 },
	{ "0303", 0, ANOMALY_NONE, 0 },
};

static void test_what_is_malformed(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(malformeds); i++) {
		const struct malformed *m = &malformeds[i];
		bool is_bad = m->anomaly != ANOMALY_NONE;
		struct talk t;

		talk_init(&t);
		if (m->listed)
			talk_list(&t, m->listed);
		talk_say(&t, STAMP, OPTION_ACK);
		talk_say(&t, m->hex, OPTION_ACK);
		CU_ASSERT_EQUAL(t.set.err.anomaly, m->anomaly);
		CU_ASSERT_EQUAL(t.set.err.off, is_bad ? OPT_OFF + m->off : 0);
		CU_ASSERT_EQUAL(t.set.err_frame, is_bad ? 2 : 0);
		CU_ASSERT_PTR_NULL(option_first(&t.set));
		/* the first one is told */
		talk_say(&t, "c808d43100000000", OPTION_ACK);
		if (is_bad)
			CU_ASSERT_EQUAL(t.set.err.anomaly, m->anomaly);
		talk_fini(&t);
	}
}

/* What a receiver drops neither names a client nor is malformed. */
static void test_bad_checksums(void)
{
	struct talk t;

	talk_init(&t);
	t.csum = CSUM_BAD;
	talk_say(&t, TOA, OPTION_ACK);
	talk_say(&t, "c90600002c00", OPTION_ACK);
	talk_say(&t, "c807d431cb0071", OPTION_ACK);
	talk_say(&t, "c800", OPTION_ACK);
	CU_ASSERT_EQUAL(t.set.count, 0);
	CU_ASSERT_EQUAL(t.set.has_bad_csum, true);
	CU_ASSERT_EQUAL(t.set.err.anomaly, ANOMALY_NONE);
	t.cfg.want_csum = false;
	talk_say(&t, TOA, OPTION_ACK);
	CU_ASSERT_EQUAL(t.set.count, 1);
	talk_fini(&t);
}

static void say_port(struct talk *t, uint8_t kind, unsigned port)
{
	char hex[32];

	(void)snprintf(hex, sizeof(hex), "%02x08%04xcb007107", kind, port);
	talk_say(t, hex, OPTION_DATA);
}

static void test_hostile_options_stay_bounded(void)
{
	struct talk t;
	unsigned i;

	talk_init(&t);
	for (i = 1; i <= 100; i++)
		say_port(&t, 202, i);
	CU_ASSERT_EQUAL(t.set.count, OPTION_OTHER_MAX);
	CU_ASSERT_EQUAL(t.set.refused, 100 - OPTION_OTHER_MAX);
	CU_ASSERT_PTR_NULL(option_first(&t.set));
	for (i = 1; i <= 100; i++)
		say_port(&t, 200, i);
	CU_ASSERT_EQUAL(t.set.count, OPTION_MAX);
	CU_ASSERT_EQUAL(t.set.refused, 200 - OPTION_MAX);
	CU_ASSERT_EQUAL(option_client(option_first(&t.set)).client.port, 1);
	CU_ASSERT(!t.set.is_starved);
	/* what is there is still counted */
	say_port(&t, 200, 1);
	CU_ASSERT_EQUAL(option_segments(option_first(&t.set)), 2);
	talk_fini(&t);
}

static void test_memory_runs_out(void)
{
	struct talk t;

	talk_init(&t);
	t.budget.max_bytes = sizeof(struct option);
	say_port(&t, 200, 1);
	CU_ASSERT(!t.set.is_starved);
	say_port(&t, 200, 2);
	CU_ASSERT(t.set.is_starved);
	CU_ASSERT_EQUAL(t.set.count, 1);
	CU_ASSERT_EQUAL(t.set.refused, 1);
	CU_ASSERT_EQUAL(t.budget.refused, 1);
	talk_fini(&t);
}

static void test_who_contradicts(void)
{
	static const struct {
		const char *hex;
		bool is_contrary;
	} cases[] = {
		{ "c808d432cb007107", true },  /* the port */
		{ "c808d431cb007108", true },  /* the address */
		{ "fe08d431cb007107", false }, /* another kind */
		{ "1c0701cb007107", false },   /* no port */
		{ "1c0701cb007108", true },
		/* the same address, mapped; and one that is not */
		{ "c814d43100000000000000000000ffffcb007107", false },
		{ "c814d43120010db8000c00000000000000000007", true },
		{ "ca08d432cb007107", false }, /* no client */
		{ "1d06cb007108", false },     /* does not count */
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct option *o;
		struct talk t;

		talk_init(&t);
		talk_say(&t, TOA, OPTION_ACK);
		CU_ASSERT_PTR_NULL(option_contrary(&t.set));
		talk_say(&t, cases[i].hex, OPTION_DATA);
		o = option_contrary(&t.set);
		CU_ASSERT_EQUAL(o != NULL, cases[i].is_contrary);
		if (o)
			CU_ASSERT_EQUAL(o->frame, 2);
		talk_fini(&t);
		/* the other way round, of those that are first then */
		talk_init(&t);
		talk_say(&t, cases[i].hex, OPTION_ACK);
		talk_say(&t, TOA, OPTION_DATA);
		CU_ASSERT_EQUAL(option_contrary(&t.set) != NULL,
				cases[i].is_contrary);
		talk_fini(&t);
	}
}

static void test_every_prefix_of_a_full_header(void)
{
	static const char full[] = "c808d431cb007107" STAMP
				   "fe14d43120010db8000c00000000000000000007";
	size_t n;

	for (n = 0; n <= 40; n++) {
		char hex[sizeof(full)];
		struct talk t;

		(void)snprintf(hex, 2 * n + 1, "%s", full);
		talk_init(&t);
		talk_say(&t, hex, OPTION_DATA);
		CU_ASSERT_EQUAL(t.set.count, (n >= 8) + (n >= 40));
		CU_ASSERT_EQUAL(t.set.err.anomaly,
				n > 0 && n < 8 ? ANOMALY_TCP_OPT_OVERRUN
					       : ANOMALY_NONE);
		talk_fini(&t);
	}
}

static void test_places_have_names(void)
{
	CU_ASSERT_STRING_EQUAL(option_place_name(OPTION_SYN), "syn");
	CU_ASSERT_STRING_EQUAL(option_place_name(OPTION_LATER), "later");
	CU_ASSERT_STRING_EQUAL(option_place_name(OPTION_PLACES), "?");
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "segments", test_segments_are_counted },
		{ "what counts", test_what_counts },
		{ "malformed", test_what_is_malformed },
		{ "bad checksums", test_bad_checksums },
		{ "hostile options", test_hostile_options_stay_bounded },
		{ "memory", test_memory_runs_out },
		{ "contradictions", test_who_contradicts },
		{ "prefixes", test_every_prefix_of_a_full_header },
		{ "names", test_places_have_names },
	};

	return unit_main("inspect_option", tests, ARRAY_SIZE(tests));
}
