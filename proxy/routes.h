/* SPDX-License-Identifier: BSD-2-Clause */
/* routes.h - how often routes, their rules and the interfaces of this network
 * namespace have changed. Any thread may ask.
 */
#ifndef PROXY_ROUTES_H
#define PROXY_ROUTES_H

#include <stdatomic.h>
#include <stdint.h>

/* @fd: -1 if it is not open */
struct routes {
	int fd;
	_Atomic uint32_t n;
};

/* routes_open() - Return: 0 or -errno; routes_close() has to follow either way
 */
int routes_open(struct routes *r);
void routes_close(struct routes *r);

/* routes_count() - as far as that is known by now; wraps */
uint32_t routes_count(struct routes *r);

#endif
