/* SPDX-License-Identifier: BSD-2-Clause */
/* raw_reply.c - see raw_reply.h */
#include "raw_reply.h"

#include <string.h>

_Static_assert(RAW_REPLY_MAX > WHOAMI_LINE_MAX, "a whole line is kept");

void raw_reply_init(struct raw_reply *r, const char *expect,
		    const struct endpoint *client)
{
	*r = (struct raw_reply) { .expect = expect };
	if (client) {
		r->client = *client;
		r->identity = IDENTITY_PENDING;
	}
}

bool raw_reply_is_complete(const struct raw_reply *r)
{
	return (!r->expect || r->is_matched) && r->identity != IDENTITY_PENDING;
}

static void raw_reply_judge(struct raw_reply *r)
{
	const char *end = memchr(r->kept, '\n', r->len);

	if (!end) {
		if (r->len > WHOAMI_LINE_MAX)
			r->identity = IDENTITY_MISSING;
		return;
	}
	r->identity = whoami_parse(r->kept, (size_t)(end - r->kept), &r->seen)
			      ? whoami_judge(&r->seen, &r->client)
			      : IDENTITY_MISSING;
}

bool raw_reply_add(struct raw_reply *r, const void *data, size_t len)
{
	size_t room = sizeof(r->kept) - r->len;

	memcpy(r->kept + r->len, data, len < room ? len : room);
	r->len += len < room ? len : room;
	if (r->expect && !r->is_matched)
		r->is_matched =
			memmem(r->kept, r->len, r->expect, strlen(r->expect));
	if (r->identity == IDENTITY_PENDING)
		raw_reply_judge(r);
	return raw_reply_is_complete(r);
}

bool raw_reply_close(struct raw_reply *r)
{
	if (r->identity == IDENTITY_PENDING)
		r->identity = IDENTITY_MISSING;
	return (!r->expect || r->is_matched) &&
	       (r->identity == IDENTITY_OFF || r->identity == IDENTITY_OK);
}
