/* SPDX-License-Identifier: BSD-2-Clause */
/* check.c - the command check: what this system lacks, and the way out */
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <list.skel.h>
#include <reader.skel.h>
#include <writer.skel.h>

#include "attach.h"
#include "base/exitcode.h"
#include "base/fd.h"
#include "base/json.h"
#include "commands.h"
#include "place.h"
#include "wire/wire.h"

/* bpf_set_retval() and the getpeername hooks */
#define KERNEL_MAJOR 5
#define KERNEL_MINOR 18

struct report {
	bool is_json;
	unsigned lacking;
};

/* @way_out: NULL if nothing lacks */
static void report_line(struct report *r, const char *what, const char *found,
			const char *way_out)
{
	char buf[1024];
	struct json j;

	if (way_out)
		r->lacking++;
	if (!r->is_json) {
		(void)printf("%-5s%-22s %s\n", way_out ? "LACK" : "ok", what,
			     found);
		if (way_out)
			(void)printf("     %-22s -> %s\n", "", way_out);
		return;
	}
	json_open(&j, buf, sizeof(buf), "toa-check");
	json_str(&j, "what", what);
	json_bool(&j, "ok", !way_out);
	json_str(&j, "found", found);
	if (way_out)
		json_str(&j, "way_out", way_out);
	(void)json_write(&j, stdout);
}

static void check_kernel(struct report *r)
{
	unsigned long major, minor = 0;
	struct utsname u;
	char *end;

	if (uname(&u))
		return;
	major = strtoul(u.release, &end, 10);
	if (*end == '.')
		minor = strtoul(end + 1, NULL, 10);
	report_line(r, "kernel 5.18 or later", u.release,
		    major > KERNEL_MAJOR || (major == KERNEL_MAJOR &&
					     minor >= KERNEL_MINOR)
			    ? NULL
			    : "a newer kernel, or the vendor's toa.ko");
}

static void check_cgroup(struct report *r, const struct toa_config *c)
{
	char path[PLACE_PATH_MAX];
	uint64_t id;
	int fd = -1, err;

	err = place_cgroup_open(c->cgroup, &fd, &id, path, sizeof(path));
	report_line(r, "cgroup v2", err ? strerror(-err) : path,
		    !err	     ? NULL
		    : err == -EINVAL ? "name a folder of cgroup v2, see 'mount "
				       "-t cgroup2'"
				     : "mount -t cgroup2 none /sys/fs/cgroup/"
				       "unified (systemd: "
				       "systemd.unified_cgroup_hierarchy=1)");
	fd_close(&fd);
}

static void check_file(struct report *r, const char *what, const char *path,
		       const char *way_out)
{
	bool is_there = access(path, R_OK) == 0;

	report_line(r, what, is_there ? path : "not there",
		    is_there ? NULL : way_out);
}

static uint64_t caps_effective(void)
{
	struct __user_cap_header_struct h = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct d[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &h, d))
		return 0;
	return (uint64_t)d[1].effective << 32 | d[0].effective;
}

static void check_caps(struct report *r, const struct toa_config *c)
{
	static const struct {
		const char *name, *why;
		int cap;
	} caps[] = {
		{ "CAP_BPF", "needed for everything", CAP_BPF },
		{ "CAP_NET_ADMIN", "needed to load", CAP_NET_ADMIN },
		{ "CAP_PERFMON", "needed by the reader and by 'list'",
		  CAP_PERFMON },
	};
	uint64_t have = caps_effective();
	bool is_mounted = place_is_bpffs(c->pin_dir);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(caps); i++)
		report_line(r, caps[i].name, caps[i].why,
			    have & 1ULL << caps[i].cap
				    ? NULL
				    : "run as root, or: setcap cap_bpf,"
				      "cap_net_admin,cap_perfmon+ep tp-toa");
	report_line(r, "bpffs",
		    is_mounted ? c->pin_dir
		    : have & 1ULL << CAP_SYS_ADMIN
			    ? "load will mount " PLACE_BPFFS
			    : "not mounted",
		    is_mounted || have & 1ULL << CAP_SYS_ADMIN
			    ? NULL
			    : "as root: mount -t bpf bpf " PLACE_BPFFS);
}

/* Nothing tells as surely what a kernel can do as letting it do it. */
static void check_programs(struct report *r)
{
	static const char way_out[] = "'tp-toa -v check' shows what the "
				      "kernel says";
	struct reader_bpf *reader = reader_bpf__open_and_load();
	int reader_errno = errno;
	struct writer_bpf *writer = writer_bpf__open_and_load();
	int writer_errno = errno;
	struct list_bpf *list = list_bpf__open_and_load();
	int list_errno = errno;

	report_line(r, "reader's programs",
		    reader ? "load" : strerror(reader_errno),
		    reader ? NULL : way_out);
	report_line(r, "writer's programs",
		    writer ? "load" : strerror(writer_errno),
		    writer ? NULL : way_out);
	report_line(r, "program of 'list'",
		    list ? "loads" : strerror(list_errno),
		    list ? NULL : way_out);
	reader_bpf__destroy(reader);
	writer_bpf__destroy(writer);
	list_bpf__destroy(list);
}

int check_command(const struct toa_config *c)
{
	struct report r = { .is_json = c->is_json };

	attach_quiet();
	check_kernel(&r);
	check_cgroup(&r, c);
	check_file(&r, "BTF", "/sys/kernel/btf/vmlinux",
		   "a kernel with CONFIG_DEBUG_INFO_BTF=y; only 'list' needs "
		   "it");
	check_caps(&r, c);
	check_programs(&r);
	return r.lacking ? EXIT_FINDING : EXIT_OK;
}
