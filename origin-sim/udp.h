/* SPDX-License-Identifier: BSD-2-Clause */
/* udp.h - the datagrams of tp-origin */
#ifndef ORIGIN_UDP_H
#define ORIGIN_UDP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/wheel.h"
#include "config.h"
#include "record.h"
#include "stats.h"
#include "udp_table.h"

/* @cfg, @log, @stats: borrowed
 * @last_client: that a header named; what --fault udp-mixes believes
 */
struct udp {
	const struct origin_config *cfg;
	struct record *log;
	struct origin_stats *stats;
	struct wheel wheel;
	struct udp_table table;
	uint8_t *scratch;
	struct endpoint last_client;
};

/* One socket: its descriptor, family and port. */
struct udp_socket {
	int fd;
	bool is_v4;
	uint16_t port;
};

/* udp_init() - the borrowed members are set already. Return: 0 or -errno */
int udp_init(struct udp *u, uint32_t sessions_max);

/* udp_fini() - end every session (reason: shutdown) and free */
void udp_fini(struct udp *u);

/* udp_receive() - take and answer a batch of datagrams */
void udp_receive(struct udp *u, const struct udp_socket *s);

/* udp_tick() - as tcp_tick() */
int udp_tick(struct udp *u, uint64_t now_ms);

#endif
