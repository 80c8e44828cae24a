/* SPDX-License-Identifier: BSD-2-Clause */
/* wrap.c - see wrap.h */
#include "wrap.h"

#include <arpa/inet.h>
#include <err.h>
#include <string.h>

#define WRAP_V4_LEN    20
#define WRAP_V6_LEN    40
#define WRAP_OPT_MAX   40
#define WRAP_HEX_MAX   512
#define PROTO_FRAGMENT 44

static void wrap_put16(uint8_t *p, size_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

void wrap_begin(struct wrap *w, const void *data, size_t len)
{
	w->at = WRAP_MAX;
	wrap_push(w, data, len);
}

size_t wrap_len(const struct wrap *w)
{
	return WRAP_MAX - w->at;
}

void wrap_push(struct wrap *w, const void *data, size_t len)
{
	if (len > w->at)
		errx(1, "a packet of more than %d bytes", WRAP_MAX);
	w->at -= len;
	memcpy(w->bytes + w->at, data, len);
}

void wrap_push_hex(struct wrap *w, const char *hex)
{
	uint8_t bytes[WRAP_HEX_MAX];

	wrap_push(w, bytes, net_hex(hex, bytes, sizeof(bytes)));
}

static void wrap_addr(int family, const char *text, uint8_t *out)
{
	if (inet_pton(family, text, out) != 1)
		errx(1, "'%s' is no address", text);
}

/* wrap_sum4() - the checksum of an IPv4 header whose own is 0 */
static uint16_t wrap_sum4(const uint8_t *hdr, size_t len)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i < len; i += 2)
		sum += (uint32_t)hdr[i] << 8 | hdr[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

void wrap_push_ip4(struct wrap *w, const char *src, const char *dst,
		   uint8_t proto, uint16_t id, uint16_t flags,
		   const char *options)
{
	uint8_t hdr[WRAP_V4_LEN + WRAP_OPT_MAX] = { 0 };
	size_t len = WRAP_V4_LEN;

	if (options)
		len += net_hex(options, hdr + WRAP_V4_LEN, WRAP_OPT_MAX);
	hdr[0] = (uint8_t)(0x40 | len / 4);
	wrap_put16(hdr + 2, len + wrap_len(w));
	wrap_put16(hdr + 4, id);
	wrap_put16(hdr + 6, flags);
	hdr[8] = 64;
	hdr[9] = proto;
	wrap_addr(AF_INET, src, hdr + 12);
	wrap_addr(AF_INET, dst, hdr + 16);
	wrap_put16(hdr + 10, wrap_sum4(hdr, len));
	wrap_push(w, hdr, len);
}

void wrap_push_ip6(struct wrap *w, const char *src, const char *dst,
		   uint8_t proto)
{
	uint8_t hdr[WRAP_V6_LEN] = { 0x60 };

	wrap_put16(hdr + 4, wrap_len(w));
	hdr[6] = proto;
	hdr[7] = 64;
	wrap_addr(AF_INET6, src, hdr + 8);
	wrap_addr(AF_INET6, dst, hdr + 24);
	wrap_push(w, hdr, sizeof(hdr));
}

void wrap_push_udp(struct wrap *w, uint16_t sport, uint16_t dport)
{
	uint8_t hdr[8] = { 0 };

	wrap_put16(hdr, sport);
	wrap_put16(hdr + 2, dport);
	wrap_put16(hdr + 4, sizeof(hdr) + wrap_len(w));
	wrap_push(w, hdr, sizeof(hdr));
}

void wrap_push_eth(struct wrap *w, enum net_side side, uint16_t type)
{
	uint8_t hdr[14] = { 0x02, 0, 0, 0, 0, 0x0a, 0x02, 0, 0, 0, 0, 0x0a };

	hdr[side == A ? 5 : 11] = 0x0b;
	wrap_put16(hdr + 12, type);
	wrap_push(w, hdr, sizeof(hdr));
}

void wrap_put(const struct wrap *w, struct file *f)
{
	file_put(f, w->bytes + w->at, wrap_len(w));
}

void wrap_put_ip(struct wrap *w, enum net_side side, struct file *f)
{
	wrap_push_eth(w, side, w->bytes[w->at] >> 4 == 4 ? 0x0800 : 0x86dd);
	wrap_put(w, f);
}

static void wrap_push_fragment6(struct wrap *w, uint8_t next, uint32_t id,
				const struct wrap_piece *p)
{
	uint8_t hdr[8] = { next, 0 };

	wrap_put16(hdr + 2, (size_t)p->off | !p->is_last);
	wrap_put16(hdr + 4, id >> 16);
	wrap_put16(hdr + 6, id & 0xffff);
	wrap_push(w, hdr, sizeof(hdr));
}

void wrap_put_piece(struct file *f, enum net_side side, const uint8_t *packet,
		    size_t len, uint32_t id, const struct wrap_piece *p)
{
	bool is_6 = packet[0] >> 4 == 6;
	size_t hdr_len = is_6 ? WRAP_V6_LEN : WRAP_V4_LEN;
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];
	int family = is_6 ? AF_INET6 : AF_INET;
	static struct wrap w;

	if (hdr_len + p->off + p->len > len)
		errx(1, "a fragment of what is not there");
	(void)inet_ntop(family, packet + (is_6 ? 8 : 12), src, sizeof(src));
	(void)inet_ntop(family, packet + (is_6 ? 24 : 16), dst, sizeof(dst));
	wrap_begin(&w, packet + hdr_len + p->off, p->len);
	if (is_6) {
		wrap_push_fragment6(&w, packet[6], id, p);
		wrap_push_ip6(&w, src, dst, PROTO_FRAGMENT);
	} else {
		wrap_push_ip4(&w, src, dst, packet[9], (uint16_t)id,
			      (uint16_t)(p->off / 8 |
					 (p->is_last ? 0 : 0x2000)),
			      NULL);
	}
	wrap_put_ip(&w, side, f);
}
