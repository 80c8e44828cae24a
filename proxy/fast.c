/* SPDX-License-Identifier: BSD-2-Clause */
/* fast.c - see fast.h */
#include "fast.h"

#include <assert.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/fd.h"
#include "base/log.h"
#include "spin.h"
#include "tcx.h"

#include <fast.skel.h>

/* The oldest kernel of which the exactness was shown. */
#define FAST_KERNEL_MAJOR 6
#define FAST_KERNEL_MINOR 18

/* programs, maps and types, beside a bell and its ring for each thread */
#define FAST_FDS 12

static_assert(CONFIG_THREADS_MAX <= FAST_BELLS_MAX, "one for each thread");

/* What tells a thread of connections that are over.
 * @fn, @arg: while it listens
 */
struct fast_bell {
	int fd;
	struct ring_buffer *ring;
	void (*fn)(void *arg, uint32_t i);
	void *arg;
};

struct fast {
	struct fast_bpf *bpf;
	struct tcx *tcx;
	struct spin *spin; /* NULL: nobody spins */
	uint32_t n_threads;
	struct fast_bell bells[CONFIG_THREADS_MAX];
};

static int fast_heard(void *ctx, void *data, size_t size)
{
	const struct fast_bell *b = ctx;
	const uint32_t *i = data;

	if (size >= sizeof(*i) && *i < FAST_CONNS_MAX)
		b->fn(b->arg, *i);
	return 0;
}

bool fast_is_tried(void)
{
	struct utsname u;
	unsigned long major, minor;
	char *end;

	if (uname(&u))
		return false;
	major = strtoul(u.release, &end, 10);
	minor = *end == '.' ? strtoul(end + 1, NULL, 10) : 0;
	return major > FAST_KERNEL_MAJOR ||
	       (major == FAST_KERNEL_MAJOR && minor >= FAST_KERNEL_MINOR);
}

static int fast_add_bell(struct fast *f, uint32_t i)
{
	struct fast_bell *b = &f->bells[i];

	b->fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "fast_bell", 0, 0,
			       FAST_BELL_BYTES, NULL);
	if (b->fd < 0)
		return b->fd;
	b->ring = ring_buffer__new(b->fd, fast_heard, b, NULL);
	if (!b->ring)
		return -errno;
	return bpf_map_update_elem(bpf_map__fd(f->bpf->maps.bells), &i, &b->fd,
				   BPF_ANY);
}

static int fast_load(struct fast *f)
{
	uint32_t i;
	int err;

	tcx_quiet();
	f->bpf = fast_bpf__open();
	if (!f->bpf)
		return -errno;
	err = fast_bpf__load(f->bpf);
	for (i = 0; !err && i < f->n_threads; i++)
		err = fast_add_bell(f, i);
	if (err)
		return err;
	return tcx_attach(bpf_program__fd(f->bpf->progs.fast_ingress),
			  bpf_program__fd(f->bpf->progs.fast_egress), &f->tcx);
}

int fast_open(const struct proxy_config *cfg, struct fast **ret)
{
	struct fast *f;
	uint32_t i;
	int err;

	if (cfg->fast_path == FAST_AUTO && !fast_is_tried())
		return -ENOSYS;
	f = calloc(1, sizeof(*f));
	if (!f)
		return -ENOMEM;
	f->n_threads = cfg->n_threads;
	for (i = 0; i < CONFIG_THREADS_MAX; i++)
		f->bells[i].fd = -1;
	err = fast_load(f);
	if (err) {
		fast_close(f);
		return err;
	}
	*ret = f;
	return 0;
}

static uint64_t fast_count_segments(void *arg)
{
	const struct fast *f = arg;
	uint64_t n = 0;
	uint32_t i;

	for (i = 0; i < f->n_threads; i++)
		n += __atomic_load_n(&f->bpf->bss->pulses[i].n,
				     __ATOMIC_RELAXED);
	return n;
}

void fast_keep_awake(struct fast *f)
{
	int err = spin_start(fast_count_segments, f, &f->spin);

	if (err)
		log_info("no thread that keeps a CPU awake: %s",
			 strerror(-err));
}

void fast_on_demand(struct fast *f)
{
	tcx_on_demand(f->tcx);
}

bool fast_hold(struct fast *f)
{
	return tcx_hold(f->tcx);
}

void fast_drop(struct fast *f)
{
	tcx_drop(f->tcx);
}

void fast_add_on(struct fast *f, int n)
{
	spin_add(f->spin, n);
}

void fast_close(struct fast *f)
{
	uint32_t i;

	if (!f)
		return;
	spin_stop(f->spin);
	for (i = 0; i < f->n_threads; i++) {
		ring_buffer__free(f->bells[i].ring);
		fd_close(&f->bells[i].fd);
	}
	tcx_detach(f->tcx);
	fast_bpf__destroy(f->bpf);
	free(f);
}

unsigned fast_fds(const struct fast *f)
{
	return f ? FAST_FDS + 2 * f->n_threads + (unsigned)tcx_count(f->tcx)
		 : 0;
}

struct fast_slot *fast_slot(struct fast *f, uint32_t i)
{
	return &f->bpf->bss->slots[i];
}

/* Is the flow @value still the one with this key? */
static bool fast_has(const struct fast *f, const struct fast_key *key,
		     uint32_t value)
{
	uint32_t now;

	return !bpf_map_lookup_elem(bpf_map__fd(f->bpf->maps.flows), key,
				    &now) &&
	       now == value;
}

int fast_enter(struct fast *f, uint32_t i, const struct fast_key keys[2])
{
	int fd = bpf_map__fd(f->bpf->maps.flows), err = 0;
	uint32_t s;

	__atomic_add_fetch(&f->bpf->bss->n_live, 1, __ATOMIC_RELAXED);
	for (s = 0; !err && s < 2; s++) {
		uint32_t value = 2 * i + s;

		err = bpf_map_update_elem(fd, &keys[s], &value, BPF_ANY);
	}
	return err;
}

void fast_leave(struct fast *f, uint32_t i, const struct fast_key keys[2])
{
	uint32_t s;

	for (s = 0; s < 2; s++)
		if (fast_has(f, &keys[s], 2 * i + s))
			(void)bpf_map_delete_elem(
				bpf_map__fd(f->bpf->maps.flows), &keys[s]);
	__atomic_sub_fetch(&f->bpf->bss->n_live, 1, __ATOMIC_RELAXED);
	fast_drop(f);
}

int fast_bell(const struct fast *f, uint32_t bell)
{
	return f->bells[bell].fd;
}

void fast_answer(struct fast *f, uint32_t bell,
		 void (*fn)(void *arg, uint32_t i), void *arg)
{
	struct fast_bell *b = &f->bells[bell];

	b->fn = fn;
	b->arg = arg;
	(void)ring_buffer__consume(b->ring);
}
