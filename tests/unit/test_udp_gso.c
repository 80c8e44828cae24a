/* SPDX-License-Identifier: BSD-2-Clause */
/* test_udp_gso.c - which datagrams become one message, and that the kernel
 * makes the same datagrams of it
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <CUnit/Basic.h>

#include "base/fd.h"
#include "base/sock.h"
#include "harness.h"
#include "proxy/udp_gso.h"

/* datagrams with a header and a body, as the proxy prepares them */
struct bundle {
	struct mmsghdr msgs[UDP_GSO_MSGS_MAX];
	struct iovec iov[UDP_GSO_MSGS_MAX][2];
	struct sockaddr_in names[UDP_GSO_MSGS_MAX];
	uint8_t control[UDP_GSO_MSGS_MAX][SOCK_PKTINFO_SPACE];
};

static uint8_t bytes[65536];
static struct bundle bundle;
static struct udp_gso gso;

/* @n datagrams of @hdr + @len bytes each, told apart by their first byte */
static struct mmsghdr *make(uint32_t n, size_t hdr, size_t len)
{
	uint32_t i;

	memset(&bundle, 0, sizeof(bundle));
	memset(&gso, 0, sizeof(gso));
	gso.size_max = 65535;
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	for (i = 0; i < n; i++) {
		bundle.iov[i][0] = (struct iovec) { bytes + i, hdr };
		bundle.iov[i][1] =
			(struct iovec) { bytes + 2 * (size_t)i, len };
		bundle.msgs[i].msg_hdr.msg_iov = bundle.iov[i];
		bundle.msgs[i].msg_hdr.msg_iovlen = 2;
	}
	return bundle.msgs;
}

static void name_it(uint32_t i, uint16_t port)
{
	bundle.names[i].sin_family = AF_INET;
	bundle.names[i].sin_port = port;
	bundle.msgs[i].msg_hdr.msg_name = &bundle.names[i];
	bundle.msgs[i].msg_hdr.msg_namelen = sizeof(bundle.names[i]);
}

static void test_equal(void)
{
	struct mmsghdr *in = make(5, 38, 100);
	struct cmsghdr *c;
	uint16_t size;

	CU_ASSERT_EQUAL_FATAL(udp_gso_merge(&gso, in, 5), 1);
	CU_ASSERT_EQUAL(gso.n_of[0], 5);
	CU_ASSERT_EQUAL(gso.msgs[0].msg_hdr.msg_iovlen, 10);
	CU_ASSERT_PTR_EQUAL(gso.msgs[0].msg_hdr.msg_iov[8].iov_base, bytes + 4);
	c = CMSG_FIRSTHDR(&gso.msgs[0].msg_hdr);
	CU_ASSERT_PTR_NOT_NULL_FATAL(c);
	if (!c)
		return;
	CU_ASSERT_EQUAL(c->cmsg_level, IPPROTO_UDP);
	memcpy(&size, CMSG_DATA(c), sizeof(size));
	CU_ASSERT_EQUAL(size, 138);
	CU_ASSERT_PTR_NULL(CMSG_NXTHDR(&gso.msgs[0].msg_hdr, c));
}

/* PPv2: the first of a session is longer than the others, the last shorter */
static void test_shorter(void)
{
	struct mmsghdr *in = make(6, 0, 100);

	bundle.iov[0][0].iov_len = 28;
	bundle.iov[4][1].iov_len = 7;
	CU_ASSERT_EQUAL_FATAL(udp_gso_merge(&gso, in, 6), 3);
	/* 128 and a shorter one; 100, 100 and a shorter one; what is left */
	CU_ASSERT_EQUAL(gso.n_of[0], 2);
	CU_ASSERT_EQUAL(gso.n_of[1], 3);
	CU_ASSERT_EQUAL(gso.n_of[2], 1);
	CU_ASSERT_EQUAL(gso.msgs[2].msg_hdr.msg_controllen, 0);
}

static void test_empty(void)
{
	struct mmsghdr *in = make(4, 0, 0);

	CU_ASSERT_EQUAL(udp_gso_merge(&gso, in, 4), 4);
	in = make(3, 0, 9);
	bundle.iov[1][1].iov_len = 0;
	CU_ASSERT_EQUAL(udp_gso_merge(&gso, in, 3), 3);
}

static void test_peers(void)
{
	struct mmsghdr *in = make(6, 0, 10);
	uint32_t i;

	for (i = 0; i < 6; i++) {
		name_it(i, i < 2 ? 1 : 2);
		in[i].msg_hdr.msg_control = bundle.control[i];
		in[i].msg_hdr.msg_controllen = CMSG_SPACE(4);
		bundle.control[i][20] = i >= 4;
	}
	CU_ASSERT_EQUAL_FATAL(udp_gso_merge(&gso, in, 6), 3);
	for (i = 0; i < 3; i++)
		CU_ASSERT_EQUAL(gso.n_of[i], 2);
	/* what the datagrams had stays before the size */
	CU_ASSERT_EQUAL(gso.msgs[2].msg_hdr.msg_controllen,
			CMSG_SPACE(4) + CMSG_SPACE(2));
	CU_ASSERT_EQUAL(gso.control[2][20], 1);
}

static void test_bounds(void)
{
	struct mmsghdr *in = make(64, 20, 1400);
	uint32_t i, n, sum = 0;

	n = udp_gso_merge(&gso, in, 64);
	CU_ASSERT_EQUAL(n, 2);
	for (i = 0; i < n; i++) {
		CU_ASSERT(gso.n_of[i] * 1420 <= 65507);
		sum += gso.n_of[i];
	}
	CU_ASSERT_EQUAL(sum, 64);
	in = make(64, 0, 1);
	CU_ASSERT_EQUAL(udp_gso_merge(&gso, in, 64), 1);
	in = make(2, 0, 40000);
	CU_ASSERT_EQUAL(udp_gso_merge(&gso, in, 2), 2);
}

static void test_refused(void)
{
	struct mmsghdr *in = make(4, 0, 1500);

	CU_ASSERT_EQUAL_FATAL(udp_gso_merge(&gso, in, 4), 1);
	udp_gso_refused(&gso, 0, EAGAIN);
	CU_ASSERT_EQUAL(gso.size_max, 65535);
	udp_gso_refused(&gso, 0, EMSGSIZE);
	CU_ASSERT_EQUAL(gso.size_max, 1499);
	CU_ASSERT_EQUAL(udp_gso_merge(&gso, in, 4), 4);
	bundle.iov[0][1].iov_len = 1499;
	bundle.iov[1][1].iov_len = 1499;
	CU_ASSERT_EQUAL(udp_gso_merge(&gso, in, 4), 3);
	udp_gso_refused(&gso, 0, EIO);
	CU_ASSERT_EQUAL(udp_gso_merge(&gso, in, 4), 4);
}

/* The receiver gets what it would have got one by one. */
static void test_kernel(void)
{
	struct mmsghdr *in = make(30, 28, 500);
	struct endpoint at = { .addr = { .family = IP_V4,
					 .bytes = { 127, 0, 0, 1 } } };
	uint8_t got[2048];
	int rx, tx, i, n;

	bundle.iov[29][1].iov_len = 3;
	CU_ASSERT_EQUAL_FATAL(sock_listen(&at, SOCK_F_UDP, 0, &rx), 0);
	CU_ASSERT_EQUAL_FATAL(sock_local(rx, &at), 0);
	CU_ASSERT_EQUAL_FATAL(sock_connect(&at, NULL, SOCK_F_UDP, &tx), 0);
	n = (int)udp_gso_merge(&gso, in, 30);
	CU_ASSERT_EQUAL(n, 1);
	CU_ASSERT_EQUAL(sendmmsg(tx, gso.msgs, (unsigned)n, 0), n);
	for (i = 0; i < 30; i++) {
		size_t len = bundle.iov[i][1].iov_len;

		CU_ASSERT_EQUAL(recv(rx, got, sizeof(got), MSG_DONTWAIT),
				(ssize_t)(28 + len));
		CU_ASSERT_EQUAL(memcmp(got, bytes + i, 28), 0);
		CU_ASSERT_EQUAL(memcmp(got + 28, bytes + 2 * (size_t)i, len),
				0);
	}
	CU_ASSERT_EQUAL(recv(rx, got, sizeof(got), MSG_DONTWAIT), -1);
	fd_close(&rx);
	fd_close(&tx);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "equal datagrams become one message", test_equal },
		{ "only the last may be shorter", test_shorter },
		{ "empty datagrams stay alone", test_empty },
		{ "other peers and addresses stay apart", test_peers },
		{ "bytes and segments are bounded", test_bounds },
		{ "what the kernel refuses is learnt", test_refused },
		{ "the kernel makes the same datagrams", test_kernel },
	};

	return unit_main("udp_gso", tests, sizeof(tests) / sizeof(tests[0]));
}
