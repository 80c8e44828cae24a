/* SPDX-License-Identifier: BSD-2-Clause */
/* field_hdr.c - see field_get.h: PROXY headers and their TLVs */
#include <string.h>

#include "base/str.h"
#include "field_get.h"
#include "paint.h"
#include "wire/pp2.h"

/* Version 2's own bytes, as they stand: LOCAL has a family too. */
static bool field_is_v2(const struct view *v)
{
	return v->has_hdr && v->hdr.version == 2 &&
	       v->find->hdr_len >= PP2_FIXED_LEN;
}

static void field_hdr_v2(const struct view *v, int arg,
			 struct field_values *out)
{
	const uint8_t *p = v->find->hdr;

	if (!field_is_v2(v))
		return;
	if (arg == FIELD_HDR_CMD)
		field_put(out, "%d", p[PP2_SIG_LEN] & 15);
	else if (arg == FIELD_HDR_FAMILY)
		field_put(out, "0x%02x", p[PP2_SIG_LEN + 1] >> 4);
	else if (arg == FIELD_HDR_PROTO)
		field_put(out, "0x%02x", p[PP2_SIG_LEN + 1] & 15);
	else if (arg == FIELD_HDR_FAMILY_PROTO)
		field_put(out, "0x%02x", p[PP2_SIG_LEN + 1]);
	else if (arg == FIELD_HDR_LENGTH)
		field_put(out, "%u", v->hdr.hdr_len - PP2_FIXED_LEN);
	else if (arg == FIELD_HDR_SRC_UNIX && v->hdr.unix_src)
		field_put_hex(out, v->hdr.unix_src, PP_UNIX_LEN);
	else if (arg == FIELD_HDR_DST_UNIX && v->hdr.unix_dst)
		field_put_hex(out, v->hdr.unix_dst, PP_UNIX_LEN);
}

/* The word behind "PROXY " of version 1 */
static void field_hdr_v1(const struct view *v, struct field_values *out)
{
	if (!v->has_hdr || v->hdr.version != 1)
		return;
	field_put(out, "%s",
		  v->hdr.cmd == PP_CMD_UNKNOWN	     ? "UNKNOWN"
		  : v->hdr.family == PP_FAMILY_INET6 ? "TCP6"
						     : "TCP4");
}

void field_hdr(const struct view *v, int arg, struct field_values *out)
{
	if (arg == FIELD_HDR_V1_PROTO)
		field_hdr_v1(v, out);
	else if (arg != FIELD_HDR_VERSION)
		field_hdr_v2(v, arg, out);
	else if (v->has_hdr && v->hdr.version)
		field_put(out, "%u", v->hdr.version);
}

static void field_put_text(const struct pp2_tlv *t, struct field_values *out)
{
	size_t room = sizeof(out->text) - out->len;
	char *to = out->text + out->len;

	/* escaped, each byte may take four characters */
	if (t->len * (size_t)4 + 1 > room) {
		out->is_cut = true;
		return;
	}
	if (out->is_loose)
		(void)str_escape(to, room, (const char *)t->value, t->len);
	else
		(void)paint_escape(to, room, t->value, t->len);
	out->len += strlen(to) + 1;
	out->count++;
}

static void field_tlv_one(const struct pp2_tlv *t, int arg,
			  struct field_values *out)
{
	struct pp2_ssl ssl;
	struct wire_err err;
	const char *name = pp2_tlv_name(t->type);

	switch ((enum field_tlv)arg) {
	case FIELD_TLV_TYPE:
		field_put(out, "0x%02x", t->type);
		break;
	case FIELD_TLV_LENGTH:
		field_put(out, "%u", t->len);
		break;
	case FIELD_TLV_VALUE:
		field_put_hex(out, t->value, t->len);
		break;
	case FIELD_TLV_NAME:
		field_put(out, "%s", name ? name : "");
		break;
	case FIELD_TLV_TEXT:
		field_put_text(t, out);
		break;
	case FIELD_TLV_SSL_CLIENT:
	case FIELD_TLV_SSL_VERIFY:
		if (t->type != PP2_TLV_SSL ||
		    pp2_ssl_decode(t, &ssl, &err) != WIRE_OK)
			break;
		if (arg == FIELD_TLV_SSL_CLIENT)
			field_put(out, "0x%02x", ssl.client);
		else
			field_put(out, "0x%08x", ssl.verify);
		break;
	}
}

void field_tlv(const struct view *v, int arg, struct field_values *out)
{
	const uint8_t *area = v->hdr.tlv;
	size_t len = v->hdr.tlv_len;
	struct pp2_tlv t;
	struct wire_err err;

	while (v->has_hdr && len &&
	       pp2_tlv_next(&area, &len, &t, &err) == WIRE_OK)
		field_tlv_one(&t, arg, out);
}

void field_text(const struct view *v, int arg, struct field_values *out)
{
	const uint8_t *area = v->hdr.tlv;
	size_t len = v->hdr.tlv_len;
	struct pp2_tlv t;
	struct wire_err err;

	while (v->has_hdr && len &&
	       pp2_tlv_next(&area, &len, &t, &err) == WIRE_OK)
		if (t.type == arg)
			field_put_text(&t, out);
}

void field_ssl(const struct view *v, int arg, struct field_values *out)
{
	const uint8_t *area = v->hdr.tlv;
	size_t len = v->hdr.tlv_len;
	struct pp2_ssl ssl;
	struct pp2_tlv t, sub;
	struct wire_err err;

	while (v->has_hdr && len &&
	       pp2_tlv_next(&area, &len, &t, &err) == WIRE_OK) {
		const uint8_t *at;
		size_t left;

		if (t.type != PP2_TLV_SSL ||
		    pp2_ssl_decode(&t, &ssl, &err) != WIRE_OK)
			continue;
		at = ssl.sub;
		left = ssl.sub_len;
		while (left && pp2_tlv_next(&at, &left, &sub, &err) == WIRE_OK)
			if (sub.type == arg)
				field_put_text(&sub, out);
	}
}
