/* SPDX-License-Identifier: BSD-2-Clause */
/* relay_table.c - slots: their making, their end, and its line in the log */
#include "relay_internal.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/sock.h"
#include "relay_fast.h"
#include "relay_fault.h"

int relay_open_spare(void)
{
	return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

struct relay_table *relay_table_new(struct worker *w, uint32_t cap)
{
	struct relay_table *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	if (cap > LOOP_SLOT_MAX)
		cap = LOOP_SLOT_MAX;
	t->cap = cap;
	t->free_head = SLOT_NONE;
	t->mover = w->cfg->splice == SPLICE_OFF	     ? &mover_copy
		   : w->cfg->splice == SPLICE_ALWAYS ? &mover_splice
						     : &mover_auto;
	t->spare_fd = relay_open_spare();
	/* calloc leaves untouched pages to the kernel: unused slots cost none
	 */
	t->slots = calloc(cap, sizeof(*t->slots));
	t->ready = calloc(cap, sizeof(*t->ready));
	t->env.scratch = malloc(MOVER_SCRATCH_BYTES);
	if (fault_any(&w->cfg->faults))
		t->faults = relay_fault_new(cap);
	if (w->fast)
		t->fast = relay_fast_new(w);
	if (!t->slots || !t->ready || !t->env.scratch ||
	    (fault_any(&w->cfg->faults) && !t->faults) ||
	    (w->fast && !t->fast)) {
		relay_table_free(t);
		return NULL;
	}
	stash_pool_init(&t->env.pool,
			w->cfg->buffer_bytes_max / w->cfg->n_threads);
	pipe_pool_init(&t->env.pipes, &t->env.pool, w->budget);
	wheel_init(&t->wheel, clock_ms());
	loop_on(&w->loop, EV_TCP_CLIENT, relay_on_client, w);
	loop_on(&w->loop, EV_TCP_ORIGIN, relay_on_origin, w);
	return t;
}

void relay_table_free(struct relay_table *t)
{
	if (!t)
		return;
	fd_close(&t->spare_fd);
	pipe_pool_fini(&t->env.pipes);
	free(t->env.scratch);
	free(t->faults);
	relay_fast_free(t->fast);
	free(t->ready);
	free(t->slots);
	free(t);
}

uint32_t relay_count(const struct relay_table *t)
{
	return t->n_used;
}

struct relay *relay_alloc(struct relay_table *t)
{
	struct relay *r;

	if (t->free_head != SLOT_NONE) {
		r = &t->slots[t->free_head];
		t->free_head = r->next_free;
	} else if (t->high < t->cap) {
		r = &t->slots[t->high++];
	} else {
		return NULL;
	}
	t->n_used++;
	/* the generation, and a place in the ready list, outlive the owner */
	*r = (struct relay) { .gen = r->gen, .is_ready = r->is_ready };
	r->leg[CLIENT].fd = -1;
	r->leg[ORIGIN].fd = -1;
	return r;
}

void relay_told(struct worker *w, struct relay *r)
{
	if (r->is_told)
		return;
	r->is_told = true;
	fwd_add(r->fwd, w->id, tally_header_id(r->fwd->rule->mode), 1);
}

/* What the API tells of the connection; CLOSE_NONE: it is open */
static void relay_record(struct worker *w, struct relay *r,
			 enum close_reason reason)
{
	const struct rule *rule = r->fwd->rule;
	struct live_connection *c;

	if (!w->records)
		return;
	c = records_find(w->records, RULE_TCP, r->session);
	if (!c)
		return;
	c->listen = r->vip;
	c->origin = (struct endpoint) { r->origin,
					rule_origin_port(rule, r->vip.port) };
	if (r->is_told && c->told.addr.family == IP_NONE)
		c->told = fault_any(&w->cfg->faults) ? relay_fault_told(w, r)
						     : r->client;
	c->up_bytes = r->leg[CLIENT].in_bytes;
	c->down_bytes = r->leg[ORIGIN].in_bytes;
	c->reason = close_reason_name(reason);
	c->end_wall_ms = reason == CLOSE_NONE ? 0 : clock_wall_ms();
}

void relay_refresh(struct worker *w, uint32_t slot, uint64_t session)
{
	struct relay *r = &w->relays->slots[slot];

	if (r->state == RELAY_FREE || r->session != session)
		return;
	relay_fast_sync(w, r);
	relay_record(w, r, CLOSE_NONE);
}

void relay_log(struct worker *w, struct relay *r, enum close_reason reason)
{
	struct leg *c = &r->leg[CLIENT], *o = &r->leg[ORIGIN];
	struct access_entry e;

	relay_fast_sync(w, r);
	e = (struct access_entry) {
		.fwd = r->fwd,
		.client = r->client,
		.vip = r->vip,
		.origin = r->origin,
		.session = r->session,
		.begin_wall_ms = r->begin_wall_ms,
		.from_client_bytes = c->in_bytes - c->logged_bytes,
		.to_client_bytes = o->in_bytes - o->logged_bytes,
		.reason = reason,
	};

	access_write(w->access, &e);
	relay_record(w, r, reason);
	c->logged_bytes = c->in_bytes;
	o->logged_bytes = o->in_bytes;
}

void relay_end(struct worker *w, struct relay *r, enum close_reason reason,
	       bool is_orderly)
{
	struct relay_table *t = w->relays;
	bool is_joined = relay_fast_end(w, r);
	int i;

	relay_log(w, r, reason);
	stat_add(&w->stats, is_orderly ? STAT_TCP_CLOSED : STAT_TCP_RESET, 1);
	for (i = CLIENT; i <= ORIGIN; i++) {
		owed_drop(&t->env, &r->leg[i].owed);
		if (is_orderly && !is_joined)
			fd_close(&r->leg[i].fd);
		else
			sock_reset(&r->leg[i].fd);
	}
	if (t->faults)
		relay_fault_end(t, r);
	if (relay_bulk_any(r))
		relay_bulk_forget(w, r);
	wheel_cancel(&t->wheel, &r->timer);
	fwd_add(r->fwd, w->id, LIVE_CONNS_OPEN, (uint64_t)-1);
	fwd_drop(r->fwd, w->id);
	budget_give(w->budget, 2);
	r->state = RELAY_FREE;
	r->gen++;
	r->next_free = t->free_head;
	t->free_head = relay_slot(t, r);
	t->n_used--;
}

void relay_end_all(struct worker *w)
{
	struct relay_table *t = w->relays;
	uint32_t i;

	for (i = 0; i < t->high; i++)
		if (t->slots[i].state != RELAY_FREE)
			relay_end(w, &t->slots[i], CLOSE_SHUTDOWN, false);
}
