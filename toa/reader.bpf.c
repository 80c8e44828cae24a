/* SPDX-License-Identifier: BSD-2-Clause */
/* reader.bpf.c - finds the clients' addresses and answers accept with them.
 *
 * Theory of operation. When a handshake completes (PASSIVE_ESTABLISHED, before
 * the program can accept the connection), the options of the segment that
 * completed it are searched, and those of the SYN if that is wanted. An address
 * from a trusted peer is kept in the socket's storage until the socket is gone;
 * sockets without one have none. accept(2) and getpeername(2) of the program
 * then pass through the getpeername hooks, which write it over the peer's.
 *
 * The first address wins. Another one in the same segment that says something
 * else leaves nothing to believe, and the peer's address stands; another one
 * in a later segment is ignored. Either is counted.
 *
 * Without an address at the handshake, later segments with options that the
 * kernel does not know are searched (PARSE_UNKNOWN_HDR_OPT) until something
 * that we sent was acknowledged: connections opened by TCP Fast Open, and
 * senders that wait for the first payload. The program may have asked before.
 *
 * The hooks can write an address of the socket's own family only: IPv4 clients
 * of an AF_INET6 socket become ::ffff:a.b.c.d; for IPv6 clients of an AF_INET
 * socket getsockopt(IPPROTO_IP, 4096) answers, as that of DPVS's toa.ko does.
 *
 * All hooks are those of the cgroup in which the LISTENING socket was created.
 */
#include "bpf_common.h"

#define TCP_SAVE_SYN	 27
#define SOL_TCP		 6
#define OPT_EOL		 0
#define OPT_NOP		 1
#define OPT_MPTCP	 30
#define OPT_EXPERIMENT_1 253
#define OPT_EXPERIMENT_2 254

/* NOP, NOP, kind 8, length 10: how the kernel begins its timestamps */
#define TIMESTAMPS_ALIGNED 0x0101080a
#define TIMESTAMPS_LEN	   12

/* Kind 28: the version byte before an IPv4 address */
#define VERSION_V4 1

/* TOA options of one segment that are looked at; 40 bytes hold five */
#define HITS_MAX 4
/* Segments after the address was found that are compared with it */
#define CHECKS_MAX 3

const volatile __u8 layouts[TOA_LAYOUTS];
const volatile __u32 places = TOA_PLACE_ACK | TOA_PLACE_DATA;

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct toa_conn);
} conns SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, TOA_TRUST_MAX);
	__type(key, struct toa_trust_key);
	__type(value, __u8);
} trust SEC(".maps");

/* A TCP header, copied: indexing a packet by a variable is more than the
 * verifier follows. As long as a masked offset and an option may reach.
 */
struct header {
	__u8 bytes[96];
};

/* An address as found; IPv4 as ::ffff:a.b.c.d */
struct found {
	__u8 addr[16];
	__u8 port[2];
	__u8 has_port;
	__u8 kind;
	__u8 family;
	__u8 zero[3];
} __attribute__((aligned(8)));

/* What the walk over one header saw.
 * @at: offsets of the first @hits options that may name a client
 */
struct walk {
	__u32 hits;
	__u32 at[HITS_MAX];
	__u8 layout[HITS_MAX];
	bool is_malformed;
	bool is_mptcp;
};

enum verdict {
	VERDICT_NONE,
	VERDICT_FOUND,
	VERDICT_CONTRADICTION,
};

/* Return: the header's length */
static __always_inline __u32 header_copy(struct bpf_sock_ops *ctx,
					 struct header *h)
{
	void *data = ctx->skb_data, *end = ctx->skb_data_end;
	__u32 i;

#pragma unroll
	for (i = TOA_TCP_HDR_LEN; i < TOA_TCP_HDR_MAX; i += 4) {
		if (data + i + 4 > end)
			break;
		__builtin_memcpy(h->bytes + i, data + i, 4);
	}
	return i;
}

/* RFC 6994: in a SYN these say that the option is another one */
static __always_inline bool is_experiment(const __u8 *opt)
{
	__u32 exid = (__u32)opt[2] << 8 | opt[3];

	if (opt[0] != OPT_EXPERIMENT_1 && opt[0] != OPT_EXPERIMENT_2)
		return false;
	if (exid == TOA_EXID_TFO || exid == TOA_EXID_HOST_ID)
		return true;
	return exid == TOA_EXID_SMC >> 16 &&
	       ((__u32)opt[4] << 8 | opt[5]) == (TOA_EXID_SMC & 0xffff);
}

/* This and header_judge() are global so that the verifier looks at them once,
 * with unknown memory, and not along each path to each call.
 * Return: options that may name a client
 */
__noinline int header_walk(const struct header *h, __u32 len, bool is_syn,
			   struct walk *w)
{
	__u32 off = TOA_TCP_HDR_LEN;
	int i;

	if (!h || !w)
		return 0;
	for (i = 0; i < TOA_TCP_HDR_MAX - TOA_TCP_HDR_LEN; i++) {
		__u32 kind, opt_len, layout, index;

		off &= 63;
		opaque(off);
		if (off >= len)
			break;
		kind = h->bytes[off];
		if (kind == OPT_EOL)
			break;
		if (kind == OPT_NOP) {
			off++;
			continue;
		}
		opt_len = h->bytes[off + 1];
		if (opt_len < 2 || off + opt_len > len) {
			w->is_malformed = true;
			break;
		}
		if (kind == OPT_MPTCP)
			w->is_mptcp = true;
		index = (kind << TOA_LAYOUT_BITS | (opt_len & 63)) &
			(TOA_LAYOUTS - 1);
		opaque(index);
		layout = layouts[index];
		if (layout == TOA_LAYOUT_COUNT) {
			w->is_malformed = true;
		} else if (layout &&
			   !(is_syn && is_experiment(h->bytes + off))) {
			__u32 n = w->hits & (HITS_MAX - 1);

			opaque(n);
			w->at[n] = off;
			w->layout[n] = layout;
			w->hits++;
		}
		off += opt_len;
	}
	return w->hits;
}

static __always_inline bool is_zero(const __u8 *p, int n)
{
	__u8 all = 0;
	int i;

#pragma unroll
	for (i = 0; i < n; i++)
		all |= p[i];
	return !all;
}

/* Return: false if no client can have that address */
static __always_inline bool option_read(const struct header *h, __u32 off,
					__u32 layout, struct found *f)
{
	bool is_v4 = layout == TOA_LAYOUT_PORT_V4 ||
		     layout == TOA_LAYOUT_VER_V4 || layout == TOA_LAYOUT_V4;
	int i;

	off &= 63;
	opaque(off);
	__builtin_memset(f, 0, sizeof(*f));
	f->kind = h->bytes[off];
	f->family = is_v4 ? 4 : 6;
	off += 2;
	if (layout == TOA_LAYOUT_PORT_V4 || layout == TOA_LAYOUT_PORT_V6) {
		f->port[0] = h->bytes[off];
		f->port[1] = h->bytes[off + 1];
		f->has_port = 1;
		if (is_zero(f->port, 2))
			return false;
		off += 2;
	} else if (layout == TOA_LAYOUT_VER_V4 || layout == TOA_LAYOUT_VER_V6) {
		if (is_v4 && h->bytes[off] != VERSION_V4)
			return false;
		off += 1;
	}
	if (is_v4) {
		f->addr[10] = f->addr[11] = 0xff;
#pragma unroll
		for (i = 0; i < 4; i++)
			f->addr[12 + i] = h->bytes[off + i];
		return !is_zero(f->addr + 12, 4);
	}
#pragma unroll
	for (i = 0; i < 16; i++)
		f->addr[i] = h->bytes[off + i];
	return !is_zero(f->addr, 16);
}

static __always_inline bool found_same(const struct found *a,
				       const struct found *b)
{
	const __u64 *x = (const __u64 *)a->addr, *y = (const __u64 *)b->addr;

	return x[0] == y[0] && x[1] == y[1] &&
	       (!a->has_port || !b->has_port ||
		*(const __u16 *)a->port == *(const __u16 *)b->port);
}

/* The address of one segment, from all of its options */
__noinline int header_judge(const struct header *h, struct walk *w,
			    struct found *ret)
{
	struct found other;
	__u32 i, n = 0;

	if (!h || !w || !ret)
		return VERDICT_NONE;
	if (w->hits > HITS_MAX)
		return VERDICT_CONTRADICTION;
	for (i = 0; i < HITS_MAX; i++) {
		if (i >= w->hits)
			break;
		if (!option_read(h, w->at[i], w->layout[i], &other)) {
			w->is_malformed = true;
			continue;
		}
		if (n++ == 0)
			*ret = other;
		else if (!found_same(ret, &other))
			return VERDICT_CONTRADICTION;
	}
	return n ? VERDICT_FOUND : VERDICT_NONE;
}

/* Either end, IPv4 as ::ffff:a.b.c.d (IPv4 peers of AF_INET6 sockets come so).
 * All is read before anything is chosen: the verifier wants the context's
 * members at constant offsets, and clang would choose the offset.
 */
#define address_read(ctx, end, ret)                            \
	do {                                                   \
		__u32 v4_ = (ctx)->end##_ip4;                  \
		__u32 v6_0_ = (ctx)->end##_ip6[0];             \
		__u32 v6_1_ = (ctx)->end##_ip6[1];             \
		__u32 v6_2_ = (ctx)->end##_ip6[2];             \
		__u32 v6_3_ = (ctx)->end##_ip6[3];             \
		bool is_v6_ = (ctx)->family == AF_INET6;       \
                                                               \
		opaque(v4_);                                   \
		opaque(v6_0_);                                 \
		opaque(v6_1_);                                 \
		opaque(v6_2_);                                 \
		opaque(v6_3_);                                 \
		(ret)[0] = is_v6_ ? v6_0_ : 0;                 \
		(ret)[1] = is_v6_ ? v6_1_ : 0;                 \
		(ret)[2] = is_v6_ ? v6_2_ : bpf_htonl(0xffff); \
		(ret)[3] = is_v6_ ? v6_3_ : v4_;               \
	} while (0)

static __always_inline bool peer_is_trusted(struct bpf_sock_ops *ctx)
{
	struct toa_trust_key key = { .prefix_bits = 128 };
	__u32 peer[4];

	address_read(ctx, remote, peer);
	__builtin_memcpy(key.addr, peer, 16);
	return bpf_map_lookup_elem(&trust, &key);
}

/* Does the connection count as an IPv6 address that is kept? */
static __always_inline bool conn_is_counted(struct bpf_sock_ops *ctx,
					    __u8 client_family)
{
	return ctx->family == AF_INET6 || client_family == 6;
}

static __always_inline void conn_fill(struct bpf_sock_ops *ctx,
				      const struct found *f, __u8 place,
				      struct toa_conn *c)
{
	__u16 peer_port = ctx->remote_port >> 16; /* in network order */
	__u16 local_port = bpf_htons(ctx->local_port);
	__u32 peer[4], local[4];

	address_read(ctx, remote, peer);
	address_read(ctx, local, local);
	c->family = f->family;
	c->is_v6_sock = ctx->family == AF_INET6;
	c->has_port = f->has_port;
	c->place = place;
	c->kind = f->kind;
	c->is_counted = conn_is_counted(ctx, f->family);
	c->checks_left = CHECKS_MAX;
	__builtin_memcpy(c->addr, f->addr, 16);
	__builtin_memcpy(c->peer, peer, 16);
	__builtin_memcpy(c->local, local, 16);
	__builtin_memcpy(c->port,
			 f->has_port ? (const void *)f->port
				     : (const void *)&peer_port,
			 2);
	__builtin_memcpy(c->peer_port, &peer_port, 2);
	__builtin_memcpy(c->local_port, &local_port, 2);
}

/* Return: false without memory */
static __always_inline bool conn_keep(struct bpf_sock_ops *ctx,
				      struct bpf_sock *sk,
				      const struct found *f, __u8 place)
{
	struct toa_conn *c;

	c = bpf_sk_storage_get(&conns, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!c) {
		count(READER_NO_MEMORY);
		return false;
	}
	conn_fill(ctx, f, place, c);
	if (c->is_counted)
		count(READER_ALLOC);
	return true;
}

static __always_inline void conn_found(const struct toa_conn *c,
				       struct found *ret)
{
	__builtin_memcpy(ret->addr, c->addr, 16);
	__builtin_memcpy(ret->port, c->port, 2);
	ret->has_port = c->has_port;
}

static __always_inline void flags_set(struct bpf_sock_ops *ctx, __u32 on,
				      __u32 off)
{
	__u32 flags = ctx->bpf_sock_ops_cb_flags;

	bpf_sock_ops_cb_flags_set(ctx, (flags | on) & ~off);
}

/* The address in the SYN, which the kernel has saved. */
static __always_inline int syn_judge(struct bpf_sock_ops *ctx,
				     struct found *ret)
{
	struct walk w = { 0 };
	struct header h;
	int len, verdict = VERDICT_NONE;

	__builtin_memset(&h, 0, sizeof(h));
	len = bpf_getsockopt(ctx, SOL_TCP, TCP_BPF_SYN, h.bytes,
			     TOA_TCP_HDR_MAX);
	if (len < TOA_TCP_HDR_LEN || len > TOA_TCP_HDR_MAX)
		return VERDICT_NONE;
	if (header_walk(&h, len, true, &w))
		verdict = header_judge(&h, &w, ret);
	if (w.is_malformed)
		count(READER_MALFORMED);
	return verdict;
}

/* The usual segment: nothing or timestamps, then one option in a layout with
 * the port first, and no more. Read where it is; all else takes the long way.
 * Return: true if @ret is the segment's address
 */
static __always_inline bool segment_is_plain(struct bpf_sock_ops *ctx,
					     struct found *ret)
{
	__u8 *opt = ctx->skb_data, *end = ctx->skb_data_end;
	__u32 index, layout;

	opt += TOA_TCP_HDR_LEN;
	if (opt + TOA_LEN_V4 > end)
		return false;
	if (*(__u32 *)opt == bpf_htonl(TIMESTAMPS_ALIGNED))
		opt += TIMESTAMPS_LEN;
	if (opt + TOA_LEN_V4 > end)
		return false;
	index = (__u32)opt[0] << TOA_LAYOUT_BITS | (opt[1] & 63);
	opaque(index);
	layout = layouts[index & (TOA_LAYOUTS - 1)];
	ret->kind = opt[0];
	ret->has_port = 1;
	__builtin_memcpy(ret->port, opt + 2, 2);
	if (layout == TOA_LAYOUT_PORT_V4 && opt[1] == TOA_LEN_V4) {
		if (opt + TOA_LEN_V4 + 1 <= end)
			return false;
		ret->family = 4;
		__builtin_memset(ret->addr, 0, 10);
		ret->addr[10] = ret->addr[11] = 0xff;
		__builtin_memcpy(ret->addr + 12, opt + 4, 4);
		return !is_zero(ret->port, 2) && !is_zero(ret->addr + 12, 4);
	}
	if (layout != TOA_LAYOUT_PORT_V6 || opt[1] != TOA_LEN_V6 ||
	    opt + TOA_LEN_V6 > end || opt + TOA_LEN_V6 + 1 <= end)
		return false;
	ret->family = 6;
	__builtin_memcpy(ret->addr, opt + 4, 16);
	return !is_zero(ret->port, 2) && !is_zero(ret->addr, 16);
}

/* The address in the segment at hand. */
static __always_inline int segment_judge(struct bpf_sock_ops *ctx, bool is_syn,
					 bool *ret_is_mptcp, struct found *ret)
{
	struct walk w = { 0 };
	struct header h;
	__u32 len;
	int verdict = VERDICT_NONE;

	*ret_is_mptcp = false;
	if (!is_syn && segment_is_plain(ctx, ret))
		return VERDICT_FOUND;
	__builtin_memset(&h, 0, sizeof(h));
	len = header_copy(ctx, &h);
	if (header_walk(&h, len, is_syn, &w))
		verdict = header_judge(&h, &w, ret);
	*ret_is_mptcp = w.is_mptcp;
	if (w.is_malformed)
		count(READER_MALFORMED);
	return verdict;
}

static __always_inline void reader_established(struct bpf_sock_ops *ctx)
{
	struct bpf_sock *sk = ctx->sk;
	bool is_tfo = ctx->skb_tcp_flags & TCPHDR_SYN;
	__u8 place = is_tfo ? TOA_PLACE_SYN : TOA_PLACE_ACK;
	struct found found = { 0 }, syn = { 0 };
	int verdict = VERDICT_NONE, syn_verdict = VERDICT_NONE;
	bool is_mptcp = false, is_trusted, is_kept = false;
	__u32 flags = 0;

	if (!sk)
		return;
	is_trusted = peer_is_trusted(ctx);
	if (is_tfo)
		count(READER_TFO);
	verdict = segment_judge(ctx, is_tfo, &is_mptcp, &found);
	if (is_mptcp)
		count(READER_MPTCP);
	if (!(places & place))
		verdict = VERDICT_NONE;
	if (places & TOA_PLACE_SYN && !is_tfo)
		syn_verdict = syn_judge(ctx, &syn);
	if (syn_verdict == VERDICT_FOUND) {
		if (verdict == VERDICT_FOUND && !found_same(&syn, &found))
			count(READER_DUPLICATE);
		found = syn;
		place = TOA_PLACE_SYN;
		verdict = VERDICT_FOUND;
	} else if (syn_verdict == VERDICT_CONTRADICTION) {
		verdict = VERDICT_CONTRADICTION;
	}
	if (verdict != VERDICT_NONE && !is_trusted)
		count(READER_UNTRUSTED);
	else if (verdict == VERDICT_CONTRADICTION)
		count(READER_DUPLICATE);
	else if (verdict == VERDICT_FOUND)
		is_kept = conn_keep(ctx, sk, &found, place);
	count(is_kept ? READER_TOA : READER_NO_TOA);
	if (is_kept && place == TOA_PLACE_SYN)
		count(READER_FROM_SYN);
	if (is_trusted && places & TOA_PLACE_DATA &&
	    verdict != VERDICT_CONTRADICTION)
		flags |= BPF_SOCK_OPS_PARSE_UNKNOWN_HDR_OPT_CB_FLAG;
	if (is_kept && conn_is_counted(ctx, found.family))
		flags |= BPF_SOCK_OPS_STATE_CB_FLAG;
	if (flags)
		flags_set(ctx, flags, 0);
}

/* A later segment with options that the kernel does not know */
static __always_inline void reader_segment(struct bpf_sock_ops *ctx)
{
	struct bpf_sock *sk = ctx->sk;
	struct found found = { 0 }, first;
	struct toa_conn *c;
	bool is_mptcp;
	int verdict;

	if (!sk)
		return;
	if (ctx->bytes_acked) {
		flags_set(ctx, 0, BPF_SOCK_OPS_PARSE_UNKNOWN_HDR_OPT_CB_FLAG);
		return;
	}
	verdict = segment_judge(ctx, false, &is_mptcp, &found);
	if (verdict == VERDICT_NONE)
		return;
	c = bpf_sk_storage_get(&conns, sk, 0, 0);
	if (!c) {
		if (verdict == VERDICT_CONTRADICTION) {
			count(READER_DUPLICATE);
			flags_set(ctx, 0,
				  BPF_SOCK_OPS_PARSE_UNKNOWN_HDR_OPT_CB_FLAG);
		} else if (conn_keep(ctx, sk, &found, TOA_PLACE_DATA)) {
			count(READER_LATE);
			if (conn_is_counted(ctx, found.family))
				flags_set(ctx, BPF_SOCK_OPS_STATE_CB_FLAG, 0);
		}
		return;
	}
	conn_found(c, &first);
	if (verdict == VERDICT_CONTRADICTION || !found_same(&first, &found)) {
		count(READER_DUPLICATE);
		c->checks_left = 1;
	}
	if (!--c->checks_left)
		flags_set(ctx, 0, BPF_SOCK_OPS_PARSE_UNKNOWN_HDR_OPT_CB_FLAG);
}

/* The address stays: a connection that was reset before the program accepted
 * it is accepted all the same, and its client asked for.
 */
static __always_inline void reader_closed(struct bpf_sock_ops *ctx)
{
	struct bpf_sock *sk = ctx->sk;
	struct toa_conn *c;

	if (!sk)
		return;
	c = bpf_sk_storage_get(&conns, sk, 0, 0);
	if (!c || !c->is_counted)
		return;
	c->is_counted = 0;
	count(READER_FREE);
}

SEC("sockops")
int reader_sockops(struct bpf_sock_ops *ctx)
{
	int one = 1;

	switch (ctx->op) {
	case BPF_SOCK_OPS_TCP_LISTEN_CB:
		if (places & TOA_PLACE_SYN)
			bpf_setsockopt(ctx, SOL_TCP, TCP_SAVE_SYN, &one,
				       sizeof(one));
		break;
	case BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB:
		reader_established(ctx);
		break;
	case BPF_SOCK_OPS_PARSE_HDR_OPT_CB:
		reader_segment(ctx);
		break;
	case BPF_SOCK_OPS_STATE_CB:
		if (ctx->args[1] == BPF_TCP_CLOSE)
			reader_closed(ctx);
		break;
	}
	return 1;
}

/* Return: the connection behind a getpeername, if it has an address */
static __always_inline struct toa_conn *query(struct bpf_sock_addr *ctx)
{
	struct toa_conn *c = NULL;

	if (ctx->type != SOCK_STREAM)
		return NULL;
	if (ctx->protocol == IPPROTO_MPTCP) {
		count(READER_BYPASS);
		return NULL;
	}
	if (ctx->protocol != IPPROTO_TCP)
		return NULL;
	if (ctx->sk)
		c = bpf_sk_storage_get(&conns, ctx->sk, 0, 0);
	if (!c)
		count(READER_EMPTY);
	return c;
}

SEC("cgroup/getpeername4")
int reader_getpeername4(struct bpf_sock_addr *ctx)
{
	struct toa_conn *c = query(ctx);

	if (!c)
		return 1;
	if (c->family == 6) {
		count(READER_MISMATCH);
		return 1;
	}
	ctx->user_ip4 = *(__u32 *)(c->addr + 12);
	ctx->user_port = *(__u16 *)c->port;
	count(READER_OK);
	return 1;
}

SEC("cgroup/getpeername6")
int reader_getpeername6(struct bpf_sock_addr *ctx)
{
	struct toa_conn *c = query(ctx);
	__u32 *addr;

	if (!c)
		return 1;
	addr = (__u32 *)c->addr;
	ctx->user_ip6[0] = addr[0];
	ctx->user_ip6[1] = addr[1];
	ctx->user_ip6[2] = addr[2];
	ctx->user_ip6[3] = addr[3];
	ctx->user_port = *(__u16 *)c->port;
	count(READER_OK);
	return 1;
}

/* DPVS's toa.ko answers with these errors, too.
 * Return: 0 if @ctx has the answer, or -errno
 */
static __always_inline int lookup(struct bpf_sockopt *ctx, struct bpf_sock *sk)
{
	struct toa_lookup *out = ctx->optval;
	struct toa_conn *c;

	if ((void *)(out + 1) > ctx->optval_end)
		return -EINVAL;
	c = bpf_sk_storage_get(&conns, sk, 0, 0);
	if (!c && (sk->state == BPF_TCP_CLOSE || sk->state == BPF_TCP_LISTEN ||
		   sk->state == BPF_TCP_SYN_SENT))
		return -ENOTCONN;
	if (!c) {
		count(READER_EMPTY);
		return -EINVAL;
	}
	/* accept has said it */
	if (c->family != 6 || sk->family == AF_INET6)
		return -EFAULT;
	__builtin_memcpy(out->addr, c->addr, 16);
	__builtin_memcpy(out->port, c->port, 2);
	out->zero[0] = out->zero[1] = 0;
	count(READER_LOOKUP);
	count(READER_OK);
	return 0;
}

SEC("cgroup/getsockopt")
int reader_getsockopt(struct bpf_sockopt *ctx)
{
	struct bpf_sock *sk = ctx->sk;
	int err;

	if (ctx->level != TOA_SHIM_LEVEL || ctx->optname != TOA_LOOKUP_OPT)
		return sockopt_pass(ctx);
	if (!sk || sk->type != SOCK_STREAM || sk->protocol != IPPROTO_TCP)
		return 1;
	err = lookup(ctx, sk);
	if (err)
		bpf_set_retval(err);
	else
		sockopt_answer(ctx, sizeof(struct toa_lookup));
	return 1;
}

char toa_license[] SEC("license") = "Dual BSD/GPL";
