/* SPDX-License-Identifier: BSD-2-Clause */
/* priv.c - see priv.h (capabilities(7)) */
#include "base/priv.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
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

static int priv_set_user(const char *user)
{
	const struct passwd *pw;

	errno = 0;
	pw = getpwnam(user);
	if (!pw)
		return errno ? -errno : -ENOENT;
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
