/* SPDX-License-Identifier: BSD-2-Clause */
/* test_control_kill.c - kill -9 at any moment loses nothing acknowledged.
 *
 * A child imports rule after rule and tells each one that succeeded through a
 * pipe; it is killed at a random moment. What it told must be there, and at
 * most one more: the one that was committed but not yet told.
 */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "control_state.h"
#include "harness.h"
#include "wire/wire.h"

#define KILLS	    200
#define KILL_MAX_US 8000
#define IMPORTS_MAX 600 /* of what an instance may hold */
#define BATCH	    3	/* rules of one import: all or none of them */

static void child_run(const char *dir, const char *id, uint32_t from, int fd)
{
	struct control_options o = { .quota = 1 };
	struct ctl_error err;
	struct control *c = control_open(dir, &o, &err);
	uint32_t i, k;

	if (!c)
		_exit(2);
	for (i = from;; i++) {
		char text[BATCH * 64];
		size_t len = 0;
		struct ctl_import im = { .source = "child" };
		FILE *f;
		bool ok;

		for (k = 0; k < BATCH; k++)
			len += (size_t)snprintf(
				text + len, sizeof(text) - len,
				"tcp:%u 192.0.2.1 80 off ppv2\n",
				10000 + i * BATCH + k);
		f = fmemopen(text, len, "r");
		im.in = f;
		ok = f && control_import(c, ZONE, id, &im, &err);
		if (!ok || write(fd, &i, sizeof(i)) != sizeof(i))
			_exit(ok ? 0 : 3);
		(void)fclose(f);
		ruleset_free(im.rs);
	}
}

/* @in_work: wait for the child's first import; else it may not even have opened
 * the state
 * Return: imports that the child told before it was killed
 */
static uint32_t kill_once(struct state *s, uint32_t from, bool in_work,
			  long after_us)
{
	struct timespec ts = { 0, after_us * 1000 };
	uint32_t told = from, i;
	int fds[2], status;
	pid_t pid;

	CU_ASSERT_EQUAL_FATAL(pipe(fds), 0);
	pid = fork();
	CU_ASSERT_FATAL(pid >= 0);
	if (pid == 0) {
		(void)close(fds[0]);
		child_run(s->dir, s->id, from, fds[1]);
	}
	(void)close(fds[1]);
	if (in_work && read(fds[0], &i, sizeof(i)) == sizeof(i))
		told = i + 1;
	while (nanosleep(&ts, &ts) < 0 && errno == EINTR)
		;
	(void)kill(pid, SIGKILL);
	CU_ASSERT_EQUAL(waitpid(pid, &status, 0), pid);
	CU_ASSERT(WIFSIGNALED(status));
	while (read(fds[0], &i, sizeof(i)) == sizeof(i))
		told = i + 1;
	(void)close(fds[0]);
	return told;
}

static void test_kills(void)
{
	unsigned seed = 20260101, i, with_work = 0;
	uint32_t done = 0, n;
	struct state s;

	state_init(&s);
	for (i = 0; i < KILLS && done < IMPORTS_MAX; i++) {
		uint32_t told;

		control_close(s.c);
		s.c = NULL;
		told = kill_once(&s, done, i % 2, rand_r(&seed) % KILL_MAX_US);
		state_reopen(&s, 1);
		free(state_rules(&s, &n));
		CU_ASSERT_EQUAL(n % BATCH, 0);
		CU_ASSERT(n / BATCH == told || n / BATCH == told + 1);
		with_work += n / BATCH > done;
		done = n / BATCH;
	}
	/* the kills have to hit work, or this shows nothing */
	CU_ASSERT(with_work > i / 4);
	state_fini(&s);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "nothing acknowledged is lost", test_kills },
	};

	return unit_main("control_kill", tests, ARRAY_SIZE(tests));
}
