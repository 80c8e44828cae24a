/* SPDX-License-Identifier: BSD-2-Clause */
/* toa_layout.h - what stands after kind and length of a TCP option address.
 *
 * Compiled by eBPF too, hence no includes.
 */
#ifndef WIRE_TOA_LAYOUT_H
#define WIRE_TOA_LAYOUT_H

enum toa_layout {
	TOA_LAYOUT_NONE,    /* not an option that names a client */
	TOA_LAYOUT_PORT_V4, /* port(2) ip4(4), more may follow */
	TOA_LAYOUT_PORT_V6, /* port(2) ip6(16), more may follow */
	TOA_LAYOUT_VER_V4,  /* version(1) ip4(4), more may follow; no port */
	TOA_LAYOUT_VER_V6,  /* version(1) ip6(16); no port */
	TOA_LAYOUT_V4,	    /* ip4(4); no port */
	TOA_LAYOUT_COUNT,
};

/* kind and length included */
#define TOA_LEN_V4 (1 + 1 + 2 + 4)
#define TOA_LEN_V6 (1 + 1 + 2 + 16)

/* Two bytes (four of SMC's) that make an option of kind 253 or 254 somebody
 * else's (RFC 6994), at least in a SYN.
 */
#define TOA_EXID_TFO	 0xf989
#define TOA_EXID_HOST_ID 0x0348
#define TOA_EXID_SMC	 0xe2d4c3d9

#endif
