/* SPDX-License-Identifier: BSD-2-Clause */
/* test_control_change.c - what of a rule a change touches, and what stays */
#include "control_state.h"
#include "harness.h"
#include "rules/rule_text.h"
#include "wire/wire.h"

#define RULE_SAID_MAX 1024

/* what a rule says, in one line */
static char *rule_said(const struct ctl_rule *r, char out[RULE_SAID_MAX])
{
	const struct rule *l = &r->rule;

	(void)snprintf(out, RULE_SAID_MAX,
		       "%s %u:%u-%u,%u-%u %u:%s,%s %u-%u %s %d %u %s",
		       rule_proto_name(l->proto), l->n_ports, l->ports[0].low,
		       l->ports[0].high, l->ports[1].low, l->ports[1].high,
		       r->n_values, r->values[0], r->values[1],
		       l->origin_ports.low, l->origin_ports.high,
		       rule_mode_name(l->mode), l->is_persistent, r->persist_s,
		       l->tag);
	return out;
}

static void test_a_change_leaves_the_rest(void)
{
	static const struct {
		unsigned fields;
		const char *said;
	} steps[] = {
		{ RULE_FIELD_PORTS, "tcp 1:90-90,0-0 2:192.0.2.1,192.0.2.2 "
				    "7000-7000 ppv1 1 600 old" },
		{ RULE_FIELD_ORIGIN, "tcp 1:90-90,0-0 1:192.0.2.3, "
				     "7000-7000 ppv1 1 600 old" },
		{ RULE_FIELD_ORIGIN_PORTS, "tcp 1:90-90,0-0 1:192.0.2.3, "
					   "9000-9000 ppv1 1 600 old" },
		{ RULE_FIELD_MODE, "tcp 1:90-90,0-0 1:192.0.2.3, "
				   "9000-9000 ppv2 1 600 old" },
		{ RULE_FIELD_PERSIST_S, "tcp 1:90-90,0-0 1:192.0.2.3, "
					"9000-9000 ppv2 1 700 old" },
		{ RULE_FIELD_TAG, "tcp 1:90-90,0-0 1:192.0.2.3, "
				  "9000-9000 ppv2 1 700 new" },
		{ RULE_FIELD_PROTOCOL, "udp 1:90-90,0-0 1:192.0.2.3, "
				       "9000-9000 ppv2 1 700 new" },
		{ 0, "udp 1:90-90,0-0 1:192.0.2.3, "
		     "9000-9000 ppv2 1 700 new" },
	};
	struct ctl_rule_words w = {
		.protocol = "TCP",
		.n_ports = 2,
		.ports = { "80", "82" },
		.n_values = 2,
		.values = { "192.0.2.1", "192.0.2.2" },
		.origin_ports = "7000",
		.mode = "PPV1",
		.is_persistent = true,
		.persist_s = 600,
		.tag = "old",
	};
	struct ctl_rule_change ch = {
		.words = { .protocol = "UDP",
			   .n_ports = 1,
			   .ports = { "90" },
			   .n_values = 1,
			   .values = { "192.0.2.3" },
			   .origin_ports = "9000",
			   .mode = "PPV2",
			   .persist_s = 700,
			   .tag = "new" },
	};
	char ids[1][CTL_ID_MAX], text[RULE_SAID_MAX];
	struct ctl_rule *rules;
	struct state s;
	uint32_t n;
	size_t i;

	state_init(&s);
	CU_ASSERT(control_create_rules(s.c, ZONE, s.id, &w, 1, ids, &s.err));
	ch.id = ids[0];
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		ch.fields = steps[i].fields;
		CU_ASSERT(
			control_modify_rules(s.c, ZONE, s.id, &ch, 1, &s.err));
		rules = state_rules(&s, &n);
		CU_ASSERT_STRING_EQUAL(rule_said(&rules[0], text),
				       steps[i].said);
		free(rules);
	}
	state_fini(&s);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "what stays", test_a_change_leaves_the_rest },
	};

	return unit_main("control_change", tests, ARRAY_SIZE(tests));
}
