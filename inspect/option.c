/* SPDX-License-Identifier: BSD-2-Clause */
/* option.c - see option.h */
#include "option.h"

#include <assert.h>
#include <string.h>

#include "find.h"
#include "wire/bytes.h"
#include "wire/tcp.h"

#define OPTION_HEAD 2 /* kind and length */

static_assert(OPTION_VALUE_MAX + OPTION_HEAD == TCP_HDR_MAX - TCP_HDR_LEN,
	      "one option may fill the header");
static_assert(TCP_OPT_TIMESTAMP == sizeof(uint64_t), "option_are_plain()");

/* No option of @pkt is ours, nor one that ends the walk. */
bool option_are_plain(const struct config *cfg, const struct packet *pkt)
{
	uint64_t listed;

	memcpy(&listed, cfg->toa_kind + 1, sizeof(listed));
	return (!cfg->has_toa_kind || !listed) &&
	       option_are_common(pkt->opt, pkt->opt_len);
}

static bool option_is_listed(const struct config *cfg, uint8_t kind)
{
	return cfg->has_toa_kind ? cfg->toa_kind[kind]
				 : kind == CONFIG_TOA_KIND;
}

/* option_counts() - is @o, of @kind, an answer? */
static bool option_counts(const struct config *cfg, uint8_t kind,
			  const struct toa_option *o)
{
	if (o->layout == TOA_LAYOUT_NONE)
		return false;
	return option_is_listed(cfg, kind) ||
	       (!cfg->has_toa_kind && o->confidence != TOA_GUESS);
}

/* option_is_ours() - would an option of @kind be an answer, were it whole? */
static bool option_is_ours(const struct config *cfg, uint8_t kind)
{
	const struct toa_format *f;
	size_t i;

	if (cfg->has_toa_kind || kind == CONFIG_TOA_KIND)
		return option_is_listed(cfg, kind);
	for (i = 0; (f = toa_format_at(i)); i++) {
		if (f->kind == kind && f->layout != TOA_LAYOUT_NONE)
			return !toa_kind_is_shared(kind);
	}
	return false;
}

static void option_malformed(struct option_set *s, const struct packet *pkt,
			     const uint8_t *at, const struct wire_err *err,
			     uint64_t frame)
{
	if (s->err.anomaly != ANOMALY_NONE)
		return;
	s->err = *err;
	s->err.off += pkt->opt_off + (uint32_t)(at - pkt->opt);
	s->err_frame = frame;
}

static struct option *option_find(struct option_set *s,
				  const struct tcp_opt *opt)
{
	uint32_t i;

	for (i = 0; i < s->count; i++) {
		struct option *o = &s->option[i];

		if (o->kind == opt->kind && o->len == opt->len + OPTION_HEAD &&
		    (!opt->len || memcmp(o->value, opt->data, opt->len) == 0))
			return o;
	}
	return NULL;
}

/* option_append() - most flows have one option, so room grows by one.
 * Return: NULL, counted, if there is none
 */
static struct option *option_append(struct option_set *s, struct budget *b,
				    bool counts)
{
	size_t size = s->count * sizeof(*s->option);
	struct option *grown;

	if (s->count >= (counts ? OPTION_MAX : OPTION_OTHER_MAX)) {
		s->refused++;
		return NULL;
	}
	grown = budget_alloc(b, size + sizeof(*grown));
	if (!grown) {
		s->refused++;
		s->is_starved = true;
		return NULL;
	}
	if (size)
		memcpy(grown, s->option, size);
	budget_free(b, s->option, size);
	s->option = grown;
	return &grown[s->count++];
}

static void option_keep(struct option_set *s, struct budget *b,
			const struct tcp_opt *opt, bool counts,
			enum option_place place, uint64_t frame)
{
	struct option *o = option_find(s, opt);

	if (!o) {
		o = option_append(s, b, counts);
		if (!o)
			return;
		*o = (struct option) {
			.kind = opt->kind,
			.len = (uint8_t)(opt->len + OPTION_HEAD),
			.counts = counts,
			.frame = frame,
		};
		if (opt->len)
			memcpy(o->value, opt->data, opt->len);
	}
	/* twice in one segment is one segment */
	if (o->frame_last != frame)
		o->segments[place]++;
	o->frame_last = frame;
}

static bool option_is_error(enum anomaly a)
{
	return a == ANOMALY_TOA_LENGTH || a == ANOMALY_TOA_VERSION;
}

void option_add(struct option_set *s, const struct config *cfg,
		struct budget *b, const struct packet *pkt,
		enum option_place place, uint64_t frame)
{
	const uint8_t *area = pkt->opt;
	size_t len = pkt->opt_len;
	struct wire_err err = { ANOMALY_NONE, 0 };
	bool is_dropped;

	if (option_are_plain(cfg, pkt))
		return;
	is_dropped = find_is_bad_csum(cfg, pkt);
	while (len) {
		const uint8_t *at = area;
		unsigned flags = place == OPTION_SYN ? TOA_F_SYN : 0;
		struct toa_option toa;
		struct tcp_opt opt;
		enum wire_status st;
		bool counts;

		st = tcp_opt_next(&area, &len, &opt, &err);
		if (st == WIRE_BAD && !is_dropped && option_is_ours(cfg, *at))
			option_malformed(s, pkt, at, &err, frame);
		if (st != WIRE_OK)
			return;
		if (opt.kind <= TCP_OPT_TIMESTAMP)
			continue;
		if (option_is_listed(cfg, opt.kind))
			flags |= TOA_F_KIND_IS_TOA;
		st = toa_decode(&opt, flags, &toa, &err);
		if (st != WIRE_OK) {
			if (option_is_error(err.anomaly) && !is_dropped &&
			    option_is_ours(cfg, opt.kind))
				option_malformed(s, pkt, at, &err, frame);
			continue;
		}
		counts = option_counts(cfg, opt.kind, &toa);
		if (is_dropped)
			s->has_bad_csum |= counts;
		else if (counts && err.anomaly == ANOMALY_TOA_ADDRESS)
			option_malformed(s, pkt, at, &err, frame);
		else
			option_keep(s, b, &opt, counts, place, frame);
	}
}

struct toa_option option_client(const struct option *o)
{
	struct tcp_opt opt = { o->kind, (uint8_t)(o->len - OPTION_HEAD),
			       o->value };
	struct toa_option toa = { .layout = TOA_LAYOUT_NONE };
	struct wire_err err;

	/* What a SYN's flag would refuse was not kept from a SYN. */
	(void)toa_decode(&opt, TOA_F_KIND_IS_TOA, &toa, &err);
	return toa;
}

const struct option *option_first(const struct option_set *s)
{
	uint32_t i;

	for (i = 0; i < s->count; i++) {
		if (s->option[i].counts)
			return &s->option[i];
	}
	return NULL;
}

bool option_is_same_client(const struct toa_option *a, const struct endpoint *b,
			   bool b_has_port)
{
	struct ip_addr a_addr = ip_addr_unmap(&a->client.addr);
	struct ip_addr b_addr = ip_addr_unmap(&b->addr);

	if (!ip_addr_eq(&a_addr, &b_addr))
		return false;
	return !a->has_port || !b_has_port || a->client.port == b->port;
}

const struct option *option_contrary(const struct option_set *s)
{
	const struct option *first = option_first(s);
	struct toa_option toa;
	uint32_t i;

	if (!first || s->count == 1)
		return NULL;
	toa = option_client(first);
	for (i = 0; i < s->count; i++) {
		struct toa_option o = option_client(&s->option[i]);

		if (s->option[i].counts &&
		    !option_is_same_client(&toa, &o.client, o.has_port))
			return &s->option[i];
	}
	return NULL;
}

bool option_is_late(const struct option *o)
{
	return o->segments[OPTION_LATER] == option_segments(o);
}

uint64_t option_segments(const struct option *o)
{
	uint64_t sum = 0;
	unsigned i;

	for (i = 0; i < OPTION_PLACES; i++)
		sum += o->segments[i];
	return sum;
}

const char *option_place_name(enum option_place p)
{
	static const char *const names[OPTION_PLACES] = {
		[OPTION_SYN] = "syn",
		[OPTION_ACK] = "ack",
		[OPTION_DATA] = "data",
		[OPTION_LATER] = "later",
	};

	return (unsigned)p < OPTION_PLACES ? names[p] : "?";
}

void option_fini(struct option_set *s, struct budget *b)
{
	budget_free(b, s->option, s->count * sizeof(*s->option));
	s->option = NULL;
	s->count = 0;
}

void option_shift(struct option_set *s, uint64_t by)
{
	uint32_t i;

	frame_shift(&s->err_frame, by);
	for (i = 0; i < s->count; i++) {
		frame_shift(&s->option[i].frame, by);
		frame_shift(&s->option[i].frame_last, by);
	}
}
