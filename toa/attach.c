/* SPDX-License-Identifier: BSD-2-Clause */
/* attach.c - see attach.h */
#include "attach.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "place.h"

/* bpffs keeps names with dots for itself. */
#define NEW_SUFFIX "_new"

__attribute__((format(printf, 2, 0))) static int
attach_print(enum libbpf_print_level level, const char *fmt, va_list args)
{
	static char text[65536]; /* the verifier has much to say */
	char *line = text;

	if (level == LIBBPF_DEBUG || log_level() < LOG_LEVEL_DEBUG)
		return 0;
	(void)vsnprintf(text, sizeof(text), fmt, args);
	while (*line) {
		size_t len = strcspn(line, "\n");

		log_debug("%.*s", (int)len, line);
		line += len;
		line += *line == '\n';
	}
	return 0;
}

void attach_quiet(void)
{
	libbpf_set_print(attach_print);
}

int attach_lock(const char *pin_dir, int *ret_fd)
{
	int err, fd;

	if (mkdir(pin_dir, 0700) && errno != EEXIST)
		return -errno;
	fd = open(pin_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (flock(fd, LOCK_EX)) {
		err = -errno;
		fd_close(&fd);
		return err;
	}
	*ret_fd = fd;
	return 0;
}

bool attach_is_loaded(const char *dir)
{
	return access(dir, F_OK) == 0;
}

static bool map_is_kept(const char *name)
{
	return strcmp(name, "conns") == 0 || strcmp(name, "marks") == 0 ||
	       strcmp(name, "counters") == 0;
}

static bool map_fits(const struct bpf_map *map, int fd)
{
	struct bpf_map_info info = { 0 };
	__u32 len = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &len))
		return false;
	return info.type == bpf_map__type(map) &&
	       info.key_size == bpf_map__key_size(map) &&
	       info.value_size == bpf_map__value_size(map) &&
	       info.max_entries == bpf_map__max_entries(map);
}

int attach_prepare(struct bpf_object *obj, const char *dir, bool *ret_fresh)
{
	struct bpf_map *map;

	*ret_fresh = false;
	bpf_object__for_each_map(map, obj)
	{
		int fd = -1, err;

		if (!map_is_kept(bpf_map__name(map)))
			continue;
		err = attach_open(dir, bpf_map__name(map), &fd);
		if (err == -ENOENT)
			continue;
		if (err)
			return err;
		if (map_fits(map, fd))
			err = bpf_map__reuse_fd(map, fd);
		else
			*ret_fresh = true;
		fd_close(&fd);
		if (err)
			return err;
	}
	return 0;
}

/* Pin @map, over an older one of that name. */
static int map_pin(struct bpf_map *map, const char *dir)
{
	char path[PLACE_PATH_MAX], new_path[PLACE_PATH_MAX];
	char name[64];
	int err;

	(void)snprintf(name, sizeof(name), "%s" NEW_SUFFIX, bpf_map__name(map));
	err = place_join(dir, bpf_map__name(map), path);
	if (!err)
		err = place_join(dir, name, new_path);
	if (err)
		return err;
	if (unlink(new_path) && errno != ENOENT)
		return -errno;
	/* not bpf_map__pin(): it refuses maps that were taken over */
	if (bpf_obj_pin(bpf_map__fd(map), new_path))
		return -errno;
	return rename(new_path, path) ? -errno : 0;
}

static int maps_pin(struct bpf_object *obj, const char *dir)
{
	struct bpf_map *map;
	int err = 0;

	bpf_object__for_each_map(map, obj)
	{
		if (!err && !bpf_map__is_internal(map))
			err = map_pin(map, dir);
	}
	return err;
}

static int program_attach(struct bpf_program *prog, const char *dir,
			  int cgroup_fd)
{
	char path[PLACE_PATH_MAX];
	struct bpf_link *link;
	int err;

	err = place_join(dir, bpf_program__name(prog), path);
	if (err)
		return err;
	if (access(path, F_OK) == 0) {
		link = bpf_link__open(path);
		if (!link)
			return -errno;
		err = bpf_link__update_program(link, prog);
	} else {
		link = bpf_program__attach_cgroup(prog, cgroup_fd);
		if (!link)
			return -errno;
		err = bpf_link__pin(link, path);
	}
	/* the pin keeps it attached */
	(void)bpf_link__destroy(link);
	return err;
}

static int programs_attach(struct bpf_object *obj, const char *dir,
			   int cgroup_fd)
{
	struct bpf_program *prog;
	int err = 0;

	bpf_object__for_each_program(prog, obj)
	{
		if (!err)
			err = program_attach(prog, dir, cgroup_fd);
	}
	return err;
}

int attach_commit(struct bpf_object *obj, const char *dir, int cgroup_fd)
{
	bool is_new;
	int err;

	is_new = mkdir(dir, 0700) == 0;
	if (!is_new && errno != EEXIST)
		return -errno;
	err = maps_pin(obj, dir);
	if (!err)
		err = programs_attach(obj, dir, cgroup_fd);
	if (err && is_new)
		(void)attach_remove(dir);
	return err;
}

int attach_detach(const char *dir, const char *prog)
{
	char path[PLACE_PATH_MAX];
	struct bpf_link *link;
	int err;

	err = place_join(dir, prog, path);
	if (err)
		return err;
	link = bpf_link__open(path);
	if (!link)
		return -errno;
	/* a pin that is removed alone detaches a little later */
	err = bpf_link__detach(link);
	if (!err && unlink(path))
		err = -errno;
	(void)bpf_link__destroy(link);
	return err;
}

int attach_remove(const char *dir)
{
	struct dirent *e;
	int err = 0;
	DIR *d;

	d = opendir(dir);
	if (!d)
		return -errno;
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		if (unlinkat(dirfd(d), e->d_name, 0))
			err = -errno;
	}
	(void)closedir(d);
	if (!err && rmdir(dir))
		err = -errno;
	return err;
}

int attach_open(const char *dir, const char *map, int *ret_fd)
{
	char path[PLACE_PATH_MAX];
	int fd, err;

	err = place_join(dir, map, path);
	if (err)
		return err;
	fd = bpf_obj_get(path);
	if (fd < 0)
		return -errno;
	*ret_fd = fd;
	return 0;
}

int attach_setup_get(const char *dir, struct toa_setup *ret)
{
	struct toa_setup setup = { 0 };
	__u32 zero = 0;
	int fd = -1, err;

	err = attach_open(dir, "setup", &fd);
	if (err)
		return err;
	if (bpf_map_lookup_elem(fd, &zero, &setup))
		err = -errno;
	fd_close(&fd);
	if (err)
		return err;
	setup.cgroup[sizeof(setup.cgroup) - 1] = '\0';
	*ret = setup;
	return 0;
}

int attach_setup_put(struct bpf_object *obj, const struct toa_setup *setup)
{
	struct bpf_map *map = bpf_object__find_map_by_name(obj, "setup");
	__u32 zero = 0;

	if (!map)
		return -ENOENT;
	return bpf_map_update_elem(bpf_map__fd(map), &zero, setup, BPF_ANY)
		       ? -errno
		       : 0;
}
