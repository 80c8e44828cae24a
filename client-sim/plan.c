/* SPDX-License-Identifier: BSD-2-Clause */
/* plan.c - see plan.h */
#include "plan.h"

#include <stdio.h>

#include "base/str.h"

/* How many addresses of @c are left out, and from where. */
static uint64_t plan_usable(const struct cidr *c, uint64_t *ret_first)
{
	uint64_t size = cidr_size(c);

	*ret_first = size > 2 ? 1 : 0;
	if (size <= 2 || size == UINT64_MAX)
		return size;
	return size - (c->addr.family == IP_V4 ? 2 : 1);
}

uint64_t plan_sources(const struct plan *p)
{
	uint64_t total = 0, first;
	size_t i;

	for (i = 0; i < p->src.n; i++) {
		uint64_t n = plan_usable(&p->src.items[i], &first);

		total = n > UINT64_MAX - total ? UINT64_MAX : total + n;
	}
	return total;
}

struct endpoint plan_source(const struct plan *p, uint64_t id)
{
	struct endpoint e = { 0 };
	uint64_t total = plan_sources(p);
	size_t i;

	if (!total)
		return e;
	id %= total;
	for (i = 0; i < p->src.n; i++) {
		uint64_t first, n = plan_usable(&p->src.items[i], &first);

		if (id < n) {
			e.addr = cidr_nth(&p->src.items[i], first + id);
			break;
		}
		id -= n;
	}
	return e;
}

bool plan_is_bulk(const struct plan *p)
{
	return p->load == LOAD_UP || p->load == LOAD_DOWN;
}

bool plan_set_request(struct plan *p, const char *path, const char *host)
{
	const char *c;
	int n;

	for (c = path; *c > ' ' && *c <= '~'; c++)
		;
	n = snprintf(p->request, sizeof(p->request),
		     "GET %s HTTP/1.1\r\n"
		     "Host: %s\r\n"
		     "User-Agent: tp-client\r\n"
		     "\r\n",
		     path, host);
	if (*c || path[0] != '/' || n < 0 || (size_t)n >= sizeof(p->request))
		return false;
	p->load = LOAD_HTTP;
	p->size = (uint64_t)n;
	return true;
}

/* Does a message travel in one datagram? */
static bool plan_is_whole(const struct plan *p)
{
	uint64_t max = PLAN_WHOLE_MAX;

	if (p->want_whoami)
		max -= PLAN_WHOAMI_ROOM;
	return p->size <= max || p->size <= p->udp_size;
}

uint64_t plan_datagrams(const struct plan *p)
{
	uint64_t per_message =
		plan_is_whole(p) ? 1 : (p->size - 1) / p->udp_size + 1;

	return p->messages > UINT64_MAX / per_message
		       ? UINT64_MAX
		       : p->messages * per_message;
}

uint32_t plan_datagram_len(const struct plan *p, uint64_t seq)
{
	uint64_t per_message, rest;

	if (plan_is_whole(p))
		return (uint32_t)p->size;
	per_message = (p->size - 1) / p->udp_size + 1;
	rest = p->size - seq % per_message * p->udp_size;
	return rest < p->udp_size ? (uint32_t)rest : p->udp_size;
}

static bool plan_fail(char err[PLAN_ERR_MAX], const char *text)
{
	str_copy(err, PLAN_ERR_MAX, text);
	return false;
}

static bool plan_check_header(const struct plan *p, char err[PLAN_ERR_MAX])
{
	const struct endpoint *dst = p->claim_dst.addr.family == IP_NONE
					     ? &p->target
					     : &p->claim_dst;

	if (p->send == SEND_NONE) {
		if (p->claim_src.addr.family != IP_NONE)
			return plan_fail(err, "--claim needs --send");
		if (p->split_at != SPLIT_NONE)
			return plan_fail(err, "--split needs --send");
		return true;
	}
	if (p->is_udp && p->send == SEND_V1)
		return plan_fail(err, "PROXY v1 is for TCP only: use --send v2 "
				      "or spp with --udp");
	if (!p->is_udp && p->send == SEND_SPP)
		return plan_fail(err, "SPP is for UDP only: add --udp, or use "
				      "--send v1 or v2");
	if (p->is_udp && p->split_at != SPLIT_NONE)
		return plan_fail(err, "--split is for TCP: a datagram carries "
				      "its header whole");
	if (p->send == SEND_V1 && p->claim_src.addr.family != IP_NONE &&
	    p->claim_src.addr.family != dst->addr.family)
		return plan_fail(err, "PROXY v1 cannot say two address "
				      "families: give --claim a destination of "
				      "the source's family");
	return true;
}

/* Keep what can be bound towards the target. */
static bool plan_check_sources(struct plan *p, char err[PLAN_ERR_MAX])
{
	size_t i, n = 0;

	for (i = 0; i < p->src.n; i++)
		if (p->src.items[i].addr.family == p->target.addr.family)
			p->src.items[n++] = p->src.items[i];
	if (p->src.n && !n) {
		(void)snprintf(err, PLAN_ERR_MAX,
			       "--src has no IPv%d address, and the target is "
			       "one: add one, or choose the target's family "
			       "with -4 or -6",
			       p->target.addr.family);
		return false;
	}
	p->src.n = n;
	return true;
}

static bool plan_check_load(struct plan *p, char err[PLAN_ERR_MAX])
{
	if (p->is_udp && p->load != LOAD_ECHO)
		return plan_fail(err, "--bulk and --http are for TCP");
	if (p->is_udp && p->want_rst)
		return plan_fail(err, "--rst is for TCP");
	if (plan_is_bulk(p) && (p->rate || p->think_ms))
		return plan_fail(err, "--bulk has no requests: --rate and "
				      "--think mean nothing with it");
	if (plan_is_bulk(p) && !p->size)
		return plan_fail(err, "--bulk with --size 0 moves nothing");
	if (p->think_ms)
		p->window = 1; /* thinking is between a reply and a request */
	if (p->want_rst)
		p->want_half_close = plan_is_bulk(p);
	if (p->load != LOAD_ECHO)
		p->want_verify = false; /* the bytes are not ours */
	return true;
}

/* What the rates are of. */
static bool plan_check_rates(struct plan *p, char err[PLAN_ERR_MAX])
{
	p->is_paced = p->rate && p->messages != 1;
	if (p->rate && !p->is_paced) {
		if (p->conn_rate)
			return plan_fail(err, "--rate is of connections if "
					      "each has one message: then "
					      "--conn-rate says it twice");
		p->conn_rate = p->rate;
	}
	if (p->rate && p->think_ms)
		return plan_fail(err, "--think paces a closed loop: it means "
				      "nothing with --rate");
	if (p->arrival == ARRIVAL_POISSON && !p->rate && !p->conn_rate)
		return plan_fail(err, "--arrival needs --rate or --conn-rate");
	return true;
}

bool plan_check(struct plan *p, char err[PLAN_ERR_MAX])
{
	if (!plan_check_load(p, err))
		return false;
	if (!p->duration_ms) {
		if (!p->conns)
			p->conns = 1;
		if (!p->messages)
			p->messages = 1;
	}
	if (!p->size && !p->is_udp) {
		if (!p->want_half_close)
			return plan_fail(err,
					 "--no-half-close with --size 0 leaves "
					 "nothing to wait for");
		p->messages = 1; /* an empty stream has no second message */
	}
	if (!p->concurrency)
		p->concurrency = PLAN_CONCURRENCY_DEFAULT;
	if (p->conns && p->conns < p->concurrency)
		p->concurrency = (uint32_t)p->conns;
	if (p->threads > p->concurrency)
		p->threads = p->concurrency;
	if (p->expect.addr.family != IP_NONE)
		p->want_whoami = true;
	return plan_check_rates(p, err) && plan_check_header(p, err) &&
	       plan_check_sources(p, err);
}
