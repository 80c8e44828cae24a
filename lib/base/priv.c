/* SPDX-License-Identifier: BSD-2-Clause */
/* priv.c - see priv.h (capabilities(7)) */
#include "base/priv.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int priv_set_caps(uint64_t keep)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3,
						 0 };
	struct __user_cap_data_struct data[2] = { { 0 }, { 0 } };
	int i;

	/* never ask for more than is permitted now */
	if (syscall(SYS_capget, &head, data))
		return -errno;
	for (i = 0; i < 2; i++) {
		data[i].permitted &= (uint32_t)(keep >> (32 * i));
		data[i].effective = data[i].permitted;
		data[i].inheritable = 0;
	}
	return syscall(SYS_capset, &head, data) ? -errno : 0;
}

/* Return: 0 or -errno; @ret is the C library's */
static int priv_find(const char *user, const struct passwd **ret)
{
	errno = 0;
	*ret = getpwnam(user);
	if (*ret)
		return 0;
	return errno ? -errno : -ENOENT;
}

static int priv_set_user(const char *user)
{
	const struct passwd *pw;
	int err = priv_find(user, &pw);

	if (err)
		return err;
	if (prctl(PR_SET_KEEPCAPS, 1L, 0L, 0L, 0L) ||
	    initgroups(user, pw->pw_gid) || setgid(pw->pw_gid) ||
	    setuid(pw->pw_uid))
		return -errno;
	return 0;
}

int priv_drop(const char *user, uint64_t keep_caps)
{
	if (user) {
		int err = priv_set_user(user);

		if (err)
			return err;
	}
	if (prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L))
		return -errno;
	return priv_set_caps(keep_caps);
}

/* @fd: of a directory that only root could write to so far */
static int priv_own_files(int fd, const struct passwd *pw)
{
	int copy = dup(fd);
	DIR *d = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *e;
	struct stat st;
	int err = 0;

	if (!d) {
		err = -errno;
		if (copy >= 0)
			(void)close(copy);
		return err;
	}
	while (!err && (e = readdir(d)) != NULL) {
		if (fstatat(fd, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		    !S_ISREG(st.st_mode) || st.st_nlink != 1 || st.st_uid)
			continue;
		if (fchownat(fd, e->d_name, pw->pw_uid, pw->pw_gid,
			     AT_SYMLINK_NOFOLLOW) < 0)
			err = -errno;
	}
	(void)closedir(d);
	return err;
}

int priv_own_dir(const char *dir, const char *user)
{
	const struct passwd *pw;
	struct stat st;
	int err = priv_find(user, &pw), fd;

	if (err)
		return err;
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return -errno;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) < 0)
		err = -errno;
	else if (st.st_uid && st.st_uid != pw->pw_uid)
		err = -EPERM;
	else if (!st.st_uid && pw->pw_uid)
		err = priv_own_files(fd, pw);
	if (!err && !st.st_uid && fchown(fd, pw->pw_uid, pw->pw_gid) < 0)
		err = -errno;
	(void)close(fd);
	return err;
}

int priv_assume(const char *user)
{
	const struct passwd *pw;
	int err = priv_find(user, &pw);

	if (err)
		return err;
	if (setegid(pw->pw_gid) || seteuid(pw->pw_uid)) {
		err = -errno;
		(void)priv_resume();
	}
	return err;
}

int priv_resume(void)
{
	return seteuid(getuid()) || setegid(getgid()) ? -errno : 0;
}
