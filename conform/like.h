/* SPDX-License-Identifier: BSD-2-Clause */
/* like.h - which known implementation does an origin behave like? */
#ifndef CONFORM_LIKE_H
#define CONFORM_LIKE_H

#include "engine.h"

/* @agreed of @compared verdicts are those of @name; @next: the runner-up,
 * @next_agreed of its own @next_compared
 */
struct like {
	const char *name, *next;
	uint32_t agreed, compared;
	uint32_t next_agreed, next_compared;
};

#define LIKE_VECTORS_MAX 64

/* like_run() - send the vectors of the versions that @modes has.
 * Return: 0 or -errno
 */
int like_run(const struct engine_config *cfg, unsigned modes, struct like *ret);

/* like_score() - compare verdicts.
 * @seen: for each vector of the table '1' served, '0' refused, '?' not run
 */
void like_score(const char *seen, struct like *ret);

/* like_vector_count() - length of @seen */
size_t like_vector_count(void);

/* like_is_sure() - nearly all agree, or most do and nobody else comes near; and
 * at least 12 were compared
 */
bool like_is_sure(const struct like *l);

#endif
