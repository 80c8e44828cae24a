/* SPDX-License-Identifier: BSD-2-Clause */
/* tcp.c - see tcp.h
 *
 *	0..1	source port		2..3	destination port
 *	4..7	sequence number		8..11	acknowledgment number
 *	12	data offset in words (high nibble), reserved, AE (bit 0)
 *	13	flags			14..15	window
 *	16..17	checksum		18..19	urgent pointer
 *	20..	options
 */
#include "wire/tcp.h"

#include <stdbool.h>

#include "wire/bytes.h"
#include "wire/result.h"

enum wire_status tcp_decode(const uint8_t *buf, size_t len, struct tcp_hdr *ret,
			    struct wire_err *err)
{
	struct tcp_hdr h = { 0 };

	if (len < 13)
		return result_short(err, len);
	h.hdr_len = (uint8_t)((buf[12] >> 4) * 4);
	if (h.hdr_len < TCP_HDR_LEN)
		return result_bad(err, ANOMALY_TCP_DOFF, 12);
	if (len < h.hdr_len)
		return result_short(err, len);
	h.sport = get_be16(buf);
	h.dport = get_be16(buf + 2);
	h.seq = get_be32(buf + 4);
	h.ack = get_be32(buf + 8);
	h.flags = get_be16(buf + 12) & 0x1ff;
	h.window = get_be16(buf + 14);
	h.csum = get_be16(buf + TCP_CSUM_OFF);
	h.urgent = get_be16(buf + 18);
	h.opt_len = (uint8_t)(h.hdr_len - TCP_HDR_LEN);
	h.opt = h.opt_len ? buf + TCP_HDR_LEN : NULL;
	*ret = h;
	return result_ok(err);
}

/* tcp_opt_len_ok() - does a known kind have a length that it may have? */
static bool tcp_opt_len_ok(uint8_t kind, uint8_t len)
{
	switch (kind) {
	case TCP_OPT_MSS:
		return len == 4;
	case TCP_OPT_WSCALE:
		return len == 3;
	case TCP_OPT_SACK_OK:
		return len == 2;
	case TCP_OPT_SACK: /* RFC 2018 3: blocks of two sequence numbers */
		return len >= 10 && (len - 2) % 8 == 0;
	case TCP_OPT_TIMESTAMP:
		return len == 10;
	default:
		return true;
	}
}

enum wire_status tcp_opt_next(const uint8_t **area, size_t *area_len,
			      struct tcp_opt *ret, struct wire_err *err)
{
	const uint8_t *p = *area;
	size_t left = *area_len;
	struct tcp_opt o = { 0 };
	size_t used;

	if (!left)
		return result_short(err, 0);
	o.kind = p[0];
	if (o.kind == TCP_OPT_EOL) {
		used = left;
		o.len = (uint8_t)(left - 1);
		o.data = o.len ? p + 1 : NULL;
	} else if (o.kind == TCP_OPT_NOP) {
		used = 1;
	} else {
		if (left < 2)
			return result_bad(err, ANOMALY_TCP_OPT_OVERRUN, 0);
		used = p[1];
		if (used < 2)
			return result_bad(err, ANOMALY_TCP_OPT_LEN, 1);
		if (used > left)
			return result_bad(err, ANOMALY_TCP_OPT_OVERRUN, 1);
		o.len = (uint8_t)(used - 2);
		o.data = o.len ? p + 2 : NULL;
	}
	*area = p + used;
	*area_len = left - used;
	*ret = o;
	result_ok(err);
	if (o.kind > TCP_OPT_NOP && !tcp_opt_len_ok(o.kind, p[1]))
		*err = (struct wire_err) { ANOMALY_TCP_OPT_FIXED_LEN, 1 };
	return WIRE_OK;
}
