/* SPDX-License-Identifier: BSD-2-Clause */
/* test_resolve.c - the resolver before a name server that does as it is told.
 *
 * TTLs are whole seconds, so these tests take some; each waits for what it
 * expects. t-resolve.sh has a name server that is not ours.
 */
#include "proxy/resolve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <CUnit/CUnit.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/sock.h"
#include "harness.h"
#include "wire/bytes.h"
#include "wire/wire.h"

#define PATIENCE_MS 15000

/* RFC 1035 4.1.1, 3.2.2; RFC 3596 2.1 */
#define HEADER_BYTES 12
#define TYPE_A	     1
#define TYPE_CNAME   5
#define TYPE_AAAA    28

enum says {
	SAYS_ADDR, /* 192.0.2.N or 2001:db8::N, with N the last byte below */
	SAYS_NONE,
	SAYS_SERVFAIL,
	SAYS_NXDOMAIN,
	SAYS_NOTHING,
};

/* @says:  by family, A first; @last likewise
 * @cname_ttl: if not 0, the answer goes over a CNAME with that TTL
 */
struct fake {
	int fd;
	pthread_t thread;
	atomic_bool is_over;
	atomic_int says[2];
	atomic_uint last[2];
	atomic_uint ttl, cname_ttl;
	atomic_uint asked;
	char at[ENDPOINT_TEXT_MAX];
};

/* A resource record but its name, which is a pointer to the question's */
static size_t put_record(uint8_t *p, uint16_t type, uint32_t ttl,
			 const uint8_t *data, uint16_t len)
{
	put_be16(p, 0xc000 | HEADER_BYTES);
	put_be16(p + 2, type);
	put_be16(p + 4, 1);
	put_be32(p + 6, ttl);
	put_be16(p + 10, len);
	memcpy(p + 12, data, len);
	return 12U + len;
}

/* Makes the question @p of @len bytes an answer. Return: its length, 0: none */
static size_t fake_answer(struct fake *f, uint8_t *p, size_t len)
{
	static const uint8_t alias[] = { 1, 'c', 0xc0, HEADER_BYTES };
	size_t end = HEADER_BYTES;
	uint8_t addr[16] = { 0x20, 0x01, 0x0d, 0xb8 };
	unsigned type, f6, records = 0;
	uint8_t *record;

	while (end < len && p[end])
		end += 1U + p[end];
	end += 5; /* the root label, type and class */
	if (end > len)
		return 0;
	type = get_be16(p + end - 4);
	f6 = type == TYPE_AAAA;
	record = p + end;
	put_be16(p + 2, 0x8180); /* a response, recursion done */
	switch ((enum says)atomic_load(&f->says[f6])) {
	case SAYS_NOTHING:
		return 0;
	case SAYS_SERVFAIL:
		put_be16(p + 2, 0x8182);
		break;
	case SAYS_NXDOMAIN:
		put_be16(p + 2, 0x8183);
		break;
	case SAYS_NONE:
		break;
	case SAYS_ADDR:
		if (!f6)
			memcpy(addr, (const uint8_t[]) { 192, 0, 2, 0 }, 4);
		addr[f6 ? 15 : 3] = (uint8_t)atomic_load(&f->last[f6]);
		if (atomic_load(&f->cname_ttl)) {
			record += put_record(record, TYPE_CNAME,
					     atomic_load(&f->cname_ttl), alias,
					     sizeof(alias));
			records++;
		}
		/* the alias' own name follows the CNAME's twelve bytes */
		record += put_record(record, (uint16_t)type,
				     atomic_load(&f->ttl), addr, f6 ? 16 : 4);
		if (records)
			put_be16(p + end + 12 + sizeof(alias),
				 (uint16_t)(0xc000 | (end + 12)));
		records++;
		break;
	}
	put_be16(p + 6, (uint16_t)records);
	put_be16(p + 8, 0);
	put_be16(p + 10, 0);
	return (size_t)(record - p);
}

static void *fake_run(void *arg)
{
	struct fake *f = arg;

	while (!atomic_load(&f->is_over)) {
		struct pollfd pfd = { .fd = f->fd, .events = POLLIN };
		struct sockaddr_storage from;
		socklen_t from_len = sizeof(from);
		uint8_t buf[1024];
		ssize_t n;
		size_t len;

		if (poll(&pfd, 1, 20) <= 0)
			continue;
		n = recvfrom(f->fd, buf, 512, 0, (struct sockaddr *)&from,
			     &from_len);
		if (n < HEADER_BYTES)
			continue;
		atomic_fetch_add(&f->asked, 1);
		len = fake_answer(f, buf, (size_t)n);
		if (len)
			(void)sendto(f->fd, buf, len, 0,
				     (struct sockaddr *)&from, from_len);
	}
	return NULL;
}

static void fake_start(struct fake *f)
{
	struct endpoint at = { 0 };

	*f = (struct fake) { .fd = -1 };
	ASSERT(endpoint_parse("127.0.0.1:0", 11, &at));
	ASSERT(sock_listen(&at, SOCK_F_UDP, 0, &f->fd) == 0);
	ASSERT(sock_local(f->fd, &at) == 0);
	endpoint_format(&at, f->at);
	atomic_store(&f->ttl, 1);
	atomic_store(&f->last[0], 4);
	atomic_store(&f->last[1], 6);
	ASSERT(pthread_create(&f->thread, NULL, fake_run, f) == 0);
}

static void fake_stop(struct fake *f)
{
	atomic_store(&f->is_over, true);
	pthread_join(f->thread, NULL);
	fd_close(&f->fd);
}

/* Picks all addresses of @o by turns and tells whether @text, a list in any
 * order, names exactly these.
 */
static bool origin_holds(struct origin *o, const char *const *texts, size_t n)
{
	struct ip_addr client = { .family = IP_V4 };
	size_t i, k;

	if (origin_count(o) != n)
		return false;
	for (i = 0; i < n; i++) {
		bool is_there = false;

		for (k = 0; k < n && !is_there; k++) {
			char out[IP_ADDR_TEXT_MAX];
			struct ip_addr a;

			if (!origin_pick(o, &client, false, 0, &a))
				return false;
			is_there = strcmp(ip_addr_format(&a, out), texts[i]) ==
				   0;
		}
		if (!is_there)
			return false;
	}
	return true;
}

#define HOLDS(o, ...)                                                \
	origin_holds(o, (const char *const[]) { __VA_ARGS__ },       \
		     sizeof((const char *const[]) { __VA_ARGS__ }) / \
			     sizeof(const char *))

/* Asserts that @cond comes true before patience ends. */
#define WAIT_FOR(cond)                                                      \
	do {                                                                \
		uint64_t until_ms_ = clock_ms() + PATIENCE_MS;              \
		while (!(cond) && clock_ms() < until_ms_)                   \
			nanosleep(&(struct timespec) { 0, 5000000 }, NULL); \
		CU_ASSERT(cond);                                            \
	} while (0)

static struct resolver *resolver_at(const struct fake *f, struct origin *o,
				    uint64_t wait_ms)
{
	static const char *const names[] = { "a.example" };
	struct resolver_config cfg = { f->at, RESOLVE_TTL_MAX_MS };
	struct resolver *r = NULL;

	ASSERT(resolver_new(&cfg, &r) == 0);
	ASSERT(resolver_add(r, o, names, 1) == 0);
	ASSERT(resolver_start(r, wait_ms) == 0);
	return r;
}

static void test_literals_need_no_server(void)
{
	static const char *const names[] = { "192.0.2.1", "::1", "localhost",
					     "x.LocalHost" };
	struct resolver_config cfg = { "127.0.0.1:1", RESOLVE_TTL_MAX_MS };
	struct origin *o = origin_new();
	struct resolver_stats stats;
	struct resolver *r;

	CU_ASSERT_EQUAL(resolver_new(&cfg, &r), 0);
	CU_ASSERT_EQUAL(resolver_add(r, o, names, ARRAY_SIZE(names)), 0);
	CU_ASSERT(HOLDS(o, "192.0.2.1", "::1", "127.0.0.1"));
	CU_ASSERT_EQUAL(resolver_start(r, 100000), 0);
	resolver_stats(r, &stats);
	CU_ASSERT_EQUAL(stats.queries, 0);
	resolver_free(r);
	resolver_free(NULL);
	origin_free(o);
}

static void test_bad_servers(void)
{
	struct resolver_config cfg = { "not an address", RESOLVE_TTL_MAX_MS };
	struct resolver *r;

	CU_ASSERT_EQUAL(resolver_new(&cfg, &r), -EINVAL);
}

static void test_both_families_and_shared_names(void)
{
	static const char *const names[] = { "a.example", "10.0.0.1" };
	static const char *const upper[] = { "A.Example" };
	struct origin *o = origin_new(), *other = origin_new();
	struct resolver_config cfg = { NULL, RESOLVE_TTL_MAX_MS };
	struct resolver_stats stats;
	struct resolver *r;
	struct fake f;

	fake_start(&f);
	atomic_store(&f.ttl, 100);
	cfg.servers = f.at;
	CU_ASSERT_EQUAL(resolver_new(&cfg, &r), 0);
	CU_ASSERT_EQUAL(resolver_add(r, o, names, 2), 0);
	CU_ASSERT_EQUAL(resolver_add(r, other, upper, 1), 0);
	CU_ASSERT(HOLDS(o, "10.0.0.1"));
	CU_ASSERT_EQUAL(resolver_start(r, PATIENCE_MS), 0);
	CU_ASSERT(HOLDS(o, "192.0.2.4", "2001:db8::6", "10.0.0.1"));
	CU_ASSERT(HOLDS(other, "192.0.2.4", "2001:db8::6"));
	resolver_stats(r, &stats);
	CU_ASSERT_EQUAL(stats.queries, 2);
	CU_ASSERT_EQUAL(stats.answers, 2);
	CU_ASSERT_EQUAL(stats.failures, 0);
	CU_ASSERT_EQUAL(stats.changes, 1);
	CU_ASSERT_EQUAL(atomic_load(&f.asked), 2);
	resolver_free(r);
	fake_stop(&f);
	origin_free(o);
	origin_free(other);
}

static void test_change_is_followed(void)
{
	struct origin *o = origin_new();
	struct resolver *r;
	struct fake f;

	fake_start(&f);
	r = resolver_at(&f, o, PATIENCE_MS);
	CU_ASSERT(HOLDS(o, "192.0.2.4", "2001:db8::6"));
	atomic_store(&f.last[0], 44);
	WAIT_FOR(HOLDS(o, "192.0.2.44", "2001:db8::6"));
	/* a family that is no more goes */
	atomic_store(&f.says[1], SAYS_NONE);
	WAIT_FOR(HOLDS(o, "192.0.2.44"));
	resolver_free(r);
	fake_stop(&f);
	origin_free(o);
}

/* The TTL of a CNAME on the way counts as well. */
static void test_alias_and_ttl(void)
{
	struct origin *o = origin_new();
	struct resolver *r;
	struct fake f;

	fake_start(&f);
	atomic_store(&f.ttl, 1000);
	atomic_store(&f.cname_ttl, 1);
	r = resolver_at(&f, o, PATIENCE_MS);
	CU_ASSERT(HOLDS(o, "192.0.2.4", "2001:db8::6"));
	atomic_store(&f.last[1], 66);
	WAIT_FOR(HOLDS(o, "192.0.2.4", "2001:db8::42"));
	resolver_free(r);
	fake_stop(&f);
	origin_free(o);
}

static void test_failures_keep_addresses(void)
{
	static const enum says ways[][2] = {
		{ SAYS_SERVFAIL, SAYS_NXDOMAIN },
		{ SAYS_NONE, SAYS_NONE },
	};
	struct origin *o = origin_new();
	struct resolver *r;
	struct fake f;
	size_t i;

	fake_start(&f);
	r = resolver_at(&f, o, PATIENCE_MS);
	for (i = 0; i < ARRAY_SIZE(ways); i++) {
		unsigned asked = atomic_load(&f.asked);

		atomic_store(&f.says[0], ways[i][0]);
		atomic_store(&f.says[1], ways[i][1]);
		/* a failure is asked for three times, an answer once */
		WAIT_FOR(atomic_load(&f.asked) >= asked + (i ? 2 : 4));
		CU_ASSERT(HOLDS(o, "192.0.2.4", "2001:db8::6"));
	}
	/* one family fails: the other is followed, its own is kept */
	atomic_store(&f.says[0], SAYS_SERVFAIL);
	atomic_store(&f.says[1], SAYS_ADDR);
	atomic_store(&f.last[1], 9);
	WAIT_FOR(HOLDS(o, "192.0.2.4", "2001:db8::9"));
	atomic_store(&f.says[0], SAYS_ADDR);
	atomic_store(&f.last[0], 8);
	WAIT_FOR(HOLDS(o, "192.0.2.8", "2001:db8::9"));
	resolver_free(r);
	fake_stop(&f);
	origin_free(o);
}

/* What one resolver knows, the next one does not ask for. */
static void test_take_over(void)
{
	static const char *const known[] = { "a.example" };
	static const char *const fresh[] = { "b.example" };
	struct resolver_config cfg = { NULL, RESOLVE_TTL_MAX_MS };
	struct origin *old_o = origin_new(), *o = origin_new();
	struct origin *other = origin_new();
	struct resolver *old, *r = NULL;
	struct fake f;
	unsigned asked;

	fake_start(&f);
	atomic_store(&f.ttl, 100);
	old = resolver_at(&f, old_o, 100000);
	CU_ASSERT(HOLDS(old_o, "192.0.2.4", "2001:db8::6"));
	asked = atomic_load(&f.asked);
	cfg.servers = f.at;
	ASSERT(resolver_new(&cfg, &r) == 0);
	ASSERT(resolver_add(r, o, known, 1) == 0);
	resolver_take_over(r, old);
	CU_ASSERT(HOLDS(o, "192.0.2.4", "2001:db8::6"));
	CU_ASSERT_EQUAL(resolver_start(r, 100000), 0);
	CU_ASSERT_EQUAL(atomic_load(&f.asked), asked);
	resolver_free(r);
	/* a name that is new is asked for, and waited for */
	ASSERT(resolver_new(&cfg, &r) == 0);
	ASSERT(resolver_add(r, o, known, 1) == 0);
	ASSERT(resolver_add(r, other, fresh, 1) == 0);
	resolver_take_over(r, old);
	CU_ASSERT_EQUAL(resolver_start(r, 100000), 0);
	CU_ASSERT(HOLDS(other, "192.0.2.4", "2001:db8::6"));
	CU_ASSERT_EQUAL(atomic_load(&f.asked), asked + 2);
	/* the one that was stopped can go on */
	CU_ASSERT_EQUAL(resolver_start(old, 0), 0);
	resolver_free(r);
	resolver_free(old);
	fake_stop(&f);
	origin_free(other);
	origin_free(old_o);
	origin_free(o);
}

static void test_silent_server_holds_nobody_up(void)
{
	struct origin *o = origin_new();
	uint64_t began_ms = clock_ms();
	struct resolver *r;
	struct fake f;

	fake_start(&f);
	atomic_store(&f.says[0], SAYS_NOTHING);
	atomic_store(&f.says[1], SAYS_NOTHING);
	r = resolver_at(&f, o, 50);
	CU_ASSERT(clock_ms() - began_ms >= 50);
	CU_ASSERT(clock_ms() - began_ms < 1000);
	CU_ASSERT_EQUAL(origin_count(o), 0);
	/* it answers at last */
	atomic_store(&f.says[0], SAYS_ADDR);
	atomic_store(&f.says[1], SAYS_ADDR);
	WAIT_FOR(origin_count(o) == 2);
	/* stopping with questions open */
	atomic_store(&f.says[0], SAYS_NOTHING);
	atomic_store(&f.says[1], SAYS_NOTHING);
	began_ms = atomic_load(&f.asked);
	WAIT_FOR(atomic_load(&f.asked) > began_ms);
	began_ms = clock_ms();
	resolver_free(r);
	CU_ASSERT(clock_ms() - began_ms < 1000);
	fake_stop(&f);
	origin_free(o);
}

static void test_many_names_in_bounded_rounds(void)
{
	struct origin *o = origin_new();
	struct resolver_config cfg = { NULL, RESOLVE_TTL_MAX_MS };
	struct resolver_stats stats;
	struct resolver *r;
	struct fake f;
	unsigned i;

	fake_start(&f);
	atomic_store(&f.ttl, 100);
	cfg.servers = f.at;
	CU_ASSERT_EQUAL(resolver_new(&cfg, &r), 0);
	for (i = 0; i < 500; i++) {
		char name[32];
		const char *names[] = { name };

		snprintf(name, sizeof(name), "n%u.example", i);
		CU_ASSERT_EQUAL(resolver_add(r, o, names, 1), 0);
	}
	CU_ASSERT_EQUAL(resolver_start(r, PATIENCE_MS), 0);
	resolver_stats(r, &stats);
	CU_ASSERT_EQUAL(stats.queries, 1000);
	CU_ASSERT_EQUAL(stats.answers, 1000);
	CU_ASSERT_EQUAL(stats.changes, 500);
	resolver_free(r);
	fake_stop(&f);
	origin_free(o);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "literals need no server", test_literals_need_no_server },
		{ "bad servers", test_bad_servers },
		{ "both families; names are shared",
		  test_both_families_and_shared_names },
		{ "a change is followed", test_change_is_followed },
		{ "aliases and their TTL", test_alias_and_ttl },
		{ "failures keep addresses", test_failures_keep_addresses },
		{ "one takes over from another", test_take_over },
		{ "a silent server holds nobody up",
		  test_silent_server_holds_nobody_up },
		{ "many names in bounded rounds",
		  test_many_names_in_bounded_rounds },
	};

	log_init("test_resolve", LOG_LEVEL_ERROR);
	return unit_main("resolve", tests, ARRAY_SIZE(tests));
}
