/* SPDX-License-Identifier: BSD-2-Clause */
/* pp_vector.h - one input of the PROXY protocol decoders and its one answer */
#ifndef TESTS_VECTORS_PP_VECTOR_H
#define TESTS_VECTORS_PP_VECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/pp.h"

/* @hex:     hex digits; " XX*N " is byte XX, N times
 * @anomaly: the slug of a WIRE_BAD, else "none"
 * @src, @dst: the text of the address or of the path; NULL: none
 * @tlvs:    "TT=VALUE" for each TLV, separated by blanks; SSL adds
 *	     "{CLIENT VERIFY SUB...}"; a long value is its first 16 bytes, "..",
 *	     and its length. All of @tlv_count TLVs, or the first of them.
 */
struct pp_vector {
	const char *id;
	bool is_dgram;
	enum wire_status want;
	const char *anomaly;
	uint8_t version;
	enum pp_cmd cmd;
	const char *family;
	const char *proto;
	const char *src;
	const char *dst;
	uint16_t sport;
	uint16_t dport;
	uint32_t hdr_len;
	size_t tlv_count;
	const char *tlvs;
	const char *hex;
};

#endif
