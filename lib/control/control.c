/* SPDX-License-Identifier: BSD-2-Clause */
/* control.c - what all operations share */
#include "control/internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define ID_RANDOM 12

struct control *control_open(const char *dir, const struct control_options *o,
			     struct ctl_error *err)
{
	struct control *c = calloc(1, sizeof(*c));

	if (!c) {
		ctl_error_set(err, CTL_INTERNAL, "out of memory");
		return NULL;
	}
	c->options = *o;
	c->generation = 1;
	c->db = db_open(dir, err);
	if (!c->db) {
		free(c);
		return NULL;
	}
	/* generations count within one run */
	if (!db_run(c->db, "UPDATE rule SET generation = 0", "") ||
	    !db_run(c->db, "UPDATE instance SET generation = 0", "")) {
		db_error(c->db, err);
		control_close(c);
		return NULL;
	}
	return c;
}

void control_close(struct control *c)
{
	if (!c)
		return;
	db_close(c->db);
	free(c);
}

uint64_t control_generation(const struct control *c)
{
	return c->generation;
}

int64_t control_touch(struct control *c)
{
	return (int64_t)++c->generation;
}

int64_t control_now(void)
{
	return (int64_t)time(NULL);
}

bool control_new_id(const char *prefix, char ret[CTL_ID_MAX],
		    struct ctl_error *err)
{
	static const char set[] = "abcdefghijklmnopqrstuvwxyz012345";
	uint8_t random[ID_RANDOM];
	char text[ID_RANDOM + 1];
	unsigned i;

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		return ctl_fail(err, CTL_INTERNAL, "no random numbers: %s",
				strerror(errno));
	for (i = 0; i < ID_RANDOM; i++)
		text[i] = set[random[i] % (sizeof(set) - 1)];
	text[i] = '\0';
	(void)snprintf(ret, CTL_ID_MAX, "%s%s", prefix, text);
	return true;
}

bool control_end(struct control *c, bool ok, struct ctl_error *err)
{
	if (ok)
		return db_commit(c->db, err);
	db_rollback(c->db);
	return false;
}
