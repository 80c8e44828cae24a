/* SPDX-License-Identifier: BSD-2-Clause */
/* spp_decode.c - reads the Simple Proxy Protocol header */
#include "wire/bytes.h"
#include "wire/spp.h"

enum wire_status spp_decode(const uint8_t *buf, size_t len, struct pp_hdr *ret,
			    struct wire_err *err)
{
	const uint8_t magic[] = { SPP_MAGIC >> 8, SPP_MAGIC & 0xff };
	struct pp_hdr h = { .cmd = PP_CMD_PROXY,
			    .family = PP_FAMILY_INET6,
			    .proto = PP_PROTO_DGRAM,
			    .crc = PP_CRC_ABSENT,
			    .hdr_len = SPP_HDR_LEN };
	uint32_t i;

	for (i = 0; i < sizeof(magic) && i < len; i++) {
		if (buf[i] != magic[i]) {
			*err = (struct wire_err) { ANOMALY_SPP_MAGIC, i };
			return WIRE_BAD;
		}
	}
	if (len < SPP_HDR_LEN) {
		*err = (struct wire_err) { ANOMALY_NONE, (uint32_t)len };
		return WIRE_SHORT;
	}
	h.src.addr = ip_addr_v6(buf + 2);
	h.dst.addr = ip_addr_v6(buf + 18);
	h.src.port = get_be16(buf + 34);
	h.dst.port = get_be16(buf + 36);
	if (ip_addr_is_mapped(&h.src.addr) && ip_addr_is_mapped(&h.dst.addr)) {
		h.family = PP_FAMILY_INET;
		h.src.addr = ip_addr_unmap(&h.src.addr);
		h.dst.addr = ip_addr_unmap(&h.dst.addr);
	}
	*err = (struct wire_err) { ANOMALY_NONE, SPP_HDR_LEN };
	*ret = h;
	return WIRE_OK;
}
