/* SPDX-License-Identifier: BSD-2-Clause */
/* udp_fault.c - see udp_fault.h */
#include "udp_fault.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"

/* clients met before, one bit each by a hash: a fault may err */
#define FAULT_SEEN_BITS	  65536U
#define FAULT_OTHER_MS	  100
#define FAULT_DGRAM_BYTES (FAULT_HEADER_MAX + UDP_DATAGRAM_MAX)

/* @held: COALESCE: the datagram that waits for the next one of session
 *	  @held_slot in generation @held_gen; @held_len 0: none
 */
struct udp_fault {
	uint8_t seen[FAULT_SEEN_BITS / 8];
	uint32_t held_slot, held_gen, held_len;
	uint8_t held[UDP_DATAGRAM_MAX];
	uint8_t out[FAULT_DGRAM_BYTES];
};

struct udp_fault *udp_fault_new(void)
{
	return calloc(1, sizeof(struct udp_fault));
}

void udp_fault_free(struct udp_fault *f)
{
	free(f);
}

/* Was @s's client met before this session? Remembers it. */
static bool fault_has_met(struct udp_fault *f, const struct udp_session *s)
{
	const struct endpoint *c = &s->key.client;
	uint32_t h = crc32c(c->port, c->addr.bytes, sizeof(c->addr.bytes)) %
		     FAULT_SEEN_BITS;
	bool is_met = f->seen[h / 8] >> (h % 8) & 1;

	f->seen[h / 8] |= (uint8_t)(1U << (h % 8));
	return is_met;
}

static struct fault_flow fault_flow_of(struct worker *w,
				       const struct udp_session *s)
{
	const struct udp_table *t = w->udp;
	struct fault_flow f = {
		.mode = s->fwd->rule->mode,
		.proto = RULE_UDP,
		.client = s->key.client,
		.vip = s->key.vip,
		.origin = { s->origin,
			    rule_origin_port(s->fwd->rule, s->key.vip.port) },
	};
	uint32_t i;

	for (i = 0; i < t->high; i++)
		if (t->slots[i].fd >= 0 && &t->slots[i] != s &&
		    t->slots[i].active_ms + FAULT_OTHER_MS >= worker_now_ms(w))
			f.other = t->slots[i].key.client;
	return f;
}

struct endpoint udp_fault_told(struct worker *w, const struct udp_session *s)
{
	struct fault_flow f = fault_flow_of(w, s);

	fault_told(&w->cfg->faults, &f);
	return f.client;
}

static void fault_send(struct worker *w, const struct udp_session *s,
		       const uint8_t *data, size_t len)
{
	if (send(s->fd, data, len, MSG_NOSIGNAL) < 0)
		stat_add(&w->stats, STAT_UDP_DROPPED, 1);
	else
		stat_add(&w->stats, STAT_UDP_UP, 1);
}

/* Is datagram @n of the session one that carries a header? */
static bool fault_wants_header(struct worker *w, struct udp_session *s,
			       uint32_t n)
{
	const struct fault_set *f = &w->cfg->faults;
	bool is_met = !n && fault_has_met(w->udp->fault, s);

	if (s->fwd->rule->mode == MODE_SPP)
		return !n || !fault_is_on(f, FAULT_FIRST_ONLY);
	if (s->fwd->rule->mode != MODE_PPV2)
		return false;
	if (is_met && fault_is_on(f, FAULT_NO_REINTRODUCE))
		return false;
	return n == (fault_is_on(f, FAULT_LATE) ? 1 : 0) ||
	       w->cfg->udp_header == UDP_HEADER_EVERY;
}

/* Hold the datagram back, or put the held one before it in f->out + @at.
 * Return: bytes now at f->out + @at; 0 if it is held
 */
static size_t fault_coalesce(struct worker *w, const struct udp_session *s,
			     size_t at, const uint8_t *data, size_t len)
{
	struct udp_fault *f = w->udp->fault;
	uint32_t slot = udp_slot(w->udp, s);
	size_t n = 0;

	if (!f->held_len || f->held_slot != slot || f->held_gen != s->gen) {
		memcpy(f->held, data, len);
		f->held_len = (uint32_t)len;
		f->held_slot = slot;
		f->held_gen = s->gen;
		return 0;
	}
	if (f->held_len + len <= UDP_DATAGRAM_MAX) {
		n = f->held_len;
		memcpy(f->out + at, f->held, n);
	}
	memcpy(f->out + at + n, data, len);
	f->held_len = 0;
	return n + len;
}

/* Send the datagram of @hdr_len + @len bytes in f->out, in one or two. */
static void fault_send_out(struct worker *w, const struct udp_session *s,
			   size_t hdr_len, size_t len)
{
	const struct fault_set *set = &w->cfg->faults;
	const uint8_t *out = w->udp->fault->out;
	size_t cut = 0;

	if (fault_is_on(set, FAULT_SPLIT) && set->arg[FAULT_SPLIT] < hdr_len)
		cut = set->arg[FAULT_SPLIT];
	if (fault_is_on(set, FAULT_APART))
		cut = hdr_len;
	if (fault_is_on(set, FAULT_SPLIT_DATAGRAM))
		cut = hdr_len + len / 2;
	if (cut)
		fault_send(w, s, out, cut);
	if (hdr_len && fault_is_on(set, FAULT_HEADER_ONLY)) {
		fault_send(w, s, out, hdr_len);
		return;
	}
	fault_send(w, s, out + cut, hdr_len + len - cut);
	if (fault_is_on(set, FAULT_DUP_DATAGRAM))
		fault_send(w, s, out + cut, hdr_len + len - cut);
}

void udp_fault_up(struct worker *w, struct udp_session *s, const uint8_t *data,
		  size_t len)
{
	const struct fault_set *set = &w->cfg->faults;
	struct fault_flow flow = fault_flow_of(w, s);
	struct udp_fault *f = w->udp->fault;
	uint32_t n = s->n_up++;
	size_t hdr_len = 0;
	bool is_forged;

	s->up_bytes += len;
	fwd_add(s->fwd, w->id, LIVE_BYTES_UP, len);
	if (fault_wants_header(w, s, n)) {
		hdr_len = fault_header(set, &flow, f->out);
		udp_told(w, s);
	}
	is_forged = fault_is_on(set, FAULT_BELIEVE_CLIENT) &&
		    fault_is_forged(data, len);
	if (is_forged)
		hdr_len = 0;
	if (!n && fault_is_on(set, FAULT_DROP_FIRST))
		return;
	if (hdr_len + len > FAULT_DGRAM_BYTES)
		return;
	if (fault_is_on(set, FAULT_COALESCE)) {
		len = fault_coalesce(w, s, hdr_len, data, len);
		if (!len) {
			/* the header waits too */
			s->n_up = n;
			return;
		}
	} else {
		memcpy(f->out + hdr_len, data, len);
	}
	if (fault_is_on(set, FAULT_CORRUPT) && set->arg[FAULT_CORRUPT] < len)
		f->out[hdr_len + set->arg[FAULT_CORRUPT]] ^= 1;
	if (fault_is_on(set, FAULT_LOSE) && len)
		len--;
	fault_send_out(w, s, hdr_len, len);
}

int udp_fault_strip(struct worker *w, uint8_t *data, size_t len, int strip)
{
	const struct fault_set *set = &w->cfg->faults;

	if (strip < 0 || fault_is_on(set, FAULT_LOSE_REPLIES))
		return -1;
	if (fault_is_on(set, FAULT_CORRUPT_DOWN) &&
	    (size_t)strip + set->arg[FAULT_CORRUPT_DOWN] < len)
		data[(size_t)strip + set->arg[FAULT_CORRUPT_DOWN]] ^= 1;
	return fault_is_on(set, FAULT_NO_STRIP) ? 0 : strip;
}
