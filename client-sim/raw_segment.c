/* SPDX-License-Identifier: BSD-2-Clause */
/* raw_segment.c - see raw_segment.h; RFC 9293 3.1 */
#include "raw_segment.h"

#include <string.h>

#include "wire/bytes.h"
#include "wire/csum.h"
#include "wire/ip.h"
#include "wire/wire.h"

size_t raw_segment_build(const struct raw_segment *s, uint8_t *out)
{
	size_t hdr_len = TCP_HDR_LEN + s->opt_len, len = hdr_len + s->len;
	struct csum sum = { 0 };

	ASSERT(hdr_len <= TCP_HDR_MAX && s->opt_len % 4 == 0);
	memset(out, 0, TCP_HDR_LEN);
	put_be16(out, s->src->port);
	put_be16(out + 2, s->dst->port);
	put_be32(out + 4, s->seq);
	put_be32(out + 8, s->ack);
	put_be16(out + 12, (uint16_t)(hdr_len / 4 << 12 | s->flags));
	put_be16(out + 14, s->window);
	if (s->opt_len)
		memcpy(out + TCP_HDR_LEN, s->opt, s->opt_len);
	if (s->len)
		memcpy(out + hdr_len, s->data, s->len);
	csum_update_pseudo(&sum, &s->src->addr, &s->dst->addr, IP_PROTO_TCP,
			   (uint32_t)len);
	csum_update(&sum, out, len);
	put_be16(out + TCP_CSUM_OFF, (uint16_t)~csum_fold(&sum));
	return len;
}
