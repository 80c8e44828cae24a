/* SPDX-License-Identifier: BSD-2-Clause */
/* hdr.h - what counts as a client-address header in a stream or a datagram */
#ifndef INSPECT_HDR_H
#define INSPECT_HDR_H

#include <stddef.h>
#include <stdint.h>

#include "wire/pp.h"

/* What the rule is expected to send (--mode). */
enum hdr_mode {
	HDR_MODE_AUTO,
	HDR_MODE_TOA,
	HDR_MODE_PPV1,
	HDR_MODE_PPV2,
	HDR_MODE_SPP,
	HDR_MODE_UOA,
	HDR_MODE_OFF,
};

/* The same names in the same order for the command line; NULL-terminated. */
extern const char *const hdr_mode_names[];

/* hdr_mode_of() - the mode that @h is a header of */
enum hdr_mode hdr_mode_of(const struct pp_hdr *h);

/* hdr_decode_stream() - pp_decode(): WIRE_SHORT means that more may come */
enum wire_status hdr_decode_stream(const uint8_t *buf, size_t len,
				   size_t hdr_max, struct pp_hdr *ret,
				   struct wire_err *err);

/* hdr_decode_datagram() - the header of a whole datagram; never WIRE_SHORT.
 * SPP is looked for with HDR_MODE_AUTO and HDR_MODE_SPP only, and one in part
 * only with HDR_MODE_SPP: its two bytes of magic come up in other data.
 * WIRE_BAD with PP_NO_SIGNATURE means that there is no header at all.
 */
enum wire_status hdr_decode_datagram(enum hdr_mode mode, const uint8_t *buf,
				     size_t len, size_t hdr_max,
				     struct pp_hdr *ret, struct wire_err *err);

#endif
