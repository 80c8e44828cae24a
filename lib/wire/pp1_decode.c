/* SPDX-License-Identifier: BSD-2-Clause */
/* pp1_decode.c - reads the PROXY v1 line, byte for byte as PP 2.1 spells it */
#include <string.h>

#include "wire/pp1.h"

#define PROTO_UNKNOWN "UNKNOWN"

/* The line so far. @pos is the byte to look at next; a step that fails has
 * left it at the byte that decided.
 */
struct pp1_line {
	const uint8_t *buf;
	size_t len;
	size_t pos;
	enum anomaly anomaly;
};

static enum wire_status pp1_bad(struct pp1_line *l, enum anomaly anomaly)
{
	l->anomaly = anomaly;
	return WIRE_BAD;
}

/* PP 2.1: CR LF must come within the first 107 bytes, so byte 105 is the last
 * that may be its CR. @l->pos: everything before it is not the end.
 */
static enum wire_status pp1_short(struct pp1_line *l)
{
	if (l->pos < PP1_HDR_MAX - 1)
		return WIRE_SHORT;
	if (l->buf[PP1_HDR_MAX - 2] != '\r')
		l->pos = PP1_HDR_MAX - 2;
	else if (l->pos < PP1_HDR_MAX)
		return WIRE_SHORT;
	else
		l->pos = PP1_HDR_MAX - 1;
	return pp1_bad(l, ANOMALY_V1_NO_CRLF);
}

/* The bytes of @word, or as many as there are. */
static enum wire_status pp1_word(struct pp1_line *l, const char *word,
				 enum anomaly otherwise)
{
	for (; *word; word++, l->pos++) {
		if (l->pos == l->len)
			return WIRE_SHORT;
		if (l->buf[l->pos] == '\n')
			return pp1_bad(l, ANOMALY_V1_LONE_LF);
		if (l->buf[l->pos] != (uint8_t)*word)
			return pp1_bad(l, otherwise);
	}
	return WIRE_OK;
}

/* The token after "PROXY ", told apart by its first and its fourth byte. */
static enum wire_status pp1_proto(struct pp1_line *l, struct pp_hdr *h)
{
	enum wire_status st;

	if (l->pos == l->len)
		return WIRE_SHORT;
	if (l->buf[l->pos] == PROTO_UNKNOWN[0]) {
		h->cmd = PP_CMD_UNKNOWN;
		return pp1_word(l, PROTO_UNKNOWN, ANOMALY_V1_PROTO);
	}
	st = pp1_word(l, "TCP", ANOMALY_V1_PROTO);
	if (st != WIRE_OK)
		return st;
	if (l->pos == l->len)
		return WIRE_SHORT;
	h->cmd = PP_CMD_PROXY;
	h->proto = PP_PROTO_STREAM;
	h->family = PP_FAMILY_INET;
	if (l->buf[l->pos] == '6')
		h->family = PP_FAMILY_INET6;
	return pp1_word(l, h->family == PP_FAMILY_INET6 ? "6" : "4",
			ANOMALY_V1_PROTO);
}

/* A byte that can neither go on with a field nor end it. */
static enum wire_status pp1_misfit(struct pp1_line *l, enum anomaly of_field)
{
	switch (l->buf[l->pos]) {
	case '\n':
		return pp1_bad(l, ANOMALY_V1_LONE_LF);
	case '\r': /* the line ends before its last field */
		return pp1_bad(l, ANOMALY_V1_FIELDS);
	case ' ':
		if (l->buf[l->pos - 1] == ' ')
			return pp1_bad(l, ANOMALY_V1_FIELDS);
		break;
	default:
		break;
	}
	return pp1_bad(l, of_field);
}

/* One space, and nothing else. */
static enum wire_status pp1_space(struct pp1_line *l, enum anomaly of_field)
{
	if (l->pos == l->len)
		return WIRE_SHORT;
	if (l->buf[l->pos] != ' ')
		return pp1_misfit(l, of_field);
	l->pos++;
	return WIRE_OK;
}

static enum wire_status pp1_addr(struct pp1_line *l, struct pp_hdr *h,
				 struct ip_addr *ret)
{
	bool v6 = h->family == PP_FAMILY_INET6;
	enum anomaly otherwise = v6 ? ANOMALY_V1_ADDR6 : ANOMALY_V1_ADDR4;
	const char *text = (const char *)l->buf + l->pos;
	size_t n;
	bool full;

	n = ip_addr_scan(v6 ? IP_V6 : IP_V4, text, l->len - l->pos, ret, &full);
	/* PP 2.1 knows hexadecimal groups only, senders also write ::ffff:
	 * before a dotted quad
	 */
	if (v6 && n > 0 && memchr(text, '.', n))
		h->note = ANOMALY_V1_ADDR6_MAPPED;
	l->pos += n;
	if (l->pos == l->len)
		return WIRE_SHORT;
	if (!full)
		return pp1_misfit(l, otherwise);
	return pp1_space(l, otherwise);
}

/* Digits of a port, without the byte that ends it. */
static enum wire_status pp1_port(struct pp1_line *l, uint16_t *ret)
{
	size_t start = l->pos;
	unsigned v = 0;

	for (; l->pos < l->len; l->pos++) {
		unsigned d = (unsigned)l->buf[l->pos] - '0';

		if (d > 9)
			break;
		/* no leading zero: "0" stands alone */
		if ((l->pos > start && v == 0) || v * 10 + d > 65535)
			return pp1_bad(l, ANOMALY_V1_PORT);
		v = v * 10 + d;
	}
	if (l->pos == l->len)
		return WIRE_SHORT;
	if (l->pos == start && l->buf[l->pos] == '\r')
		return pp1_bad(l, ANOMALY_V1_PORT);
	if (l->pos == start)
		return pp1_misfit(l, ANOMALY_V1_PORT);
	*ret = (uint16_t)v;
	return WIRE_OK;
}

/* CR LF right after the last field. */
static enum wire_status pp1_end(struct pp1_line *l, enum anomaly otherwise)
{
	if (l->pos == l->len)
		return WIRE_SHORT;
	if (l->buf[l->pos] == '\n')
		return pp1_bad(l, ANOMALY_V1_LONE_LF);
	if (l->buf[l->pos] != '\r')
		return pp1_bad(l, l->buf[l->pos] == ' ' ? ANOMALY_V1_FIELDS
							: otherwise);
	l->pos++;
	if (l->pos == l->len)
		return WIRE_SHORT;
	if (l->buf[l->pos] != '\n')
		return pp1_bad(l, ANOMALY_V1_LONE_CR);
	l->pos++;
	return WIRE_OK;
}

/* PP 2.1: after UNKNOWN everything before CR LF is ignored. */
static enum wire_status pp1_unknown(struct pp1_line *l)
{
	size_t max = l->len < PP1_HDR_MAX ? l->len : PP1_HDR_MAX;

	if (l->pos == l->len)
		return WIRE_SHORT;
	if (l->buf[l->pos] != ' ')
		return pp1_end(l, ANOMALY_V1_PROTO);
	for (; l->pos < max; l->pos++) {
		if (l->buf[l->pos] == '\n' && l->buf[l->pos - 1] == '\r') {
			l->pos++;
			return WIRE_OK;
		}
	}
	return WIRE_SHORT;
}

static enum wire_status pp1_fields(struct pp1_line *l, struct pp_hdr *h)
{
	enum wire_status st;

	st = pp1_space(l, ANOMALY_V1_PROTO);
	if (st == WIRE_OK)
		st = pp1_addr(l, h, &h->src.addr);
	if (st == WIRE_OK)
		st = pp1_addr(l, h, &h->dst.addr);
	if (st == WIRE_OK)
		st = pp1_port(l, &h->src.port);
	if (st == WIRE_OK)
		st = pp1_space(l, ANOMALY_V1_PORT);
	if (st == WIRE_OK)
		st = pp1_port(l, &h->dst.port);
	if (st == WIRE_OK)
		st = pp1_end(l, ANOMALY_V1_PORT);
	return st;
}

enum wire_status pp1_decode(const uint8_t *buf, size_t len, struct pp_hdr *ret,
			    struct wire_err *err)
{
	struct pp1_line l = { .buf = buf, .len = len };
	struct pp_hdr h = { .version = 1, .crc = PP_CRC_ABSENT };
	enum wire_status st;

	/* no byte past the longest line can make or mar it */
	if (l.len > PP1_HDR_MAX)
		l.len = PP1_HDR_MAX;
	st = pp1_word(&l, PP1_SIGNATURE, ANOMALY_PP_NO_SIGNATURE);
	if (st == WIRE_OK)
		st = pp1_proto(&l, &h);
	if (st == WIRE_OK)
		st = h.cmd == PP_CMD_UNKNOWN ? pp1_unknown(&l)
					     : pp1_fields(&l, &h);
	if (st == WIRE_SHORT)
		st = pp1_short(&l);
	*err = (struct wire_err) { l.anomaly, (uint32_t)l.pos };
	if (st != WIRE_OK)
		return st;
	h.hdr_len = (uint32_t)l.pos;
	err->anomaly = h.note;
	*ret = h;
	return WIRE_OK;
}
