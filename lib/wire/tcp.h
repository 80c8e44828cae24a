/* SPDX-License-Identifier: BSD-2-Clause */
/* tcp.h - the TCP header (RFC 9293 3.1) and a walk over its options */
#ifndef WIRE_TCP_H
#define WIRE_TCP_H

#include <stdint.h>

#include "wire/wire.h"

#define TCP_HDR_LEN  20
#define TCP_HDR_MAX  60
#define TCP_CSUM_OFF 16

enum tcp_flag {
	TCP_F_FIN = 1U << 0,
	TCP_F_SYN = 1U << 1,
	TCP_F_RST = 1U << 2,
	TCP_F_PSH = 1U << 3,
	TCP_F_ACK = 1U << 4,
	TCP_F_URG = 1U << 5,
	TCP_F_ECE = 1U << 6,
	TCP_F_CWR = 1U << 7,
	TCP_F_AE = 1U << 8, /* RFC 9768; once NS */
};

enum tcp_opt_kind {
	TCP_OPT_EOL = 0,
	TCP_OPT_NOP = 1,
	TCP_OPT_MSS = 2,
	TCP_OPT_WSCALE = 3,
	TCP_OPT_SACK_OK = 4,
	TCP_OPT_SACK = 5,
	TCP_OPT_TIMESTAMP = 8,
};

/* @flags:   enum tcp_flag, or-ed
 * @csum:    as it stands in the header; csum_check_transport() judges it
 * @opt:     the option area, borrowed, walked with tcp_opt_next(); NULL/0 if
 *	     there is none
 * @hdr_len: options included; the data begins here
 */
struct tcp_hdr {
	uint16_t sport;
	uint16_t dport;
	uint32_t seq;
	uint32_t ack;
	uint16_t flags;
	uint16_t window;
	uint16_t csum;
	uint16_t urgent;
	const uint8_t *opt;
	uint8_t opt_len;
	uint8_t hdr_len;
};

/* @kind: any; those without a name in enum tcp_opt_kind come raw like others
 * @data: borrowed, what follows kind and length; NULL if @len is 0. For EOL
 *	  it is the padding up to the header's end.
 */
struct tcp_opt {
	uint8_t kind;
	uint8_t len;
	const uint8_t *data;
};

/* tcp_decode() - one header. @err: may not be NULL; set on every return */
enum wire_status tcp_decode(const uint8_t *buf, size_t len, struct tcp_hdr *ret,
			    struct wire_err *err);

/* tcp_opt_next() - walk an option area.
 * @area, @area_len: the cursor; advanced past the option on WIRE_OK, to the
 *	   area's end by EOL
 * Return: WIRE_OK and *@ret (@err->anomaly is TCP_OPT_FIXED_LEN if a known kind
 *	   has a wrong length); WIRE_SHORT at the area's end; WIRE_BAD
 *	   (TCP_OPT_LEN, TCP_OPT_OVERRUN) with @err->off relative to *@area.
 *	   Of an area that the capture cut, an overrun means "cut here".
 */
enum wire_status tcp_opt_next(const uint8_t **area, size_t *area_len,
			      struct tcp_opt *ret, struct wire_err *err);

#endif
