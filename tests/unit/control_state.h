/* SPDX-License-Identifier: BSD-2-Clause */
/* control_state.h - a state directory for one test, and an instance in it */
#ifndef TESTS_UNIT_CONTROL_STATE_H
#define TESTS_UNIT_CONTROL_STATE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "control/control.h"
#include "control_dir.h"

#define ZONE "zone-test"

struct state {
	char dir[64];
	struct control *c;
	struct ctl_error err;
	char id[CTL_ID_MAX]; /* the instance */
};

static inline void state_reopen(struct state *s, uint32_t quota)
{
	struct control_options o = { .quota = quota };

	control_close(s->c);
	s->c = control_open(s->dir, &o, &s->err);
	CU_ASSERT_FATAL(s->c != NULL);
}

/* What the data path would do: all that is in progress succeeds. */
static inline void state_settle(struct state *s)
{
	struct ctl_outcome o = { .generation = control_generation(s->c) };

	CU_ASSERT(control_settle(s->c, &o, &s->err));
}

static inline void state_init(struct state *s)
{
	struct instance want = { .zone = ZONE, .name = "one" };

	memset(s, 0, sizeof(*s));
	(void)snprintf(s->dir, sizeof(s->dir), "/tmp/tp-control.XXXXXX");
	CU_ASSERT_FATAL(mkdtemp(s->dir) != NULL);
	state_reopen(s, 1);
	CU_ASSERT_FATAL(control_create_instance(s->c, &want, s->id, &s->err));
	state_settle(s);
}

static inline void state_fini(struct state *s)
{
	control_close(s->c);
	CU_ASSERT_EQUAL(control_dir_remove(s->dir), 0);
}

/* One TCP rule on @port; its id in @ret. Returns what the operation does. */
static inline bool state_add(struct state *s, const char *port,
			     char ret[CTL_ID_MAX])
{
	struct ctl_rule_words w = {
		.protocol = "TCP",
		.n_ports = 1,
		.ports = { port },
		.n_values = 1,
		.values = { "192.0.2.1" },
		.origin_ports = "80",
		.mode = "OFF",
	};
	char ids[1][CTL_ID_MAX] = { "" };
	bool ok = control_create_rules(s->c, ZONE, s->id, &w, 1, ids, &s->err);

	memcpy(ret, ids[0], CTL_ID_MAX);
	return ok;
}

static inline struct ctl_rule *state_rules(struct state *s, uint32_t *ret_n)
{
	struct ctl_rule_filter all = { .zone = ZONE, .instance_id = s->id };
	struct ctl_page page = { .limit = CTL_RULES_MAX };
	struct ctl_rule *rules = calloc(CTL_RULES_MAX, sizeof(*rules));

	CU_ASSERT_FATAL(rules != NULL);
	CU_ASSERT_FATAL(control_list_rules(s->c, &all, &page, rules, &s->err));
	CU_ASSERT_EQUAL(page.n, page.total);
	*ret_n = page.n;
	return rules;
}

#endif
