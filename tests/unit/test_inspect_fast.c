/* SPDX-License-Identifier: BSD-2-Clause */
/* test_inspect_fast.c - what is everyday is decoded as decode_frame() does it:
 * every frame of pcaps/, cut and changed
 */
#include <CUnit/CUnit.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#include "fast.h"
#include "harness.h"
#include "source.h"
#include "wire/ip.h"
#include "wire/link.h"
#include "wire/tcp.h"
#include "wire/wire.h"

static struct fast_opts opts;

static uint64_t fast_count, slow_count;

static void check_key(const struct packet *pkt, const struct digest *d)
{
	bool is_b = d->flags & FAST_FLIP;
	uint16_t port = is_b ? d->key.b_port : d->key.a_port;
	uint32_t end = (uint32_t)(d->key.ends >> (is_b ? 32 : 0));
	struct digest again;

	fast_key(&opts, pkt, &again);
	CU_ASSERT(key_eq(&again.key, &d->key));
	if (pkt->src.addr.family == IP_V4)
		CU_ASSERT_EQUAL(memcmp(&end, pkt->src.addr.bytes, 4), 0);
	CU_ASSERT_EQUAL(__builtin_bswap16(port), pkt->src.port);
	CU_ASSERT_EQUAL(!!(d->key.where & KEY_V6),
			pkt->src.addr.family == IP_V6);
	CU_ASSERT_EQUAL(!!(d->key.where & KEY_UDP), pkt->proto == IP_PROTO_UDP);
	CU_ASSERT_EQUAL(d->hash, key_hash(&opts.seed, &d->key));
}

static void check_loud(const struct packet *pkt, const struct digest *d)
{
	bool is_udp = pkt->proto == IP_PROTO_UDP;

	CU_ASSERT_EQUAL(!!(d->flags & FAST_DATA), is_udp || pkt->len);
	if (pkt->flags & (TCP_F_SYN | TCP_F_FIN | TCP_F_RST) ||
	    (pkt->cap_len >= 6 && memcmp(pkt->payload, "PROXY ", 6) == 0))
		CU_ASSERT(d->flags & FAST_LOUD);
	if (!is_udp && !(pkt->flags & TCP_F_SYN))
		CU_ASSERT_EQUAL(d->seq, pkt->seq);
}

/* Field by field: padding may differ. */
static void check_packet(const struct packet *a, const struct packet *b)
{
	CU_ASSERT_EQUAL(a->proto, b->proto);
	CU_ASSERT_EQUAL(a->is_frag, b->is_frag);
	CU_ASSERT_EQUAL(a->is_offload, b->is_offload);
	CU_ASSERT_EQUAL(a->flags, b->flags);
	CU_ASSERT_EQUAL(a->opt_len, b->opt_len);
	CU_ASSERT_EQUAL(a->seq, b->seq);
	CU_ASSERT_EQUAL(a->ack, b->ack);
	CU_ASSERT_EQUAL(a->ts_ns, b->ts_ns);
	CU_ASSERT_EQUAL(a->frame, b->frame);
	CU_ASSERT_EQUAL(a->frame_first, b->frame_first);
	CU_ASSERT(endpoint_eq(&a->src, &b->src));
	CU_ASSERT(endpoint_eq(&a->dst, &b->dst));
	CU_ASSERT_PTR_EQUAL(a->opt, b->opt);
	CU_ASSERT_PTR_EQUAL(a->payload, b->payload);
	CU_ASSERT_PTR_EQUAL(a->seg, b->seg);
	CU_ASSERT_EQUAL(a->seg_len, b->seg_len);
	CU_ASSERT_EQUAL(a->opt_off, b->opt_off);
	CU_ASSERT_EQUAL(a->cap_len, b->cap_len);
	CU_ASSERT_EQUAL(a->len, b->len);
	CU_ASSERT_EQUAL(a->csum, b->csum);
	CU_ASSERT_EQUAL(a->ip_csum, b->ip_csum);
	CU_ASSERT_PTR_EQUAL(a->tunnel, b->tunnel);
	CU_ASSERT_EQUAL(a->uoa.carrier, b->uoa.carrier);
}

/* check_both() - the short way, if it is taken, and the long one say the same
 */
static void check_both(const struct frame *f, struct digest *ret)
{
	struct digest any = { 0 };

	*ret = (struct digest) { 0 };
	fast_decode(&opts, f, ret);
	fast_decode_any(&opts, f, &any);
	CU_ASSERT_EQUAL(ret->flags, any.flags);
	CU_ASSERT_EQUAL(ret->hash, any.hash);
	CU_ASSERT_EQUAL(ret->ts_ns, any.ts_ns);
	if (any.flags & FAST_SLOW)
		return;
	CU_ASSERT(key_eq(&ret->key, &any.key));
	CU_ASSERT_EQUAL(ret->seq, any.seq);
	CU_ASSERT_EQUAL(ret->len, any.len);
	CU_ASSERT_EQUAL(ret->off, any.off);
}

static void check_frame(struct decoder *dec, const struct frame *f)
{
	struct packet want = { 0 }, got;
	struct wire_err err;
	struct digest d;

	check_both(f, &d);
	if (d.flags & FAST_SLOW) {
		slow_count++;
		return;
	}
	fast_count++;
	CU_ASSERT_EQUAL(decode_frame(dec, f, true, &want, &err), DECODE_OK);
	fast_packet(f, &d, &got);
	fast_check(&d, &got);
	check_packet(&got, &want);
	check_key(&want, &d);
	check_loud(&want, &d);
	CU_ASSERT_EQUAL(d.len, want.len);
}

/* A frame as it is, cut at each byte of its headers, and with single bits
 * changed; its bytes end where nothing may be read.
 */
static void check_variants(struct decoder *dec, const struct frame *f)
{
	uint32_t headers = f->cap_len < 120 ? f->cap_len : 120;
	struct guard g;
	uint32_t i;

	check_frame(dec, f);
	for (i = 0; i <= headers; i++) {
		struct frame cut = *f;

		guard_init(&g, f->data, i);
		cut.data = g.data;
		cut.cap_len = i;
		check_frame(dec, &cut);
		guard_fini(&g);
	}
	guard_init(&g, f->data, f->cap_len);
	for (i = 0; i < headers * 8; i++) {
		struct frame changed = *f;

		g.data[i / 8] ^= (uint8_t)(1U << i % 8);
		changed.data = g.data;
		check_frame(dec, &changed);
		g.data[i / 8] ^= (uint8_t)(1U << i % 8);
	}
	guard_fini(&g);
}

static void test_every_frame_of_every_capture(void)
{
	struct decoder *dec = NULL;
	glob_t g;
	size_t i;

	opts.tunnels = DECODE_OPTS_DEFAULT;
	opts.seed = (struct key_seed) { { 11, 22, 33, 44, 55 } };
	CU_ASSERT_EQUAL_FATAL(decoder_new(&opts.tunnels, &dec), 0);
	CU_ASSERT_EQUAL_FATAL(glob("../../pcaps/*/input.pcap", 0, NULL, &g), 0);
	for (i = 0; i < g.gl_pathc; i++) {
		char err[SOURCE_ERR_MAX];
		struct source *src = NULL;
		unsigned n = 0;
		struct frame f;

		CU_ASSERT_EQUAL_FATAL(
			source_open(g.gl_pathv[i], NULL, err, &src), 0);
		while (n++ < 12 && source_next(src, err, &f) == SOURCE_FRAME)
			check_variants(dec, &f);
		source_close(src);
	}
	globfree(&g);
	decoder_free(dec);
	CU_ASSERT(fast_count > 10000);
	CU_ASSERT(slow_count > 10000);
}

/* rare() - seldom @other */
static uint8_t rare(uint8_t usual, unsigned other)
{
	return rand() % 16 ? usual : (uint8_t)other;
}

/* make_headers() - headers at @p, 94 bytes, of IPv6 or IPv4, mostly right */
static void make_headers(uint8_t *p, bool is_v6, unsigned len)
{
	uint8_t *ip = p + LINK_ETH_LEN;
	uint8_t *t = ip + (is_v6 ? IP6_HDR_LEN : IP4_HDR_LEN);
	static const uint8_t stamp[4] = { 1, 1, 8, 10 };

	p[12] = rare(is_v6 ? 0x86 : 0x08, (unsigned)rand());
	p[13] = rare(is_v6 ? 0xdd : 0x00, (unsigned)rand());
	ip[0] = rare(is_v6 ? 0x60 : 0x45, (unsigned)rand());
	if (is_v6) {
		ip[4] = (uint8_t)((len - 40) >> 8);
		ip[5] = rare((uint8_t)(len - 40), (unsigned)rand());
		ip[6] = rare(rand() % 8 ? 6 : 17, (unsigned)rand());
	} else {
		ip[2] = (uint8_t)(len >> 8);
		ip[3] = rare((uint8_t)len, (unsigned)rand());
		ip[6] = rare(0x40, (unsigned)rand());
		ip[7] = rare(0, (unsigned)rand());
		ip[9] = rare(rand() % 8 ? 6 : 17, (unsigned)rand());
	}
	t[12] = rare(rand() % 4 ? 0x80 : 0x50, (unsigned)rand());
	t[13] = rare(0x10, (unsigned)rand());
	if (rand() % 4)
		memcpy(t + TCP_HDR_LEN, stamp, sizeof(stamp));
}

/* Frames by chance, nearly all of them usual ones, of all lengths. */
static void test_random_frames(void)
{
	static const uint8_t proxy[4] = { 0x50, 0x52, 0x4f, 0x58 };
	unsigned i, k, usual = 0;
	struct digest d;

	srand(1);
	for (i = 0; i < 20000; i++) {
		unsigned size = 60 + (unsigned)rand() % 100;
		bool is_v6 = rand() % 3 == 0;
		struct frame f = { .link = LINK_ETHERNET, .ts_ns = i };
		uint8_t bytes[160];
		struct guard g;

		for (k = 0; k < sizeof(bytes); k++)
			bytes[k] = (uint8_t)(rand() >> 8);
		make_headers(bytes, is_v6, size - 14);
		f.cap_len = rand() % 4 ? size : (unsigned)rand() % size;
		f.wire_len = rand() % 4 ? size : size + 7;
		if (rand() % 8 == 0)
			memcpy(bytes + 14 + (is_v6 ? 40 : 20) + 32, proxy,
			       sizeof(proxy));
		guard_init(&g, bytes, f.cap_len);
		f.data = g.data;
		check_both(&f, &d);
		usual += !(d.flags & FAST_SLOW) && !(d.key.where & KEY_UDP);
		guard_fini(&g);
	}
	CU_ASSERT(usual > 5000);
}

/* Both directions have one key, and every part of it counts. */
static void test_keys(void)
{
	static const uint8_t a[16] = { 10, 0, 0, 1, 9 };
	static const uint8_t there[4] = { 0, 80, 200, 1 };
	static const uint8_t back[4] = { 200, 1, 0, 80 };
	uint8_t b[16] = { 10, 0, 0, 2 };
	struct flow_key k, l;
	size_t i;

	CU_ASSERT_NOT_EQUAL(key_v4(a, b, there, 0, &k),
			    key_v4(b, a, back, 0, &l));
	CU_ASSERT(key_eq(&k, &l));
	(void)key_v4(b, a, there, 0, &l);
	CU_ASSERT(!key_eq(&k, &l));
	(void)key_v4(a, b, there, KEY_UDP, &l);
	CU_ASSERT(!key_eq(&k, &l));
	(void)key_v4(a, b, there, 1U << KEY_TUNNEL_SHIFT, &l);
	CU_ASSERT(!key_eq(&k, &l));
	CU_ASSERT_NOT_EQUAL(key_v6(&opts.seed, a, b, there, 0, &k),
			    key_v6(&opts.seed, b, a, back, 0, &l));
	CU_ASSERT(key_eq(&k, &l));
	for (i = 0; i < sizeof(b); i++) {
		b[i] ^= 1;
		(void)key_v6(&opts.seed, a, b, there, 0, &l);
		CU_ASSERT(!key_eq(&k, &l));
		b[i] ^= 1;
	}
	(void)key_v6(&opts.seed, a, a, there, 0, &k);
	(void)key_v6(&opts.seed, a, a, back, 0, &l);
	CU_ASSERT(key_eq(&k, &l));
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "every frame", test_every_frame_of_every_capture },
		{ "random frames", test_random_frames },
		{ "keys", test_keys },
	};

	return unit_main("inspect_fast", tests, ARRAY_SIZE(tests));
}
