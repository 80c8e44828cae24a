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

#define V6_ENDS                            \
	"20010db8000000000000000000000001" \
	"20010db8000000000000000000000002"

/* one_fragment() - @body behind an IPv6 header; @number is the frame's */
static enum decode_result one_fragment(struct decoder *d, uint64_t number,
				       const char *body, struct packet *p,
				       struct wire_err *err)
{
	uint8_t buf[128];
	size_t len = 14 + 40;
	struct frame f = { .number = number, .link = LINK_ETHERNET };

	(void)unhex("ffffffffffff 020000000001 86dd 60000000 0000 2c40" V6_ENDS,
		    buf, sizeof(buf));
	len += unhex(body, buf + len, sizeof(buf) - len);
	put_be16(buf + 18, (uint16_t)(len - 54));
	f.data = buf;
	f.cap_len = f.wire_len = (uint32_t)len;
	return decode_frame(d, &f, true, p, err);
}

/* Destination options and UDP behind the fragment header. Pseudo header: 2001
 * and 0db8 twice, 1, 2, 11 and 8 make 5b8e; with 1234, 5678 and 8 that is c442,
 * whose complement is 3bbd.
 */
static void test_extensions_in_fragments(void)
{
	static const struct decode_opts opts = { .port_count = 0 };
	static const char first[] = "3c00 0001 00000007 1100 0104 00000000";
	static const char last[] = "3c00 0008 00000007 1234 5678 0008 3bbd";
	/* options that reach past the end */
	static const char long_[] = "3c00 0001 00000008 1102 0104 00000000";
	static const char long_end[] = "3c00 0008 00000008 1234 5678 0008 3bbd";
	struct decoder *d = NULL;
	struct packet p;
	struct wire_err err;

	CU_ASSERT_EQUAL_FATAL(decoder_new(&opts, &d), 0);
	CU_ASSERT_EQUAL(one_fragment(d, 3, first, &p, &err), DECODE_FRAGMENT);
	CU_ASSERT_EQUAL(one_fragment(d, 9, last, &p, &err), DECODE_OK);
	CU_ASSERT_EQUAL(p.proto, IP_PROTO_UDP);
	CU_ASSERT_EQUAL(p.src.port, 0x1234);
	CU_ASSERT_EQUAL(p.len, 0);
	CU_ASSERT_EQUAL(p.csum, CSUM_OK);
	CU_ASSERT_EQUAL(p.frame, 9);
	CU_ASSERT_EQUAL(p.frame_first, 3);
	CU_ASSERT_EQUAL(p.frag_count, 2);
	CU_ASSERT_EQUAL(one_fragment(d, 10, long_, &p, &err), DECODE_FRAGMENT);
	CU_ASSERT_EQUAL(one_fragment(d, 11, long_end, &p, &err),
			DECODE_MALFORMED);
	CU_ASSERT_EQUAL(err.anomaly, ANOMALY_IP6_EXT_OVERRUN);
	decoder_free(d);
}

static void test_tcp_padding_and_ports(void)
{
	uint8_t buf[128] = { 0 };
	struct packet p;
	struct wire_err err;

	(void)unhex(tcp_frame, buf, sizeof(buf));
	CU_ASSERT_EQUAL(decode(buf, 80, 80, &p, &err), DECODE_OK);
	CU_ASSERT_EQUAL(p.len, 3);
	CU_ASSERT_EQUAL(p.src.port, 4660);
	CU_ASSERT_EQUAL(p.dst.port, 22136);
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
		{ "extensions in fragments", test_extensions_in_fragments },
		{ "TCP padding and ports", test_tcp_padding_and_ports },
	};

	return unit_main("inspect_decode", tests, ARRAY_SIZE(tests));
}
