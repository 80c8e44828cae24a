/* SPDX-License-Identifier: BSD-2-Clause */
/* fault.c - see fault.h */
#include "fault.h"

#include <string.h>

#include "wire/bytes.h"
#include "wire/pp1.h"
#include "wire/pp2.h"
#include "wire/spp.h"

const struct fault_name fault_names[FAULT_COUNT] = {
#define FAULT(id, name, has_arg, arg) { name, has_arg, arg },
#include "fault.def"
#undef FAULT
};

static enum header_action fault_refuse(struct header_result *ret,
				       enum anomaly a)
{
	ret->err = (struct wire_err) { a, 0 };
	return HEADER_REFUSE;
}

static bool fault_has_signature(const uint8_t *buf, size_t len)
{
	return (len >= PP1_SIGNATURE_LEN &&
		!memcmp(buf, PP1_SIGNATURE, PP1_SIGNATURE_LEN)) ||
	       (len >= PP2_SIG_LEN && !memcmp(buf, pp2_signature, PP2_SIG_LEN));
}

/* Does a broken origin refuse this valid header? */
static enum anomaly fault_dislike(const struct fault_set *s,
				  const struct header_result *h,
				  const uint8_t *buf)
{
	const struct pp_hdr *p = &h->hdr;
	uint8_t fam = p->version == 2 ? buf[PP2_SIG_LEN + 1] : 0;
	bool is_v2 = p->version == 2 && p->cmd == PP_CMD_PROXY;

	if (fault_is_on(s, FAULT_REFUSE_LOCAL) && p->cmd == PP_CMD_LOCAL)
		return ANOMALY_V2_COMMAND;
	if (fault_is_on(s, FAULT_REFUSE_UNKNOWN) && p->cmd == PP_CMD_UNKNOWN)
		return ANOMALY_V1_PROTO;
	if (fault_is_on(s, FAULT_REFUSE_INET6) && p->family == PP_FAMILY_INET6)
		return p->version == 1 ? ANOMALY_V1_PROTO : ANOMALY_V2_FAMILY;
	if (fault_is_on(s, FAULT_REFUSE_TLV) && p->tlv_len)
		return ANOMALY_TLV_OVERRUN;
	if (fault_is_on(s, FAULT_REFUSE_PORT_0) && pp_has_client(p) &&
	    (!p->src.port || !p->dst.port))
		return ANOMALY_V1_PORT;
	if (fault_is_on(s, FAULT_REFUSE_SHORT_LINE) && p->version == 1 &&
	    p->hdr_len < s->arg[FAULT_REFUSE_SHORT_LINE])
		return ANOMALY_V1_FIELDS;
	if (fault_is_on(s, FAULT_REFUSE_LONG_LINE) && p->version == 1 &&
	    p->family == PP_FAMILY_INET &&
	    p->hdr_len > s->arg[FAULT_REFUSE_LONG_LINE])
		return ANOMALY_V1_NO_CRLF;
	if (fault_is_on(s, FAULT_REFUSE_UNSPEC) && is_v2 &&
	    (fam >> 4 == PP_FAMILY_UNSPEC || (fam & 15) == PP_PROTO_UNSPEC))
		return ANOMALY_V2_FAMILY;
	if (fault_is_on(s, FAULT_REFUSE_UNIX) && is_v2 &&
	    fam >> 4 == PP_FAMILY_UNIX)
		return ANOMALY_V2_FAMILY;
	if (fault_is_on(s, FAULT_REFUSE_DGRAM) && is_v2 &&
	    (fam & 15) == PP_PROTO_DGRAM)
		return ANOMALY_V2_PROTOCOL;
	return ANOMALY_NONE;
}

/* Believe the block of a header that names nobody. */
static void fault_take_block(struct pp_hdr *h, const uint8_t *buf)
{
	struct fault_set none = { 0 };
	uint8_t copy[PP2_FIXED_LEN + PP2_UNIX_LEN];
	struct pp_hdr claimed;

	if (h->hdr_len > sizeof(copy) ||
	    h->hdr_len < PP2_FIXED_LEN + PP2_INET_LEN)
		return;
	memcpy(copy, buf, h->hdr_len);
	copy[PP2_SIG_LEN] = 0x21;
	if (!(copy[PP2_SIG_LEN + 1] >> 4))
		copy[PP2_SIG_LEN + 1] = 0x11;
	if (fault_loose(&none, copy, h->hdr_len, &claimed) != WIRE_OK ||
	    claimed.src.addr.family == IP_NONE)
		return;
	h->cmd = PP_CMD_PROXY;
	h->family = claimed.family;
	h->proto = claimed.proto;
	h->src = claimed.src;
	h->dst = claimed.dst;
}

static void fault_take_unknown(const struct fault_set *s, struct pp_hdr *h,
			       const uint8_t *buf)
{
	struct pp_hdr claimed;

	if (fault_loose(s, buf, h->hdr_len, &claimed) != WIRE_OK)
		return;
	claimed.cmd = PP_CMD_PROXY;
	*h = claimed;
}

/* Where a broken origin takes the header to end. */
static uint32_t fault_extent(const struct fault_set *s, const struct pp_hdr *h,
			     const uint8_t *buf, size_t len)
{
	uint32_t n = h->hdr_len;

	if (fault_is_on(s, FAULT_LEAKS_HEADER))
		return 0;
	if (fault_is_on(s, FAULT_NO_SKIP_TLV) && h->tlv_len)
		n = (uint32_t)(h->tlv - buf);
	if (fault_is_on(s, FAULT_NO_SKIP_LOCAL) && h->cmd == PP_CMD_LOCAL)
		n = PP2_FIXED_LEN;
	if (fault_is_on(s, FAULT_EATS_BYTE) && n < len)
		n++;
	return n;
}

/* A header was taken: what a broken origin makes of it. */
static enum header_action fault_take(const struct fault_set *s,
				     const uint8_t *buf, size_t len,
				     struct header_result *ret)
{
	struct pp_hdr *h = &ret->hdr, second;
	enum anomaly a = fault_dislike(s, ret, buf);
	struct wire_err err;

	if (a != ANOMALY_NONE)
		return fault_refuse(ret, a);
	if (fault_is_on(s, FAULT_TAKES_LOCAL_ADDR) && h->cmd == PP_CMD_LOCAL)
		fault_take_block(h, buf);
	if (fault_is_on(s, FAULT_TAKES_UNSPEC_ADDR) && h->version == 2 &&
	    h->cmd == PP_CMD_PROXY && h->family == PP_FAMILY_UNSPEC)
		fault_take_block(h, buf);
	if (fault_is_on(s, FAULT_TAKES_UNKNOWN_ADDR) &&
	    h->cmd == PP_CMD_UNKNOWN)
		fault_take_unknown(s, h, buf);
	if (fault_is_on(s, FAULT_SECOND_HEADER_EATEN) &&
	    pp_decode(buf + h->hdr_len, len - h->hdr_len, 0, &second, &err) ==
		    WIRE_OK) {
		second.hdr_len += h->hdr_len;
		*h = second;
	}
	if (fault_is_on(s, FAULT_SWAP_ADDR)) {
		struct endpoint src = h->src;

		h->src = h->dst;
		h->dst = src;
	}
	if (fault_is_on(s, FAULT_WRONG_PORT))
		h->src.port ^= 1;
	if (fault_is_on(s, FAULT_IGNORES_HEADER))
		h->src.addr.family = IP_NONE;
	h->hdr_len = fault_extent(s, h, buf, len);
	return HEADER_TAKE;
}

static enum header_kind fault_kind(const struct pp_hdr *h)
{
	return h->version == 1 ? HEADER_PPV1 : HEADER_PPV2;
}

/* A strict origin refused: is it only for faults that are on? */
static enum header_action fault_forgive(const struct fault_set *s,
					const struct header_policy *p,
					const uint8_t *buf, size_t len,
					enum header_end end,
					struct header_result *ret)
{
	enum header_kind wanted = p->mode == MODE_PPV1 ? HEADER_PPV1
						       : HEADER_PPV2;
	struct pp_hdr h;

	if (ret->err.anomaly == ANOMALY_PP_UNTRUSTED ||
	    ret->err.anomaly == ANOMALY_V2_LEN_LIMIT)
		return HEADER_REFUSE;
	if (ret->err.anomaly == ANOMALY_PP_WRONG_VERSION)
		return fault_is_on(s, FAULT_OTHER_VERSION) ? HEADER_TAKE
							   : HEADER_REFUSE;
	if (!fault_has_signature(buf, len))
		return fault_is_on(s, FAULT_ACCEPTS_NONE) ? HEADER_DIRECT
							  : HEADER_REFUSE;
	if (end != HEADER_END_OPEN && fault_is_on(s, FAULT_TRUNCATED))
		return HEADER_DIRECT;
	switch (fault_loose(s, buf, len, &h)) {
	case WIRE_OK:
		if (p->mode != MODE_AUTO && fault_kind(&h) != wanted)
			return HEADER_REFUSE;
		ret->hdr = h;
		ret->kind = fault_kind(&h);
		return HEADER_TAKE;
	case WIRE_SHORT:
		return end == HEADER_END_OPEN ? HEADER_WAIT : HEADER_REFUSE;
	case WIRE_BAD:
		break;
	}
	return HEADER_REFUSE;
}

/* A header somewhere after the first byte. Return: its offset, 0: none */
static size_t fault_find_late(const uint8_t *buf, size_t len)
{
	size_t i;

	for (i = 1; i < len; i++)
		if (fault_has_signature(buf + i, len - i))
			return i;
	return 0;
}

enum header_action fault_judge_stream(const struct fault_set *s,
				      const struct header_policy *p,
				      bool is_trusted, const uint8_t *buf,
				      size_t len, enum header_end end,
				      struct header_result *ret)
{
	struct header_policy policy = *p;
	enum header_action act;
	size_t at = 0;

	if (fault_is_on(s, FAULT_GUESS))
		policy.mode = MODE_AUTO;
	if (fault_is_on(s, FAULT_TRUSTS_ALL))
		is_trusted = true;
	if (fault_is_on(s, FAULT_LATE) && p->mode != MODE_OFF)
		at = fault_find_late(buf, len);
	buf += at;
	len -= at;
	act = header_judge_stream(&policy, is_trusted, buf, len, end, ret);
	if (act == HEADER_WAIT && len && fault_is_on(s, FAULT_DROPS_SPLIT))
		return fault_refuse(ret, ANOMALY_PP_TRUNCATED);
	if (act == HEADER_REFUSE)
		act = fault_forgive(s, &policy, buf, len, end, ret);
	if (act == HEADER_REFUSE && fault_is_on(s, FAULT_FAILS_OPEN) &&
	    fault_has_signature(buf, len))
		act = HEADER_DIRECT;
	if (act == HEADER_TAKE)
		act = fault_take(s, buf, len, ret);
	if (act == HEADER_TAKE)
		ret->hdr.hdr_len += (uint32_t)at;
	return act;
}

enum header_action
fault_judge_dgram(const struct fault_set *s, const struct header_policy *p,
		  bool is_trusted, const enum header_kind *session,
		  const uint8_t *buf, size_t len, struct header_result *ret)
{
	struct header_policy policy = *p;
	enum header_action act;

	if (fault_is_on(s, FAULT_GUESS))
		policy.mode = MODE_AUTO;
	if (fault_is_on(s, FAULT_TRUSTS_ALL))
		is_trusted = true;
	act = header_judge_dgram(&policy, is_trusted, session, buf, len, ret);
	if (act == HEADER_REFUSE)
		act = fault_forgive(s, &policy, buf, len, HEADER_END_EOF, ret);
	if (act == HEADER_REFUSE && !session &&
	    fault_is_on(s, FAULT_UDP_MIXES) &&
	    ret->err.anomaly == ANOMALY_PP_MISSING)
		act = HEADER_DIRECT;
	if (act == HEADER_TAKE)
		act = fault_take(s, buf, len, ret);
	return act;
}
