/* SPDX-License-Identifier: BSD-2-Clause */
/* expect.h - the clients that must come, out of a log of tp-client.
 *
 * Each connection of the log has its own ends and the client that a header has
 * to name for it: the connection's own source, or what it claimed. A flow is
 * matched by its own ends, where the client's leg was captured, else by the
 * client that it names.
 */
#ifndef INSPECT_EXPECT_H
#define INSPECT_EXPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

#define EXPECT_ERR_MAX 256
/* lines of a log; the rest is an error */
#define EXPECT_MAX (4U << 20)

struct expect;

/* expect_open() - read @path, NDJSON of `tp-client --log`; "-" is standard
 * input.
 * Return: 0; -EINVAL if it is no such log, -errno if it cannot be read; @err
 * says what is wrong, with @path in it
 */
int expect_open(const char *path, char err[EXPECT_ERR_MAX],
		struct expect **ret);
void expect_free(struct expect *x);

/* expect_judge() - is @named the client of the connection from @ends[0] to
 * @ends[1]? Marks whom it is as come. Any number of threads at a time.
 * @proto: IP_PROTO_TCP or IP_PROTO_UDP
 * @has_port: else @named's port does not count
 */
bool expect_judge(struct expect *x, uint8_t proto,
		  const struct endpoint ends[2], const struct endpoint *named,
		  bool has_port);

/* expect_count() - clients that must come: those of connections that did not
 * fail. One that the log has several times, address and port, counts once.
 */
size_t expect_count(const struct expect *x);

/* expect_missing() - how many of them did not come; up to @cap of them in @ret
 */
size_t expect_missing(const struct expect *x, struct endpoint *ret, size_t cap);

#endif
