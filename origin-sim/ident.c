/* SPDX-License-Identifier: BSD-2-Clause */
/* ident.c - see ident.h */
#include "ident.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/pp_json.h"
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

void ident_learn_toa(struct ident *id, const struct toa_finding *f)
{
	id->kind = HEADER_TOA;
	id->toa = *f;
	id->client = f->client;
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
		json_nil(j, addr_key);
		json_nil(j, port_key);
		return;
	}
	json_str(j, addr_key, ip_addr_format(&e->addr, text));
	json_u64(j, port_key, e->port);
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
		pp_json_tlv(j, &t);
		json_end(j);
	}
	json_end(j);
	if (cut)
		json_u64(j, "tlvs_cut", cut);
}

/* The TCP option, as far as anybody saw it. */
static void ident_toa(const struct ident *id, struct json *j)
{
	const struct toa_finding *f = &id->toa;

	if (!f->kind)
		return;
	json_begin(j, "toa", '{');
	json_u64(j, "kind", f->kind);
	json_u64(j, "len", f->len);
	json_str(j, "segment", toa_place_name(f->place));
	if (f->err.anomaly != ANOMALY_NONE)
		json_str(j, "note", anomaly_slug(f->err.anomaly));
	json_end(j);
}

/* The client of an option without a port has one, which nobody knows. */
static void ident_client(const struct ident *id, struct json *j)
{
	char text[IP_ADDR_TEXT_MAX];

	if (id->kind != HEADER_TOA || id->toa.has_port) {
		ident_endpoint(j, "client", "cport", &id->client);
		return;
	}
	json_str(j, "client", ip_addr_format(&id->client.addr, text));
	json_nil(j, "cport");
}

static const char *ident_verdict(const struct ident *id)
{
	if (id->err.anomaly != ANOMALY_NONE)
		return anomaly_slug(id->err.anomaly);
	return id->kind == HEADER_NONE	    ? "no-header"
	       : id->kind == HEADER_UNKNOWN ? "unknown"
					    : "ok";
}

void ident_members(const struct ident *id, struct json *j)
{
	bool has_header = header_kind_is_prefix(id->kind);

	json_str(j, "transport", id->is_udp ? "udp" : "tcp");
	ident_endpoint(j, "peer", "pport", &id->peer);
	ident_endpoint(j, "local", "lport", &id->local);
	json_str(j, "mode", header_kind_name(id->kind));
	if (has_header)
		json_str(j, "cmd", pp_cmd_name(id->cmd));
	else
		json_nil(j, "cmd");
	ident_client(id, j);
	ident_endpoint(j, "dst", "dport", &id->dst);
	ident_tlvs(id, j);
	json_str(j, "crc32c", pp_crc_name(id->crc));
	ident_toa(id, j);
	json_str(j, "verdict", ident_verdict(id));
}

size_t ident_line(const struct ident *id, char *buf, size_t cap)
{
	struct json j;
	const char *line;
	size_t len = 0;

	json_open(&j, buf, cap, "whoami");
	ident_members(id, &j);
	json_end(&j);
	line = json_line(&j, &len);
	ASSERT(line);
	return len;
}
