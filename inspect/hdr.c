/* SPDX-License-Identifier: BSD-2-Clause */
/* hdr.c - see hdr.h */
#include "hdr.h"

#include <stdbool.h>

#include "wire/bytes.h"
#include "wire/spp.h"

const char *const hdr_mode_names[] = { "auto", "toa", "ppv1", "ppv2",
				       "spp",  "uoa", "off",  NULL };

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
	enum wire_status st = pp_decode_dgram(buf, len, hdr_max, ret, err);
	bool is_spp = len >= 2 && get_be16(buf) == SPP_MAGIC;

	if (!is_spp || mode == HDR_MODE_SPP ||
	    (mode == HDR_MODE_AUTO && err->anomaly != ANOMALY_SPP_SHORT))
		return st;
	*err = (struct wire_err) { ANOMALY_PP_NO_SIGNATURE, 0 };
	return WIRE_BAD;
}
