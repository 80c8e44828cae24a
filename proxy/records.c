/* SPDX-License-Identifier: BSD-2-Clause */
/* records.c - see records.h */
#include "records.h"

#include <stdlib.h>

#include "wire/wire.h"

static struct record *record_at(struct records *r, enum rule_proto proto,
				uint64_t session)
{
	return &r->at[proto][session % LIVE_CONNECTIONS_MAX];
}

struct live_connection *records_begin(struct records *r, enum rule_proto proto,
				      uint64_t session, uint32_t slot)
{
	struct record *rec = record_at(r, proto, session);

	*rec = (struct record) {
		.c = { .session = session, .proto = proto, .reason = "-" },
		.slot = slot,
	};
	return &rec->c;
}

struct live_connection *records_find(struct records *r, enum rule_proto proto,
				     uint64_t session)
{
	struct live_connection *c = &record_at(r, proto, session)->c;

	return c->session == session ? c : NULL;
}

void records_each_open(const struct records *r,
		       void (*fn)(void *arg, const struct record *rec),
		       void *arg)
{
	size_t p, i;

	for (p = 0; p < ARRAY_SIZE(r->at); p++)
		for (i = 0; i < LIVE_CONNECTIONS_MAX; i++)
			if (r->at[p][i].c.session && !r->at[p][i].c.end_wall_ms)
				fn(arg, &r->at[p][i]);
}

uint32_t records_copy(const struct records *r,
		      struct live_connection ret[RECORDS_MAX])
{
	uint32_t n = 0;
	size_t p, i;

	for (p = 0; p < ARRAY_SIZE(r->at); p++)
		for (i = 0; i < LIVE_CONNECTIONS_MAX; i++)
			if (r->at[p][i].c.session)
				ret[n++] = r->at[p][i].c;
	return n;
}

static int newest_cmp(const void *a, const void *b)
{
	const struct live_connection *x = a, *y = b;

	if (x->begin_wall_ms != y->begin_wall_ms)
		return x->begin_wall_ms > y->begin_wall_ms ? -1 : 1;
	return x->session > y->session ? -1 : x->session < y->session;
}

void records_newest(struct live_connection *list, uint32_t n)
{
	qsort(list, n, sizeof(*list), newest_cmp);
}
