/* SPDX-License-Identifier: BSD-2-Clause */
/* param.c - see param.h */
#include "api/param.h"

#include <string.h>

static const char *const type_names[] = {
	[PARAM_STRING] = "a string",
	[PARAM_NUMBER] = "a number",
	[PARAM_BOOL] = "true or false",
	[PARAM_OBJECT] = "an object",
	[PARAM_STRINGS] = "an array of strings",
	[PARAM_OBJECTS] = "an array of objects",
	[PARAM_IGNORED] = "anything",
};

/* C strings end at a NUL: a value with one inside is none of ours. */
static bool is_text(const json_t *v)
{
	return json_is_string(v) &&
	       strlen(json_string_value(v)) == json_string_length(v);
}

static bool is_array_of(const json_t *v, enum param_type type)
{
	const json_t *item;
	size_t i;

	if (!json_is_array(v))
		return false;
	json_array_foreach((json_t *)(uintptr_t)v, i, item)
	{
		if (type == PARAM_STRINGS ? !is_text(item)
					  : !json_is_object(item))
			return false;
	}
	return true;
}

static bool is_type(const json_t *v, enum param_type type)
{
	switch (type) {
	case PARAM_STRING:
		return is_text(v);
	case PARAM_NUMBER:
		return json_is_integer(v);
	case PARAM_BOOL:
		return json_is_boolean(v);
	case PARAM_OBJECT:
		return json_is_object(v);
	case PARAM_STRINGS:
	case PARAM_OBJECTS:
		return is_array_of(v, type);
	case PARAM_IGNORED:
		break;
	}
	return true;
}

static const struct param *param_find(const struct param *p, const char *name)
{
	for (; p->name; p++)
		if (strcmp(p->name, name) == 0)
			return p;
	return NULL;
}

bool param_check(const json_t *in, const struct param *params,
		 const char *where, struct ctl_error *err)
{
	const struct param *p;
	const json_t *value;
	const char *key;

	json_object_foreach((json_t *)(uintptr_t)in, key, value)
	{
		p = param_find(params, key);
		if (!p)
			return ctl_fail(err, API_UNKNOWN,
					"%s has no parameter '%.40s'", where,
					key);
		if (!is_type(value, p->type) && !json_is_null(value))
			return ctl_fail(err, API_INVALID, "%s of %s is not %s",
					key, where, type_names[p->type]);
	}
	for (p = params; p->name; p++) {
		value = json_object_get(in, p->name);
		if (p->is_required && (!value || json_is_null(value)))
			return ctl_fail(err, API_MISSING,
					"%s lacks the parameter %s", where,
					p->name);
	}
	return true;
}

const char *param_string(const json_t *in, const char *name)
{
	return json_string_value(json_object_get(in, name));
}

bool param_switch(const json_t *in, const char *name, bool *ret,
		  bool *ret_is_there, struct ctl_error *err)
{
	const char *text = param_string(in, name);

	*ret_is_there = text != NULL;
	if (!text)
		return true;
	*ret = strcmp(text, "on") == 0;
	return *ret || strcmp(text, "off") == 0 ||
	       ctl_fail(err, CTL_PARAMETER, "%s '%.20s' is neither on nor off",
			name, text);
}

bool param_choice(const json_t *in, const char *name, const char *const *names,
		  uint8_t *ret, struct ctl_error *err)
{
	const char *text = param_string(in, name);
	int i;

	if (!text)
		return true;
	i = ctl_name_find(names, text);
	if (i < 0)
		return ctl_fail(err, CTL_PARAMETER,
				"%s '%.40s' is not known: it may be %s, ...",
				name, text, names[0]);
	*ret = (uint8_t)i;
	return true;
}

bool param_u32(const json_t *in, const char *name, uint32_t max, uint32_t *ret,
	       struct ctl_error *err)
{
	const json_t *v = json_object_get(in, name);
	json_int_t n;

	if (!v || json_is_null(v))
		return true;
	n = json_integer_value(v);
	if (n < 0 || n > (json_int_t)max)
		return ctl_fail(err, API_INVALID_VALUE, "%s is outside 0-%u",
				name, max);
	*ret = (uint32_t)n;
	return true;
}

uint32_t param_strings(const json_t *in, const char *name, const char **ret,
		       uint32_t max)
{
	const json_t *list = json_object_get(in, name);
	size_t n = json_array_size(list), i;

	for (i = 0; i < n && i < max; i++)
		ret[i] = json_string_value(json_array_get(list, i));
	return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

static bool filter_take(const json_t *in, struct filter *known, size_t n,
			struct ctl_error *err)
{
	static const struct param params[] = {
		{ "Name", PARAM_STRING, true },
		{ "Values", PARAM_STRINGS, true },
		{ "Fuzzy", PARAM_IGNORED, false },
		{ NULL, PARAM_IGNORED, false },
	};
	const char *name;
	json_t *values;
	size_t i;

	if (!param_check(in, params, "a filter", err))
		return false;
	name = param_string(in, "Name");
	values = json_object_get(in, "Values");
	if (json_array_size(values) > API_VALUES_MAX)
		return ctl_fail(err, API_INVALID_VALUE,
				"filter %.40s has more than %d values", name,
				API_VALUES_MAX);
	for (i = 0; i < n; i++) {
		if (strcmp(known[i].name, name) != 0)
			continue;
		if (known[i].text)
			return ctl_fail(err, API_INVALID_VALUE,
					"filter %s is there twice", name);
		known[i].text = json_dumps(values, JSON_COMPACT);
		return known[i].text ||
		       ctl_fail(err, CTL_INTERNAL, "out of memory");
	}
	return ctl_fail(err, API_INVALID_VALUE,
			"there is no filter '%.40s' here", name);
}

bool param_filters(const json_t *in, struct filter *known, size_t n,
		   struct ctl_error *err)
{
	const json_t *list = json_object_get(in, "Filters");
	size_t count = json_array_size(list), i;

	if (count > API_FILTERS_MAX)
		return ctl_fail(err, API_INVALID_VALUE, "more than %d filters",
				API_FILTERS_MAX);
	for (i = 0; i < count; i++)
		if (!filter_take(json_array_get(list, i), known, n, err))
			return false;
	return true;
}
