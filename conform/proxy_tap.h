/* SPDX-License-Identifier: BSD-2-Clause */
/* proxy_tap.h - the segments that arrive at our listening port, as they came:
 * how many bytes the first one with data had, and whether an option named a
 * client. Needs CAP_NET_RAW; without it the sockets have to do.
 */
#ifndef CONFORM_PROXY_TAP_H
#define CONFORM_PROXY_TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

#define TAP_FLOWS_MAX 64

/* A connection to the port, by its other end.
 * @first: bytes of its first segment with data, 0: none yet
 */
struct tap_flow {
	struct endpoint from;
	size_t first;
	bool has_option;
	struct endpoint option;
};

/* @n: flows seen; the ring holds the last TAP_FLOWS_MAX */
struct tap {
	int fd;
	uint16_t port;
	uint32_t n;
	struct tap_flow flows[TAP_FLOWS_MAX];
};

/* tap_open() - @t->fd is -1 if it cannot be had */
void tap_open(struct tap *t, uint16_t port);
void tap_close(struct tap *t);

/* tap_find() - what was seen of the connection from @peer, until now.
 * Return: NULL: nothing
 */
const struct tap_flow *tap_find(struct tap *t, const struct endpoint *peer);

/* tap_packet() - one packet, from its IP header on */
void tap_packet(struct tap *t, const uint8_t *ip, size_t len);

#endif
