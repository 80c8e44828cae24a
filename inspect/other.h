/* SPDX-License-Identifier: BSD-2-Clause */
/* other.h - frames that give neither TCP nor UDP, by what they carry. A flow
 * may be inside of some of them, so that nobody takes them for nothing.
 */
#ifndef INSPECT_OTHER_H
#define INSPECT_OTHER_H

#include <stdint.h>
#include <stdio.h>

#include "base/json.h"

enum other_kind {
	OTHER_ARP,
	OTHER_CONTROL,	 /* LLC without SNAP, PPP that is not IP */
	OTHER_ICMP,	 /* of both versions */
	OTHER_MULTICAST, /* IGMP */
	OTHER_SCTP,
	/* From here on TCP or UDP may be inside. */
	OTHER_MPLS, /* a pseudowire of no known kind */
	OTHER_MACSEC,
	OTHER_BACKBONE, /* IEEE 802.1ah */
	OTHER_NSH,
	OTHER_PPTP,
	OTHER_ESP,
	OTHER_AH,
	OTHER_L2TP,
	OTHER_ETHERIP,
	OTHER_ETHERTYPE, /* none of these */
	OTHER_PROTOCOL,	 /* of IP; none of these */
	OTHER_KINDS,
};

/* @count: frames
 * @least: OTHER_ETHERTYPE, OTHER_PROTOCOL: the lowest number that came, so that
 *	   it is the same in whatever order they are counted
 */
struct other {
	uint64_t count[OTHER_KINDS];
	uint16_t least[OTHER_KINDS];
};

/* other_ethertype(), other_protocol() - a frame ends at this number */
void other_ethertype(struct other *o, uint16_t ethertype);
void other_protocol(struct other *o, uint8_t proto);
void other_kind(struct other *o, enum other_kind kind);

/* other_add() - @by on top of @sum */
void other_add(struct other *sum, const struct other *by);

/* other_json() - member "other" with the counts that are not 0, if any is */
void other_json(struct json *j, const struct other *o);

/* other_text() - one line on frames that may have hidden flows; on all of them
 * if @is_all. Nothing if there is none.
 */
void other_text(FILE *out, const struct other *o, bool is_all);

#endif
