/* SPDX-License-Identifier: BSD-2-Clause */
/* sockdiag.h - the kernel's list of sockets: sock_diag(7) */
#ifndef BASE_SOCKDIAG_H
#define BASE_SOCKDIAG_H

#include <stddef.h>
#include <stdint.h>

struct inet_diag_msg;

/* sockdiag_fn - one socket; @attrs: its attributes, for sockdiag_attr().
 * Return: 0 to go on, or -errno
 */
typedef int sockdiag_fn(void *ctx, const struct inet_diag_msg *m,
			const uint8_t *attrs, size_t len);

/* sockdiag_dump() - the sockets of this network namespace.
 * @family:   AF_INET, AF_INET6
 * @protocol: IPPROTO_TCP, IPPROTO_UDP
 * @states:   1 << TCP_LISTEN, ...; a UDP socket is TCP_CLOSE, or
 *	      TCP_ESTABLISHED if it is connected
 * Return: 0 or -errno (ENOENT: the kernel cannot tell of these)
 */
int sockdiag_dump(uint8_t family, uint8_t protocol, uint32_t states,
		  sockdiag_fn *fn, void *ctx);

/* sockdiag_attr() - the first @n bytes of attribute @type (INET_DIAG_...);
 * NULL if it is not there, or shorter
 */
const uint8_t *sockdiag_attr(const uint8_t *attrs, size_t len, unsigned type,
			     size_t n);

#endif
