/* SPDX-License-Identifier: BSD-2-Clause */
/* doorman.c - see doorman.h */
#include "api/doorman.h"

#include <sys/socket.h>

#define REQUEST_MS (DOORMAN_REQUEST_S * UINT64_C(1000))

struct doorman_slot *doorman_open(struct doorman *g, int fd, uint64_t now_ms)
{
	uint32_t i;

	for (i = 0; i < DOORMAN_SLOTS; i++) {
		if (g->slot[i].is_used)
			continue;
		g->slot[i] = (struct doorman_slot) { fd, true, now_ms };
		return &g->slot[i];
	}
	return NULL;
}

void doorman_touch(struct doorman_slot *s, uint64_t now_ms)
{
	if (s)
		s->since_ms = now_ms;
}

void doorman_close(struct doorman_slot *s)
{
	if (s)
		s->is_used = false;
}

static size_t counted(size_t bytes)
{
	return bytes > DOORMAN_BODY_SMALL ? bytes : 0;
}

bool doorman_grow(struct doorman *g, size_t from, size_t to)
{
	size_t more = counted(to) - counted(from);

	if (more > DOORMAN_BODIES_MAX - g->bodies_bytes)
		return false;
	g->bodies_bytes += more;
	return true;
}

void doorman_shrink(struct doorman *g, size_t bytes)
{
	g->bodies_bytes -= counted(bytes);
}

int doorman_run(struct doorman *g, uint64_t now_ms)
{
	int next_ms = -1;
	uint32_t i;

	for (i = 0; i < DOORMAN_SLOTS; i++) {
		struct doorman_slot *s = &g->slot[i];
		uint64_t due_ms = s->since_ms + REQUEST_MS;

		if (!s->is_used)
			continue;
		if (due_ms <= now_ms) {
			(void)shutdown(s->fd, SHUT_RDWR);
			g->n_slow++;
			s->since_ms = now_ms;
			due_ms = now_ms + REQUEST_MS;
		}
		if (next_ms < 0 || due_ms - now_ms < (uint64_t)next_ms)
			next_ms = (int)(due_ms - now_ms);
	}
	return next_ms;
}
