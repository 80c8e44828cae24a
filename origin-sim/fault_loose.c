/* SPDX-License-Identifier: BSD-2-Clause */
/* fault_loose.c - headers as careless receivers read them.
 *
 * Each reader notes as a bit what is wrong with the header; a header is taken
 * if all of its bits are faults that are on.
 */
#include <string.h>

#include "fault.h"
#include "wire/bytes.h"
#include "wire/pp1.h"
#include "wire/pp2.h"

#define LOOSE_LINE_MAX 4096
#define V1_FIELDS      6

#define SIN(fault) (1ULL << FAULT_##fault)

struct field {
	const uint8_t *text;
	size_t len;
};

/* The number at @f, modulo @mod; notes its faults in *@sins. */
static unsigned loose_number(const struct field *f, unsigned mod,
			     uint64_t too_big, uint64_t *sins)
{
	uint64_t v = 0;
	bool is_big = false;
	size_t i;

	for (i = 0; i < f->len; i++)
		if (f->text[i] < '0' || f->text[i] > '9')
			break;
	if (!f->len || i < f->len) {
		*sins |= SIN(BAD_ADDR);
		return 0;
	}
	for (i = 0; i < f->len; i++) {
		v = v * 10 + (unsigned)(f->text[i] - '0');
		is_big |= v >= mod;
		v %= mod;
	}
	if (f->len > 1 && f->text[0] == '0')
		*sins |= SIN(LEADING_ZERO);
	if (is_big)
		*sins |= too_big;
	return (unsigned)v;
}

static struct ip_addr loose_v4(const struct field *f, uint64_t *sins)
{
	uint8_t bytes[4] = { 0 };
	uint64_t found = 0;
	size_t at = 0, n = 0;

	while (at <= f->len && n < 4) {
		const uint8_t *dot = memchr(f->text + at, '.', f->len - at);
		size_t to = dot ? (size_t)(dot - f->text) : f->len;
		struct field octet = { f->text + at, to - at };

		bytes[n++] = (uint8_t)loose_number(&octet, 256, SIN(OCTET_MOD),
						   &found);
		at = to + 1;
	}
	/* without its form, the values mean nothing */
	*sins |= n != 4 || at <= f->len ? SIN(BAD_ADDR) : found;
	return ip_addr_v4(bytes);
}

static struct ip_addr loose_addr(const struct field *f, bool is_v6,
				 uint64_t *sins)
{
	struct ip_addr a = { 0 };

	if (!is_v6)
		return loose_v4(f, sins);
	if (!ip_addr_parse((const char *)f->text, f->len, &a) ||
	    a.family != IP_V6)
		*sins |= SIN(BAD_ADDR);
	return a;
}

/* Fields of a line, which may have blanks at will. Return: how many */
static size_t loose_split(const uint8_t *line, size_t len,
			  struct field f[V1_FIELDS], uint64_t *sins)
{
	size_t i = 0, n = 0;

	while (i < len) {
		size_t begin = i;

		while (i < len && line[i] != ' ' && line[i] != '\t')
			i++;
		if (i < len && line[i] == '\t')
			*sins |= SIN(SPACES);
		if (i == begin)
			*sins |= SIN(SPACES);
		else if (n == V1_FIELDS)
			*sins |= SIN(EXTRA_FIELD);
		else
			f[n++] = (struct field) { line + begin, i - begin };
		if (i < len && ++i == len)
			*sins |= SIN(SPACES);
	}
	return n;
}

static bool field_is(const struct field *f, const char *text)
{
	return f->len == strlen(text) && !memcmp(f->text, text, f->len);
}

/* Where the line ends. Return: its length with the end, 0 if it has none */
static size_t loose_line(const uint8_t *buf, size_t len, size_t *ret_text,
			 uint64_t *sins)
{
	size_t i;

	for (i = 0; i < len && i < LOOSE_LINE_MAX; i++) {
		if (buf[i] == '\n') {
			*sins |= SIN(LF_ONLY);
			*ret_text = i;
			return i + 1;
		}
		if (buf[i] != '\r')
			continue;
		if (i + 1 == len)
			return 0;
		*ret_text = i;
		if (buf[i + 1] == '\n')
			return i + 2;
		*sins |= SIN(CR_ONLY);
		return i + 1;
	}
	return 0;
}

static void loose_v1_addrs(const struct field f[V1_FIELDS], struct pp_hdr *h,
			   uint64_t *sins)
{
	bool is_v6 = field_is(&f[1], "TCP6");

	if (!is_v6 && !field_is(&f[1], "TCP4")) {
		*sins |= SIN(ANY_PROTO);
		is_v6 = memchr(f[2].text, ':', f[2].len) != NULL;
	}
	h->family = is_v6 ? PP_FAMILY_INET6 : PP_FAMILY_INET;
	h->proto = PP_PROTO_STREAM;
	h->src.addr = loose_addr(&f[2], is_v6, sins);
	h->dst.addr = loose_addr(&f[3], is_v6, sins);
	h->src.port = (uint16_t)loose_number(&f[4], 65536, SIN(PORT_MOD), sins);
	h->dst.port = (uint16_t)loose_number(&f[5], 65536, SIN(PORT_MOD), sins);
}

static enum wire_status loose_v1(const struct fault_set *s, const uint8_t *buf,
				 size_t len, struct pp_hdr *ret)
{
	struct field f[V1_FIELDS];
	struct pp_hdr h = { .version = 1, .cmd = PP_CMD_PROXY };
	uint64_t sins = 0;
	size_t text = 0, n, end = loose_line(buf, len, &text, &sins);

	if (!end && len < LOOSE_LINE_MAX &&
	    (len <= PP1_HDR_MAX || fault_is_on(s, FAULT_LONG_LINE)))
		return WIRE_SHORT;
	if (!end)
		return WIRE_BAD;
	if (end > PP1_HDR_MAX)
		sins |= SIN(LONG_LINE);
	n = loose_split(buf, text, f, &sins);
	if (n < 2 || !field_is(&f[0], "PROXY"))
		return WIRE_BAD;
	if (field_is(&f[1], "UNKNOWN"))
		h.cmd = PP_CMD_UNKNOWN;
	if (n == V1_FIELDS)
		loose_v1_addrs(f, &h, &sins);
	else
		sins |= SIN(MISSING_FIELD);
	if (h.cmd == PP_CMD_UNKNOWN)
		sins &= SIN(LF_ONLY) | SIN(CR_ONLY) | SIN(LONG_LINE);
	h.hdr_len = (uint32_t)end;
	if (sins & ~s->on)
		return WIRE_BAD;
	*ret = h;
	return WIRE_OK;
}

/* The address block at @p, @len bytes, of family byte @fam. */
static void loose_block(struct pp_hdr *h, uint8_t fam, const uint8_t *p,
			size_t len, uint64_t *sins)
{
	size_t n = 0;

	if (fam >> 4 > PP_FAMILY_UNIX || (fam & 15) > PP_PROTO_DGRAM)
		*sins |= SIN(BAD_FAMILY);
	if (fam >> 4 == PP_FAMILY_INET && len >= PP2_INET_LEN) {
		h->family = PP_FAMILY_INET;
		h->src = (struct endpoint) { ip_addr_v4(p), get_be16(p + 8) };
		h->dst = (struct endpoint) { ip_addr_v4(p + 4),
					     get_be16(p + 10) };
		n = PP2_INET_LEN;
	} else if (fam >> 4 == PP_FAMILY_INET6 && len >= PP2_INET6_LEN) {
		h->family = PP_FAMILY_INET6;
		h->src = (struct endpoint) { ip_addr_v6(p), get_be16(p + 32) };
		h->dst = (struct endpoint) { ip_addr_v6(p + 16),
					     get_be16(p + 34) };
		n = PP2_INET6_LEN;
	} else if (fam >> 4 == PP_FAMILY_INET || fam >> 4 == PP_FAMILY_INET6 ||
		   (fam >> 4 == PP_FAMILY_UNIX && len < PP2_UNIX_LEN)) {
		*sins |= SIN(SHORT_LENGTH);
		n = len;
	}
	h->proto = (enum pp_proto)(fam & 15);
	h->tlv = p + n;
	h->tlv_len = (uint16_t)(len - n);
}

static enum wire_status loose_v2(const struct fault_set *s, const uint8_t *buf,
				 size_t len, struct pp_hdr *ret)
{
	struct pp_hdr h = { .version = 2, .cmd = PP_CMD_PROXY };
	struct pp_hdr strict;
	struct wire_err err = { 0 };
	uint64_t sins = 0;

	if (len < PP2_FIXED_LEN)
		return WIRE_SHORT;
	h.hdr_len = PP2_FIXED_LEN + (uint32_t)get_be16(buf + 14);
	if (h.hdr_len > LOOSE_LINE_MAX)
		return WIRE_BAD;
	if (len < h.hdr_len)
		return WIRE_SHORT;
	if (buf[12] >> 4 != 2)
		sins |= SIN(BAD_VERSION);
	if ((buf[12] & 15) == 0)
		h.cmd = PP_CMD_LOCAL;
	else if ((buf[12] & 15) != 1)
		sins |= SIN(BAD_COMMAND);
	loose_block(&h, buf[13], buf + PP2_FIXED_LEN, h.hdr_len - PP2_FIXED_LEN,
		    &sins);
	if (h.cmd == PP_CMD_LOCAL)
		sins &= SIN(BAD_VERSION);
	if (!sins && pp2_decode(buf, len, 0, &strict, &err) == WIRE_BAD) {
		sins |= err.anomaly == ANOMALY_TLV_CRC_MISMATCH
				? SIN(IGNORES_CRC)
				: SIN(BAD_TLV);
		/* what cannot be walked is not shown */
		h.tlv = NULL;
		h.tlv_len = 0;
	}
	if (sins & ~s->on)
		return WIRE_BAD;
	*ret = h;
	return WIRE_OK;
}

enum wire_status fault_loose(const struct fault_set *s, const uint8_t *buf,
			     size_t len, struct pp_hdr *ret)
{
	if (len >= PP2_SIG_LEN && !memcmp(buf, pp2_signature, PP2_SIG_LEN))
		return loose_v2(s, buf, len, ret);
	if (len >= PP1_SIGNATURE_LEN &&
	    !memcmp(buf, PP1_SIGNATURE, PP1_SIGNATURE_LEN))
		return loose_v1(s, buf, len, ret);
	return WIRE_BAD;
}
