/* SPDX-License-Identifier: BSD-2-Clause */
/* linefile.h - a log of whole lines that several threads write.
 *
 * Lines are collected and written together; the file is opened for appending,
 * so that another process may rotate it (rename, then linefile_reopen()).
 */
#ifndef BASE_LINEFILE_H
#define BASE_LINEFILE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINEFILE_BUF_BYTES 65536

/* @path: borrowed; "-" is standard output
 * @lost: lines that could not be written (disk full, longer than the buffer)
 */
struct linefile {
	pthread_mutex_t lock;
	const char *path;
	int fd;
	bool is_unbuffered;
	size_t len;
	uint64_t lost;
	uint32_t pending; /* lines in @buf */
	char buf[LINEFILE_BUF_BYTES];
};

/* linefile_open() - @is_unbuffered: write each line at once.
 * Return: 0 or -errno
 */
int linefile_open(struct linefile *f, const char *path, bool is_unbuffered);

/* linefile_put() - one line, its line feed included */
void linefile_put(struct linefile *f, const char *line, size_t len);
void linefile_flush(struct linefile *f);

/* linefile_reopen() - flush, then open @path anew (log rotation).
 * Return: 0, or -errno and the old file stays in use
 */
int linefile_reopen(struct linefile *f);

/* linefile_close() - flush and close. Return: lines lost since opening */
uint64_t linefile_close(struct linefile *f);

#endif
