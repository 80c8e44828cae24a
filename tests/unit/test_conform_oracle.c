/* SPDX-License-Identifier: BSD-2-Clause */
/* test_conform_oracle.c - reading whom an origin believed, and what a probe
 * makes of its answer
 */
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conform/oracle.h"
#include "conform/probe.h"
#include "harness.h"
#include "wire/wire.h"

static const struct endpoint self = {
	.addr = { IP_V4, { 192, 0, 2, 9 } },
	.port = 4242,
};

/* the first claim: 198.18.100.100, 2001:db8:5eed::6464, port 20000 */
static enum identity_kind ask(const char *oracle, const char *reply)
{
	const struct claim claim = claim_nth(0);
	const struct oracle_question q = { &claim, &self,
					   (const uint8_t *)reply,
					   strlen(reply) };
	char err[ORACLE_ERR_MAX];
	struct identity id;
	struct oracle o;

	CU_ASSERT_FATAL(oracle_parse(oracle, &o, err));
	CU_ASSERT_EQUAL(oracle_mark(&o), 0);
	/* only what is late may say more later */
	CU_ASSERT_EQUAL(oracle_ask(&o, &q, &id),
			oracle_is_late(&o) && id.kind != IDENTITY_CLAIM);
	oracle_fini(&o);
	return id.kind;
}

#define WHOAMI(addr, port)                                                     \
	"{\"v\":1,\"type\":\"whoami\",\"client\":\"" addr "\",\"cport\":" port \
	",\"dst\":null}\nhello\n"

static void test_echo(void)
{
	CU_ASSERT_EQUAL(ask("echo", WHOAMI("198.18.100.100", "20000")),
			IDENTITY_CLAIM);
	CU_ASSERT_EQUAL(ask("echo", WHOAMI("2001:db8:5eed::6464", "20000")),
			IDENTITY_CLAIM);
	CU_ASSERT_EQUAL(ask("echo", WHOAMI("::ffff:198.18.100.100", "20000")),
			IDENTITY_CLAIM);
	CU_ASSERT_EQUAL(ask("echo", WHOAMI("198.18.100.100", "20001")),
			IDENTITY_OTHER);
	CU_ASSERT_EQUAL(ask("echo", WHOAMI("192.0.2.9", "4242")),
			IDENTITY_REAL);
	CU_ASSERT_EQUAL(ask("echo", WHOAMI("192.0.2.9", "1")), IDENTITY_OTHER);
	CU_ASSERT_EQUAL(ask("echo", "{\"type\":\"whoami\","
				    "\"client\":\"198.18.100.100\"}\n"),
			IDENTITY_CLAIM);
	CU_ASSERT_EQUAL(ask("echo", "hello\n"), IDENTITY_UNKNOWN);
	CU_ASSERT_EQUAL(ask("echo", ""), IDENTITY_UNKNOWN);
}

static void test_http(void)
{
	const char *const o = "http:/ip:^client=([^ ]*)( port=([0-9]+))?$";

	CU_ASSERT_EQUAL(ask("http:/ip:^client=([0-9.a-f:]*)",
			    "HTTP/1.1 200 OK\r\n\r\nclient=198.18.100.100\n"),
			IDENTITY_CLAIM);
	CU_ASSERT_EQUAL(ask("http:/:x-client: ([0-9.]+):([0-9]+)",
			    "x-client: 198.18.100.100:20000\r\n"),
			IDENTITY_CLAIM);
	CU_ASSERT_EQUAL(ask("http:/:x-client: ([0-9.]+):([0-9]+)",
			    "x-client: 198.18.100.100:20\r\n"),
			IDENTITY_OTHER);
	CU_ASSERT_EQUAL(ask(o, "nothing\n"), IDENTITY_UNKNOWN);
	CU_ASSERT_EQUAL(ask(o, "client=-\n"), IDENTITY_UNSET);
	CU_ASSERT_EQUAL(ask("behaviour", "client=198.18.100.100"),
			IDENTITY_UNKNOWN);
}

/* Of several matches the claim counts, wherever it stands. */
static void test_matches(void)
{
	static char text[70000];

	CU_ASSERT_EQUAL(ask("http:/:ip=([0-9.]+)",
			    "ip=198.18.100.100 ip=192.0.2.1\n"),
			IDENTITY_CLAIM);
	CU_ASSERT_EQUAL(ask("http:/:ip=([0-9.]+)",
			    "ip=192.0.2.1 ip=198.18.100.100\n"),
			IDENTITY_CLAIM);
	CU_ASSERT_EQUAL(ask("http:/:ip=([0-9.]+)",
			    "ip=192.0.2.1 ip=192.0.2.9\n"),
			IDENTITY_REAL);
	/* an expression that matches nothing at all, and does so for ever */
	CU_ASSERT_EQUAL(ask("http:/:(x*)", "y"), IDENTITY_UNSET);
	/* an answer of more than is read */
	memset(text, 'x', sizeof(text) - 1);
	CU_ASSERT_EQUAL(ask("http:/:ip=([0-9.]+)", text), IDENTITY_UNKNOWN);
}

static void test_commands(void)
{
	CU_ASSERT_EQUAL(ask("cmd:echo $TP_CLAIM4", ""), IDENTITY_CLAIM);
	CU_ASSERT_EQUAL(ask("cmd:echo $TP_CLAIM6", ""), IDENTITY_CLAIM);
	CU_ASSERT_EQUAL(ask("cmd:echo -", ""), IDENTITY_UNSET);
	CU_ASSERT_EQUAL(ask("cmd:echo 192.0.2.9", ""), IDENTITY_REAL);
	CU_ASSERT_EQUAL(ask("cmd:test $TP_CLAIM_PORT:$TP_REAL_PORT = "
			    "20000:4242 && echo $TP_CLAIM4",
			    ""),
			IDENTITY_CLAIM);
	CU_ASSERT_EQUAL(ask("cmd:true", ""), IDENTITY_UNKNOWN);
}

/* A path that just fits, and one that does not */
static void test_long_path(void)
{
	char text[sizeof(((struct oracle *)0)->arg) + 16];
	char err[ORACLE_ERR_MAX];
	struct oracle o;
	size_t len = sizeof(o.arg) - 1;

	memset(text, 'x', sizeof(text));
	text[0] = 'l';
	text[1] = 'o';
	text[2] = 'g';
	text[3] = ':';
	(void)snprintf(text + 4 + len, 8, ":(a)");
	CU_ASSERT(oracle_parse(text, &o, err));
	CU_ASSERT_EQUAL(strlen(o.arg), len);
	oracle_fini(&o);
	text[4 + len] = 'x';
	(void)snprintf(text + 5 + len, 8, ":(a)");
	CU_ASSERT(!oracle_parse(text, &o, err));
	oracle_fini(&o);
}

static void test_parse_errors(void)
{
	static const char *const list[] = {
		"",	     "nonsense", "echo:x",	"log",
		"log:/x",    "log:/x:",	 "http:/",	"http:/:nope",
		"log:/x:(",  "cmd:",	 "behaviour:x", "log::(x)",
		"http::(x)", "pcap",	 "pcap:",	"toa-stats",
		"cmd",	     "http",
	};
	char err[ORACLE_ERR_MAX];
	struct oracle o;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(list); i++) {
		err[0] = '\0';
		CU_ASSERT(!oracle_parse(list[i], &o, err));
		CU_ASSERT(err[0] != '\0');
		oracle_fini(&o);
	}
}

/* lines that were there before, then @text */
static enum identity_kind ask_log(const char *format, const char *text)
{
	const struct claim claim = claim_nth(0);
	const struct oracle_question q = { &claim, &self, NULL, 0 };
	char path[] = "/tmp/tp-oracle-XXXXXX", name[128], err[ORACLE_ERR_MAX];
	int fd = mkstemp(path);
	struct identity id;
	struct oracle o;

	CU_ASSERT_FATAL(fd >= 0);
	CU_ASSERT(write(fd, "198.18.100.100 - - [old] \"x\"\n", 29) == 29);
	(void)snprintf(name, sizeof(name), "log:%s:%s", path, format);
	CU_ASSERT_FATAL(oracle_parse(name, &o, err));
	CU_ASSERT(oracle_is_late(&o));
	CU_ASSERT_EQUAL(oracle_mark(&o), 0);
	CU_ASSERT(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	CU_ASSERT_EQUAL(oracle_ask(&o, &q, &id), id.kind != IDENTITY_CLAIM);
	oracle_fini(&o);
	(void)close(fd);
	(void)unlink(path);
	return id.kind;
}

static void test_logs(void)
{
	static const char line[] = "198.18.100.100 - - [x] \"y\"\n";
	static char many[70000];

	/* the document's two formats */
	CU_ASSERT_EQUAL(ask_log("nginx",
				"198.18.100.100 - 43.132.85.50 "
				"[28/Apr/2023:15:19:59 +0800] TCP 3 3 0.1\n"),
			IDENTITY_CLAIM);
	CU_ASSERT_EQUAL(ask_log("nginx", "- - 43.132.85.50 [28/Apr/2023:15:"
					 "19:59 +0800] TCP 0 0 0.000\n"),
			IDENTITY_UNSET);
	CU_ASSERT_EQUAL(ask_log("python",
				"198.18.100.100 - - [26/Apr/2023 17:52:37] "
				"\"GET / HTTP/1.1\" 200 -\n"),
			IDENTITY_CLAIM);
	CU_ASSERT_EQUAL(ask_log("haproxy",
				"haproxy[1]: 198.18.100.100:20000 "
				"[22/Nov/2026:10:00:00.000] f b/s 0/0/1 5\n"),
			IDENTITY_CLAIM);
	/* a line of a trial before, and one that is not whole yet */
	CU_ASSERT_EQUAL(ask_log("python", "198.18.100.101 - - [x] \"y\"\n"),
			IDENTITY_UNKNOWN);
	CU_ASSERT_EQUAL(ask_log("python", "198.18.100.100 - - [x] \"y\""),
			IDENTITY_UNKNOWN);
	CU_ASSERT_EQUAL(ask_log("python", ""), IDENTITY_UNKNOWN);
	CU_ASSERT_EQUAL(ask_log("python", "192.0.2.9 - - [x] \"y\"\n"
					  "198.18.100.100 - - [x] \"y\"\n"),
			IDENTITY_CLAIM);
	/* more than is read at a time */
	memset(many, 'x', sizeof(many) - 1);
	memcpy(many, line, sizeof(line) - 1);
	many[30000] = '\n';
	CU_ASSERT_EQUAL(ask_log("python", many), IDENTITY_CLAIM);
}

/* a toa_stats table in @path, two CPUs */
static void put_stats(const char *path, unsigned ok, unsigned mismatch,
		      unsigned empty)
{
	FILE *f = fopen(path, "w");

	CU_ASSERT_FATAL(f != NULL);
	(void)fprintf(f,
		      "                                  CPU0       CPU1\n"
		      "syn_recv_sock_toa            :     865        858\n"
		      "getname_toa_ok               :      10         %2u\n"
		      " getname_toa_mismatch:%u\n"
		      "getname_toa_bypass       :         0          0 \n"
		      "getname_toa_empty        : %u 12757 \n",
		      ok, mismatch, empty);
	(void)fclose(f);
}

static char stats_said[128];

static enum identity_kind ask_stats(struct oracle *o, bool *ret_may_change)
{
	static const struct oracle_question q = { 0 };
	struct identity id;

	*ret_may_change = oracle_ask(o, &q, &id);
	(void)snprintf(stats_said, sizeof(stats_said), "%s", id.text);
	return id.kind;
}

static void test_stats(void)
{
	char path[] = "/tmp/tp-stats-XXXXXX", text[64], err[ORACLE_ERR_MAX];
	struct toa_stats stats;
	struct oracle o;
	bool may_change;
	int fd = mkstemp(path);

	CU_ASSERT_FATAL(fd >= 0);
	(void)close(fd);
	put_stats(path, 2, 3, 5);
	CU_ASSERT_EQUAL(oracle_stats_read(path, &stats), 0);
	CU_ASSERT_EQUAL(stats.ok, 12);
	CU_ASSERT_EQUAL(stats.mismatch, 3);
	CU_ASSERT_EQUAL(stats.bypass, 0);
	CU_ASSERT_EQUAL(stats.empty, 12762);
	(void)snprintf(text, sizeof(text), "toa-stats:%s", path);
	CU_ASSERT_FATAL(oracle_parse(text, &o, err));
	CU_ASSERT_EQUAL(oracle_mark(&o), 0);
	CU_ASSERT_EQUAL(ask_stats(&o, &may_change), IDENTITY_UNKNOWN);
	CU_ASSERT(may_change);
	/* nobody was named; a name may follow */
	put_stats(path, 2, 3, 6);
	CU_ASSERT_EQUAL(ask_stats(&o, &may_change), IDENTITY_REAL);
	CU_ASSERT(may_change);
	put_stats(path, 2, 4, 5);
	CU_ASSERT_EQUAL(ask_stats(&o, &may_change), IDENTITY_REAL);
	put_stats(path, 3, 3, 6);
	CU_ASSERT_EQUAL(ask_stats(&o, &may_change), IDENTITY_CLAIM);
	CU_ASSERT_FALSE(may_change);
	put_stats(path, 4, 6, 8);
	(void)ask_stats(&o, &may_change);
	CU_ASSERT_STRING_EQUAL(stats_said, "getname_toa_ok +2, mismatch +3, "
					   "bypass +0, empty +3");
	/* loaded anew; seen by one of them alone, too */
	put_stats(path, 1, 3, 6);
	CU_ASSERT_EQUAL(ask_stats(&o, &may_change), IDENTITY_UNKNOWN);
	put_stats(path, 0, 0, 6);
	CU_ASSERT_EQUAL(ask_stats(&o, &may_change), IDENTITY_UNKNOWN);
	(void)unlink(path);
	CU_ASSERT(oracle_stats_read(path, &stats) < 0);
	CU_ASSERT(oracle_mark(&o) < 0);
	oracle_fini(&o);
}

/* @probe's verdict on an answer */
static enum probe_verdict judge(const char *probe, const char *rx, size_t len,
				bool is_end)
{
	struct probe p = { 0 };
	char err[PROBE_ERR_MAX];
	struct probe_run r;
	enum probe_verdict v;

	CU_ASSERT_FATAL(probe_parse(probe, &p, err));
	CU_ASSERT_FATAL(!probe_begin(&r, &p, 0xbeef));
	v = probe_judge(&r, (const uint8_t *)rx, len, is_end);
	probe_end(&r);
	return v;
}

#define JUDGE(probe, rx) judge(probe, rx, sizeof(rx) - 1, false)
#define TOKEN		 "tp-conform-0000beef\n"

static void test_probes(void)
{
	CU_ASSERT_EQUAL(JUDGE("echo", ""), PROBE_MORE);
	CU_ASSERT_EQUAL(JUDGE("echo", TOKEN), PROBE_SERVED);
	CU_ASSERT_EQUAL(JUDGE("echo", "{\"v\":1}\n" TOKEN), PROBE_SERVED);
	CU_ASSERT_EQUAL(JUDGE("echo", "{\"v\":1}\n"), PROBE_MORE);
	CU_ASSERT_EQUAL(JUDGE("echo", "PROXY TCP4 1 2 3 4\r\n" TOKEN),
			PROBE_LEAK);
	CU_ASSERT_EQUAL(JUDGE("echo", "x" TOKEN), PROBE_LEAK);
	CU_ASSERT_EQUAL(JUDGE("echo", "tp-conform-0000beee\n"), PROBE_MORE);
	CU_ASSERT_EQUAL(JUDGE("http", "HTTP/1.1 200 OK\r\n"), PROBE_SERVED);
	CU_ASSERT_EQUAL(JUDGE("http", "HTTP/1.1 404 No\r\n"), PROBE_SERVED);
	CU_ASSERT_EQUAL(JUDGE("http", "HTTP/1.1 400 Bad\r\n"), PROBE_GARBLED);
	CU_ASSERT_EQUAL(JUDGE("http", "SSH-2.0-OpenSSH"), PROBE_GARBLED);
	CU_ASSERT_EQUAL(JUDGE("redis", "+PONG\r\n"), PROBE_SERVED);
	CU_ASSERT_EQUAL(JUDGE("redis", "-NOAUTH x\r\n"), PROBE_SERVED);
	CU_ASSERT_EQUAL(JUDGE("redis", "-ERR unknown\r\n"), PROBE_GARBLED);
	CU_ASSERT_EQUAL(JUDGE("raw:00", "x"), PROBE_SERVED);
	CU_ASSERT_EQUAL(JUDGE("raw:00:7879", "x"), PROBE_MORE);
	CU_ASSERT_EQUAL(JUDGE("raw:00:7879", "xyz"), PROBE_SERVED);
	CU_ASSERT_EQUAL(JUDGE("raw:00:7879", "xz"), PROBE_GARBLED);
	CU_ASSERT_EQUAL(JUDGE("raw:00:7879", "y"), PROBE_GARBLED);
	/* behind the two bytes of length: id, answer, no error */
	CU_ASSERT_EQUAL(JUDGE("dns", "\0\x11\xbe\xef\x81\x80\0\1\0\0\0\0\0\0"),
			PROBE_SERVED);
	CU_ASSERT_EQUAL(JUDGE("dns", "\0\x11\xbe\xef\x81\x81\0\1\0\0\0\0\0\0"),
			PROBE_GARBLED);
	CU_ASSERT_EQUAL(JUDGE("dns", "\0\x11\xbe\xee\x81\x80\0\1\0\0\0\0\0\0"),
			PROBE_GARBLED);
	CU_ASSERT_EQUAL(JUDGE("tls", "HTTP/1.1 400"), PROBE_GARBLED);
}

#define KEXINIT "\0\0\4\x3c\7\x14"

static void test_greetings(void)
{
	struct probe p = { 0 };
	struct probe_run r;
	char err[PROBE_ERR_MAX];
	const char *greeting = "220-mail\r\n220 ready\r\n";
	size_t len = strlen(greeting), i;

	CU_ASSERT_FATAL(probe_parse("smtp", &p, err));
	CU_ASSERT_FATAL(!probe_begin(&r, &p, 1));
	for (i = 1; i < len; i++) {
		CU_ASSERT_EQUAL(probe_judge(&r, (const uint8_t *)greeting, i,
					    false),
				PROBE_MORE);
		CU_ASSERT_EQUAL(r.request_len, 0);
	}
	CU_ASSERT_EQUAL(probe_judge(&r, (const uint8_t *)greeting, len, false),
			PROBE_MORE);
	CU_ASSERT_EQUAL(r.request_len, 6);
	CU_ASSERT(!memcmp(r.request, "NOOP\r\n", 6));
	/* once */
	CU_ASSERT_EQUAL(probe_judge(&r, (const uint8_t *)greeting, len, false),
			PROBE_MORE);
	CU_ASSERT_EQUAL(r.request_len, 0);
	CU_ASSERT_EQUAL(JUDGE("smtp", "220 x\r\n250 ok\r\n"), PROBE_SERVED);
	/* the header was a command, or two */
	CU_ASSERT_EQUAL(JUDGE("smtp", "220 x\r\n502 what?\r\n250 ok\r\n"),
			PROBE_GARBLED);
	CU_ASSERT_EQUAL(JUDGE("smtp", "220 x\r\n221 bye\r\n"), PROBE_GARBLED);
	CU_ASSERT_EQUAL(JUDGE("smtp", "220 x\r\nPROXY TCP4 1 2 3 4\r\n"),
			PROBE_LEAK);
	CU_ASSERT_EQUAL(JUDGE("smtp", "421 no\r\n"), PROBE_REFUSED);
	CU_ASSERT_EQUAL(JUDGE("smtp", "HTTP/1.1 400"), PROBE_GARBLED);
	CU_ASSERT_EQUAL(JUDGE("ssh", "SSH-2.0-x\r\n"), PROBE_MORE);
	CU_ASSERT_EQUAL(JUDGE("ssh", "SSH-2.0-x\r\n\0\0\4\x3c\7"), PROBE_MORE);
	CU_ASSERT_EQUAL(JUDGE("ssh", "SSH-2.0-x\r\n" KEXINIT), PROBE_SERVED);
	CU_ASSERT_EQUAL(JUDGE("ssh", "SSH-2.0-x\r\nInvalid SSH"),
			PROBE_GARBLED);
	CU_ASSERT_EQUAL(JUDGE("ssh", "SSH-2.0-x\r\n\0\0\4\x3c\7\1"),
			PROBE_GARBLED);
	CU_ASSERT_EQUAL(JUDGE("ssh", "220 x\r\n"), PROBE_GARBLED);
}

#define SPP_ADDR(x) "\0\0\0\0\0\0\0\0\0\0\xff\xff\xc6\x12\x64" x
#define SPP_PORTS   "\x4e\x20\x28\xcb"
#define SPP_SENT    "\x56\xec" SPP_ADDR("d") SPP_ADDR("e") SPP_PORTS
#define WHO	    "{\"v\":1}\n"
#define V2_HEADER                                                          \
	"\r\n\r\n\0\r\nQUIT\n\x21\x12\0\x0c\xc6\x12\x64\x64\xcb\0\x71\x65" \
	"\x4e\x20\x28\xcb"
#define DNS_ANSWER "\xbe\xef\x81\x80\0\1\0\0\0\0\0\0"

/* the answer @rx over UDP to a datagram that began with @sent.
 * Return: the verdict; *@r has the rest
 */
static enum probe_verdict judge_udp(const char *probe, const char *sent,
				    const uint8_t *rx, size_t len,
				    struct probe_run *r)
{
	static struct probe p;
	char err[PROBE_ERR_MAX];

	p = (struct probe) { .is_udp = true, .is_spp = sent != NULL };
	CU_ASSERT_FATAL(probe_parse(probe, &p, err));
	CU_ASSERT_FATAL(!probe_begin(r, &p, 0xbeef));
	if (sent)
		probe_sent(r, (const uint8_t *)sent, PROBE_SPP_BYTES);
	return probe_judge(r, rx, len, false);
}

#define JUDGE_UDP(probe, sent, rx, r) \
	judge_udp(probe, sent, (const uint8_t *)(rx), sizeof(rx) - 1, r)

static void test_spp_reply(void)
{
	uint8_t rx[] = SPP_SENT TOKEN;
	struct probe_run r;
	char text[128];
	size_t i;

	CU_ASSERT_EQUAL(JUDGE_UDP("echo", SPP_SENT, SPP_SENT TOKEN, &r),
			PROBE_SERVED);
	CU_ASSERT_EQUAL(r.reply, PROBE_REPLY_RIGHT);
	CU_ASSERT_STRING_EQUAL(probe_reply_text(&r, text, sizeof(text)), "");
	/* any byte of the header, not the magic number alone */
	for (i = 0; i < PROBE_SPP_BYTES; i++) {
		rx[i] ^= 0x40;
		CU_ASSERT_EQUAL(JUDGE_UDP("echo", SPP_SENT, rx, &r),
				PROBE_SERVED);
		CU_ASSERT_EQUAL(r.reply, PROBE_REPLY_OTHER);
		CU_ASSERT_EQUAL(r.bad_at, i);
		rx[i] ^= 0x40;
	}
	rx[35] ^= 1;
	(void)JUDGE_UDP("echo", SPP_SENT, rx, &r);
	(void)probe_reply_text(&r, text, sizeof(text));
	CU_ASSERT(strstr(text, "byte 35, client's port") != NULL);
	CU_ASSERT_EQUAL(JUDGE_UDP("echo", SPP_SENT, TOKEN, &r), PROBE_SERVED);
	CU_ASSERT_EQUAL(r.reply, PROBE_REPLY_BARE);
	CU_ASSERT_EQUAL(JUDGE_UDP("echo", SPP_SENT, WHO WHO WHO WHO WHO TOKEN,
				  &r),
			PROBE_SERVED);
	CU_ASSERT_EQUAL(r.reply, PROBE_REPLY_BARE);
	CU_ASSERT_EQUAL(JUDGE_UDP("dns", SPP_SENT, DNS_ANSWER, &r),
			PROBE_SERVED);
	CU_ASSERT_EQUAL(r.reply, PROBE_REPLY_BARE);
	CU_ASSERT_EQUAL(JUDGE_UDP("raw:00", SPP_SENT, SPP_SENT "x", &r),
			PROBE_SERVED);
	CU_ASSERT_EQUAL(r.reply, PROBE_REPLY_RIGHT);
	/* a header alone, and one that is read as payload */
	CU_ASSERT_EQUAL(JUDGE_UDP("raw:00", SPP_SENT, SPP_SENT, &r),
			PROBE_MORE);
	CU_ASSERT_EQUAL(JUDGE_UDP("echo", SPP_SENT, WHO SPP_SENT TOKEN, &r),
			PROBE_LEAK);
	CU_ASSERT_EQUAL(JUDGE_UDP("echo", SPP_SENT, SPP_SENT WHO SPP_SENT TOKEN,
				  &r),
			PROBE_LEAK);
	/* none was sent: none can be missed */
	CU_ASSERT_EQUAL(JUDGE_UDP("echo", V2_HEADER "0123456789", TOKEN, &r),
			PROBE_SERVED);
	CU_ASSERT_EQUAL(r.reply, PROBE_REPLY_RIGHT);
}

static void test_reply_header(void)
{
	static const char *const probes[] = { "echo", "dns", "raw:00" };
	struct probe_run r;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(probes); i++) {
		bool is_dns = i == 1;

		CU_ASSERT_EQUAL(is_dns ? JUDGE_UDP("dns", NULL, DNS_ANSWER, &r)
				       : JUDGE_UDP(probes[i], NULL, WHO TOKEN,
						   &r),
				PROBE_SERVED);
		CU_ASSERT_EQUAL(r.reply, PROBE_REPLY_RIGHT);
		CU_ASSERT_EQUAL(is_dns ? JUDGE_UDP("dns", NULL,
						   V2_HEADER DNS_ANSWER, &r)
				       : JUDGE_UDP(probes[i], NULL,
						   V2_HEADER WHO TOKEN, &r),
				PROBE_SERVED);
		CU_ASSERT_EQUAL(r.reply, PROBE_REPLY_HEADER);
	}
	CU_ASSERT_EQUAL(JUDGE_UDP("dns", NULL, SPP_SENT DNS_ANSWER, &r),
			PROBE_SERVED);
	CU_ASSERT_EQUAL(r.reply, PROBE_REPLY_HEADER);
	CU_ASSERT_EQUAL(JUDGE_UDP("echo", NULL,
				  "PROXY TCP4 1 2 3 4\r\n" WHO TOKEN, &r),
			PROBE_SERVED);
	CU_ASSERT_EQUAL(r.reply, PROBE_REPLY_HEADER);
	/* an echo that took the header for payload */
	CU_ASSERT_EQUAL(JUDGE_UDP("echo", NULL, V2_HEADER TOKEN, &r),
			PROBE_LEAK);
	CU_ASSERT_EQUAL(JUDGE_UDP("echo", NULL, WHO V2_HEADER TOKEN, &r),
			PROBE_LEAK);
	/* a header that ends with the datagram, or beyond it */
	CU_ASSERT_EQUAL(JUDGE_UDP("dns", NULL, V2_HEADER, &r), PROBE_GARBLED);
	CU_ASSERT_EQUAL(JUDGE_UDP("dns", NULL,
				  "\r\n\r\n\0\r\nQUIT\n\x21\x12\xff\xff" WHO,
				  &r),
			PROBE_GARBLED);
	CU_ASSERT_EQUAL(JUDGE_UDP("dns", NULL, "PROXY TCP4 1 2 3 4", &r),
			PROBE_GARBLED);
}

/* each prefix of @rx, in memory that ends with it */
static void judge_prefixes(const char *probe, const char *sent, const char *rx,
			   size_t len)
{
	struct probe_run r;
	size_t n;

	for (n = 1; n < len; n++) {
		uint8_t *copy = malloc(n);

		if (!copy)
			abort();
		memcpy(copy, rx, n);
		CU_ASSERT_NOT_EQUAL(judge_udp(probe, sent, copy, n, &r),
				    PROBE_SERVED);
		free(copy);
	}
}

static void test_short_replies(void)
{
	static const char spp[] = SPP_SENT TOKEN, v2[] = V2_HEADER WHO TOKEN,
			  v1[] = "PROXY TCP4 1 2 3 4\r\n" WHO TOKEN;

	judge_prefixes("echo", SPP_SENT, spp, sizeof(spp) - 1);
	judge_prefixes("echo", NULL, spp, sizeof(spp) - 1);
	judge_prefixes("echo", NULL, v2, sizeof(v2) - 1);
	judge_prefixes("echo", NULL, v1, sizeof(v1) - 1);
}

static void test_short_sent(void)
{
	const struct probe p = { .is_udp = true, .is_spp = true };
	struct probe_run r;
	size_t n;

	for (n = 0; n <= PROBE_SPP_BYTES; n++) {
		uint8_t *copy = malloc(n + 1);

		if (!copy)
			abort();
		CU_ASSERT_FATAL(!probe_begin(&r, &p, 1));
		memcpy(copy + 1, SPP_SENT, n);
		probe_sent(&r, copy + 1, n);
		CU_ASSERT_EQUAL(r.has_spp, n == PROBE_SPP_BYTES);
		free(copy);
	}
}

static void test_tls_hello(void)
{
	struct probe p = { .type = PROBE_TLS };
	struct probe_run r;

	CU_ASSERT_FATAL(!probe_begin(&r, &p, 1));
	/* a handshake record, TLS 1.x, ClientHello */
	CU_ASSERT(r.request_len > 100);
	CU_ASSERT_EQUAL(r.request[0], 0x16);
	CU_ASSERT_EQUAL(r.request[1], 0x03);
	CU_ASSERT_EQUAL(r.request[5], 0x01);
	probe_end(&r);
	CU_ASSERT(r.tls == NULL);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "the line of tp-origin", test_echo },
		{ "an expression over an answer", test_http },
		{ "of several matches the claim", test_matches },
		{ "commands", test_commands },
		{ "a path as long as may be", test_long_path },
		{ "what is no oracle is refused", test_parse_errors },
		{ "logs, also the document's two", test_logs },
		{ "toa_stats", test_stats },
		{ "probes judge answers", test_probes },
		{ "greetings", test_greetings },
		{ "the header before an SPP answer", test_spp_reply },
		{ "no header before a UDP answer", test_reply_header },
		{ "short answers", test_short_replies },
		{ "short datagrams carry no SPP header", test_short_sent },
		{ "TLS begins with a ClientHello", test_tls_hello },
	};

	return unit_main("conform_oracle", tests, ARRAY_SIZE(tests));
}
