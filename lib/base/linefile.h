/* SPDX-License-Identifier: BSD-2-Clause */
/* linefile.h - a log of whole lines that several threads write.
 *
 * Lines are collected and written together; the file is opened for appending,
 * so that another process may rotate it (rename, then linefile_reopen()).
 *
 * Who reads a pipe may be slow, or stand still. Lines wait for it in a queue,
 * and no call blocks: when the queue is full, lines are lost until it is empty
 * again, and then a line in their place says how many. The same goes for what
 * an error cost, a full disk for one. With LINEFILE_WAIT no line is lost to a
 * slow reader: linefile_put() waits for it when the queue is full. A regular
 * file is never waited for.
 */
#ifndef BASE_LINEFILE_H
#define BASE_LINEFILE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINEFILE_QUEUE_BYTES (4U << 20)
#define LINEFILE_LINE_MAX    65536
/* how soon to call linefile_flush() again while lines wait for a reader */
#define LINEFILE_RETRY_MS 20

enum linefile_flag {
	LINEFILE_NOW = 1U << 0,	 /* write each line at once */
	LINEFILE_WAIT = 1U << 1, /* rather wait than lose lines */
	LINEFILE_JSON = 1U << 2, /* what is said of lost lines is JSON, too:
				  * {"v":1,"type":"lost","lines":N}
				  */
};

/* @path:  borrowed; "-" is standard output
 * @lost:  lines that could not be written; the log tells of @told of them
 * @waits: how often a line had to wait (LINEFILE_WAIT)
 * @head, @len: what of the ring @queue is still to be written
 */
struct linefile {
	pthread_mutex_t lock;
	const char *path;
	int fd;
	unsigned flags;
	bool is_regular;
	bool is_torn; /* the last that was written is half a line */
	uint64_t lost, told;
	uint64_t waits;
	size_t head, len;
	char *queue;
};

/* linefile_open() - @flags: of enum linefile_flag. A named pipe that nobody
 * reads is waited for, but not by linefile_reopen().
 * Return: 0 or -errno
 */
int linefile_open(struct linefile *f, const char *path, unsigned flags);

/* linefile_put() - one line, its line feed included */
void linefile_put(struct linefile *f, const char *line, size_t len);

/* linefile_flush() - Return: false if lines still wait for a slow reader */
bool linefile_flush(struct linefile *f);

/* linefile_reopen() - flush, then open @path anew (log rotation); what the old
 * one does not take goes to the new one.
 * Return: 0, or -errno and the old file stays in use
 */
int linefile_reopen(struct linefile *f);

/* linefile_close() - flush and close; a slow reader has a second to take what
 * waits, with LINEFILE_WAIT as long as it needs.
 * Return: lines lost since opening
 */
uint64_t linefile_close(struct linefile *f);

#endif
