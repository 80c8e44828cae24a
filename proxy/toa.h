/* SPDX-License-Identifier: BSD-2-Clause */
/* toa.h - mode toa: hand a client's address to the eBPF writer, which puts it
 * into the TCP options of the connection to the origin (wire/toa_shim.h).
 *
 * The writer is loaded by tp-toa, once, with privileges; this side needs none.
 * A connection that cannot get its option is refused, never forwarded without.
 */
#ifndef PROXY_TOA_H
#define PROXY_TOA_H

#include "config.h"

/* toa_probe() - is a writer there for sockets of this process, and can it do
 * what @cfg asks for? Return: 0, -ENOPROTOOPT (no writer), -EOPNOTSUPP (not
 * these segments, or it is older than toa_attach()), or another -errno
 */
int toa_probe(const struct proxy_config *cfg);

/* toa_attach() - name the client of @fd, before it is connected; the same call
 * lets it have any port (SOCK_F_ALL_PORTS). Return: 0 or -errno
 */
int toa_attach(int fd, const struct proxy_config *cfg,
	       const struct endpoint *client);

#endif
