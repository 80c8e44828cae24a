/* SPDX-License-Identifier: BSD-2-Clause */
/* test_egress.c - UDP sockets that are bound to what they send from */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <CUnit/CUnit.h>

#include "base/egress.h"
#include "base/fd.h"
#include "base/route.h"
#include "base/sock.h"
#include "harness.h"
#include "wire/wire.h"

#define NOW_MS 5000

static struct endpoint at(const char *text)
{
	struct endpoint e = { 0 };

	ASSERT(endpoint_parse(text, strlen(text), &e));
	return e;
}

/* Was @fd bound before it was connected? What connect(2) alone has chosen goes
 * when the connection is dissolved.
 */
static bool is_bound_to(int fd, const struct ip_addr *addr)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	struct endpoint local = { 0 };

	CU_ASSERT_EQUAL_FATAL(connect(fd, &none, sizeof(none)), 0);
	CU_ASSERT_EQUAL_FATAL(sock_local(fd, &local), 0);
	return ip_addr_eq(&local.addr, addr);
}

static void check_bound(struct egress *e, const char *to_text, uint64_t now_ms,
			const char *from_text)
{
	struct endpoint to = at(to_text), from = at(from_text), local, peer;
	int fd = -1;

	CU_ASSERT_EQUAL_FATAL(egress_connect(e, &to, now_ms, &fd), 0);
	CU_ASSERT_EQUAL(sock_peer(fd, &peer), 0);
	CU_ASSERT_TRUE(endpoint_eq(&peer, &to));
	CU_ASSERT_EQUAL(sock_local(fd, &local), 0);
	CU_ASSERT_TRUE(ip_addr_eq(&local.addr, &from.addr));
	CU_ASSERT_NOT_EQUAL(local.port, 0);
	CU_ASSERT_TRUE(is_bound_to(fd, &from.addr));
	fd_close(&fd);
}

static void test_bound_before_connected(void)
{
	struct egress e = { 0 };
	struct endpoint to = at("127.0.0.1:9");
	int fd = -1;

	check_bound(&e, "127.0.0.1:9", NOW_MS, "127.0.0.1:0");
	check_bound(&e, "[::1]:9", NOW_MS, "[::1]:0");
	check_bound(&e, "127.0.0.1:10", NOW_MS, "127.0.0.1:0");
	/* the test itself can tell */
	CU_ASSERT_EQUAL_FATAL(sock_connect(&to, NULL, SOCK_F_UDP, &fd), 0);
	CU_ASSERT_FALSE(is_bound_to(fd, &to.addr));
	fd_close(&fd);
}

static struct egress_entry *entry_of(struct egress *e, const char *text)
{
	struct endpoint to = at(text);
	size_t i;

	for (i = 0; i < EGRESS_ENTRIES; i++)
		if (ip_addr_eq(&e->entries[i].to, &to.addr))
			return &e->entries[i];
	CU_FAIL_FATAL("nothing is known of the address");
	return NULL;
}

static void test_asked_once_in_a_while(void)
{
	struct egress e = { 0 };
	struct endpoint other = at("127.0.0.7:0");

	check_bound(&e, "127.0.0.1:9", NOW_MS, "127.0.0.1:0");
	entry_of(&e, "127.0.0.1:0")->from = other.addr;
	check_bound(&e, "127.0.0.1:9", NOW_MS + EGRESS_AGE_MS - 1,
		    "127.0.0.7:0");
	check_bound(&e, "127.0.0.1:9", NOW_MS + EGRESS_AGE_MS, "127.0.0.1:0");
}

static void test_an_address_that_went_is_asked_for_anew(void)
{
	struct egress e = { 0 };
	struct endpoint gone = at("192.0.2.1:0");

	check_bound(&e, "127.0.0.1:9", NOW_MS, "127.0.0.1:0");
	entry_of(&e, "127.0.0.1:0")->from = gone.addr;
	check_bound(&e, "127.0.0.1:9", NOW_MS, "127.0.0.1:0");
}

static void test_without_a_word_it_is_only_connected(void)
{
	struct egress e = { 0 };
	struct endpoint to = at("127.0.0.1:9");
	int fd = -1;

	check_bound(&e, "127.0.0.1:9", NOW_MS, "127.0.0.1:0");
	entry_of(&e, "127.0.0.1:0")->from.family = IP_NONE;
	CU_ASSERT_EQUAL_FATAL(egress_connect(&e, &to, NOW_MS, &fd), 0);
	CU_ASSERT_FALSE(is_bound_to(fd, &to.addr));
	fd_close(&fd);
}

static void test_what_cannot_be_reached(void)
{
	struct egress e = { 0 };
	struct endpoint to = at("255.255.255.255:9");
	int before = fd_count_open(), fd = -7;

	/* broadcast: not permitted, whatever it is bound to */
	CU_ASSERT_EQUAL(egress_connect(&e, &to, NOW_MS, &fd), -EACCES);
	CU_ASSERT_EQUAL(fd, -7);
	CU_ASSERT_EQUAL(fd_count_open(), before);
}

static void test_many_addresses_share_the_places(void)
{
	struct egress e = { 0 };
	char text[32];
	int i;

	for (i = 1; i < 4 * EGRESS_ENTRIES; i++) {
		(void)snprintf(text, sizeof(text), "127.0.0.%d:9", i);
		check_bound(&e, text, NOW_MS, "127.0.0.1:0");
	}
}

static void test_the_route_names_the_source(void)
{
	struct endpoint to = at("127.0.0.9:0"), self = at("127.0.0.1:0");
	struct route r = { 0 };

	CU_ASSERT_EQUAL_FATAL(route_get(&to.addr, 0, &r), 0);
	CU_ASSERT_TRUE(r.is_local);
	CU_ASSERT_TRUE(ip_addr_eq(&r.src, &self.addr));
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "bound before connected", test_bound_before_connected },
		{ "asked once in a while", test_asked_once_in_a_while },
		{ "an address that went",
		  test_an_address_that_went_is_asked_for_anew },
		{ "without a word", test_without_a_word_it_is_only_connected },
		{ "not to be reached", test_what_cannot_be_reached },
		{ "many addresses", test_many_addresses_share_the_places },
		{ "the route's source", test_the_route_names_the_source },
	};

	return unit_main("egress", tests, ARRAY_SIZE(tests));
}
