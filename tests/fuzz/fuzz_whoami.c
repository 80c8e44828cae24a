/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_whoami.c - the line of an origin: what is no JSON for jansson is none
 * here, and the other way round; who is named is whom jansson reads
 */
#include "fuzz.h"

#include <jansson.h>

#include "jsonin.h"
#include "whoami.h"

static unsigned depth_of(const json_t *v)
{
	unsigned deepest = 0, d;
	const json_t *item;
	const char *key;
	size_t i;

	if (!json_is_object(v) && !json_is_array(v))
		return 0;
	json_array_foreach((json_t *)(uintptr_t)v, i, item)
	{
		d = depth_of(item);
		deepest = d > deepest ? d : deepest;
	}
	json_object_foreach((json_t *)(uintptr_t)v, key, item)
	{
		d = depth_of(item);
		deepest = d > deepest ? d : deepest;
	}
	return deepest + 1;
}

static bool take_span(void *ctx, const char *key, size_t key_len,
		      const struct jsonin_value *v)
{
	const char *const *bounds = ctx;

	ASSERT(key >= bounds[0] && key + key_len <= bounds[1]);
	ASSERT(v->text >= bounds[0] && v->text + v->len <= bounds[1]);
	ASSERT(v->type == JSONIN_STRING || v->len > 0);
	return true;
}

/* Letters that jansson turns into others, or may refuse */
static bool is_plain(const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if ((unsigned char)text[i] >= 0x80 || text[i] == '\\')
			return false;
	return true;
}

/* Its own two limits, of numbers and of depth, are none of the grammar's. */
static bool is_limit(const json_error_t *e)
{
	return json_error_code(e) == json_error_numeric_overflow ||
	       json_error_code(e) == json_error_stack_overflow;
}

static void check_text(const char *text)
{
	ASSERT(memchr(text, '\0', WHOAMI_TEXT_MAX));
	for (; *text; text++)
		ASSERT(*text > ' ' && *text <= '~');
}

static void check_named(const struct whoami *w, const json_t *all, bool plain)
{
	const char *name = json_string_value(json_object_get(all, "client"));
	struct endpoint again = { .port = 0 };

	ASSERT(w->client.addr.family != IP_NONE);
	check_text(w->mode);
	check_text(w->verdict);
	ASSERT(whoami_judge(w, &w->client) == IDENTITY_OK);
	if (!all || !plain)
		return;
	ASSERT(name && ip_addr_parse(name, strlen(name), &again.addr));
	again.addr = ip_addr_unmap(&again.addr);
	again.port =
		(uint16_t)json_integer_value(json_object_get(all, "cport"));
	ASSERT(endpoint_eq(&again, &w->client));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *copy = (char *)fuzz_copy(data, len);
	const char *bounds[2] = { copy, copy + len };
	bool is_plain_text = is_plain(copy, len);
	struct whoami w = { .mode = "" };
	json_error_t why;
	json_t *all = json_loadb(copy, len, JSON_ALLOW_NUL, &why);
	bool is_object = jsonin_object(copy, len, take_span, bounds);

	/* jansson passes over a NUL behind a number */
	if (json_is_object(all) && depth_of(all) <= JSONIN_DEPTH_MAX &&
	    !memchr(copy, '\0', len))
		ASSERT(is_object);
	if (is_object && is_plain_text)
		ASSERT(json_is_object(all) || is_limit(&why));
	if (whoami_parse(copy, len, &w)) {
		ASSERT(is_object && len <= WHOAMI_LINE_MAX);
		check_named(&w, all, is_plain_text);
	}
	json_decref(all);
	free(copy);
	return 0;
}
