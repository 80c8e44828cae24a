/* SPDX-License-Identifier: BSD-2-Clause */
/* replay.c - see replay.h */
#include "api/replay.h"

#include <string.h>

bool replay_is_new(struct replay *r,
		   const char signature[API_SIGNATURE_LEN + 1], int64_t now_s)
{
	struct replay_slot *oldest = &r->slot[r->next];
	uint32_t i;

	/* a comparison is cheap beside the signature that came before it */
	for (i = 0; i < REPLAY_SLOTS; i++)
		if (r->slot[i].until_s >= now_s &&
		    memcmp(r->slot[i].signature, signature,
			   API_SIGNATURE_LEN) == 0)
			return false;
	if (oldest->until_s >= now_s)
		return false;
	memcpy(oldest->signature, signature, API_SIGNATURE_LEN);
	oldest->until_s = now_s + 2 * (int64_t)API_SKEW_MAX_S;
	r->next = (r->next + 1) % REPLAY_SLOTS;
	return true;
}
