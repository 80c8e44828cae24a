/* SPDX-License-Identifier: BSD-2-Clause */
/* udp_mode.h - by which of the rules that are in use a UDP flow carries its
 * header
 */
#ifndef INSPECT_UDP_MODE_H
#define INSPECT_UDP_MODE_H

#include "flow.h"

enum udp_mode {
	UDP_MODE_NONE,	/* no header */
	UDP_MODE_OPEN,	/* one datagram: several rules have it so */
	UDP_MODE_EVERY, /* A: a header in every datagram (PP 2) */
	UDP_MODE_FIRST, /* B: in the first of each session, before payload */
	UDP_MODE_ALONE, /* C: the first of each session is a header only */
	UDP_MODE_SPP,	/* D: SPP, in replies too where there are any */
	UDP_MODE_MIXED, /* none of these */
};

enum udp_mode udp_mode_of(const struct flow *fl);

/* udp_mode_name() - "none", "open", "A", "B", "C", "D", "mixed" */
const char *udp_mode_name(enum udp_mode m);

#endif
