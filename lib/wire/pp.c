/* SPDX-License-Identifier: BSD-2-Clause */
/* pp.c - which header is it, and the names of its parts */
#include "wire/pp.h"

#include <string.h>

#include "wire/bytes.h"
#include "wire/pp1.h"
#include "wire/pp2.h"
#include "wire/spp.h"

static enum wire_status pp_bad(struct wire_err *err, enum anomaly anomaly,
			       size_t off)
{
	*err = (struct wire_err) { anomaly, (uint32_t)off };
	return WIRE_BAD;
}

enum wire_status pp_decode(const uint8_t *buf, size_t len, size_t hdr_max,
			   struct pp_hdr *ret, struct wire_err *err)
{
	*err = (struct wire_err) { ANOMALY_NONE, 0 };
	if (len == 0)
		return WIRE_SHORT;
	if (buf[0] == PP1_SIGNATURE[0])
		return pp1_decode(buf, len, ret, err);
	/* says PP_NO_SIGNATURE to everything else */
	return pp2_decode(buf, len, hdr_max, ret, err);
}

static enum wire_status pp_decode_dgram_v1(const uint8_t *buf, size_t len,
					   struct wire_err *err)
{
	size_t i;

	for (i = 0; i < PP1_SIGNATURE_LEN; i++)
		if (i == len || buf[i] != (uint8_t)PP1_SIGNATURE[i])
			return pp_bad(err, ANOMALY_PP_NO_SIGNATURE, i);
	return pp_bad(err, ANOMALY_V1_ON_UDP, 0);
}

enum wire_status pp_decode_dgram(const uint8_t *buf, size_t len, size_t hdr_max,
				 struct pp_hdr *ret, struct wire_err *err)
{
	enum wire_status st;

	if (len > 0 && buf[0] == PP1_SIGNATURE[0])
		return pp_decode_dgram_v1(buf, len, err);
	if (len > 1 && get_be16(buf) == SPP_MAGIC) {
		st = spp_decode(buf, len, ret, err);
		if (st == WIRE_SHORT)
			return pp_bad(err, ANOMALY_SPP_SHORT, len);
		return st;
	}
	st = pp_decode(buf, len, hdr_max, ret, err);
	if (st == WIRE_SHORT)
		return pp_bad(err,
			      len < PP2_SIG_LEN ? ANOMALY_PP_NO_SIGNATURE
						: ANOMALY_PP_TRUNCATED,
			      len);
	return st;
}

const char *pp_cmd_name(enum pp_cmd c)
{
	switch (c) {
	case PP_CMD_LOCAL:
		return "LOCAL";
	case PP_CMD_PROXY:
		return "PROXY";
	case PP_CMD_UNKNOWN:
		break;
	}
	return "UNKNOWN";
}

const char *pp_proto_name(enum pp_proto p)
{
	switch (p) {
	case PP_PROTO_STREAM:
		return "stream";
	case PP_PROTO_DGRAM:
		return "dgram";
	case PP_PROTO_UNSPEC:
		break;
	}
	return "unspec";
}

const char *pp_crc_name(enum pp_crc c)
{
	switch (c) {
	case PP_CRC_OK:
		return "ok";
	case PP_CRC_BAD:
		return "bad";
	case PP_CRC_ABSENT:
		break;
	}
	return "absent";
}

const char *pp_family_name(const struct pp_hdr *h)
{
	if (h->cmd == PP_CMD_LOCAL)
		return "local";
	if (h->cmd == PP_CMD_UNKNOWN)
		return "unknown";
	switch (h->family) {
	case PP_FAMILY_INET:
		return "inet";
	case PP_FAMILY_INET6:
		return "inet6";
	case PP_FAMILY_UNIX:
		return "unix";
	case PP_FAMILY_UNSPEC:
		break;
	}
	return "unspec";
}
