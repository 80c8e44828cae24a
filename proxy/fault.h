/* SPDX-License-Identifier: BSD-2-Clause */
/* fault.h - headers that are wrong on purpose (--fault).
 *
 * Here are the faults and what they do to a header's bytes; relay_fault.c and
 * udp_fault.c do the rest. Nothing of this runs without --fault.
 */
#ifndef PROXY_FAULT_H
#define PROXY_FAULT_H

#include "base/fault.h"
#include "meta.h"

enum fault {
#define FAULT(id, name, has_arg, arg) FAULT_##id,
#include "fault.def"
#undef FAULT
	FAULT_COUNT,
};

_Static_assert(FAULT_COUNT <= FAULT_MAX, "one bit each");

extern const struct fault_name fault_names[FAULT_COUNT];

/* three headers, one with a bad TLV */
#define FAULT_HEADER_MAX 384

/* Whom a header speaks of.
 * @vip:   what the client dialled; @origin: whither it is relayed
 * @other: another client of the moment; IP_NONE if there is none
 */
struct fault_flow {
	enum rule_mode mode;
	enum rule_proto proto;
	struct endpoint client, vip, origin, other;
};

/* fault_told() - the addresses that are told, by the faults that change them.
 * Changes @flow's client and vip.
 */
void fault_told(const struct fault_set *s, struct fault_flow *flow);

/* fault_header() - as meta_header(), as wrong as @s says.
 * @out: FAULT_HEADER_MAX bytes
 * Return: bytes written, 0 if there is to be no header
 */
size_t fault_header(const struct fault_set *s, const struct fault_flow *flow,
		    uint8_t out[FAULT_HEADER_MAX]);

/* fault_is_forged() - does payload begin with a PROXY signature? */
bool fault_is_forged(const uint8_t *data, size_t len);

#endif
