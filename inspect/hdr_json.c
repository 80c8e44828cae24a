/* SPDX-License-Identifier: BSD-2-Clause */
/* hdr_json.c - see hdr_json.h */
#include "hdr_json.h"

#include <stdio.h>

#include "base/pp_json.h"
#include "wire/pp2_vendor.h"

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
		pp_json_tlv(j, &sub);
		json_end(j);
	}
	json_end(j);
}

static void hdr_json_vendor(struct json *j, const struct pp2_tlv *t)
{
	struct pp2_vendor v;
	char number[24];

	if (!pp2_vendor_decode(t, &v))
		return;
	/* in quotes: 64 bits are more than readers of JSON keep */
	(void)snprintf(number, sizeof(number), "%llu",
		       (unsigned long long)v.number);
	if (v.text)
		json_strn(j, v.name, (const char *)v.text, v.text_len);
	else
		json_str(j, v.name, number);
}

void hdr_json_tlvs(struct json *j, const struct pp_hdr *h)
{
	const uint8_t *area = h->tlv;
	size_t len = h->tlv_len;
	struct pp2_tlv t;
	struct wire_err err;

	json_begin(j, "tlvs", '[');
	while (len && pp2_tlv_next(&area, &len, &t, &err) == WIRE_OK) {
		pp_json_tlv(j, &t);
		if (t.type == PP2_TLV_SSL)
			hdr_json_ssl(j, &t);
		hdr_json_vendor(j, &t);
		json_end(j);
	}
	json_end(j);
}
