/* SPDX-License-Identifier: BSD-2-Clause */
/* carry.c - see carry.h */
#include "carry.h"

#include <stdio.h>

#include "option.h"
#include "report_option.h"
#include "wire/ip.h"
#include "wire/tcp.h"

static size_t carry_hdr(const struct config *cfg, const struct packet *pkt,
			char *out, size_t cap)
{
	char src[ENDPOINT_TEXT_MAX], dst[ENDPOINT_TEXT_MAX];
	enum wire_status st;
	struct wire_err err;
	struct pp_hdr h;

	if (!pkt->cap_len)
		return 0;
	if (pkt->proto == IP_PROTO_TCP)
		st = hdr_decode_stream(pkt->payload, pkt->cap_len, cfg->hdr_max,
				       &h, &err);
	else
		st = hdr_decode_datagram(cfg->mode, pkt->payload, pkt->cap_len,
					 cfg->hdr_max, &h, &err);
	if (st != WIRE_OK)
		return 0;
	if (!pp_has_client(&h))
		return (size_t)snprintf(out, cap,
					"carries a %s header of %u bytes: %s",
					hdr_mode_names[hdr_mode_of(&h)],
					h.hdr_len, pp_family_name(&h));
	return (size_t)snprintf(
		out, cap, "carries a %s header of %u bytes: client %s via %s",
		hdr_mode_names[hdr_mode_of(&h)], h.hdr_len,
		endpoint_format(&h.src, src), endpoint_format(&h.dst, dst));
}

static size_t carry_options(const struct config *cfg, const struct packet *pkt,
			    char *out, size_t cap)
{
	struct budget budget = { .max_bytes = UINT32_MAX };
	struct option_set set = { 0 };
	char text[ENDPOINT_TEXT_MAX];
	size_t at = 0;
	uint32_t i;

	if (pkt->proto != IP_PROTO_TCP || !pkt->opt_len)
		return 0;
	option_add(&set, cfg, &budget, pkt,
		   pkt->flags & TCP_F_SYN ? OPTION_SYN : OPTION_DATA,
		   pkt->frame);
	for (i = 0; i < set.count && at + 1 < cap; i++) {
		struct toa_option toa = option_client(&set.option[i]);

		if (!set.option[i].counts)
			continue;
		at += (size_t)snprintf(out + at, cap - at,
				       "%scarries TCP option %u/%u: client %s",
				       at ? "; " : "", set.option[i].kind,
				       set.option[i].len,
				       report_option_client(&toa, text));
	}
	option_fini(&set, &budget);
	return at < cap ? at : cap - 1;
}

char *carry_text(const struct config *cfg, const struct packet *pkt,
		 char out[CARRY_MAX])
{
	char text[ENDPOINT_TEXT_MAX];
	size_t at;

	out[0] = '\0';
	at = carry_hdr(cfg, pkt, out, CARRY_MAX);
	if (at) {
		(void)snprintf(out + at, CARRY_MAX - at, "; ");
		at += 2;
	}
	at += carry_options(cfg, pkt, out + at, CARRY_MAX - at);
	if (pkt->uoa.carrier != UOA_NONE &&
	    pkt->uoa.err.anomaly == ANOMALY_NONE)
		at += (size_t)snprintf(out + at, CARRY_MAX - at,
				       "carries %s: client %s; ",
				       pkt->uoa.carrier == UOA_OPP
					       ? "an OPP header"
					       : "an IP option (UOA)",
				       endpoint_format(&pkt->uoa.client, text));
	/* a separator with nothing behind it */
	if (at >= 2 && out[at - 2] == ';')
		out[at - 2] = '\0';
	return out;
}
