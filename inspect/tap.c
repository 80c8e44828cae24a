/* SPDX-License-Identifier: BSD-2-Clause */
/* tap.c - see tap.h; the hash is FNV-1a */
#include "tap.h"

#include "flow.h"
#include "wire/ip.h"
#include "wire/tcp.h"

#define TAP_SEED  0xcbf29ce484222325ULL
#define TAP_PRIME 0x100000001b3ULL

static const uint32_t tap_marks[TAP_MARKS] = { 16, 64, 256, TAP_MAX };

static void tap_feed(struct tap_dir *d, const uint8_t *p, uint32_t len)
{
	unsigned m = 0;
	uint32_t i;

	if (len > TAP_MAX - d->len)
		len = TAP_MAX - d->len;
	if (!d->len)
		d->hash = TAP_SEED;
	while (m < TAP_MARKS && tap_marks[m] <= d->len)
		m++;
	for (i = 0; i < len; i++) {
		d->hash = (d->hash ^ p[i]) * TAP_PRIME;
		d->len++;
		if (m < TAP_MARKS && d->len == tap_marks[m])
			d->mark[m++] = d->hash;
	}
}

/* tap_start() - where the talk begins; false as long as that is open */
static bool tap_start(struct tap_dir *d, const struct find *f, unsigned side)
{
	if (d->has_start)
		return true;
	if (side == FLOW_CLIENT && f->state == FIND_FOUND) {
		if (!f->is_done)
			return false;
		d->start = f->next;
	} else if (side == FLOW_CLIENT && f->state == FIND_WAIT) {
		return false;
	}
	d->has_start = true;
	return true;
}

static void tap_segment(struct tap_dir *d, const struct flow_dir *from,
			unsigned side, const struct packet *pkt)
{
	int64_t off = (int32_t)(pkt->seq - from->seq0);
	int64_t skip;

	if (tap_start(d, &from->find, side)) {
		skip = (int64_t)d->start + d->len - off;
		if (skip >= 0 && skip < pkt->cap_len)
			tap_feed(d, pkt->payload + skip,
				 pkt->cap_len - (uint32_t)skip);
	}
	d->is_whole = from->has_fin && from->find.fin_off == d->start + d->len;
}

static void tap_datagram(struct tap_dir *d, const struct config *cfg,
			 const struct packet *pkt)
{
	struct pp_hdr h;
	struct wire_err err;
	uint32_t skip = 0;

	if (d->is_cut)
		return;
	d->is_cut = pkt->cap_len < pkt->len;
	if (hdr_decode_datagram(cfg->mode, pkt->payload, pkt->cap_len,
				cfg->hdr_max, &h, &err) == WIRE_OK)
		skip = h.hdr_len;
	tap_feed(d, pkt->payload + skip, pkt->cap_len - skip);
}

void tap_packet(struct tap **t, const struct flow *fl, unsigned side,
		const struct config *cfg, struct budget *b,
		const struct packet *pkt)
{
	struct tap *s = *t;

	if ((!pkt->len && !(pkt->flags & TCP_F_FIN)) ||
	    pkt->flags & TCP_F_RST || find_is_bad_csum(cfg, pkt))
		return;
	if (!s) {
		s = budget_alloc(b, sizeof(*s));
		if (!s)
			return;
		*s = (struct tap) { 0 };
		*t = s;
	}
	if (pkt->proto == IP_PROTO_UDP)
		tap_datagram(&s->dir[side], cfg, pkt);
	else
		tap_segment(&s->dir[side], &fl->dir[side], side, pkt);
}

void tap_fini(struct tap **t, struct budget *b)
{
	budget_free(b, *t, sizeof(**t));
	*t = NULL;
}

int tap_compare(const struct tap_dir *a, const struct tap_dir *b)
{
	uint32_t min = a->len < b->len ? a->len : b->len;
	int same = 0;
	unsigned m;

	for (m = 0; m < TAP_MARKS && tap_marks[m] <= min; m++) {
		if (a->mark[m] != b->mark[m])
			return -1;
		same = (int)tap_marks[m];
	}
	if (a->len == b->len && a->hash == b->hash)
		return (int)a->len;
	if (a->len == b->len)
		return -1;
	/* one has ended, and the other has more to say */
	if ((a->is_whole && b->len > a->len) ||
	    (b->is_whole && a->len > b->len))
		return -1;
	return same;
}

uint64_t tap_key(const struct tap_dir *d)
{
	if (d->len >= tap_marks[0])
		return d->mark[0];
	return d->is_whole && d->len ? d->hash : 0;
}
