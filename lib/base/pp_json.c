/* SPDX-License-Identifier: BSD-2-Clause */
/* pp_json.c - see pp_json.h */
#include "base/pp_json.h"

#include <stdio.h>

static bool pp_json_is_text(const struct pp2_tlv *t)
{
	uint16_t i;

	for (i = 0; i < t->len; i++)
		if (t->value[i] < ' ' || t->value[i] > '~')
			return false;
	return t->len > 0;
}

void pp_json_tlv(struct json *j, const struct pp2_tlv *t)
{
	const char *name = pp2_tlv_name(t->type);
	char type[8];

	(void)snprintf(type, sizeof(type), "0x%02x", t->type);
	json_begin(j, NULL, '{');
	json_str(j, "type", type);
	if (name)
		json_str(j, "name", name);
	json_hex(j, "hex", t->value, t->len);
	if (pp_json_is_text(t))
		json_strn(j, "text", (const char *)t->value, t->len);
}
