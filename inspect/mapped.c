/* SPDX-License-Identifier: BSD-2-Clause */
/* mapped.c - see mapped.h */
#include "mapped.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22 /* Linux 5.14 */
#endif

/* What the kernel maps around a page that is touched, by default */
#define MAPPED_AROUND (64U << 10)

/* For the signal handler, which gets nothing else. */
static uintptr_t mapped_lo, mapped_hi, mapped_page;
static struct sigaction mapped_old;

/* mapped_fault() - what is behind the file's end becomes a page of zeroes */
static void mapped_fault(int sig, siginfo_t *info, void *ctx)
{
	uintptr_t at = (uintptr_t)info->si_addr;
	int saved = errno;

	(void)ctx;
	if (at < mapped_lo || at >= mapped_hi ||
	    mmap((void *)(at & ~(mapped_page - 1)), mapped_page, PROT_READ,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
		 0) == MAP_FAILED) {
		/* Not ours: once more, and the default action takes it. */
		(void)signal(sig, SIG_DFL);
	}
	errno = saved;
}

int mapped_open(int fd, uint64_t size, const uint8_t **ret)
{
	struct sigaction sa = { .sa_sigaction = mapped_fault,
				.sa_flags = SA_SIGINFO };
	void *map;
	int r;

	if (!size || size > PTRDIFF_MAX || mapped_lo)
		return -EINVAL;
	map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	mapped_page = (uintptr_t)sysconf(_SC_PAGESIZE);
	mapped_lo = (uintptr_t)map;
	mapped_hi = mapped_lo + size;
	sigemptyset(&sa.sa_mask);
	if (sigaction(SIGBUS, &sa, &mapped_old) != 0) {
		r = -errno;
		(void)munmap(map, size);
		mapped_lo = 0;
		return r;
	}
	*ret = map;
	return 0;
}

void mapped_close(const uint8_t *map, uint64_t size)
{
	(void)munmap((void *)(uintptr_t)map, size);
	(void)sigaction(SIGBUS, &mapped_old, NULL);
	mapped_lo = mapped_hi = 0;
}

/* Where it cannot be done, pages come one by one. */
static void mapped_ask(const uint8_t *map, uint64_t lo, uint64_t hi)
{
	uint64_t from = lo / mapped_page * mapped_page;

	(void)madvise((void *)((uintptr_t)map + from), hi - from,
		      MADV_POPULATE_READ);
}

static void mapped_touch(const uint8_t *map, uint64_t lo, uint64_t hi,
			 uint64_t step)
{
	const volatile uint8_t *p = map;
	uint64_t at;

	for (at = lo; at < hi; at = (at / step + 1) * step)
		(void)p[at];
}

/* mapped_is_there() - are the pages of what was touched? Where the kernel maps
 * none around, each of them faults.
 */
static bool mapped_is_there(const uint8_t *map, uint64_t lo, uint64_t hi)
{
	struct rusage before, after;

	if (getrusage(RUSAGE_THREAD, &before) != 0)
		return false;
	mapped_touch(map, lo, hi, mapped_page);
	return getrusage(RUSAGE_THREAD, &after) == 0 &&
	       (uint64_t)(after.ru_minflt - before.ru_minflt) <=
		       (hi - lo) / mapped_page / 4;
}

static uint64_t mapped_cpu_ns(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)(t.tv_sec * NS_PER_S + t.tv_nsec);
}

void mapped_want(const uint8_t *map, uint64_t lo, uint64_t hi, struct pagein *p)
{
	bool is_touched = pagein_way(p) == PAGEIN_TOUCH;
	bool is_timed = !pagein_is_settled(p);
	uint64_t begin = is_timed ? mapped_cpu_ns() : 0;

	if (is_touched)
		mapped_touch(map, lo, hi, MAPPED_AROUND);
	else
		mapped_ask(map, lo, hi);
	if (!is_timed)
		return;
	pagein_took(p, hi - lo, mapped_cpu_ns() - begin);
	if (is_touched && !mapped_is_there(map, lo, hi))
		pagein_refuse(p);
}

void mapped_drop(const uint8_t *map, uint64_t lo, uint64_t hi)
{
	uint64_t from = lo / mapped_page * mapped_page;
	uint64_t to = hi / mapped_page * mapped_page;

	if (from < to)
		(void)madvise((void *)((uintptr_t)map + from), to - from,
			      MADV_DONTNEED);
}
