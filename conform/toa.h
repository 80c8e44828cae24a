/* SPDX-License-Identifier: BSD-2-Clause */
/* toa.h - cases of mode toa: each a run of `tp-client raw`, as the kernel does
 * not let a socket write options of its own
 */
#ifndef CONFORM_TOA_H
#define CONFORM_TOA_H

#include "engine.h"

/* @source:  an address that no kernel owns, on the origin's network
 * @iface:   or NULL
 * @client:  tp-client
 */
struct toa_config {
	const struct engine_config *engine;
	struct ip_addr source;
	const char *iface;
	const char *client;
};

/* toa_run() - the cases one after the other. Nobody is told of a result before
 * toa_is_read() has looked at all.
 * Return: 0 or -errno
 */
int toa_run(const struct toa_config *cfg, const struct case_def *const *defs,
	    size_t n, struct case_result *results);

/* toa_is_read() - did the origin believe any option? If not, what failed says
 * nothing, and becomes STATUS_INCONCLUSIVE.
 */
bool toa_is_read(struct case_result *results, size_t n);

#endif
