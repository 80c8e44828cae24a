/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_reply.c - HTTP responses: what comes in pieces is read as what comes at
 * once. Byte 0: how long the pieces are.
 */
#include "fuzz.h"
#include "reply.h"

/* What came of an input. @hash: of all events, in order, but for where bodies
 * are cut
 */
struct seen {
	struct reply r;
	uint64_t hash;
	uint64_t body_bytes;
	bool is_bad;
};

static void note(struct seen *s, const void *data, size_t len)
{
	const uint8_t *p = data;
	size_t i;

	for (i = 0; i < len; i++)
		s->hash = (s->hash ^ p[i]) * 0x100000001b3U;
}

static void note_done(struct seen *s)
{
	ASSERT(s->r.status >= 100 && s->r.status <= 999);
	note(s, &s->r.status, sizeof(s->r.status));
	note(s, &s->r.is_last, sizeof(s->r.is_last));
	reply_reset(&s->r);
}

/* One piece, in a block of its own size */
static void feed(struct seen *s, const uint8_t *data, size_t len)
{
	uint8_t *copy = fuzz_copy(data, len);
	const uint8_t *at = copy, *body = NULL;
	size_t left = len, n = 0;

	while (!s->is_bad && left) {
		size_t before = left;

		switch (reply_next(&s->r, &at, &left, &body, &n)) {
		case REPLY_MORE:
			ASSERT(!left);
			break;
		case REPLY_BODY:
			ASSERT(n && body >= copy && body + n <= copy + len);
			note(s, body, n);
			s->body_bytes += n;
			break;
		case REPLY_DONE:
			note_done(s);
			break;
		case REPLY_BAD:
			s->is_bad = true;
			break;
		}
		ASSERT(left <= before && at == copy + len - left);
	}
	free(copy);
}

/* A body without an end is told by a call without input. */
static void finish(struct seen *s)
{
	const uint8_t *at = NULL, *body;
	size_t left = 0, n;

	if (s->is_bad)
		return;
	if (reply_next(&s->r, &at, &left, &body, &n) == REPLY_DONE)
		note_done(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct seen whole = { .hash = 1 }, cut = { .hash = 1 };
	size_t step, at;

	if (len < 2)
		return 0;
	step = data[0] % 64 + 1U;
	data++;
	len--;
	feed(&whole, data, len);
	for (at = 0; at < len; at += step)
		feed(&cut, data + at, len - at < step ? len - at : step);
	finish(&whole);
	finish(&cut);
	ASSERT(whole.is_bad == cut.is_bad);
	ASSERT(whole.hash == cut.hash && whole.body_bytes <= len);
	ASSERT(whole.is_bad ||
	       (whole.r.state == cut.r.state &&
		reply_at_end(&whole.r) == reply_at_end(&cut.r)));
	return 0;
}
