/* SPDX-License-Identifier: BSD-2-Clause */
/* show.c - the command stats */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "attach.h"
#include "base/exitcode.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/sig.h"
#include "commands.h"
#include "diagnose.h"
#include "place.h"
#include "stats.h"
#include "wire/wire.h"

#define WATCH_MS 1000

static int show_failed(const struct toa_config *c, int err)
{
	if (err == -ENOENT) {
		log_info("no %s is loaded in %s",
			 c->is_writer ? "writer" : "reader", c->pin_dir);
		return EXIT_INCONCLUSIVE;
	}
	log_error("stats: %s%s", strerror(-err),
		  err == -EPERM || err == -EACCES
			  ? " (it takes root, or CAP_BPF)"
			  : "");
	return EXIT_IO;
}

static int show_once(const struct toa_config *c)
{
	struct stats s;
	int err;

	err = stats_read(c, &s);
	if (err)
		return show_failed(c, err);
	if (c->is_json)
		err = stats_print_json(&s, c->is_writer, stdout);
	else
		stats_print(&s, c->is_writer, stdout);
	stats_free(&s);
	if (fflush(stdout))
		err = -errno;
	return err ? show_failed(c, err) : EXIT_OK;
}

static int show_watch(const struct toa_config *c)
{
	static const int sigs[] = { SIGINT, SIGTERM };
	struct pollfd p = { .events = POLLIN };
	int status, err;

	err = sig_open(sigs, ARRAY_SIZE(sigs), &p.fd);
	if (err)
		return show_failed(c, err);
	for (;;) {
		status = show_once(c);
		if (status != EXIT_OK || poll(&p, 1, WATCH_MS) > 0)
			break;
		if (!c->is_json)
			(void)putchar('\n');
	}
	fd_close(&p.fd);
	return status;
}

static int file_read(const char *path, struct stats *ret)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	int err;

	if (!f)
		return -errno;
	err = stats_parse(f, ret);
	if (f != stdin)
		(void)fclose(f);
	return err;
}

static int diagnose_file(const struct toa_config *c)
{
	struct stats s;
	unsigned faults;
	int err;

	err = file_read(c->file, &s);
	if (err) {
		log_error("%s: %s", c->file,
			  err == -EBADMSG ? "not in the format of toa_stats"
					  : strerror(-err));
		return EXIT_IO;
	}
	faults = diagnose_print(&s, NULL, NULL, c->is_json, stdout);
	stats_free(&s);
	return faults ? EXIT_FINDING : EXIT_OK;
}

static int diagnose_reader(const struct toa_config *c)
{
	struct listeners l = { 0 };
	struct toa_setup setup;
	char dir[PLACE_PATH_MAX];
	struct stats s;
	unsigned faults;
	int err;

	err = stats_read(c, &s);
	if (err)
		return show_failed(c, err);
	err = place_set_dir(c->pin_dir, false, c->instance, dir);
	if (!err)
		err = attach_setup_get(dir, &setup);
	if (!err)
		err = listeners_find(setup.cgroup, &l);
	if (err)
		log_warn("cannot tell which listeners are outside the cgroup: "
			 "%s",
			 strerror(-err));
	faults = diagnose_print(&s, err ? NULL : &l, err ? "" : setup.cgroup,
				c->is_json, stdout);
	stats_free(&s);
	return faults ? EXIT_FINDING : EXIT_OK;
}

int stats_command(const struct toa_config *c)
{
	attach_quiet();
	if (c->want_watch)
		return show_watch(c);
	if (c->file)
		return diagnose_file(c);
	return c->want_diagnose ? diagnose_reader(c) : show_once(c);
}
