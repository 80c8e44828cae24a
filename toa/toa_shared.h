/* SPDX-License-Identifier: BSD-2-Clause */
/* toa_shared.h - what the eBPF programs and tp-toa know of each other.
 *
 * Compiled by eBPF too, hence no system includes. Pinned maps hold these
 * structs: a change of any size makes tp-toa start with fresh maps.
 */
#ifndef TOA_TOA_SHARED_H
#define TOA_TOA_SHARED_H

#include "wire/toa_layout.h"
#include "wire/toa_shim.h"

/* Counters are per CPU and never fall; @TOA_COUNTERS_MAX leaves room to add
 * some without losing those of a running reader.
 */
#define TOA_COUNTERS_MAX 32

enum reader_counter {
	/* the eight of /proc/net/toa_stats, in its order */
	READER_TOA,	 /* connections that came with an address */
	READER_NO_TOA,	 /* connections that came without */
	READER_OK,	 /* accept and getpeername answered with it */
	READER_MISMATCH, /* not answered: IPv6 client, AF_INET socket */
	READER_BYPASS,	 /* not answered: the socket is an MPTCP one */
	READER_EMPTY,	 /* asked on a socket without */
	READER_ALLOC,	 /* IPv6 addresses kept */
	READER_FREE,	 /* and given up at the connection's end */
	/* ours */
	READER_UNTRUSTED, /* connections: from a peer that is not trusted */
	READER_DUPLICATE, /* connections: options that contradict each other */
	READER_MALFORMED, /* segments: right kind, wrong length or content */
	READER_MPTCP,	  /* connections: MPTCP, whose sockets we cannot see */
	READER_TFO,	  /* connections: opened by a SYN with data */
	READER_LATE,	  /* connections: found after the handshake */
	READER_FROM_SYN,  /* connections: found in the SYN */
	READER_LOOKUP,	  /* getsockopt(TOA_LOOKUP_OPT) answered */
	READER_NO_MEMORY, /* connections: address found and not kept */
	READER_COUNT,
};

enum writer_counter {
	WRITER_MARKED,	    /* sockets that were given a client */
	WRITER_REFUSED,	    /* setsockopt calls refused */
	WRITER_CONNECTIONS, /* established with a client */
	WRITER_SYN,	    /* SYNs that carry it */
	WRITER_ACK,	    /* empty segments that carry it */
	WRITER_DATA,	    /* segments with payload that carry it */
	WRITER_NO_ROOM,	    /* segments that had no room */
	WRITER_STORE_ERROR, /* segments: the kernel took it not */
	WRITER_COUNT,
};

struct toa_counters {
	unsigned long long v[TOA_COUNTERS_MAX];
};

/* struct toa_conn - a connection whose client is known.
 * @family:	 of the client, 4 or 6
 * @is_v6_sock:	 the socket is AF_INET6
 * @has_port:	 else the peer's own port stands
 * @place:	 enum toa_place: where it was found
 * @is_counted:	 as READER_ALLOC
 * @checks_left: later segments that are still compared
 * @addr, @peer, @local: network order, IPv4 as ::ffff:a.b.c.d
 */
struct toa_conn {
	unsigned char family;
	unsigned char is_v6_sock;
	unsigned char has_port;
	unsigned char place;
	unsigned char kind;
	unsigned char is_counted;
	unsigned char checks_left;
	unsigned char zero;
	unsigned char addr[16];
	unsigned char peer[16];
	unsigned char local[16];
	unsigned char port[2];
	unsigned char peer_port[2];
	unsigned char local_port[2];
	unsigned char zero2[2];
};

/* struct toa_mark - a socket of the proxy and its client.
 * @is_data: has the segment that is being built payload?
 * @opt, @opt_len: the option as it is sent
 */
struct toa_mark {
	unsigned char place;
	unsigned char opt_len;
	unsigned char is_data;
	unsigned char zero;
	unsigned int segments;
	unsigned int no_room;
	unsigned char opt[TOA_LEN_V6];
};

/* Trusted peers: an LPM trie, IPv4 as ::ffff:a.b.c.d. */
#define TOA_TRUST_MAX 1024

struct toa_trust_key {
	unsigned int prefix_bits;
	unsigned char addr[16];
};

/* struct toa_setup - how a reader or writer was loaded, for status.
 * @version:	TOA_SETUP_VERSION
 * @cgroup_id:	inode of the cgroup's folder
 * @loaded_ms:	wall time
 * @kinds:	0 ends the list
 * @uid:	writer: whom it serves, or -1
 */
#define TOA_SETUP_VERSION 1
#define TOA_KINDS_MAX	  16

struct toa_setup {
	unsigned int version;
	unsigned int place;
	unsigned long long cgroup_id;
	unsigned long long loaded_ms;
	unsigned char kinds[TOA_KINDS_MAX];
	int uid;
	unsigned int zero;
	char cgroup[256];
};

/* Layout by kind and length: index kind << 6 | length */
#define TOA_LAYOUT_BITS 6
#define TOA_LAYOUTS	(256 << TOA_LAYOUT_BITS)

/* An area of TCP options is walked in a copy of the whole header. */
#define TOA_TCP_HDR_LEN 20
#define TOA_TCP_HDR_MAX 60

#endif
