/* SPDX-License-Identifier: BSD-2-Clause */
/* hdr_json.c - see hdr_json.h */
#include "hdr_json.h"

#include "base/pp_json.h"
#include "wire/pp2.h"

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
		json_end(j);
	}
	json_end(j);
}
