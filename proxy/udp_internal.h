/* SPDX-License-Identifier: BSD-2-Clause */
/* udp_internal.h - what the two files of the UDP relay share: sessions and
 * their table. The theory stands in udp.c.
 */
#ifndef PROXY_UDP_INTERNAL_H
#define PROXY_UDP_INTERNAL_H

#include "base/egress.h"
#include "base/sock.h"
#include "meta.h"
#include "udp.h"
#include "udp_fast.h"
#include "udp_gso.h"

#define UDP_BATCH	 UDP_GSO_MSGS_MAX
#define UDP_DATAGRAM_MAX 65535
/* An odd number of cache lines, so that the begins of the buffers spread over
 * the sets of the cache.
 */
#define UDP_STRIDE (65536 + 3 * 64)
#define SLOT_NONE  UINT32_MAX

/* @vip:   what the client dialled
 * @scope: interface of a link-local client, 0 otherwise
 */
struct udp_key {
	struct endpoint client;
	struct endpoint vip;
	uint32_t scope;
	int listen_fd;
};

struct udp_session {
	struct udp_key key;
	const struct fwd *fwd;
	struct wheel_node timer;
	uint64_t id;
	uint64_t begin_wall_ms;
	uint64_t active_ms;
	uint64_t log_ms;
	uint64_t up_bytes, up_logged;
	uint64_t down_bytes, down_logged;
	uint32_t gen;
	uint32_t next; /* in the bucket, or in the free list */
	struct ip_addr origin;
	int fd;	      /* -1: the slot is free */
	int reply_fd; /* bound to the dialled port; not the session's own */
	bool is_listen_v6;
	bool is_steered;
	bool has_header; /* was sent */
	uint32_t n_up;	 /* datagrams so far, counted with --fault only */
	/* udp_hand.c: */
	bool is_put;   /* a header is put before each that is forwarded */
	uint32_t slot; /* UDP_FAST_NONE: not forwarded */
	uint32_t n_hand;
	uint32_t routes; /* as udp_fast_routes() */
	uint64_t hand_retry_ms;
	uint64_t handed_ms;
	struct udp_fast_count taken[2];
};

/* Datagrams of one batch as they were read. */
struct udp_in {
	struct mmsghdr msgs[UDP_BATCH];
	struct iovec iov[UDP_BATCH];
	uint8_t data[UDP_BATCH][UDP_STRIDE];
};

#define UDP_UP_CONTROL (SOCK_PKTINFO_SPACE + UDP_FAST_CONTROL)

/* From clients: @in with who sent them where, and the vectors for writing
 * those of one session.
 */
struct udp_up {
	struct sockaddr_storage names[UDP_BATCH];
	_Alignas(struct cmsghdr) uint8_t control[UDP_BATCH][UDP_UP_CONTROL];
	struct mmsghdr out[UDP_BATCH];
	struct iovec out_iov[UDP_BATCH][2];
	uint8_t headers[UDP_BATCH][META_MAX];
	struct udp_in in;
};

/* Replies of a session that is being forwarded: the last one's number. */
struct udp_handed {
	uint32_t slot;
	uint64_t number;
};

/* To clients: replies of all sessions, @n_in buffers of @in with @n_out of
 * them to be written.
 * @fds: the socket each leaves from
 * @hands: @n_hands of what waits
 */
struct udp_down {
	uint32_t n_in;
	uint32_t n_out;
	int fds[UDP_BATCH];
	struct mmsghdr out[UDP_BATCH];
	struct iovec out_iov[UDP_BATCH];
	struct sockaddr_storage names[UDP_BATCH];
	_Alignas(struct cmsghdr) uint8_t control[UDP_BATCH][SOCK_PKTINFO_SPACE];
	uint32_t n_hands;
	struct udp_handed hands[UDP_BATCH];
	_Alignas(struct cmsghdr) uint8_t
		in_control[UDP_BATCH][UDP_FAST_CONTROL];
	struct udp_in in;
};

struct udp_port;

struct udp_table {
	struct wheel wheel;
	struct udp_session *slots;
	uint32_t cap;
	uint32_t high;
	uint32_t n_used;
	uint32_t free_head;
	uint32_t *buckets;
	uint32_t bucket_mask;
	uint64_t secret[2];
	uint64_t ids;
	uint64_t idle_ms;
	uint64_t icmp_second; /* the second that @icmp_count is of */
	uint32_t icmp_count;
	struct egress egress;
	struct udp_up *up;
	struct udp_down *down;
	struct udp_port *ports;	 /* udp_port.c; NULL: none is steered yet */
	struct udp_gso *gso;	 /* NULL without --udp-gso */
	struct udp_fault *fault; /* NULL without --fault */
};

static inline uint32_t udp_slot(const struct udp_table *t,
				const struct udp_session *s)
{
	return (uint32_t)(s - t->slots);
}

/* udp_find() - NULL if @k has no session */
struct udp_session *udp_find(struct udp_table *t, const struct udp_key *k);

/* udp_begin() - a session for @key, its socket connected to an origin; NULL,
 * and counted, if there cannot be one
 */
struct udp_session *udp_begin(struct worker *w, const struct listener *l,
			      const struct udp_key *key);

/* udp_told() - a header goes to the origin: count it */
static inline void udp_told(struct worker *w, struct udp_session *s)
{
	s->has_header = true;
	stat_add(&w->stats, STAT_UDP_HEADERS, 1);
	fwd_add(s->fwd, w->id, tally_header_id(s->fwd->rule->mode), 1);
}

/* udp_end() - the one way out: log, close, free */
void udp_end(struct worker *w, struct udp_session *s, enum close_reason reason);

/* udp_batches_init() - the vectors that stay the same for all batches */
void udp_batches_init(struct udp_table *t);

/* udp_flush() - write the replies that wait */
void udp_flush(struct worker *w);

/* udp_port_hold() - a socket to answer from @vip, a steered port: one for all
 * sessions of the port, family and worker, its descriptor within the budget.
 * Return: 0 and *@ret_fd, or -errno
 */
int udp_port_hold(struct worker *w, const struct endpoint *vip, int *ret_fd);

/* udp_port_drop() - as often as udp_port_hold() returned 0 */
void udp_port_drop(struct worker *w, const struct endpoint *vip);

void udp_port_free(struct udp_table *t);

/* the handler of the sessions' sockets, in udp.c */
loop_fn udp_on_origin;

#endif
