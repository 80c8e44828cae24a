/* SPDX-License-Identifier: BSD-2-Clause */
/* load.c - see load.h */
#include "load.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "attach.h"
#include "base/clock.h"
#include "base/exitcode.h"
#include "base/fd.h"
#include "base/log.h"
#include "walk.h"

/* How long marked sockets are waited for, at most: five seconds */
#define DRAIN_PAUSE_MS	 20
#define DRAIN_PAUSES_MAX 250

static const char *side(const struct toa_config *c)
{
	return c->is_writer ? "writer" : "reader";
}

/* The errors that people meet, and the way out. */
static const char *hint(int err)
{
	switch (-err) {
	case EPERM:
	case EACCES:
		return " (it takes root, or CAP_BPF, CAP_NET_ADMIN and "
		       "CAP_PERFMON: see 'tp-toa check')";
	case EMEDIUMTYPE:
		return " (no bpffs: mount -t bpf bpf DIR)";
	case ENOTSUP:
	case EINVAL:
		return " (see 'tp-toa check' for what this kernel lacks)";
	default:
		return "";
	}
}

static int cgroup_open(struct load *l)
{
	const char *path = l->config->cgroup;
	struct toa_setup *s = &l->setup;
	uint64_t id;
	int err;

	err = place_cgroup_open(path, &l->cgroup_fd, &id, s->cgroup,
				sizeof(s->cgroup));
	if (err) {
		log_error("%s%s%s", path ? path : "cgroup v2",
			  err == -EINVAL ? ": not a folder of cgroup v2"
					 : ": not there",
			  path ? ""
			       : " (mount -t cgroup2 none /sys/fs/cgroup)");
		return EXIT_IO;
	}
	s->cgroup_id = id;
	return EXIT_OK;
}

/* A running set stays where it is: its links cannot move. */
static int upgrade_check(struct load *l)
{
	struct toa_setup old;
	int err;

	l->is_upgrade = attach_is_loaded(l->dir);
	if (!l->is_upgrade)
		return EXIT_OK;
	err = attach_setup_get(l->dir, &old);
	if (err) {
		log_error("%s: cannot read what is loaded there: %s", l->dir,
			  strerror(-err));
		return EXIT_IO;
	}
	if (old.cgroup_id == l->setup.cgroup_id)
		return EXIT_OK;
	log_error("the %s that is loaded serves the cgroup %s: unload it "
		  "first, or load another with --instance",
		  side(l->config), old.cgroup);
	return EXIT_USAGE;
}

int load_begin(struct load *l, const struct toa_config *c)
{
	int err, status;

	*l = (struct load) { .config = c, .lock_fd = -1, .cgroup_fd = -1 };
	l->setup.version = TOA_SETUP_VERSION;
	l->setup.place = c->places;
	l->setup.uid = c->uid;
	l->setup.loaded_ms = clock_wall_ms();
	memcpy(l->setup.kinds, c->kinds, sizeof(l->setup.kinds));
	attach_quiet();
	status = cgroup_open(l);
	if (status != EXIT_OK)
		return status;
	err = place_set_dir(c->pin_dir, c->is_writer, c->instance, l->dir);
	if (!err)
		err = place_bpffs_ensure(c->pin_dir);
	if (!err)
		err = attach_lock(c->pin_dir, &l->lock_fd);
	if (err) {
		log_error("%s: %s%s", c->pin_dir, strerror(-err), hint(err));
		return EXIT_IO;
	}
	return upgrade_check(l);
}

int load_object(struct load *l, struct bpf_object *obj,
		int (*fill)(const struct toa_config *c, struct bpf_object *obj))
{
	const char *what = "taking over the maps";
	bool is_fresh;
	int err;

	err = attach_prepare(obj, l->dir, &is_fresh);
	if (!err) {
		what = "loading the programs";
		err = bpf_object__load(obj);
	}
	if (!err) {
		what = "writing the configuration";
		err = fill ? fill(l->config, obj) : 0;
	}
	if (!err)
		err = attach_setup_put(obj, &l->setup);
	if (!err) {
		what = "attaching the programs";
		err = attach_commit(obj, l->dir, l->cgroup_fd);
	}
	if (err) {
		log_error("%s: %s%s", what, strerror(-err), hint(err));
		return EXIT_IO;
	}
	if (is_fresh)
		log_warn("the %s that was loaded is of another version: its "
			 "counters begin anew, and open connections lose "
			 "their addresses",
			 side(l->config));
	log_info("%s %s: cgroup %s, pinned in %s", side(l->config),
		 l->is_upgrade ? "replaced" : "loaded", l->setup.cgroup,
		 l->dir);
	return EXIT_OK;
}

void load_end(struct load *l)
{
	fd_close(&l->cgroup_fd);
	fd_close(&l->lock_fd);
}

/* No new socket is marked from now on. Those that are marked already, and have
 * not sent what they shall, get the time for it.
 */
static void writer_drain(const char *dir)
{
	const struct timespec pause = { .tv_nsec = DRAIN_PAUSE_MS * 1000000L };
	unsigned pending = 0;
	int fd = -1, i;

	if (attach_detach(dir, "writer_setsockopt") ||
	    attach_open(dir, "marks", &fd))
		return;
	for (i = 0; i < DRAIN_PAUSES_MAX; i++) {
		/* before the first look: a program marks, then connects */
		(void)nanosleep(&pause, NULL);
		if (walk_pending(fd, &pending) || !pending)
			break;
	}
	if (pending)
		log_warn("%u connections go on without their client's address: "
			 "they got no answer from the origin so far",
			 pending);
	fd_close(&fd);
}

int load_remove(const struct toa_config *c)
{
	char dir[PLACE_PATH_MAX];
	int lock_fd = -1;
	int err;

	err = place_set_dir(c->pin_dir, c->is_writer, c->instance, dir);
	if (!err && !attach_is_loaded(dir)) {
		log_info("no %s is loaded in %s", side(c), dir);
		return EXIT_INCONCLUSIVE;
	}
	attach_quiet();
	if (!err)
		err = attach_lock(c->pin_dir, &lock_fd);
	if (!err && c->is_writer)
		writer_drain(dir);
	if (!err)
		err = attach_remove(dir);
	if (err) {
		log_error("%s: %s%s", dir, strerror(-err), hint(err));
		fd_close(&lock_fd);
		return EXIT_IO;
	}
	/* goes if this was the last set */
	(void)rmdir(c->pin_dir);
	fd_close(&lock_fd);
	log_info("%s unloaded", side(c));
	return EXIT_OK;
}
