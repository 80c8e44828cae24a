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

#endif
