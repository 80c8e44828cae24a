/* SPDX-License-Identifier: BSD-2-Clause */
/* udp_hand.h - when a UDP session is handed to the kernel, and what the process
 * still does for it. udp_fast.h tells how it is forwarded there.
 *
 * A session asks for a slot after some datagrams, if all that a datagram needs
 * is known: addresses and ports, and at most a header that is the same for
 * each. It gives the slot back after a silence, or if nothing was forwarded for
 * a while, and may ask again. What was forwarded is taken into its counters,
 * and those of rule and worker, every second and when someone asks. Without a
 * slot nothing is different.
 */
#ifndef PROXY_UDP_HAND_H
#define PROXY_UDP_HAND_H

#include "udp_internal.h"

/* udp_hand_up() - the @n datagrams of @which in the batch from clients, all of
 * @s, were relayed or dropped
 */
void udp_hand_up(struct worker *w, struct udp_session *s, const uint8_t *which,
		 uint32_t n);

/* udp_hand_down() - so will be the @n replies of @s from buffer @first on;
 * udp_hand_flushed() - all those were
 */
void udp_hand_down(struct worker *w, const struct udp_session *s,
		   uint32_t first, uint32_t n);
void udp_hand_flushed(struct worker *w);

/* udp_hand_icmp() - something was reported about the way to the origin */
void udp_hand_icmp(struct worker *w, const struct udp_session *s);

/* udp_hand_count() - take over what was forwarded since the last time */
void udp_hand_count(struct worker *w, struct udp_session *s);

/* udp_hand_run() - its timer. Return: when to come again, at most @due_ms */
uint64_t udp_hand_run(struct worker *w, struct udp_session *s, uint64_t due_ms);

/* udp_hand_back() - the session is the process's alone again */
void udp_hand_back(struct worker *w, struct udp_session *s);

#endif
