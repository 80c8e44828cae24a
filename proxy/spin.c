/* SPDX-License-Identifier: BSD-2-Clause */
/* spin.c - see spin.h */
#include "spin.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define SPIN_NICE 19
#define SPIN_NAME "tp-spin"
#define SPIN_S	  (NS_PER_MS * MS_PER_S)

struct spin {
	uint64_t (*count)(void *arg);
	void *arg;
	_Atomic int n_on;
	_Atomic bool is_stopping;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
};

static void spin_rule_set(struct spin_rule *r, enum spin_phase phase,
			  uint64_t len_ns)
{
	r->phase = phase;
	r->len_ns = len_ns;
}

void spin_rule_init(struct spin_rule *r)
{
	*r = (struct spin_rule) { SPIN_LOOK, SPIN_LOOK_NS, SPIN_REST_NS_MIN,
				  0 };
}

static void spin_rule_looked(struct spin_rule *r, uint64_t rate)
{
	uint64_t longer_ns = 2 * r->len_ns;

	r->rate = rate;
	if (rate >= SPIN_RATE_MIN && r->len_ns == SPIN_LOOK_NS)
		spin_rule_set(r, SPIN_TRIAL, SPIN_TRIAL_NS);
	else if (rate >= SPIN_RATE_MIN)
		/* a long look is old news */
		spin_rule_set(r, SPIN_LOOK, SPIN_LOOK_NS);
	else
		spin_rule_set(r, SPIN_LOOK,
			      longer_ns < SPIN_NAP_NS_MAX ? longer_ns
							  : SPIN_NAP_NS_MAX);
}

static void spin_rule_tried(struct spin_rule *r, uint64_t rate)
{
	uint64_t rest_ns = r->rest_ns;

	if (rate * SPIN_GAIN_DEN >= r->rate * SPIN_GAIN_NUM) {
		r->rest_ns = SPIN_REST_NS_MIN;
		spin_rule_set(r, SPIN_KEEP, SPIN_KEEP_NS);
		return;
	}
	r->rest_ns = 2 * rest_ns < SPIN_REST_NS_MAX ? 2 * rest_ns
						    : SPIN_REST_NS_MAX;
	spin_rule_set(r, SPIN_REST, rest_ns);
}

void spin_rule_next(struct spin_rule *r, uint64_t n, uint64_t ns, bool is_cut)
{
	uint64_t rate = ns ? n * SPIN_S / ns : 0;

	if (r->phase == SPIN_LOOK)
		spin_rule_looked(r, rate);
	else if (r->phase == SPIN_TRIAL)
		/* one that silence has cut may be what silenced it */
		spin_rule_tried(r, is_cut ? 0 : rate);
	else
		spin_rule_set(r, SPIN_LOOK, SPIN_LOOK_NS);
}

static bool spin_is_wanted(struct spin *s)
{
	return atomic_load_explicit(&s->n_on, memory_order_relaxed) > 0 &&
	       !atomic_load_explicit(&s->is_stopping, memory_order_relaxed);
}

/* Return: whether there was nothing to spin for any more */
static bool spin_stay_awake(struct spin *s, uint64_t len_ns)
{
	uint64_t begin_ns = clock_ns(), now_ns = begin_ns, at_ns = begin_ns;
	uint64_t n = s->count(s->arg);

	while (now_ns - begin_ns < len_ns) {
		uint64_t had = n;

		/* to an end of a connection on this very CPU, for one */
		(void)sched_yield();
		n = s->count(s->arg);
		now_ns = clock_ns();
		if (n != had)
			at_ns = now_ns;
		else if (now_ns - at_ns > SPIN_SILENCE_NS)
			return true;
		if (!spin_is_wanted(s))
			return true;
	}
	return false;
}

/* Sleep as long as @r says. A look ends when nobody wants it any more; a rest
 * does not, or connections that come and go would have one trial each.
 */
static void spin_nap(struct spin *s, const struct spin_rule *r)
{
	const struct timespec until = clock_timespec(clock_ns() + r->len_ns);
	int err = 0;

	pthread_mutex_lock(&s->lock);
	while (!atomic_load(&s->is_stopping) && err != ETIMEDOUT &&
	       (r->phase == SPIN_REST || spin_is_wanted(s)))
		err = pthread_cond_timedwait(&s->changed, &s->lock, &until);
	pthread_mutex_unlock(&s->lock);
}

static bool spin_wait_wanted(struct spin *s)
{
	pthread_mutex_lock(&s->lock);
	while (!spin_is_wanted(s) && !atomic_load(&s->is_stopping))
		pthread_cond_wait(&s->changed, &s->lock);
	pthread_mutex_unlock(&s->lock);
	return !atomic_load(&s->is_stopping);
}

static void spin_phase_run(struct spin *s, struct spin_rule *r)
{
	uint64_t begin_ns = clock_ns(), n = s->count(s->arg);
	bool is_cut = false;

	if (spin_rule_is_awake(r))
		is_cut = spin_stay_awake(s, r->len_ns);
	else
		spin_nap(s, r);
	spin_rule_next(r, s->count(s->arg) - n, clock_ns() - begin_ns, is_cut);
}

static void *spin_main(void *arg)
{
	struct spin *s = arg;
	struct spin_rule rule;

	(void)pthread_setname_np(pthread_self(), SPIN_NAME);
	/* of this thread alone */
	(void)setpriority(PRIO_PROCESS, (id_t)gettid(), SPIN_NICE);
	spin_rule_init(&rule);
	while (spin_wait_wanted(s))
		spin_phase_run(s, &rule);
	return NULL;
}

int spin_start(uint64_t (*count)(void *arg), void *arg, struct spin **ret)
{
	struct spin *s = calloc(1, sizeof(*s));
	pthread_condattr_t attr;
	int err;

	if (!s)
		return -ENOMEM;
	s->count = count;
	s->arg = arg;
	pthread_mutex_init(&s->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&s->changed, &attr);
	pthread_condattr_destroy(&attr);
	err = pthread_create(&s->thread, NULL, spin_main, s);
	if (err) {
		pthread_cond_destroy(&s->changed);
		pthread_mutex_destroy(&s->lock);
		free(s);
		return -err;
	}
	*ret = s;
	return 0;
}

static void spin_tell(struct spin *s)
{
	pthread_mutex_lock(&s->lock);
	pthread_cond_signal(&s->changed);
	pthread_mutex_unlock(&s->lock);
}

void spin_add(struct spin *s, int n)
{
	if (s && !atomic_fetch_add(&s->n_on, n))
		spin_tell(s);
}

void spin_stop(struct spin *s)
{
	if (!s)
		return;
	atomic_store(&s->is_stopping, true);
	spin_tell(s);
	pthread_join(s->thread, NULL);
	pthread_cond_destroy(&s->changed);
	pthread_mutex_destroy(&s->lock);
	free(s);
}
