/* SPDX-License-Identifier: BSD-2-Clause */
/* priv.h - giving up what a process no longer needs */
#ifndef BASE_PRIV_H
#define BASE_PRIV_H

#include <stdint.h>

/* priv_drop() - keep no capability but those in @keep_caps (bits 1 << CAP_*),
 * never gain one by exec (no_new_privs), and, if @user is not NULL, become
 * that user (its groups included). Called before threads are started.
 * A process that is not root and has no capabilities only loses the way to new
 * ones.
 * Return: 0 or -errno (ENOENT: no such user)
 */
int priv_drop(const char *user, uint64_t keep_caps);

/* priv_own_dir() - make @dir (0700) for @user, or give it to that user with
 * the files in it, if they are root's. One that is another user's is refused:
 * whoever may write to it could have root open what he likes.
 * Return: 0 or -errno (ENOENT: no such user, EPERM: another user's)
 */
int priv_own_dir(const char *dir, const char *user);

/* priv_assume() - open and make files as @user from now on; priv_resume() - as
 * oneself again. For root, before threads are started. Return: 0 or -errno
 */
int priv_assume(const char *user);
int priv_resume(void);

#endif
