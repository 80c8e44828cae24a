/* SPDX-License-Identifier: BSD-2-Clause */
/* udp_mode.c - see udp_mode.h */
#include "udp_mode.h"

#include "wire/ip.h"

/* udp_mode_spp() - replies without the header are another rule's */
static enum udp_mode udp_mode_spp(const struct flow *fl)
{
	const struct find *c = &fl->dir[FLOW_CLIENT].find;
	const struct find *o = &fl->dir[FLOW_ORIGIN].find;

	if (c->count != c->payloads || o->count != o->payloads)
		return UDP_MODE_MIXED;
	return UDP_MODE_SPP;
}

enum udp_mode udp_mode_of(const struct flow *fl)
{
	const struct find *f = &fl->dir[FLOW_CLIENT].find;
	uint32_t sessions = fl->facts.session_count + 1;

	if (fl->proto != IP_PROTO_UDP || f->state != FIND_FOUND)
		return UDP_MODE_NONE;
	if (f->kind == HDR_MODE_SPP)
		return udp_mode_spp(fl);
	if (f->payloads == 1)
		return f->alone ? UDP_MODE_ALONE : UDP_MODE_OPEN;
	if (f->count == f->payloads)
		return UDP_MODE_EVERY;
	if (f->count != sessions || f->is_first_bare)
		return UDP_MODE_MIXED;
	if (f->alone == f->count)
		return UDP_MODE_ALONE;
	return f->alone ? UDP_MODE_MIXED : UDP_MODE_FIRST;
}

const char *udp_mode_name(enum udp_mode m)
{
	switch (m) {
	case UDP_MODE_OPEN:
		return "open";
	case UDP_MODE_EVERY:
		return "A";
	case UDP_MODE_FIRST:
		return "B";
	case UDP_MODE_ALONE:
		return "C";
	case UDP_MODE_SPP:
		return "D";
	case UDP_MODE_MIXED:
		return "mixed";
	case UDP_MODE_NONE:
		break;
	}
	return "none";
}
