/* SPDX-License-Identifier: BSD-2-Clause */
/* join_talk.h - which front legs say what a back leg says */
#ifndef INSPECT_JOIN_TALK_H
#define INSPECT_JOIN_TALK_H

#include "join_key.h"

/* Front legs that are alike are looked at, from the back leg's time on
 * backwards; of more nobody knows whether there is another.
 */
#define JOIN_LOOK 1024

/* Front legs that are open. Most talk begins alike: so what is known as a whole
 * is looked up as a whole, and only the rest by how it begins.
 */
struct join_talk {
	struct join_index all;
	struct join_index whole;
	struct join_index part;
};

/* join_talk_init() - Return: 0 or -ENOMEM */
int join_talk_init(struct join_talk *t, const struct join *j);
void join_talk_fini(struct join_talk *t);

/* join_talk_rival() - does another open front leg than @except say what @back
 * says, at its time?
 */
bool join_talk_rival(const struct join *j, const struct join_talk *t,
		     const struct join_leg *back,
		     const struct join_leg *except);

/* join_talk_sole() - the open front leg that says what @back says,
 * JOIN_PAYLOAD_MIN bytes or more, at its time or, with @at_any_time, whenever.
 * Return: its place; JOIN_NOBODY; JOIN_SEVERAL
 */
uint32_t join_talk_sole(const struct join *j, const struct join_talk *t,
			const struct join_leg *back, bool at_any_time);

#endif
