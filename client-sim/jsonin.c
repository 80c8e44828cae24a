/* SPDX-License-Identifier: BSD-2-Clause */
/* jsonin.c - see jsonin.h */
#include "jsonin.h"

#include <ctype.h>
#include <string.h>

#include "wire/wire.h"

struct jsonin {
	const char *p;
	const char *end;
	unsigned depth;
};

static bool jsonin_value(struct jsonin *in, struct jsonin_value *ret);

static bool jsonin_is(const struct jsonin *in, char c)
{
	return in->p < in->end && *in->p == c;
}

static bool jsonin_take(struct jsonin *in, char c)
{
	if (!jsonin_is(in, c))
		return false;
	in->p++;
	return true;
}

static void jsonin_skip_blanks(struct jsonin *in)
{
	while (in->p < in->end && (*in->p == ' ' || *in->p == '\t' ||
				   *in->p == '\r' || *in->p == '\n'))
		in->p++;
}

static size_t jsonin_skip_digits(struct jsonin *in)
{
	const char *from = in->p;

	while (in->p < in->end && *in->p >= '0' && *in->p <= '9')
		in->p++;
	return (size_t)(in->p - from);
}

/* After the backslash. */
static bool jsonin_escape(struct jsonin *in)
{
	int i;

	if (in->p == in->end)
		return false;
	if (*in->p != 'u')
		return *in->p && strchr("\"\\/bfnrt", *in->p++);
	in->p++;
	for (i = 0; i < 4; i++, in->p++)
		if (in->p == in->end || !isxdigit((unsigned char)*in->p))
			return false;
	return true;
}

static bool jsonin_string(struct jsonin *in, const char **ret, size_t *ret_len)
{
	if (!jsonin_take(in, '"'))
		return false;
	*ret = in->p;
	while (in->p < in->end && *in->p != '"') {
		unsigned char c = (unsigned char)*in->p++;

		if (c < 0x20 || (c == '\\' && !jsonin_escape(in)))
			return false;
	}
	*ret_len = (size_t)(in->p - *ret);
	return jsonin_take(in, '"');
}

static bool jsonin_number(struct jsonin *in)
{
	(void)jsonin_take(in, '-');
	if (!jsonin_take(in, '0') && !jsonin_skip_digits(in))
		return false;
	if (jsonin_take(in, '.') && !jsonin_skip_digits(in))
		return false;
	if (jsonin_take(in, 'e') || jsonin_take(in, 'E')) {
		if (!jsonin_take(in, '+'))
			(void)jsonin_take(in, '-');
		return jsonin_skip_digits(in) > 0;
	}
	return true;
}

static bool jsonin_word(struct jsonin *in)
{
	static const char *const words[] = { "true", "false", "null" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		size_t n = strlen(words[i]);

		if ((size_t)(in->end - in->p) >= n &&
		    memcmp(in->p, words[i], n) == 0) {
			in->p += n;
			return true;
		}
	}
	return false;
}

/* The members of an object or, with @is_array, the items of an array; the
 * opening bracket is taken. @fn may be NULL.
 */
static bool jsonin_members(struct jsonin *in, bool is_array, jsonin_fn *fn,
			   void *ctx)
{
	char closer = is_array ? ']' : '}';

	jsonin_skip_blanks(in);
	if (jsonin_take(in, closer))
		return true;
	do {
		struct jsonin_value value;
		const char *key = NULL;
		size_t key_len = 0;

		jsonin_skip_blanks(in);
		if (!is_array) {
			if (!jsonin_string(in, &key, &key_len))
				return false;
			jsonin_skip_blanks(in);
			if (!jsonin_take(in, ':'))
				return false;
			jsonin_skip_blanks(in);
		}
		if (!jsonin_value(in, &value) ||
		    (fn && !fn(ctx, key, key_len, &value)))
			return false;
		jsonin_skip_blanks(in);
	} while (jsonin_take(in, ','));
	return jsonin_take(in, closer);
}

static bool jsonin_value(struct jsonin *in, struct jsonin_value *ret)
{
	const char *from = in->p;
	bool ok;

	*ret = (struct jsonin_value) { .type = JSONIN_NESTED, .text = from };
	if (jsonin_is(in, '"')) {
		ret->type = JSONIN_STRING;
		return jsonin_string(in, &ret->text, &ret->len);
	}
	if (jsonin_is(in, '{') || jsonin_is(in, '[')) {
		if (++in->depth > JSONIN_DEPTH_MAX)
			return false;
		ok = jsonin_members(in, *in->p++ == '[', NULL, NULL);
		in->depth--;
	} else if (in->p < in->end &&
		   (*in->p == '-' || isdigit((unsigned char)*in->p))) {
		ret->type = JSONIN_NUMBER;
		ok = jsonin_number(in);
	} else {
		ret->type = JSONIN_WORD;
		ok = jsonin_word(in);
	}
	ret->len = (size_t)(in->p - from);
	return ok;
}

bool jsonin_object(const char *text, size_t len, jsonin_fn *fn, void *ctx)
{
	struct jsonin in = { .p = text, .depth = 1 };

	if (!len) /* then @text may be NULL, which takes no offset */
		return false;
	in.end = text + len;
	jsonin_skip_blanks(&in);
	if (!jsonin_take(&in, '{') || !jsonin_members(&in, false, fn, ctx))
		return false;
	jsonin_skip_blanks(&in);
	return in.p == in.end;
}
