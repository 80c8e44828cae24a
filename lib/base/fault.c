/* SPDX-License-Identifier: BSD-2-Clause */
/* fault.c - see fault.h */
#include "base/fault.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

static bool fault_arg(const char *text, size_t len, uint32_t *ret)
{
	uint64_t v;

	if (len == 4 && !memcmp(text, "each", 4)) {
		*ret = 0;
		return true;
	}
	if (!str_u64(text, len, &v) || v > UINT32_MAX)
		return false;
	*ret = (uint32_t)v;
	return true;
}

static bool fault_add_one(struct fault_set *s, const struct fault_name *names,
			  size_t n, const char *item, size_t len)
{
	const char *eq = memchr(item, '=', len);
	size_t name_len = eq ? (size_t)(eq - item) : len, i;

	for (i = 0; i < n; i++)
		if (strlen(names[i].name) == name_len &&
		    !memcmp(names[i].name, item, name_len))
			break;
	if (i == n || (eq && !names[i].has_arg))
		return false;
	s->arg[i] = names[i].arg;
	s->on |= 1ULL << i;
	return !eq || fault_arg(eq + 1, len - name_len - 1, &s->arg[i]);
}

bool fault_add(struct fault_set *s, const struct fault_name *names, size_t n,
	       const char *list, char *err, size_t err_cap)
{
	size_t len;

	do {
		len = strcspn(list, ",");
		if (!fault_add_one(s, names, n, list, len)) {
			(void)snprintf(err, err_cap,
				       "'%.*s' is not a fault, or its number "
				       "is bad",
				       (int)len, list);
			return false;
		}
		list += len;
	} while (*list++ == ',');
	return true;
}
