/* SPDX-License-Identifier: BSD-2-Clause */
/* rows.c - see rows.h */
#include "rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "field.h"
#include "wire/ip.h"

/* Types, lengths, values, names and texts of the longest header's TLVs. */
#define ROWS_JSON_MAX (6 * FIELD_VALUES_MAX)

struct rows {
	const struct output *cfg;
	FILE *out;
	uint64_t tcp, udp; /* flows so far */
	struct field_values values;
	char json[ROWS_JSON_MAX];
};

/* What CSV has if nobody asks for fields. */
static const char *const rows_csv_fields[] = {
	"tp.flow",	 "tp.transport",      "tp.src",	       "tp.dst",
	"tp.mode",	 "tp.client",	      "tp.via",	       "tp.hdr.len",
	"frame.number",	 "tp.hdr.frame_last", "tp.verdict",    "tp.anomaly",
	"tp.note",	 "tp.first_frame",    "tp.time_epoch", "tp.duration",
	"tp.sent.bytes", "tp.replied.bytes",
};

static size_t rows_count(const struct output *cfg)
{
	return cfg->field_count ? cfg->field_count
				: ARRAY_SIZE(rows_csv_fields);
}

static const struct field *rows_field(const struct output *cfg, size_t i)
{
	const char *name;

	if (cfg->field_count)
		return cfg->field[i];
	name = rows_csv_fields[i];
	return field_find(name, strlen(name));
}

static void rows_quoted(FILE *out, const char *text, size_t len, char quote)
{
	size_t i;

	(void)fputc(quote, out);
	for (i = 0; i < len; i++) {
		if (text[i] == quote)
			(void)fputc(quote, out);
		(void)fputc(text[i], out);
	}
	(void)fputc(quote, out);
}

/* RFC 4180 2: a cell with a separator, a quote or a line break is quoted. */
static bool rows_needs_quotes(const struct output *cfg, const char *text)
{
	const char special[] = { cfg->separator, '"', '\r', '\n', '\0' };

	return cfg->format == OUTPUT_CSV && strpbrk(text, special);
}

static void rows_put(const struct rows *r, const char *text, size_t len)
{
	if (r->cfg->quote)
		rows_quoted(r->out, text, len, r->cfg->quote);
	else if (rows_needs_quotes(r->cfg, text))
		rows_quoted(r->out, text, len, '"');
	else
		(void)fwrite(text, 1, len, r->out);
}

/* Leave what -E occurrence asks for. */
static char *rows_choose(struct rows *r)
{
	struct field_values *vs = &r->values;
	char *at = vs->text;

	if (r->cfg->occurrence == OUTPUT_FIRST && vs->count) {
		vs->count = 1;
		vs->len = strlen(vs->text) + 1;
	} else if (r->cfg->occurrence == OUTPUT_LAST) {
		for (; vs->count > 1; vs->count--)
			at += strlen(at) + 1;
	}
	return at;
}

static void rows_cell(struct rows *r)
{
	struct field_values *vs = &r->values;
	char *first = rows_choose(r);
	char *at = first;
	unsigned i;

	if (!vs->count)
		return;
	for (i = 1; i < vs->count; i++) {
		at += strlen(at);
		*at++ = r->cfg->aggregator;
	}
	rows_put(r, first, strlen(first));
}

static void rows_line_end(const struct rows *r)
{
	(void)fputs(r->cfg->format == OUTPUT_CSV ? "\r\n" : "\n", r->out);
}

static void rows_header(const struct rows *r)
{
	size_t n = rows_count(r->cfg), i;

	for (i = 0; i < n; i++) {
		const struct field *f = rows_field(r->cfg, i);

		if (i)
			(void)fputc(r->cfg->separator, r->out);
		rows_put(r, f->name, strlen(f->name));
	}
	rows_line_end(r);
}

/* rows_view() - false: @fl is not asked for */
static bool rows_view(struct rows *r, struct view *v, const struct flow *fl,
		      const struct check *c)
{
	uint64_t *count = fl->proto == IP_PROTO_TCP ? &r->tcp : &r->udp;
	uint64_t stream = (*count)++;

	if (r->cfg->flow && r->cfg->flow != fl->id)
		return false;
	view_init(v, fl, c);
	v->stream = stream;
	return true;
}

static int rows_line(void *ctx, const struct flow *fl, const struct check *c)
{
	struct rows *r = ctx;
	size_t n = rows_count(r->cfg), i;
	struct view v;

	if (!rows_view(r, &v, fl, c))
		return 0;
	for (i = 0; i < n; i++) {
		if (i)
			(void)fputc(r->cfg->separator, r->out);
		field_get(rows_field(r->cfg, i), &v, &r->values);
		rows_cell(r);
	}
	rows_line_end(r);
	return 0;
}

static void rows_json_value(struct json *j, const char *key,
			    const struct field *f, const char *text)
{
	if (f->is_number)
		json_u64(j, key, strtoull(text, NULL, 10));
	else
		json_str(j, key, text);
}

static void rows_json_field(struct rows *r, struct json *j,
			    const struct field *f)
{
	const char *at = rows_choose(r);
	unsigned i;

	if (!r->values.count)
		return;
	if (!f->is_many) {
		rows_json_value(j, f->name, f, at);
		return;
	}
	json_begin(j, f->name, '[');
	for (i = 0; i < r->values.count; i++) {
		rows_json_value(j, NULL, f, at);
		at += strlen(at) + 1;
	}
	json_end(j);
}

static int rows_json(void *ctx, const struct flow *fl, const struct check *c)
{
	struct rows *r = ctx;
	struct json j;
	struct view v;
	unsigned i;

	if (!rows_view(r, &v, fl, c))
		return 0;
	json_open(&j, r->json, sizeof(r->json), "fields");
	for (i = 0; i < r->cfg->field_count; i++) {
		field_get(r->cfg->field[i], &v, &r->values);
		rows_json_field(r, &j, r->cfg->field[i]);
	}
	ASSERT(json_write(&j, r->out)); /* each field is asked for once */
	return 0;
}

int rows_open(const struct config *cfg, FILE *out, struct sinks *s)
{
	static const struct sink_ops line = { .flow = rows_line, .free = free };
	static const struct sink_ops json = { .flow = rows_json, .free = free };
	bool is_json = cfg->output.format == OUTPUT_JSON;
	struct rows *r = calloc(1, sizeof(*r));

	if (!r) {
		log_error("out of memory");
		return -ENOMEM;
	}
	r->cfg = &cfg->output;
	r->out = out;
	r->values.is_loose = cfg->output.want_loose;
	if (!is_json && cfg->output.want_bom)
		(void)fputs("\xef\xbb\xbf", out); /* U+FEFF */
	if (!is_json && cfg->output.want_header)
		rows_header(r);
	return sinks_add(s, is_json ? &json : &line, r);
}

void rows_list(FILE *out)
{
	const struct field *f;
	size_t i;

	for (i = 0; (f = field_at(i)); i++)
		(void)fprintf(out, "%-29s %s\n", f->name, f->help);
}
