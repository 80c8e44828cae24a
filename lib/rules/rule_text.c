/* SPDX-License-Identifier: BSD-2-Clause */
/* rule_text.c - pieces of a rule line, characters and error texts */
#include "rules/rule_text.h"

#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"

bool rule_fail(struct rule_error *err, uint32_t column, const char *code,
	       const char *fmt, ...)
{
	va_list ap;

	err->code = code;
	err->column = column;
	va_start(ap, fmt);
	(void)str_vmessage(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return false;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

char *rule_quote(struct rule_span s, char out[RULE_QUOTE_MAX])
{
	size_t room = RULE_QUOTE_MAX - sizeof("...");
	size_t i = 0, n = 0;

	while (i < s.len) {
		size_t c = utf8_len(s.at + i, s.len - i);

		if (n + (c ? c : 1) > room) {
			memcpy(out + n, "...", 3);
			n += 3;
			break;
		}
		if (!c || is_control(s.at[i])) {
			out[n++] = '?';
			i++;
			continue;
		}
		memcpy(out + n, s.at + i, c);
		n += c;
		i += c;
	}
	out[n] = '\0';
	return out;
}

struct rule_span span_cut(struct rule_span *s, size_t n)
{
	struct rule_span head = { s->at, n, s->column };

	s->at += n;
	s->len -= n;
	s->column += (uint32_t)n;
	return head;
}

struct rule_span span_field(struct rule_span *s)
{
	size_t n = 0;

	while (n < s->len && is_blank(s->at[n]))
		n++;
	span_cut(s, n);
	for (n = 0; n < s->len && !is_blank(s->at[n]);)
		n++;
	return span_cut(s, n);
}

struct rule_span span_trim(struct rule_span s)
{
	size_t n = 0;

	while (n < s.len && is_blank(s.at[n]))
		n++;
	span_cut(&s, n);
	while (s.len && is_blank(s.at[s.len - 1]))
		s.len--;
	return s;
}

size_t span_find(struct rule_span s, char c)
{
	const char *at = s.len ? memchr(s.at, c, s.len) : NULL;

	return at ? (size_t)(at - s.at) : s.len;
}

bool span_is(struct rule_span s, const char *word)
{
	return s.len == strlen(word) && span_has_prefix(s, word);
}

bool span_has_prefix(struct rule_span s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s.len >= n && strncasecmp(s.at, prefix, n) == 0;
}

size_t utf8_len(const char *s, size_t len)
{
	unsigned char lead = len ? (unsigned char)s[0] : 0xff;
	unsigned char second = len > 1 ? (unsigned char)s[1] : 0;
	size_t n, i;

	if (lead < 0x80)
		return 1;
	if (lead < 0xc2 || lead > 0xf4)
		return 0;
	n = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
	/* RFC 3629 4: no overlong forms, no surrogates, nothing past 10FFFF */
	if (n > len || (lead == 0xe0 && second < 0xa0) ||
	    (lead == 0xed && second > 0x9f) ||
	    (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f))
		return 0;
	for (i = 1; i < n; i++)
		if (((unsigned char)s[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

bool rule_check_text(struct rule_span line, struct rule_error *err)
{
	while (line.len) {
		size_t n = utf8_len(line.at, line.len);
		unsigned byte = (unsigned char)line.at[0];

		if (!n)
			return rule_fail(err, line.column, CODE_PARAMETER,
					 "byte 0x%02x is not UTF-8: save the "
					 "rules as UTF-8 text",
					 byte);
		if (is_control(line.at[0]) && line.at[0] != '\t')
			return rule_fail(err, line.column, CODE_PARAMETER,
					 "control character 0x%02x: a rule is "
					 "one line of text; remove it",
					 byte);
		span_cut(&line, n);
	}
	return true;
}

/* The ASCII character that a full-width form or an ideographic space stands
 * for, or 0. @s: three bytes of well-formed UTF-8
 */
static char narrow_form(const char *s)
{
	unsigned c = ((unsigned char)s[0] & 0x0fU) << 12 |
		     ((unsigned char)s[1] & 0x3fU) << 6 |
		     ((unsigned char)s[2] & 0x3fU);

	if (c == 0x3000)
		return ' ';
	return c >= 0xff01 && c <= 0xff5e ? (char)(c - 0xfee0) : '\0';
}

bool rule_check_ascii(struct rule_span s, const char *code,
		      struct rule_error *err)
{
	for (; s.len; span_cut(&s, 1)) {
		size_t n = utf8_len(s.at, s.len);
		char narrow;

		if (n == 1 && s.at[0] > ' ' && s.at[0] < 0x7f)
			continue;
		narrow = n == 3 ? narrow_form(s.at) : '\0';
		if (narrow)
			return rule_fail(err, s.column, code,
					 "full-width '%.3s': write the ASCII "
					 "character '%c'",
					 s.at, narrow);
		if (n > 1)
			return rule_fail(err, s.column, code,
					 "'%.*s' is not ASCII: only the tag "
					 "may hold it (a domain is written in "
					 "its xn-- form)",
					 (int)n, s.at);
		return rule_fail(err, s.column, code,
				 "byte 0x%02x cannot stand here: remove it",
				 (unsigned)(unsigned char)s.at[0]);
	}
	return true;
}
