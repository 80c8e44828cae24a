/* SPDX-License-Identifier: BSD-2-Clause */
/* rule_text.h - private to the rule readers: pieces of a line, hosts, errors */
#ifndef RULES_RULE_TEXT_H
#define RULES_RULE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rules/rule.h"
#include "rules/ruleset.h"

/* The product's codes that the readers use; docs/rules.md says for what. */
#define CODE_PARAMETER	       "InvalidParameter.ParameterError"
#define CODE_PROTO	       "InvalidParameter.InvalidRuleProto"
#define CODE_PORT	       "InvalidParameter.RulePortInteger"
#define CODE_PORT_GROUP	       "InvalidParameter.RulePortGroup"
#define CODE_PORT_TWICE	       "InvalidParameter.RulePortDuplicating"
#define CODE_ORIGIN_FORMAT     "InvalidParameter.RuleOriginFormatError"
#define CODE_ORIGIN_VALUE      "InvalidParameter.RuleOriginValueError"
#define CODE_ORIGIN_PORT       "InvalidParameter.RuleOriginPortInteger"
#define CODE_ORIGIN_DOMAINS    "InvalidParameter.RuleOriginMultiDomain"
#define CODE_ORIGIN_MIXED      "InvalidParameter.OriginL4RecordIPV4MixDomain"
#define CODE_ORIGIN_IP	       "InvalidParameter.InvalidOriginIp"
#define CODE_GROUP_NOT_DEFINED "InvalidParameterValue.OriginGroupNotExists"
#define CODE_RULES_MAX	       "LimitExceeded.ProxyRulesLimitExceeded"

/* A piece of a line; @column: of its first byte, 1-based */
struct rule_span {
	const char *at;
	size_t len;
	uint32_t column;
};

/* Where the parts of a rule stood, for errors that are found later. */
struct rule_columns {
	uint32_t origin;
	uint32_t ports[RULE_ENTRIES_MAX];
};

/* rule_fail() - fill @err but for its source and line. Returns false. */
bool rule_fail(struct rule_error *err, uint32_t column, const char *code,
	       const char *fmt, ...) __attribute__((format(printf, 4, 5)));

/* Bytes of rule_quote(), and the NUL */
#define RULE_QUOTE_MAX 48

/* rule_quote() - a piece of input that is safe and short enough to show */
char *rule_quote(struct rule_span s, char out[RULE_QUOTE_MAX]);

/* span_cut() - the first @n bytes of @s; @s keeps the rest */
struct rule_span span_cut(struct rule_span *s, size_t n);

/* span_field() - the next run without blanks, which precede it; the length is
 * zero at the end of the line
 */
struct rule_span span_field(struct rule_span *s);

/* span_trim() - @s without blanks at either end */
struct rule_span span_trim(struct rule_span s);

/* span_find() - offset of @c, or the length of @s if it is not there */
size_t span_find(struct rule_span s, char c);

/* span_is() - equal to @word without regard to case? */
bool span_is(struct rule_span s, const char *word);
bool span_has_prefix(struct rule_span s, const char *prefix);

/* utf8_len() - bytes of the well-formed character at @s (RFC 3629), or 0 */
size_t utf8_len(const char *s, size_t len);

/* rule_check_text() - well-formed UTF-8, no control characters but TAB */
bool rule_check_text(struct rule_span line, struct rule_error *err);

/* rule_check_ascii() - printable ASCII only; full-width forms get a hint */
bool rule_check_ascii(struct rule_span s, const char *code,
		      struct rule_error *err);

/* An address or a domain, in its canonical text */
struct rule_host {
	bool is_ip;
	struct ip_addr ip;
	char text[RULE_HOST_MAX + 1];
};

/* rule_parse_host() - brackets around IPv6 are accepted; v4-mapped addresses
 * become IPv4
 */
bool rule_parse_host(struct rule_span s, unsigned flags, struct rule_host *ret,
		     struct rule_error *err);

/* rule_parse_group_name() - what follows "og:", as written */
bool rule_parse_group_name(struct rule_span s, char ret[GROUP_NAME_MAX + 1],
			   struct rule_error *err);

/* rule_parse_at() - rule_parse() that also tells the columns */
bool rule_parse_at(const char *line, size_t len, unsigned flags,
		   struct rule *ret, struct rule_columns *ret_columns,
		   struct rule_error *err);

/* rule_parse_group() - one line "og:NAME = ADDR[, ADDR...]" */
bool rule_parse_group(const char *line, size_t len, unsigned flags,
		      struct group *ret, struct rule_error *err);

#endif
