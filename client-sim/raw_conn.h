/* SPDX-License-Identifier: BSD-2-Clause */
/* raw_conn.h - a small TCP of its own, client side (RFC 9293).
 *
 * Theory of operation
 *
 *	SYN_SENT   the SYN is in flight
 *	OPEN	   the handshake is over; messages go out one segment at a time,
 *		   each when the last is acknowledged
 *	FIN_SENT   our FIN is in flight
 *	FIN_ACKED  it is acknowledged; the peer's FIN is awaited
 *	DONE	   @end tells why
 *
 * At most one segment that occupies sequence space is in flight, and it is sent
 * again from @una, with doubling waits, RAW_TRIES times at most. Segments of
 * the peer that come in order are taken at once; others are dropped and
 * answered with an ACK, so that the peer sends them again. There is no
 * congestion control, no SACK, no PAWS and no TIME-WAIT.
 */
#ifndef CLIENT_SIM_RAW_CONN_H
#define CLIENT_SIM_RAW_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "raw_opts.h"
#include "raw_segment.h"
#include "wire/addr.h"
#include "wire/tcp.h"

/* What the peer may send ahead: taken at once, so it never shrinks. */
#define RAW_WINDOW_BYTES 65535
#define RAW_RTO_MS	 500
#define RAW_TRIES	 5
/* RFC 9293 3.7.1: of a peer that names none */
#define RAW_MSS_DEFAULT_V4 536
#define RAW_MSS_DEFAULT_V6 1220

enum raw_state {
	RAW_SYN_SENT,
	RAW_OPEN,
	RAW_FIN_SENT,
	RAW_FIN_ACKED,
	RAW_DONE,
};

enum raw_end {
	RAW_END_OK,
	RAW_END_REFUSED, /* RST instead of SYN-ACK */
	RAW_END_RESET,
	RAW_END_CONNECT_TIMEOUT,
	RAW_END_TIMEOUT,
	RAW_END_STOPPED,
};

/* What a connection is to do. @src, @dst, @opts, @payload: borrowed
 * @mss:	 data bytes and options that the link's MTU leaves
 * @want_rst:	 RST instead of FIN
 * @drop_ack:	 the first data segment ends the handshake
 * @timeout_ms:	 how long nothing may happen
 */
struct raw_task {
	struct endpoint src;
	struct endpoint dst;
	const struct raw_opts *opts;
	const uint8_t *payload;
	size_t payload_len;
	uint32_t messages;
	uint16_t mss;
	bool want_rst;
	bool drop_ack;
	uint64_t timeout_ms;
};

/* @send: one segment. A lost one is sent again, so it cannot fail.
 * @take: bytes of the peer, in order. Return: has everything come that the
 *	  connection is to stay open for?
 */
struct raw_conn_ops {
	void (*send)(void *ctx, const struct raw_segment *s);
	bool (*take)(void *ctx, const uint8_t *data, size_t len);
	void *ctx;
};

/* @una:	 the oldest sequence number not acknowledged
 * @flight:	 sequence numbers in flight from @una on
 * @offset:	 payload bytes acknowledged
 * @tries:	 times the segment in flight was sent again
 * @is_heard:	 the peer acknowledged more than the SYN, or sent a byte
 */
struct raw_conn {
	const struct raw_task *task;
	struct raw_conn_ops ops;
	enum raw_state state;
	enum raw_end end;
	uint32_t una;
	uint32_t flight;
	uint32_t rcv_nxt;
	uint32_t irs;
	uint64_t offset;
	uint32_t peer_window;
	uint16_t peer_mss;
	uint8_t peer_shift;
	bool has_ts;
	bool has_ws;
	bool is_heard;
	bool is_satisfied;
	bool is_peer_done;
	uint32_t ts_recent;
	unsigned tries;
	uint64_t now_ms;
	uint64_t rto_at_ms;
	uint64_t idle_at_ms;
	uint64_t sent_segments;
	uint64_t sent_again;
	uint64_t received;
};

/* raw_conn_start() - send the SYN.
 * @is_satisfied: nothing of the peer is waited for before closing
 */
void raw_conn_start(struct raw_conn *c, const struct raw_task *task,
		    const struct raw_conn_ops *ops, uint32_t isn,
		    bool is_satisfied, uint64_t now_ms);

/* raw_conn_input() - one segment of the peer, its checksum and addresses
 * judged. @data: @len bytes
 */
void raw_conn_input(struct raw_conn *c, const struct tcp_hdr *h,
		    const uint8_t *data, size_t len, uint64_t now_ms);

/* raw_conn_due_ms() - when raw_conn_timer() is to be called; at most then */
uint64_t raw_conn_due_ms(const struct raw_conn *c);
void raw_conn_timer(struct raw_conn *c, uint64_t now_ms);

/* raw_conn_abort() - end now; the peer is told by RST */
void raw_conn_abort(struct raw_conn *c, enum raw_end why);

#endif
