/* SPDX-License-Identifier: BSD-2-Clause */
/* toa_shim.h - how a program asks for a TCP option address on its connection.
 *
 * A program without privileges names the client of a fresh TCP socket with
 *	setsockopt(fd, TOA_SHIM_LEVEL, TOA_SHIM_OPT, &shim, sizeof(shim))
 * before connect(2). The eBPF writer of its cgroup takes the call; without a
 * writer the kernel answers ENOPROTOOPT. The writer answers EINVAL to a shim
 * it does not understand, EISCONN if the socket is no longer fresh, EPERM to a
 * user it does not serve, EOPNOTSUPP if the socket is not plain TCP.
 *	getsockopt(fd, TOA_SHIM_LEVEL, TOA_SHIM_OPT, &info, &len)
 * on any TCP socket tells whether a writer is there.
 *
 * With struct toa_shim_ports in place of struct toa_shim the same call also
 * sets IP_LOCAL_PORT_RANGE, which a proxy's connection wants anyway. What is
 * wrong with the range is answered by the kernel; the client is named then all
 * the same. A kernel that does not know the option is not told.
 *
 * Compiled by eBPF too, hence no includes and bytes instead of wider types.
 */
#ifndef WIRE_TOA_SHIM_H
#define WIRE_TOA_SHIM_H

#define TOA_SHIM_LEVEL	 0 /* IPPROTO_IP */
#define TOA_SHIM_OPT	 4097
#define TOA_SHIM_VERSION 1

/* The number, level and result that DPVS's toa.ko has for IPv6 clients of
 * AF_INET sockets; the reader answers it with struct toa_lookup.
 */
#define TOA_LOOKUP_OPT 4096

#define TOA_KIND_DEFAULT 200

/* Which segments carry, or are believed to carry, the option.
 * TOA_PLACE_SYN:  the client's SYN
 * TOA_PLACE_ACK:  the segment that completes the handshake, and empty ones
 *		   before the server's first byte
 * TOA_PLACE_DATA: segments with payload before the server's first byte
 */
enum toa_place {
	TOA_PLACE_SYN = 1 << 0,
	TOA_PLACE_ACK = 1 << 1,
	TOA_PLACE_DATA = 1 << 2,
	TOA_PLACE_ALL = (1 << 3) - 1,
};

/* @version: TOA_SHIM_VERSION
 * @kind:    of the option, 2..255 but none of the kernel's own
 * @place:   enum toa_place, or-ed; not 0
 * @family:  4 or 6
 * @port:    network order
 * @addr:    network order; the first four bytes for IPv4, the rest 0
 */
struct toa_shim {
	unsigned char version;
	unsigned char kind;
	unsigned char place;
	unsigned char family;
	unsigned char port[2];
	unsigned char zero[2];
	unsigned char addr[16];
};

/* @ports: as IP_LOCAL_PORT_RANGE takes it, host order: the first port, the last
 *	   one << 16
 */
struct toa_shim_ports {
	struct toa_shim shim;
	unsigned int ports;
};

/* @version:  TOA_SHIM_VERSION of the writer
 * @places:   enum toa_place that it can do
 * @is_set:   has this socket a client?
 * @has_ports: takes struct toa_shim_ports; 0 of writers before it
 * @segments: of this socket that were given the option
 * @no_room:  of this socket that had no room for it
 */
struct toa_shim_info {
	unsigned char version;
	unsigned char places;
	unsigned char is_set;
	unsigned char has_ports;
	unsigned int segments;
	unsigned int no_room;
};

/* Both in network order. 20 bytes: the compiler's padding counts. */
struct toa_lookup {
	unsigned char addr[16];
	unsigned char port[2];
	unsigned char zero[2];
};

_Static_assert(sizeof(struct toa_shim) == 24, "ABI");
_Static_assert(sizeof(struct toa_shim_ports) == 28, "ABI");
_Static_assert(sizeof(struct toa_shim_info) == 12, "ABI");
_Static_assert(sizeof(struct toa_lookup) == 20, "ABI of DPVS");

#endif
