/* SPDX-License-Identifier: BSD-2-Clause */
/* fast_wire_bpf.h - TCP segments in packets, and how one becomes another, for
 * fast.bpf.c alone. Bytes of a packet are in network order, all else in the
 * host's. Sums are those of RFC 1071, not folded: what a change adds to a
 * checksum.
 */
#ifndef PROXY_FAST_WIRE_BPF_H
#define PROXY_FAST_WIRE_BPF_H

#include <stdbool.h>

#include <linux/bpf.h>
#include <linux/ip.h>
#include <linux/ipv6.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "fast_shared.h"

#define ETH_BYTES 14
#define TCP_BYTES 20

#define TCP_FIN 0x01U
#define TCP_SYN 0x02U
#define TCP_RST 0x04U
#define TCP_ACK 0x10U
#define TCP_URG 0x20U

/* first words of the options in the layouts that are rewritten */
#define OPT_TS	 0x0101080aU /* NOP NOP timestamps */
#define OPT_SACK 0x01010500U /* NOP NOP SACK, and its length */
#define OPT_NOPS 0x01010101U

struct tcp_hdr {
	__be16 src_port;
	__be16 dst_port;
	__be32 seq;
	__be32 ack;
	__be16 flags; /* and the header's length */
	__be16 window;
	__u16 check;
	__be16 urgent;
};

/* What is needed of a segment, in host byte order */
struct seg {
	__u32 flow; /* as in the table */
	__u32 seq;
	__u32 ack;
	__u32 flags;
	__u32 hdr_len;
	__u32 len;    /* payload bytes */
	__u32 window; /* not scaled */
};

/* Replace a word and note what that does to the checksum. */
static __always_inline void put(__be32 *at, __u32 value, __u64 *sum)
{
	__be32 now = bpf_htonl(value);

	*sum += (__u32) ~*at;
	*sum += now;
	*at = now;
}

/* SACK blocks from @p on; @word is the option's first. Return: known */
static __always_inline bool put_sack(__be32 *p, void *end, __u32 word,
				     __u32 room, __u32 add, __u64 *sum)
{
	__u32 len = word & 0xff;
	int i;

	if ((word & ~0xffU) != OPT_SACK || len + 2 != room)
		return false;
	for (i = 0; i < 8; i++) {
		if (2 + 4U * (i + 1) > len)
			break;
		if ((void *)(p + i + 1) > end)
			return false;
		put(p + i, bpf_ntohl(p[i]) - add, sum);
	}
	return true;
}

/* What is not known is blotted out: a receiver does without any option. */
static __always_inline void blot(__be32 *p, void *end, __u32 room, __u64 *sum)
{
	int i;

	for (i = 0; i < 10; i++) {
		if (4U * (i + 1) > room || (void *)(p + i + 1) > end)
			break;
		put(p + i, OPT_NOPS, sum);
	}
}

/* The options behind @th, @room bytes */
static __always_inline void put_options(struct tcp_hdr *th, void *end,
					__u32 room, const struct fast_way *mine,
					const struct fast_way *other,
					__u64 *sum)
{
	__be32 *p = (void *)(th + 1);

	if (!room || (void *)(p + 1) > end)
		return;
	if (*p == bpf_htonl(OPT_TS) && room >= 12 && (void *)(p + 3) <= end) {
		put(p + 1, bpf_ntohl(p[1]) + mine->ts_add, sum);
		put(p + 2, bpf_ntohl(p[2]) - other->ts_add, sum);
		room -= 12;
		p += 3;
		if (!room || (void *)(p + 1) > end)
			return;
	}
	if (!put_sack(p + 1, end, bpf_ntohl(*p), room, other->seq_add, sum))
		blot(p, end, room, sum);
}

static __always_inline __u32 fold(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	return (__u32)(sum + (sum >> 32));
}

static __always_inline void put_ports(struct tcp_hdr *th,
				      const struct fast_key *out, __u64 *sum)
{
	*sum += (__u16)~th->src_port;
	*sum += (__u16)~th->dst_port;
	*sum += out->src_port;
	*sum += out->dst_port;
	th->src_port = out->src_port;
	th->dst_port = out->dst_port;
}

static __always_inline void put_window(struct tcp_hdr *th,
				       const struct fast_way *way, __u64 *sum)
{
	__u32 window = (__u32)bpf_ntohs(th->window) << (way->shift_in & 15) >>
		       (way->shift_out & 15);
	__be16 now = bpf_htons(window > 65535 ? 65535 : window);

	*sum += (__u16)~th->window;
	*sum += now;
	th->window = now;
}

static __always_inline void put_addresses(void *ip, const struct fast_way *way,
					  bool is_v6)
{
	struct ipv6hdr *ip6 = ip;
	struct iphdr *ip4 = ip;
	__u64 sum;

	if (is_v6) {
		__builtin_memcpy(&ip6->saddr, way->out.src, 16);
		__builtin_memcpy(&ip6->daddr, way->out.dst, 16);
		return;
	}
	ip4->saddr = way->out.src[0];
	ip4->daddr = way->out.dst[0];
	sum = (__u64)(__u16)~ip4->check + way->addr_sum;
	sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	ip4->check = (__u16)~sum;
}

static __always_inline __u32 ip_bytes(bool is_v6)
{
	return is_v6 ? sizeof(struct ipv6hdr) : sizeof(struct iphdr);
}

#endif
