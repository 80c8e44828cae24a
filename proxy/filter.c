/* SPDX-License-Identifier: BSD-2-Clause */
/* filter.c - see filter.h */
#include "filter.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/log.h"
#include "filter_shared.h"
#include "tcx.h"

#include <filter.skel.h>

/* the program, its types and the map of its constants */
#define FILTER_FDS 4

/* @due_ms: when to look again; the thread that moves it does
 * @found:  enum filter_of
 */
struct filter {
	struct filter_bpf *bpf;
	_Atomic uint64_t due_ms;
	_Atomic unsigned found;
};

int filter_open(struct filter **ret)
{
	struct filter *f = calloc(1, sizeof(*f));
	int err;

	if (!f)
		return -ENOMEM;
	tcx_quiet();
	f->bpf = filter_bpf__open();
	err = f->bpf ? filter_bpf__load(f->bpf) : -errno;
	if (err) {
		filter_close(f);
		return err;
	}
	*ret = f;
	return 0;
}

void filter_close(struct filter *f)
{
	if (!f)
		return;
	filter_bpf__destroy(f->bpf);
	free(f);
}

uint32_t filter_fds(const struct filter *f)
{
	return f ? FILTER_FDS : 0;
}

/* If the kernel does not say there is one for all we know. */
static unsigned filter_ask(const struct filter *f)
{
	struct bpf_test_run_opts opts = { .sz = sizeof(opts) };

	return bpf_prog_test_run_opts(
		       bpf_program__fd(f->bpf->progs.filter_look), &opts)
		       ? FILTER_OF_V4 | FILTER_OF_V6
		       : opts.retval;
}

static void filter_tell(unsigned found)
{
	static const char *const names[] = { "", "IPv4", "IPv6",
					     "IPv4 and IPv6" };

	found &= FILTER_OF_V4 | FILTER_OF_V6;
	if (found)
		log_info("no fast path for %s: this host has a packet filter, "
			 "which it would pass by (--fast-path always does)",
			 names[found]);
	else
		log_info("a fast path again: the packet filter is gone");
}

bool filter_has(struct filter *f, enum ip_family family, uint64_t now_ms)
{
	uint64_t due;
	unsigned found;

	if (!f)
		return false;
	due = atomic_load(&f->due_ms);
	if (now_ms >= due &&
	    atomic_compare_exchange_strong(&f->due_ms, &due,
					   now_ms + FILTER_LOOK_MS)) {
		found = filter_ask(f);
		if (atomic_exchange(&f->found, found) != found)
			filter_tell(found);
	}
	return atomic_load(&f->found) &
	       (family == IP_V4 ? FILTER_OF_V4 : FILTER_OF_V6);
}
