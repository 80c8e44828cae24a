/* SPDX-License-Identifier: BSD-2-Clause */
/* inspect_talk.c - see inspect_talk.h */
#include "inspect_talk.h"

#include <string.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "wire/ip.h"
#include "wire/tcp.h"

void talk_init(struct talk *t, uint8_t proto)
{
	*t = (struct talk) {
		.cfg = { .hdr_max = 4096,
			 .want_csum = true,
			 .udp_idle_ms = 30000 },
		.budget = { .max_bytes = 1 << 20 },
		.flow = { .proto = proto, .first_frame = 1 },
	};
}

void talk_say(struct talk *t, enum flow_side side, uint16_t flags,
	      const void *data, size_t len)
{
	struct packet p = { .proto = t->flow.proto, .flags = flags };

	p.src.addr.family = IP_V4;
	p.seq = t->seq[side];
	p.ack = t->ack;
	p.csum = t->csum;
	p.opt = t->opt;
	p.opt_len = t->opt_len;
	p.payload = data;
	p.len = p.cap_len = (uint32_t)len;
	p.frame = p.frame_first = ++t->frame;
	p.ts_ns = t->now_ns;
	flow_add(&t->flow, side, &t->cfg, &t->budget, &p, t->frame);
	t->seq[side] += (uint32_t)len;
}

void talk_text(struct talk *t, enum flow_side side, const char *text)
{
	talk_say(t, side, TCP_F_ACK, text, strlen(text));
}

void talk_hex(struct talk *t, enum flow_side side, const char *hex)
{
	uint8_t buf[2048];
	size_t len = unhex(hex, buf, sizeof(buf));

	talk_say(t, side, TCP_F_ACK, buf, len);
}

void talk_handshake(struct talk *t)
{
	talk_say(t, FLOW_CLIENT, TCP_F_SYN, NULL, 0);
	t->now_ns += TALK_MS;
	talk_say(t, FLOW_ORIGIN, TCP_F_SYN | TCP_F_ACK, NULL, 0);
	t->now_ns += TALK_MS;
	talk_say(t, FLOW_CLIENT, TCP_F_ACK, NULL, 0);
}

struct check talk_judge(struct talk *t)
{
	struct check c;

	flow_settle(&t->flow);
	c = check_flow(&t->cfg, &t->flow);
	flow_fini(&t->flow, &t->budget);
	CU_ASSERT_EQUAL(t->budget.used_bytes, 0);
	return c;
}
