/* SPDX-License-Identifier: BSD-2-Clause */
/* ident.c - see ident.h */
#include "ident.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/pp2.h"

void ident_init(struct ident *id, bool is_udp, const struct endpoint *peer,
		const struct endpoint *local)
{
	*id = (struct ident) {
		.is_udp = is_udp,
		.peer = *peer,
		.local = *local,
		.client = *peer,
	};
}

void ident_fini(struct ident *id)
{
	free(id->tlv);
	id->tlv = NULL;
	id->tlv_len = 0;
}

int ident_learn(struct ident *id, const struct header_result *h)
{
	uint8_t *tlv = NULL;

	if (h->hdr.tlv_len) {
		tlv = malloc(h->hdr.tlv_len);
		if (!tlv)
			return -ENOMEM;
		memcpy(tlv, h->hdr.tlv, h->hdr.tlv_len);
	}
	ident_fini(id);
	id->tlv = tlv;
	id->tlv_len = h->hdr.tlv_len;
	id->kind = h->kind;
	id->cmd = h->hdr.cmd;
	id->crc = h->hdr.crc;
	id->hdr_len = h->hdr.hdr_len;
	id->client = pp_has_client(&h->hdr) ? h->hdr.src : id->peer;
	id->dst = pp_has_client(&h->hdr) ? h->hdr.dst : (struct endpoint) { 0 };
	return 0;
}

bool ident_says_same(const struct ident *id, const struct header_result *h)
{
	const struct endpoint *client = pp_has_client(&h->hdr) ? &h->hdr.src
							       : &id->peer;
	struct endpoint none = { 0 };

	return id->kind == h->kind && id->cmd == h->hdr.cmd &&
	       endpoint_eq(&id->client, client) &&
	       endpoint_eq(&id->dst,
			   pp_has_client(&h->hdr) ? &h->hdr.dst : &none);
}

static void ident_endpoint(struct json *j, const char *addr_key,
			   const char *port_key, const struct endpoint *e)
{
	char text[IP_ADDR_TEXT_MAX];

	if (e->addr.family == IP_NONE) {
		json_null(j, addr_key);
		json_null(j, port_key);
		return;
	}
	json_str(j, addr_key, ip_addr_format(&e->addr, text));
	json_u64(j, port_key, e->port);
}

/* Text for people: printable ASCII and anything above, which json_strn()
 * checks for UTF-8.
 */
static bool ident_is_text(const struct pp2_tlv *t)
{
	uint16_t i;

	for (i = 0; i < t->len; i++)
		if (t->value[i] < ' ' || t->value[i] > '~')
			return false;
	return t->len > 0;
}

static void ident_tlv(struct json *j, const struct pp2_tlv *t)
{
	const char *name = pp2_tlv_name(t->type);
	char type[8];

	(void)snprintf(type, sizeof(type), "0x%02x", t->type);
	json_begin(j, NULL, '{');
	json_str(j, "type", type);
	if (name)
		json_str(j, "name", name);
	json_hex(j, "hex", t->value, t->len);
	if (ident_is_text(t))
		json_strn(j, "text", (const char *)t->value, t->len);
	json_end(j);
}

static void ident_tlvs(const struct ident *id, struct json *j)
{
	const uint8_t *at = id->tlv;
	size_t left = id->tlv_len, said = 0, cut = 0, n = 0;
	struct pp2_tlv t;
	struct wire_err err;

	json_begin(j, "tlvs", '[');
	while (pp2_tlv_next(&at, &left, &t, &err) == WIRE_OK) {
		if (n == IDENT_TLVS_MAX || said + t.len > IDENT_TLV_BYTES_MAX) {
			cut++;
			continue;
		}
		n++;
		said += t.len;
		ident_tlv(j, &t);
	}
	json_end(j);
	if (cut)
		json_u64(j, "tlvs_cut", cut);
}

void ident_members(const struct ident *id, struct json *j)
{
	bool has_header = id->kind != HEADER_NONE;

	json_str(j, "transport", id->is_udp ? "udp" : "tcp");
	ident_endpoint(j, "peer", "pport", &id->peer);
	ident_endpoint(j, "local", "lport", &id->local);
	json_str(j, "mode", header_kind_name(id->kind));
	if (has_header)
		json_str(j, "cmd", pp_cmd_name(id->cmd));
	else
		json_null(j, "cmd");
	ident_endpoint(j, "client", "cport", &id->client);
	ident_endpoint(j, "dst", "dport", &id->dst);
	ident_tlvs(id, j);
	json_str(j, "crc32c", pp_crc_name(id->crc));
	if (id->err.anomaly != ANOMALY_NONE)
		json_str(j, "verdict", anomaly_slug(id->err.anomaly));
	else
		json_str(j, "verdict", has_header ? "ok" : "no-header");
}

size_t ident_line(const struct ident *id, char *buf, size_t cap)
{
	struct json j;
	const char *line;
	size_t len = 0;

	json_init(&j, buf, cap);
	json_begin(&j, NULL, '{');
	json_u64(&j, "v", 1);
	json_str(&j, "type", "whoami");
	ident_members(id, &j);
	json_end(&j);
	line = json_line(&j, &len);
	ASSERT(line);
	return len;
}
