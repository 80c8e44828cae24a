/* SPDX-License-Identifier: BSD-2-Clause */
/* carry.h - what one packet by itself says of a client */
#ifndef INSPECT_CARRY_H
#define INSPECT_CARRY_H

#include "config.h"
#include "decode.h"

#define CARRY_MAX 512

/* carry_text() - "carries a ppv2 header of 28 bytes: client ... via ...", and
 * the same for options; "" if it carries nothing. Return: @out
 */
char *carry_text(const struct config *cfg, const struct packet *pkt,
		 char out[CARRY_MAX]);

#endif
