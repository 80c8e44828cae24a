/* SPDX-License-Identifier: BSD-2-Clause */
/* hdr.c - see hdr.h */
#include "hdr.h"

#include "wire/bytes.h"
#include "wire/spp.h"

const char *const hdr_mode_names[] = { "auto", "ppv1", "ppv2",
				       "spp",  "off",  NULL };

enum hdr_mode hdr_mode_of(const struct pp_hdr *h)
{
	switch (h->version) {
	case 1:
		return HDR_MODE_PPV1;
	case 2:
		return HDR_MODE_PPV2;
	default:
		return HDR_MODE_SPP;
	}
}

enum wire_status hdr_decode_stream(const uint8_t *buf, size_t len,
				   size_t hdr_max, struct pp_hdr *ret,
				   struct wire_err *err)
{
	return pp_decode(buf, len, hdr_max, ret, err);
}

enum wire_status hdr_decode_datagram(enum hdr_mode mode, const uint8_t *buf,
				     size_t len, size_t hdr_max,
				     struct pp_hdr *ret, struct wire_err *err)
{
	struct pp_hdr h;
	enum wire_status st;

	if ((mode == HDR_MODE_AUTO || mode == HDR_MODE_SPP) && len >= 2 &&
	    get_be16(buf) == SPP_MAGIC) {
		st = spp_decode(buf, len, ret, err);
		if (st == WIRE_SHORT) {
			err->anomaly = ANOMALY_SPP_SHORT;
			st = WIRE_BAD;
		}
		return st;
	}
	st = pp_decode(buf, len, hdr_max, &h, err);
	if (st == WIRE_SHORT) {
		err->anomaly = ANOMALY_PP_TRUNCATED;
		return WIRE_BAD;
	}
	if (st == WIRE_OK && h.version == 1) {
		*err = (struct wire_err) { ANOMALY_V1_ON_UDP, 0 };
		return WIRE_BAD;
	}
	if (st == WIRE_OK)
		*ret = h;
	return st;
}
