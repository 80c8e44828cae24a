/* SPDX-License-Identifier: BSD-2-Clause */
/* doorman.h - what clients that are slow, idle or many may take from the
 * server.
 *
 * A connection has a fixed time for each request, from its begin (or the end of
 * the request before) to the last byte of the response: who sends a byte now
 * and then does not stay longer than who sends none. All bodies together have a
 * fixed amount of memory.
 */
#ifndef API_DOORMAN_H
#define API_DOORMAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DOORMAN_SLOTS	   256
#define DOORMAN_REQUEST_S  15
#define DOORMAN_BODIES_MAX (8U << 20)
/* a body up to this long is always taken */
#define DOORMAN_BODY_SMALL 4096U

struct doorman_slot {
	int fd; /* borrowed */
	bool is_used;
	uint64_t since_ms;
};

struct doorman {
	struct doorman_slot slot[DOORMAN_SLOTS];
	size_t bodies_bytes;
	uint64_t n_slow;
};

/* doorman_open() - a connection begins. NULL if there are too many. */
struct doorman_slot *doorman_open(struct doorman *g, int fd, uint64_t now_ms);

/* doorman_touch() - its time begins anew; NULL is a no-op */
void doorman_touch(struct doorman_slot *s, uint64_t now_ms);

/* doorman_close() - it has ended; NULL is a no-op */
void doorman_close(struct doorman_slot *s);

/* doorman_grow() - may a body of @from bytes of memory take @to? Counted then.
 */
bool doorman_grow(struct doorman *g, size_t from, size_t to);

/* doorman_shrink() - a body's memory, @bytes, was freed */
void doorman_shrink(struct doorman *g, size_t bytes);

/* doorman_run() - shut down what took too long: its owner will see its end.
 * Return: milliseconds until the next one is due; -1: none
 */
int doorman_run(struct doorman *g, uint64_t now_ms);

#endif
