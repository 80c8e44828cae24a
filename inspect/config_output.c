/* SPDX-License-Identifier: BSD-2-Clause */
/* config_output.c - what is told, and in which form */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "config_opts.h"
#include "field.h"
#include "paint.h"
#include "wire/wire.h"

const char *const output_format_names[] = { "text", "fields", "json", "csv",
					    NULL };

static bool config_add_field(struct output *o, const char *name, size_t len,
			     char err[OPT_ERR_MAX])
{
	const struct field *f = field_find(name, len);
	char near[FIELD_NEAR_MAX];
	unsigned i;

	if (!f) {
		(void)field_near(name, len, near);
		(void)snprintf(err, OPT_ERR_MAX, "no field '%.*s'%s%s; %s",
			       (int)len, name, *near ? "; near it: " : "", near,
			       "--fields lists all");
		return false;
	}
	for (i = 0; i < o->field_count; i++)
		if (o->field[i] == f)
			return true;
	if (o->field_count == OUTPUT_FIELDS_MAX) {
		(void)snprintf(err, OPT_ERR_MAX, "too many fields");
		return false;
	}
	o->field[o->field_count++] = f;
	return true;
}

/* config_set_field() - "frame.number", or several: "ip.src,tcp.srcport" */
static bool config_set_field(void *dst, const char *value,
			     char err[OPT_ERR_MAX])
{
	struct config_draft *d = dst;
	const char *p = value;

	if (strcmp(value, "?") == 0) {
		d->list_fields = true;
		return true;
	}
	for (;;) {
		size_t len = strcspn(p, ",");

		if (!config_add_field(&d->cfg.output, p, len, err))
			return false;
		if (!p[len])
			return true;
		p += len + 1;
	}
}

/* One character, or tshark's names of those that shells make hard to give. */
static bool config_char(const char *value, char *ret)
{
	if (strcmp(value, "/t") == 0)
		*ret = '\t';
	else if (strcmp(value, "/s") == 0)
		*ret = ' ';
	else if (value[0] && !value[1] && isprint((unsigned char)value[0]))
		*ret = value[0];
	else
		return false;
	return true;
}

static bool config_set_quote(struct output *o, const char *value)
{
	static const char letters[] = "dsn", quotes[] = { '"', '\'', 0 };
	const char *at = *value && !value[1] ? strchr(letters, *value) : NULL;

	if (!at)
		return false;
	o->quote = quotes[at - letters];
	return true;
}

static bool config_set_occurrence(struct output *o, const char *value)
{
	static const char letters[] = "afl";
	const char *at = *value && !value[1] ? strchr(letters, *value) : NULL;

	if (!at)
		return false;
	o->occurrence = (enum output_occurrence)(at - letters);
	return true;
}

/* config_set_layout() - -E header=y, separator=;, aggregator=/s, occurrence=f,
 * quote=d, bom=y, escape=n
 */
static bool config_set_layout(void *dst, const char *value,
			      char err[OPT_ERR_MAX])
{
	struct config_draft *d = dst;
	struct output *o = &d->cfg.output;
	bool ok = false;

	if (strcmp(value, "header=y") == 0 || strcmp(value, "header=n") == 0) {
		d->header = value[strlen("header=")];
		ok = true;
	} else if (strcmp(value, "bom=y") == 0 || strcmp(value, "bom=n") == 0) {
		o->want_bom = value[strlen("bom=")] == 'y';
		ok = true;
	} else if (strcmp(value, "escape=y") == 0 ||
		   strcmp(value, "escape=n") == 0) {
		o->want_loose = value[strlen("escape=")] == 'n';
		ok = true;
	} else if (strncmp(value, "separator=", 10) == 0) {
		ok = config_char(value + 10, &o->separator);
	} else if (strncmp(value, "aggregator=", 11) == 0) {
		ok = config_char(value + 11, &o->aggregator);
	} else if (strncmp(value, "occurrence=", 11) == 0) {
		ok = config_set_occurrence(o, value + 11);
	} else if (strncmp(value, "quote=", 6) == 0) {
		ok = config_set_quote(o, value + 6);
	}
	if (!ok)
		(void)snprintf(
			err, OPT_ERR_MAX,
			"'%s' is not header=y|n, bom=y|n, separator=CHAR, "
			"aggregator=CHAR (/t tab, /s blank), "
			"occurrence=a|f|l, quote=d|s|n or escape=y|n",
			value);
	return ok;
}

static void config_opts_form(struct config_draft *d)
{
	struct config *cfg = &d->cfg;
	struct output *o = &cfg->output;
	const struct opt list[] = {
		{ 'T', "format", "text|fields|json|csv", OPT_CHOICE, &d->format,
		  0, 0, output_format_names, NULL,
		  "the form of the output, one line a flow" },
		{ 'e', "field", "FIELD", OPT_CALL, d, 0, 0, NULL,
		  config_set_field,
		  "with -T fields, json, csv: tell this; may be repeated, ? "
		  "lists all" },
		{ 0, "fields", NULL, OPT_FLAG, &d->list_fields, 0, 0, NULL,
		  NULL, "list the fields" },
		{ 'E', "layout", "KEY=VALUE", OPT_CALL, d, 0, 0, NULL,
		  config_set_layout,
		  "of fields: header=y|n, bom=y|n, separator=CHAR, "
		  "aggregator=CHAR, occurrence=a|f|l (all, first, last), "
		  "quote=d|s|n (double, single, none), escape=y|n (of TLVs' "
		  "text all but ASCII, or only what terminals obey)" },
		{ 'J', "json", NULL, OPT_FLAG, &cfg->want_json, 0, 0, NULL,
		  NULL, "print JSON Lines instead of text (-T json)" },
		{ 'V', "verbose", NULL, OPT_FLAG, &o->want_tree, 0, 0, NULL,
		  NULL, "all that is known of each flow" },
		{ 'x', "hexdump", NULL, OPT_FLAG, &o->want_hex, 0, 0, NULL,
		  NULL,
		  "the frame with the header, or with what is wrong, in hex; "
		  "the header's bytes are marked" },
		{ 0, "flow", "N", OPT_U32, &o->flow, 1, UINT32_MAX, NULL, NULL,
		  "print only flow N, counted from 1 as in -V" },
	};

	config_opts_append(d, list, ARRAY_SIZE(list));
}

void config_opts_output(struct config_draft *d)
{
	struct config *cfg = &d->cfg;
	struct output *o = &cfg->output;
	const struct opt list[] = {
		{ 0, "color", "auto|always|never", OPT_CHOICE, &o->colour, 0, 0,
		  paint_when_names, NULL,
		  "colour (auto: on a terminal, if NO_COLOR is not set)" },
		{ 0, "summary", NULL, OPT_FLAG, &o->want_summary, 0, 0, NULL,
		  NULL,
		  "print no flows, but how many there are of each mode and "
		  "verdict, top clients, header delays" },
		{ 0, "report", "FILE.html", OPT_STR, &o->report, 0, 0, NULL,
		  NULL, "write a page with plots and all findings" },
		{ 0, "annotate", "FILE.pcapng", OPT_STR, &o->annotate, 0, 0,
		  NULL, NULL,
		  "write the capture again, with a comment on each packet that "
		  "carries a client or a finding" },
		{ 0, "write-bad", "FILE", OPT_STR, &o->write_bad, 0, 0, NULL,
		  NULL,
		  "write the packets of flows with findings (pcap; pcapng if "
		  "the name ends so)" },
		{ 'n', "numeric", NULL, OPT_FLAG, &d->no_names, 0, 0, NULL,
		  NULL, "print numbers for addresses and ports (always done)" },
		{ 'q', "quiet", NULL, OPT_FLAG, &cfg->is_quiet, 0, 0, NULL,
		  NULL, "no summary on standard error" },
	};

	config_opts_form(d);
	config_opts_append(d, list, ARRAY_SIZE(list));
}

static int config_done_form(struct config_draft *d, const struct opt_spec *spec)
{
	struct output *o = &d->cfg.output;

	o->format = (enum output_format)d->format;
	if (o->field_count && o->format == OUTPUT_TEXT)
		o->format = d->cfg.want_json ? OUTPUT_JSON : OUTPUT_FIELDS;
	if (d->cfg.want_json && o->format == OUTPUT_TEXT)
		o->format = OUTPUT_JSON;
	d->cfg.want_json = o->format == OUTPUT_JSON;
	if (o->format == OUTPUT_FIELDS && !o->field_count)
		return opt_fail(spec, "-T fields needs -e FIELD; --fields "
				      "lists them");
	if ((o->want_tree || o->want_hex) && o->format != OUTPUT_TEXT)
		return opt_fail(spec, "-V and -x are text: not with -T %s",
				output_format_names[o->format]);
	if ((d->header || o->want_bom || o->separator || o->aggregator ||
	     o->quote || o->want_loose || o->occurrence != OUTPUT_ALL) &&
	    (o->format == OUTPUT_TEXT ||
	     !(o->field_count || o->format == OUTPUT_CSV)))
		return opt_fail(spec, "-E is about fields: give -e FIELD or "
				      "-T csv");
	if (o->want_summary && (o->want_tree || o->want_hex || o->field_count ||
				o->flow || o->format == OUTPUT_CSV))
		return opt_fail(spec, "--summary is text or, with -J, JSON, "
				      "and shows no single flow");
	if (o->format == OUTPUT_CSV && !o->separator)
		o->separator = ',';
	if (!o->separator)
		o->separator = '\t';
	if (!o->aggregator)
		o->aggregator = ',';
	o->want_header = d->header ? d->header == 'y' : o->format == OUTPUT_CSV;
	return -1;
}

/* What reads the capture twice needs a file, and knows of one. */
static int config_done_twice(const struct config *cfg,
			     const struct opt_spec *spec)
{
	const char *option = cfg->output.annotate    ? "--annotate"
			     : cfg->output.write_bad ? "--write-bad"
						     : NULL;

	if (!option)
		return -1;
	if (cfg->source.path_count > 1)
		return opt_fail(spec,
				"%s takes one capture: put them together "
				"before, with mergecap -w ALL.pcapng FILE...",
				option);
	if (!cfg->path || strcmp(cfg->path, "-") == 0)
		return opt_fail(spec,
				"%s reads the capture twice: save it to a file "
				"before, and give that with -r",
				option);
	return -1;
}

int config_done_output(struct config_draft *d, const struct opt_spec *spec)
{
	int status = config_done_form(d, spec);

	return status < 0 ? config_done_twice(&d->cfg, spec) : status;
}
