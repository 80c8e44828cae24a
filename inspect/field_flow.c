/* SPDX-License-Identifier: BSD-2-Clause */
/* field_flow.c - see field_get.h: counts, times, and what stands around a flow
 */
#include "base/clock.h"
#include "field_get.h"

void field_count(const struct view *v, int arg, struct field_values *out)
{
	const struct flow_dir *d = arg < FIELD_COUNT_ORIGIN ? v->client
							    : v->origin;
	uint64_t n = 0;

	switch ((enum field_count)(arg % FIELD_COUNT_ORIGIN)) {
	case FIELD_COUNT_PACKETS:
		n = d->packets;
		break;
	case FIELD_COUNT_PAYLOADS:
		n = d->find.payloads;
		break;
	case FIELD_COUNT_BYTES:
		n = d->bytes;
		break;
	}
	field_put(out, "%llu", (unsigned long long)n);
}

/* Seconds with nine decimals, as tshark has times. */
static void field_put_ns(struct field_values *out, int64_t ns)
{
	unsigned long long abs = ns < 0 ? 0 - (uint64_t)ns : (uint64_t)ns;

	field_put(out, "%s%llu.%09llu", ns < 0 ? "-" : "", abs / NS_PER_S,
		  abs % NS_PER_S);
}

void field_time(const struct view *v, int arg, struct field_values *out)
{
	struct facts_timing t = facts_timing(&v->flow->facts, v->flow->proto);
	const struct flow *fl = v->flow;
	bool has = fl->first_ns != FRAME_NO_TIME &&
		   fl->last_ns != FRAME_NO_TIME;
	int64_t us = -1;

	switch ((enum field_time)arg) {
	case FIELD_TIME_FIRST:
		if (has)
			field_put_ns(out, fl->first_ns);
		return;
	case FIELD_TIME_DURATION:
		if (has)
			field_put_ns(out, fl->last_ns - fl->first_ns);
		return;
	case FIELD_TIME_HANDSHAKE:
		us = t.handshake_us;
		break;
	case FIELD_TIME_HEADER:
		us = t.header_us;
		break;
	case FIELD_TIME_REPLY:
		us = t.reply_us;
		break;
	case FIELD_TIME_CLOSE:
		us = t.close_us;
		break;
	}
	if (us >= 0)
		field_put(out, "%lld", (long long)us);
}

void field_uoa(const struct view *v, int arg, struct field_values *out)
{
	const struct beside *b = v->client->beside;

	if (!beside_names(b))
		return;
	switch ((enum field_uoa)arg) {
	case FIELD_UOA_CARRIER:
		field_put(out, "%s", uoa_carrier_name(b->carrier));
		break;
	case FIELD_UOA_SRC4:
		field_put_addr(out, &b->client.addr, IP_V4);
		break;
	case FIELD_UOA_SRC6:
		field_put_addr(out, &b->client.addr, IP_V6);
		break;
	case FIELD_UOA_SRCPORT:
		field_put(out, "%u", b->client.port);
		break;
	case FIELD_UOA_PACKETS:
		field_put(out, "%u", b->packets);
		break;
	}
}

void field_tunnel(const struct view *v, int arg, struct field_values *out)
{
	const struct tunnel *t;
	char text[IP_ADDR_TEXT_MAX];

	for (t = v->flow->tunnel; t; t = t->outer) {
		switch ((enum field_tunnel)arg) {
		case FIELD_TUNNEL_KIND:
			field_put(out, "%s", tunnel_name(t->kind));
			break;
		case FIELD_TUNNEL_ID:
			if (t->has_id)
				field_put(out, "%u", t->id);
			break;
		case FIELD_TUNNEL_SRC:
			field_put(out, "%s", ip_addr_format(&t->src, text));
			break;
		case FIELD_TUNNEL_DST:
			field_put(out, "%s", ip_addr_format(&t->dst, text));
			break;
		}
	}
}
