/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_expect.c - logs of clients that must come: all are missing until they
 * come, and then none is
 */
#include "fuzz.h"

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "expect.h"
#include "wire/ip.h"

#define NAMES_MAX 64

static void check(struct expect *x)
{
	static const struct endpoint nowhere[2];
	struct endpoint name[NAMES_MAX];
	size_t n = expect_missing(x, name, NAMES_MAX), i;

	ASSERT(n == expect_count(x));
	for (i = 0; i < n && i < NAMES_MAX; i++) {
		bool tcp =
			expect_judge(x, IP_PROTO_TCP, nowhere, &name[i], true);
		bool udp =
			expect_judge(x, IP_PROTO_UDP, nowhere, &name[i], true);

		ASSERT(name[i].addr.family != IP_NONE && (tcp || udp));
	}
	ASSERT(expect_missing(x, NULL, 0) <= n - i);
	ASSERT(expect_count(x) == n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char path[64], err[EXPECT_ERR_MAX] = "";
	struct expect *x = NULL;
	int fd = memfd_create("log", MFD_CLOEXEC), r;

	ASSERT(fd >= 0 && write(fd, data, len) == (ssize_t)len);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	r = expect_open(path, err, &x);
	ASSERT((r == 0) == (x != NULL) && (r == 0) == !err[0]);
	if (x)
		check(x);
	else
		ASSERT(strstr(err, path));
	expect_free(x);
	(void)close(fd);
	return 0;
}
