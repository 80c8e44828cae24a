/* SPDX-License-Identifier: BSD-2-Clause */
/* rule_words.c - a rule of the API, read by the reader of the batch format, so
 * that both have one set of limits and codes
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "control/model.h"
#include "rules/rule_text.h"
#include "wire/wire.h"

#define PERSIST_DEFAULT_S CTL_PERSIST_MAX_S
#define WORD_MAX	  64 /* longest port entry or keyword, and its separator */
#define TAG_BYTES_MAX	  (RULE_TEXT_MAX / 2)

static bool words_take(const struct rule_error *from, struct ctl_error *err)
{
	return ctl_fail(err, from->code, "%s", from->text);
}

bool ctl_values_parse(const char *const *values, uint32_t n, unsigned flags,
		      char ret[][RULE_HOST_MAX + 1], struct ctl_error *err)
{
	uint32_t domains = 0, i, k;

	for (i = 0; i < n; i++) {
		struct rule_span s = { values[i], strlen(values[i]), 1 };
		struct rule_error e = { 0 };
		struct rule_host host;

		if (!rule_parse_host(s, flags, &host, &e))
			return words_take(&e, err);
		domains += !host.is_ip;
		for (k = 0; k < i; k++)
			if (strcmp(ret[k], host.text) == 0)
				return ctl_fail(err, CODE_ORIGIN_VALUE,
						"'%.100s' is there twice: "
						"remove one of the two",
						host.text);
		memcpy(ret[i], host.text, sizeof(host.text));
	}
	if (domains && domains < n)
		return ctl_fail(err, CODE_ORIGIN_MIXED,
				"addresses and a domain together: write either "
				"addresses or one domain");
	if (domains > 1)
		return ctl_fail(err, CTL_RECORDS_DOMAINS,
				"%u domains: write one, or addresses", domains);
	return true;
}

/* A piece of a line: what the reader would take for the next piece is refused
 * here, with the code of this one.
 */
static bool words_check(const char *word, const char *chars, const char *code,
			const char *name, struct ctl_error *err)
{
	size_t len = strlen(word);

	if (len && len < WORD_MAX && strspn(word, chars) == len)
		return true;
	return ctl_fail(err, code, "%s '%.40s' is not right", name, word);
}

static bool words_check_ports(const struct ctl_rule_words *w,
			      struct ctl_error *err)
{
	static const char chars[] = "0123456789-";
	uint32_t i;

	if (!w->n_ports)
		return ctl_fail(err, CODE_PORT, "PortRange is empty");
	if (w->n_ports > RULE_ENTRIES_MAX)
		return ctl_fail(err, CODE_PORT_GROUP,
				"PortRange has %u entries: at most %d",
				w->n_ports, RULE_ENTRIES_MAX);
	for (i = 0; i < w->n_ports; i++)
		if (!words_check(w->ports[i], chars, CODE_PORT, "PortRange",
				 err))
			return false;
	return words_check(w->origin_ports, chars, CODE_ORIGIN_PORT,
			   "OriginPortRange", err);
}

static bool words_check_tag(const char *tag, struct ctl_error *err)
{
	struct rule_error e = { 0 };
	size_t len;

	if (!tag || !tag[0])
		return true;
	len = strlen(tag);
	if (len > TAG_BYTES_MAX)
		return ctl_fail(err, CTL_PARAMETER,
				"RuleTag has more than %d characters",
				RULE_TAG_MAX);
	if (tag[strspn(tag, " \t")] == '\0' || strpbrk(tag, "\r\n"))
		return ctl_fail(err, CTL_PARAMETER,
				"RuleTag has no characters, or a line's end");
	if (!rule_check_text((struct rule_span) { tag, len, 1 }, &e))
		return words_take(&e, err);
	return true;
}

static bool words_check_values(const struct ctl_rule_words *w, unsigned flags,
			       struct ctl_rule *ret, struct ctl_error *err)
{
	if (!w->n_values)
		return ctl_fail(err, CODE_ORIGIN_VALUE, "OriginValue is empty");
	if (w->n_values > CTL_VALUES_MAX)
		return ctl_fail(err, CODE_ORIGIN_VALUE,
				"OriginValue has %u entries: at most %d",
				w->n_values, CTL_VALUES_MAX);
	ret->n_values = w->n_values;
	if (w->origin_type == ORIGIN_IP_DOMAIN)
		return ctl_values_parse(w->values, w->n_values, flags,
					ret->values, err);
	if (w->n_values > 1)
		return ctl_fail(err, CODE_ORIGIN_VALUE,
				"OriginValue names %u groups: one is possible",
				w->n_values);
	if (strncmp(w->values[0], "og-", 3) != 0)
		return ctl_fail(err, CTL_ORIGIN_INVALID,
				"OriginValue '%.40s' is not the id of an origin"
				" group: it begins with og-",
				w->values[0]);
	if (strlen(w->values[0]) >= CTL_ID_MAX)
		return ctl_fail(err, CODE_GROUP_NOT_DEFINED,
				"there is no origin group '%.40s'",
				w->values[0]);
	memcpy(ret->values[0], w->values[0], strlen(w->values[0]) + 1);
	return true;
}

struct line {
	char text[RULE_ENTRIES_MAX * WORD_MAX + RULE_TEXT_MAX];
	size_t len;
};

static void line_put(struct line *l, const char *before, const char *word)
{
	int n = snprintf(l->text + l->len, sizeof(l->text) - l->len, "%s%s",
			 before, word);

	ASSERT(n >= 0 && (size_t)n < sizeof(l->text) - l->len);
	l->len += (size_t)n;
}

/* The line of the batch format that says the same */
static void words_line(const struct ctl_rule_words *w, const struct ctl_rule *r,
		       struct line *l)
{
	uint32_t i;

	l->len = 0;
	line_put(l, "", w->protocol);
	for (i = 0; i < w->n_ports; i++)
		line_put(l, i ? ";" : ":", w->ports[i]);
	line_put(l, w->origin_type == ORIGIN_GROUP ? " og:" : " ",
		 r->values[0]);
	line_put(l, " ", w->origin_ports);
	line_put(l, " ", w->is_persistent ? "on" : "off");
	line_put(l, " ", w->mode);
	if (w->tag && w->tag[0])
		line_put(l, " ", w->tag);
}

bool ctl_rule_parse(const struct ctl_rule_words *w, unsigned flags,
		    struct ctl_rule *ret, struct ctl_error *err)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789";
	struct rule_error e = { 0 };
	struct line l;

	if (!words_check(w->protocol, letters, CODE_PROTO, "Protocol", err) ||
	    !words_check(w->mode, letters, CTL_PARAMETER,
			 "ClientIPPassThroughMode", err) ||
	    !words_check_ports(w, err) || !words_check_tag(w->tag, err) ||
	    !words_check_values(w, flags, ret, err))
		return false;
	if (w->persist_s && (w->persist_s < CTL_PERSIST_MIN_S ||
			     w->persist_s > CTL_PERSIST_MAX_S))
		return ctl_fail(err, CTL_PARAMETER,
				"SessionPersistTime %u is outside %d-%d s",
				w->persist_s, CTL_PERSIST_MIN_S,
				CTL_PERSIST_MAX_S);
	words_line(w, ret, &l);
	if (!rule_parse(l.text, l.len, flags, &ret->rule, &e))
		return words_take(&e, err);
	ret->origin_type = w->origin_type;
	ret->persist_s = w->persist_s ? w->persist_s : PERSIST_DEFAULT_S;
	return true;
}
