/* SPDX-License-Identifier: BSD-2-Clause */
/* tool.h - the project's other programs, run as processes */
#ifndef CONFORM_TOOL_H
#define CONFORM_TOOL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define TOOL_PATH_MAX 512

/* tool_find() - the program @name ("tp-inspect"): beside this one, in the
 * folder @folder beside that, or in $PATH.
 * Return: 0, or -ENOENT
 */
int tool_find(const char *name, const char *folder, char out[TOOL_PATH_MAX]);

/* tool_run() - run @argv to its end and keep what it prints.
 * @timeout_ms: then it is killed, and -ETIMEDOUT comes back
 * @out:        its standard output (and error), NUL-terminated, cut to @cap
 * Return: its exit status, or -errno
 */
int tool_run(char *const argv[], uint64_t timeout_ms, char *out, size_t cap);

/* tool_start() - start @argv in the background.
 * @ret_fd: its standard output and error; non-blocking
 * Return: its process id, or -errno
 */
pid_t tool_start(char *const argv[], int *ret_fd);

/* tool_stop() - SIGTERM, and after a second SIGKILL; waits for the end */
void tool_stop(pid_t pid);

#endif
