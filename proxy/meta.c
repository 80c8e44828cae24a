/* SPDX-License-Identifier: BSD-2-Clause */
/* meta.c - see meta.h */
#include "meta.h"

size_t meta_header(enum rule_mode mode, enum rule_proto proto,
		   const struct endpoint *client, const struct endpoint *vip,
		   uint8_t out[META_MAX])
{
	switch (mode) {
	case MODE_PPV1:
		return pp1_encode(out, client, vip);
	case MODE_PPV2:
		return pp2_encode(out,
				  proto == RULE_TCP ? PP_PROTO_STREAM
						    : PP_PROTO_DGRAM,
				  client, vip, false);
	case MODE_SPP:
		spp_encode(out, client, vip);
		return SPP_HDR_LEN;
	case MODE_OFF:
	case MODE_TOA:
		break;
	}
	return 0;
}
