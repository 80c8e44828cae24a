/* SPDX-License-Identifier: BSD-2-Clause */
/* rule_host.c - origins as text: addresses, domains (RFC 1123 2.1), groups */
#include <ctype.h>
#include <string.h>

#include "base/cidr.h"
#include "rules/rule_text.h"
#include "wire/wire.h"

#define LABEL_MAX 63 /* RFC 1035 2.3.4 */

/* The product refuses private and loopback origins; --strict does as well. */
static const char *const private_nets[] = {
	"10.0.0.0/8",  "172.16.0.0/12",	 "192.168.0.0/16",
	"127.0.0.0/8", "169.254.0.0/16", "100.64.0.0/10",
	"::1/128",     "fc00::/7",	 "fe80::/10",
};

/* No connection can be made to these; Linux takes the first two for itself. */
static const char *const useless_nets[] = {
	"0.0.0.0/8",	      "::/128",	  "224.0.0.0/4", "240.0.0.0/4",
	"255.255.255.255/32", "ff00::/8",
};

static bool is_in(const struct ip_addr *a, const char *const *nets, size_t n)
{
	struct cidr c;
	size_t i;

	for (i = 0; i < n; i++)
		if (cidr_parse(nets[i], strlen(nets[i]), &c) &&
		    cidr_match(&c, a))
			return true;
	return false;
}

static bool host_check_ip(const struct rule_host *h, uint32_t column,
			  unsigned flags, struct rule_error *err)
{
	if (is_in(&h->ip, useless_nets, ARRAY_SIZE(useless_nets)))
		return rule_fail(err, column, CODE_ORIGIN_IP,
				 "%s is not the address of one host: name the "
				 "origin's own",
				 h->text);
	if (flags & RULE_F_STRICT &&
	    is_in(&h->ip, private_nets, ARRAY_SIZE(private_nets)))
		return rule_fail(err, column, CODE_ORIGIN_IP,
				 "%s is a private or loopback address: the "
				 "product refuses it; leave --strict out to "
				 "use it",
				 h->text);
	return true;
}

/* Several origins in one field: which of the product's complaints fits? */
static bool host_fail_list(struct rule_span s, struct rule_error *err)
{
	static const char advice[] =
		"a rule has one origin; name several in a group: "
		"og:NAME = ADDR, ADDR";
	uint32_t column = s.column;
	size_t ips = 0, others = 0;
	struct ip_addr ip;

	while (s.len) {
		size_t n = span_find(s, ',') < span_find(s, ';')
				   ? span_find(s, ',')
				   : span_find(s, ';');
		struct rule_span one = span_cut(&s, n);

		if (ip_addr_parse(one.at, one.len, &ip))
			ips++;
		else if (one.len)
			others++;
		span_cut(&s, s.len ? 1 : 0);
	}
	if (ips && others)
		return rule_fail(err, column, CODE_ORIGIN_MIXED,
				 "addresses and domains in one field: %s",
				 advice);
	if (others > 1)
		return rule_fail(err, column, CODE_ORIGIN_DOMAINS,
				 "%zu domains in one field: %s", others,
				 advice);
	return rule_fail(err, column, CODE_ORIGIN_VALUE,
			 "a list in the origin's field: %s", advice);
}

/* Says why @s, which is no address, cannot be a domain either. */
static bool host_fail(struct rule_span s, struct rule_error *err)
{
	size_t colon = span_find(s, ':');
	char q[RULE_QUOTE_MAX];

	rule_quote(s, q);
	if (span_find(s, ',') < s.len || span_find(s, ';') < s.len)
		return host_fail_list(s, err);
	if (span_find(s, '%') < s.len)
		return rule_fail(err, s.column, CODE_ORIGIN_FORMAT,
				 "'%s' has a zone, which a rule cannot carry: "
				 "use a global address",
				 q);
	if (span_find(s, '/') < s.len)
		return rule_fail(err, s.column, CODE_ORIGIN_FORMAT,
				 "'%s' is a URL or a prefix: write the host "
				 "alone",
				 q);
	if (colon < s.len) {
		struct rule_span rest = s;

		span_cut(&rest, colon + 1);
		if (s.at[0] == '[' ? span_find(s, ']') + 1 < s.len
				   : span_find(rest, ':') == rest.len)
			return rule_fail(err, s.column, CODE_ORIGIN_FORMAT,
					 "'%s' has a port: the origin's port "
					 "is a field of its own, after the "
					 "origin",
					 q);
		return rule_fail(err, s.column, CODE_ORIGIN_FORMAT,
				 "'%s' is not an IPv6 address: write it as "
				 "2001:db8::1",
				 q);
	}
	return rule_fail(err, s.column, CODE_ORIGIN_FORMAT,
			 "'%s' is neither an address nor a domain: labels are "
			 "1-63 letters, digits and inner hyphens",
			 q);
}

static bool label_is_ok(struct rule_span label)
{
	size_t i;

	if (!label.len || label.len > LABEL_MAX || label.at[0] == '-' ||
	    label.at[label.len - 1] == '-')
		return false;
	for (i = 0; i < label.len; i++)
		if (!isalnum((unsigned char)label.at[i]) && label.at[i] != '-')
			return false;
	return true;
}

static bool label_is_number(struct rule_span label)
{
	size_t i;

	for (i = 0; i < label.len; i++)
		if (!isdigit((unsigned char)label.at[i]))
			return false;
	return true;
}

static bool host_parse_domain(struct rule_span s, unsigned flags,
			      struct rule_host *ret, struct rule_error *err)
{
	struct rule_span rest = s, label;
	char q[RULE_QUOTE_MAX];
	size_t i;

	if (s.len > RULE_HOST_MAX)
		return rule_fail(err, s.column, CODE_ORIGIN_FORMAT,
				 "an origin of %zu characters: a domain has at "
				 "most %d",
				 s.len, RULE_HOST_MAX);
	while (true) {
		label = span_cut(&rest, span_find(rest, '.'));
		if (!label_is_ok(label))
			return host_fail(s, err);
		if (!rest.len)
			break;
		span_cut(&rest, 1);
	}
	/* RFC 1123 2.1: the last label of a domain is not a number, so that
	 * it is never taken for an address
	 */
	if (label_is_number(label))
		return rule_fail(err, s.column, CODE_ORIGIN_FORMAT,
				 "'%s' is not an IPv4 address (four numbers "
				 "0-255 without leading zeroes), nor a domain",
				 rule_quote(s, q));
	if (flags & RULE_F_STRICT && span_is(label, "localhost"))
		return rule_fail(err, s.column, CODE_ORIGIN_IP,
				 "localhost is a loopback name: the product "
				 "refuses it; leave --strict out to use it");
	for (i = 0; i < s.len; i++)
		ret->text[i] = (char)tolower((unsigned char)s.at[i]);
	ret->text[s.len] = '\0';
	return true;
}

bool rule_parse_host(struct rule_span s, unsigned flags, struct rule_host *ret,
		     struct rule_error *err)
{
	struct rule_host h = { 0 };
	struct rule_span inner = s;

	if (!rule_check_ascii(s, CODE_ORIGIN_FORMAT, err))
		return false;
	if (s.len > 2 && s.at[0] == '[' && s.at[s.len - 1] == ']') {
		inner.at++;
		inner.len -= 2;
		if (!ip_addr_parse(inner.at, inner.len, &h.ip) ||
		    h.ip.family != IP_V6)
			return rule_fail(err, s.column, CODE_ORIGIN_FORMAT,
					 "brackets stand around an IPv6 "
					 "address only");
	}
	if (h.ip.family == IP_V6 || ip_addr_parse(s.at, s.len, &h.ip)) {
		h.is_ip = true;
		h.ip = ip_addr_unmap(&h.ip);
		ip_addr_format(&h.ip, h.text);
		if (!host_check_ip(&h, s.column, flags, err))
			return false;
	} else if (!host_parse_domain(s, flags, &h, err)) {
		return false;
	}
	*ret = h;
	return true;
}

bool rule_parse_group_name(struct rule_span s, char ret[GROUP_NAME_MAX + 1],
			   struct rule_error *err)
{
	if (!s.len)
		return rule_fail(err, s.column, CODE_ORIGIN_VALUE,
				 "no group name after 'og:': write og:NAME");
	if (!rule_check_ascii(s, CODE_ORIGIN_VALUE, err))
		return false;
	if (s.len > GROUP_NAME_MAX)
		return rule_fail(err, s.column, CODE_ORIGIN_VALUE,
				 "a group name of %zu characters: at most %d",
				 s.len, GROUP_NAME_MAX);
	memcpy(ret, s.at, s.len);
	ret[s.len] = '\0';
	return true;
}

/* Adds one member. Return: false and *@err if it is wrong */
static bool group_add_member(struct group *g, struct rule_span s,
			     unsigned flags, struct rule_error *err)
{
	struct rule_host host;
	uint32_t i;

	if (!s.len)
		return rule_fail(err, s.column, CODE_ORIGIN_VALUE,
				 "an empty member of group '%.60s': write "
				 "og:NAME = ADDR[, ADDR...]",
				 g->name);
	if (g->n_members == GROUP_MEMBERS_MAX)
		return rule_fail(err, s.column, CODE_ORIGIN_VALUE,
				 "more than %d members in group '%.60s': "
				 "divide it",
				 GROUP_MEMBERS_MAX, g->name);
	if (span_has_prefix(s, "og:"))
		return rule_fail(err, s.column, CODE_ORIGIN_VALUE,
				 "a group within a group: name its members");
	if (!rule_parse_host(s, flags, &host, err))
		return false;
	for (i = 0; i < g->n_members; i++)
		if (strcmp(g->members[i], host.text) == 0)
			return rule_fail(err, s.column, CODE_ORIGIN_VALUE,
					 "'%.100s' is a member already: remove "
					 "one of the two",
					 host.text);
	memcpy(g->members[g->n_members++], host.text, sizeof(host.text));
	return true;
}

bool rule_parse_group(const char *line, size_t len, unsigned flags,
		      struct group *ret, struct rule_error *err)
{
	struct rule_span s = span_trim((struct rule_span) { line, len, 1 });
	struct rule_span name;

	memset(ret, 0, sizeof(*ret));
	if (!rule_check_text(s, err))
		return false;
	span_cut(&s, strlen("og:"));
	name = span_trim(span_cut(&s, span_find(s, '=')));
	if (!rule_parse_group_name(name, ret->name, err))
		return false;
	if (!s.len)
		return rule_fail(err, name.column, CODE_ORIGIN_VALUE,
				 "group '%.60s' has no members: write "
				 "og:NAME = ADDR[, ADDR...]",
				 ret->name);
	do {
		span_cut(&s, 1); /* the '=' or a ',' */
		if (!group_add_member(
			    ret, span_trim(span_cut(&s, span_find(s, ','))),
			    flags, err))
			return false;
	} while (s.len);
	return true;
}
