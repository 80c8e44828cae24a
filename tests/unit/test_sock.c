/* SPDX-License-Identifier: BSD-2-Clause */
/* test_sock.c - sockets and their addresses, on loopback */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <CUnit/CUnit.h>

#include "base/fd.h"
#include "base/sock.h"
#include "harness.h"
#include "wire/wire.h"

static struct endpoint at(const char *text)
{
	struct endpoint e = { 0 };

	ASSERT(endpoint_parse(text, strlen(text), &e));
	return e;
}

static void wait_for(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	CU_ASSERT_EQUAL_FATAL(poll(&p, 1, 5000), 1);
}

static void test_addresses_there_and_back(void)
{
	struct endpoint e4 = at("192.0.2.1:80"), e6 = at("[2001:db8::1]:81");
	struct endpoint none = { .port = 7 }, back;
	struct sockaddr_storage ss;

	CU_ASSERT_EQUAL(sockaddr_from_endpoint(&e4, false, &ss),
			sizeof(struct sockaddr_in));
	back = endpoint_from_sockaddr(&ss);
	CU_ASSERT_TRUE(endpoint_eq(&back, &e4));
	CU_ASSERT_EQUAL(sockaddr_from_endpoint(&e4, true, &ss),
			sizeof(struct sockaddr_in6));
	CU_ASSERT_EQUAL(ss.ss_family, AF_INET6);
	back = endpoint_from_sockaddr(&ss);
	CU_ASSERT_TRUE(endpoint_eq(&back, &e4));
	CU_ASSERT_EQUAL(sockaddr_from_endpoint(&e6, false, &ss),
			sizeof(struct sockaddr_in6));
	back = endpoint_from_sockaddr(&ss);
	CU_ASSERT_TRUE(endpoint_eq(&back, &e6));
	CU_ASSERT_EQUAL(sockaddr_from_endpoint(&none, false, &ss),
			sizeof(struct sockaddr_in6));
	ss.ss_family = AF_UNIX;
	CU_ASSERT_EQUAL(endpoint_from_sockaddr(&ss).addr.family, IP_NONE);
}

static void check_tcp(const char *listen_at, unsigned flags, const char *to_at,
		      const char *from_at)
{
	struct endpoint l = at(listen_at), to = at(to_at), from = at(from_at);
	struct endpoint local, peer, theirs;
	int ls = -1, c = -1, s;

	CU_ASSERT_EQUAL_FATAL(sock_listen(&l, flags, 5, &ls), 0);
	CU_ASSERT_EQUAL(sock_local(ls, &local), 0);
	to.port = local.port;
	CU_ASSERT_EQUAL_FATAL(sock_connect(&to, &from, flags, &c), 0);
	wait_for(ls, POLLIN);
	s = accept(ls, NULL, NULL);
	CU_ASSERT_FATAL(s >= 0);
	wait_for(c, POLLOUT);
	CU_ASSERT_EQUAL(sock_error(c), 0);
	CU_ASSERT_EQUAL(sock_local(c, &local), 0);
	CU_ASSERT_EQUAL(sock_peer(c, &peer), 0);
	CU_ASSERT_EQUAL(sock_peer(s, &theirs), 0);
	CU_ASSERT_TRUE(endpoint_eq(&peer, &to));
	CU_ASSERT_TRUE(endpoint_eq(&local, &theirs));
	CU_ASSERT_TRUE(ip_addr_eq(&local.addr, &from.addr));
	CU_ASSERT_NOT_EQUAL(fcntl(c, F_GETFL) & O_NONBLOCK, 0);
	CU_ASSERT_NOT_EQUAL(fcntl(c, F_GETFD) & FD_CLOEXEC, 0);
	CU_ASSERT_NOT_EQUAL(fcntl(ls, F_GETFL) & O_NONBLOCK, 0);
	fd_close(&c);
	fd_close(&s);
	fd_close(&ls);
}

static void test_tcp_of_each_family(void)
{
	check_tcp("127.0.0.1:0", 0, "127.0.0.1:0", "127.0.0.9:0");
	check_tcp("[::1]:0", 0, "[::1]:0", "[::1]:0");
	check_tcp("[::]:0", 0, "127.0.0.1:0", "127.0.0.1:0");
	check_tcp("[::1]:0", SOCK_F_V6ONLY | SOCK_F_FREEBIND, "[::1]:0",
		  "[::1]:0");
}

static void test_v6only_leaves_ipv4_alone(void)
{
	struct endpoint any = at("[::]:0"), to = at("127.0.0.1:0"), local;
	int ls = -1, c = -1, err;

	CU_ASSERT_EQUAL_FATAL(sock_listen(&any, SOCK_F_V6ONLY, 5, &ls), 0);
	CU_ASSERT_EQUAL(sock_local(ls, &local), 0);
	to.port = local.port;
	err = sock_connect(&to, NULL, 0, &c);
	if (!err) {
		wait_for(c, POLLOUT | POLLERR);
		err = sock_error(c);
	}
	CU_ASSERT_EQUAL(err, -ECONNREFUSED);
	fd_close(&c);
	fd_close(&ls);
}

/* asked of the kernel: which of its ports connect(2) takes is chance */
static void test_all_ports(void)
{
	struct endpoint to = at("127.0.0.1:9"), to6 = at("[::1]:9");
	const struct endpoint *tos[] = { &to, &to6 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(tos); i++) {
		uint32_t range = 0;
		socklen_t len = sizeof(range);
		int fd = -1;

		CU_ASSERT_EQUAL_FATAL(
			sock_open_to(tos[i], NULL, SOCK_F_ALL_PORTS, &fd), 0);
		if (!getsockopt(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE, &range,
				&len))
			CU_ASSERT_EQUAL(range, SOCK_PORTS_ALL);
		fd_close(&fd);
	}
}

static void test_no_address_is_any_address(void)
{
	struct endpoint none = { 0 }, to = at("127.0.0.1:0"), local;
	int ls = -1, c = -1;

	CU_ASSERT_EQUAL_FATAL(sock_listen(&none, 0, 5, &ls), 0);
	CU_ASSERT_EQUAL(sock_local(ls, &local), 0);
	to.port = local.port;
	CU_ASSERT_EQUAL(sock_connect(&to, &none, 0, &c), 0);
	wait_for(ls, POLLIN);
	fd_close(&c);
	fd_close(&ls);
}

static void test_failures_leave_no_descriptor(void)
{
	struct endpoint e = at("192.0.2.1:9"), l = at("127.0.0.1:0"), local;
	int before = fd_count_open(), fd = -7, ls = -1;

	CU_ASSERT_EQUAL(sock_listen(&e, 0, 5, &fd), -EADDRNOTAVAIL);
	CU_ASSERT_EQUAL(sock_connect(&l, &e, 0, &fd), -EADDRNOTAVAIL);
	CU_ASSERT_EQUAL(fd, -7);
	CU_ASSERT_EQUAL(sock_listen(&l, 0, 5, &ls), 0);
	CU_ASSERT_EQUAL(sock_local(ls, &local), 0);
	CU_ASSERT_EQUAL(sock_listen(&local, 0, 5, &fd), -EADDRINUSE);
	fd_close(&ls);
	CU_ASSERT_EQUAL(ls, -1);
	fd_close(&ls);
	CU_ASSERT_EQUAL(fd_count_open(), before);
	CU_ASSERT_EQUAL(sock_local(-1, &local), -EBADF);
	CU_ASSERT_EQUAL(sock_peer(-1, &local), -EBADF);
	CU_ASSERT_EQUAL(sock_error(-1), -EBADF);
	CU_ASSERT_EQUAL(sock_unsent(-1), -EBADF);
}

static void test_reuseport_shares_a_port(void)
{
	struct endpoint l = at("127.0.0.1:0");
	int a = -1, b = -1;

	CU_ASSERT_EQUAL(sock_listen(&l, SOCK_F_REUSEPORT, 5, &a), 0);
	CU_ASSERT_EQUAL(sock_local(a, &l), 0);
	CU_ASSERT_EQUAL(sock_listen(&l, SOCK_F_REUSEPORT, 5, &b), 0);
	fd_close(&a);
	fd_close(&b);
}

static void test_reset_is_a_reset(void)
{
	struct endpoint l = at("127.0.0.1:0");
	int ls = -1, c = -1, s;
	char buf[8];

	CU_ASSERT_EQUAL_FATAL(sock_listen(&l, 0, 5, &ls), 0);
	CU_ASSERT_EQUAL(sock_local(ls, &l), 0);
	CU_ASSERT_EQUAL_FATAL(sock_connect(&l, NULL, 0, &c), 0);
	wait_for(ls, POLLIN);
	s = accept(ls, NULL, NULL);
	CU_ASSERT_FATAL(s >= 0);
	CU_ASSERT_EQUAL(send(s, "abc", 3, 0), 3);
	CU_ASSERT(sock_unsent(s) >= 0);
	sock_reset(&c);
	CU_ASSERT_EQUAL(c, -1);
	sock_reset(&c);
	CU_ASSERT_EQUAL(recv(s, buf, sizeof(buf), 0), -1);
	CU_ASSERT_EQUAL(errno, ECONNRESET);
	fd_close(&s);
	fd_close(&ls);
}

/* A datagram to @to, and the answer from the very address that was asked. */
static void check_pktinfo(const char *listen_at, bool as_v6, const char *to_at)
{
	union {
		char bytes[256];
		struct cmsghdr align;
	} in = { { 0 } }, reply = { { 0 } };
	struct endpoint l = at(listen_at), to = at(to_at), from;
	struct sockaddr_storage peer = { 0 };
	struct ip_addr asked;
	char data[8] = "";
	struct iovec iov = { data, sizeof(data) };
	struct msghdr msg = { .msg_name = &peer,
			      .msg_namelen = sizeof(peer),
			      .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = in.bytes,
			      .msg_controllen = sizeof(in.bytes) };
	socklen_t len = sizeof(peer);
	int s = -1, c = -1;

	CU_ASSERT_EQUAL_FATAL(
		sock_listen(&l, SOCK_F_UDP | SOCK_F_PKTINFO, 0, &s), 0);
	CU_ASSERT_EQUAL(sock_local(s, &from), 0);
	to.port = from.port;
	l.addr = to.addr;
	l.port = 0;
	if (l.addr.family == IP_V4)
		l = at("127.0.0.1:0");
	CU_ASSERT_EQUAL_FATAL(sock_listen(&l, SOCK_F_UDP, 0, &c), 0);
	len = sockaddr_from_endpoint(&to, false, &peer);
	CU_ASSERT_EQUAL(sendto(c, "hi", 2, 0, (struct sockaddr *)&peer, len),
			2);
	wait_for(s, POLLIN);
	CU_ASSERT_EQUAL(recvmsg(s, &msg, 0), 2);
	asked = sock_pktinfo_get(&msg);
	CU_ASSERT_TRUE(ip_addr_eq(&asked, &to.addr));
	iov.iov_len = 2;
	msg.msg_control = reply.bytes;
	msg.msg_controllen = sock_pktinfo_put(reply.bytes, &asked, as_v6);
	CU_ASSERT(msg.msg_controllen > 0 &&
		  msg.msg_controllen <= SOCK_PKTINFO_SPACE);
	CU_ASSERT_EQUAL(sendmsg(s, &msg, 0), 2);
	wait_for(c, POLLIN);
	len = sizeof(peer);
	CU_ASSERT_EQUAL(recvfrom(c, data, sizeof(data), 0,
				 (struct sockaddr *)&peer, &len),
			2);
	from = endpoint_from_sockaddr(&peer);
	CU_ASSERT_TRUE(endpoint_eq(&from, &to));
	fd_close(&s);
	fd_close(&c);
}

static void test_answers_leave_from_the_address_asked(void)
{
	struct ip_addr none = { 0 };
	char buf[SOCK_PKTINFO_SPACE];

	check_pktinfo("0.0.0.0:0", false, "127.7.7.7:0");
	check_pktinfo("[::]:0", true, "127.7.7.7:0");
	check_pktinfo("[::]:0", true, "[::1]:0");
	CU_ASSERT_EQUAL(sock_pktinfo_put(buf, &none, true), 0);
}

static void test_a_message_without_pktinfo(void)
{
	struct msghdr msg = { 0 };

	CU_ASSERT_EQUAL(sock_pktinfo_get(&msg).family, IP_NONE);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "addresses", test_addresses_there_and_back },
		{ "TCP of each family", test_tcp_of_each_family },
		{ "V6ONLY", test_v6only_leaves_ipv4_alone },
		{ "all ports", test_all_ports },
		{ "no address", test_no_address_is_any_address },
		{ "failures", test_failures_leave_no_descriptor },
		{ "REUSEPORT", test_reuseport_shares_a_port },
		{ "reset", test_reset_is_a_reset },
		{ "pktinfo", test_answers_leave_from_the_address_asked },
		{ "no pktinfo", test_a_message_without_pktinfo },
	};

	return unit_main("sock", tests, ARRAY_SIZE(tests));
}
