/* SPDX-License-Identifier: BSD-2-Clause */
/* proxy_check_life.c - how a connection goes on and ends */
#include <string.h>

#include "proxy_check.h"

static const char *const end_names[] = { "nothing", "FIN", "RST" };

enum case_status check_client_fin(const struct check *c)
{
	const struct tcp_seen *t = &c->s->tcp;

	if (!t->hello.has_come)
		return check_unseen(c);
	return check_say(c,
			 t->client_fin == END_FIN ? STATUS_PASS : STATUS_FAIL,
			 "%s", end_names[t->client_fin]);
}

enum case_status check_after_client_fin(const struct check *c)
{
	const struct tcp_seen *t = &c->s->tcp;

	if (t->client_fin != END_FIN || !t->reply_came)
		return check_say(c, STATUS_INCONCLUSIVE,
				 "the client's end did not arrive as one");
	return check_verdict(c, t->after_ok, "arrived", "lost or changed");
}

enum case_status check_origin_fin(const struct check *c)
{
	const struct tcp_seen *t = &c->s->tcp;

	return check_say(
		c, t->first_origin_fin == END_FIN ? STATUS_PASS : STATUS_FAIL,
		"%s", end_names[t->first_origin_fin]);
}

enum case_status check_after_origin_fin(const struct check *c)
{
	const struct tcp_seen *t = &c->s->tcp;

	if (t->first_origin_fin != END_FIN || t->parts_headers ||
	    t->hello.is_late)
		return check_say(c, STATUS_INCONCLUSIVE,
				 "the origin's end did not arrive as one, or "
				 "headers are in the stream");
	return check_verdict(c, t->first_after_ok, "arrived",
			     "lost or changed");
}

enum case_status check_parts(const struct check *c)
{
	const struct tcp_seen *t = &c->s->tcp;

	if (!t->has_parts)
		return check_unseen(c);
	if (t->hello.is_late)
		return check_say(c, STATUS_INCONCLUSIVE,
				 "the first one is late");
	return check_say(c, t->parts_headers ? STATUS_FAIL : STATUS_PASS,
			 "%u headers in the stream", t->parts_headers);
}

enum case_status check_parts_exact(const struct check *c)
{
	const struct tcp_seen *t = &c->s->tcp;

	if (!t->has_parts)
		return check_unseen(c);
	if (t->parts_headers)
		return check_say(c, STATUS_INCONCLUSIVE,
				 "headers in the stream");
	return check_verdict(c, t->parts_ok, "unchanged", "changed or lost");
}

enum case_status check_reply(const struct check *c)
{
	const struct tcp_seen *t = &c->s->tcp;

	if (t->reply_has_header)
		return check_say(c, STATUS_INCONCLUSIVE,
				 "a header before them");
	return check_verdict(c, t->reply_ok, "unchanged",
			     t->reply_came ? "changed" : "lost");
}

enum case_status check_reply_clean(const struct check *c)
{
	const struct tcp_seen *t = &c->s->tcp;

	if (!t->reply_came)
		return check_say(c, STATUS_INCONCLUSIVE, "nothing came back");
	return check_verdict(c, !t->reply_has_header, "no header",
			     "a header goes to the client");
}

/* "bulk up", "bulk down" */
enum case_status check_bulk(const struct check *c)
{
	const struct tcp_seen *t = &c->s->tcp;
	bool is_up = !strcmp(c->arg, "up");
	uint64_t n = is_up ? t->up_bytes : t->down_bytes;
	uint64_t bad = is_up ? t->up_bad : t->down_bad;

	if (!t->has_bulk)
		return check_unseen(c);
	if (is_up ? t->parts_headers > 0 || t->hello.is_late
		  : t->reply_has_header)
		return check_say(c, STATUS_INCONCLUSIVE,
				 "headers in the stream");
	if (bad != UINT64_MAX)
		return check_say(c, STATUS_FAIL, "wrong at byte %llu",
				 (unsigned long long)bad);
	return check_say(c, n == c->o->bulk_bytes ? STATUS_PASS : STATUS_FAIL,
			 "%llu of %llu bytes", (unsigned long long)n,
			 (unsigned long long)c->o->bulk_bytes);
}

enum case_status check_resets(const struct check *c)
{
	const struct tcp_seen *t = &c->s->tcp;
	enum proxy_end_seen seen = !strcmp(c->arg, "client") ? t->client_rst
							     : t->origin_rst;

	if (!t->has_resets)
		return check_unseen(c);
	return check_say(c, seen == END_RST ? STATUS_PASS : STATUS_FAIL, "%s",
			 end_names[seen]);
}

enum case_status check_refused(const struct check *c)
{
	return check_verdict(c, c->s->tcp.refused_told,
			     "the client's connection ends",
			     "the client is left waiting");
}

enum case_status check_silent(const struct check *c)
{
	const struct tcp_seen *t = &c->s->tcp;

	if (!t->has_silent)
		return check_say(
			c, STATUS_INFO,
			"no connection to the origin before the client "
			"speaks");
	return check_say(c, STATUS_INFO, "%s",
			 t->silent_came
				 ? "the header comes alone: servers may speak "
				   "first"
				 : "the header waits for the client: a server "
				   "that speaks first waits for ever");
}

enum case_status check_empty(const struct check *c)
{
	const struct tcp_seen *t = &c->s->tcp;

	if (!t->has_empty || !t->empty.has_come)
		return check_say(c, STATUS_INFO,
				 "the origin hears nothing of it");
	return check_say(c, STATUS_INFO, "%s, then %s",
			 hdr_kind_name(t->empty.hdr.kind),
			 end_names[t->empty_fin]);
}
