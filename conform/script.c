/* SPDX-License-Identifier: BSD-2-Clause */
/* script.c - see script.h */
#include "script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/wire.h"

enum step_args {
	ARGS_NONE,
	ARGS_ITEMS,
	ARGS_NUMBER,
	ARGS_NUMBER_ITEMS,
	ARGS_WORDS,
};

static const struct {
	const char *name;
	enum step_args args;
} verbs[] = {
	[STEP_SEND] = { "send", ARGS_ITEMS },
	[STEP_SPLIT] = { "split", ARGS_NUMBER_ITEMS },
	[STEP_DRIP] = { "drip", ARGS_ITEMS },
	[STEP_GAP] = { "gap", ARGS_NUMBER },
	[STEP_HUSH] = { "hush", ARGS_NUMBER },
	[STEP_HALF] = { "half", ARGS_NONE },
	[STEP_RESET] = { "reset", ARGS_NONE },
	[STEP_CROWD] = { "crowd", ARGS_NUMBER_ITEMS },
	[STEP_FRESH] = { "fresh", ARGS_NONE },
	[STEP_UNTRUSTED] = { "untrusted", ARGS_NONE },
	[STEP_EXPECT] = { "expect", ARGS_WORDS },
};

static const struct {
	const char *name;
	const char *text;
	unsigned word;
} words[] = {
	{ "client", "served as the claimed client", EXPECT_CLIENT },
	{ "real", "served as the connection's peer", EXPECT_REAL },
	{ "served", "served", EXPECT_SERVED },
	{ "exact", "served, the answer's header right", EXPECT_EXACT },
	{ "leak", "taken for payload", EXPECT_LEAK },
	{ "refused", "refused", EXPECT_REFUSED },
	{ "closed", "closed", EXPECT_CLOSED },
	{ "patience", "closed in time", EXPECT_PATIENCE },
	{ "any", "any", EXPECT_ANY },
};

/* script_end() - of the step at @s: the next ';' outside quotes */
static size_t script_end(const char *s)
{
	bool is_quoted = false;
	size_t i;

	for (i = 0; s[i] && (is_quoted || s[i] != ';'); i++) {
		if (s[i] == '\\' && s[i + 1])
			i++;
		else if (s[i] == '"')
			is_quoted = !is_quoted;
	}
	return i;
}

static bool script_fail(char err[SCRIPT_ERR_MAX], const char *what,
			const char *at, size_t len)
{
	(void)snprintf(err, SCRIPT_ERR_MAX, "%s: '%.*s'", what,
		       (int)(len > 60 ? 60 : len), at);
	return false;
}

/* one expectation: words and '|' */
static bool step_parse_words(struct step *st, const char *s, size_t len)
{
	while (len) {
		const char *bar = memchr(s, '|', len);
		size_t n = bar ? (size_t)(bar - s) : len;
		size_t i;

		for (i = 0; i < ARRAY_SIZE(words); i++)
			if (strlen(words[i].name) == n &&
			    !memcmp(words[i].name, s, n))
				break;
		if (i == ARRAY_SIZE(words))
			return false;
		if (bar && n + 1 == len)
			return false;
		st->words |= words[i].word;
		s += n + (bar ? 1 : 0);
		len -= n + (bar ? 1 : 0);
	}
	return st->words != 0;
}

/* the number at *@s, which moves to what follows it */
static bool step_parse_number(struct step *st, const char **s, size_t *len,
			      uint32_t sweep)
{
	char *end;

	if (*len && **s == '$') {
		st->n = sweep;
		end = (char *)(uintptr_t)(*s + 1);
	} else {
		st->n = (uint32_t)strtoul(*s, &end, 0);
	}
	if (end == *s || (size_t)(end - *s) > *len)
		return false;
	*len -= (size_t)(end - *s);
	*s = end;
	while (*len && **s == ' ') {
		(*s)++;
		(*len)--;
	}
	return true;
}

static bool step_parse(struct step *st, const char *s, size_t len,
		       uint32_t sweep)
{
	size_t n = strcspn(s, " ;"), i;

	if (n > len)
		n = len;
	for (i = 0; i < ARRAY_SIZE(verbs); i++)
		if (strlen(verbs[i].name) == n && !memcmp(verbs[i].name, s, n))
			break;
	if (i == ARRAY_SIZE(verbs))
		return false;
	st->verb = (enum step_verb)i;
	s += n;
	len -= n;
	while (len && *s == ' ') {
		s++;
		len--;
	}
	while (len && s[len - 1] == ' ')
		len--;
	switch (verbs[i].args) {
	case ARGS_NONE:
		return len == 0;
	case ARGS_WORDS:
		return step_parse_words(st, s, len);
	case ARGS_NUMBER:
		return step_parse_number(st, &s, &len, sweep) && !len;
	case ARGS_NUMBER_ITEMS:
		if (!step_parse_number(st, &s, &len, sweep))
			return false;
		break;
	case ARGS_ITEMS:
		break;
	}
	st->items = s;
	st->items_len = len;
	return len != 0;
}

bool script_parse(const char *text, uint32_t sweep, struct script *ret,
		  char err[SCRIPT_ERR_MAX])
{
	*ret = (struct script) { 0 };
	while (*text) {
		size_t len;

		text += strspn(text, " ");
		len = script_end(text);
		if (ret->n == SCRIPT_STEPS_MAX)
			return script_fail(err, "too many steps", text, len);
		if (!step_parse(&ret->steps[ret->n], text, len, sweep))
			return script_fail(err, "bad step", text, len);
		ret->n++;
		text += len + (text[len] == ';');
	}
	return ret->n != 0 || script_fail(err, "empty", text, 0);
}

char *script_words(unsigned set, char *out, size_t cap)
{
	size_t i, n = 0;

	out[0] = '\0';
	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (set & words[i].word && n < cap)
			n += (size_t)snprintf(out + n, cap - n, "%s%s",
					      n ? ", or " : "", words[i].text);
	return out;
}

int script_sweep(const char *text, uint32_t ret[SWEEP_MAX])
{
	int n = 0;

	while (*text) {
		char *end;
		unsigned long low = strtoul(text, &end, 0), high = low;

		if (end == text)
			return -1;
		text = end;
		if (*text == '-') {
			high = strtoul(text + 1, &end, 0);
			if (end == text + 1 || high < low)
				return -1;
			text = end;
		}
		for (; low <= high && n < SWEEP_MAX; low++)
			ret[n++] = (uint32_t)low;
		if (*text == ',')
			text++;
		else if (*text)
			return -1;
	}
	return n;
}
