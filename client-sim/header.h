/* SPDX-License-Identifier: BSD-2-Clause */
/* header.h - the header that stands before the payload when the client plays
 * the proxy's part
 */
#ifndef CLIENT_SIM_HEADER_H
#define CLIENT_SIM_HEADER_H

#include "plan.h"
#include "wire/pp1.h"
#include "wire/pp2.h"
#include "wire/spp.h"

#define HEADER_MAX PP1_HDR_MAX

_Static_assert(HEADER_MAX >= PP2_ENCODE_MAX && HEADER_MAX >= SPP_HDR_LEN,
	       "every header fits");

/* header_build() - for a connection whose own address is @local.
 * Return: its bytes in @out; 0 if the plan sends none
 */
size_t header_build(const struct plan *p, const struct endpoint *local,
		    uint8_t out[HEADER_MAX]);

/* header_client() - whom the origin must take the client for */
struct endpoint header_client(const struct plan *p,
			      const struct endpoint *local);

#endif
