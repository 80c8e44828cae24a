/* SPDX-License-Identifier: BSD-2-Clause */
/* pcapmix.c - captures of any size, the same for the same seed, and the truth
 * about them as one line of JSON.
 *
 * usage: pcapmix [-s BYTES] [-S SEED] [-a ACTIVE] [-k] [-x] FILE
 *   -a  flows that are open at the same time (default 500)
 *   -k  every connection stays open: handshake, header, nothing more
 *   -x  nothing but first packets of different connections (SYN)
 *
 * Connections over IPv4 and IPv6 (one in five) carry PROXY v1, v2, a TCP option
 * of kind 254 (IPv6: 253) or nothing; one in twelve is UDP with v2 before the
 * first datagram. Some headers are split, some data packets swapped or doubled.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind {
	PLAIN,
	V1,
	V2,
	TOA,
	UDP,
	KINDS
};
enum {
	FIN = 1,
	SYN = 2,
	PSH = 8,
	ACK = 16
};

#define PACKET_MAX 2048

/* One segment. */
struct piece {
	bool is_reply;
	unsigned flags;
	const uint8_t *opt;
	size_t opt_len;
	const uint8_t *data;
	size_t len;
};

struct flow {
	enum kind kind;
	bool is_v6;
	bool is_split;
	unsigned step;
	unsigned left;
	uint32_t client, proxy, origin;
	uint16_t cport, pport, oport;
	uint32_t seq[2];
};

static struct {
	uint64_t seed, bytes, packets, flows, split, swapped, doubled;
	uint64_t kinds[KINDS];
	uint64_t now_us;
	FILE *out;
	uint8_t noise[8192];
	uint8_t held[PACKET_MAX];
	size_t held_len;
} mix = { .seed = 1, .now_us = 1700000000000000ULL };

static uint32_t mix_random(uint32_t below)
{
	/* splitmix64 (Steele, Lea, Flood 2014) */
	uint64_t z = mix.seed += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return (uint32_t)(((z ^ z >> 31) >> 32) * below >> 32);
}

static uint8_t *put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
	return p + 2;
}

static uint8_t *put32(uint8_t *p, uint32_t v)
{
	return put16(put16(p, v >> 16), v & 0xffff);
}

static uint8_t *put_addr(uint8_t *p, bool is_v6, uint32_t low)
{
	if (is_v6) {
		memset(p, 0, 12);
		put32(p, 0x20010db8);
		p += 12;
	}
	return put32(p, low);
}

static uint32_t sum16(const uint8_t *p, size_t len, uint32_t sum)
{
	size_t i;

	for (i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	if (i < len)
		sum += (uint32_t)p[i] << 8;
	return sum;
}

static void put_csum(uint8_t *p, uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	put16(p, ~sum & 0xffff);
}

static void mix_record(const uint8_t *frame, size_t len)
{
	uint32_t head[4];

	mix.now_us += 1 + mix_random(5);
	head[0] = (uint32_t)(mix.now_us / 1000000);
	head[1] = (uint32_t)(mix.now_us % 1000000);
	head[2] = head[3] = (uint32_t)len;
	(void)fwrite(head, sizeof(head), 1, mix.out);
	(void)fwrite(frame, len, 1, mix.out);
	mix.packets++;
	mix.bytes += sizeof(head) + len;
}

/* mix_transport() - TCP or UDP at @t. Return: bytes, without payload */
static size_t mix_transport(struct flow *f, const struct piece *s, uint8_t *t)
{
	uint8_t *p = put16(t, s->is_reply ? f->oport : f->pport);

	p = put16(p, s->is_reply ? f->pport : f->oport);
	if (f->kind == UDP) {
		put16(put16(p, (unsigned)(8 + s->len)), 0);
		return 8;
	}
	p = put32(p, f->seq[s->is_reply]);
	p = put32(p, s->flags == SYN ? 0 : f->seq[!s->is_reply]);
	*p++ = (uint8_t)((20 + s->opt_len) / 4 << 4);
	*p++ = (uint8_t)s->flags;
	memset(put16(p, 502), 0, 4);
	if (s->opt_len)
		memcpy(t + 20, s->opt, s->opt_len);
	f->seq[s->is_reply] += (uint32_t)s->len + !!(s->flags & (SYN | FIN));
	return 20 + s->opt_len;
}

/* mix_frame() - Return: bytes at @out */
static size_t mix_frame(struct flow *f, const struct piece *s, uint8_t *out)
{
	uint32_t src = s->is_reply ? f->origin : f->proxy;
	uint32_t dst = s->is_reply ? f->proxy : f->origin;
	size_t ip_len = f->is_v6 ? 40 : 20, addr_off = f->is_v6 ? 8 : 12;
	unsigned proto = f->kind == UDP ? 17 : 6;
	uint8_t *ip = out + 14, *t = ip + ip_len;
	size_t seg;

	memset(out, 0, 14 + ip_len);
	out[0] = out[6] = 2;
	out[5] = s->is_reply;
	out[11] = !s->is_reply;
	put16(out + 12, f->is_v6 ? 0x86dd : 0x0800);
	seg = mix_transport(f, s, t);
	if (s->len)
		memcpy(t + seg, s->data, s->len);
	seg += s->len;
	put_addr(put_addr(ip + addr_off, f->is_v6, src), f->is_v6, dst);
	if (f->is_v6) {
		ip[0] = 0x60;
		put16(ip + 4, (unsigned)seg);
		ip[6] = (uint8_t)proto;
		ip[7] = 64;
	} else {
		ip[0] = 0x45;
		put16(ip + 2, (unsigned)(20 + seg));
		ip[8] = 64;
		ip[9] = (uint8_t)proto;
		put_csum(ip + 10, sum16(ip, 20, 0));
	}
	put_csum(t + (f->kind == UDP ? 6 : 16),
		 sum16(t, seg,
		       sum16(ip + addr_off, ip_len - addr_off,
			     (uint32_t)(proto + seg))));
	return 14 + ip_len + seg;
}

static void mix_send(struct flow *f, bool is_reply, unsigned flags,
		     const uint8_t *opt, size_t opt_len, const uint8_t *data,
		     size_t len)
{
	const struct piece s = { is_reply, flags, opt, opt_len, data, len };
	uint8_t frame[PACKET_MAX];
	size_t n = mix_frame(f, &s, frame);

	mix_record(frame, n);
	if (f->step > 4 && len && mix_random(200) == 0) {
		mix_record(frame, n);
		mix.doubled++;
	}
}

static void put_v1_addr(char *out, size_t cap, bool is_v6, uint32_t low)
{
	if (is_v6)
		(void)snprintf(out, cap, "2001:db8::%x:%x", low >> 16,
			       low & 0xffff);
	else
		(void)snprintf(out, cap, "%u.%u.%u.%u", low >> 24,
			       low >> 16 & 255, low >> 8 & 255, low & 255);
}

/* mix_header() - Return: bytes at @out */
static size_t mix_header(const struct flow *f, uint8_t *out)
{
	static const uint8_t sign[] = { 13,  10,  13,  10,  0,	13,  10,
					'Q', 'U', 'I', 'T', 10, 0x21 };
	char a[64], b[64];
	uint8_t *p = out + 16;

	if (f->kind == V1) {
		put_v1_addr(a, sizeof(a), f->is_v6, f->client);
		put_v1_addr(b, sizeof(b), f->is_v6, f->origin);
		return (size_t)sprintf((char *)out,
				       "PROXY TCP%d %s %s %u %u\r\n",
				       f->is_v6 ? 6 : 4, a, b, f->cport,
				       f->oport);
	}
	memcpy(out, sign, sizeof(sign));
	out[13] =
		(uint8_t)((f->is_v6 ? 0x20 : 0x10) | (f->kind == UDP ? 2 : 1));
	p = put_addr(put_addr(p, f->is_v6, f->client), f->is_v6, f->origin);
	p = put16(put16(p, f->cport), f->oport);
	if (f->cport % 4 == 0) { /* PP2_TYPE_NOOP, three bytes of it */
		p = put16(put32(p, 0x04000300), 0);
	}
	put16(out + 14, (unsigned)(p - out - 16));
	return (size_t)(p - out);
}

static void mix_begin(struct flow *f, uint32_t number)
{
	uint32_t pick = mix_random(12);

	*f = (struct flow) {
		.kind = pick == 11 ? UDP : (enum kind)(pick % 4),
		.is_v6 = mix_random(5) == 0,
		.left = 3 + mix_random(100),
		.client = 0xcb007100U + mix_random(250),
		.proxy = 0x0a000000U + number % 0xffffff,
		.origin = 0xc0000200U + mix_random(8),
		.cport = (uint16_t)(1024 + mix_random(60000)),
		.pport = (uint16_t)(1024 + number % 60000),
		.oport = mix_random(2) ? 8080 : 8443,
		.seq = { mix_random(UINT32_MAX), mix_random(UINT32_MAX) },
	};
	f->is_split = (f->kind == V1 || f->kind == V2) && mix_random(16) == 0;
	mix.flows++;
}

/* mix_count() - the flow has said what it is */
static void mix_count(const struct flow *f)
{
	mix.kinds[f->kind]++;
	mix.split += f->is_split;
}

static size_t mix_option(const struct flow *f, uint8_t out[40])
{
	put32(put32(put32(out, 0x0101080a), 1), 2);
	if (f->kind != TOA || (f->step != 2 && f->step != 3))
		return 12;
	out[12] = f->is_v6 ? 253 : 254;
	out[13] = f->is_v6 ? 20 : 8;
	put_addr(put16(out + 14, f->cport), f->is_v6, f->client);
	return 12U + out[13];
}

static void mix_send_header(struct flow *f, const uint8_t *opt, size_t opt_len)
{
	uint8_t h[256];
	size_t n = mix_header(f, h);
	size_t first = f->is_split ? 1 + mix_random((uint32_t)n - 1) : n;

	mix_send(f, false, PSH | ACK, opt, opt_len, h, first);
	if (first < n)
		mix_send(f, false, PSH | ACK, opt, opt_len, h + first,
			 n - first);
}

static size_t mix_size(void)
{
	static const uint32_t top[] = { 0, 0, 0, 200, 200, 900, 1400, 1400 };
	uint32_t max = top[mix_random(8)];

	return max ? 1 + mix_random(max) : 0;
}

/* mix_data() - a packet in the middle; now and then the next one overtakes it
 */
static void mix_data(struct flow *f, const uint8_t *opt, size_t opt_len)
{
	bool is_reply = mix_random(3) != 0;
	const uint8_t *data = mix.noise + mix_random(4096);
	size_t len = mix_size();

	if (len && mix_random(100) == 0) {
		const struct piece s = { is_reply, PSH | ACK, opt,
					 opt_len,  data,      len };

		mix.held_len = mix_frame(f, &s, mix.held);
		mix_send(f, is_reply, PSH | ACK, opt, opt_len, data, 100);
		mix_record(mix.held, mix.held_len);
		mix.swapped++;
		return;
	}
	mix_send(f, is_reply, len ? PSH | ACK : ACK, opt, opt_len, data, len);
}

static void mix_datagram(struct flow *f)
{
	uint8_t b[PACKET_MAX];
	size_t n = 0, len = 16 + mix_random(900);

	if (!f->step) {
		n = mix_header(f, b);
		mix_count(f);
	}
	f->step = 5;
	memcpy(b + n, mix.noise + mix_random(4096), len);
	mix_send(f, false, 0, NULL, 0, b, n + len);
}

/* mix_step() - the next packet of @f. Return: is the flow over? */
static bool mix_step(struct flow *f)
{
	static const uint8_t syn[] = { 2, 4, 5, 180, 1, 3, 3, 7 };
	uint8_t opt[40];
	size_t opt_len = mix_option(f, opt);

	if (f->kind == UDP) {
		mix_datagram(f);
		return --f->left == 0;
	}
	switch (f->step++) {
	case 0:
		mix_send(f, false, SYN, syn, sizeof(syn), NULL, 0);
		return false;
	case 1:
		mix_send(f, true, SYN | ACK, syn, sizeof(syn), NULL, 0);
		return false;
	case 2:
		if (f->kind == TOA)
			mix_count(f);
		mix_send(f, false, ACK, opt, opt_len, NULL, 0);
		return false;
	case 3:
		if (f->kind != TOA)
			mix_count(f);
		if (f->kind == V1 || f->kind == V2)
			mix_send_header(f, opt, opt_len);
		else
			mix_send(f, false, PSH | ACK, opt, opt_len, mix.noise,
				 100);
		return false;
	default:
		mix_data(f, opt, opt_len);
	}
	if (--f->left)
		return false;
	mix_send(f, false, FIN | ACK, opt, opt_len, NULL, 0);
	mix_send(f, true, FIN | ACK, opt, opt_len, NULL, 0);
	mix_send(f, false, ACK, opt, opt_len, NULL, 0);
	return true;
}

static void mix_run(uint64_t size, uint32_t active)
{
	struct flow *flow = calloc(active, sizeof(*flow));
	uint32_t number = 0;
	uint32_t i;

	if (!flow)
		exit(1);
	for (i = 0; i < active; i++)
		mix_begin(&flow[i], number++);
	while (mix.bytes < size) {
		struct flow *f = &flow[mix_random(active)];

		if (mix_step(f))
			mix_begin(f, number++);
	}
	free(flow);
}

/* mix_open() - connections of which none ends; @steps packets of each */
static void mix_open(uint64_t size, unsigned steps)
{
	uint32_t number = 0;
	unsigned i;

	while (mix.bytes < size) {
		struct flow f;

		mix_begin(&f, number++);
		f.kind = steps > 1 && f.kind == UDP ? V1 : f.kind;
		f.kind = steps == 1 ? PLAIN : f.kind;
		for (i = 0; i < steps; i++)
			(void)mix_step(&f);
	}
}

int main(int argc, char **argv)
{
	static const uint32_t head[] = {
		0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, 1
	};
	uint64_t size = 5000000;
	uint32_t active = 500;
	unsigned steps = 0;
	size_t i;
	int o;

	while ((o = getopt(argc, argv, "s:S:a:kx")) != -1) {
		if (o == 's')
			size = strtoull(optarg, NULL, 0);
		else if (o == 'S')
			mix.seed = strtoull(optarg, NULL, 0);
		else if (o == 'a')
			active = (uint32_t)strtoul(optarg, NULL, 0);
		else if (o == 'k' || o == 'x')
			steps = o == 'k' ? 4 : 1;
		else
			return 2;
	}
	mix.out = optind + 1 == argc && active ? fopen(argv[optind], "we")
					       : NULL;
	if (!mix.out) {
		(void)fputs("usage: pcapmix [-s BYTES] [-S SEED] [-a ACTIVE] "
			    "[-k] [-x] FILE\n",
			    stderr);
		return 2;
	}
	for (i = 0; i < sizeof(mix.noise); i++)
		mix.noise[i] = (uint8_t)mix_random(256);
	(void)fwrite(head, sizeof(head), 1, mix.out);
	mix.bytes = sizeof(head);
	if (steps)
		mix_open(size, steps);
	else
		mix_run(size, active);
	if (fclose(mix.out) != 0) {
		perror(argv[optind]);
		return 1;
	}
	(void)printf("{\"bytes\":%llu,\"packets\":%llu,\"flows\":%llu,"
		     "\"plain\":%llu,\"ppv1\":%llu,\"ppv2\":%llu,"
		     "\"toa\":%llu,\"udp\":%llu,\"split\":%llu,"
		     "\"swapped\":%llu,\"doubled\":%llu}\n",
		     (unsigned long long)mix.bytes,
		     (unsigned long long)mix.packets,
		     (unsigned long long)mix.flows,
		     (unsigned long long)mix.kinds[PLAIN],
		     (unsigned long long)mix.kinds[V1],
		     (unsigned long long)mix.kinds[V2],
		     (unsigned long long)mix.kinds[TOA],
		     (unsigned long long)mix.kinds[UDP],
		     (unsigned long long)mix.split,
		     (unsigned long long)mix.swapped,
		     (unsigned long long)mix.doubled);
	return 0;
}
