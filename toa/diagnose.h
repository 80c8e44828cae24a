/* SPDX-License-Identifier: BSD-2-Clause */
/* diagnose.h - what the counters of an origin say, in words */
#ifndef TOA_DIAGNOSE_H
#define TOA_DIAGNOSE_H

#include <stdio.h>

#include "listeners.h"
#include "stats.h"

enum diagnosis {
	DIAGNOSIS_NO_CONNECTIONS,
	DIAGNOSIS_NONE_WITH,
	DIAGNOSIS_NOBODY_ASKS,
	DIAGNOSIS_ALL_MISMATCH,
	DIAGNOSIS_MISMATCH,
	DIAGNOSIS_BYPASS,
	DIAGNOSIS_UNTRUSTED,
	DIAGNOSIS_DUPLICATE,
	DIAGNOSIS_MALFORMED,
	DIAGNOSIS_NO_ROOM,
	DIAGNOSIS_NO_MEMORY,
	DIAGNOSIS_MPTCP,
	DIAGNOSIS_TFO,
	DIAGNOSIS_LEAK,
	DIAGNOSIS_COUNT,
};

/* diagnose() - a bit 1 << enum diagnosis for each that applies */
uint32_t diagnose(const struct stats *s);

/* diagnose_slug(), diagnose_is_fault() - its stable name; is something wrong,
 * or is it just worth knowing?
 */
const char *diagnose_slug(enum diagnosis d);
bool diagnose_is_fault(enum diagnosis d);

/* diagnose_print() - the findings on @out, and listeners outside the cgroup.
 * @l: or NULL
 * Return: how many faults
 */
unsigned diagnose_print(const struct stats *s, const struct listeners *l,
			const char *cgroup, bool is_json, FILE *out);

#endif
