/* SPDX-License-Identifier: BSD-2-Clause */
/* header.c - see header.h */
#include "header.h"

static struct endpoint header_src(const struct plan *p,
				  const struct endpoint *local)
{
	if (p->send == SEND_NONE || p->claim_src.addr.family == IP_NONE)
		return *local;
	return p->claim_src;
}

size_t header_build(const struct plan *p, const struct endpoint *local,
		    uint8_t out[HEADER_MAX])
{
	struct endpoint src = header_src(p, local);
	const struct endpoint *dst = p->claim_dst.addr.family == IP_NONE
					     ? &p->target
					     : &p->claim_dst;

	switch (p->send) {
	case SEND_V1:
		return pp1_encode(out, &src, dst);
	case SEND_V2:
		return pp2_encode(out,
				  p->is_udp ? PP_PROTO_DGRAM : PP_PROTO_STREAM,
				  &src, dst, false);
	case SEND_SPP:
		spp_encode(out, &src, dst);
		return SPP_HDR_LEN;
	case SEND_NONE:
		break;
	}
	return 0;
}

struct endpoint header_client(const struct plan *p,
			      const struct endpoint *local)
{
	return p->expect.addr.family != IP_NONE ? p->expect
						: header_src(p, local);
}
