/* SPDX-License-Identifier: BSD-2-Clause */
/* toa_capture.h - libpcap beside the sockets: which client each connection's
 * first segments named.
 *
 * Linux gives a packet to captures before TCP sees it, and immediate mode lets
 * it be read at once. So when a connection can be accepted its handshake lies
 * in the ring, and when it can be read so do the bytes' segments: draining the
 * ring then is all the waiting there is.
 */
#ifndef ORIGIN_TOA_CAPTURE_H
#define ORIGIN_TOA_CAPTURE_H

#include "toa_table.h"

#define TOA_CAPTURE_ERR_MAX   512
#define TOA_CAPTURE_PORTS_MAX 64

struct pcap;

/* @kinds: borrowed
 * @faults: borrowed; NULL: none
 * @link:  enum link_type
 * @lost:  packets that the ring had no room for
 * @seen:  packets; @cut: those that end inside a header, or are none
 */
struct toa_capture {
	const struct toa_kinds *kinds;
	const struct fault_set *faults;
	struct pcap *pcap;
	int link;
	struct toa_table table;
	uint64_t seen;
	uint64_t cut;
	uint64_t lost;
};

/* toa_capture_open() - capture TCP towards @ports on @iface.
 * @n_ports: 1 .. TOA_CAPTURE_PORTS_MAX
 * @err: what is wrong, for people
 * Return: 0 and *@ret_fd to poll for reading, owned by @c; or -errno. On error
 *	   nothing stays open.
 */
int toa_capture_open(struct toa_capture *c, const char *iface,
		     const uint16_t *ports, size_t n_ports,
		     char err[TOA_CAPTURE_ERR_MAX], int *ret_fd);

/* toa_capture_close() - does nothing to one that is not open */
void toa_capture_close(struct toa_capture *c);

/* toa_capture_drain() - read what is in the ring. Return: 0, or -EIO if the
 * capture broke (its interface went away)
 */
int toa_capture_drain(struct toa_capture *c);

/* toa_capture_packet() - one captured frame, for tests */
void toa_capture_packet(struct toa_capture *c, const uint8_t *buf, size_t len);

#endif
