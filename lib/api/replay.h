/* SPDX-License-Identifier: BSD-2-Clause */
/* replay.h - signatures seen within the time in which they are valid */
#ifndef API_REPLAY_H
#define API_REPLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "api/sign.h"

#define REPLAY_SLOTS 4096 /* calls that write within API_SKEW_MAX_S * 2 */

struct replay {
	uint32_t next;
	struct replay_slot {
		char signature[API_SIGNATURE_LEN];
		int64_t until_s;
	} slot[REPLAY_SLOTS];
};

/* replay_is_new() - the first time that @signature is seen; it is kept then.
 * Return: false also if every slot holds one that is still valid
 */
bool replay_is_new(struct replay *r,
		   const char signature[API_SIGNATURE_LEN + 1], int64_t now_s);

#endif
