/* SPDX-License-Identifier: BSD-2-Clause */
/* writer.bpf.c - puts a client's address into a proxy's TCP connections.
 *
 * Theory of operation. A socket is marked through the setsockopt shim
 * (wire/toa_shim.h). The kernel then asks for room for each segment
 * (HDR_OPT_LEN) and, where it was given, for the option's bytes
 * (WRITE_HDR_OPT). It asks from TCP_CONNECT on if the SYN shall carry the
 * option, else from ACTIVE_ESTABLISHED on, which runs before the handshake's
 * last segment is sent. It also asks when it computes the MSS, with no segment
 * at hand: answering keeps full segments within the MTU.
 *
 * The option stays until the server's first byte has come: a server that
 * answers has created its socket, so that one copy at least arrived. That
 * makes lost segments, TCP_DEFER_ACCEPT and SYN cookies at the server harmless.
 *
 * The kernel writes its own options first. What does not fit is not sent and
 * counted, in all and for the socket.
 */
#include "bpf_common.h"

#define IP_LOCAL_PORT_RANGE 51

/* Whom the writer serves; -1: everyone in its cgroup */
const volatile int served_uid = -1;
/* Does this kernel know IP_LOCAL_PORT_RANGE? */
const volatile bool has_port_range = false;

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct toa_mark);
} marks SEC(".maps");

/* Kinds that the kernel writes itself, or reads as its own */
static __always_inline bool kind_is_taken(__u8 kind)
{
	return kind <= 8 || kind == 19 || kind == 29 || kind == 30 ||
	       kind == 34;
}

static __always_inline int shim_check(const struct toa_shim *shim)
{
	if (shim->version != TOA_SHIM_VERSION || shim->zero[0] ||
	    shim->zero[1] || kind_is_taken(shim->kind))
		return -EINVAL;
	if (!shim->place || shim->place & ~TOA_PLACE_ALL)
		return -EINVAL;
	if (shim->family != 4 && shim->family != 6)
		return -EINVAL;
	return 0;
}

static __always_inline int shim_store(struct bpf_sock *sk,
				      const struct toa_shim *shim)
{
	struct toa_mark *m;

	m = bpf_sk_storage_get(&marks, sk, 0, BPF_SK_STORAGE_GET_F_CREATE);
	if (!m)
		return -EOPNOTSUPP;
	m->place = shim->place;
	m->opt_len = shim->family == 4 ? TOA_LEN_V4 : TOA_LEN_V6;
	m->segments = 0;
	m->no_room = 0;
	m->opt[0] = shim->kind;
	m->opt[1] = m->opt_len;
	__builtin_memcpy(m->opt + 2, shim->port, 2);
	__builtin_memcpy(m->opt + 4, shim->addr, 16);
	return 0;
}

static __always_inline int shim_set(struct bpf_sockopt *ctx)
{
	struct toa_shim *shim = ctx->optval;
	struct bpf_sock *sk = ctx->sk;
	int err;

	if (served_uid >= 0 &&
	    (__u32)bpf_get_current_uid_gid() != (__u32)served_uid)
		return -EPERM;
	if (!sk || sk->type != SOCK_STREAM || sk->protocol != IPPROTO_TCP)
		return -EOPNOTSUPP;
	if ((ctx->optlen != sizeof(*shim) &&
	     ctx->optlen != sizeof(struct toa_shim_ports)) ||
	    (void *)(shim + 1) > ctx->optval_end)
		return -EINVAL;
	if (sk->state != BPF_TCP_CLOSE)
		return -EISCONN;
	err = shim_check(shim);
	return err ? err : shim_store(sk, shim);
}

/* The kernel goes on with the range, if one was given, or with nothing, for it
 * knows no option of ours.
 */
static __always_inline void shim_go_on(struct bpf_sockopt *ctx)
{
	struct toa_shim_ports *in = ctx->optval;
	__u32 *ports = ctx->optval;

	if (!has_port_range || ctx->optlen != sizeof(*in) ||
	    (void *)(in + 1) > ctx->optval_end) {
		ctx->optlen = -1;
		return;
	}
	*ports = in->ports;
	ctx->optname = IP_LOCAL_PORT_RANGE;
	ctx->optlen = sizeof(*ports);
}

SEC("cgroup/setsockopt")
int writer_setsockopt(struct bpf_sockopt *ctx)
{
	int err;

	if (ctx->level != TOA_SHIM_LEVEL || ctx->optname != TOA_SHIM_OPT)
		return sockopt_pass(ctx);
	err = shim_set(ctx);
	if (err) {
		count(WRITER_REFUSED);
		bpf_set_retval(err);
		return 0;
	}
	count(WRITER_MARKED);
	shim_go_on(ctx);
	return 1;
}

SEC("cgroup/getsockopt")
int writer_getsockopt(struct bpf_sockopt *ctx)
{
	struct toa_shim_info *info = ctx->optval;
	struct bpf_sock *sk = ctx->sk;
	struct toa_mark *m;

	if (ctx->level != TOA_SHIM_LEVEL || ctx->optname != TOA_SHIM_OPT)
		return sockopt_pass(ctx);
	if (!sk || sk->type != SOCK_STREAM || sk->protocol != IPPROTO_TCP ||
	    (void *)(info + 1) > ctx->optval_end)
		return 1;
	m = bpf_sk_storage_get(&marks, sk, 0, 0);
	info->version = TOA_SHIM_VERSION;
	info->places = TOA_PLACE_ALL;
	info->is_set = m != NULL;
	info->has_ports = 1;
	info->segments = m ? m->segments : 0;
	info->no_room = m ? m->no_room : 0;
	sockopt_answer(ctx, sizeof(*info));
	return 1;
}

static __always_inline void writer_ask(struct bpf_sock_ops *ctx, bool is_on)
{
	__u32 flags = ctx->bpf_sock_ops_cb_flags;

	if (is_on)
		flags |= BPF_SOCK_OPS_WRITE_HDR_OPT_CB_FLAG;
	else
		flags &= ~BPF_SOCK_OPS_WRITE_HDR_OPT_CB_FLAG;
	bpf_sock_ops_cb_flags_set(ctx, flags);
}

/* Does this segment get the option? */
static __always_inline bool writer_want(struct bpf_sock_ops *ctx,
					const struct toa_mark *m)
{
	if (ctx->args[0] == BPF_WRITE_HDR_TCP_CURRENT_MSS)
		return m->place & TOA_PLACE_DATA;
	if (ctx->skb_tcp_flags & TCPHDR_SYN)
		return m->place & TOA_PLACE_SYN;
	/* the first after the handshake completes it, payload or not */
	if (ctx->skb_len && m->place & TOA_PLACE_DATA)
		return true;
	return m->place & TOA_PLACE_ACK && (!ctx->skb_len || !m->segments);
}

static __always_inline void writer_reserve(struct bpf_sock_ops *ctx,
					   struct toa_mark *m)
{
	if (!writer_want(ctx, m))
		return;
	/* in WRITE_HDR_OPT skb_len counts the header too */
	m->is_data = ctx->skb_len != 0;
	if (bpf_reserve_hdr_opt(ctx, m->opt_len, 0) == 0 ||
	    ctx->args[0] == BPF_WRITE_HDR_TCP_CURRENT_MSS)
		return;
	m->no_room++;
	count(WRITER_NO_ROOM);
}

static __always_inline void writer_write(struct bpf_sock_ops *ctx,
					 struct toa_mark *m)
{
	__u32 len = m->opt_len;

	if (len != TOA_LEN_V4)
		len = TOA_LEN_V6;
	if (bpf_store_hdr_opt(ctx, m->opt, len, 0)) {
		count(WRITER_STORE_ERROR);
		return;
	}
	m->segments++;
	if (ctx->skb_tcp_flags & TCPHDR_SYN)
		count(WRITER_SYN);
	else if (m->is_data)
		count(WRITER_DATA);
	else
		count(WRITER_ACK);
}

SEC("sockops")
int writer_sockops(struct bpf_sock_ops *ctx)
{
	__u32 op = ctx->op;
	struct bpf_sock *sk;
	struct toa_mark *m;

	/* most calls are for sockets that are not ours, and others' business */
	if (op != BPF_SOCK_OPS_HDR_OPT_LEN_CB &&
	    op != BPF_SOCK_OPS_WRITE_HDR_OPT_CB &&
	    op != BPF_SOCK_OPS_TCP_CONNECT_CB &&
	    op != BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB)
		return 1;
	if (op == BPF_SOCK_OPS_HDR_OPT_LEN_CB && ctx->bytes_received) {
		writer_ask(ctx, false);
		return 1;
	}
	sk = ctx->sk;
	if (!sk)
		return 1;
	m = bpf_sk_storage_get(&marks, sk, 0, 0);
	if (!m)
		return 1;
	if (op == BPF_SOCK_OPS_HDR_OPT_LEN_CB) {
		writer_reserve(ctx, m);
	} else if (op == BPF_SOCK_OPS_WRITE_HDR_OPT_CB) {
		writer_write(ctx, m);
	} else if (op == BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB) {
		count(WRITER_CONNECTIONS);
		writer_ask(ctx, m->place & ~TOA_PLACE_SYN);
	} else if (m->place & TOA_PLACE_SYN) {
		writer_ask(ctx, true);
	}
	return 1;
}

char toa_license[] SEC("license") = "Dual BSD/GPL";
