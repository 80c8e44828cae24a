/* SPDX-License-Identifier: BSD-2-Clause */
/* origin.h - private to `tp-conform origin`: what is known before the cases,
 * and the page that is made of it after them
 */
#ifndef CONFORM_ORIGIN_H
#define CONFORM_ORIGIN_H

#include "options.h"

/* What the first three connections showed: without a header, with either. */
enum recon_kind {
	RECON_NONE,
	RECON_V1,
	RECON_V2,
	RECON_SPP,
	RECON_N,
};

struct recon {
	bool was_run[RECON_N];
	struct case_result results[RECON_N];
	bool takes_v1, takes_v2, takes_spp;
	bool serves_bare;
};

/* recon_run() - Return: 0; EXIT_IO: nobody is there; EXIT_INCONCLUSIVE: there
 * is nothing to judge, @why says so
 */
int recon_run(const struct engine_config *cfg, const struct origin_options *o,
	      struct recon *ret, char *why, size_t cap);

struct like;

/* verdict_build() - the page of a run. @like: NULL if it was not asked for */
void verdict_build(const struct origin_options *o, const struct recon *rc,
		   const struct like *like, const struct report *r,
		   struct verdict *v);

/* verdict_wrong() - the page where there was nothing to judge */
void verdict_wrong(const struct recon *rc, const char *why, struct verdict *v);

#endif
