/* SPDX-License-Identifier: BSD-2-Clause */
/* hdr_json.c - see hdr_json.h */
#include "hdr_json.h"

#include <stdio.h>

#include "wire/pp2.h"

static bool hdr_json_is_text(const struct pp2_tlv *t)
{
	uint16_t i;

	for (i = 0; i < t->len; i++)
		if (t->value[i] < 0x20 || t->value[i] > 0x7e)
			return false;
	return t->len > 0;
}

/* Writes the members; the caller ends the object. */
static void hdr_json_tlv(struct json *j, const struct pp2_tlv *t)
{
	const char *name = pp2_tlv_name(t->type);
	char type[8];

	(void)snprintf(type, sizeof(type), "0x%02x", t->type);
	json_begin(j, NULL, '{');
	json_str(j, "type", type);
	if (name)
		json_str(j, "name", name);
	json_hex(j, "hex", t->value, t->len);
	if (hdr_json_is_text(t))
		json_strn(j, "text", (const char *)t->value, t->len);
}

static void hdr_json_ssl(struct json *j, const struct pp2_tlv *t)
{
	struct pp2_ssl ssl;
	struct pp2_tlv sub;
	struct wire_err err;
	const uint8_t *area;
	size_t len;

	if (pp2_ssl_decode(t, &ssl, &err) != WIRE_OK)
		return;
	json_u64(j, "client", ssl.client);
	json_u64(j, "verify", ssl.verify);
	json_begin(j, "sub", '[');
	area = ssl.sub;
	len = ssl.sub_len;
	while (pp2_tlv_next(&area, &len, &sub, &err) == WIRE_OK) {
		hdr_json_tlv(j, &sub);
		json_end(j);
	}
	json_end(j);
}

void hdr_json_tlvs(struct json *j, const struct pp_hdr *h)
{
	const uint8_t *area = h->tlv;
	size_t len = h->tlv_len;
	struct pp2_tlv t;
	struct wire_err err;

	json_begin(j, "tlvs", '[');
	while (len && pp2_tlv_next(&area, &len, &t, &err) == WIRE_OK) {
		hdr_json_tlv(j, &t);
		if (t.type == PP2_TLV_SSL)
			hdr_json_ssl(j, &t);
		json_end(j);
	}
	json_end(j);
}
