/* SPDX-License-Identifier: BSD-2-Clause */
/* test_inspect_engine.c - when flows end, and which ones are given up */
#include <CUnit/CUnit.h>
#include <string.h>

#include "engine.h"
#include "harness.h"
#include "wire/bytes.h"
#include "wire/link.h"
#include "wire/tcp.h"
#include "wire/wire.h"

#define S	 1000000000LL
#define SEEN_MAX 64

static struct config cfg;

/* What the sink was told. */
static struct {
	unsigned count;
	uint64_t first[SEEN_MAX];
	uint64_t packets[SEEN_MAX];
	uint32_t payloads[SEEN_MAX];
} seen;

static struct engine *engine;
static struct sinks *sinks;
static uint64_t frames;

static int on_flow(void *ctx, const struct flow *fl, const struct check *c)
{
	unsigned i = seen.count % SEEN_MAX;

	(void)ctx;
	(void)c;
	seen.first[i] = fl->first_frame;
	seen.packets[i] =
		fl->dir[FLOW_CLIENT].packets + fl->dir[FLOW_ORIGIN].packets;
	seen.payloads[i] = fl->dir[FLOW_CLIENT].find.payloads;
	seen.count++;
	return 0;
}

static void begin(uint32_t max_flows, bool want_order)
{
	static const struct sink_ops ops = { .flow = on_flow };

	memset(&seen, 0, sizeof(seen));
	frames = 0;
	cfg = (struct config) {
		.hdr_max = 4096,
		.max_flows = max_flows,
		.max_memory_bytes = 1 << 20,
		.idle_ms = 600000,
		.udp_idle_ms = 60000,
		.decode = DECODE_OPTS_DEFAULT,
	};
	CU_ASSERT_EQUAL_FATAL(engine_new(&cfg, &engine), 0);
	CU_ASSERT_EQUAL_FATAL(sinks_new(&sinks), 0);
	CU_ASSERT_EQUAL_FATAL(sinks_add(sinks, &ops, NULL), 0);
	engine_set_sinks(engine, sinks, want_order);
}

static void end(void)
{
	CU_ASSERT_EQUAL(engine_end(engine, sinks), 0);
	CU_ASSERT_EQUAL(engine_tally(engine)->frames, frames);
	CU_ASSERT_EQUAL(engine_tally(engine)->flows, seen.count);
	CU_ASSERT_EQUAL(engine_live(engine), 0);
	engine_free(engine);
	sinks_free(sinks);
}

/* packet() - of client @client, or with @is_reply of the origin, at @ns */
static void packet(uint32_t client, bool is_reply, uint8_t flags, uint32_t seq,
		   const char *text, int64_t ns)
{
	uint8_t p[200] = { 0x45, [8] = 64, [9] = 6 };
	size_t len = strlen(text);
	struct frame f = {
		.number = ++frames,
		.ts_ns = ns,
		.data = p,
		.cap_len = (uint32_t)(40 + len),
		.wire_len = (uint32_t)(40 + len),
		.link = LINK_RAW,
	};
	struct digest d;
	size_t i;

	put_be16(p + 2, (uint16_t)(40 + len));
	put_be32(p + (is_reply ? 16 : 12), 0x0a000000 + client);
	put_be32(p + (is_reply ? 12 : 16), 0xc0000201);
	put_be16(p + (is_reply ? 22 : 20), 40000);
	put_be16(p + (is_reply ? 20 : 22), 443);
	put_be32(p + 24, seq);
	p[32] = 0x50;
	p[33] = flags;
	for (i = 0; i < len; i++)
		p[40 + i] = (uint8_t)text[i];
	fast_decode(engine_fast(engine), &f, &d);
	engine_frames(engine, &f, &d, 1);
}

static void open_flow(uint32_t client, int64_t ns)
{
	packet(client, false, TCP_F_SYN, 100, "", ns);
	packet(client, true, TCP_F_SYN | TCP_F_ACK, 500, "", ns);
	packet(client, false, TCP_F_ACK, 101, "", ns);
}

static void close_flow(uint32_t client, int64_t ns)
{
	packet(client, false, TCP_F_FIN | TCP_F_ACK, 101, "", ns);
	packet(client, true, TCP_F_FIN | TCP_F_ACK, 501, "", ns);
}

/* What was only counted is there in the end. */
static void test_quiet_packets_are_counted(void)
{
	uint32_t i;

	begin(10, true);
	open_flow(1, 0);
	packet(1, false, TCP_F_ACK, 101, "GET /", 0);
	packet(1, true, TCP_F_ACK, 501, "200 OK", 0);
	for (i = 0; i < 1000; i++) {
		packet(1, false, TCP_F_ACK, 106 + i * 4, "more", 1);
		packet(1, true, TCP_F_ACK, 507, "", 1);
	}
	end();
	CU_ASSERT_EQUAL(seen.count, 1);
	CU_ASSERT_EQUAL(seen.packets[0], 2005);
	CU_ASSERT_EQUAL(seen.payloads[0], 1001);
}

static void test_a_closed_flow_lingers(void)
{
	begin(10, false);
	open_flow(1, 0);
	close_flow(1, 1 * S);
	packet(1, false, TCP_F_ACK, 102, "", 5 * S);
	CU_ASSERT_EQUAL(seen.count, 0);
	packet(1, false, TCP_F_ACK, 102, "", 11 * S);
	CU_ASSERT_EQUAL(seen.count, 1);
	CU_ASSERT_EQUAL(seen.packets[0], 6);
	end();
	CU_ASSERT_EQUAL(seen.count, 2);
}

static void test_silence_ends_a_flow(void)
{
	begin(10, false);
	open_flow(1, 0);
	packet(1, false, TCP_F_ACK, 101, "GET /", 0);
	packet(1, false, TCP_F_ACK, 106, "more", 599 * S);
	CU_ASSERT_EQUAL(seen.count, 0);
	packet(1, false, TCP_F_ACK, 110, "more", 1200 * S);
	CU_ASSERT_EQUAL(seen.count, 1);
	/* an attempt is given up earlier */
	packet(2, false, TCP_F_SYN, 1, "", 1200 * S);
	packet(2, false, TCP_F_SYN, 1, "", 1319 * S);
	CU_ASSERT_EQUAL(seen.count, 1);
	packet(2, false, TCP_F_SYN, 1, "", 1440 * S);
	CU_ASSERT_EQUAL(seen.count, 2);
	end();
}

/* No time, or one that runs backwards, is no silence. */
static void test_times_may_be_missing(void)
{
	begin(10, false);
	packet(1, false, TCP_F_SYN, 100, "", FRAME_NO_TIME);
	packet(1, true, TCP_F_SYN | TCP_F_ACK, 500, "", 5000 * S);
	packet(1, false, TCP_F_ACK, 101, "", FRAME_NO_TIME);
	packet(1, false, TCP_F_ACK, 101, "GET /", 9000 * S);
	packet(1, false, TCP_F_ACK, 106, "more", 1 * S);
	CU_ASSERT_EQUAL(seen.count, 0);
	end();
	CU_ASSERT_EQUAL(seen.packets[0], 5);
}

/* Each new flow ends a few of those that are gone. */
static void test_the_dead_are_swept(void)
{
	uint32_t i;

	begin(100000, false);
	for (i = 0; i < 20000; i++) {
		open_flow(i, i * S);
		close_flow(i, i * S);
		CU_ASSERT(engine_live(engine) < 300);
	}
	end();
	CU_ASSERT_EQUAL(seen.count, 20000);
}

static void test_a_syn_begins_another_flow(void)
{
	begin(10, true);
	open_flow(1, 0);
	packet(1, false, TCP_F_SYN, 100, "", 0); /* again, the same */
	packet(1, false, TCP_F_SYN, 7000, "", 0);
	packet(1, false, TCP_F_ACK, 7001, "", 0);
	end();
	CU_ASSERT_EQUAL(seen.count, 2);
	CU_ASSERT_EQUAL(seen.packets[0], 4);
	CU_ASSERT_EQUAL(seen.packets[1], 2);
}

static void test_flows_come_in_the_order_of_their_begin(void)
{
	unsigned i;

	begin(1000, true);
	for (i = 0; i < 40; i++)
		open_flow(i, 0);
	for (i = 40; i-- > 20;)
		close_flow(i, 0);
	for (i = 100; i < 120; i++)
		open_flow(i, 60 * S);
	CU_ASSERT_EQUAL(seen.count, 0);
	end();
	CU_ASSERT_EQUAL(seen.count, 60);
	for (i = 1; i < 60; i++)
		CU_ASSERT(seen.first[i] > seen.first[i - 1]);
}

static void test_attempts_make_room_for_others(void)
{
	const struct tally *t;
	uint32_t i;

	begin(50, false);
	for (i = 0; i < 40; i++) {
		open_flow(i, 0);
		packet(i, false, TCP_F_ACK, 101, "GET /", 0);
	}
	for (i = 1000; i < 6000; i++)
		packet(i, false, TCP_F_SYN, 1, "", 0);
	t = engine_tally(engine);
	CU_ASSERT_EQUAL(engine_live(engine), 50);
	CU_ASSERT_EQUAL(t->attempts_evicted, 5000 - 10);
	CU_ASSERT_EQUAL(t->flows_evicted, 0);
	for (i = 7000; i < 7050; i++)
		packet(i, false, TCP_F_ACK, 1, "data", 0);
	CU_ASSERT_EQUAL(t->flows_evicted, 40);
	end();
	CU_ASSERT_EQUAL(seen.count, 40 + 5000 + 50);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "quiet packets", test_quiet_packets_are_counted },
		{ "a closed flow", test_a_closed_flow_lingers },
		{ "silence", test_silence_ends_a_flow },
		{ "times", test_times_may_be_missing },
		{ "the dead", test_the_dead_are_swept },
		{ "another flow", test_a_syn_begins_another_flow },
		{ "the order", test_flows_come_in_the_order_of_their_begin },
		{ "room", test_attempts_make_room_for_others },
	};

	return unit_main("inspect_engine", tests, ARRAY_SIZE(tests));
}
