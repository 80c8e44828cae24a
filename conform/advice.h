/* SPDX-License-Identifier: BSD-2-Clause */
/* advice.h - the lines of configuration that mend what was found */
#ifndef CONFORM_ADVICE_H
#define CONFORM_ADVICE_H

#include "report.h"

/* Tables that end with an entry without a product */
extern const struct advice advice_enable[]; /* make it take the header */
extern const struct advice advice_trust[];  /* make it take it from few */

#endif
