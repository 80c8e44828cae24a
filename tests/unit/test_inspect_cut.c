/* SPDX-License-Identifier: BSD-2-Clause */
/* test_inspect_cut.c - a file that two threads cut once (bulk.h) is told like
 * by one: conversations of all kinds go on behind the cut, after each of their
 * packets; and what cannot be joined is not.
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

#define FILE_NAME "test_inspect_cut.tmp.pcap"
#define FILE_SIZE (17U << 20)
/* the place of the cut, and room for what makes the file a bit longer */
#define FILE_CUT    (FILE_SIZE / 256 * 132)
#define FILE_MORE   (1U << 17)
#define PAD_LEN	    60000U
#define SECOND	    1000000LL /* microseconds */
#define STEPS	    12
#define MANY_BEFORE 40000U
#define MANY_BEHIND 30000U
/* more flows than the part behind the cut may have */
#define TOO_MANY 33000U

#define S  TCP_F_SYN
#define SA (TCP_F_SYN | TCP_F_ACK)
#define A  TCP_F_ACK
#define FA (TCP_F_FIN | TCP_F_ACK)
#define R  TCP_F_RST
/* the last step of a conversation */
#define END 0x80

#define V1	    "PROXY TCP4 203.0.113.7 198.51.100.1 40000 443\r\n"
#define V1_OTHER    "PROXY TCP4 203.0.113.8 198.51.100.1 40001 443\r\n"
#define V1_LEN	    47U
#define V1_HEAD	    "PROXY TCP4 203.0.113"
#define V1_HEAD_LEN 20U
#define V1_MIDDLE   ".7 198.51.100"
#define V1_LAST	    ".1 40000 443\r\n"
#define V1_TAIL	    ".7 198.51.100.1 40000 443\r\n"

/* A packet of a conversation: @from the client (0) or the origin (1), @text @at
 * this place in what that end sends, where its SYN is 0
 */
struct step {
	uint8_t from;
	uint8_t flags;
	uint16_t at;
	const char *text;
};

#define SHAKE                              \
	{ 0, S, 0, "" }, { 1, SA, 0, "" }, \
	{                                  \
		0, A, 1, ""                \
	}

/* @is_udp: datagrams; @has_toa: an option in the client's packets */
struct kind {
	bool is_udp;
	bool has_toa;
	struct step step[STEPS];
};

static const struct kind kinds[] = {
	{ .step = { SHAKE,
		    { 0, A, 1, V1 },
		    { 1, A, 1, "HTTP/1.1 200 OK" },
		    { 0, A, 1 + V1_LEN, "GET / HTTP/1.1" },
		    { 1, A, 16, "" },
		    { 0, FA, 62, "" },
		    { 1, FA, 16, "" },
		    { 0, A | END, 63, "" } } },
	/* in two segments, the second one first; one is sent again */
	{ .step = { SHAKE,
		    { 0, A, 1 + V1_HEAD_LEN, V1_TAIL },
		    { 0, A, 1, V1_HEAD },
		    { 1, A, 1, "" },
		    { 0, A, 1 + V1_HEAD_LEN, V1_TAIL },
		    { 0, A, 1 + V1_LEN, "text" },
		    { 1, R | END, 1, "" } } },
	/* in three segments, the middle one of which comes last */
	{ .step = { SHAKE,
		    { 0, A, 1, V1_HEAD },
		    { 0, A, 34, V1_LAST },
		    { 0, A, 1 + V1_LEN, "GET / HTTP/1.1" },
		    { 0, A, 62, "Host: there" },
		    { 0, A, 1 + V1_HEAD_LEN, V1_MIDDLE },
		    { 0, A, 73, "more" },
		    { 0, A, 77, "more" },
		    { 1, A | END, 1, "" } } },
	/* two headers; and the same ports once more */
	{ .step = { SHAKE,
		    { 0, A, 1, V1 },
		    { 0, A, 1 + V1_LEN, V1_OTHER },
		    { 0, FA, 1 + 2 * V1_LEN, "" },
		    { 1, FA, 1, "" },
		    { 0, S, 40000, "" },
		    { 1, SA, 40000, "" },
		    { 0, A | END, 40001, V1 } } },
	{ .has_toa = true,
	  .step = { SHAKE,
		    { 0, A, 1, "GET /" },
		    { 1, A, 1, "HTTP/1.1 200 OK" },
		    { 0, A, 6, "more" },
		    { 1, FA, 16, "" },
		    { 0, FA | END, 10, "" } } },
	/* the origin speaks first, the header is late */
	{ .step = { SHAKE,
		    { 1, A, 1, "220 here" },
		    { 1, A, 9, "220 and here" },
		    { 0, A, 1, V1 },
		    { 0, A, 1 + V1_LEN, "EHLO" },
		    { 0, A, 52, "MAIL" },
		    { 0, A, 56, "DATA" },
		    { 0, A | END, 60, "." } } },
	/* nothing, and a place that is left open */
	{ .step = { SHAKE,
		    { 0, A, 1, "SSH-2.0-x" },
		    { 1, A, 1, "SSH-2.0-y" },
		    { 0, A, 20, "later" },
		    { 1, A, 10, "answer" },
		    { 0, A, 10, "0123456789" },
		    { 0, A, 25, "" },
		    { 1, A | END, 16, "" } } },
	{ .is_udp = true,
	  .step = { { 0, 0, 0, V1 },
		    { 1, 0, 0, "answer" },
		    { 0, 0, 0, "some words that are a datagram" },
		    { 0, 0, 0, "others" },
		    { 1, END, 0, "answer" } } },
	{ .is_udp = true,
	  .step = { { 0, 0, 0, "SPP" },
		    { 1, 0, 0, "SPP" },
		    { 0, 0, 0, "SPP" },
		    { 1, 0, 0, "SPP" },
		    { 0, 0, 0, "bare" },
		    { 1, END, 0, "SPP" } } },
};

static const char spp[] = "\x56\xec\0\0\0\0\0\0\0\0\0\0\xff\xff\xcb\0\x71\7"
			  "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc6\x33\x64\1"
			  "\x9c\x40\0\x35";

static struct file {
	int64_t us;
	uint32_t pad_seq;
	size_t len;
	uint8_t buf[FILE_SIZE + FILE_MORE];
} file;

/* A packet under way: who sends it, and what stands behind the IP header. */
struct rest {
	bool is_v6;
	bool is_udp;
	uint32_t client;
	unsigned from;
	uint32_t len;
	uint8_t buf[PAD_LEN];
};

static struct rest rest;

static void file_begin(void)
{
	memset(&file, 0, sizeof(file));
	pcap_put_head(file.buf, LINK_RAW);
	file.len = PCAP_PUT_HEAD;
	file.us = 1700000000 * SECOND;
}

/* file_record() - Return: where its @len bytes are to stand */
static uint8_t *file_record(uint32_t len)
{
	uint8_t *p = file.buf + file.len;

	CU_ASSERT_FATAL(file.len + PCAP_PUT_RECORD + len <= sizeof(file.buf));
	file.us += 20;
	pcap_put_record(p, (uint64_t)file.us, len);
	file.len += PCAP_PUT_RECORD + len;
	return p + PCAP_PUT_RECORD;
}

/* file_packet() - @rest behind an IP header */
static void file_packet(void)
{
	uint32_t hdr = rest.is_v6 ? IP6_HDR_LEN : IP4_HDR_LEN;
	uint8_t *p = file_record(hdr + rest.len);
	uint8_t *end[] = { p + (rest.is_v6 ? 20 : 12),
			   p + (rest.is_v6 ? 36 : 16) };
	struct csum c = { 0 };

	memset(p, 0, hdr);
	put_be32(end[rest.from], rest.client);
	put_be32(end[!rest.from], 0x0a000001);
	if (rest.is_v6) {
		p[0] = 0x60;
		put_be16(p + 4, (uint16_t)rest.len);
		p[6] = rest.is_udp ? IP_PROTO_UDP : IP_PROTO_TCP;
	} else {
		p[0] = 0x45;
		put_be16(p + 2, (uint16_t)(hdr + rest.len));
		p[9] = rest.is_udp ? IP_PROTO_UDP : IP_PROTO_TCP;
		csum_update(&c, p, hdr);
		put_be16(p + 10, (uint16_t)~csum_fold(&c));
	}
	memcpy(p + hdr, rest.buf, rest.len);
}

/* rest_begin() - of @client's port @port, sent @from one of the ends */
static void rest_begin(bool is_v6, bool is_udp, uint32_t client, uint16_t port,
		       unsigned from)
{
	rest.is_v6 = is_v6;
	rest.is_udp = is_udp;
	rest.client = client;
	rest.from = from;
	memset(rest.buf, 0, 60);
	put_be16(rest.buf + (size_t)from * 2, port);
	put_be16(rest.buf + (size_t)!from * 2, 443);
}

static void rest_tcp(uint8_t flags, uint32_t seq, bool has_toa,
		     const char *text)
{
	static const uint8_t toa[8] = { 254, 8, 0x9c, 0x40, 203, 0, 113, 9 };
	uint32_t hdr = TCP_HDR_LEN + (has_toa ? sizeof(toa) : 0);

	put_be32(rest.buf + 4, seq);
	rest.buf[12] = (uint8_t)(hdr / 4 << 4);
	rest.buf[13] = flags;
	memcpy(rest.buf + TCP_HDR_LEN, toa, sizeof(toa));
	memcpy(rest.buf + hdr, text, strlen(text));
	rest.len = hdr + (uint32_t)strlen(text);
}

static void rest_udp(const char *text)
{
	uint32_t len = (uint32_t)strlen(text);

	if (strcmp(text, "SPP") == 0) {
		text = spp;
		len = sizeof(spp) - 1;
	}
	put_be16(rest.buf + 4, (uint16_t)(8 + len));
	memcpy(rest.buf + 8, text, len);
	rest.len = 8 + len;
}

static void file_step(const struct kind *k, const struct step *s, bool is_v6,
		      uint32_t client)
{
	uint32_t isn = s->from ? 0x10000000 : 0xfffffff0;
	bool has_toa = k->has_toa && !s->from && !is_v6;

	rest_begin(is_v6, k->is_udp, client, 40000, s->from);
	if (k->is_udp)
		rest_udp(s->text);
	else
		rest_tcp(s->flags & ~END, isn + s->at, has_toa, s->text);
	file_packet();
}

/* kind_steps() - of a conversation */
static unsigned kind_steps(const struct kind *k)
{
	unsigned n = 0;

	while (!(k->step[n++].flags & END))
		;
	return n;
}

/* file_turn() - packet @n of each conversation that is on this side of the cut:
 * of each kind there is one that is cut before each of its packets
 */
static void file_turn(unsigned n, bool is_behind)
{
	uint32_t client = 0x0a010000;
	unsigned i, cut, is_v6;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		for (cut = 0; cut <= kind_steps(&kinds[i]); cut++)
			for (is_v6 = 0; is_v6 < 2; is_v6++, client++)
				if (n < kind_steps(&kinds[i]) &&
				    (n >= cut) == is_behind)
					file_step(&kinds[i], &kinds[i].step[n],
						  is_v6, client);
}

static void file_turns(bool is_behind)
{
	unsigned n;

	for (n = 0; n < STEPS; n++)
		file_turn(n, is_behind);
}

/* file_odd() - what no conversation before the cut has: its frame is told */
static void file_odd(void)
{
	rest_begin(false, false, 0x0a030000, 40000, 0);
	rest_tcp(S, 0, false, "");
	file_packet();
	rest_begin(false, false, 0x0a030000, 40000, 0);
	rest_tcp(A, 1, false, "PROXY TCP4 203.0.113.7 198.51.100.1 x 443\r\n");
	file_packet();
}

/* file_many() - attempts of @n clients, from @first on */
static void file_many(uint32_t first, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		rest_begin(false, false, first + i, 40000, 0);
		rest_tcp(S, i, false, "");
		file_packet();
	}
}

/* file_pad() - up to @len bytes and a bit, of one connection */
static void file_pad(size_t len)
{
	while (file.len < len) {
		rest_begin(false, false, 0x0a020000, 50000, 0);
		rest_tcp(A, file.pad_seq, false, "");
		rest.len = PAD_LEN - IP4_HDR_LEN;
		file.pad_seq += rest.len - TCP_HDR_LEN;
		file_packet();
	}
}

/* file_pad_cut() - to behind the cut */
static void file_pad_cut(void)
{
	file_pad(FILE_CUT + FILE_MORE);
}

static void file_write(void)
{
	int fd;

	file_pad(FILE_SIZE);
	fd = open(FILE_NAME, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	CU_ASSERT_FATAL(fd >= 0 &&
			write(fd, file.buf, file.len) == (ssize_t)file.len);
	(void)close(fd);
}

/* check_file() - Return: what was tried of it */
static struct bulk_stat check_file(void)
{
	static const struct config cfg = {
		.hdr_max = 4096,
		.want_json = true,
		.max_flows = 1000000,
		.max_memory_bytes = 64 << 20,
		.idle_ms = 3600000,
		.udp_idle_ms = 60000,
		.is_quiet = true,
		.has_toa_kind = true,
		.toa_kind = { [254] = true },
		.output = { .format = OUTPUT_JSON, .want_summary = true },
	};
	const struct bulk_spec spec = { .threads = 2,
					.block_bytes = BULK_BLOCK_BYTES };
	struct bulk_stat none = { 0 }, stat = { 0 };
	char *want, *got;

	file_write();
	want = bulk_text(&cfg, FILE_NAME, NULL, &none);
	got = bulk_text(&cfg, FILE_NAME, &spec, &stat);
	CU_ASSERT_STRING_EQUAL(got, want);
	if (strcmp(got, want) != 0)
		(void)fprintf(stderr, "%s%s", want, got);
	free(want);
	free(got);
	(void)unlink(FILE_NAME);
	return stat;
}

/* check_crossing() - conversations stop for @us at the cut */
static void check_crossing(int64_t us)
{
	struct bulk_stat stat;

	file_begin();
	file_turns(false);
	file_pad_cut();
	file.us += us;
	file_turns(true);
	file_odd();
	stat = check_file();
	CU_ASSERT_EQUAL(stat.tried, 1);
	CU_ASSERT_EQUAL(stat.joined, 1);
}

static void test_conversations_go_on(void)
{
	check_crossing(0);
}

/* What was closed is over by then; what comes is another one. */
static void test_conversations_go_on_later(void)
{
	check_crossing(6 * SECOND);
	check_crossing(61 * SECOND);
}

/* The order in which addresses come would matter: nothing is joined. */
static void test_addresses_are_too_many(void)
{
	struct bulk_stat stat;

	file_begin();
	file_turns(false);
	file_many(0x0b000000, MANY_BEFORE);
	file_pad_cut();
	file_many(0x0c000000, MANY_BEHIND);
	file_turns(true);
	stat = check_file();
	CU_ASSERT_EQUAL(stat.tried, 1);
	CU_ASSERT_EQUAL(stat.merged, 1);
	CU_ASSERT_EQUAL(stat.joined, 0);
}

/* as many as are counted one by one */
static void test_addresses_are_many(void)
{
	struct bulk_stat stat;

	file_begin();
	file_turns(false);
	file_many(0x0b000000, MANY_BEFORE / 4);
	file_pad_cut();
	file_many(0x0b000000, MANY_BEHIND / 2);
	file_turns(true);
	stat = check_file();
	CU_ASSERT_EQUAL(stat.joined, 1);
}

/* The trial ends soon: what is left is cut again. */
static void test_flows_are_too_many(void)
{
	struct bulk_stat stat;

	file_begin();
	file_turns(false);
	file_pad_cut();
	file_turns(true);
	file_many(0x0b000000, TOO_MANY);
	file_turns(true);
	stat = check_file();
	CU_ASSERT(stat.tried > 0);
	CU_ASSERT(stat.tried > 1 || !stat.joined);
}

/* The trial ends late: what it found is taken over, one thread reads the rest.
 */
static void test_time_goes_back(void)
{
	struct bulk_stat stat;

	file_begin();
	file_turns(false);
	file_pad_cut();
	file.us += 10 * SECOND;
	file_turns(true);
	file_pad(FILE_SIZE - (2U << 20));
	file.us -= 3 * SECOND;
	file_turns(true);
	stat = check_file();
	CU_ASSERT(stat.merged > 0);
	CU_ASSERT_EQUAL(stat.joined, 0);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "conversations go on", test_conversations_go_on },
		{ "they go on later", test_conversations_go_on_later },
		{ "too many addresses", test_addresses_are_too_many },
		{ "many addresses", test_addresses_are_many },
		{ "too many flows", test_flows_are_too_many },
		{ "time goes back", test_time_goes_back },
	};

	return unit_main("inspect_cut", tests, ARRAY_SIZE(tests));
}
