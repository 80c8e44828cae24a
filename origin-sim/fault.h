/* SPDX-License-Identifier: BSD-2-Clause */
/* fault.h - an origin that is wrong on purpose (--fault).
 *
 * The judges below stand in for those of header.h and call them: they refuse
 * what a broken origin refuses, and where a strict one refuses they read the
 * header again, loosely, and take it if all that is wrong with it is wrong in
 * a way that was asked for. Nothing of this runs without --fault.
 */
#ifndef ORIGIN_FAULT_H
#define ORIGIN_FAULT_H

#include "base/fault.h"
#include "header.h"
#include "toa_judge.h"

enum fault {
#define FAULT(id, name, has_arg, arg) FAULT_##id,
#include "fault.def"
#undef FAULT
	FAULT_COUNT,
};

_Static_assert(FAULT_COUNT <= FAULT_MAX, "one bit each");

extern const struct fault_name fault_names[FAULT_COUNT];

/* fault_judge_stream() - as header_judge_stream() */
enum header_action fault_judge_stream(const struct fault_set *s,
				      const struct header_policy *p,
				      bool is_trusted, const uint8_t *buf,
				      size_t len, enum header_end end,
				      struct header_result *ret);

/* fault_judge_dgram() - as header_judge_dgram() */
enum header_action
fault_judge_dgram(const struct fault_set *s, const struct header_policy *p,
		  bool is_trusted, const enum header_kind *session,
		  const uint8_t *buf, size_t len, struct header_result *ret);

/* fault_judge_toa() - as toa_judge(). What a reader does wrong who remembers,
 * FAULT_TOA_STALE and FAULT_TOA_REFUSE_AGAIN, is toa_source.c's.
 */
void fault_judge_toa(const struct fault_set *s, const struct toa_kinds *kinds,
		     const struct toa_segment *seg, struct toa_finding *ret);

/* fault_loose() - read a header with the faults that @s allows and no others.
 * Fills @ret as the decoders do.
 * Return: as a decoder; WIRE_BAD with @ret untouched if something else is
 *	   wrong with it
 */
enum wire_status fault_loose(const struct fault_set *s, const uint8_t *buf,
			     size_t len, struct pp_hdr *ret);

#endif
