/* SPDX-License-Identifier: BSD-2-Clause */
/* anomaly.h - the names of everything that can be wrong with an input.
 *
 * One list (anomaly.def) for decoders, logs, JSON and tests. A slug never
 * changes its meaning once released; it is what users grep for.
 */
#ifndef WIRE_ANOMALY_H
#define WIRE_ANOMALY_H

enum anomaly_severity {
	SEVERITY_NOTE, /* legal, worth telling */
	SEVERITY_WARN, /* tolerated although the text forbids or is silent */
	SEVERITY_FAIL, /* the input is refused */
};

enum anomaly {
	ANOMALY_NONE,
#define ANOMALY(id, slug, severity, clause, text) ANOMALY_##id,
#include "wire/anomaly.def"
#undef ANOMALY
	ANOMALY_COUNT,
};

/* @slug:     stable, e.g. "v1.port"; "none" for ANOMALY_NONE
 * @clause:   where the rule stands, e.g. "proxy-protocol.txt 2.1"
 * @text:     one short sentence for people
 */
struct anomaly_info {
	const char *slug;
	enum anomaly_severity severity;
	const char *clause;
	const char *text;
};

/* anomaly_info() - description of @a. Never NULL; static storage. */
const struct anomaly_info *anomaly_info(enum anomaly a);

/* anomaly_slug() - shorthand for anomaly_info(a)->slug */
const char *anomaly_slug(enum anomaly a);

#endif
