/* SPDX-License-Identifier: BSD-2-Clause */
/* control_dir.h - the end of a state directory that a test made */
#ifndef TESTS_UNIT_CONTROL_DIR_H
#define TESTS_UNIT_CONTROL_DIR_H

#include <stdio.h>
#include <unistd.h>

/* control_dir_remove() - with all that control_open() puts into it.
 * Return: 0, or -1 if there is anything else
 */
static inline int control_dir_remove(const char *dir)
{
	static const char *const files[] = { "state.db", "state.db-wal",
					     "state.db-shm", "lock" };
	char path[128];
	unsigned i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		(void)unlink(path);
	}
	return rmdir(dir);
}

#endif
