/* SPDX-License-Identifier: BSD-2-Clause */
/* header.c - see header.h */
#include "header.h"

#include "wire/bytes.h"
#include "wire/pp1.h"
#include "wire/pp2.h"
#include "wire/spp.h"

static const char *const header_kind_names[HEADER_KINDS] = {
	"none", "ppv1", "ppv2", "spp", "toa", "unknown",
};

const char *header_kind_name(enum header_kind k)
{
	return header_kind_names[k];
}

bool header_kind_is_prefix(enum header_kind k)
{
	return k == HEADER_PPV1 || k == HEADER_PPV2 || k == HEADER_SPP;
}

bool header_is_trusted(const struct header_policy *p,
		       const struct ip_addr *peer)
{
	return !p->trust || cidr_list_match(p->trust, peer);
}

/* May this peer be served without a header? */
static bool header_is_optional(const struct header_policy *p, bool is_trusted)
{
	return !p->want_header && (p->mode == MODE_AUTO || !is_trusted);
}

static enum header_kind header_kind_of(const struct pp_hdr *h)
{
	return h->version == 1	 ? HEADER_PPV1
	       : h->version == 2 ? HEADER_PPV2
				 : HEADER_SPP;
}

static bool header_is_kind_wanted(const struct header_policy *p,
				  enum header_kind k)
{
	switch (p->mode) {
	case MODE_PPV1:
		return k == HEADER_PPV1;
	case MODE_PPV2:
		return k == HEADER_PPV2;
	case MODE_SPP:
		return k == HEADER_SPP;
	default:
		return true;
	}
}

static enum header_action header_refuse(struct header_result *ret,
					enum anomaly a, size_t off)
{
	ret->err = (struct wire_err) { a, (uint32_t)off };
	return HEADER_REFUSE;
}

/* A valid header: is it one that this peer may send, here? */
static enum header_action header_admit(const struct header_policy *p,
				       bool is_trusted,
				       struct header_result *ret)
{
	ret->kind = header_kind_of(&ret->hdr);
	if (!is_trusted)
		return header_refuse(ret, ANOMALY_PP_UNTRUSTED, 0);
	if (!header_is_kind_wanted(p, ret->kind))
		return header_refuse(ret, ANOMALY_PP_WRONG_VERSION, 0);
	return HEADER_TAKE;
}

/* Do these bytes, a legal begin of a header, hold a signature already? */
static bool header_has_signature(const uint8_t *buf, size_t len)
{
	return len >= (len && buf[0] == PP1_SIGNATURE[0] ? PP1_SIGNATURE_LEN
							 : PP2_SIG_LEN);
}

/* The stream stands inside a header. */
static enum header_action header_judge_short(const struct header_policy *p,
					     bool is_trusted,
					     const uint8_t *buf, size_t len,
					     enum header_end end,
					     struct header_result *ret)
{
	bool has_signature = header_has_signature(buf, len);

	if (has_signature && !is_trusted)
		return header_refuse(ret, ANOMALY_PP_UNTRUSTED, 0);
	if (end == HEADER_END_OPEN)
		return HEADER_WAIT;
	if (!has_signature && header_is_optional(p, is_trusted))
		return HEADER_DIRECT;
	if (end == HEADER_END_TIMEOUT)
		return header_refuse(ret, ANOMALY_PP_TIMEOUT, len);
	return header_refuse(
		ret, len ? ANOMALY_PP_TRUNCATED : ANOMALY_PP_MISSING, len);
}

static enum header_action header_judge_bad(const struct header_policy *p,
					   bool is_trusted, const uint8_t *buf,
					   size_t len,
					   struct header_result *ret)
{
	/* before the end of v1's signature a line feed has a name of its own */
	bool is_header = ret->err.anomaly != ANOMALY_PP_NO_SIGNATURE &&
			 ret->err.off >= PP1_SIGNATURE_LEN - 1;

	if (is_header && !is_trusted)
		return header_refuse(ret, ANOMALY_PP_UNTRUSTED, 0);
	if (is_header)
		return HEADER_REFUSE;
	if (header_is_optional(p, is_trusted))
		return HEADER_DIRECT;
	if (len >= 2 && get_be16(buf) == SPP_MAGIC)
		return header_refuse(ret, ANOMALY_SPP_ON_TCP, 0);
	return HEADER_REFUSE;
}

enum header_action header_judge_stream(const struct header_policy *p,
				       bool is_trusted, const uint8_t *buf,
				       size_t len, enum header_end end,
				       struct header_result *ret)
{
	*ret = (struct header_result) { 0 };
	if (p->mode == MODE_OFF)
		return HEADER_DIRECT;
	switch (pp_decode(buf, len, p->hdr_max, &ret->hdr, &ret->err)) {
	case WIRE_OK:
		return header_admit(p, is_trusted, ret);
	case WIRE_SHORT:
		return header_judge_short(p, is_trusted, buf, len, end, ret);
	case WIRE_BAD:
		break;
	}
	return header_judge_bad(p, is_trusted, buf, len, ret);
}

/* A datagram without a header. */
static enum header_action header_judge_bare(const struct header_policy *p,
					    bool is_trusted,
					    const enum header_kind *session,
					    struct header_result *ret)
{
	/* SPP marks each datagram; a PPv2 session's first speaks for all */
	bool is_spp = session ? *session == HEADER_SPP : p->mode == MODE_SPP;

	if (session && !is_spp)
		return HEADER_DIRECT;
	if (!session && header_is_optional(p, is_trusted))
		return HEADER_DIRECT;
	return header_refuse(ret, ANOMALY_PP_MISSING, 0);
}

/* Would SPP's two bytes of magic mean SPP in this datagram? */
static bool header_is_spp_possible(const struct header_policy *p,
				   const enum header_kind *session)
{
	if (session && p->mode != MODE_SPP)
		return *session == HEADER_SPP;
	return true;
}

enum header_action header_judge_dgram(const struct header_policy *p,
				      bool is_trusted,
				      const enum header_kind *session,
				      const uint8_t *buf, size_t len,
				      struct header_result *ret)
{
	bool is_v2, is_spp;
	enum wire_status st;

	*ret = (struct header_result) { 0 };
	if (p->mode == MODE_OFF)
		return HEADER_DIRECT;
	st = pp_decode_dgram(buf, len, p->hdr_max, &ret->hdr, &ret->err);
	is_spp = len >= 2 && get_be16(buf) == SPP_MAGIC;
	if (is_spp && !header_is_spp_possible(p, session))
		return header_judge_bare(p, is_trusted, session, ret);
	if (st == WIRE_OK)
		return header_admit(p, is_trusted, ret);
	/* two bytes of magic and no room for a header: a payload, unless one
	 * of that kind must stand here
	 */
	if (ret->err.anomaly == ANOMALY_SPP_SHORT) {
		if (!session && header_is_optional(p, is_trusted))
			return HEADER_DIRECT;
		return HEADER_REFUSE;
	}
	if (ret->err.anomaly == ANOMALY_V1_ON_UDP && session)
		return header_judge_bare(p, is_trusted, session, ret);
	is_v2 = ret->err.anomaly != ANOMALY_PP_NO_SIGNATURE;
	if (!is_v2)
		return header_judge_bare(p, is_trusted, session, ret);
	if (!is_trusted)
		return header_refuse(ret, ANOMALY_PP_UNTRUSTED, 0);
	return HEADER_REFUSE;
}
