/* SPDX-License-Identifier: BSD-2-Clause */
/* test_client_raw_conn.c - the small TCP; what it sends is logged, its peer is
 * played
 */
#include <string.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "raw_conn.h"
#include "raw_opts.h"
#include "wire/wire.h"

#define ISN	1000U
#define PEER	70000U
#define LOG_MAX 32

static struct raw_opts opts;

static bool hex(const char *value)
{
	char err[OPT_ERR_MAX];

	return raw_opts_add_hex(&opts, value, err);
}

static struct endpoint at(const char *text)
{
	struct endpoint e;

	ASSERT(endpoint_parse(text, strlen(text), &e));
	return e;
}

struct sent {
	uint16_t flags;
	uint32_t seq; /* relative to ISN */
	uint32_t ack; /* relative to PEER */
	uint16_t window;
	size_t opt_len;
	size_t len;
	uint8_t first;
};

static struct sent sends[LOG_MAX];
static size_t n_sends;
static size_t taken;
static bool is_enough;
static struct raw_conn c;
static struct raw_task task;
static uint64_t now_ms;

static void on_send(void *ctx, const struct raw_segment *s)
{
	(void)ctx;
	ASSERT(n_sends < LOG_MAX);
	sends[n_sends++] = (struct sent) { .flags = s->flags,
					   .seq = s->seq - ISN,
					   .ack = s->ack - PEER,
					   .window = s->window,
					   .opt_len = s->opt_len,
					   .len = s->len,
					   .first = s->len ? *s->data : 0 };
}

static bool on_take(void *ctx, const uint8_t *data, size_t len)
{
	(void)ctx;
	(void)data;
	taken += len;
	return is_enough;
}

static void start(const char *payload, bool is_satisfied)
{
	static const struct raw_conn_ops ops = { on_send, on_take, NULL };

	task.src = at("192.0.2.1:5555");
	task.dst = at("192.0.2.2:80");
	task.opts = &opts;
	task.payload = (const uint8_t *)payload;
	task.payload_len = strlen(payload);
	task.messages = task.messages ? task.messages : 1;
	task.mss = task.mss ? task.mss : 1460;
	task.timeout_ms = 60000;
	n_sends = taken = 0;
	is_enough = true;
	now_ms = 1000;
	raw_conn_start(&c, &task, &ops, ISN, is_satisfied, now_ms);
}

static void begin_conn(unsigned own)
{
	opts = (struct raw_opts) { .own = own };
	task = (struct raw_task) { 0 };
}

/* @seq, @ack: relative */
static void got(unsigned flags, uint32_t seq, uint32_t ack, const char *data)
{
	const struct tcp_hdr h = { .flags = (uint16_t)flags,
				   .seq = PEER + seq,
				   .ack = ISN + ack,
				   .window = 1000 };

	raw_conn_input(&c, &h, (const uint8_t *)data, strlen(data), now_ms);
}

static void shake(const char *area_hex)
{
	uint8_t area[RAW_AREA_MAX];
	struct tcp_hdr h = { .flags = TCP_F_SYN | TCP_F_ACK,
			     .seq = PEER,
			     .ack = ISN + 1,
			     .window = 1000,
			     .opt = area };

	h.opt_len = (uint8_t)unhex(area_hex, area, sizeof(area));
	raw_conn_input(&c, &h, area, 0, now_ms);
}

static bool last_is(unsigned flags, uint32_t seq, uint32_t ack, size_t len)
{
	const struct sent *s = &sends[n_sends - 1];

	return n_sends && s->flags == flags && s->seq == seq && s->ack == ack &&
	       s->len == len;
}

static void wait_ms(uint64_t ms)
{
	uint64_t end_ms = now_ms + ms;

	while (c.state != RAW_DONE && raw_conn_due_ms(&c) <= end_ms) {
		now_ms = raw_conn_due_ms(&c);
		raw_conn_timer(&c, now_ms);
	}
	now_ms = end_ms;
}

static void test_a_whole_connection(void)
{
	begin_conn(RAW_OWN_MSS);
	task.messages = 2;
	start("hello", true);
	CU_ASSERT_EQUAL(sends[0].flags, TCP_F_SYN);
	CU_ASSERT_EQUAL(sends[0].opt_len, 4);
	shake("020405b4");
	CU_ASSERT_EQUAL(n_sends, 3);
	CU_ASSERT_EQUAL(sends[1].flags, TCP_F_ACK);
	CU_ASSERT_TRUE(last_is(TCP_F_ACK | TCP_F_PSH, 1, 1, 5));
	got(TCP_F_ACK, 1, 6, "");
	CU_ASSERT_TRUE(last_is(TCP_F_ACK | TCP_F_PSH, 6, 1, 5));
	got(TCP_F_ACK, 1, 11, "world");
	CU_ASSERT_TRUE(last_is(TCP_F_ACK | TCP_F_FIN, 11, 6, 0));
	CU_ASSERT_EQUAL(n_sends, 5); /* the FIN acknowledges the data */
	got(TCP_F_ACK, 6, 12, "!");
	CU_ASSERT_TRUE(last_is(TCP_F_ACK, 12, 7, 0));
	got(TCP_F_ACK | TCP_F_FIN, 7, 12, "");
	CU_ASSERT_TRUE(last_is(TCP_F_ACK, 12, 8, 0));
	CU_ASSERT_EQUAL(c.state, RAW_DONE);
	CU_ASSERT_EQUAL(c.end, RAW_END_OK);
	CU_ASSERT_EQUAL(taken, 6);
}

static void test_losses_are_made_good(void)
{
	begin_conn(0);
	start("hello", true);
	wait_ms(RAW_RTO_MS - 1);
	CU_ASSERT_EQUAL(n_sends, 1);
	wait_ms(1);
	CU_ASSERT_EQUAL(n_sends, 2);
	CU_ASSERT_EQUAL(sends[1].flags, TCP_F_SYN);
	wait_ms(2ULL * RAW_RTO_MS);
	CU_ASSERT_EQUAL(n_sends, 3);
	shake("");
	CU_ASSERT_EQUAL(n_sends, 5);
	shake(""); /* our ACK was lost */
	CU_ASSERT_TRUE(last_is(TCP_F_ACK, 6, 1, 0));
	wait_ms(RAW_RTO_MS);
	CU_ASSERT_TRUE(last_is(TCP_F_ACK | TCP_F_PSH, 1, 1, 5));
	got(TCP_F_ACK, 1, 3, ""); /* a part of it came */
	wait_ms(RAW_RTO_MS);
	CU_ASSERT_TRUE(last_is(TCP_F_ACK | TCP_F_PSH, 3, 1, 3));
	CU_ASSERT_EQUAL(sends[n_sends - 1].first, 'l');
	got(TCP_F_ACK, 1, 6, "");
	CU_ASSERT_TRUE(last_is(TCP_F_ACK | TCP_F_FIN, 6, 1, 0));
	wait_ms(RAW_RTO_MS);
	CU_ASSERT_TRUE(last_is(TCP_F_ACK | TCP_F_FIN, 6, 1, 0));
	CU_ASSERT_EQUAL(c.sent_again, 5);
}

static void test_tries_are_bounded(void)
{
	begin_conn(0);
	start("hello", true);
	wait_ms(59000);
	CU_ASSERT_EQUAL(n_sends, 1 + RAW_TRIES);
	CU_ASSERT_EQUAL(c.end, RAW_END_CONNECT_TIMEOUT);
	start("hello", true);
	shake("");
	wait_ms(59000);
	CU_ASSERT_EQUAL(n_sends, 3 + RAW_TRIES + 1);
	CU_ASSERT_EQUAL(sends[n_sends - 1].flags, TCP_F_RST | TCP_F_ACK);
	CU_ASSERT_EQUAL(c.end, RAW_END_TIMEOUT);
	start("", false); /* waits for words that do not come */
	shake("");
	wait_ms(59999);
	CU_ASSERT_EQUAL(c.state, RAW_OPEN);
	wait_ms(1);
	CU_ASSERT_EQUAL(c.end, RAW_END_TIMEOUT);
}

static void test_disorder(void)
{
	begin_conn(0);
	start("", false);
	is_enough = false;
	shake("");
	got(TCP_F_ACK, 4, 1, "def"); /* too early: not taken */
	CU_ASSERT_TRUE(last_is(TCP_F_ACK, 1, 1, 0));
	CU_ASSERT_EQUAL(taken, 0);
	got(TCP_F_ACK, 1, 1, "abc");
	CU_ASSERT_TRUE(last_is(TCP_F_ACK, 1, 4, 0));
	got(TCP_F_ACK, 1, 1, "abcdef"); /* partly known */
	CU_ASSERT_TRUE(last_is(TCP_F_ACK, 1, 7, 0));
	CU_ASSERT_EQUAL(taken, 6);
	got(TCP_F_ACK, 1, 1, "abc"); /* known */
	CU_ASSERT_TRUE(last_is(TCP_F_ACK, 1, 7, 0));
	CU_ASSERT_EQUAL(n_sends, 6);
	got(TCP_F_ACK, 6, 1, ""); /* a keepalive */
	CU_ASSERT_EQUAL(n_sends, 7);
	got(TCP_F_ACK, 7, 1, ""); /* nothing to say */
	CU_ASSERT_EQUAL(n_sends, 7);
	got(TCP_F_ACK, 7, 2, "x"); /* acknowledges what was never sent */
	CU_ASSERT_TRUE(last_is(TCP_F_ACK, 1, 7, 0));
	CU_ASSERT_EQUAL(taken, 6);
	got(TCP_F_ACK | TCP_F_FIN, 8, 1, ""); /* too early, too */
	CU_ASSERT_FALSE(c.is_peer_done);
	got(TCP_F_ACK | TCP_F_FIN, 4, 1, "defg");
	CU_ASSERT_EQUAL(taken, 7);
	CU_ASSERT_TRUE(last_is(TCP_F_ACK | TCP_F_FIN, 1, 9, 0));
	got(TCP_F_ACK, 9, 2, "");
	CU_ASSERT_EQUAL(c.state, RAW_DONE);
	CU_ASSERT_EQUAL(c.end, RAW_END_OK);
}

static void test_resets(void)
{
	begin_conn(0);
	start("hello", true);
	got(TCP_F_RST | TCP_F_ACK, 0, 2, ""); /* of another connection */
	got(TCP_F_RST, 0, 1, "");
	CU_ASSERT_EQUAL(c.state, RAW_SYN_SENT);
	got(TCP_F_RST | TCP_F_ACK, 0, 1, "");
	CU_ASSERT_EQUAL(c.end, RAW_END_REFUSED);
	CU_ASSERT_EQUAL(n_sends, 1);
	start("hello", true);
	shake("");
	got(TCP_F_RST, 2, 0, ""); /* RFC 5961: inside the window */
	CU_ASSERT_EQUAL(c.state, RAW_OPEN);
	CU_ASSERT_TRUE(last_is(TCP_F_ACK, 6, 1, 0));
	got(TCP_F_RST, 0, 0, "");
	CU_ASSERT_EQUAL(n_sends, 4);
	got(TCP_F_RST, 1, 0, "");
	CU_ASSERT_EQUAL(c.end, RAW_END_RESET);
	CU_ASSERT_EQUAL(n_sends, 4);
	task.want_rst = true;
	start("hello", true);
	shake("");
	got(TCP_F_ACK, 1, 6, "");
	CU_ASSERT_TRUE(last_is(TCP_F_RST | TCP_F_ACK, 6, 1, 0));
	CU_ASSERT_EQUAL(c.end, RAW_END_OK);
}

static void test_no_ack_of_its_own(void)
{
	begin_conn(0);
	task.drop_ack = true;
	start("hello", true);
	shake("");
	CU_ASSERT_EQUAL(n_sends, 2);
	CU_ASSERT_TRUE(last_is(TCP_F_ACK | TCP_F_PSH, 1, 1, 5));
	shake("");
	CU_ASSERT_EQUAL(n_sends, 2);
}

static void test_sizes(void)
{
	begin_conn(RAW_OWN_TS | RAW_OWN_WS);
	CU_ASSERT_TRUE(hex("data=c80815b3c0000201"));
	start("0123456789012345678901234567890123456789", true);
	CU_ASSERT_EQUAL(sends[0].window, 65535);
	/* MSS 40 leaves 20 beside 12 of timestamps and 8 */
	shake("02040028 0101080a 00000001 00000002 01030302");
	CU_ASSERT_TRUE(last_is(TCP_F_ACK | TCP_F_PSH, 1, 1, 20));
	CU_ASSERT_EQUAL(sends[2].opt_len, 20);
	CU_ASSERT_EQUAL(sends[2].window, 65535 >> 7);
	CU_ASSERT_EQUAL(c.peer_window, 1000);
	got(TCP_F_ACK, 1, 21, "");
	CU_ASSERT_EQUAL(c.peer_window, 4000);
	CU_ASSERT_TRUE(last_is(TCP_F_ACK | TCP_F_PSH, 21, 1, 20));
	/* neither was asked for, and no MSS is 536 */
	begin_conn(0);
	start("hello", true);
	shake("0101080a 00000001 00000002 01030302");
	CU_ASSERT_EQUAL(sends[2].opt_len, 0);
	CU_ASSERT_EQUAL(c.peer_shift, 0);
	CU_ASSERT_EQUAL(c.peer_mss, 536);
}

static void test_what_is_not_to_be_believed(void)
{
	static uint8_t lots[RAW_WINDOW_BYTES + 1];
	struct tcp_hdr h = { .flags = TCP_F_ACK | TCP_F_FIN,
			     .seq = PEER + 1,
			     .ack = ISN + 6,
			     .window = 1000 };

	begin_conn(RAW_OWN_WS);
	CU_ASSERT_TRUE(hex("ack=01"));
	start("hello", false);
	is_enough = false;
	shake("02030101 00"); /* an MSS of three bytes */
	CU_ASSERT_EQUAL(c.peer_mss, 536);
	got(TCP_F_PSH, 1, 6, "no ACK flag");
	CU_ASSERT_EQUAL(taken, 0);
	CU_ASSERT_EQUAL(n_sends, 3);
	raw_conn_input(&c, &h, lots, sizeof(lots), now_ms);
	CU_ASSERT_EQUAL(taken, RAW_WINDOW_BYTES);
	CU_ASSERT_FALSE(c.is_peer_done); /* it stands behind what was cut */
	got(TCP_F_ACK, 1 + RAW_WINDOW_BYTES, 3, "an old ACK, new data");
	CU_ASSERT_EQUAL(taken, RAW_WINDOW_BYTES + 20);
	shake(""); /* late: not the handshake's ACK any more */
	CU_ASSERT_TRUE(last_is(TCP_F_ACK, 6, 21 + RAW_WINDOW_BYTES, 0));
	CU_ASSERT_EQUAL(sends[1].opt_len, 4);
	CU_ASSERT_EQUAL(sends[n_sends - 1].opt_len, 0);
	got(TCP_F_ACK | TCP_F_FIN, 21 + RAW_WINDOW_BYTES, 6, "");
	got(TCP_F_ACK, 22 + RAW_WINDOW_BYTES, 6, "behind the FIN");
	CU_ASSERT_EQUAL(taken, RAW_WINDOW_BYTES + 20);

	begin_conn(RAW_OWN_WS);
	CU_ASSERT_TRUE(hex("data=0101010101010101"));
	start("hello", true);
	shake("02040004 0103030f"); /* RFC 7323 2.3: 15 stands for 14 */
	CU_ASSERT_EQUAL(c.peer_shift, 14);
	CU_ASSERT_TRUE(last_is(TCP_F_ACK | TCP_F_PSH, 1, 1, 1));
}

static void test_closed_window(void)
{
	struct tcp_hdr h = { .flags = TCP_F_ACK,
			     .seq = PEER + 1,
			     .ack = ISN + 6 };

	begin_conn(0);
	task.messages = 2;
	start("hello", true);
	shake("");
	raw_conn_input(&c, &h, NULL, 0, now_ms);
	CU_ASSERT_TRUE(last_is(TCP_F_ACK | TCP_F_PSH, 6, 1, 1));
	got(TCP_F_ACK, 1, 7, "");
	CU_ASSERT_TRUE(last_is(TCP_F_ACK | TCP_F_PSH, 7, 1, 4));
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "a whole connection", test_a_whole_connection },
		{ "losses are made good", test_losses_are_made_good },
		{ "tries are bounded", test_tries_are_bounded },
		{ "disorder", test_disorder },
		{ "resets", test_resets },
		{ "no ACK of its own", test_no_ack_of_its_own },
		{ "sizes", test_sizes },
		{ "what is not to be believed",
		  test_what_is_not_to_be_believed },
		{ "closed window", test_closed_window },
	};

	return unit_main("client raw conn", tests, ARRAY_SIZE(tests));
}
