/* SPDX-License-Identifier: BSD-2-Clause */
/* test_inspect_decode.c - a frame cut by the capture, padded, or lying */
#include <CUnit/CUnit.h>

#include "decode.h"
#include "harness.h"
#include "wire/bytes.h"
#include "wire/ip.h"
#include "wire/link.h"
#include "wire/tcp.h"

/* Ethernet, 192.0.2.1:4660 > 198.51.100.9:22136, UDP "hi!"; the sums are those
 * of test_csum.c; IP: 4500+001f+0000+4000+4011+c000+0201+c633+6409 = 2b16d,
 * b16f, complement 4e90
 */
static const char udp_frame[] =
	"ffffffffffff 020000000001 0800"
	"4500 001f 0000 4000 4011 4e90 c0000201 c6336409"
	"1234 5678 000b 2184 686921";
#define UDP_FRAME_LEN (14 + 20 + 8 + 3)

/* the same ends, TCP, seq 5, ACK, "hi!" */
static const char tcp_frame[] =
	"ffffffffffff 020000000001 0800"
	"4500 002b 0000 4000 4006 0000 c0000201 c6336409"
	"1234 5678 00000005 00000000 5010 ffff 0000 0000 686921";

static enum decode_result decode(const uint8_t *buf, size_t cap, size_t wire,
				 struct packet *pkt, struct wire_err *err)
{
	enum decode_result r;
	struct guard g;

	guard_init(&g, buf, cap);
	r = decode_packet(LINK_ETHERNET, g.data, cap, wire, true, pkt, err);
	guard_fini(&g);
	return r;
}

static void test_udp(void)
{
	uint8_t buf[128];
	size_t len = unhex(udp_frame, buf, sizeof(buf));
	struct packet p;
	struct wire_err err;

	CU_ASSERT_EQUAL_FATAL(len, UDP_FRAME_LEN);
	CU_ASSERT_EQUAL(decode(buf, len, len, &p, &err), DECODE_OK);
	CU_ASSERT_EQUAL(p.proto, IP_PROTO_UDP);
	CU_ASSERT_EQUAL(p.src.port, 4660);
	CU_ASSERT_EQUAL(p.dst.port, 22136);
	CU_ASSERT_EQUAL(p.len, 3);
	CU_ASSERT_EQUAL(p.cap_len, 3);
	CU_ASSERT_EQUAL(p.csum, CSUM_OK);
	CU_ASSERT_EQUAL(p.ip_csum, CSUM_OK);
	buf[44] ^= 1;
	CU_ASSERT_EQUAL(decode(buf, len, len, &p, &err), DECODE_OK);
	CU_ASSERT_EQUAL(p.csum, CSUM_BAD);
}

/* The same bytes: cut by the capture, or a frame that really is so short. */
static void test_cut_or_malformed(void)
{
	uint8_t buf[128];
	size_t len = unhex(udp_frame, buf, sizeof(buf));
	size_t hdrs = len - 3;
	size_t i;

	for (i = 0; i < len; i++) {
		struct packet p = { 0 };
		struct wire_err err;
		enum decode_result cut = decode(buf, i, len, &p, &err);

		CU_ASSERT_EQUAL(cut, i < hdrs ? DECODE_TRUNCATED : DECODE_OK);
		if (cut == DECODE_OK) {
			CU_ASSERT_EQUAL(p.cap_len, i - hdrs);
			CU_ASSERT_EQUAL(p.len, 3);
			CU_ASSERT_EQUAL(p.csum, CSUM_UNKNOWN);
		}
		CU_ASSERT_EQUAL(decode(buf, i, i, &p, &err), DECODE_MALFORMED);
		CU_ASSERT_NOT_EQUAL(err.anomaly, ANOMALY_NONE);
		CU_ASSERT(err.off <= i);
	}
}

static void test_padding_is_no_payload(void)
{
	uint8_t buf[128] = { 0 };
	struct packet p;
	struct wire_err err;

	(void)unhex(udp_frame, buf, sizeof(buf));
	CU_ASSERT_EQUAL(decode(buf, 60, 60, &p, &err), DECODE_OK);
	CU_ASSERT_EQUAL(p.len, 3);
	CU_ASSERT_EQUAL(p.csum, CSUM_OK);
}

static void test_lengths_that_lie(void)
{
	uint8_t buf[128];
	size_t len = unhex(udp_frame, buf, sizeof(buf));
	struct packet p;
	struct wire_err err;

	put_be16(buf + 16, 32); /* IP: one more than the frame has */
	CU_ASSERT_EQUAL(decode(buf, len, len, &p, &err), DECODE_MALFORMED);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_IP_LEN_FRAME);
	CU_ASSERT_EQUAL(err.off, 14);
	put_be16(buf + 16, 31);
	put_be16(buf + 38, 12); /* UDP: one more than IP has */
	CU_ASSERT_EQUAL(decode(buf, len, len, &p, &err), DECODE_MALFORMED);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_UDP_LEN_PACKET);
	put_be16(buf + 38, 10); /* one less: the rest is no payload */
	CU_ASSERT_EQUAL(decode(buf, len, len, &p, &err), DECODE_OK);
	CU_ASSERT_EQUAL(p.len, 2);
	put_be16(buf + 12, 0x86dd); /* IPv4 behind the EtherType of IPv6 */
	CU_ASSERT_EQUAL(decode(buf, len, len, &p, &err), DECODE_MALFORMED);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_IP_VERSION);
}

static void test_tcp_sequence_of_the_payload(void)
{
	uint8_t buf[128];
	size_t len = unhex(tcp_frame, buf, sizeof(buf));
	struct packet p;
	struct wire_err err;

	CU_ASSERT_EQUAL(decode(buf, len, len, &p, &err), DECODE_OK);
	CU_ASSERT_EQUAL(p.seq, 5);
	CU_ASSERT_EQUAL(p.len, 3);
	CU_ASSERT_EQUAL(p.flags, TCP_F_ACK);
	buf[47] = TCP_F_SYN; /* takes a number before the payload's */
	CU_ASSERT_EQUAL(decode(buf, len, len, &p, &err), DECODE_OK);
	CU_ASSERT_EQUAL(p.seq, 6);
	buf[46] = 0xf0; /* 60 bytes of header in 23 of payload */
	CU_ASSERT_EQUAL(decode(buf, len, len, &p, &err), DECODE_MALFORMED);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_TCP_HDR_OVERRUN);
}

static void test_tcp_options(void)
{
	static const char frame[] =
		"ffffffffffff 020000000001 0800"
		"4500 0033 0000 4000 4006 0000 c0000201 c6336409"
		"1234 5678 00000005 00000007 7010 ffff 0000 0000"
		"c808 d431 cb007107 686921";
	uint8_t buf[128];
	size_t len = unhex(frame, buf, sizeof(buf));
	struct guard g;
	struct packet p;
	struct wire_err err;

	guard_init(&g, buf, len);
	CU_ASSERT_EQUAL(decode_packet(LINK_ETHERNET, g.data, len, len, true, &p,
				      &err),
			DECODE_OK);
	CU_ASSERT_EQUAL(p.ack, 7);
	CU_ASSERT_EQUAL(p.opt_off, 54);
	CU_ASSERT_EQUAL(p.opt_len, 8);
	CU_ASSERT_PTR_EQUAL(p.opt, g.data + 54);
	CU_ASSERT_EQUAL(p.len, 3);
	guard_fini(&g);
	len = unhex(tcp_frame, buf, sizeof(buf));
	CU_ASSERT_EQUAL(decode(buf, len, len, &p, &err), DECODE_OK);
	CU_ASSERT_EQUAL(p.opt_len, 0);
}

static void test_others_are_told_apart(void)
{
	uint8_t buf[128];
	size_t len = unhex(udp_frame, buf, sizeof(buf));
	struct packet p;
	struct wire_err err;

	put_be16(buf + 20, 0x2000); /* first fragment */
	CU_ASSERT_EQUAL(decode(buf, len, len, &p, &err), DECODE_OK);
	CU_ASSERT(p.is_frag);
	CU_ASSERT_EQUAL(p.csum, CSUM_UNKNOWN);
	put_be16(buf + 38, 1000); /* the rest of it is in others */
	CU_ASSERT_EQUAL(decode(buf, len, len, &p, &err), DECODE_OK);
	CU_ASSERT_EQUAL(p.len, 992);
	CU_ASSERT_EQUAL(p.cap_len, 3);
	put_be16(buf + 20, 0x0001);
	CU_ASSERT_EQUAL(decode(buf, len, len, &p, &err), DECODE_FRAGMENT);
	put_be16(buf + 20, 0x4000);
	buf[23] = 1; /* ICMP */
	CU_ASSERT_EQUAL(decode(buf, len, len, &p, &err), DECODE_OTHER);
	put_be16(buf + 12, 0x0806);
	CU_ASSERT_EQUAL(decode(buf, len, len, &p, &err), DECODE_OTHER);
	CU_ASSERT_STRING_EQUAL(decode_result_name(DECODE_FRAGMENT), "fragment");
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "UDP", test_udp },
		{ "cut or malformed", test_cut_or_malformed },
		{ "padding", test_padding_is_no_payload },
		{ "lengths that lie", test_lengths_that_lie },
		{ "TCP sequence", test_tcp_sequence_of_the_payload },
		{ "TCP options", test_tcp_options },
		{ "others", test_others_are_told_apart },
	};

	return unit_main("inspect_decode", tests, ARRAY_SIZE(tests));
}
