/* SPDX-License-Identifier: BSD-2-Clause */
/* ruleset.c - a configuration's lines, and what only the whole can show */
#include "rules/ruleset.h"

#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "rules/rule_text.h"
#include "wire/wire.h"

/* A group of 64 domains of 253 characters is the longest legal line. */
#define LINE_MAX_BYTES                           \
	(sizeof("og:=\r") + GROUP_NAME_MAX + 8 + \
	 (size_t)GROUP_MEMBERS_MAX * (RULE_HOST_MAX + 8))

#define PROTOS	 2
#define PORTS	 65536
#define UTF8_BOM "\xef\xbb\xbf"

/* Where a rule or an error came from.
 * @seq: counts lines over all files and options: the order of errors
 */
struct place {
	const char *source;
	uint32_t line;
	uint32_t seq;
};

/* What a rule does not keep but later checks need. */
struct rule_note {
	struct place place;
	struct rule_columns columns;
};

/* @max:   rules there is room for
 * @max_groups: groups there is room for
 * @group_hashes: of their names, without regard to case
 * @total: rules seen, also those beyond @max, which are not kept
 * @error_seqs: parallel to pub.errors
 */
struct ruleset_full {
	struct ruleset pub;
	struct rule_note *notes;
	uint32_t *error_seqs;
	uint32_t max;
	uint32_t max_groups;
	uint32_t *group_hashes;
	uint32_t total;
	uint32_t seq;
	uint32_t options;
};

static struct ruleset_full *ruleset_full(struct ruleset *rs)
{
	static_assert(offsetof(struct ruleset_full, pub) == 0,
		      "one address for both");
	return (void *)rs;
}

/* Errors kept, out of those counted */
static uint32_t ruleset_errors_kept(const struct ruleset *rs)
{
	return rs->n_errors < RULESET_ERRORS_MAX ? rs->n_errors
						 : RULESET_ERRORS_MAX;
}

static struct ruleset *ruleset_make(unsigned flags, uint32_t max,
				    uint32_t max_groups)
{
	struct ruleset_full *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->max = max;
	f->max_groups = max_groups;
	f->pub.flags = flags;
	/* at once, so that no line can fail for want of memory; pages that
	 * are never written cost nothing
	 */
	f->pub.rules = calloc(max, sizeof(*f->pub.rules));
	f->pub.groups = calloc(max_groups, sizeof(*f->pub.groups));
	f->group_hashes = calloc(max_groups, sizeof(*f->group_hashes));
	f->pub.errors = calloc(RULESET_ERRORS_MAX, sizeof(*f->pub.errors));
	f->notes = calloc(max, sizeof(*f->notes));
	f->error_seqs = calloc(RULESET_ERRORS_MAX, sizeof(*f->error_seqs));
	if (!f->pub.rules || !f->pub.groups || !f->pub.errors || !f->notes ||
	    !f->error_seqs || !f->group_hashes) {
		ruleset_free(&f->pub);
		return NULL;
	}
	return &f->pub;
}

struct ruleset *ruleset_new(unsigned flags)
{
	return ruleset_make(flags, RULESET_MAX, GROUP_SIZED_MAX);
}

struct ruleset *ruleset_new_sized(unsigned flags, uint32_t max)
{
	return ruleset_make(flags, max, GROUP_SIZED_MAX);
}

void ruleset_free(struct ruleset *rs)
{
	struct ruleset_full *f;

	if (!rs)
		return;
	f = ruleset_full(rs);
	free(rs->rules);
	free(rs->groups);
	free(rs->errors);
	free(f->notes);
	free(f->error_seqs);
	free(f->group_hashes);
	free(f);
}

/* The next error, its place filled in; the last one is written over when all
 * are in use, which the caller never shows.
 */
static struct rule_error *ruleset_error(struct ruleset_full *f,
					struct place place,
					struct rule_error *spare)
{
	struct rule_error *e = spare;

	if (f->pub.n_errors < RULESET_ERRORS_MAX) {
		f->error_seqs[f->pub.n_errors] = place.seq;
		e = &f->pub.errors[f->pub.n_errors];
	}
	f->pub.n_errors++;
	*e = (struct rule_error) {
		.source = place.source,
		.line = place.line,
	};
	return e;
}

static void ruleset_copy_error(struct ruleset_full *f, struct place place,
			       const struct rule_error *err)
{
	struct rule_error spare;
	struct rule_error *e = ruleset_error(f, place, &spare);

	e->code = err->code;
	e->column = err->column;
	memcpy(e->text, err->text, sizeof(e->text));
}

/* FNV-1a of the name in lower case */
static uint32_t name_hash(const char *name)
{
	uint32_t h = 2166136261U;

	for (; *name; name++) {
		unsigned char c = (unsigned char)*name;

		h = (h ^ (c >= 'A' && c <= 'Z' ? c | 0x20U : c)) * 16777619U;
	}
	return h;
}

static void ruleset_add_group(struct ruleset_full *f, const char *text,
			      size_t len, struct place place)
{
	struct group *g = &f->pub.groups[f->pub.n_groups];
	struct rule_error err = { 0 };
	const struct group *other;

	if (f->pub.n_groups == f->max_groups) {
		rule_fail(&err, 1, CODE_PARAMETER,
			  "more than %u groups: put their members together",
			  f->max_groups);
		ruleset_copy_error(f, place, &err);
		return;
	}
	if (!rule_parse_group(text, len, f->pub.flags, g, &err)) {
		ruleset_copy_error(f, place, &err);
		return;
	}
	other = ruleset_group(&f->pub, g->name);
	if (other) {
		rule_fail(&err, 1, CODE_PARAMETER,
			  "group '%.60s' is defined already (line %u): put "
			  "all members in one line",
			  g->name, other->line);
		ruleset_copy_error(f, place, &err);
		return;
	}
	g->line = place.line;
	f->group_hashes[f->pub.n_groups++] = name_hash(g->name);
}

static void ruleset_add_rule(struct ruleset_full *f, const char *text,
			     size_t len, struct place place, uint32_t rule_line)
{
	struct rule_columns columns;
	struct rule_error err = { 0 };
	struct rule r;

	if (!rule_parse_at(text, len, f->pub.flags, &r, &columns, &err)) {
		ruleset_copy_error(f, place, &err);
		return;
	}
	f->total++;
	if (f->total <= f->max) {
		r.line = rule_line;
		f->notes[f->pub.n_rules] =
			(struct rule_note) { place, columns };
		f->pub.rules[f->pub.n_rules++] = r;
	} else if (f->total == f->max + 1) {
		rule_fail(&err, 1, CODE_RULES_MAX,
			  "more than %u rules, from here on: divide them "
			  "among several proxies",
			  f->max);
		ruleset_copy_error(f, place, &err);
	}
}

/* One line of a file, without its end */
static void ruleset_add_file_line(struct ruleset_full *f, const char *text,
				  size_t len, struct place place)
{
	struct rule_span s = span_trim((struct rule_span) { text, len, 1 });
	bool is_strict = f->pub.flags & RULE_F_STRICT;
	struct rule_error err = { 0 };
	const char *what = NULL;

	if (!s.len)
		what = "a blank line";
	else if (s.at[0] == '#')
		what = "a comment";
	else if (span_has_prefix(s, "og:"))
		what = "a group's definition";
	if (!what) {
		ruleset_add_rule(f, text, len, place, place.line);
	} else if (is_strict) {
		rule_fail(&err, s.column, CODE_PARAMETER,
			  "%s is not in the product's batch format: remove "
			  "it, or leave --strict out",
			  what);
		ruleset_copy_error(f, place, &err);
	} else if (s.len && s.at[0] != '#') {
		ruleset_add_group(f, text, len, place);
	}
}

/* Reads a line into @buf; what does not fit is read and dropped.
 * @ret_cut: did it not fit?
 * Return: false at the end of the file
 */
static bool line_read(FILE *in, char *buf, size_t *ret_len, bool *ret_cut)
{
	size_t len = 0;
	int c;

	*ret_cut = false;
	while ((c = getc_unlocked(in)) != EOF && c != '\n') {
		if (len < LINE_MAX_BYTES)
			buf[len++] = (char)c;
		else
			*ret_cut = true;
	}
	if (c == EOF && (ferror(in) || (!len && !*ret_cut)))
		return false;
	if (len && buf[len - 1] == '\r' && c == '\n')
		len--;
	*ret_len = len;
	return true;
}

int ruleset_add_stream(struct ruleset *rs, FILE *f, const char *source)
{
	struct ruleset_full *full = ruleset_full(rs);
	char *buf = malloc(LINE_MAX_BYTES);
	struct place place = { .source = source };
	size_t len;
	bool is_cut;
	int rc = 0;

	if (!buf)
		return -ENOMEM;
	errno = 0;
	while (line_read(f, buf, &len, &is_cut)) {
		const char *text = buf;
		struct rule_error err = { 0 };

		place.line++;
		place.seq = ++full->seq;
		if (is_cut) {
			rule_fail(&err, 1, CODE_PARAMETER,
				  "a line of more than %zu bytes: no rule and "
				  "no group is that long",
				  LINE_MAX_BYTES);
			ruleset_copy_error(full, place, &err);
			continue;
		}
		/* editors that mark UTF-8 files so mean no harm */
		if (place.line == 1 && len >= 3 &&
		    memcmp(buf, UTF8_BOM, 3) == 0) {
			text += 3;
			len -= 3;
		}
		ruleset_add_file_line(full, text, len, place);
	}
	if (ferror(f))
		rc = errno ? -errno : -EIO;
	free(buf);
	return rc;
}

void ruleset_add_line(struct ruleset *rs, const char *text, const char *source)
{
	struct ruleset_full *f = ruleset_full(rs);
	size_t len = strlen(text);
	struct rule_span s = span_trim((struct rule_span) { text, len, 1 });
	struct place place = {
		.source = source,
		.line = ++f->options,
		.seq = ++f->seq,
	};

	if (span_has_prefix(s, "og:"))
		ruleset_add_group(f, text, len, place);
	else
		ruleset_add_rule(f, text, len, place, 0);
}

/* Marks the ports of rule @i in @owners (rule number + 1, by protocol and
 * port). One error for each entry that meets a port in use.
 */
static void ruleset_check_ports(struct ruleset_full *f, uint32_t i,
				uint16_t *owners)
{
	const struct rule *r = &f->pub.rules[i];
	uint8_t e;

	for (e = 0; e < r->n_ports; e++) {
		uint32_t port = r->ports[e].low;
		uint16_t owner = 0;
		struct rule_error err = { 0 };
		const struct place *at;

		for (; port <= r->ports[e].high; port++) {
			uint16_t *o = &owners[(size_t)r->proto * PORTS + port];

			if (*o && !owner) {
				owner = *o;
				rule_fail(&err, f->notes[i].columns.ports[e],
					  CODE_PORT_TWICE, "%s:%u",
					  rule_proto_name(r->proto), port);
			} else if (!*o) {
				*o = (uint16_t)(i + 1);
			}
		}
		if (!owner)
			continue;
		at = &f->notes[owner - 1].place;
		snprintf(err.text + strlen(err.text),
			 sizeof(err.text) - strlen(err.text),
			 " is forwarded already, at %.100s:%u: remove one of "
			 "the two",
			 at->source, at->line);
		ruleset_copy_error(f, f->notes[i].place, &err);
	}
}
static_assert(RULESET_SIZED_MAX < UINT16_MAX,
	      "a rule's number + 1 fits in 16 bits");

static void ruleset_check_group(struct ruleset_full *f, uint32_t i)
{
	const struct rule *r = &f->pub.rules[i];
	struct rule_error err = { 0 };

	if (r->origin_type != RULE_ORIGIN_GROUP ||
	    ruleset_group(&f->pub, r->origin))
		return;
	rule_fail(&err, f->notes[i].columns.origin, CODE_GROUP_NOT_DEFINED,
		  "group '%.60s' is not defined: add a line "
		  "og:NAME = ADDR[, ADDR...]%s",
		  r->origin,
		  f->pub.flags & RULE_F_STRICT ? " with --rule" : "");
	ruleset_copy_error(f, f->notes[i].place, &err);
}

struct error_key {
	uint32_t seq, index;
};

static int error_key_compare(const void *a, const void *b)
{
	const struct error_key *x = a, *y = b;

	if (x->seq != y->seq)
		return x->seq < y->seq ? -1 : 1;
	return x->index < y->index ? -1 : x->index > y->index;
}

/* Errors of the whole were found after those of the lines: put them in the
 * order of the text; those of one line are in it. Without memory they stay as
 * they are.
 */
static void ruleset_sort_errors(struct ruleset_full *f)
{
	uint32_t n = ruleset_errors_kept(&f->pub), i;
	struct error_key *keys = calloc(n + 1, sizeof(*keys));
	struct rule_error *sorted = calloc(RULESET_ERRORS_MAX, sizeof(*sorted));

	if (keys && sorted) {
		for (i = 0; i < n; i++)
			keys[i] = (struct error_key) {
				f->error_seqs[i],
				i,
			};
		qsort(keys, n, sizeof(*keys), error_key_compare);
		for (i = 0; i < n; i++)
			sorted[i] = f->pub.errors[keys[i].index];
		for (i = 0; i < n; i++)
			f->error_seqs[i] = keys[i].seq;
		free(f->pub.errors);
		f->pub.errors = sorted;
		sorted = NULL;
	}
	free(sorted);
	free(keys);
}

bool ruleset_check(struct ruleset *rs)
{
	struct ruleset_full *f = ruleset_full(rs);
	uint16_t *owners = calloc((size_t)PROTOS * PORTS, sizeof(*owners));
	uint32_t i;

	if (!owners) {
		rs->n_errors++;
		return false;
	}
	for (i = 0; i < rs->n_rules; i++) {
		ruleset_check_ports(f, i, owners);
		ruleset_check_group(f, i);
	}
	free(owners);
	if (rs->n_errors)
		ruleset_sort_errors(f);
	return rs->n_errors == 0;
}

const struct group *ruleset_group(const struct ruleset *rs, const char *name)
{
	const struct ruleset_full *f = (const void *)rs;
	uint32_t hash = name_hash(name), i;

	for (i = 0; i < rs->n_groups; i++)
		if (f->group_hashes[i] == hash &&
		    strcasecmp(rs->groups[i].name, name) == 0)
			return &rs->groups[i];
	return NULL;
}

uint32_t ruleset_ports(const struct ruleset *rs)
{
	uint32_t n = 0, i;
	uint8_t e;

	for (i = 0; i < rs->n_rules; i++)
		for (e = 0; e < rs->rules[i].n_ports; e++)
			n += rs->rules[i].ports[e].high -
			     rs->rules[i].ports[e].low + 1U;
	return n;
}

void ruleset_print_errors(const struct ruleset *rs, FILE *out)
{
	uint32_t kept = ruleset_errors_kept(rs), i;

	for (i = 0; i < kept; i++) {
		const struct rule_error *e = &rs->errors[i];

		fprintf(out, "%s:%u:%u: %s: %s\n", e->source, e->line,
			e->column, e->code, e->text);
	}
	if (rs->n_errors > kept)
		fprintf(out, "and %u errors more\n", rs->n_errors - kept);
}
