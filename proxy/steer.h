/* SPDX-License-Identifier: BSD-2-Clause */
/* steer.h - many ports on one socket of each protocol, family and thread, with
 * an eBPF program (sk_lookup) attached to the process's network namespace.
 *
 * A steered port has no descriptor and is not bound. An accepted connection
 * has the dialled address and port as its local ones; a datagram tells them by
 * SOCK_F_ORIGDST, and is answered from a socket of its port (udp_port.h). The
 * program is gone with the last descriptor of the process, however that ends.
 *
 * Limits: a program that binds a steered port later can do so and gets nothing
 * of what is sent to it; what was bound before is looked up (bound.h). All
 * steered ports of a protocol share the queues of its sockets.
 */
#ifndef PROXY_STEER_H
#define PROXY_STEER_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "rules/rule.h"
#include "steer_shared.h"

/* A set of ports, a bit each. */
struct steer_ports {
	uint64_t bits[STEER_PROTOS][STEER_WORDS];
};

static inline bool steer_ports_has(const struct steer_ports *p,
				   enum rule_proto proto, uint16_t port)
{
	return p->bits[proto][port / STEER_WORD_BITS] >>
		       port % STEER_WORD_BITS &
	       1;
}

static inline void steer_ports_put(struct steer_ports *p, enum rule_proto proto,
				   uint16_t port, bool is_in)
{
	uint64_t *word = &p->bits[proto][port / STEER_WORD_BITS];
	uint64_t bit = 1ULL << port % STEER_WORD_BITS;

	*word = is_in ? *word | bit : *word & ~bit;
}

struct steer;

/* steer_open() - the sockets, and the program attached; no port is steered.
 * It takes root, or CAP_BPF and CAP_NET_ADMIN, and Linux 5.9; what comes later
 * takes no privilege.
 * Return: 0 or -errno
 */
int steer_open(const struct proxy_config *cfg, struct steer **ret);

/* steer_close() - NULL is a no-op */
void steer_close(struct steer *s);

/* steer_fds() - the sockets of a family, one a thread, @s's; NULL if the
 * kernel does not have it
 */
const int *steer_fds(const struct steer *s, enum rule_proto proto, bool is_v6);

/* steer_keep() - of the ports steered now, go on with those in @ports only;
 * steer_set() - steer exactly @ports
 */
void steer_keep(struct steer *s, const struct steer_ports *ports);
void steer_set(struct steer *s, const struct steer_ports *ports);

/* steer_refuse() - no port any more, and no TCP socket: clients are refused */
void steer_refuse(struct steer *s);

#endif
