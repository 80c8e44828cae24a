/* SPDX-License-Identifier: BSD-2-Clause */
/* config.c - see config.h */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "config_opts.h"
#include "expect.h"
#include "rows.h"
#include "wire/wire.h"

static const char config_tail[] =
	"Exit status: 0 every flow with payload is OK; 1 a finding; 2 usage;\n"
	"3 the capture cannot be read; 5 it does not tell.\n";

/* config_join() - the operands as one expression, as tcpdump(8) takes it */
static char *config_join(int n, char **words)
{
	size_t len = 1, at = 0;
	char *text;
	int i;

	for (i = 0; i < n; i++)
		len += strlen(words[i]) + 1;
	text = calloc(1, len);
	if (!text)
		return NULL;
	for (i = 0; i < n; i++) {
		size_t word = strlen(words[i]);

		if (i)
			text[at++] = ' ';
		memcpy(text + at, words[i], word);
		at += word;
	}
	return text;
}

void config_opts_append(struct config_draft *d, const struct opt *list,
			size_t n)
{
	ASSERT(n <= CONFIG_OPT_MAX - d->opt_count);
	memcpy(&d->opt[d->opt_count], list, n * sizeof(*list));
	d->opt_count += n;
}

/* config_operands() - what stands after the options is a filter */
static int config_operands(struct config_draft *d, const struct opt_spec *spec,
			   int n, char **words)
{
	if (!n)
		return -1;
	if (d->cfg.hex != CONFIG_HEX_NONE)
		return opt_fail(spec, "unexpected '%s'", words[0]);
	d->cfg.filter = config_join(n, words);
	if (!d->cfg.filter)
		return opt_fail(spec, "out of memory");
	d->cfg.source.filter = d->cfg.filter;
	return -1;
}

int config_parse(int argc, char **argv, struct config *ret)
{
	struct config_draft d = { 0 };
	const struct opt_spec spec = {
		.prog = "tp-inspect",
		.usage = "-r FILE [OPTION]... [BPF EXPRESSION]\n"
			 "-i INTERFACE [OPTION]... [BPF EXPRESSION]\n"
			 "--hex tcp|udp [OPTION]...",
		.about = "Shows which client address each flow of a capture "
			 "carries, and whether it carries it as it should.",
		.tail = config_tail,
		.opts = d.opt,
	};
	int operand = 0;
	int status;

	config_opts_source(&d);
	config_opts_input(&d);
	config_opts_judge(&d);
	config_opts_output(&d);
	status = opt_parse(&spec, argc, argv, &operand);
	if (status < 0 && d.list_fields) {
		rows_list(stdout);
		status = EXIT_OK;
	}
	d.has_operands = operand < argc;
	if (status < 0)
		status = config_done_input(&d, &spec);
	if (status < 0)
		status = config_done_source(&d, &spec);
	if (status < 0)
		status = config_done_judge(&d, &spec);
	if (status < 0)
		status = config_done_output(&d, &spec);
	if (status < 0)
		status = config_operands(&d, &spec, argc - operand,
					 argv + operand);
	if (status < 0)
		*ret = d.cfg;
	else
		config_fini(&d.cfg);
	return status;
}

void config_fini(struct config *cfg)
{
	free(cfg->filter);
	cfg->filter = NULL;
	expect_free(cfg->expect_from);
	cfg->expect_from = NULL;
	free(cfg->join.front);
	free(cfg->join.back);
	cfg->join.front = cfg->join.back = NULL;
}
