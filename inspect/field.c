/* SPDX-License-Identifier: BSD-2-Clause */
/* field.c - see field.h */
#include "field.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "field_get.h"
#include "wire/ip.h"
#include "wire/pp2.h"

#define NUM	 true, false
#define TEXT	 false, false
#define MANY_NUM true, true
#define MANY	 false, true

/* clang-format off */
static const struct field fields[] = {
	{ "frame.number", NUM, "brought header or option, else the flow's first", field_frame, FIELD_FRAME_CARRIER },
	{ "ip.src", TEXT, "client's side, IPv4", field_net, FIELD_SRC4 },
	{ "ip.dst", TEXT, "origin's side, IPv4", field_net, FIELD_DST4 },
	{ "ipv6.src", TEXT, "client's side, IPv6", field_net, FIELD_SRC6 },
	{ "ipv6.dst", TEXT, "origin's side, IPv6", field_net, FIELD_DST6 },
	{ "tcp.srcport", NUM, "client's side", field_tcp, FIELD_SPORT },
	{ "tcp.dstport", NUM, "origin's side", field_tcp, FIELD_DPORT },
	{ "udp.srcport", NUM, "client's side", field_udp, FIELD_SPORT },
	{ "udp.dstport", NUM, "origin's side", field_udp, FIELD_DPORT },
	{ "tcp.stream", NUM, "TCP flows before this one", field_stream, IP_PROTO_TCP },
	{ "udp.stream", NUM, "UDP flows before this one", field_stream, IP_PROTO_UDP },
	{ "proxy.version", NUM, "of the PROXY header: 1 or 2", field_hdr, FIELD_HDR_VERSION },
	{ "proxy.src.ipv4", TEXT, "client in the PROXY header", field_hdr_end, FIELD_SRC4 },
	{ "proxy.dst.ipv4", TEXT, "what it dialled", field_hdr_end, FIELD_DST4 },
	{ "proxy.src.ipv6", TEXT, "client in the PROXY header", field_hdr_end, FIELD_SRC6 },
	{ "proxy.dst.ipv6", TEXT, "what it dialled", field_hdr_end, FIELD_DST6 },
	{ "proxy.srcport", NUM, "client's port in the PROXY header", field_hdr_end, FIELD_SPORT },
	{ "proxy.dstport", NUM, "port that it dialled", field_hdr_end, FIELD_DPORT },
	{ "proxy.v1.proto", TEXT, "TCP4, TCP6 or UNKNOWN", field_hdr, FIELD_HDR_V1_PROTO },
	{ "proxy.v2.cmd", NUM, "0 LOCAL, 1 PROXY", field_hdr, FIELD_HDR_CMD },
	{ "proxy.v2.addr_family", TEXT, "0x01 IPv4, 0x02 IPv6, 0x03 UNIX", field_hdr, FIELD_HDR_FAMILY },
	{ "proxy.v2.protocol", TEXT, "0x01 stream, 0x02 datagram", field_hdr, FIELD_HDR_PROTO },
	{ "proxy.v2.addr_family_protocol", TEXT, "both in one byte", field_hdr, FIELD_HDR_FAMILY_PROTO },
	{ "proxy.v2.length", NUM, "bytes behind the first 16", field_hdr, FIELD_HDR_LENGTH },
	{ "proxy.v2.src.unix", TEXT, "108 bytes", field_hdr, FIELD_HDR_SRC_UNIX },
	{ "proxy.v2.dst.unix", TEXT, "108 bytes", field_hdr, FIELD_HDR_DST_UNIX },
	{ "proxy.v2.tlv.type", MANY, "of each TLV", field_tlv, FIELD_TLV_TYPE },
	{ "proxy.v2.tlv.length", MANY_NUM, "of each TLV", field_tlv, FIELD_TLV_LENGTH },
	{ "proxy.v2.tlv.value", MANY, "of each TLV, hexadecimal", field_tlv, FIELD_TLV_VALUE },
	{ "proxy.v2.tlv.name", MANY, "of each TLV; ours", field_tlv, FIELD_TLV_NAME },
	{ "proxy.v2.tlv.text", MANY, "of each TLV, others than ASCII as \\xHH; ours", field_tlv, FIELD_TLV_TEXT },
	{ "proxy.v2.tlv.authority", MANY, "host name; ours", field_text, PP2_TLV_AUTHORITY },
	{ "proxy.v2.tlv.alpn", MANY, "application protocol; ours", field_text, PP2_TLV_ALPN },
	{ "proxy.v2.tlv.ssl.client", MANY, "bits", field_tlv, FIELD_TLV_SSL_CLIENT },
	{ "proxy.v2.tlv.ssl.verify", MANY, "0: certificate verified", field_tlv, FIELD_TLV_SSL_VERIFY },
	{ "proxy.v2.tlv.ssl.version", MANY, "TLSv1.3", field_ssl, PP2_TLV_SSL_VERSION },
	{ "proxy.v2.tlv.ssl.cn", MANY, "common name", field_ssl, PP2_TLV_SSL_CN },
	{ "proxy.v2.tlv.ssl.cipher", MANY, "cipher suite", field_ssl, PP2_TLV_SSL_CIPHER },
	{ "proxy.v2.tlv.ssl.sig_alg", MANY, "signature algorithm", field_ssl, PP2_TLV_SSL_SIG_ALG },
	{ "proxy.v2.tlv.ssl.key_alg", MANY, "key algorithm", field_ssl, PP2_TLV_SSL_KEY_ALG },
	{ "spp.src.ipv4", TEXT, "client, if mapped", field_spp, FIELD_SRC4 },
	{ "spp.dst.ipv4", TEXT, "proxy, if mapped", field_spp, FIELD_DST4 },
	{ "spp.src.ipv6", TEXT, "client", field_spp, FIELD_SRC6 },
	{ "spp.dst.ipv6", TEXT, "proxy", field_spp, FIELD_DST6 },
	{ "spp.srcport", NUM, "client", field_spp, FIELD_SPORT },
	{ "spp.dstport", NUM, "proxy", field_spp, FIELD_DPORT },
	{ "toa.kind", MANY_NUM, "of each option that counts", field_toa, FIELD_TOA_KIND },
	{ "toa.length", MANY_NUM, "kind and length included", field_toa, FIELD_TOA_LENGTH },
	{ "toa.src.ipv4", MANY, "client", field_toa, FIELD_TOA_SRC4 },
	{ "toa.src.ipv6", MANY, "client", field_toa, FIELD_TOA_SRC6 },
	{ "toa.srcport", MANY_NUM, "client's port", field_toa, FIELD_TOA_SRCPORT },
	{ "toa.layout", MANY, "port-ip4, ip6, ...", field_toa, FIELD_TOA_LAYOUT },
	{ "toa.confidence", MANY, "sure, likely, guess", field_toa, FIELD_TOA_CONFIDENCE },
	{ "toa.vendor", MANY, "who is known to send it", field_toa, FIELD_TOA_VENDOR },
	{ "toa.value", MANY, "hexadecimal", field_toa, FIELD_TOA_VALUE },
	{ "toa.frame", MANY_NUM, "first frame with it", field_toa, FIELD_TOA_FRAME },
	{ "toa.segments", MANY_NUM, "segments with it", field_toa, FIELD_TOA_SEGMENTS },
	{ "uoa.carrier", TEXT, "client beside UDP: ip-option or opp", field_uoa, FIELD_UOA_CARRIER },
	{ "uoa.src.ipv4", TEXT, "client beside UDP", field_uoa, FIELD_UOA_SRC4 },
	{ "uoa.src.ipv6", TEXT, "client beside UDP", field_uoa, FIELD_UOA_SRC6 },
	{ "uoa.srcport", NUM, "client's port beside UDP", field_uoa, FIELD_UOA_SRCPORT },
	{ "uoa.packets", NUM, "packets with it", field_uoa, FIELD_UOA_PACKETS },
	{ "tp.flow", NUM, "number of the flow, for --flow", field_frame, FIELD_FRAME_FLOW },
	{ "tp.transport", TEXT, "TCP or UDP", field_tp, FIELD_TP_TRANSPORT },
	{ "tp.src", TEXT, "client's side, with port", field_tp, FIELD_TP_SRC },
	{ "tp.dst", TEXT, "origin's side, with port", field_tp, FIELD_TP_DST },
	{ "tp.tunnel", TEXT, "around the flow, the outermost first", field_tp, FIELD_TP_TUNNEL },
	{ "tp.mode", TEXT, "none, toa, ppv1, ppv2, spp", field_tp, FIELD_TP_MODE },
	{ "tp.client", TEXT, "client that the flow names", field_tp, FIELD_TP_CLIENT },
	{ "tp.via", TEXT, "what the client dialled", field_tp, FIELD_TP_VIA },
	{ "tp.verdict", TEXT, "OK, MISSING, ...", field_tp, FIELD_TP_VERDICT },
	{ "tp.anomaly", TEXT, "reason, a slug", field_tp, FIELD_TP_ANOMALY },
	{ "tp.anomaly.frame", NUM, "frame with what is malformed", field_frame, FIELD_FRAME_ANOMALY },
	{ "tp.anomaly.offset", NUM, "byte of it", field_tp, FIELD_TP_OFFSET },
	{ "tp.clause", TEXT, "where the rule stands", field_tp, FIELD_TP_CLAUSE },
	{ "tp.advice", TEXT, "what to do, one sentence", field_tp, FIELD_TP_ADVICE },
	{ "tp.remarks", MANY, "what else there is to say, slugs", field_tp, FIELD_TP_REMARKS },
	{ "tp.note", TEXT, "remark in a word", field_tp, FIELD_TP_NOTE },
	{ "tp.hdr.len", NUM, "bytes of the header", field_tp, FIELD_TP_HDR_LEN },
	{ "tp.hdr.frame_last", NUM, "frame with its last byte", field_frame, FIELD_FRAME_HDR_LAST },
	{ "tp.hdr.count", NUM, "headers in the flow", field_tp, FIELD_TP_HDR_COUNT },
	{ "tp.hdr.pattern", TEXT, "UDP: first, every, alone, single, mixed", field_tp, FIELD_TP_PATTERN },
	{ "tp.hdr.crc32c", TEXT, "ok, absent", field_tp, FIELD_TP_CRC32C },
	{ "tp.udp_mode", TEXT, "A every, B first, C alone, D SPP, open, mixed", field_tp, FIELD_TP_UDP_MODE },
	{ "tp.app", TEXT, "what the client's payload looks like", field_tp, FIELD_TP_APP },
	{ "tp.reply_app", TEXT, "what the reply looks like", field_tp, FIELD_TP_REPLY_APP },
	{ "tp.tunnel.kind", MANY, "gre, vxlan, ..., the innermost first", field_tunnel, FIELD_TUNNEL_KIND },
	{ "tp.tunnel.id", MANY_NUM, "its network or key", field_tunnel, FIELD_TUNNEL_ID },
	{ "tp.tunnel.src", MANY, "its one end", field_tunnel, FIELD_TUNNEL_SRC },
	{ "tp.tunnel.dst", MANY, "its other end", field_tunnel, FIELD_TUNNEL_DST },
	{ "tp.first_frame", NUM, "of the flow", field_frame, FIELD_FRAME_FIRST },
	{ "tp.last_frame", NUM, "of the flow", field_frame, FIELD_FRAME_LAST },
	{ "tp.time_epoch", TEXT, "first frame, seconds since 1970", field_time, FIELD_TIME_FIRST },
	{ "tp.duration", TEXT, "first to last frame, seconds", field_time, FIELD_TIME_DURATION },
	{ "tp.handshake_us", NUM, "SYN to the client's ACK", field_time, FIELD_TIME_HANDSHAKE },
	{ "tp.header_us", NUM, "handshake, or first packet, to header", field_time, FIELD_TIME_HEADER },
	{ "tp.reply_us", NUM, "header to first reply", field_time, FIELD_TIME_REPLY },
	{ "tp.close_us", NUM, "header to first FIN or RST", field_time, FIELD_TIME_CLOSE },
	{ "tp.sent.packets", NUM, "from the client's side", field_count, FIELD_COUNT_PACKETS },
	{ "tp.sent.payloads", NUM, "of them with payload", field_count, FIELD_COUNT_PAYLOADS },
	{ "tp.sent.bytes", NUM, "payload", field_count, FIELD_COUNT_BYTES },
	{ "tp.replied.packets", NUM, "from the origin's side", field_count, FIELD_COUNT_ORIGIN + FIELD_COUNT_PACKETS },
	{ "tp.replied.payloads", NUM, "of them with payload", field_count, FIELD_COUNT_ORIGIN + FIELD_COUNT_PAYLOADS },
	{ "tp.replied.bytes", NUM, "payload", field_count, FIELD_COUNT_ORIGIN + FIELD_COUNT_BYTES },
};
/* clang-format on */

static bool field_is_named(const struct field *f, const char *name, size_t len)
{
	return strlen(f->name) == len && memcmp(f->name, name, len) == 0;
}

const struct field *field_find(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(fields); i++)
		if (field_is_named(&fields[i], name, len))
			return &fields[i];
	return NULL;
}

const struct field *field_at(size_t i)
{
	return i < ARRAY_SIZE(fields) ? &fields[i] : NULL;
}

static unsigned field_min(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Edits that make @b of @a (Levenshtein), one row at a time. */
static unsigned field_distance(const char *a, size_t a_len, const char *b)
{
	unsigned row[FIELD_NAME_MAX + 1];
	size_t b_len = strlen(b), i, j;

	if (b_len > FIELD_NAME_MAX)
		b_len = FIELD_NAME_MAX;
	for (j = 0; j <= b_len; j++)
		row[j] = (unsigned)j;
	for (i = 0; i < a_len; i++) {
		unsigned diagonal = row[0];

		row[0] = (unsigned)i + 1;
		for (j = 0; j < b_len; j++) {
			bool is_same = tolower((unsigned char)a[i]) == b[j];
			unsigned swap = diagonal + (is_same ? 0 : 1);

			diagonal = row[j + 1];
			row[j + 1] = field_min(swap,
					       field_min(row[j], diagonal) + 1);
		}
	}
	return row[b_len];
}

/* Is @word the whole of @name's last part, or @name's begin? */
static bool field_has_part(const char *name, const char *word, size_t len)
{
	const char *dot = strrchr(name, '.');

	return (len >= 3 && strncmp(name, word, len) == 0) ||
	       (dot && strlen(dot + 1) == len &&
		memcmp(dot + 1, word, len) == 0);
}

char *field_near(const char *name, size_t len, char out[FIELD_NEAR_MAX])
{
	unsigned limit = len > 8 ? 4 : (unsigned)len / 3 + 1;
	size_t at = 0, i;
	unsigned d;

	out[0] = '\0';
	if (len > FIELD_NAME_MAX)
		return out;
	for (d = 0; d <= limit + 1; d++) {
		for (i = 0; i < ARRAY_SIZE(fields); i++) {
			const char *other = fields[i].name;
			unsigned far = field_distance(name, len, other);
			bool has_part = field_has_part(other, name, len);
			bool is_now = d <= limit ? far == d
						 : has_part && far > limit;

			if (is_now && at + strlen(other) + 3 < FIELD_NEAR_MAX)
				at += (size_t)snprintf(out + at,
						       FIELD_NEAR_MAX - at,
						       "%s%s", at ? ", " : "",
						       other);
		}
	}
	return out;
}

void field_get(const struct field *f, const struct view *v,
	       struct field_values *ret)
{
	ret->len = 0;
	ret->count = 0;
	ret->is_cut = false;
	f->get(v, f->arg, ret);
}
