/* SPDX-License-Identifier: BSD-2-Clause */
/* resolve.h - HOST and PORT of the command line to an endpoint, once */
#ifndef CLIENT_SIM_RESOLVE_H
#define CLIENT_SIM_RESOLVE_H

#include "plan.h"

/* resolve_target() - blocks for name resolution.
 * @host:   an address (IPv6 may stand in brackets) or a name
 * @port:   1..65535, decimal
 * @family: which addresses are wanted; IP_NONE: any, the system's first
 * Return: false with a message in @err
 */
bool resolve_target(const char *host, const char *port, enum ip_family family,
		    struct endpoint *ret, char err[PLAN_ERR_MAX]);

#endif
