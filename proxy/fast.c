/* SPDX-License-Identifier: BSD-2-Clause */
/* fast.c - see fast.h */
#include "fast.h"

#include <assert.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>

#include "base/fd.h"
#include "base/log.h"
#include "spin.h"

#include <fast.skel.h>

/* The oldest kernel of which the exactness was shown. */
#define FAST_KERNEL_MAJOR 6
#define FAST_KERNEL_MINOR 18

/* the allocator's own default */
#define FAST_MMAP_BYTES 131072

static_assert(CONFIG_THREADS_MAX <= FAST_BELLS_MAX, "one for each thread");

/* What tells a thread of passed bytes. @fn, @arg: while it listens */
struct fast_bell {
	int fd;
	struct ring_buffer *ring;
	void (*fn)(void *arg, uint32_t way);
	void *arg;
};

struct fast {
	struct fast_bpf *bpf;
	struct spin *spin; /* NULL: nobody spins */
	uint32_t n_threads;
	struct fast_bell bells[CONFIG_THREADS_MAX];
};

static int fast_heard(void *ctx, void *data, size_t size)
{
	const struct fast_bell *b = ctx;
	const uint32_t *way = data;

	if (size >= sizeof(*way) && *way < FAST_WAYS_MAX)
		b->fn(b->arg, *way);
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

static int fast_quiet(enum libbpf_print_level level, const char *format,
		      va_list args)
{
	(void)level;
	(void)format;
	(void)args;
	return 0;
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

	(void)libbpf_set_print(fast_quiet);
	f->bpf = fast_bpf__open();
	if (!f->bpf)
		return -errno;
	err = fast_bpf__load(f->bpf);
	for (i = 0; !err && i < f->n_threads; i++)
		err = fast_add_bell(f, i);
	if (err)
		return err;
	return bpf_prog_attach(bpf_program__fd(f->bpf->progs.fast_verdict),
			       bpf_map__fd(f->bpf->maps.socks),
			       BPF_SK_SKB_VERDICT, 0);
}

int fast_open(const struct proxy_config *cfg, struct fast **ret)
{
	struct fast *f;
	uint32_t i;
	int err;

	if (cfg->fast_path == FAST_AUTO && !fast_is_tried())
		return -ENOSYS;
	/* What libbpf reads of the kernel's types is large and freed again. The
	 * allocator is to give it back, and not to learn from it that large
	 * tables come from its heap: their untouched pages would cost memory.
	 */
	(void)mallopt(M_MMAP_THRESHOLD, FAST_MMAP_BYTES);
	f = calloc(1, sizeof(*f));
	if (!f)
		return -ENOMEM;
	f->n_threads = cfg->n_threads;
	for (i = 0; i < CONFIG_THREADS_MAX; i++)
		f->bells[i].fd = -1;
	err = fast_load(f);
	(void)malloc_trim(0);
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
	fast_bpf__destroy(f->bpf);
	free(f);
}

struct fast_way *fast_way(struct fast *f, uint32_t way)
{
	return &f->bpf->bss->ways[way];
}

int fast_name(struct fast *f, uint32_t way, int fd, uint64_t *ret_cookie)
{
	uint64_t cookie;
	socklen_t len = sizeof(cookie);
	int err;

	if (getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len))
		return -errno;
	err = bpf_map_update_elem(bpf_map__fd(f->bpf->maps.cookies), &cookie,
				  &way, BPF_ANY);
	if (!err)
		*ret_cookie = cookie;
	return err;
}

void fast_forget(struct fast *f, uint64_t cookie)
{
	(void)bpf_map_delete_elem(bpf_map__fd(f->bpf->maps.cookies), &cookie);
}

int fast_join(struct fast *f, uint32_t way, int fd)
{
	uint64_t value = (uint64_t)fd;

	return bpf_map_update_elem(bpf_map__fd(f->bpf->maps.socks), &way,
				   &value, BPF_ANY);
}

int fast_bell(const struct fast *f, uint32_t bell)
{
	return f->bells[bell].fd;
}

void fast_answer(struct fast *f, uint32_t bell,
		 void (*fn)(void *arg, uint32_t way), void *arg)
{
	struct fast_bell *b = &f->bells[bell];

	b->fn = fn;
	b->arg = arg;
	(void)ring_buffer__consume(b->ring);
}
