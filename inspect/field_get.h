/* SPDX-License-Identifier: BSD-2-Clause */
/* field_get.h - the values behind the names of field.c; private to field*.c.
 * Each function serves several fields, told apart by @arg.
 */
#ifndef INSPECT_FIELD_GET_H
#define INSPECT_FIELD_GET_H

#include "field.h"

enum field_side {
	FIELD_SRC4,
	FIELD_DST4,
	FIELD_SRC6,
	FIELD_DST6,
	FIELD_SPORT,
	FIELD_DPORT,
};

enum field_frame {
	FIELD_FRAME_CARRIER,
	FIELD_FRAME_FIRST,
	FIELD_FRAME_LAST,
	FIELD_FRAME_FLOW,
	FIELD_FRAME_HDR_LAST,
	FIELD_FRAME_ANOMALY,
};

enum field_hdr {
	FIELD_HDR_VERSION,
	FIELD_HDR_CMD,
	FIELD_HDR_FAMILY,
	FIELD_HDR_PROTO,
	FIELD_HDR_FAMILY_PROTO,
	FIELD_HDR_LENGTH,
	FIELD_HDR_V1_PROTO,
	FIELD_HDR_SRC_UNIX,
	FIELD_HDR_DST_UNIX,
};

enum field_tlv {
	FIELD_TLV_TYPE,
	FIELD_TLV_LENGTH,
	FIELD_TLV_VALUE,
	FIELD_TLV_NAME,
	FIELD_TLV_TEXT,
	FIELD_TLV_SSL_CLIENT,
	FIELD_TLV_SSL_VERIFY,
};

enum field_toa {
	FIELD_TOA_KIND,
	FIELD_TOA_LENGTH,
	FIELD_TOA_SRC4,
	FIELD_TOA_SRC6,
	FIELD_TOA_SRCPORT,
	FIELD_TOA_LAYOUT,
	FIELD_TOA_CONFIDENCE,
	FIELD_TOA_VENDOR,
	FIELD_TOA_VALUE,
	FIELD_TOA_FRAME,
	FIELD_TOA_SEGMENTS,
};

enum field_tp {
	FIELD_TP_TRANSPORT,
	FIELD_TP_SRC,
	FIELD_TP_DST,
	FIELD_TP_TUNNEL,
	FIELD_TP_MODE,
	FIELD_TP_CLIENT,
	FIELD_TP_VIA,
	FIELD_TP_VERDICT,
	FIELD_TP_ANOMALY,
	FIELD_TP_OFFSET,
	FIELD_TP_NOTE,
	FIELD_TP_HDR_LEN,
	FIELD_TP_HDR_COUNT,
	FIELD_TP_PATTERN,
	FIELD_TP_CRC32C,
	FIELD_TP_CLAUSE,
	FIELD_TP_ADVICE,
	FIELD_TP_REMARKS,
	FIELD_TP_UDP_MODE,
	FIELD_TP_APP,
	FIELD_TP_REPLY_APP,
};

enum field_count {
	FIELD_COUNT_PACKETS,
	FIELD_COUNT_PAYLOADS,
	FIELD_COUNT_BYTES,
};

enum field_time {
	FIELD_TIME_FIRST,
	FIELD_TIME_DURATION,
	FIELD_TIME_HANDSHAKE,
	FIELD_TIME_HEADER,
	FIELD_TIME_REPLY,
	FIELD_TIME_CLOSE,
};

enum field_uoa {
	FIELD_UOA_CARRIER,
	FIELD_UOA_SRC4,
	FIELD_UOA_SRC6,
	FIELD_UOA_SRCPORT,
	FIELD_UOA_PACKETS,
};

enum field_tunnel {
	FIELD_TUNNEL_KIND,
	FIELD_TUNNEL_ID,
	FIELD_TUNNEL_SRC,
	FIELD_TUNNEL_DST,
};

/* The same of the origin's side: FIELD_COUNT_ORIGIN + enum field_count */
#define FIELD_COUNT_ORIGIN 16

void field_put(struct field_values *out, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void field_put_hex(struct field_values *out, const uint8_t *p, size_t len);
/* field_put_addr() - only if @a is of @family */
void field_put_addr(struct field_values *out, const struct ip_addr *a,
		    enum ip_family family);

void field_net(const struct view *v, int arg, struct field_values *out);
void field_tcp(const struct view *v, int arg, struct field_values *out);
void field_udp(const struct view *v, int arg, struct field_values *out);
/* @arg: IP_PROTO_TCP or IP_PROTO_UDP */
void field_stream(const struct view *v, int arg, struct field_values *out);
void field_frame(const struct view *v, int arg, struct field_values *out);
void field_hdr(const struct view *v, int arg, struct field_values *out);
void field_hdr_end(const struct view *v, int arg, struct field_values *out);
void field_spp(const struct view *v, int arg, struct field_values *out);
void field_tlv(const struct view *v, int arg, struct field_values *out);
/* @arg: a sub-TLV's type, its text */
void field_ssl(const struct view *v, int arg, struct field_values *out);
/* @arg: a TLV's type, its text */
void field_text(const struct view *v, int arg, struct field_values *out);
void field_toa(const struct view *v, int arg, struct field_values *out);
void field_tp(const struct view *v, int arg, struct field_values *out);
void field_time(const struct view *v, int arg, struct field_values *out);
void field_uoa(const struct view *v, int arg, struct field_values *out);
/* Of the tunnel that is innermost first. */
void field_tunnel(const struct view *v, int arg, struct field_values *out);
void field_count(const struct view *v, int arg, struct field_values *out);

#endif
