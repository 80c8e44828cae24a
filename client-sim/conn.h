/* SPDX-License-Identifier: BSD-2-Clause */
/* conn.h - the connections of one worker thread.
 *
 * Theory of operation
 *
 * A worker owns a fixed table of slots, one epoll loop and one timer wheel;
 * nothing of it is shared but struct shared. A connection lives in a slot:
 *
 *	CONNECTING  connect(2) is under way (TCP only)
 *	ACTIVE	    messages are sent and their echoes compared
 *	IDLE	    nothing is under way; the next message waits for its time
 *		    (--think, or a rate; TCP only)
 *	HOLD	    every echo came; kept open for --hold
 *	CLOSING	    our FIN is sent, the peer's is awaited (TCP only)
 *
 * tcp.c, bulk.c and udp.c move it on; conn_end() ends it, whatever the state,
 * counts why, and frees the slot. Nobody touches a connection after that:
 * functions that may end one return false then. The watches are edge-triggered;
 * can_read and can_write remember the edges, so that whoever stops early (a
 * pause, a full budget) goes on later without a new one. No payload is kept:
 * it is made anew from the pattern, and one pair of buffers serves all slots.
 *
 * With a rate of requests those connections that could take one are in a list,
 * oldest first; the worker takes one from it whenever a request is due. A
 * request that is due while the list is empty waits, and its latency counts
 * from when it was due.
 */
#ifndef CLIENT_SIM_CONN_H
#define CLIENT_SIM_CONN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/egress.h"
#include "base/linefile.h"
#include "base/loop.h"
#include "base/wheel.h"
#include "header.h"
#include "plan.h"
#include "reply.h"
#include "result.h"
#include "schedule.h"
#include "whoami.h"

/* A datagram of the largest size and one byte, so that a longer one shows. */
#define CONN_BUF_BYTES 65536
/* Payload under way per UDP socket: what every receive buffer holds. */
#define CONN_FLIGHT_BYTES 65536
/* Reads or writes before another connection gets its turn. */
#define CONN_ROUNDS 32
/* Written, or thrown away, at once by --bulk. */
#define CONN_BULK_BYTES 262144

struct worker;
struct conn;

enum conn_state {
	CONN_FREE,
	CONN_CONNECTING,
	CONN_ACTIVE,
	CONN_IDLE,
	CONN_HOLD,
	CONN_CLOSING,
};

/* shared.stop */
enum stop_kind {
	STOP_NONE,
	STOP_FINISH, /* begin nothing new */
	STOP_ABORT,  /* end everything now */
};

/* What a worker tells while it runs. */
struct live {
	atomic_uint_fast64_t requests;
	atomic_uint_fast64_t sent;
	atomic_uint_fast64_t received;
	atomic_uint_fast64_t open;
	atomic_uint_fast64_t failed;
	atomic_uint_fast64_t wrong;
};

/* What the threads of a run have in common.
 * @log:     NULL: none
 * @stop_fd: readable once @stop is set
 * @end_ns:  when a timed run is over; UINT64_MAX: never
 */
struct shared {
	const struct plan *plan;
	struct linefile *log;
	uint64_t start_ns;
	uint64_t end_ns;
	int stop_fd;
	atomic_int stop;
	atomic_uint_fast64_t ended;
	atomic_uint_fast64_t held;
};

/* A datagram that was sent and not yet answered; @sent_ns 0: unused; @due_ns:
 * its latency counts from there
 */
struct flight {
	uint64_t seq;
	uint64_t sent_ns;
	uint64_t due_ns;
	uint32_t len;
};

/* @wake_ms:	  the timer's deadline, see conn_wake_at()
 * @is_stood:	  TCP: connected; UDP: something came back
 * @is_paused:	  nothing is sent before @wake_ms
 * @is_peer_done: EPOLLRDHUP was seen: read until the end
 * @is_listed:	  it is in the list of those that could take a request
 * @has_local:	  @local is known: see conn_learn_local()
 * @is_answered:  LOAD_HTTP: the response to the request under way is whole;
 *		  @is_last: the server takes no more requests
 * @start_ns:	  when it was opened; @due_ns: when it should have been
 * @msg_end:	  TCP: stream offset at which the message under way ends
 * @sent, @echoed: payload bytes
 * @line, @line_len: owned; TCP: a begun identity line; UDP: the last one that
 *		  was right, for the same bytes are right again
 * @flights:	  UDP: plan.window entries; belongs to the worker
 * @owed_ns:	  UDP: when the next datagram was due, if it is overdue; or 0
 * @next_seq:	  UDP: number of the next datagram; @reply_seq: the highest
 *		  number answered
 */
struct conn {
	int fd;
	uint32_t gen;
	uint32_t next_free;
	enum conn_state state;
	bool can_read;
	bool can_write;
	bool is_stood;
	bool is_paused;
	bool is_peer_done;
	bool is_listed;
	bool has_local;
	bool is_answered;
	bool is_last;
	uint8_t hdr_len;
	uint8_t hdr_sent;
	enum identity identity;
	uint64_t id;
	uint64_t due_ns;
	uint64_t start_ns;
	uint64_t connect_ns;
	uint64_t msg_ns;
	uint64_t msg_end;
	uint64_t messages;
	uint64_t sent;
	uint64_t echoed;
	uint64_t latency_max_ns;
	uint64_t wake_ms;
	struct wheel_node timer;
	uint32_t list_next;
	uint32_t list_prev;
	struct reply reply;
	struct endpoint local;
	char *line;
	uint32_t line_len;
	uint32_t in_flight;
	uint32_t in_flight_bytes;
	uint32_t lost;
	uint64_t owed_ns;
	uint64_t next_seq;
	uint64_t reply_ns;
	uint64_t reply_seq;
	struct flight *flights;
	struct whoami seen;
	uint8_t hdr[HEADER_MAX];
};

/* A transport. _start(): the socket is open; _run(): go on with what can_read
 * and can_write allow; _wake(): the timer; _release(): hold is over;
 * _request(): a request that was due at @due_ns, on a listed connection;
 * _over(): the run's time has passed
 */
struct conn_ops {
	void (*start)(struct worker *w, struct conn *c);
	void (*run)(struct worker *w, struct conn *c);
	void (*wake)(struct worker *w, struct conn *c);
	void (*release)(struct worker *w, struct conn *c);
	void (*request)(struct worker *w, struct conn *c, uint64_t due_ns);
	void (*over)(struct worker *w, struct conn *c);
};

extern const struct conn_ops tcp_ops, udp_ops, bulk_ops;

/* @failed_seen, @launch_at_ns: see worker_back_off()
 * @is_over:	 connections were told that the run's time has passed
 * @wants_local: every connection needs to know its own address
 * @launches, @requests: the schedules of connections and of paced requests
 * @list_head, @list_tail: connections that could take a request
 * @bulk:	 CONN_BULK_BYTES of payload, or NULL
 * @udp_in:	 what replies are read into, or NULL
 */
struct worker {
	const struct plan *plan;
	const struct conn_ops *ops;
	struct shared *shared;
	struct loop loop;
	struct wheel wheel;
	struct egress egress;
	uint64_t now_ns;
	struct conn *conns;
	struct flight *flights;
	uint32_t n_conns;
	uint32_t live;
	uint32_t free_head;
	uint32_t list_head;
	uint32_t list_tail;
	uint64_t failed_seen;
	uint64_t launch_at_ns;
	bool is_over;
	bool wants_local;
	struct schedule launches;
	struct schedule requests;
	struct live published;
	struct result result;
	uint8_t *bulk;
	struct udp_in *udp_in;
	uint8_t tx[CONN_BUF_BYTES];
	uint8_t rx[CONN_BUF_BYTES];
};

#define CONN_NO_SLOT   UINT32_MAX
#define CONN_LOOP_TYPE 0

/* conn_table_init() - @n free slots. Return: 0 or -ENOMEM */
int conn_table_init(struct worker *w, uint32_t n);
void conn_table_fini(struct worker *w);

/* conn_open() - begin connection @id in a free slot (there must be one);
 * @due_ns: on the monotonic clock. A failure is counted as its end.
 */
void conn_open(struct worker *w, uint64_t id, uint64_t due_ns);

/* conn_end() - count, log, close, free the slot. @err: positive errno that
 * caused it, or 0
 */
void conn_end(struct worker *w, struct conn *c, enum conn_end why, int err);

/* conn_fail() - conn_end() for the errno @err. Return: false */
bool conn_fail(struct worker *w, struct conn *c, int err);

/* conn_mismatch() - conn_end() with a bad case to remember; @what: static
 * storage. Return: false
 */
bool conn_mismatch(struct worker *w, struct conn *c, enum conn_end why,
		   uint64_t off, const char *what);

/* conn_wake_at() - have the timer call the protocol's _wake() at @at_ms. A
 * later time than before costs nothing, the timer finds it out.
 */
void conn_wake_at(struct worker *w, struct conn *c, uint64_t at_ms);

/* conn_wake_in() - as conn_wake_at(), @ms from now */
void conn_wake_in(struct worker *w, struct conn *c, uint64_t ms);

/* conn_count_latency() - one answered request, begun at @from_ns */
void conn_count_latency(struct worker *w, struct conn *c, uint64_t from_ns);

/* conn_take_identity() - judge one line (without line feed) */
void conn_take_identity(struct worker *w, struct conn *c, const char *line,
			size_t len);

/* conn_retry() - have the loop report the edges again */
bool conn_retry(struct worker *w, struct conn *c);

/* conn_is_over() - has the run's time passed, or was it stopped? */
bool conn_is_over(const struct worker *w);

/* conn_on_event() - loop_fn of CONN_LOOP_TYPE; conn_on_timer() - wheel_fn */
void conn_on_event(void *ctx, uint32_t slot, uint32_t gen, uint32_t events);
void conn_on_timer(void *ctx, struct wheel_node *node);

/* conn_stop_all() - end every hold, or, with STOP_ABORT, every connection */
void conn_stop_all(struct worker *w, enum stop_kind kind);

/* conn_over_all() - the run's time has passed: tell every connection, once */
void conn_over_all(struct worker *w);

/* conn_learn_local() - fill in @c->local, as far as the socket knows it */
void conn_learn_local(struct conn *c);

/* conn_count_sent(), conn_count_received() - payload bytes */
void conn_count_sent(struct worker *w, struct conn *c, uint64_t n);
void conn_count_received(struct worker *w, struct conn *c, uint64_t n);

/* conn_list() - @c could take a request; conn_unlist() - it could not any more.
 * Both do nothing if that is so already.
 */
void conn_list(struct worker *w, struct conn *c);
void conn_unlist(struct worker *w, struct conn *c);

/* conn_has_stop() - was the run stopped by a signal? */
bool conn_has_stop(const struct worker *w);

/* udp_in_new() - for worker.udp_in; free(3). NULL without memory */
struct udp_in *udp_in_new(const struct plan *p);

/* What tcp.c and bulk.c share. tcp_start(), tcp_wake(), tcp_release(): as in
 * struct conn_ops, and going on with w->ops; tcp_stand(): it stands now;
 * tcp_finish(): everything is done: hold it, or begin to close;
 * tcp_header_piece(), tcp_pause(): the header's next part, and the pause after
 * it; tcp_take_line(): the identity line's part of what was read
 */
void tcp_start(struct worker *w, struct conn *c);
void tcp_wake(struct worker *w, struct conn *c);
void tcp_release(struct worker *w, struct conn *c);
void tcp_stand(struct worker *w, struct conn *c);
bool tcp_finish(struct worker *w, struct conn *c);
size_t tcp_header_piece(const struct plan *p, const struct conn *c,
			bool *ret_is_last);
void tcp_pause(struct worker *w, struct conn *c);
bool tcp_take_line(struct worker *w, struct conn *c, const uint8_t *buf,
		   size_t len, size_t *ret_used);

#endif
