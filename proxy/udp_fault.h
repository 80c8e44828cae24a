/* SPDX-License-Identifier: BSD-2-Clause */
/* udp_fault.h - datagrams that are handled wrong on purpose. Called only with
 * --fault; @t->fault is there then.
 */
#ifndef PROXY_UDP_FAULT_H
#define PROXY_UDP_FAULT_H

#include "udp_internal.h"

/* udp_fault_new() - NULL without memory */
struct udp_fault *udp_fault_new(void);
void udp_fault_free(struct udp_fault *f);

/* udp_fault_up() - relay one datagram of @s towards the origin */
void udp_fault_up(struct worker *w, struct udp_session *s, const uint8_t *data,
		  size_t len);

/* udp_fault_told() - the client that the session's header names */
struct endpoint udp_fault_told(struct worker *w, const struct udp_session *s);

/* udp_fault_strip() - of a reply whose header is @strip bytes long.
 * Return: what to take off instead; -1 to drop the reply
 */
int udp_fault_strip(struct worker *w, uint8_t *data, size_t len, int strip);

#endif
