/* SPDX-License-Identifier: BSD-2-Clause */
/* requirement.c - see requirement.h */
#include "requirement.h"

#include "wire/wire.h"

#define NEEDS_TOA   "needs root, cgroup v2 and eBPF, see tp-toa check"
#define OTHERS_CODE "about programs of others: t-toa-peers.sh"

const struct requirement requirements[] = {
#define R(id, level, clause, why_not) { id, LEVEL_##level, clause, why_not },
#include "requirement.def"
#undef R
};

const size_t n_requirements = ARRAY_SIZE(requirements);
