/* SPDX-License-Identifier: BSD-2-Clause */
/* proxy_check.c - the cases of `tp-conform proxy` against what was seen.
 *
 * A check looks at one thing. What must be right before it can be looked at,
 * and is not, makes it inconclusive: the case that is about that fails.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "proxy_check.h"
#include "wire/wire.h"

#define PROMPT_MS 1000

enum case_status check_say(const struct check *c, enum case_status status,
			   const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(c->r->got, sizeof(c->r->got), fmt, ap);
	va_end(ap);
	return status;
}

enum case_status check_verdict(const struct check *c, bool is_good,
			       const char *good, const char *bad)
{
	return check_say(c, is_good ? STATUS_PASS : STATUS_FAIL, "%s",
			 is_good ? good : bad);
}

enum case_status check_unseen(const struct check *c)
{
	return check_say(c, STATUS_INCONCLUSIVE,
			 "the client's bytes did not reach the origin");
}

bool check_has_header(const struct check *c, bool is_whole)
{
	const struct opening *op = c->op;

	if (!op->has_come)
		(void)check_unseen(c);
	else if (!hdr_is_pp(op->hdr.kind))
		(void)check_say(c, STATUS_INCONCLUSIVE, "there is no header");
	else if (is_whole && op->hdr.flaw)
		(void)check_say(c, STATUS_INCONCLUSIVE,
				"the header cannot be read: "
				"it %s",
				hdr_flaw_text(op->hdr.flaw));
	else
		return true;
	return false;
}

static bool names_client(const struct check *c)
{
	if (!check_has_header(c, true))
		return false;
	if (!c->op->hdr.is_proxy)
		(void)check_say(c, STATUS_INCONCLUSIVE,
				"the header names nobody");
	return c->op->hdr.is_proxy;
}

static enum case_status say_endpoint(const struct check *c, bool is_good,
				     const struct endpoint *got,
				     const struct endpoint *want)
{
	char a[ENDPOINT_TEXT_MAX], b[ENDPOINT_TEXT_MAX];

	(void)snprintf(c->r->expected, sizeof(c->r->expected), "%s",
		       endpoint_format(want, b));
	return check_say(c, is_good ? STATUS_PASS : STATUS_FAIL, "%s",
			 endpoint_format(got, a));
}

/* ---- the header ---- */

static enum case_status check_header(const struct check *c)
{
	const struct opening *op = c->op;

	if (!op->has_come)
		return check_unseen(c);
	if (op->is_late)
		return check_say(c, STATUS_PASS, "%s, after data",
				 hdr_kind_name(op->hdr.kind));
	if (c->o->is_udp && (c->s->udp.n_alone || c->s->udp.is_hdr_cut))
		return check_say(c, STATUS_PASS, "in a datagram of its own");
	return check_verdict(c, hdr_is_pp(op->hdr.kind),
			     hdr_kind_name(op->hdr.kind),
			     op->lead ? "bytes that begin like no header"
				      : "nothing before the client's bytes");
}

static enum case_status check_first(const struct check *c)
{
	if (!c->op->has_come)
		return check_unseen(c);
	if (!c->op->is_late && !hdr_is_pp(c->op->hdr.kind))
		return check_say(c, STATUS_INCONCLUSIVE, "there is no header");
	return check_verdict(c, !c->op->is_late, "before the client's bytes",
			     "after the client's first bytes");
}

/* "flaw N": is it that one? */
static enum case_status check_flaw(const struct check *c)
{
	static const struct {
		const char *name;
		enum hdr_flaw flaw;
	} flaws[] = {
		{ "short", HDR_FLAW_SHORT },
		{ "line", HDR_FLAW_LINE },
		{ "end", HDR_FLAW_END },
		{ "proto", HDR_FLAW_PROTO },
		{ "addr", HDR_FLAW_ADDR },
		{ "port", HDR_FLAW_PORT },
		{ "version", HDR_FLAW_VERSION },
		{ "command", HDR_FLAW_COMMAND },
		{ "family", HDR_FLAW_FAMILY },
		{ "length", HDR_FLAW_LENGTH },
		{ "tlv", HDR_FLAW_TLV },
		{ "crc", HDR_FLAW_CRC },
		{ "mapped", HDR_FLAW_MAPPED },
	};
	enum hdr_flaw got = c->op->hdr.flaw;
	size_t i;

	if (!check_has_header(c, false))
		return STATUS_INCONCLUSIVE;
	for (i = 0; i < ARRAY_SIZE(flaws); i++)
		if (got == flaws[i].flaw && !strcmp(c->arg, flaws[i].name))
			return check_say(c, STATUS_FAIL, "it %s",
					 hdr_flaw_text(got));
	if (got)
		return check_say(c, STATUS_INCONCLUSIVE, "it %s",
				 hdr_flaw_text(got));
	return check_say(c, STATUS_PASS, "%s", hdr_flaw_text(got));
}

static enum case_status check_crc(const struct check *c)
{
	if (!check_has_header(c, false))
		return STATUS_INCONCLUSIVE;
	if (!c->op->hdr.has_crc)
		return check_say(c, STATUS_SKIP, "no CRC32C is sent");
	return check_verdict(c, c->op->hdr.flaw != HDR_FLAW_CRC, "it matches",
			     "it does not match");
}

static enum case_status check_one_segment(const struct check *c)
{
	const struct opening *op = c->op;
	bool has_tap = op->first_segment > 0;
	size_t first = has_tap ? op->first_segment : op->first_read;

	if (!check_has_header(c, false) || op->is_late)
		return STATUS_INCONCLUSIVE;
	return check_say(c, first >= op->lead ? STATUS_PASS : STATUS_FAIL,
			 "%s: %zu bytes, header: %zu",
			 has_tap ? "first segment, captured"
				 : "first read (no capture without "
				   "CAP_NET_RAW)",
			 first, op->lead);
}

static enum case_status check_with_data(const struct check *c)
{
	const struct opening *op = c->op;

	if (!check_has_header(c, false) || op->is_late)
		return STATUS_INCONCLUSIVE;
	return check_say(c, STATUS_INFO, "%s",
			 op->first_read > op->lead
				 ? "with the client's first bytes"
				 : "in a segment of its own");
}

static enum case_status check_small(const struct check *c)
{
	if (!check_has_header(c, true))
		return STATUS_INCONCLUSIVE;
	return check_say(c, c->op->hdr.len <= 232 ? STATUS_PASS : STATUS_FAIL,
			 "%zu bytes", c->op->hdr.len);
}

static enum case_status check_once(const struct check *c)
{
	if (!check_has_header(c, true))
		return STATUS_INCONCLUSIVE;
	return check_verdict(c, !c->op->n_more, "one header",
			     "another header follows it");
}

static enum case_status check_prompt(const struct check *c)
{
	if (!c->op->has_come)
		return check_unseen(c);
	return check_say(
		c, c->op->delay_ms < PROMPT_MS ? STATUS_PASS : STATUS_FAIL,
		"after %llu ms", (unsigned long long)c->op->delay_ms);
}

static enum case_status check_names(const struct check *c)
{
	if (!check_has_header(c, true))
		return STATUS_INCONCLUSIVE;
	return check_verdict(c, c->op->hdr.is_proxy, "a client",
			     "nobody (LOCAL, UNKNOWN or UNSPEC)");
}

static bool same_ip(const struct ip_addr *a, const struct ip_addr *b)
{
	struct ip_addr x = ip_addr_unmap(a), y = ip_addr_unmap(b);

	return ip_addr_eq(&x, &y);
}

static enum case_status check_client_addr(const struct check *c)
{
	if (!names_client(c))
		return STATUS_INCONCLUSIVE;
	return say_endpoint(c, same_ip(&c->op->hdr.src.addr, &c->op->self.addr),
			    &c->op->hdr.src, &c->op->self);
}

static enum case_status check_client_port(const struct check *c)
{
	if (!names_client(c))
		return STATUS_INCONCLUSIVE;
	return say_endpoint(c, c->op->hdr.src.port == c->op->self.port,
			    &c->op->hdr.src, &c->op->self);
}

static enum case_status check_dst(const struct check *c)
{
	const struct opening *op = c->op;

	if (!names_client(c))
		return STATUS_INCONCLUSIVE;
	return say_endpoint(c,
			    same_ip(&op->hdr.dst.addr, &op->dialled.addr) &&
				    op->hdr.dst.port == op->dialled.port,
			    &op->hdr.dst, &op->dialled);
}

static enum case_status check_family(const struct check *c)
{
	const struct opening *op = c->op;

	if (!names_client(c))
		return STATUS_INCONCLUSIVE;
	return say_endpoint(c,
			    op->hdr.src.addr.family == op->self.addr.family &&
				    op->hdr.dst.addr.family ==
					    op->dialled.addr.family,
			    &op->hdr.src, &op->self);
}

static enum case_status check_transport(const struct check *c)
{
	static const char *const names[] = { "UNSPEC", "STREAM", "DGRAM" };
	unsigned want = c->o->is_udp ? 2 : 1;

	if (!names_client(c))
		return STATUS_INCONCLUSIVE;
	return check_say(
		c, c->op->hdr.transport == want ? STATUS_PASS : STATUS_FAIL,
		"%s", names[c->op->hdr.transport]);
}

/* The client's bytes are all there, unchanged, and nothing but them. */
static enum case_status check_exact(const struct check *c)
{
	const struct opening *op = c->op;

	if (!op->has_come)
		return check_unseen(c);
	if (op->hdr.flaw || op->is_late || op->n_more ||
	    (c->o->is_udp && c->s->udp.d[0].is_cut))
		return check_say(c, STATUS_INCONCLUSIVE,
				 "where they begin cannot be told");
	if (c->o->is_udp && (c->s->udp.n_alone || c->s->udp.is_hdr_cut))
		return check_say(c, STATUS_PASS, "unchanged");
	if (op->has_token && op->lead != op->hdr.len && op->hdr.len)
		return check_say(c, STATUS_FAIL,
				 "%zu strange bytes before them",
				 op->lead - op->hdr.len);
	return check_verdict(c, op->has_token && !op->trail, "unchanged",
			     op->has_token ? "more than was sent" : "changed");
}

/* ---- the TCP option ---- */

static const struct endpoint *toa_told(const struct opening *op)
{
	if (op->has_option)
		return &op->option;
	/* a kernel with a reader of TOA says so in accept() */
	return endpoint_eq(&op->peer, &op->self) ? &op->peer : NULL;
}

static enum case_status check_option(const struct check *c)
{
	const struct endpoint *told = toa_told(c->op);

	if (!c->op->has_come)
		return check_unseen(c);
	if (!told && c->op->first_segment)
		return check_say(c, STATUS_FAIL, "no option in any segment");
	if (!told)
		return check_say(c, STATUS_INCONCLUSIVE,
				 "no option in the SYN, and later segments are "
				 "not seen without CAP_NET_RAW");
	return say_endpoint(c, endpoint_eq(told, &c->op->self), told,
			    &c->op->self);
}

static enum case_status check_no_header(const struct check *c)
{
	if (!c->op->has_come)
		return check_unseen(c);
	return check_verdict(c, c->op->has_token && !c->op->lead,
			     "nothing before the client's bytes",
			     "bytes before the client's");
}

/* ---- clients that are many, or lie ---- */

/* Is it the address of one of the others? */
static bool is_anothers(const struct opening *crowd, uint32_t n, uint32_t me)
{
	uint32_t i;

	for (i = 0; i < n; i++)
		if (i != me && endpoint_eq(&crowd[i].self, &crowd[me].hdr.src))
			return true;
	return false;
}

static enum case_status check_crowd(const struct check *c)
{
	const struct opening *crowd = c->o->is_udp ? c->s->udp.crowd
						   : c->s->tcp.crowd;
	uint32_t n = c->o->is_udp ? c->s->udp.n_crowd : c->s->tcp.n_crowd;
	uint32_t i, lost = 0, wrong = 0, judged = 0;

	for (i = 0; i < n; i++) {
		const struct opening *op = &crowd[i];

		lost += !op->has_come;
		if (!op->has_come || !op->hdr.is_proxy || op->hdr.flaw)
			continue;
		judged++;
		wrong += is_anothers(crowd, n, i);
	}
	if (!judged || !names_client(c) ||
	    c->op->hdr.src.port != c->op->self.port)
		return check_say(
			c, STATUS_INCONCLUSIVE,
			"%u clients, %u lost: a client alone is not named "
			"rightly",
			n, lost);
	(void)snprintf(c->r->expected, sizeof(c->r->expected),
		       "each client its own address");
	return check_say(
		c, wrong ? STATUS_FAIL : STATUS_PASS,
		"%u clients at once: %u have another's address, %u lost", n,
		wrong, lost);
}

static enum case_status forged_judge(const struct check *c,
				     const struct opening *op, bool is_refused)
{
	if (is_refused)
		return check_say(c, STATUS_PASS, "refused");
	if (!op->has_come)
		return check_unseen(c);
	/* whether it is unchanged, is another case's matter */
	if (op->lead && !op->hdr.flaw && op->hdr.src.port == op->self.port)
		return check_say(c, STATUS_PASS,
				 "payload, after the proxy's own");
	if (op->has_token &&
	    (op->lead || c->o->mode == PROXY_TOA || c->o->mode == PROXY_OFF))
		return check_say(c, STATUS_PASS,
				 "payload, after the proxy's own");
	if (op->has_token && c->o->is_udp && c->s->udp.n_alone)
		return check_say(c, STATUS_PASS, "payload");
	return check_say(c, STATUS_FAIL,
			 "the client's own header comes first: anybody can be "
			 "anybody");
}

static enum case_status check_forged(const struct check *c)
{
	int i = c->arg[0] == '2';

	if (c->o->is_udp && !hdr_is_pp(c->s->kind))
		return check_say(c, STATUS_INCONCLUSIVE, "there is no header");
	if (c->o->is_udp)
		return forged_judge(c, &c->s->udp.forged,
				    c->s->udp.forged_refused);
	if (!hdr_is_pp(c->s->kind) || c->s->tcp.hello.is_late)
		return check_say(c, STATUS_INCONCLUSIVE, "there is no header");
	return forged_judge(c, &c->s->tcp.forged[i],
			    c->s->tcp.forged_refused[i]);
}

static const struct {
	const char *name;
	check_fn *fn;
} checks[] = {
	{ "header", check_header },
	{ "first", check_first },
	{ "flaw", check_flaw },
	{ "crc", check_crc },
	{ "one-segment", check_one_segment },
	{ "with-data", check_with_data },
	{ "small", check_small },
	{ "once", check_once },
	{ "prompt", check_prompt },
	{ "names", check_names },
	{ "client-addr", check_client_addr },
	{ "client-port", check_client_port },
	{ "dst", check_dst },
	{ "family", check_family },
	{ "transport", check_transport },
	{ "exact", check_exact },
	{ "option", check_option },
	{ "no-header", check_no_header },
	{ "client-fin", check_client_fin },
	{ "after-client-fin", check_after_client_fin },
	{ "origin-fin", check_origin_fin },
	{ "after-origin-fin", check_after_origin_fin },
	{ "parts", check_parts },
	{ "parts-exact", check_parts_exact },
	{ "reply", check_reply },
	{ "reply-clean", check_reply_clean },
	{ "bulk", check_bulk },
	{ "resets", check_resets },
	{ "refused", check_refused },
	{ "silent", check_silent },
	{ "empty", check_empty },
	{ "crowd", check_crowd },
	{ "forged", check_forged },
	{ "delivered", check_delivered },
	{ "boundaries", check_boundaries },
	{ "single", check_single },
	{ "same-dgram", check_same_dgram },
	{ "hdr-whole", check_hdr_whole },
	{ "every", check_every },
	{ "altered", check_altered },
	{ "replies", check_replies },
	{ "idle", check_idle },
	{ "sizes", check_sizes },
};

static const struct opening *opening_of(const struct proxy_options *o,
					const struct proxy_seen *s,
					const char *play, size_t len)
{
	if (o->is_udp)
		return &s->udp.d[0].opening;
	if (len == 4 && !memcmp(play, "also", 4))
		return &s->tcp.also;
	return &s->tcp.hello;
}

void proxy_check(const struct case_def *d, const struct proxy_options *o,
		 const struct proxy_seen *s, struct case_result *ret)
{
	const char *colon = strchr(d->script, ':'), *name = colon + 2;
	size_t len = strcspn(name, " "), i;
	struct check c = {
		.o = o,
		.s = s,
		.op = opening_of(o, s, d->script, (size_t)(colon - d->script)),
		.arg = name + len + (name[len] == ' '),
		.r = ret,
	};

	*ret = (struct case_result) { .def = d, .n_trials = 1 };
	ret->status = STATUS_INCONCLUSIVE;
	if (c.op == &s->tcp.also && !o->also.port) {
		ret->status =
			check_say(&c, STATUS_SKIP, "--also was not given");
		return;
	}
	(void)snprintf(ret->expected, sizeof(ret->expected), "%s", d->title);
	for (i = 0; i < ARRAY_SIZE(checks); i++)
		if (strlen(checks[i].name) == len &&
		    !memcmp(checks[i].name, name, len))
			ret->status = checks[i].fn(&c);
	ret->n_failed = ret->status == STATUS_FAIL;
	ret->n_inconclusive = ret->status == STATUS_INCONCLUSIVE;
}
