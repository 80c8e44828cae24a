/* SPDX-License-Identifier: BSD-2-Clause */
/* anomaly.c - the table behind anomaly.h */
#include "wire/anomaly.h"

static const struct anomaly_info anomaly_table[ANOMALY_COUNT] = {
	[ANOMALY_NONE] = { "none", SEVERITY_NOTE, "", "nothing is wrong" },
#define ANOMALY(id, slug, severity, clause, text) \
	[ANOMALY_##id] = { slug, SEVERITY_##severity, clause, text },
#include "wire/anomaly.def"
#undef ANOMALY
};

const struct anomaly_info *anomaly_info(enum anomaly a)
{
	if ((unsigned)a >= ANOMALY_COUNT)
		a = ANOMALY_NONE;
	return &anomaly_table[a];
}

const char *anomaly_slug(enum anomaly a)
{
	return anomaly_info(a)->slug;
}
