/* SPDX-License-Identifier: BSD-2-Clause */
/* pair.h - hashing the two ends of a flow */
#ifndef ORIGIN_PAIR_H
#define ORIGIN_PAIR_H

#include <stdint.h>

#include "wire/addr.h"

/* pair_hash() - every bit of the result depends on every bit of both ends.
 * @seed: unpredictable, so that nobody can choose endpoints that share a chain
 */
uint64_t pair_hash(uint64_t seed, const struct endpoint *peer,
		   const struct endpoint *local);

#endif
