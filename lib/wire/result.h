/* SPDX-License-Identifier: BSD-2-Clause */
/* result.h - how the packet decoders say what they found */
#ifndef WIRE_RESULT_H
#define WIRE_RESULT_H

#include "wire/wire.h"

static inline enum wire_status result_ok(struct wire_err *err)
{
	*err = (struct wire_err) { .anomaly = ANOMALY_NONE };
	return WIRE_OK;
}

/* @len: where the input ended */
static inline enum wire_status result_short(struct wire_err *err, size_t len)
{
	*err = (struct wire_err) { ANOMALY_NONE, (uint32_t)len };
	return WIRE_SHORT;
}

static inline enum wire_status result_bad(struct wire_err *err, enum anomaly a,
					  size_t off)
{
	*err = (struct wire_err) { a, (uint32_t)off };
	return WIRE_BAD;
}

#endif
