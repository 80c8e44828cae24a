/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_rule.c - rules and configurations: what is accepted keeps the limits
 * and comes back from its own text; what is refused says where and why
 */
#include "fuzz.h"

#include <stdio.h>

#include "rules/ruleset.h"

static void check_error(const struct rule_error *e, size_t len)
{
	ASSERT(e->code && strchr(e->code, '.'));
	ASSERT(e->column >= 1 && e->column <= len + 1);
	ASSERT(e->text[0] && memchr(e->text, '\0', sizeof(e->text)));
	/* one line on a terminal, whatever came in */
	fuzz_shown(e->text, strlen(e->text));
}

/* seed/15, 17, 18, 24 */
static void check_limits(const struct rule *r)
{
	unsigned seen = 0, i, k;

	ASSERT(r->n_ports >= 1 && r->n_ports <= RULE_ENTRIES_MAX);
	for (i = 0; i < r->n_ports; i++) {
		const struct port_range *p = &r->ports[i];

		ASSERT(p->low >= 1 && p->low <= p->high);
		ASSERT(p->high <= RULE_PORT_MAX);
		seen += p->high - p->low + 1U;
		for (k = 0; k < i; k++)
			ASSERT(p->low > r->ports[k].high ||
			       p->high < r->ports[k].low);
	}
	ASSERT(r->origin_ports.low >= 1);
	ASSERT(r->origin_ports.low <= r->origin_ports.high);
	if (r->origin_ports.low != r->origin_ports.high)
		ASSERT(r->n_ports == 1 &&
		       r->origin_ports.high - r->origin_ports.low + 1U == seen);
	ASSERT(r->proto == RULE_TCP
		       ? r->mode != MODE_SPP
		       : r->mode != MODE_TOA && r->mode != MODE_PPV1);
	ASSERT(r->origin[0] && strlen(r->tag) < RULE_TAG_BYTES);
	ASSERT((r->origin_type == RULE_ORIGIN_IP) ==
	       (r->origin_ip.family != IP_NONE));
}

static void check_line(const uint8_t *data, size_t len, unsigned flags)
{
	char *copy = (char *)fuzz_copy(data, len);
	char text[RULE_TEXT_MAX], again[RULE_TEXT_MAX];
	struct rule_error err = { 0 };
	struct rule r, back;

	if (!rule_parse(copy, len, flags, &r, &err)) {
		check_error(&err, len);
		free(copy);
		return;
	}
	free(copy);
	check_limits(&r);
	rule_format(&r, text);
	ASSERT(rule_parse(text, strlen(text), flags, &back, &err));
	ASSERT(strcmp(rule_format(&back, again), text) == 0);
	/* what the strict reader takes, the other takes alike */
	if (flags & RULE_F_STRICT) {
		flags &= ~(unsigned)RULE_F_STRICT;
		ASSERT(rule_parse(text, strlen(text), flags, &back, &err));
		ASSERT(strcmp(rule_format(&back, again), text) == 0);
	}
}

static void check_file(const uint8_t *data, size_t len, unsigned flags)
{
	struct ruleset *rs = ruleset_new(flags);
	uint8_t *copy = fuzz_copy(data, len);
	FILE *f = fmemopen(copy, len, "r");
	uint32_t i, ports = 0;
	bool is_ok;

	ASSERT(rs && f);
	ASSERT(ruleset_add_stream(rs, f, "fuzz") == 0);
	is_ok = ruleset_check(rs);
	ASSERT(is_ok == (rs->n_errors == 0));
	for (i = 0; i < rs->n_errors && i < RULESET_ERRORS_MAX; i++) {
		const struct rule_error *e = &rs->errors[i];

		check_error(e, len);
		ASSERT(i == 0 || e->line >= e[-1].line);
	}
	for (i = 0; i < rs->n_rules; i++) {
		check_limits(&rs->rules[i]);
		ASSERT(!is_ok ||
		       rs->rules[i].origin_type != RULE_ORIGIN_GROUP ||
		       ruleset_group(rs, rs->rules[i].origin));
	}
	ports = ruleset_ports(rs);
	ASSERT(!is_ok || ports <= 2 * RULE_PORT_MAX);
	ASSERT(fclose(f) == 0);
	free(copy);
	ruleset_free(rs);
}

/* The first byte chooses: bits 0-2 are enum rule_flags, bit 7 a whole file */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	unsigned flags;

	if (len < 2)
		return 0;
	flags = data[0] & (RULE_F_EXT | RULE_F_STRICT | RULE_F_COUNT_EXPANDED);
	if (data[0] & 0x80)
		check_file(data + 1, len - 1, flags);
	else
		check_line(data + 1, len - 1, flags);
	return 0;
}
