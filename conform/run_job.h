/* SPDX-License-Identifier: BSD-2-Clause */
/* run_job.h - `tp-conform origin` and `proxy` on our own programs, as
 * processes whose JSON Lines are read
 */
#ifndef CONFORM_RUN_JOB_H
#define CONFORM_RUN_JOB_H

#include "run.h"

#define JOB_OUTPUT_MAX (1 << 20)

/* @origin: arguments of tp-origin, or NULL; @rule: of tp-proxy, or NULL
 * @args:   of tp-conform; {F} and {O} are the ports
 * @tables: the cases that it can run, with @modes and @flags
 */
struct job_def {
	const char *name;
	const char *origin;
	const char *rule;
	const char *args;
	bool is_proxy;
	unsigned modes;
	bool is_udp;
};

extern const struct job_def job_defs[];
extern const size_t n_job_defs;

/* One on its way. @skip: why it was not begun, or empty */
struct job {
	const struct job_def *def;
	struct world world;
	pid_t pid;
	int fd;
	size_t len;
	char *output;
	size_t n_ids;
	char why[CASE_TEXT_MAX];
};

/* job_start() - @ids: the cases to run, borrowed.
 * Return: 0 or -errno; @j->why says what went wrong
 */
int job_start(struct job *j, const struct job_def *def, const struct world *w,
	      char **ids, size_t n);

/* job_read() - what there is of its output.
 * Return: false at its end; it is stopped then
 */
bool job_read(struct job *j);
void job_stop(struct job *j);

/* job_result() - the next line of @*at that is a case, into @ret but its def.
 * @id: its id. Return: false at the end of the text
 */
bool job_result(const char **at, char *id, size_t cap, struct case_result *ret);

#endif
