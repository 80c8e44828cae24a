/* SPDX-License-Identifier: BSD-2-Clause */
/* fault.c - see fault.h */
#include "fault.h"

#include <stdio.h>
#include <string.h>

#include "wire/bytes.h"

const struct fault_name fault_names[FAULT_COUNT] = {
#define FAULT(id, name, has_arg, arg) { name, has_arg, arg },
#include "fault.def"
#undef FAULT
};

/* offsets in a v2 header, see wire/pp2.h */
#define V2_VER_CMD PP2_SIG_LEN
#define V2_FAMILY  (V2_VER_CMD + 1)
#define V2_LEN	   (V2_FAMILY + 1)

void fault_told(const struct fault_set *s, struct fault_flow *flow)
{
	if (fault_is_on(s, FAULT_MIX_CLIENTS) &&
	    flow->other.addr.family != IP_NONE)
		flow->client = flow->other;
	if (fault_is_on(s, FAULT_WRONG_ADDR) && flow->client.addr.family)
		flow->client.addr
			.bytes[ip_addr_bytes(&flow->client.addr) - 1] ^= 1;
	if (fault_is_on(s, FAULT_WRONG_PORT))
		flow->client.port ^= 1;
	if (fault_is_on(s, FAULT_WRONG_DST))
		flow->vip = flow->origin;
	if (fault_is_on(s, FAULT_SWAP_ADDR)) {
		struct endpoint client = flow->client;

		flow->client = flow->vip;
		flow->vip = client;
	}
}

static void fault_insert(uint8_t *out, size_t *n, size_t at, uint8_t byte)
{
	memmove(out + at + 1, out + at, *n - at);
	out[at] = byte;
	++*n;
}

/* A v1 line with both addresses in ::ffff:0:0/96. */
static size_t fault_v1_mapped(const struct fault_flow *f,
			      uint8_t out[FAULT_HEADER_MAX])
{
	const uint8_t *src = f->client.addr.bytes, *dst = f->vip.addr.bytes;
	char line[FAULT_HEADER_MAX];
	int n = snprintf(line, sizeof(line),
			 "PROXY TCP6 ::ffff:%x:%x ::ffff:%x:%x %u %u\r\n",
			 get_be16(src), get_be16(src + 2), get_be16(dst),
			 get_be16(dst + 2), f->client.port, f->vip.port);

	memcpy(out, line, (size_t)n);
	return (size_t)n;
}

static bool fault_is_mapped(const struct fault_set *s,
			    const struct fault_flow *f)
{
	return fault_is_on(s, FAULT_MAPPED) && f->client.addr.family == IP_V4 &&
	       f->vip.addr.family == IP_V4;
}

static size_t fault_v1(const struct fault_set *s, const struct fault_flow *f,
		       uint8_t out[FAULT_HEADER_MAX])
{
	static const char unknown[] = "PROXY UNKNOWN\r\n";
	static const size_t family_at = sizeof("PROXY TCP") - 1;
	static const char udp[3] = { 'U', 'D', 'P' };
	size_t n = fault_is_mapped(s, f) ? fault_v1_mapped(f, out)
					 : pp1_encode(out, &f->client, &f->vip);
	size_t i;

	if (fault_is_on(s, FAULT_LOCAL)) {
		n = sizeof(unknown) - 1;
		memcpy(out, unknown, n);
	}
	if (fault_is_on(s, FAULT_WRONG_FAMILY))
		out[family_at] ^= '4' ^ '6';
	if (fault_is_on(s, FAULT_WRONG_PROTO))
		memcpy(out + PP1_SIGNATURE_LEN, udp, sizeof(udp));
	if (fault_is_on(s, FAULT_LF_ONLY)) {
		out[n - 2] = '\n';
		n--;
	}
	if (fault_is_on(s, FAULT_LEADING_ZERO)) {
		for (i = n; i && out[i - 1] != ' '; i--)
			;
		fault_insert(out, &n, i, '0');
	}
	if (fault_is_on(s, FAULT_DOUBLE_SPACE))
		fault_insert(out, &n, PP1_SIGNATURE_LEN, ' ');
	if (fault_is_on(s, FAULT_WRONG_VERSION))
		fault_insert(out, &n, PP1_SIGNATURE_LEN - 1, '2');
	if (fault_is_on(s, FAULT_BAD_SIGNATURE))
		out[0] = 'p';
	return n;
}

static size_t fault_v2_mapped(const struct fault_flow *f, enum pp_proto proto,
			      uint8_t out[FAULT_HEADER_MAX])
{
	uint8_t *p = out + PP2_FIXED_LEN;

	(void)pp2_encode(out, proto, &f->client, &f->vip, false);
	out[V2_FAMILY] = (uint8_t)(PP_FAMILY_INET6 << 4 | proto);
	put_be16(out + V2_LEN, PP2_INET6_LEN);
	ip_addr_map(&f->client.addr, p);
	ip_addr_map(&f->vip.addr, p + 16);
	put_be16(p + 32, f->client.port);
	put_be16(p + 34, f->vip.port);
	return PP2_FIXED_LEN + PP2_INET6_LEN;
}

static size_t fault_v2(const struct fault_set *s, const struct fault_flow *f,
		       uint8_t out[FAULT_HEADER_MAX])
{
	/* seven bytes announced, two there */
	static const uint8_t tlv[] = { PP2_TLV_GCP, 0, 7, 1, 2 };
	enum pp_proto proto = f->proto == RULE_TCP ? PP_PROTO_STREAM
						   : PP_PROTO_DGRAM;
	size_t n = fault_is_mapped(s, f)
			   ? fault_v2_mapped(f, proto, out)
			   : pp2_encode(out, proto, &f->client, &f->vip,
					fault_is_on(s, FAULT_BAD_CRC));
	size_t len;

	if (fault_is_on(s, FAULT_LOCAL)) {
		out[V2_VER_CMD] = 0x20;
		out[V2_FAMILY] = 0;
		n = PP2_FIXED_LEN;
	}
	if (fault_is_on(s, FAULT_BAD_CRC))
		out[n - 1] ^= 0xff;
	if (fault_is_on(s, FAULT_BAD_TLV)) {
		memcpy(out + n, tlv, sizeof(tlv));
		n += sizeof(tlv);
	}
	len = n - PP2_FIXED_LEN;
	if (fault_is_on(s, FAULT_BAD_LENGTH))
		len += 4;
	put_be16(out + V2_LEN, (uint16_t)len);
	if (fault_is_on(s, FAULT_WRONG_FAMILY))
		out[V2_FAMILY] ^= 0x30;
	if (fault_is_on(s, FAULT_BAD_FAMILY))
		out[V2_FAMILY] |= 0x40;
	if (fault_is_on(s, FAULT_WRONG_PROTO))
		out[V2_FAMILY] ^= 0x03;
	if (fault_is_on(s, FAULT_WRONG_VERSION))
		out[V2_VER_CMD] ^= 0x10;
	if (fault_is_on(s, FAULT_BAD_COMMAND))
		out[V2_VER_CMD] ^= 0x03;
	if (fault_is_on(s, FAULT_BAD_SIGNATURE))
		out[4] ^= 0xff;
	return n;
}

static size_t fault_spp(const struct fault_set *s, const struct fault_flow *f,
			uint8_t out[FAULT_HEADER_MAX])
{
	spp_encode(out, &f->client, &f->vip);
	if (fault_is_on(s, FAULT_BAD_SIGNATURE))
		out[1] ^= 0xff;
	/* an IPv4 address without its ::ffff: */
	if (fault_is_on(s, FAULT_WRONG_FAMILY))
		memset(out + 2 + 10, 0, 2);
	return SPP_HDR_LEN;
}

static size_t fault_one(const struct fault_set *s, const struct fault_flow *f,
			uint8_t out[FAULT_HEADER_MAX])
{
	enum rule_mode mode = f->mode;

	if (fault_is_on(s, FAULT_OTHER_VERSION))
		mode = mode == MODE_PPV2 ? MODE_PPV1 : MODE_PPV2;
	switch (mode) {
	case MODE_PPV1:
		return fault_v1(s, f, out);
	case MODE_PPV2:
		return fault_v2(s, f, out);
	case MODE_SPP:
		return fault_spp(s, f, out);
	case MODE_OFF:
	case MODE_TOA:
		if (fault_is_on(s, FAULT_UNASKED))
			return fault_v2(s, f, out);
		break;
	}
	return 0;
}

size_t fault_header(const struct fault_set *s, const struct fault_flow *flow,
		    uint8_t out[FAULT_HEADER_MAX])
{
	static const uint8_t forged[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 66 };
	static const uint8_t forged4[4] = { 192, 0, 2, 66 };
	struct fault_flow f = *flow;
	size_t n;

	if (fault_is_on(s, FAULT_NO_HEADER))
		return 0;
	fault_told(s, &f);
	n = fault_one(s, &f, out);
	if (fault_is_on(s, FAULT_TRUNCATE))
		n = n > s->arg[FAULT_TRUNCATE] ? n - s->arg[FAULT_TRUNCATE] : 0;
	if (fault_is_on(s, FAULT_DUP_HEADER)) {
		memcpy(out + n, out, n);
		n *= 2;
	}
	if (fault_is_on(s, FAULT_FORGED_SECOND)) {
		f.client.addr = f.client.addr.family == IP_V4
					? ip_addr_v4(forged4)
					: ip_addr_v6(forged);
		f.client.port = 6666;
		n += meta_header(f.mode, f.proto, &f.client, &f.vip, out + n);
	}
	return n;
}

bool fault_is_forged(const uint8_t *data, size_t len)
{
	return (len >= PP1_SIGNATURE_LEN &&
		!memcmp(data, PP1_SIGNATURE, PP1_SIGNATURE_LEN)) ||
	       (len >= PP2_SIG_LEN &&
		!memcmp(data, pp2_signature, PP2_SIG_LEN));
}
