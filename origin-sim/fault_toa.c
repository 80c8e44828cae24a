/* SPDX-License-Identifier: BSD-2-Clause */
/* fault_toa.c - a reader of TCP options that is wrong on purpose, see fault.h
 */
#include "fault.h"

#include <string.h>

#include "wire/bytes.h"
#include "wire/tcp.h"
#include "wire/toa.h"

#define OPT_HEAD 2 /* kind and length */

/* Port and IPv4 address at @off, whatever the length byte says; bytes that are
 * not there are 0.
 */
static void fault_toa_take(const struct toa_segment *seg, size_t off,
			   struct toa_finding *ret)
{
	uint8_t opt[TOA_LEN_V4] = { 0 };
	size_t left = seg->opt_len - off;

	memcpy(opt, seg->opt + off, left < sizeof(opt) ? left : sizeof(opt));
	*ret = (struct toa_finding) {
		.is_found = true,
		.has_port = true,
		.place = seg->place,
		.kind = opt[0],
		.len = TOA_LEN_V4,
		.client = { ip_addr_v4(opt + 4), get_be16(opt + 2) },
	};
}

/* Is the option at @off wrong in a way that was asked for? */
static bool fault_toa_likes(const struct fault_set *s,
			    const struct toa_segment *seg, size_t off)
{
	static const uint8_t zero[4];
	const uint8_t *opt = seg->opt + off;

	if (fault_is_on(s, FAULT_TOA_LENGTH) && opt[1] != TOA_LEN_V4 &&
	    opt[1] == s->arg[FAULT_TOA_LENGTH])
		return true;
	return fault_is_on(s, FAULT_TOA_ADDR_0) && opt[1] == TOA_LEN_V4 &&
	       seg->opt_len - off >= TOA_LEN_V4 &&
	       !memcmp(opt + 4, zero, sizeof(zero));
}

/* The first option that was to be believed all the same */
static void fault_toa_forgive(const struct fault_set *s,
			      const struct toa_kinds *kinds,
			      const struct toa_segment *seg,
			      struct toa_finding *ret)
{
	size_t off = 0;

	while (off + OPT_HEAD <= seg->opt_len && seg->opt[off] != TCP_OPT_EOL) {
		const uint8_t *opt = seg->opt + off;

		if (opt[0] == TCP_OPT_NOP) {
			off++;
			continue;
		}
		if (kinds->is_on[opt[0]] && fault_toa_likes(s, seg, off)) {
			fault_toa_take(seg, off, ret);
			return;
		}
		if (opt[1] < OPT_HEAD)
			return;
		off += opt[1];
	}
}

/* Is the segment's first option, NOPs aside, one that may name a client? */
static bool fault_toa_is_first(const struct toa_kinds *kinds,
			       const struct toa_segment *seg)
{
	size_t off = 0;

	while (off < seg->opt_len && seg->opt[off] == TCP_OPT_NOP)
		off++;
	return off < seg->opt_len && kinds->is_on[seg->opt[off]];
}

void fault_judge_toa(const struct fault_set *s, const struct toa_kinds *kinds,
		     const struct toa_segment *seg, struct toa_finding *ret)
{
	toa_judge(kinds, seg, ret);
	if ((fault_is_on(s, FAULT_TOA_DATA_ONLY) &&
	     seg->place != TOA_PLACE_DATA) ||
	    (fault_is_on(s, FAULT_TOA_FIRST_OPTION) &&
	     !fault_toa_is_first(kinds, seg)))
		*ret = (struct toa_finding) { 0 };
	else if (!ret->is_found)
		fault_toa_forgive(s, kinds, seg, ret);
}
