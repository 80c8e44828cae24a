/* SPDX-License-Identifier: BSD-2-Clause */
/* advice.h - what to do about a verdict, in one sentence */
#ifndef INSPECT_ADVICE_H
#define INSPECT_ADVICE_H

#include "check.h"

/* advice_text() - the sentence for @v because of @a. Static storage; NULL for
 * VERDICT_OK without an anomaly, and never else.
 */
const char *advice_text(enum verdict v, enum anomaly a);

/* advice_has() - is there a sentence for @a in particular? */
bool advice_has(enum anomaly a);

/* advice_strict() - the verdict that remark @a becomes with --strict */
enum verdict advice_strict(enum anomaly a);

#endif
