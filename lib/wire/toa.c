/* SPDX-License-Identifier: BSD-2-Clause */
/* toa.c - the table of TCP options that name a client, and their codec */
#include <assert.h>

#include "wire/bytes.h"
#include "wire/result.h"
#include "wire/toa.h"

#define KIND_AKAMAI	  28 /* User Timeout too, RFC 5482 */
#define KIND_F5		  29 /* TCP-AO too, RFC 5925 */
#define KIND_EXPERIMENT_1 253
#define KIND_EXPERIMENT_2 254

#define OPT_HEAD 2 /* kind and length */

#define AKAMAI_VERSION_V4 1
#define AKAMAI_VERSION_V6 2

static const struct toa_format formats[] = {
	{ 28, 7, TOA_LAYOUT_VER_V4, TOA_LIKELY,
	  "Akamai, Citrix NetScaler, Alibaba CDN", "client IPv4" },
	{ 28, 10, TOA_LAYOUT_VER_V4, TOA_GUESS, "F5 iRule",
	  "client IPv4, 3 bytes" },
	{ 28, 19, TOA_LAYOUT_VER_V6, TOA_LIKELY, "Alibaba CDN", "client IPv6" },
	{ 29, 6, TOA_LAYOUT_V4, TOA_GUESS, "F5 iRule", "client IPv4" },
	{ 200, 8, TOA_LAYOUT_PORT_V4, TOA_SURE, "Tencent, UCloud, LVS (2012)",
	  "client port, IPv4" },
	{ 200, 20, TOA_LAYOUT_PORT_V6, TOA_LIKELY, "Tencent",
	  "client port, IPv6" },
	{ 201, 6, TOA_LAYOUT_NONE, TOA_SURE, "Tencent vtoa", "VPC id" },
	{ 202, 8, TOA_LAYOUT_NONE, TOA_SURE, "Tencent vtoa",
	  "virtual port, IPv4" },
	{ 249, 40, TOA_LAYOUT_PORT_V6, TOA_SURE, "Alibaba vtoa",
	  "client port, IPv6; VPC id, virtual IPv6" },
	{ 250, 8, TOA_LAYOUT_NONE, TOA_SURE, "Alibaba vtoa",
	  "virtual port, IPv4" },
	{ 252, 8, TOA_LAYOUT_PORT_V4, TOA_LIKELY, "UCloud (old)",
	  "client port, IPv4" },
	{ 252, 20, TOA_LAYOUT_PORT_V4, TOA_SURE, "Alibaba vtoa",
	  "client port, IPv4; VPC id, virtual IPv4, port" },
	{ 253, 8, TOA_LAYOUT_PORT_V4, TOA_LIKELY, "Akamai at UCloud",
	  "client port, IPv4" },
	{ 253, 20, TOA_LAYOUT_PORT_V6, TOA_LIKELY, "Alibaba LVS, Huawei ELB",
	  "client port, IPv6" },
	{ 254, 8, TOA_LAYOUT_PORT_V4, TOA_LIKELY,
	  "Alibaba LVS, DPVS, Huawei, Baidu, ByteDance", "client port, IPv4" },
	{ 254, 16, TOA_LAYOUT_PORT_V4, TOA_LIKELY, "ByteDance",
	  "client port, IPv4; destination" },
	{ 254, 20, TOA_LAYOUT_PORT_V6, TOA_LIKELY, "DPVS, ByteDance",
	  "client port, IPv6" },
};

static_assert(TOA_LEN_V4 == 8 && TOA_LEN_V6 == 20, "the classic layouts");

const struct toa_format *toa_format_at(size_t i)
{
	return i < ARRAY_SIZE(formats) ? &formats[i] : NULL;
}

const struct toa_format *toa_format_find(uint8_t kind, uint8_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(formats); i++) {
		if (formats[i].kind == kind && formats[i].len == len)
			return &formats[i];
	}
	return NULL;
}

static bool kind_is_known(uint8_t kind)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(formats); i++) {
		if (formats[i].kind == kind)
			return true;
	}
	return false;
}

bool toa_kind_is_shared(uint8_t kind)
{
	return kind == KIND_AKAMAI || kind == KIND_F5 ||
	       kind == KIND_EXPERIMENT_1 || kind == KIND_EXPERIMENT_2;
}

enum toa_layout toa_layout_find(uint8_t kind, uint8_t len)
{
	const struct toa_format *f = toa_format_find(kind, len);

	if (f)
		return f->layout;
	if (!kind_is_known(kind) && len == TOA_LEN_V4)
		return TOA_LAYOUT_PORT_V4;
	if (!kind_is_known(kind) && len == TOA_LEN_V6)
		return TOA_LAYOUT_PORT_V6;
	return toa_kind_is_shared(kind) ? TOA_LAYOUT_NONE : TOA_LAYOUT_COUNT;
}

/* RFC 6994: does the value begin with the identifier of another option? */
static bool is_experiment(const struct tcp_opt *opt)
{
	uint16_t id;

	if (opt->kind != KIND_EXPERIMENT_1 && opt->kind != KIND_EXPERIMENT_2)
		return false;
	if (opt->len < 2)
		return false;
	id = get_be16(opt->data);
	if (id == TOA_EXID_TFO || id == TOA_EXID_HOST_ID)
		return true;
	return opt->len >= 4 && get_be32(opt->data) == TOA_EXID_SMC;
}

/* opt->len is that of the layout at least */
static void client_read(const struct tcp_opt *opt, enum toa_layout layout,
			struct toa_option *o)
{
	const uint8_t *p = opt->data;

	o->layout = layout;
	switch (layout) {
	case TOA_LAYOUT_PORT_V4:
		o->client.port = get_be16(p);
		o->has_port = true;
		o->client.addr = ip_addr_v4(p + 2);
		break;
	case TOA_LAYOUT_PORT_V6:
		o->client.port = get_be16(p);
		o->has_port = true;
		o->client.addr = ip_addr_v6(p + 2);
		break;
	case TOA_LAYOUT_VER_V4:
		o->client.addr = ip_addr_v4(p + 1);
		break;
	case TOA_LAYOUT_VER_V6:
		o->client.addr = ip_addr_v6(p + 1);
		break;
	case TOA_LAYOUT_V4:
		o->client.addr = ip_addr_v4(p);
		break;
	case TOA_LAYOUT_NONE:
	case TOA_LAYOUT_COUNT:
		break;
	}
}

/* Return: could a client have it? */
static bool client_is_possible(const struct toa_option *o)
{
	static const uint8_t zero[16];

	if (o->layout == TOA_LAYOUT_NONE)
		return true;
	if (o->has_port && !o->client.port)
		return false;
	return memcmp(o->client.addr.bytes, zero, sizeof(zero)) != 0;
}

static enum wire_status layout_choose(const struct tcp_opt *opt, unsigned flags,
				      enum toa_layout *ret,
				      struct wire_err *err)
{
	uint8_t len = (uint8_t)(opt->len + OPT_HEAD);
	bool is_known = kind_is_known(opt->kind);

	if (!is_known && !(flags & TOA_F_KIND_IS_TOA))
		return result_bad(err, ANOMALY_TOA_KIND, 0);
	if (flags & TOA_F_SYN && is_experiment(opt))
		return result_bad(err, ANOMALY_TOA_OTHER, OPT_HEAD);
	*ret = toa_layout_find(opt->kind, len);
	if (*ret == TOA_LAYOUT_COUNT)
		return result_bad(err, ANOMALY_TOA_LENGTH, 1);
	if (*ret == TOA_LAYOUT_NONE && !toa_format_find(opt->kind, len))
		return result_bad(err, ANOMALY_TOA_OTHER, 1);
	if (*ret == TOA_LAYOUT_VER_V4 && opt->data[0] != AKAMAI_VERSION_V4)
		return result_bad(err, ANOMALY_TOA_VERSION, OPT_HEAD);
	return result_ok(err);
}

enum wire_status toa_decode(const struct tcp_opt *opt, unsigned flags,
			    struct toa_option *ret, struct wire_err *err)
{
	struct toa_option o = { .confidence = TOA_GUESS };
	enum toa_layout layout = TOA_LAYOUT_NONE;
	enum wire_status st;

	st = layout_choose(opt, flags, &layout, err);
	if (st != WIRE_OK)
		return st;
	o.format = toa_format_find(opt->kind, (uint8_t)(opt->len + OPT_HEAD));
	client_read(opt, layout, &o);
	if (o.format)
		o.confidence = o.format->confidence;
	if (is_experiment(opt) ||
	    (layout == TOA_LAYOUT_VER_V6 && opt->data[0] != AKAMAI_VERSION_V6))
		o.confidence = TOA_GUESS;
	if (!client_is_possible(&o))
		*err = (struct wire_err) { ANOMALY_TOA_ADDRESS, OPT_HEAD };
	*ret = o;
	return WIRE_OK;
}

size_t toa_encode(uint8_t kind, const struct endpoint *client,
		  uint8_t out[TOA_LEN_V6])
{
	size_t addr_len = ip_addr_bytes(&client->addr);

	ASSERT(addr_len);
	out[0] = kind;
	out[1] = (uint8_t)(OPT_HEAD + 2 + addr_len);
	put_be16(out + OPT_HEAD, client->port);
	memcpy(out + OPT_HEAD + 2, client->addr.bytes, addr_len);
	return out[1];
}
