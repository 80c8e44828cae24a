/* SPDX-License-Identifier: BSD-2-Clause */
/* toa_source.h - where tp-origin reads TCP option addresses, and whom it
 * believes.
 *
 * Theory of operation
 *
 * Listening sockets keep the SYN of each connection (TCP_SAVE_SYN), whatever
 * the source: its source address is the true peer's, which no getpeername hook
 * and no kernel module changes. A connection that was made through a SYN cookie
 * has no such SYN: then only what accept() says is known.
 *
 *   kernel	accept() answers with the client if a hook of the kernel found
 *		one. That this happened is known when the saved SYN came from
 *		elsewhere. getsockopt(TOA_LOOKUP_OPT) answers for IPv6 clients
 *		of AF_INET sockets. Otherwise no client was named, or, without a
 *		saved SYN, it is not known.
 *   saved-syn	the options of the saved SYN.
 *   pcap	the options of the SYN, of the segment after it and of the first
 *		one with payload, as captured. Not known if the capture missed
 *		the connection or lost packets meanwhile.
 *
 * What cannot be believed (malformed, contradicting, from an untrusted peer) is
 * passed over as the kernel's readers do: the client is the peer, and why is
 * said. Only --require refuses.
 */
#ifndef ORIGIN_TOA_SOURCE_H
#define ORIGIN_TOA_SOURCE_H

#include "base/loop.h"
#include "config.h"
#include "stats.h"
#include "toa_capture.h"

/* @cfg, @loop, @stats: borrowed
 * @is_capture_broken: said once
 * @last: FAULT_TOA_STALE: whom an option named last
 */
struct toa_source {
	const struct origin_config *cfg;
	struct loop *loop;
	struct origin_stats *stats;
	struct toa_capture capture;
	bool is_capture_broken;
	struct toa_finding last;
};

/* What a connection keeps until it is decided.
 * @peer:    the true one if @has_syn, else what accept() said
 * @isn:     of the SYN, if @has_syn
 * @finding: final but of pcap; of the kernel only the client is known
 */
struct toa_query {
	struct endpoint peer;
	struct endpoint local;
	uint32_t isn;
	bool has_syn;
	struct toa_finding finding;
};

enum toa_state {
	TOA_WAIT,    /* ask again when there is payload, or none will come */
	TOA_UNKNOWN, /* a client may have been named: nobody can tell */
	TOA_NONE,    /* none was named, or err says why it is not believed */
	TOA_FOUND,
};

/* toa_source_open() - @ports: those that are listened on, for the capture.
 * Says on stderr what is wrong. @type: loop type of the capture's events.
 * Return: 0 or -errno
 */
int toa_source_open(struct toa_source *s, uint8_t type, const uint16_t *ports,
		    size_t n_ports);
void toa_source_close(struct toa_source *s);

/* toa_source_listen() - let a listening socket keep SYNs. Return: 0, -errno */
int toa_source_listen(int fd);

/* toa_source_begin() - a connection was accepted.
 * @fd:	  its SYN is taken from it
 * @peer: as accept() had it
 */
void toa_source_begin(struct toa_source *s, int fd, const struct endpoint *peer,
		      const struct endpoint *local, bool is_v4_socket,
		      struct toa_query *ret);

/* toa_source_ask() - who is the client?
 * @is_last: payload is there, or none will come: TOA_WAIT is no answer
 * @ret:     TOA_FOUND: the client; TOA_NONE: @err says what was passed over
 */
enum toa_state toa_source_ask(struct toa_source *s, const struct toa_query *q,
			      bool is_last, struct toa_finding *ret);

/* toa_source_end() - the connection is decided, or over */
void toa_source_end(struct toa_source *s, const struct toa_query *q);

#endif
