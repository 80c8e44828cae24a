/* SPDX-License-Identifier: BSD-2-Clause */
/* join_talk.h - which front legs say what a back leg says */
#ifndef INSPECT_JOIN_TALK_H
#define INSPECT_JOIN_TALK_H

#include "join_key.h"

/* Front legs that begin alike are looked at, from the back leg's time on
 * backwards; of more nobody knows whether there is another.
 */
#define JOIN_LOOK 1024

/* join_talk_rival() - does another open front leg than @except say what @back
 * says, at its time? @x: open front legs by JOIN_KEY_PAYLOAD
 */
bool join_talk_rival(const struct join *j, const struct join_index *x,
		     const struct join_leg *back,
		     const struct join_leg *except);

/* join_talk_sole() - the open front leg that says what @back says,
 * JOIN_PAYLOAD_MIN bytes or more, at its time or, with @at_any_time, whenever.
 * Return: its place; JOIN_NOBODY; JOIN_SEVERAL
 */
uint32_t join_talk_sole(const struct join *j, const struct join_index *x,
			const struct join_leg *back, bool at_any_time);

#endif
