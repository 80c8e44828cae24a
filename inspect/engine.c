/* SPDX-License-Identifier: BSD-2-Clause */
/* engine.c - see engine.h */
#include "engine_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "wire/ip.h"
#include "wire/tcp.h"

/* packets that go one step together, and the steps (engine_frames()) */
#define ENGINE_BATCH ((size_t)16)
#define ENGINE_STEPS 4U
/* of a packet that is to be looked at: the processor fetches the rest itself */
#define ENGINE_FETCH 512
/* the byte of a TCP header that has SYN, FIN and RST */
#define ENGINE_TCP_FLAGS 13

/* engine_make() - @flows at a time, @whole of them whole.
 * @seed: NULL for one of its own
 */
static int engine_make(const struct config *cfg, uint32_t flows, uint32_t whole,
		       const struct key_seed *seed, struct engine **ret)
{
	struct engine *en = calloc(1, sizeof(*en));

	if (!en)
		return -ENOMEM;
	en->cfg = cfg;
	en->want_order = true;
	en->now_ns = FRAME_NO_TIME;
	en->bad_link = -1;
	en->idle_ns = (int64_t)cfg->idle_ms * 1000000;
	/* facts.c compares whole milliseconds */
	en->gap_ns = ((int64_t)cfg->udp_idle_ms - 1) * 1000000;
	if (en->gap_ns > ENGINE_LINGER_NS)
		en->gap_ns = ENGINE_LINGER_NS;
	if (en->gap_ns > en->idle_ns)
		en->gap_ns = en->idle_ns;
	en->early_span = ENGINE_EARLY_SPAN;
	en->budget.max_bytes = cfg->max_memory_bytes;
	en->fast.tunnels = cfg->decode;
	/* Without entropy it still works, only guessable. */
	if (seed)
		en->fast.seed = *seed;
	else if (getrandom(&en->fast.seed, sizeof(en->fast.seed),
			   GRND_NONBLOCK) < 0)
		en->fast.seed = (struct key_seed) { { 1, 2, 3, 4, 5 } };
	if (table_init(&en->table, flows, &en->fast.seed) != 0 ||
	    pool_new(whole < flows ? whole : flows, &en->pool) != 0 ||
	    decoder_new(&en->fast.tunnels, &en->decoder) != 0) {
		engine_free(en);
		return -ENOMEM;
	}
	*ret = en;
	return 0;
}

int engine_new(const struct config *cfg, struct engine **ret)
{
	return engine_make(cfg, cfg->max_flows, ENGINE_POOL_MAX, NULL, ret);
}

void engine_share(struct engine *en)
{
	pool_limit(en->pool, ENGINE_POOL_SHARED);
}

int engine_new_trial(const struct engine *of, uint32_t flows, uint32_t whole,
		     struct engine **ret)
{
	struct engine *en = NULL;
	int r = engine_make(of->cfg, flows, ENGINE_TRIAL_POOL, &of->fast.seed,
			    &en);

	if (r)
		return r;
	/* Nothing that is only counted may come to be another flow's. */
	en->gap_ns -= TRIAL_DISORDER_NS;
	en->early_span = ENGINE_EARLY_SPAN / 2;
	en->budget.max_bytes = of->cfg->max_memory_bytes / ENGINE_TRIAL_SHARE;
	en->trial = trial_new(flows, whole, &en->table);
	if (!en->trial) {
		engine_free(en);
		return -ENOMEM;
	}
	*ret = en;
	return 0;
}

void engine_skipped(struct entry *e, struct flow *fl)
{
	unsigned end;

	for (end = 0; end < 2; end++) {
		struct entry_skip *s = &e->skip[end];
		bool is_client = end == !!(e->state & ENTRY_B_IS_CLIENT);

		if (!s->packets)
			continue;
		flow_skip(fl, is_client ? FLOW_CLIENT : FLOW_ORIGIN, s->packets,
			  s->bytes, s->payloads);
		*s = (struct entry_skip) { 0 };
	}
	fl->last_frame = e->last_frame;
	fl->last_ns = e->last_ns;
	facts_skip(&fl->facts, fl);
}

struct flow *engine_wake(struct engine *en, struct entry *e)
{
	struct flow *fl = pool_wake(en->pool, e);

	if (fl)
		engine_skipped(e, fl);
	return fl;
}

static bool engine_is_answer(const struct packet *pkt)
{
	return (pkt->flags & (TCP_F_SYN | TCP_F_ACK)) ==
	       (TCP_F_SYN | TCP_F_ACK);
}

/* engine_begin() - a new flow of @pkt in @e, which has none.
 * @from_b: @pkt was sent by end b
 */
static struct flow *engine_begin(struct engine *en, struct entry *e,
				 const struct packet *pkt, bool from_b)
{
	bool is_answer = engine_is_answer(pkt);
	struct flow *fl = pool_add(en->pool, e);

	if (!fl)
		return NULL;
	e->state = ENTRY_USED | ENTRY_IS_WARM;
	if (from_b != is_answer)
		e->state |= ENTRY_B_IS_CLIENT;
	fl->proto = pkt->proto;
	fl->tunnel = pkt->tunnel;
	fl->id = ++en->flow_count;
	fl->first_frame = pkt->frame;
	fl->first_ns = pkt->ts_ns;
	fl->dir[is_answer ? FLOW_ORIGIN : FLOW_CLIENT].end = pkt->src;
	fl->dir[is_answer ? FLOW_CLIENT : FLOW_ORIGIN].end = pkt->dst;
	return fl;
}

/* engine_new_flow() - Return: NULL, counted, if there is no memory */
static struct flow *engine_new_flow(struct engine *en, const struct digest *d,
				    const struct packet *pkt,
				    struct entry **ret_entry)
{
	struct flow *fl = NULL;
	struct entry *e;

	/* A trial has no past to sweep; it stops before its table is full. */
	if (!en->trial) {
		engine_sweep(en);
		if (en->table.count == en->table.max)
			engine_evict(en);
	}
	e = table_add(&en->table, &d->key, d->hash);
	if (e) {
		fl = engine_begin(en, e, pkt, d->flags & FAST_FLIP);
		if (!fl)
			table_remove(&en->table, e);
	}
	if (!fl)
		en->tally.flows_refused++;
	*ret_entry = e;
	return fl;
}

static enum flow_side engine_side(const struct entry *e, bool from_b)
{
	return from_b == !!(e->state & ENTRY_B_IS_CLIENT) ? FLOW_CLIENT
							  : FLOW_ORIGIN;
}

/* engine_instead() - of a trial: a flow of the key of @e, whose flow is over */
static struct flow *engine_instead(struct engine *en, struct entry *e,
				   const struct digest *d,
				   const struct packet *pkt,
				   struct entry **ret_entry)
{
	struct flow *fl;

	en->trial->has_hidden = true;
	table_hide(&en->table, e);
	fl = engine_new_flow(en, d, pkt, ret_entry);
	if (fl)
		trial_instead(en->trial, *ret_entry);
	return fl;
}

/* engine_entry() - the entry of the packet's key, which nearly always is @near.
 * A key stands in one entry, so that it is the one if it is in use.
 */
static inline struct entry *engine_entry(const struct engine *en,
					 struct entry *near,
					 const struct digest *d)
{
	if (near && near->state & ENTRY_USED && key_eq(&near->key, &d->key))
		return near;
	return table_find(&en->table, &d->key, d->hash);
}

/* engine_flow() - the flow that @pkt belongs to, begun if it is new.
 * @near: where its entry may be, or NULL
 */
static struct flow *engine_flow(struct engine *en, const struct digest *d,
				const struct packet *pkt, struct entry *near,
				struct entry **ret_entry)
{
	bool from_b = d->flags & FAST_FLIP;
	struct entry *e = engine_entry(en, near, d);
	struct flow *fl;

	if (!e)
		return engine_new_flow(en, d, pkt, ret_entry);
	*ret_entry = e;
	if (en->trial && e->state & ENTRY_IS_BLANK)
		return engine_instead(en, e, d, pkt, ret_entry);
	if (en->trial)
		trial_close(en->trial, e);
	fl = engine_wake(en, e);
	if (fl && !engine_is_gone(en, e, pkt->ts_ns)) {
		if (en->trial && engine_is_gone(en, e, en->now_ns))
			en->trial->is_void = true;
		if (!flow_is_reused(fl, engine_side(e, from_b), pkt))
			return fl;
		if (!en->trial)
			fl->is_over = true;
	}
	if (fl && en->trial)
		return engine_instead(en, e, d, pkt, ret_entry);
	if (fl) {
		engine_finish(en, e);
		fl = engine_begin(en, e, pkt, from_b);
		if (!fl)
			table_remove(&en->table, e);
	}
	if (!fl)
		en->tally.flows_refused++;
	return fl;
}

/* engine_note() - what the entry has to know after @pkt */
static void engine_note(struct entry *e, const struct flow *fl,
			const struct packet *pkt)
{
	static const uint32_t quiet = ENTRY_QUIET_ACK_A | ENTRY_QUIET_ACK_B |
				      ENTRY_QUIET_DATA_A | ENTRY_QUIET_DATA_B |
				      ENTRY_EARLY_A | ENTRY_EARLY_B;
	uint32_t state = e->state & ~quiet;
	unsigned end;

	for (end = 0; end < 2; end++) {
		enum flow_side side = engine_side(e, end);
		struct flow_quiet q = flow_quiet(fl, side);

		if (q.ack)
			state |= (uint32_t)ENTRY_QUIET_ACK_A << end;
		if (q.data)
			state |= (uint32_t)ENTRY_QUIET_DATA_A << end;
		if (q.has_early)
			state |= (uint32_t)ENTRY_EARLY_A << end;
		e->early[end] = q.early;
	}
	if (pkt->len || pkt->proto == IP_PROTO_UDP)
		state |= ENTRY_HAS_DATA;
	if (fl->is_reset ||
	    (fl->dir[FLOW_CLIENT].has_fin && fl->dir[FLOW_ORIGIN].has_fin))
		state |= ENTRY_IS_CLOSED;
	e->state = (uint16_t)state;
	e->last_frame = fl->last_frame & ENTRY_FRAME;
	e->last_ns = fl->last_ns;
}

/* engine_defer_odd() - engine_defer() for what fast_decode() does not know */
static bool engine_defer_odd(struct engine *en, const struct packet *pkt,
			     const struct digest *d)
{
	struct entry *e;

	if (!(d->flags & FAST_SLOW) || pkt->flags & TCP_F_SYN)
		return false;
	e = table_find(&en->table, &d->key, d->hash);
	if (!e || !(e->state & ENTRY_IS_BLANK))
		return false;
	trial_defer(en->trial, e, d, en->now_ns,
		    pkt->frag_count ? TRIAL_FRAG : 0);
	return true;
}

/* engine_packet() - a packet that may bring its flow something new.
 * @near: where its entry may be, or NULL
 */
static void engine_packet(struct engine *en, const struct packet *pkt,
			  const struct digest *d, struct entry *near)
{
	struct entry *e = NULL;
	struct flow *fl;

	if (en->trial && engine_defer_odd(en, pkt, d))
		return;
	fl = engine_flow(en, d, pkt, near, &e);
	if (!fl)
		return;
	flow_add(fl, engine_side(e, d->flags & FAST_FLIP), en->cfg, &en->budget,
		 pkt, pkt->frame);
	engine_note(e, fl, pkt);
	if (!en->trial)
		return;
	/* Only a SYN says for certain that nothing came before. */
	if (fl->first_frame == pkt->frame && !fl->dir[FLOW_CLIENT].has_syn)
		e->state |= ENTRY_IS_UNSURE;
	trial_note(en->trial, e, d, en->now_ns,
		   pkt->frag_count ? TRIAL_FRAG : 0);
}

/* engine_odd() - a packet that fast_decode() does not know */
static void engine_odd(struct engine *en, const struct packet *pkt)
{
	struct digest d = { .ts_ns = pkt->ts_ns };

	fast_key(&en->fast, pkt, &d);
	d.flags |= FAST_SLOW;
	engine_packet(en, pkt, &d, NULL);
}

void engine_lost(struct engine *en, int64_t ns)
{
	struct packet pkt;

	if (decoder_is_empty(en->decoder))
		return;
	while (decode_lost(en->decoder, ns, en->cfg->want_csum, &pkt)) {
		if (en->trial)
			en->trial->is_void = true;
		engine_odd(en, &pkt);
	}
}

/* engine_look() - a frame that has to be decoded in full */
static void engine_look(struct engine *en, const struct frame *f)
{
	struct tally *t = &en->tally;
	enum decode_result r;
	struct wire_err err;
	struct packet pkt;

	engine_lost(en, f->ts_ns);
	r = decode_frame(en->decoder, f, en->cfg->want_csum, &pkt, &err);
	if (en->trial && r == DECODE_OK && pkt.tunnel) {
		/* tunnels are known by where one decoder keeps them */
		en->trial->is_stopped = true;
		en->trial->is_void |= pkt.frag_count != 0;
		return;
	}
	t->frame[r]++;
	if (r == DECODE_MALFORMED && err.anomaly == ANOMALY_NET_LINK_TYPE)
		en->bad_link = f->link;
	if (r == DECODE_MALFORMED && t->anomaly == ANOMALY_NONE) {
		t->anomaly = err.anomaly;
		t->anomaly_frame = f->number;
	}
	if (r == DECODE_OK)
		engine_odd(en, &pkt);
}

/* engine_may_skip() - is the packet of a kind that @state allows to be counted
 * only?
 */
static inline bool engine_may_skip(uint32_t state, uint32_t flags)
{
	static_assert(FAST_FLIP == 2 && FAST_DATA == 4 &&
			      ENTRY_QUIET_ACK_B == 1 << 1 &&
			      ENTRY_QUIET_DATA_A == 1 << 2,
		      "end and payload count to four in both");

	return !(flags & (FAST_LOUD | FAST_SLOW)) &&
	       state >> flags / FAST_FLIP & 1;
}

/* engine_is_near() - is the packet where, and when, others of its kind are? */
static inline bool engine_is_near(const struct engine *en,
				  const struct entry *e, const struct digest *d)
{
	unsigned end = d->flags / FAST_FLIP & 1;

	if ((int64_t)((uint64_t)d->ts_ns - (uint64_t)e->last_ns) >= en->gap_ns)
		return false;
	if (d->flags & FAST_DATA && e->state & (uint32_t)ENTRY_EARLY_A << end &&
	    d->seq - e->early[end] >= en->early_span)
		return false;
	return entry_has_room(&e->skip[end]);
}

/* engine_fetch() - a packet whose entry may be @e: if it will be looked at, its
 * flow, and what is summed of it
 */
static inline void engine_fetch(const struct entry *e, const struct frame *f,
				const struct digest *d)
{
	size_t i;

	if (!e || !(e->state & ENTRY_USED) ||
	    engine_may_skip(e->state, d->flags))
		return;
	if (!(e->state & ENTRY_IS_PACKED))
		engine_fetch_flow(e);
	for (i = 0; i < f->cap_len && i < ENGINE_FETCH; i += ENGINE_LINE)
		__builtin_prefetch(f->data + i);
}

/* engine_loud() - a packet that is more than a number.
 * @near: where its entry may be, or NULL
 */
static void engine_loud(struct engine *en, const struct frame *f,
			const struct digest *d, struct entry *near)
{
	struct packet pkt;

	if (d->flags & FAST_SLOW) {
		engine_look(en, f);
		return;
	}
	en->tally.frame[DECODE_OK]++;
	engine_lost(en, f->ts_ns);
	fast_packet(f, d, &pkt);
	if (flow_needs_csum(en->cfg, &pkt))
		fast_check(d, &pkt);
	engine_packet(en, &pkt, d, near);
}

/* engine_is_ordered() - of a trial: is a frame of @ns not too old? */
static bool engine_is_ordered(struct engine *en, int64_t ns)
{
	struct trial *t = en->trial;

	if (ns < t->min_ns)
		t->min_ns = ns;
	t->is_stopped = (uint64_t)en->now_ns - (uint64_t)ns >
			(uint64_t)TRIAL_DISORDER_NS;
	return !t->is_stopped;
}

/* engine_clock() - the packet's time. Return: false if a trial ends before it
 */
static inline bool engine_clock(struct engine *en, int64_t ns)
{
	if (ns > en->now_ns)
		en->now_ns = ns;
	else if (en->trial)
		return engine_is_ordered(en, ns);
	return true;
}

/* engine_count() - @e: its entry, or NULL. @data: its frame, for trials
 * Return: false if it is not enough to count it
 */
static inline bool engine_count(struct engine *en, struct entry *e,
				const struct digest *d, const uint8_t *data,
				uint64_t number)
{
	struct entry_skip *s;

	if (!e || !engine_may_skip(e->state, d->flags) ||
	    !engine_is_near(en, e, d))
		return false;
	if (e->state & ENTRY_IS_UNSURE && d->flags & FAST_DATA)
		trial_count(en->trial, e, d, data, en->now_ns, number);
	s = &e->skip[d->flags / FAST_FLIP & 1];
	s->packets++;
	s->bytes += d->len;
	s->payloads += d->flags / FAST_DATA & 1;
	e->last_ns = d->ts_ns;
	e->last_frame = number & ENTRY_FRAME;
	return true;
}

/* engine_defer() - a packet of a stream that began before the trial is counted,
 * or noted, and not looked at. Return: false if it is no such packet
 */
static bool engine_defer(struct engine *en, const struct frame *f,
			 const struct digest *d)
{
	struct trial *t = en->trial;
	struct entry *e;

	if (d->flags & FAST_SLOW || d->key.where & KEY_UDP ||
	    f->data[d->off + ENGINE_TCP_FLAGS] & TCP_F_SYN)
		return false;
	e = table_find(&en->table, &d->key, d->hash);
	if (e ? !(e->state & ENTRY_IS_BLANK) : t->is_wary)
		return false;
	if (!e) {
		e = table_add(&en->table, &d->key, d->hash);
		if (!e)
			return false;
		trial_blank(e, d);
	}
	en->tally.frame[DECODE_OK]++;
	engine_lost(en, d->ts_ns);
	trial_defer(t, e, d, en->now_ns,
		    !(d->flags & FAST_LOUD) && engine_is_near(en, e, d)
			    ? TRIAL_COUNTED
			    : 0);
	return true;
}

/* engine_try() - engine_loud() in a trial. Return: false if it ends before @f
 */
static bool engine_try(struct engine *en, const struct frame *f,
		       const struct digest *d)
{
	struct trial *t = en->trial;

	if (!trial_has_room(t))
		t->is_stopped = true;
	t->frame = f;
	if (!t->is_stopped && !engine_defer(en, f, d))
		engine_loud(en, f, d, NULL);
	if (!t->is_stopped)
		return true;
	t->stop_number = f->number;
	t->stop_data = f->data;
	return false;
}

bool engine_again(struct engine *en, const struct digest *d, uint64_t number,
		  const struct frame *f)
{
	if (!f)
		return engine_clock(en, d->ts_ns) &&
		       engine_count(en, engine_entry(en, NULL, d), d, NULL,
				    number);
	engine_loud(en, f, d, NULL);
	return true;
}

/* Frames on their way through engine_frames(); @near: for each of the batches
 * that are under way where their entries may be
 */
struct engine_run {
	struct frame *frame;
	const struct digest *digest;
	struct entry *near[ENGINE_STEPS][ENGINE_BATCH];
};

/* engine_near() - where the entries of some packets may be, and fetch them */
static inline void engine_near(const struct engine *en, struct engine_run *r,
			       size_t lo, size_t hi)
{
	struct entry **near = r->near[lo / ENGINE_BATCH % ENGINE_STEPS];
	/* a copy: what is written here cannot change it */
	const struct table t = en->table;
	size_t i;

	for (i = lo; i < hi; i++) {
		struct entry *e = table_near(&t, r->digest[i].hash);

		*near++ = e;
		if (!e)
			continue;
		__builtin_prefetch(e, 1);
	}
}

static inline void engine_ahead(struct engine_run *r, size_t lo, size_t hi)
{
	struct entry **near = r->near[lo / ENGINE_BATCH % ENGINE_STEPS];
	size_t i;

	for (i = lo; i < hi; i++)
		engine_fetch(*near++, &r->frame[i], &r->digest[i]);
}

static inline void engine_batch(struct engine *en, struct engine_run *r,
				size_t lo, size_t hi)
{
	struct entry **near = r->near[lo / ENGINE_BATCH % ENGINE_STEPS];
	uint64_t number = r->frame->number;
	uint64_t in_file = r->frame->in_file;
	uint64_t loud = 0;
	size_t i;

	for (i = lo; i < hi; i++) {
		const struct digest *d = &r->digest[i];
		struct frame *f = &r->frame[i];
		struct entry *e = *near++;

		if (engine_clock(en, d->ts_ns) &&
		    !(d->flags & (FAST_LOUD | FAST_SLOW))) {
			e = engine_entry(en, e, d);
			if (engine_count(en, e, d, f->data, number + i))
				continue;
		}
		f->number = number + i;
		f->in_file = in_file + i;
		if (!en->trial) {
			engine_loud(en, f, d, e);
		} else if (!engine_try(en, f, d)) {
			hi = i;
			break;
		}
		loud++;
	}
	en->tally.frame[DECODE_OK] += hi - lo - loud;
}

static inline void engine_step(struct engine *en, struct engine_run *r,
			       unsigned step, size_t lo, size_t hi)
{
	size_t i;

	if (step == 0) {
		for (i = lo; i < hi; i++)
			table_prefetch(&en->table, r->digest[i].hash);
	} else if (step == 1) {
		engine_near(en, r, lo, hi);
	} else if (step == 2) {
		engine_ahead(r, lo, hi);
	} else {
		engine_batch(en, r, lo, hi);
	}
}

/* In batches and in steps, so that nothing waits for memory: of the batch that
 * is furthest ahead the slots are fetched, of the next the entries, then what
 * of flows and packets will be needed; the last one is accounted.
 */
void engine_frames(struct engine *en, struct frame *f, const struct digest *d,
		   size_t n)
{
	struct engine_run r;
	size_t lo;

	r.frame = f;
	r.digest = d;
	if (en->trial && n && d->ts_ns < en->trial->min_ns)
		en->trial->min_ns = d->ts_ns;
	for (lo = 0; lo < n + (ENGINE_STEPS - 1) * ENGINE_BATCH;
	     lo += ENGINE_BATCH) {
		unsigned step;

		for (step = 0; step < ENGINE_STEPS; step++) {
			size_t at = lo - step * ENGINE_BATCH;
			size_t end = at + ENGINE_BATCH < n ? at + ENGINE_BATCH
							   : n;

			if (at < n)
				engine_step(en, &r, step, at, end);
		}
		if (en->trial && en->trial->is_stopped)
			break;
	}
	en->tally.frames += n;
	if (en->trial && en->trial->is_stopped)
		en->tally.frames = en->trial->stop_number - 1;
}

const struct fast_opts *engine_fast(const struct engine *en)
{
	return &en->fast;
}

void engine_set_sinks(struct engine *en, struct sinks *sinks, bool want_order)
{
	en->sinks = sinks;
	en->want_order = want_order;
}

const struct tally *engine_tally(struct engine *en)
{
	en->tally.memory_refused = en->budget.refused;
	decoder_stats(en->decoder, &en->tally.decode);
	decode_stats_add(&en->tally.decode, &en->merged);
	return &en->tally;
}

int engine_bad_link(const struct engine *en)
{
	return en->bad_link;
}

uint32_t engine_live(const struct engine *en)
{
	return en->table.count;
}

void engine_free(struct engine *en)
{
	while (en) {
		struct engine *joined = en->joined;

		engine_drop(en);
		decoder_free(en->decoder);
		order_fini(&en->order);
		pool_free(en->pool);
		table_fini(&en->table);
		trial_free(en->trial);
		free(en);
		en = joined;
	}
}
