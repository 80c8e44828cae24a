/* SPDX-License-Identifier: BSD-2-Clause */
/* config_output.c - what is told, and in which form */
#include "config_opts.h"
#include "wire/wire.h"

void config_opts_output(struct config_draft *d)
{
	struct config *cfg = &d->cfg;
	const struct opt list[] = {
		{ 'J', "json", NULL, OPT_FLAG, &cfg->want_json, 0, 0, NULL,
		  NULL, "print JSON Lines instead of text" },
		{ 'n', "numeric", NULL, OPT_FLAG, &d->no_names, 0, 0, NULL,
		  NULL, "print numbers for addresses and ports (always done)" },
		{ 'q', "quiet", NULL, OPT_FLAG, &cfg->is_quiet, 0, 0, NULL,
		  NULL, "no summary on standard error" },
	};

	config_opts_append(d, list, ARRAY_SIZE(list));
}

int config_done_output(struct config_draft *d, const struct opt_spec *spec)
{
	(void)d;
	(void)spec;
	return -1;
}
