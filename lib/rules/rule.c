/* SPDX-License-Identifier: BSD-2-Clause */
/* rule.c - one line of the batch-import format to a rule, and back */
#include "rules/rule.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "rules/rule_text.h"
#include "wire/wire.h"

#define ORIGIN_PORT_MAX 65535 /* the product gives no bound */

static const char *const proto_names[] = {
	[RULE_TCP] = "tcp",
	[RULE_UDP] = "udp",
};

static const char *const mode_names[] = {
	[MODE_OFF] = "off",   [MODE_TOA] = "toa", [MODE_PPV1] = "ppv1",
	[MODE_PPV2] = "ppv2", [MODE_SPP] = "spp",
};

/* seed/19: the product keeps these for itself */
static const uint16_t reserved_tcp[] = { 3943, 3944, 6088, 36000, 56000 };
static const uint16_t reserved_udp[] = { 4789, 4790, 6080, 61708 };

const char *rule_proto_name(enum rule_proto p)
{
	return proto_names[p];
}

const char *rule_mode_name(enum rule_mode m)
{
	return mode_names[m];
}

/* The first reserved port in @r, or 0 */
static uint16_t reserved_in(enum rule_proto proto, struct port_range r)
{
	const uint16_t *ports = proto == RULE_TCP ? reserved_tcp : reserved_udp;
	size_t n = proto == RULE_TCP ? ARRAY_SIZE(reserved_tcp)
				     : ARRAY_SIZE(reserved_udp);
	size_t i;

	for (i = 0; i < n; i++)
		if (ports[i] >= r.low && ports[i] <= r.high)
			return ports[i];
	return 0;
}

/* What a port may be in a field, and how its errors are called. */
struct port_field {
	const char *code;
	const char *name;
	unsigned max;
};

static const struct port_field forward_field = {
	CODE_PORT,
	"forwarding port",
	RULE_PORT_MAX,
};
static const struct port_field origin_field = {
	CODE_ORIGIN_PORT,
	"origin port",
	ORIGIN_PORT_MAX,
};

static bool port_parse(struct rule_span s, const struct port_field *f,
		       uint16_t *ret, struct rule_error *err)
{
	char q[RULE_QUOTE_MAX];
	uint64_t v;
	size_t i;

	if (!rule_check_ascii(s, f->code, err))
		return false;
	for (i = 0; i < s.len; i++)
		if (!isdigit((unsigned char)s.at[i]))
			break;
	if (!s.len || i < s.len)
		return rule_fail(
			err, s.column, f->code,
			"'%s' is no %s: write a whole number "
			"1-%u, a range as 80-90%s",
			rule_quote(s, q), f->name, f->max,
			f == &forward_field ? ", several divided by ';'" : "");
	if (s.at[0] == '0' && s.len > 1)
		return rule_fail(err, s.column, f->code,
				 "%s '%s' begins with a zero: remove it",
				 f->name, rule_quote(s, q));
	if (!str_u64(s.at, s.len, &v) || v < 1 || v > f->max)
		return rule_fail(err, s.column, f->code,
				 "%s %s is outside 1-%u", f->name,
				 rule_quote(s, q), f->max);
	*ret = (uint16_t)v;
	return true;
}

/* port / port "-" port */
static bool range_parse(struct rule_span s, const struct port_field *f,
			struct port_range *ret, struct rule_error *err)
{
	struct rule_span low = span_cut(&s, span_find(s, '-'));
	struct rule_span high = s;
	struct port_range r = { 0 };

	if (high.len)
		span_cut(&high, 1);
	if (s.len && (!low.len || !high.len))
		return rule_fail(err, low.column, CODE_PORT_GROUP,
				 "a range lacks one end: write LOW-HIGH");
	if (!port_parse(low, f, &r.low, err))
		return false;
	r.high = r.low;
	if (s.len && !port_parse(high, f, &r.high, err))
		return false;
	if (r.low > r.high)
		return rule_fail(err, low.column, CODE_PORT_GROUP,
				 "range %u-%u runs backwards: write %u-%u",
				 r.low, r.high, r.high, r.low);
	*ret = r;
	return true;
}

static unsigned range_ports(struct port_range r)
{
	return r.high - r.low + 1U;
}

/* The limits that one more entry @e at @column could break */
static bool rule_check_entry(const struct rule *r, struct port_range e,
			     unsigned flags, uint32_t column,
			     struct rule_error *err)
{
	uint16_t reserved = reserved_in(r->proto, e);
	unsigned total = range_ports(e);
	uint8_t i;

	if (reserved)
		return rule_fail(err, column, CODE_PORT,
				 "%s port %u is reserved by the product: "
				 "choose another, or divide the range around "
				 "it",
				 rule_proto_name(r->proto), reserved);
	if (r->n_ports == RULE_ENTRIES_MAX)
		return rule_fail(err, column, CODE_PORT_GROUP,
				 "more than %d forwarding ports: a range "
				 "counts as one; divide the rule",
				 RULE_ENTRIES_MAX);
	for (i = 0; i < r->n_ports; i++) {
		struct port_range o = r->ports[i];

		total += range_ports(o);
		if (e.low <= o.high && o.low <= e.high)
			return rule_fail(err, column, CODE_PORT_TWICE,
					 "port %s:%u is in this rule already: "
					 "remove one of the two",
					 rule_proto_name(r->proto),
					 e.low > o.low ? e.low : o.low);
	}
	if (flags & RULE_F_COUNT_EXPANDED && total > RULE_ENTRIES_MAX)
		return rule_fail(err, column, CODE_PORT_GROUP,
				 "%u forwarding ports, each port of a range "
				 "counted: at most %d; divide the rule",
				 total, RULE_ENTRIES_MAX);
	return true;
}

/* proto ":" item *( ";" item ) */
static bool rule_parse_ports(struct rule_span s, unsigned flags,
			     struct rule *ret, struct rule_columns *columns,
			     struct rule_error *err)
{
	struct rule_span proto = span_cut(&s, span_find(s, ':'));
	char q[RULE_QUOTE_MAX];

	if (!rule_check_ascii(proto, CODE_PROTO, err))
		return false;
	if (!span_is(proto, "tcp") && !span_is(proto, "udp"))
		return rule_fail(err, proto.column, CODE_PROTO,
				 "'%s' is not a protocol: a rule begins with "
				 "tcp:PORT or udp:PORT",
				 rule_quote(proto, q));
	ret->proto = span_is(proto, "tcp") ? RULE_TCP : RULE_UDP;
	if (s.len < 2)
		return rule_fail(err, s.column, CODE_PORT,
				 "no forwarding port: write %s:PORT, without "
				 "blanks",
				 rule_proto_name(ret->proto));
	do {
		struct rule_span item;
		struct port_range e = { 0 };

		span_cut(&s, 1); /* the ':' or a ';' */
		item = span_cut(&s, span_find(s, ';'));
		if (!item.len)
			return rule_fail(err, item.column, CODE_PORT_GROUP,
					 "an empty entry: write PORT;PORT "
					 "without blanks and without a ';' at "
					 "the end");
		if (!range_parse(item, &forward_field, &e, err) ||
		    !rule_check_entry(ret, e, flags, item.column, err))
			return false;
		columns->ports[ret->n_ports] = item.column;
		ret->ports[ret->n_ports++] = e;
	} while (s.len);
	return true;
}

static bool rule_parse_origin(struct rule_span s, unsigned flags,
			      struct rule *ret, struct rule_error *err)
{
	char name[GROUP_NAME_MAX + 1];
	struct rule_host host;

	if (span_has_prefix(s, "og:")) {
		span_cut(&s, strlen("og:"));
		if (!rule_parse_group_name(s, name, err))
			return false;
		ret->origin_type = RULE_ORIGIN_GROUP;
		memcpy(ret->origin, name, s.len + 1);
		return true;
	}
	if (!rule_parse_host(s, flags, &host, err))
		return false;
	ret->origin_type = host.is_ip ? RULE_ORIGIN_IP : RULE_ORIGIN_DOMAIN;
	ret->origin_ip = host.ip;
	memcpy(ret->origin, host.text, sizeof(host.text));
	return true;
}

/* seed/24: an origin range needs exactly one forwarding range as long */
static bool rule_parse_origin_ports(struct rule_span s, struct rule *ret,
				    struct rule_error *err)
{
	struct port_range o = { 0 }, f = ret->ports[0];

	if (!range_parse(s, &origin_field, &o, err))
		return false;
	if (o.low != o.high && ret->n_ports != 1)
		return rule_fail(err, s.column, CODE_PORT_GROUP,
				 "an origin range needs one forwarding range, "
				 "not %u entries: write one rule for each",
				 ret->n_ports);
	if (o.low != o.high && range_ports(o) != range_ports(f))
		return rule_fail(err, s.column, CODE_PORT_GROUP,
				 "origin range %u-%u holds %u ports, the "
				 "forwarding ports are %u: make them equal, or "
				 "name one origin port",
				 o.low, o.high, range_ports(o), range_ports(f));
	ret->origin_ports = o;
	return true;
}

static bool rule_parse_persist(struct rule_span s, struct rule *ret,
			       struct rule_error *err)
{
	char q[RULE_QUOTE_MAX];

	if (!rule_check_ascii(s, CODE_PARAMETER, err))
		return false;
	ret->is_persistent = span_is(s, "on");
	if (!ret->is_persistent && !span_is(s, "off"))
		return rule_fail(err, s.column, CODE_PARAMETER,
				 "session persistence is '%s': write on or off",
				 rule_quote(s, q));
	return true;
}

static bool rule_parse_mode(struct rule_span s, unsigned flags,
			    struct rule *ret, struct rule_error *err)
{
	char q[RULE_QUOTE_MAX];
	size_t i;

	if (!rule_check_ascii(s, CODE_PARAMETER, err))
		return false;
	for (i = 0; i < ARRAY_SIZE(mode_names); i++)
		if (span_is(s, mode_names[i]))
			break;
	if (i == ARRAY_SIZE(mode_names))
		return rule_fail(err, s.column, CODE_PARAMETER,
				 "'%s' does not say how to pass the client "
				 "address: write toa, ppv1, ppv2%s or off",
				 rule_quote(s, q),
				 flags & RULE_F_EXT ? ", spp" : "");
	ret->mode = (enum rule_mode)i;
	/* seed/27, 28 */
	if (ret->proto == RULE_UDP &&
	    (ret->mode == MODE_TOA || ret->mode == MODE_PPV1))
		return rule_fail(err, s.column, CODE_PARAMETER,
				 "%s works on TCP only: a UDP rule takes "
				 "ppv2%s or off",
				 mode_names[i],
				 flags & RULE_F_EXT ? ", spp" : "");
	if (ret->proto == RULE_TCP && ret->mode == MODE_SPP)
		return rule_fail(err, s.column, CODE_PARAMETER,
				 "spp works on UDP only: a TCP rule takes toa, "
				 "ppv1, ppv2 or off");
	if (ret->mode == MODE_SPP && !(flags & RULE_F_EXT))
		return rule_fail(err, s.column, CODE_PARAMETER,
				 "spp is not in the product's batch format: "
				 "allow it with --ext, or write ppv2");
	return true;
}

static bool rule_parse_tag(struct rule_span s, struct rule *ret,
			   struct rule_error *err)
{
	struct rule_span rest = s;
	size_t n;

	for (n = 0; rest.len; n++)
		span_cut(&rest, utf8_len(rest.at, rest.len));
	if (n > RULE_TAG_MAX)
		return rule_fail(err, s.column, CODE_PARAMETER,
				 "a tag of %zu characters: at most %d", n,
				 RULE_TAG_MAX);
	memcpy(ret->tag, s.at, s.len);
	ret->tag[s.len] = '\0';
	return true;
}

/* The fields of a rule, in their order */
enum field {
	FIELD_PORTS,
	FIELD_ORIGIN,
	FIELD_ORIGIN_PORTS,
	FIELD_PERSIST,
	FIELD_MODE,
	FIELDS,
};

static const char *const field_names[FIELDS] = {
	[FIELD_PORTS] = "PROTOCOL:PORTS",
	[FIELD_ORIGIN] = "an origin",
	[FIELD_ORIGIN_PORTS] = "an origin port",
	[FIELD_PERSIST] = "session persistence (on or off)",
	[FIELD_MODE] = "a mode (toa, ppv1, ppv2 or off)",
};

bool rule_parse_at(const char *line, size_t len, unsigned flags,
		   struct rule *ret, struct rule_columns *ret_columns,
		   struct rule_error *err)
{
	struct rule_span s = span_trim((struct rule_span) { line, len, 1 });
	struct rule_columns columns = { 0 };
	struct rule r = { 0 };
	int i;

	if (!rule_check_text(s, err))
		return false;
	for (i = 0; i < FIELDS; i++) {
		struct rule_span f = span_field(&s);
		bool ok = false;

		if (!f.len)
			return rule_fail(err, f.column, CODE_PARAMETER,
					 "%s is missing: write PROTOCOL:PORTS "
					 "ORIGIN PORT on|off MODE [TAG]",
					 field_names[i]);
		switch ((enum field)i) {
		case FIELD_PORTS:
			ok = rule_parse_ports(f, flags, &r, &columns, err);
			break;
		case FIELD_ORIGIN:
			columns.origin = f.column;
			ok = rule_parse_origin(f, flags, &r, err);
			break;
		case FIELD_ORIGIN_PORTS:
			ok = rule_parse_origin_ports(f, &r, err);
			break;
		case FIELD_PERSIST:
			ok = rule_parse_persist(f, &r, err);
			break;
		case FIELD_MODE:
			ok = rule_parse_mode(f, flags, &r, err);
			break;
		case FIELDS:
			break;
		}
		if (!ok)
			return false;
	}
	if (!rule_parse_tag(span_trim(s), &r, err))
		return false;
	*ret = r;
	*ret_columns = columns;
	return true;
}

bool rule_parse(const char *line, size_t len, unsigned flags, struct rule *ret,
		struct rule_error *err)
{
	struct rule_columns columns;

	return rule_parse_at(line, len, flags, ret, &columns, err);
}

/* Appends "LOW" or "LOW-HIGH" at @at; returns the end. */
static char *range_format(struct port_range r, char *at, const char *end)
{
	size_t room = (size_t)(end - at);
	int n = r.low == r.high ? snprintf(at, room, "%u", r.low)
				: snprintf(at, room, "%u-%u", r.low, r.high);

	ASSERT(n > 0 && (size_t)n < room);
	return at + n;
}

/* 20 ranges, the longest names and 50 characters of four bytes */
static_assert(RULE_TEXT_MAX > 4 + RULE_ENTRIES_MAX * sizeof("65535-65535") +
				      RULE_HOST_MAX + sizeof(" og: -off ppv1") +
				      sizeof("65535-65535") + RULE_TAG_BYTES,
	      "rule_format() cannot overflow");

char *rule_format(const struct rule *r, char out[RULE_TEXT_MAX])
{
	const char *end = out + RULE_TEXT_MAX;
	char *at = out + 3;
	uint8_t i;
	int n;

	memcpy(out, rule_proto_name(r->proto), 3);
	for (i = 0; i < r->n_ports; i++) {
		*at++ = i ? ';' : ':';
		at = range_format(r->ports[i], at, end);
	}
	n = snprintf(at, (size_t)(end - at), " %s%s ",
		     r->origin_type == RULE_ORIGIN_GROUP ? "og:" : "",
		     r->origin);
	ASSERT(n > 0 && n < end - at);
	at = range_format(r->origin_ports, at + n, end);
	n = snprintf(at, (size_t)(end - at), " %s %s%s%s",
		     r->is_persistent ? "on" : "off", rule_mode_name(r->mode),
		     r->tag[0] ? " " : "", r->tag);
	ASSERT(n > 0 && n < end - at);
	return out;
}

uint16_t rule_origin_port(const struct rule *r, uint16_t port)
{
	if (r->origin_ports.low == r->origin_ports.high)
		return r->origin_ports.low;
	return (uint16_t)(r->origin_ports.low + (port - r->ports[0].low));
}
