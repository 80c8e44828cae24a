/* SPDX-License-Identifier: BSD-2-Clause */
/* place.c - see place.h */
#include "place.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/fd.h"
#include "base/str.h"

/* Where cgroup v2 is mounted. Return: 0, or -ENOENT, -ENAMETOOLONG */
static int place_cgroup_root(char *ret, size_t cap)
{
	struct mntent m;
	char buf[2048];
	int err = -ENOENT;
	FILE *f;

	f = setmntent("/proc/self/mounts", "re");
	if (!f)
		return -errno;
	while (getmntent_r(f, &m, buf, sizeof(buf))) {
		if (strcmp(m.mnt_type, "cgroup2") != 0)
			continue;
		err = str_copy(ret, cap, m.mnt_dir) ? 0 : -ENAMETOOLONG;
		break;
	}
	(void)endmntent(f);
	return err;
}

int place_cgroup_open(const char *path, int *ret_fd, uint64_t *ret_id,
		      char *ret_path, size_t cap)
{
	struct statfs fs;
	struct stat st = { 0 };
	int fd, err = 0;

	if (path)
		err = str_copy(ret_path, cap, path) ? 0 : -ENAMETOOLONG;
	else
		err = place_cgroup_root(ret_path, cap);
	if (err)
		return err;
	fd = open(ret_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstatfs(fd, &fs) || fstat(fd, &st))
		err = -errno;
	else if (fs.f_type != CGROUP2_SUPER_MAGIC)
		err = -EINVAL;
	if (err) {
		fd_close(&fd);
		return err;
	}
	*ret_id = st.st_ino;
	*ret_fd = fd;
	return 0;
}

bool place_is_bpffs(const char *path)
{
	char p[PLACE_PATH_MAX];
	struct statfs fs;

	if (!str_copy(p, sizeof(p), path))
		return false;
	while (statfs(p, &fs)) {
		char *slash = strrchr(p, '/');

		if (errno != ENOENT || !slash || slash == p)
			return false;
		*slash = '\0';
	}
	return fs.f_type == BPF_FS_MAGIC;
}

int place_bpffs_ensure(const char *dir)
{
	size_t len = strlen(PLACE_BPFFS);

	if (place_is_bpffs(dir))
		return 0;
	if (strncmp(dir, PLACE_BPFFS, len) != 0 ||
	    (dir[len] != '/' && dir[len] != '\0'))
		return -EMEDIUMTYPE;
	if (mount("bpf", PLACE_BPFFS, "bpf", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  "mode=0700"))
		return -errno;
	return 0;
}

int place_join(const char *dir, const char *name, char ret[PLACE_PATH_MAX])
{
	int n = snprintf(ret, PLACE_PATH_MAX, "%s/%s", dir, name);

	return n > 0 && n < PLACE_PATH_MAX ? 0 : -ENAMETOOLONG;
}

int place_set_dir(const char *pin_dir, bool is_writer, const char *instance,
		  char ret[PLACE_PATH_MAX])
{
	char name[PLACE_INSTANCE_MAX + 16];

	(void)snprintf(name, sizeof(name), "%s%s%s",
		       is_writer ? "writer" : "reader", instance ? "-" : "",
		       instance ? instance : "");
	return place_join(pin_dir, name, ret);
}
