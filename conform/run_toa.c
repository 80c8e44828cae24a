/* SPDX-License-Identifier: BSD-2-Clause */
/* run_toa.c - the writer and the reader of tp-toa for the programs that `run`
 * starts, and for no other: in a cgroup of its own, pinned in a bpffs that ends
 * with this process
 */
#include <errno.h>
#include <mntent.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/exitcode.h"
#include "run.h"
#include "wire/wire.h"

#define LOAD_MS	   20000
#define COUNTER_MS 5000
#define PATH_MORE  32

/* the rows of toa_stats, in its order (seed/61) */
static const char *const rows[] = {
	"syn_recv_sock_toa",	"syn_recv_sock_no_toa", "getname_toa_ok",
	"getname_toa_mismatch", "getname_toa_bypass",	"getname_toa_empty",
	"ip6_address_alloc",	"ip6_address_free",
};

/* toa_tool() - run tp-toa with up to five words. Return: its status */
static int toa_tool(const struct world *w, char *out, size_t cap,
		    const char *const words[])
{
	char pin[] = "--pin", at[TOOL_PATH_MAX + PATH_MORE];
	char *argv[10] = { (char *)(uintptr_t)w->toa, pin, at };
	size_t n = 3;

	(void)snprintf(at, sizeof(at), "%s/bpf/tp", w->dir);
	while (*words && n + 1 < ARRAY_SIZE(argv))
		argv[n++] = (char *)(uintptr_t)*words++;
	return tool_run(argv, LOAD_MS, out, cap);
}

static bool cgroup_find(char out[TOOL_PATH_MAX])
{
	FILE *f = setmntent("/proc/self/mounts", "re");
	const struct mntent *m;
	bool has = false;

	while (f && !has && (m = getmntent(f)))
		if (!strcmp(m->mnt_type, "cgroup2")) {
			(void)snprintf(out, TOOL_PATH_MAX, "%.400s",
				       m->mnt_dir);
			has = true;
		}
	if (f)
		(void)endmntent(f);
	return has;
}

static bool cgroup_make(struct world *w)
{
	char root[TOOL_PATH_MAX], path[TOOL_PATH_MAX + PATH_MORE];

	if (!cgroup_find(root))
		return false;
	(void)snprintf(w->cgroup, sizeof(w->cgroup), "%.400s/tp-run-%d", root,
		       (int)getpid());
	if (mkdir(w->cgroup, 0755)) {
		w->cgroup[0] = '\0';
		return false;
	}
	(void)snprintf(path, sizeof(path), "%s/proxy", w->cgroup);
	if (mkdir(path, 0755))
		return false;
	(void)snprintf(path, sizeof(path), "%s/origin", w->cgroup);
	return mkdir(path, 0755) == 0;
}

/* a bpffs that nobody else sees */
static bool bpffs_make(const struct world *w)
{
	char path[TOOL_PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/bpf", w->dir);
	return mkdir(path, 0700) == 0 && unshare(CLONE_NEWNS) == 0 &&
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("bpf", path, "bpf", 0, NULL) == 0;
}

static bool toa_load(const struct world *w, char *why, size_t cap)
{
	char proxy[TOOL_PATH_MAX + PATH_MORE], origin[sizeof(proxy)];
	const char *const writer[] = { "writer", "load", "--cgroup", proxy,
				       NULL };
	const char *const reader[] = { "load", "--cgroup", origin, NULL };

	(void)snprintf(proxy, sizeof(proxy), "%s/proxy", w->cgroup);
	(void)snprintf(origin, sizeof(origin), "%s/origin", w->cgroup);
	return toa_tool(w, why, cap, writer) == EXIT_OK &&
	       toa_tool(w, why, cap, reader) == EXIT_OK;
}

bool world_toa(struct world *w)
{
	char why[CASE_TEXT_MAX] = "";

	if (w->is_toa_tried)
		return !w->toa_why[0];
	w->is_toa_tried = true;
	if (tool_find("tp-toa", "toa", w->toa))
		(void)snprintf(why, sizeof(why), "tp-toa is not there");
	else if (geteuid() != 0)
		(void)snprintf(why, sizeof(why), "needs root");
	else if (!cgroup_make(w))
		(void)snprintf(why, sizeof(why),
			       "needs a cgroup v2 that takes folders");
	else if (!bpffs_make(w))
		(void)snprintf(why, sizeof(why), "cannot mount a bpffs: %s",
			       strerror(errno));
	else if (toa_load(w, why, sizeof(why)))
		return true;
	(void)snprintf(w->toa_why, sizeof(w->toa_why), "not run: %.200s", why);
	return false;
}

void world_toa_fini(struct world *w)
{
	static const char *const folders[] = { "/proxy", "/origin", "" };
	static const char *const writer[] = { "writer", "unload", NULL };
	static const char *const reader[] = { "unload", NULL };
	char path[TOOL_PATH_MAX + PATH_MORE], text[CASE_TEXT_MAX];
	size_t i;

	if (w->is_toa_tried && !w->toa_why[0]) {
		(void)toa_tool(w, text, sizeof(text), writer);
		(void)toa_tool(w, text, sizeof(text), reader);
	}
	for (i = 0; w->cgroup[0] && i < ARRAY_SIZE(folders); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", w->cgroup,
			       folders[i]);
		(void)rmdir(path);
	}
	w->cgroup[0] = '\0';
	(void)snprintf(path, sizeof(path), "%s/bpf", w->dir);
	if (w->dir[0] && w->is_toa_tried) {
		(void)umount(path);
		(void)rmdir(path);
	}
}

/* ---- its counters ---- */

static const char *const stats_json[] = { "stats", "-J", NULL };

/* the sum over all CPUs of @row in the JSON @text */
static uint64_t row_sum(const char *text, const char *row)
{
	char member[64];
	uint64_t sum = 0;
	const char *at;

	(void)snprintf(member, sizeof(member), "\"%s\":[", row);
	at = strstr(text, member);
	if (!at)
		return 0;
	for (at += strlen(member); *at && *at != ']';) {
		char *end;

		sum += strtoull(at, &end, 10);
		at = *end == ',' ? end + 1 : end;
		if (*at != ']' && (*at < '0' || *at > '9'))
			break;
	}
	return sum;
}

bool toa_rows(const struct world *w, char *said, size_t cap)
{
	static const char *const words[] = { "stats", NULL };
	const char *at = said;
	size_t i;

	if (toa_tool(w, said, cap, words))
		return false;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		size_t n = strlen(rows[i]);

		at = strchr(at, '\n');
		if (!at || strncmp(++at, rows[i], n) != 0 ||
		    strspn(at + n, " ") < strcspn(at + n, ":"))
			return false;
	}
	return true;
}

bool toa_sums(const struct world *w, char *said, size_t cap)
{
	uint64_t end = clock_ms() + COUNTER_MS;

	while (!toa_tool(w, said, cap, stats_json)) {
		uint64_t toa = row_sum(said, "syn_recv_sock_toa");
		uint64_t taken = row_sum(said, "ip6_address_alloc");
		uint64_t given = row_sum(said, "ip6_address_free");

		if (given > taken || taken > toa || !taken)
			return false;
		if (given == taken)
			return true;
		if (clock_ms() >= end)
			return false;
		(void)poll(NULL, 0, 50);
	}
	return false;
}

void toa_count(const struct world *w, struct toa_counts *ret)
{
	static char said[WORLD_TEXT_MAX];
	size_t i;

	*ret = (struct toa_counts) { 0 };
	if (toa_tool(w, said, sizeof(said), stats_json))
		return;
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		ret->sums[i] = row_sum(said, rows[i]);
}

bool toa_grew(const struct world *w, const struct toa_counts *before,
	      const char *words, char *said, size_t cap)
{
	struct toa_counts now;
	size_t i, n = 0;
	bool is_good = true;

	toa_count(w, &now);
	said[0] = '\0';
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t plus = now.sums[i] - before->sums[i];
		const char *want = strstr(words, rows[i]);

		if (!want)
			continue;
		n += (size_t)snprintf(said + n, cap - n, "%s=%llu ", rows[i],
				      (unsigned long long)plus);
		want += strlen(rows[i]);
		is_good = is_good && *want == '=' &&
			  strtoull(want + 1, NULL, 10) == plus;
	}
	return is_good && n;
}
