/* SPDX-License-Identifier: BSD-2-Clause */
/* relay_bulk.c - wake for bulk no more often than it helps.
 *
 * Who sends pays for waking the proxy's thread, mostly when that sleeps on
 * another processor. Two kinds of wake-ups are left out.
 *
 * A leg that may not be read, because the other one takes nothing, is muted
 * once something arrives for it: what comes then is not told of. It is unmuted
 * when it has been read empty, and the kernel tells at once of what has come
 * in between.
 *
 * A direction that has been fast for BULK_BURST_BYTES brings bulk. While
 * BULK_STREAMS of them share a thread, that has other things to do than to move
 * each segment as it comes: SO_RCVLOWAT then asks for BULK_FILL_MS worth of
 * bytes at a time. The kernel wakes for the end of a stream, for a reset, and
 * when its window is full, all the same. For a single stream this is no gain:
 * its bytes would leave the caches before they are moved.
 *
 * What a sender leaves in the socket when it pauses would wait for ever. When
 * nothing was moved for BULK_WAIT_MS the bound goes, and comes again after
 * BULK_AGAIN_MS at the soonest: a stream is not held up for more than that.
 */
#include "relay_internal.h"

#include <sys/socket.h>

#include "base/sock.h"

#define BULK_STREAMS   2
#define BULK_FILL_MS   4
#define BULK_WAIT_MS   6
#define BULK_AGAIN_MS  250
#define BULK_PIECE_MIN (512U << 10)
#define BULK_PIECE_MAX (4U << 20)

static uint32_t bulk_now_ms(const struct worker *w)
{
	return (uint32_t)worker_now_ms(w);
}

static void leg_mute(struct worker *w, struct relay *r, enum side side,
		     bool is_mute)
{
	struct leg *leg = &r->leg[side];
	uint32_t events = RELAY_EVENTS_ALL;

	if (is_mute)
		events &= ~(uint32_t)EPOLLIN;
	if (!loop_mod(&w->loop, leg->fd, events,
		      side == CLIENT ? EV_TCP_CLIENT : EV_TCP_ORIGIN,
		      relay_slot(w->relays, r), r->gen))
		leg->flags = (leg->flags ^ LEG_MUTE) | LEG_OUT;
}

void relay_bulk_mute(struct worker *w, struct relay *r, enum side side)
{
	if (r->state == RELAY_OPEN && !fault_any(&w->cfg->faults) &&
	    !(r->leg[!side].flags & LEG_WR))
		leg_mute(w, r, side, true);
}

void relay_bulk_unmute(struct worker *w, struct relay *r, enum side side)
{
	leg_mute(w, r, side, false);
}

/* What arrives in BULK_FILL_MS; 0: too little to wait for */
static uint32_t bulk_piece_bytes(uint32_t bytes, uint32_t elapsed_ms)
{
	uint32_t piece = bytes / (elapsed_ms ? elapsed_ms : 1) * BULK_FILL_MS;

	if (piece < BULK_PIECE_MIN)
		return 0;
	return piece < BULK_PIECE_MAX ? piece : BULK_PIECE_MAX;
}

static void leg_set_bulk(struct worker *w, struct leg *f, bool is_bulk)
{
	if (!(f->flags & LEG_BULK) == !is_bulk)
		return;
	f->flags ^= LEG_BULK;
	if (is_bulk)
		w->relays->n_bulk++;
	else
		w->relays->n_bulk--;
}

/* Without the bound the socket tells at once of what waits in it. */
static void leg_set_piece(struct worker *w, struct leg *f, uint32_t piece)
{
	uint32_t now_ms = bulk_now_ms(w);

	if (!(f->flags & LEG_LONG) == !piece)
		return;
	if (piece && now_ms - f->bulk.end_ms < BULK_AGAIN_MS)
		return;
	if (sock_set_int(f->fd, SOL_SOCKET, SO_RCVLOWAT,
			 piece ? (int)piece : 1))
		return;
	f->flags ^= LEG_LONG;
	if (piece)
		stat_add(&w->stats, STAT_TCP_LONG_READS, 1);
	else
		f->bulk.end_ms = now_ms;
}

void relay_bulk_burst(struct worker *w, struct relay *r, struct leg *f)
{
	uint32_t now_ms = bulk_now_ms(w);
	uint32_t bytes = (uint32_t)f->in_bytes - f->bulk.from_bytes;
	bool was_bulk = f->flags & LEG_BULK;
	uint32_t piece;

	f->bulk.moved_ms = now_ms;
	if (r->state != RELAY_OPEN)
		return;
	piece = bulk_piece_bytes(bytes, now_ms - f->bulk.from_ms);
	f->bulk.from_bytes = (uint32_t)f->in_bytes;
	f->bulk.from_ms = now_ms;
	leg_set_bulk(w, f, piece);
	if (w->relays->n_bulk < BULK_STREAMS)
		piece = 0;
	leg_set_piece(w, f, piece);
	if (!was_bulk && f->flags & LEG_BULK)
		relay_arm_open(w, r);
}

uint64_t relay_bulk_end_ms(const struct worker *w, const struct relay *r)
{
	uint64_t now_ms = worker_now_ms(w), due_ms = UINT64_MAX;
	int i;

	for (i = CLIENT; i <= ORIGIN; i++) {
		const struct leg *f = &r->leg[i];
		uint32_t since_ms = (uint32_t)now_ms - f->bulk.moved_ms;
		uint64_t end_ms = now_ms - since_ms + BULK_WAIT_MS;

		if (f->flags & LEG_BULK && end_ms < due_ms)
			due_ms = end_ms;
	}
	return due_ms;
}

void relay_bulk_timer(struct worker *w, struct relay *r)
{
	int i;

	for (i = CLIENT; i <= ORIGIN; i++) {
		struct leg *f = &r->leg[i];

		if (bulk_now_ms(w) - f->bulk.moved_ms < BULK_WAIT_MS)
			continue;
		leg_set_bulk(w, f, false);
		leg_set_piece(w, f, 0);
	}
}

void relay_bulk_forget(struct worker *w, struct relay *r)
{
	leg_set_bulk(w, &r->leg[CLIENT], false);
	leg_set_bulk(w, &r->leg[ORIGIN], false);
}
