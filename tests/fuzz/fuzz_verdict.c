/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_verdict.c - two flows packet by packet, their verdicts, and whether they
 * are two legs of one connection.
 *
 * Byte 0 picks mode and options, byte 1 the transport. A packet is four bytes:
 * side, flags and time; a shift of its sequence number; what it says; how much
 * of that.
 */
#include "fuzz.h"
#include "join.h"
#include "wire/ip.h"
#include "wire/tcp.h"

#define PACKET_LEN 4
#define PACKET_MAX 64 /* of one flow */

static const struct {
	const char *bytes;
	uint32_t len;
} texts[] = {
	{ "PROXY TCP4 203.0.113.7 198.51.100.1 40000 443\r\n", 47 },
	{ "PROXY TCP4 203.0.113.8 198.51.100.1 40000 443\r\n", 47 },
	{ "PROXY UNKNOWN\r\n", 15 },
	{ "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xcb\0q\x07\xc6"
	  "3d\x01\x9c"
	  "@\x01\xbb",
	  28 },
	{ "\r\n\r\n\0\r\nQUIT\n\x21\x12\0\x0c\xcb\0q\x07\xc6"
	  "3d\x01\x9c"
	  "@\0"
	  "5",
	  28 },
	{ "\x56\xec\0\0\0\0\0\0\0\0\0\0\xff\xff\xcb\0q\x07\0\0\0\0\0\0\0\0\0\0"
	  "\xff\xff\xc6"
	  "3d\x01\x9c"
	  "@\0"
	  "5",
	  38 },
	{ "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n", 37 },
	{ "HTTP/1.1 400 Bad Request\r\n\r\n", 28 },
	{ "\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", 11 },
	{ "", 0 },
};

static const uint16_t flags_of[] = {
	TCP_F_SYN, TCP_F_SYN | TCP_F_ACK, TCP_F_ACK, TCP_F_ACK,
	TCP_F_ACK, TCP_F_FIN | TCP_F_ACK, TCP_F_RST, TCP_F_RST | TCP_F_ACK,
};

static void say(struct flow *fl, const struct config *cfg, struct budget *b,
		const uint8_t in[PACKET_LEN], uint32_t seq[2])
{
	unsigned side = in[0] & 1;
	unsigned text = in[2] % ARRAY_SIZE(texts);
	uint32_t len = in[3] < texts[text].len ? in[3] : texts[text].len;
	uint8_t *copy = fuzz_copy((const uint8_t *)texts[text].bytes, len);
	struct packet p = {
		.proto = fl->proto,
		.flags = flags_of[in[0] >> 1 & 7],
		.csum = in[2] & 0x80 ? CSUM_BAD : CSUM_OK,
		.payload = copy,
		.len = len + (in[2] & 0x40 ? 10 : 0),
		.cap_len = len,
		.ack = seq[!side],
	};

	fl->last_frame++;
	fl->last_ns += 1LL << (in[0] >> 4) * 3;
	p.frame = p.frame_first = fl->last_frame;
	p.ts_ns = fl->last_ns;
	p.seq = seq[side] + (uint32_t)(int32_t)(int8_t)in[1];
	p.src.addr.family = IP_V4;
	if (fl->proto == IP_PROTO_UDP && in[1] & 0x40) {
		p.uoa.carrier = UOA_IP_OPTION;
		p.uoa.client.port = in[1];
	}
	seq[side] = p.seq + p.len;
	flow_add(fl, (enum flow_side)side, cfg, b, &p, p.frame);
	free(copy);
}

/* What every verdict promises (check.h). */
static void check_promises(const struct check *c, const struct flow *fl,
			   bool is_strict)
{
	uint32_t i, k;

	ASSERT(c->verdict == VERDICT_OK || c->anomaly != ANOMALY_NONE);
	ASSERT((c->anomaly != ANOMALY_NONE) == (c->advice != NULL));
	ASSERT((c->anomaly != ANOMALY_NONE) == (c->clause != NULL));
	ASSERT(!c->frame || (c->frame >= 1 && c->frame <= fl->last_frame));
	ASSERT(!is_strict || c->verdict != VERDICT_OK || !c->remark_count);
	ASSERT(c->remark_count <= CHECK_REMARK_MAX);
	for (i = 0; i < c->remark_count; i++) {
		ASSERT(c->verdict == VERDICT_OK || c->remark[i] != c->anomaly);
		for (k = 0; k < i; k++)
			ASSERT(c->remark[i] != c->remark[k]);
	}
}

/* talk() - up to PACKET_MAX packets make a flow, which @l gets */
static size_t talk(struct join_legs *l, const struct config *cfg, uint8_t proto,
		   const uint8_t *data, size_t len)
{
	struct budget b = { .max_bytes = 1 << 16 };
	struct flow fl = { .proto = proto, .first_frame = 1 };
	uint32_t seq[2] = { 0, UINT32_MAX - 20 };
	size_t used = 0;
	struct check c;

	while (len - used >= PACKET_LEN &&
	       used < (size_t)PACKET_MAX * PACKET_LEN) {
		say(&fl, cfg, &b, data + used, seq);
		used += PACKET_LEN;
	}
	flow_settle(&fl);
	c = check_flow(cfg, &fl);
	check_promises(&c, &fl, cfg->is_strict);
	ASSERT(join_add(l, &fl, &c) == 0);
	flow_fini(&fl, &b);
	ASSERT(b.used_bytes == 0);
	return used;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static char any_file[] = "x";
	struct config cfg = {
		.hdr_max = 512,
		.udp_idle_ms = 30000,
		.join = { .front = any_file },
	};
	struct join j = { .front.max = 4, .back.max = 4 };
	uint8_t proto;
	uint32_t i;

	if (len < 2)
		return 0;
	cfg.mode = (enum hdr_mode)(data[0] % (HDR_MODE_OFF + 1));
	cfg.is_strict = data[0] & 0x80;
	cfg.want_csum = data[0] & 0x40;
	j.has_one_clock = data[0] & 0x20;
	proto = data[1] & 1 ? IP_PROTO_UDP : IP_PROTO_TCP;
	data += 2;
	len -= 2;
	for (i = 0; i < 4; i++) {
		size_t n = talk(i & 1 ? &j.back : &j.front, &cfg, proto, data,
				len);

		data += n;
		len -= n;
	}
	ASSERT(join_match(&j) == 0);
	for (i = 0; i < j.back.count; i++) {
		const struct join_leg *b = &j.back.leg[i];

		ASSERT(b->by == JOIN_OPEN ||
		       (j.front.leg[b->peer].peer == i &&
			j.front.leg[b->peer].by == b->by));
	}
	join_fini(&j);
	return 0;
}
