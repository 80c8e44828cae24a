/* SPDX-License-Identifier: BSD-2-Clause */
/* toa_judge.c - see toa_judge.h */
#include "toa_judge.h"

#include <string.h>

#include "base/str.h"
#include "wire/ip.h"
#include "wire/tcp.h"
#include "wire/toa.h"

#define TOA_OPT_HEAD 2 /* kind and length */

/* The segment is told by what the packet says of itself: captures may be cut
 * behind the headers.
 */
static uint8_t toa_place_of(const struct ip_hdr *ip, const struct tcp_hdr *tcp,
			    size_t len)
{
	size_t total = ip->total_len ? ip->total_len : len;

	if (tcp->flags & TCP_F_SYN)
		return TOA_PLACE_SYN;
	return total > (size_t)ip->hdr_len + tcp->hdr_len ? TOA_PLACE_DATA
							  : TOA_PLACE_ACK;
}

enum wire_status toa_segment_decode(const uint8_t *buf, size_t len,
				    struct toa_segment *ret)
{
	struct ip_hdr ip;
	struct tcp_hdr tcp;
	struct wire_err err;
	enum wire_status st = ip_decode(buf, len, &ip, &err);

	if (st != WIRE_OK)
		return st;
	if (ip.proto != IP_PROTO_TCP || ip.is_frag)
		return WIRE_BAD;
	/* padding behind the packet is not of its header */
	if (ip.total_len && ip.total_len < len)
		len = ip.total_len;
	st = tcp_decode(buf + ip.hdr_len, len - ip.hdr_len, &tcp, &err);
	if (st != WIRE_OK)
		return st;
	if (tcp.flags & TCP_F_RST)
		return WIRE_BAD;
	*ret = (struct toa_segment) {
		.src = { ip_addr_unmap(&ip.src), tcp.sport },
		.dst = { ip_addr_unmap(&ip.dst), tcp.dport },
		.seq = tcp.seq,
		.place = toa_place_of(&ip, &tcp, len),
		.opt = tcp.opt,
		.opt_len = tcp.opt_len,
	};
	return WIRE_OK;
}

/* The first remark stands. @off: in the option area */
static void toa_remark(struct toa_finding *f, enum anomaly a, size_t off)
{
	if (f->err.anomaly == ANOMALY_NONE)
		f->err = (struct wire_err) { a, (uint32_t)(TCP_HDR_LEN + off) };
}

/* Nothing is believed any more. */
static void toa_contradict(struct toa_finding *f, size_t off)
{
	*f = (struct toa_finding) { 0 };
	toa_remark(f, ANOMALY_TOA_CONTRARY, off);
}

static bool toa_is_same(const struct toa_finding *a,
			const struct toa_finding *b)
{
	return ip_addr_eq(&a->client.addr, &b->client.addr) &&
	       (!a->has_port || !b->has_port ||
		a->client.port == b->client.port);
}

/* One option of a kind that is believed, at @off.
 * Return: false if it contradicts what was found
 */
static bool toa_judge_option(const struct tcp_opt *opt, size_t off,
			     uint8_t place, struct toa_finding *f)
{
	unsigned flags = TOA_F_KIND_IS_TOA |
			 (place == TOA_PLACE_SYN ? TOA_F_SYN : 0U);
	struct toa_finding one = { .is_found = true, .place = place };
	struct toa_option o;
	struct wire_err err;

	if (toa_decode(opt, flags, &o, &err) != WIRE_OK) {
		/* another option of a shared kind: legal, and nothing to us */
		if (err.anomaly != ANOMALY_TOA_OTHER)
			toa_remark(f, err.anomaly, off + err.off);
		return true;
	}
	if (o.layout == TOA_LAYOUT_NONE)
		return true;
	if (err.anomaly != ANOMALY_NONE) {
		toa_remark(f, err.anomaly, off + err.off);
		return true;
	}
	one.kind = opt->kind;
	one.len = (uint8_t)(opt->len + TOA_OPT_HEAD);
	one.has_port = o.has_port;
	one.client = (struct endpoint) { ip_addr_unmap(&o.client.addr),
					 o.client.port };
	if (f->is_found)
		return toa_is_same(f, &one);
	one.err = f->err;
	*f = one;
	return true;
}

void toa_judge(const struct toa_kinds *kinds, const struct toa_segment *seg,
	       struct toa_finding *ret)
{
	const uint8_t *area = seg->opt;
	size_t left = seg->opt_len;
	struct wire_err err = { 0 };
	struct tcp_opt opt;
	enum wire_status st;

	*ret = (struct toa_finding) { 0 };
	for (;;) {
		size_t off = seg->opt_len - left;

		st = tcp_opt_next(&area, &left, &opt, &err);
		if (st != WIRE_OK) {
			/* TCP goes on without the rest, and so do we */
			if (st == WIRE_BAD)
				toa_remark(ret, err.anomaly, off + err.off);
			return;
		}
		if (!kinds->is_on[opt.kind])
			continue;
		if (!toa_judge_option(&opt, off, seg->place, ret)) {
			toa_contradict(ret, off);
			return;
		}
	}
}

void toa_merge(struct toa_finding *into, const struct toa_finding *next)
{
	struct wire_err first = into->err;

	if (first.anomaly == ANOMALY_TOA_CONTRARY)
		return;
	if (!into->is_found) {
		*into = *next;
		if (first.anomaly != ANOMALY_NONE &&
		    next->err.anomaly != ANOMALY_TOA_CONTRARY)
			into->err = first;
		return;
	}
	if (first.anomaly != ANOMALY_NONE)
		return;
	if (next->is_found && !toa_is_same(into, next))
		into->err = (struct wire_err) { ANOMALY_TOA_CONTRARY, 0 };
	else
		into->err = next->err;
}

const char *toa_place_name(uint8_t place)
{
	return place & TOA_PLACE_SYN   ? "syn"
	       : place & TOA_PLACE_ACK ? "ack"
				       : "data";
}

bool toa_kinds_add(struct toa_kinds *kinds, const char *text)
{
	for (;;) {
		size_t len = strcspn(text, ",");
		uint64_t kind;

		if (!str_u64(text, len, &kind) || kind <= TCP_OPT_TIMESTAMP ||
		    kind > UINT8_MAX)
			return false;
		kinds->is_on[kind] = true;
		if (!text[len])
			return true;
		text += len + 1;
	}
}
