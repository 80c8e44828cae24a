/* SPDX-License-Identifier: BSD-2-Clause */
/* test_inspect_trial.c - parts of a file accounted by engines that do not know
 * what stands before: captures by chance, full of what may go on behind a cut,
 * are told like by one engine, wherever they are cut.
 *
 * usage: test_inspect_trial; TRIAL_SEEDS=FIRST-LAST in the environment for
 * other captures than those of the check
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "bulk_text.h"
#include "harness.h"
#include "pcap_put.h"
#include "wire/bytes.h"
#include "wire/csum.h"
#include "wire/ip.h"
#include "wire/link.h"
#include "wire/tcp.h"

#define KEYS	  24
#define PACKETS	  140
#define CUTS	  8
#define FILE_NAME "test_inspect_trial.tmp.pcap"

static uint64_t chance_state;

static uint32_t chance(uint32_t n)
{
	chance_state ^= chance_state << 13;
	chance_state ^= chance_state >> 7;
	chance_state ^= chance_state << 17;
	return (uint32_t)((chance_state >> 32) * n >> 32);
}

/* @late: the second half of a datagram, which comes later or not at all */
struct key {
	bool is_udp;
	uint32_t seq[2];
	uint32_t late_len;
	uint8_t late[512];
};

/* @at: where each record begins */
struct file {
	bool has_frags;
	uint64_t us;
	size_t len;
	unsigned records;
	size_t at[PACKETS + KEYS + 1];
	uint8_t buf[1 << 18];
	struct key key[KEYS];
};

static struct file file;

static void file_record(const uint8_t *data, uint32_t len)
{
	uint8_t *p = file.buf + file.len;

	file.at[file.records++] = file.len;
	pcap_put_record(p, file.us, len);
	memcpy(p + PCAP_PUT_RECORD, data, len);
	file.len += PCAP_PUT_RECORD + len;
}

static void file_begin(void)
{
	memset(&file, 0, sizeof(file));
	pcap_put_head(file.buf, LINK_RAW);
	file.len = PCAP_PUT_HEAD;
	file.us = 1000000ULL * 1700000000;
}

/* file_ip() - an IP packet of @key, from end @from. @frag: flags and offset */
static void file_ip(unsigned key, unsigned from, uint16_t frag,
		    const uint8_t *rest, uint32_t len)
{
	uint8_t p[1024] = { 0x45 };
	struct csum c = { 0 };

	put_be16(p + 2, (uint16_t)(len + 20));
	put_be16(p + 4, (uint16_t)(key + 1));
	put_be16(p + 6, frag);
	p[8] = 64;
	p[9] = file.key[key].is_udp ? IP_PROTO_UDP : IP_PROTO_TCP;
	put_be32(p + 12, from ? 0x0a000002 : 0x0a000001);
	put_be32(p + 16, from ? 0x0a000001 : 0x0a000002);
	csum_update(&c, p, 20);
	put_be16(p + 10, (uint16_t)~csum_fold(&c));
	memcpy(p + 20, rest, len);
	file_record(p, len + 20);
}

static void file_ports(uint8_t *p, unsigned key, unsigned from)
{
	uint16_t port[2] = { (uint16_t)(40000 + key), 443 };

	put_be16(p, port[from]);
	put_be16(p + 2, port[!from]);
}

static void file_tcp(unsigned key, unsigned from, uint8_t flags,
		     const char *text, uint32_t len, int32_t back)
{
	struct key *k = &file.key[key];
	uint8_t p[512] = { 0 };

	file_ports(p, key, from);
	put_be32(p + 4, k->seq[from] - (uint32_t)back);
	put_be32(p + 8, k->seq[!from]);
	p[12] = 0x50;
	p[13] = flags;
	memcpy(p + 20, text, len);
	file_ip(key, from, 0, p, 20 + len);
	if (!back)
		k->seq[from] += len + !!(flags & (TCP_F_SYN | TCP_F_FIN));
}

static void file_udp(unsigned key, unsigned from, const char *text,
		     uint32_t len)
{
	struct key *k = &file.key[key];
	uint8_t p[512] = { 0 };

	file_ports(p, key, from);
	put_be16(p + 4, (uint16_t)(8 + len));
	memcpy(p + 8, text, len);
	if (!file.has_frags || len < 16 || chance(4)) {
		file_ip(key, from, 0, p, 8 + len);
		return;
	}
	file_ip(key, from, 0x2000, p, 16);
	k->late_len = len - 8;
	memcpy(k->late, p + 16, k->late_len);
}

static const char hdr_v1[] =
	"PROXY TCP4 203.0.113.7 198.51.100.1 40000 443\r\n";
static const char hdr_spp[] = "\x56\xec\0\0\0\0\0\0\0\0\0\0\xff\xff\xcb\0\x71\7"
			      "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc6\x33\x64\1"
			      "\x9c\x40\0\x35";

static void file_payload(unsigned key, unsigned from)
{
	uint32_t part = chance(sizeof(hdr_v1) - 1);
	int32_t back = chance(8) ? 0 : (int32_t)chance(60);

	switch (chance(6)) {
	case 0:
		file_tcp(key, from, TCP_F_ACK, hdr_v1, sizeof(hdr_v1) - 1,
			 back);
		break;
	case 1:
		file_tcp(key, from, TCP_F_ACK, hdr_v1, part, back);
		break;
	case 2:
		file_tcp(key, from, TCP_F_ACK, hdr_v1 + part,
			 (uint32_t)sizeof(hdr_v1) - 1 - part, back);
		break;
	default:
		file_tcp(key, from, TCP_F_ACK, "GET / HTTP/1.1\r\n\r\n",
			 1 + chance(18), back);
		break;
	}
}

static void file_tcp_packet(unsigned key)
{
	static const uint8_t ends[] = { TCP_F_FIN | TCP_F_ACK,
					TCP_F_FIN | TCP_F_ACK, TCP_F_RST };
	unsigned from = chance(2), what = chance(20);

	if (what == 0) {
		if (chance(3))
			file.key[key].seq[0] = chance(UINT32_MAX);
		file_tcp(key, 0, TCP_F_SYN, "", 0, chance(3) ? 0 : 1);
	} else if (what == 1) {
		file_tcp(key, 1, TCP_F_SYN | TCP_F_ACK, "", 0, 0);
	} else if (what == 2) {
		file_tcp(key, from, ends[chance(3)], "", 0, 0);
	} else if (what < 7) {
		file_tcp(key, from, TCP_F_ACK, "", 0, 0);
	} else {
		file_payload(key, from);
	}
}

static void file_udp_packet(unsigned key)
{
	struct key *k = &file.key[key];

	if (k->late_len && chance(2)) {
		file_ip(key, 0, 2, k->late, k->late_len);
		k->late_len = 0;
	} else if (chance(4) == 0) {
		file_udp(key, 0, hdr_spp, sizeof(hdr_spp) - 1);
	} else {
		file_udp(key, chance(2), "some words that are a datagram", 30);
	}
}

/* file_wait() - time goes on: mostly a bit, at times for longer than flows
 * live, and now and then back. @odd: one of so many is out of the ordinary
 */
static void file_wait(uint32_t odd)
{
	static const int32_t steps_ms[] = { 1,	   4900,    5100,   119000,
					    61000, 3601000, -10,    -900,
					    -1100, -7000,   -130000 };

	file.us += chance(1000);
	if (chance(odd) == 0)
		file.us += (uint64_t)(int64_t)
				   steps_ms[chance(ARRAY_SIZE(steps_ms))] *
			   1000;
}

static void make_file(uint64_t seed)
{
	unsigned keys, i;
	uint32_t odd;
	int fd;

	chance_state = seed * 0x9e3779b97f4a7c15ULL + 1;
	for (i = 0; i < 8; i++)
		(void)chance(2);
	file_begin();
	keys = 1 + chance(KEYS);
	odd = chance(2) ? 30 : 1000000;
	file.has_frags = chance(4) == 0;
	for (i = 0; i < keys; i++) {
		file.key[i].is_udp = chance(4) == 0;
		file.key[i].seq[0] = chance(UINT32_MAX);
		file.key[i].seq[1] = chance(UINT32_MAX);
	}
	for (i = 0; i < PACKETS; i++) {
		unsigned key = chance(keys);

		if (file.key[key].is_udp)
			file_udp_packet(key);
		else
			file_tcp_packet(key);
		file_wait(odd);
	}
	fd = open(FILE_NAME, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	CU_ASSERT_FATAL(fd >= 0 &&
			write(fd, file.buf, file.len) == (ssize_t)file.len);
	(void)close(fd);
}

static struct bulk_stat sum;

/* check_form() - @cfg's output, of the file cut somewhere */
static bool check_form(const struct config *cfg, uint64_t seed)
{
	char *want = bulk_text(cfg, FILE_NAME, NULL, &sum);
	bool is_same = true;
	unsigned i;

	for (i = 0; i < CUTS && is_same; i++) {
		struct bulk_spec spec = {
			.threads = i < CUTS - 1 ? 1 : 2,
			.block_bytes = 1 << 18,
			.first_bytes = file.at[1 + chance(file.records - 1)],
			.piece_bytes = i % 2 ? 1 << 18 : 200 + chance(6000),
			.whole_items = i % 3,
			.is_tried = true,
		};
		char *got = bulk_text(cfg, FILE_NAME, &spec, &sum);

		is_same = strcmp(got, want) == 0;
		CU_ASSERT(is_same);
		if (!is_same)
			(void)fprintf(stderr,
				      "seed %llu, pieces %llu + %llu:\n%s%s",
				      (unsigned long long)seed,
				      (unsigned long long)spec.first_bytes,
				      (unsigned long long)spec.piece_bytes,
				      want, got);
		free(got);
	}
	free(want);
	return is_same;
}

static bool check_seed(uint64_t seed)
{
	struct config cfg = {
		.hdr_max = 4096,
		.max_flows = seed % 5 ? 1000 : 8,
		.max_memory_bytes = seed % 7 ? 1 << 22 : 100000,
		.idle_ms = 3600000,
		.udp_idle_ms = 60000,
		.threads = 1,
		.is_quiet = true,
		.decode = { .port_count = 2,
			    .port = { { VXLAN_PORT, TUNNEL_VXLAN },
				      { GENEVE_PORT, TUNNEL_GENEVE } } },
	};

	make_file(seed);
	cfg.want_json = seed % 4 != 0;
	cfg.output.format = cfg.want_json ? OUTPUT_JSON : OUTPUT_TEXT;
	if (!check_form(&cfg, seed))
		return false;
	cfg.output.want_summary = true;
	cfg.want_json = seed % 16 != 0;
	return check_form(&cfg, seed);
}

static void test_captures_by_chance(void)
{
	const char *range = getenv("TRIAL_SEEDS");
	/* frames too old at the cut; fragments on both sides of it */
	static const uint64_t rare[] = { 379, 434, 868, 959 };
	uint64_t first = 1, last = 150, seed;
	char *end;
	size_t i;

	if (range) {
		first = strtoull(range, &end, 10);
		last = strtoull(end + (*end == '-'), NULL, 10);
	}
	for (seed = first; seed <= last; seed++)
		if (!check_seed(seed))
			break;
	for (i = 0; i < ARRAY_SIZE(rare) && !range; i++)
		(void)check_seed(rare[i]);
	(void)unlink(FILE_NAME);
	/* else nothing was tested */
	CU_ASSERT(sum.merged > sum.tried / 4);
	CU_ASSERT(sum.joined > sum.tried / 16);
	(void)fprintf(stderr, "%llu tried, %llu merged, %llu joined\n",
		      (unsigned long long)sum.tried,
		      (unsigned long long)sum.merged,
		      (unsigned long long)sum.joined);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "captures by chance", test_captures_by_chance },
	};

	return unit_main("inspect_trial", tests, ARRAY_SIZE(tests));
}
