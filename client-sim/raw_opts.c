/* SPDX-License-Identifier: BSD-2-Clause */
/* raw_opts.c - see raw_opts.h */
#include "raw_opts.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "wire/addr.h"
#include "wire/bytes.h"
#include "wire/wire.h"

#define RAW_MSS_LEN (1 + 1 + 2)
/* two that align or SACK permitted, kind, length, two times four */
#define RAW_TS_LEN   (2 + 1 + 1 + 4 + 4)
#define RAW_SACK_LEN (2 + 1 + 1)
#define RAW_WS_LEN   (1 + 1 + 1 + 1)

struct raw_name {
	const char *name;
	unsigned bit;
};

bool raw_hex(const char *text, uint8_t *out, size_t cap, size_t *ret_len)
{
	size_t n = 0;

	for (; *text; text += 2) {
		int hi = hex_digit(text[0]);
		int lo = hi < 0 ? -1 : hex_digit(text[1]);

		if (lo < 0 || n == cap)
			return false;
		out[n++] = (uint8_t)(hi << 4 | lo);
	}
	if (!n)
		return false;
	*ret_len = n;
	return true;
}

/* The bits of a comma-separated list of names; 0: one is unknown. */
static unsigned raw_names(const struct raw_name *names, size_t n_names,
			  const char *text, size_t len)
{
	unsigned bits = 0;

	for (;;) {
		const char *comma = memchr(text, ',', len);
		size_t i, n = comma ? (size_t)(comma - text) : len;

		for (i = 0; i < n_names; i++)
			if (strlen(names[i].name) == n &&
			    memcmp(names[i].name, text, n) == 0)
				break;
		if (i == n_names)
			return 0;
		bits |= names[i].bit;
		if (!comma)
			return bits;
		text += n + 1;
		len -= n + 1;
	}
}

/* Reads "WHERE=" into a fresh item. Return: what follows; NULL: bad */
static const char *raw_opts_begin(struct raw_opts *o, const char *value,
				  char err[OPT_ERR_MAX])
{
	static const struct raw_name places[] = {
		{ "syn", RAW_SYN },
		{ "ack", RAW_ACK },
		{ "data", RAW_DATA },
		{ "all", RAW_ALL },
	};
	const char *equal = strchr(value, '=');
	unsigned bits = equal ? raw_names(places, ARRAY_SIZE(places), value,
					  (size_t)(equal - value))
			      : 0;

	if (!bits) {
		str_copy(err, OPT_ERR_MAX,
			 "does not begin with syn=, ack=, data= or all=, or "
			 "several of these words and commas");
		return NULL;
	}
	if (o->n == RAW_OPTS_MAX) {
		(void)snprintf(err, OPT_ERR_MAX, "is one more than %d options",
			       RAW_OPTS_MAX);
		return NULL;
	}
	o->items[o->n] = (struct raw_opt) { .places = (uint8_t)bits };
	return equal + 1;
}

bool raw_opts_add_hex(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	struct raw_opts *o = dst;
	const char *hex = raw_opts_begin(o, value, err);
	struct raw_opt *item;
	size_t n;

	if (!hex)
		return false;
	item = &o->items[o->n];
	if (strlen(hex) > 2 * sizeof(item->bytes)) {
		(void)snprintf(err, OPT_ERR_MAX,
			       "%zu bytes do not fit: a segment has room for "
			       "%zu bytes of options",
			       strlen(hex) / 2, sizeof(item->bytes));
		return false;
	}
	if (!raw_hex(hex, item->bytes, sizeof(item->bytes), &n)) {
		str_copy(err, OPT_ERR_MAX,
			 "does not end with pairs of hex digits, such as "
			 "syn=c80815b3c0000201");
		return false;
	}
	item->len = (uint8_t)n;
	o->n++;
	return true;
}

/* Written apart from the codec of the library, which the readers that this
 * client is to try are built with.
 */
bool raw_opts_add_toa(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	struct raw_opts *o = dst;
	const char *text = raw_opts_begin(o, value, err);
	const char *colon = text ? strchr(text, ':') : NULL;
	struct raw_opt *item;
	struct endpoint e;
	uint64_t kind;
	size_t n;

	if (!text)
		return false;
	if (!colon || !str_u64(text, (size_t)(colon - text), &kind) ||
	    kind > UINT8_MAX ||
	    !endpoint_parse(colon + 1, strlen(colon + 1), &e)) {
		str_copy(err, OPT_ERR_MAX,
			 "does not end with KIND:IP:PORT, such as "
			 "ack=200:192.0.2.1:5555; IPv6 stands in brackets");
		return false;
	}
	item = &o->items[o->n++];
	n = ip_addr_bytes(&e.addr);
	item->len = (uint8_t)(1 + 1 + 2 + n);
	item->bytes[0] = (uint8_t)kind;
	item->bytes[1] = item->len;
	put_be16(item->bytes + 2, e.port);
	memcpy(item->bytes + 4, e.addr.bytes, n);
	return true;
}

bool raw_opts_set_own(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	static const struct raw_name owns[] = {
		{ "mss", RAW_OWN_MSS },
		{ "sack", RAW_OWN_SACK },
		{ "ts", RAW_OWN_TS },
		{ "ws", RAW_OWN_WS },
	};
	struct raw_opts *o = dst;

	o->own = 0;
	if (strcmp(value, "none") == 0)
		return true;
	o->own = raw_names(owns, ARRAY_SIZE(owns), value, strlen(value));
	if (o->own)
		return true;
	str_copy(err, OPT_ERR_MAX,
		 "is neither 'none' nor a list of mss, sack, ts and ws");
	return false;
}

static size_t raw_opts_own_len(const struct raw_opts *o, enum raw_place place)
{
	size_t n = 0;

	if (place != RAW_SYN)
		return o->own & RAW_OWN_TS ? RAW_TS_LEN : 0;
	if (o->own & RAW_OWN_MSS)
		n += RAW_MSS_LEN;
	if (o->own & RAW_OWN_TS)
		n += RAW_TS_LEN;
	else if (o->own & RAW_OWN_SACK)
		n += RAW_SACK_LEN;
	if (o->own & RAW_OWN_WS)
		n += RAW_WS_LEN;
	return n;
}

bool raw_opts_check(const struct raw_opts *o, char err[OPT_ERR_MAX])
{
	static const struct {
		enum raw_place place;
		const char *name;
	} places[] = {
		{ RAW_SYN, "the SYN" },
		{ RAW_ACK, "the handshake's ACK" },
		{ RAW_DATA, "a data segment" },
		{ RAW_OTHER, "an ACK, FIN or RST" },
	};
	size_t i, k;

	for (i = 0; i < ARRAY_SIZE(places); i++) {
		size_t own = raw_opts_own_len(o, places[i].place), n = 0;

		for (k = 0; k < o->n; k++)
			if (o->items[k].places & places[i].place)
				n += o->items[k].len;
		if (own + n <= RAW_AREA_MAX)
			continue;
		(void)snprintf(err, OPT_ERR_MAX,
			       "%zu bytes of options do not fit into %s: "
			       "there is room for %zu of %d beside the "
			       "%zu of --syn-opts",
			       n, places[i].name, RAW_AREA_MAX - own,
			       RAW_AREA_MAX, own);
		return false;
	}
	return true;
}

static size_t raw_opts_put_ts(const struct raw_own_values *v, bool has_sack,
			      uint8_t *out)
{
	out[0] = has_sack ? TCP_OPT_SACK_OK : TCP_OPT_NOP;
	out[1] = has_sack ? 2 : TCP_OPT_NOP;
	out[2] = TCP_OPT_TIMESTAMP;
	out[3] = RAW_TS_LEN - 2;
	put_be32(out + 4, v->ts_value);
	put_be32(out + 8, v->ts_echo);
	return RAW_TS_LEN;
}

static size_t raw_opts_put_syn(const struct raw_opts *o,
			       const struct raw_own_values *v, uint8_t *out)
{
	size_t n = 0;

	if (o->own & RAW_OWN_MSS) {
		out[n] = TCP_OPT_MSS;
		out[n + 1] = RAW_MSS_LEN;
		put_be16(out + n + 2, v->mss);
		n += RAW_MSS_LEN;
	}
	if (o->own & RAW_OWN_TS) {
		n += raw_opts_put_ts(v, o->own & RAW_OWN_SACK, out + n);
	} else if (o->own & RAW_OWN_SACK) {
		static const uint8_t sack[RAW_SACK_LEN] = {
			TCP_OPT_NOP, TCP_OPT_NOP, TCP_OPT_SACK_OK, 2
		};

		memcpy(out + n, sack, sizeof(sack));
		n += sizeof(sack);
	}
	if (o->own & RAW_OWN_WS) {
		static const uint8_t ws[RAW_WS_LEN] = { TCP_OPT_NOP,
							TCP_OPT_WSCALE, 3,
							RAW_WS_SHIFT };

		memcpy(out + n, ws, sizeof(ws));
		n += sizeof(ws);
	}
	return n;
}

size_t raw_opts_area(const struct raw_opts *o, enum raw_place place,
		     const struct raw_own_values *v, uint8_t out[RAW_AREA_MAX])
{
	size_t i, n = 0;

	if (place == RAW_SYN)
		n = raw_opts_put_syn(o, v, out);
	else if (v->has_ts)
		n = raw_opts_put_ts(v, false, out);
	for (i = 0; i < o->n; i++) {
		const struct raw_opt *item = &o->items[i];

		if (!(item->places & place))
			continue;
		ASSERT(n + item->len <= RAW_AREA_MAX);
		memcpy(out + n, item->bytes, item->len);
		n += item->len;
	}
	while (n % 4)
		out[n++] = TCP_OPT_EOL;
	return n;
}
