/* SPDX-License-Identifier: BSD-2-Clause */
/* udp.c - see udp.h
 *
 *	0..1	source port	2..3	destination port
 *	4..5	length		6..7	checksum
 */
#include "wire/udp.h"

#include "wire/bytes.h"
#include "wire/result.h"

enum wire_status udp_decode(const uint8_t *buf, size_t len, struct udp_hdr *ret,
			    struct wire_err *err)
{
	struct udp_hdr h = { 0 };

	if (len < 6)
		return result_short(err, len);
	h.len = get_be16(buf + 4);
	if (h.len < UDP_HDR_LEN)
		return result_bad(err, ANOMALY_UDP_LEN, 4);
	if (len < UDP_HDR_LEN)
		return result_short(err, len);
	h.sport = get_be16(buf);
	h.dport = get_be16(buf + 2);
	h.csum = get_be16(buf + 6);
	*ret = h;
	return result_ok(err);
}
