/* SPDX-License-Identifier: BSD-2-Clause */
/* requirement.h - every requirement by id, and whether software can show it */
#ifndef CONFORM_REQUIREMENT_H
#define CONFORM_REQUIREMENT_H

#include <stddef.h>

#include "case.h"

/* @id:    "G1", "V2.9", "T4", "seed/31"
 * @clause: the text, short
 * @why_not: why no case shows it, or NULL: then some case has to
 */
struct requirement {
	const char *id;
	enum case_level level;
	const char *clause;
	const char *why_not;
};

extern const struct requirement requirements[];
extern const size_t n_requirements;

#endif
