/* SPDX-License-Identifier: BSD-2-Clause */
/* proxy_check_udp.c - datagrams */
#include <string.h>

#include "proxy_check.h"

enum case_status check_delivered(const struct check *c)
{
	const struct udp_seen *u = &c->s->udp;
	unsigned i, lost = 0;

	for (i = 0; i < PROXY_DGRAMS; i++)
		lost += !u->d[i].copies && !u->d[0].is_altered &&
			!u->d[0].is_cut;
	return check_say(c, lost ? STATUS_FAIL : STATUS_PASS, "%u of %u lost%s",
			 lost, PROXY_DGRAMS,
			 !u->d[0].copies && lost ? ", the first" : "");
}

enum case_status check_boundaries(const struct check *c)
{
	const struct udp_seen *u = &c->s->udp;
	unsigned i, bad = 0;

	for (i = 0; i < PROXY_DGRAMS; i++)
		bad += u->d[i].is_merged || u->d[i].is_cut;
	return check_verdict(c, !bad, "each stays one datagram",
			     "datagrams are joined or cut");
}

enum case_status check_single(const struct check *c)
{
	const struct udp_seen *u = &c->s->udp;
	unsigned i, n = 0;

	for (i = 0; i < PROXY_DGRAMS; i++)
		n += u->d[i].copies > 1 && !u->d[i].is_merged;
	return check_verdict(c, !n, "once each", "several copies");
}

enum case_status check_same_dgram(const struct check *c)
{
	const struct udp_seen *u = &c->s->udp;

	if (u->is_hdr_cut)
		return check_say(c, STATUS_INCONCLUSIVE, "the header is cut");
	if (!u->n_alone && !check_has_header(c, false))
		return STATUS_INCONCLUSIVE;
	return check_verdict(c, !u->n_alone, "header and payload in one",
			     "a header alone in a datagram");
}

enum case_status check_hdr_whole(const struct check *c)
{
	return check_verdict(c, !c->s->udp.is_hdr_cut, "whole",
			     "cut over two datagrams");
}

/* "every must" for SPP, "every" to be told */
enum case_status check_every(const struct check *c)
{
	const struct udp_seen *u = &c->s->udp;
	unsigned i, with = 0, came = 0;

	for (i = 0; i < PROXY_DGRAMS; i++) {
		came += u->d[i].opening.has_come;
		with += u->d[i].opening.has_come &&
			hdr_is_pp(u->d[i].opening.hdr.kind);
	}
	if (!strcmp(c->arg, "must")) {
		if (!with)
			return check_say(c, STATUS_INCONCLUSIVE,
					 "there is no header");
		return check_say(c, with == came ? STATUS_PASS : STATUS_FAIL,
				 "%u of %u", with, came);
	}
	return check_say(c, STATUS_INFO, "%s",
			 u->n_alone	? "alone, before the first"
			 : with == came ? "on every datagram"
					: "on the first datagram of a session");
}

enum case_status check_altered(const struct check *c)
{
	return check_verdict(c, !c->s->udp.d[0].is_altered, "unchanged",
			     "changed");
}

/* "replies", "replies exact", "replies clean" */
enum case_status check_replies(const struct check *c)
{
	const struct udp_seen *u = &c->s->udp;
	unsigned i, asked = 0, came = 0, ok = 0, headers = 0;

	for (i = 0; i < PROXY_DGRAMS; i++) {
		/* only what is still the query has its response */
		asked += c->o->payload == PROXY_PAYLOAD_DNS
				 ? u->d[i].opening.has_token
				 : u->d[i].opening.has_come;
		came += u->d[i].reply_came;
		ok += u->d[i].reply_ok;
		headers += u->d[i].reply_has_header;
	}
	if (!asked || (c->arg[0] && !came))
		return check_say(c, STATUS_INCONCLUSIVE, "none came");
	/* without its header a reply is lost, as it should be */
	if (c->s->mode == PROXY_SPP &&
	    (u->d[1].opening.hdr.kind != HDR_SPP || u->d[0].opening.hdr.flaw))
		return check_say(c, STATUS_INCONCLUSIVE, "there is no header");
	if (!strcmp(c->arg, "exact"))
		return check_say(c, ok == came ? STATUS_PASS : STATUS_FAIL,
				 "%u of %u changed", came - ok, came);
	if (!strcmp(c->arg, "clean"))
		return check_say(c, headers ? STATUS_FAIL : STATUS_PASS,
				 "%u of %u with a header", headers, came);
	return check_say(c, came == asked ? STATUS_PASS : STATUS_FAIL,
			 "%u of %u", came, asked);
}

enum case_status check_idle(const struct check *c)
{
	const struct udp_seen *u = &c->s->udp;

	if (!u->has_idle)
		return check_say(c, STATUS_SKIP, "--udp-idle was not given");
	if (!hdr_is_pp(c->s->kind))
		return check_say(c, STATUS_INCONCLUSIVE, "there is no header");
	if (!u->idle.has_come)
		return check_unseen(c);
	if (u->n_alone || u->is_hdr_cut)
		return check_say(c, STATUS_INCONCLUSIVE,
				 "the header comes alone");
	return check_verdict(c, hdr_is_pp(u->idle.hdr.kind),
			     "introduced by a header again",
			     "no header after the idle time");
}

enum case_status check_sizes(const struct check *c)
{
	const struct udp_seen *u = &c->s->udp;

	if (c->o->payload == PROXY_PAYLOAD_DNS)
		return check_say(c, STATUS_SKIP,
				 "--payload dns: %s is no query",
				 strcmp(c->arg, "big") != 0
					 ? "an empty datagram"
					 : "a datagram of 1,300 bytes");
	if (!strcmp(c->arg, "big"))
		return check_verdict(c, u->big_ok, "arrived whole",
				     "lost or cut");
	return check_say(c, STATUS_INFO, "%s",
			 u->empty_came ? "arrives" : "is swallowed");
}
