/* SPDX-License-Identifier: BSD-2-Clause */
/* run_job.c - see run_job.h */
#include "run_job.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "wire/wire.h"

#define JOB_IDS_MAX 400

#define TRUSTED "--trust 127.0.0.1,::1 --reply whoami --header-timeout 4s"
#define ORIGIN_ARGS                                                         \
	"--oracle echo --source 127.0.0.1 --untrusted 127.0.0.2 --no-like " \
	"--patience 5s 127.0.0.1:{O}"

const struct job_def job_defs[] = {
	{ "origin, ppv1", "--mode ppv1 " TRUSTED " {O}", NULL,
	  "origin -J --mode ppv1 " ORIGIN_ARGS, false, CASE_PPV1, false },
	{ "origin, ppv2", "--mode ppv2 " TRUSTED " {O}", NULL,
	  "origin -J --mode ppv2 " ORIGIN_ARGS, false, CASE_PPV2, false },
	{ "origin, ppv2 over UDP", "--mode ppv2 " TRUSTED " {O}", NULL,
	  "origin -J -u --mode ppv2 " ORIGIN_ARGS, false, CASE_PPV2, true },
	{ "origin, spp", "--mode spp " TRUSTED " {O}", NULL,
	  "origin -J -u --mode spp " ORIGIN_ARGS, false, CASE_SPP, true },
	{ "proxy, ppv1", NULL, "tcp:{F} 127.0.0.1 {O} off ppv1",
	  "proxy -J --mode ppv1 --origin-listen {O} --also [::1]:{F} "
	  "127.0.0.1:{F}",
	  true, CASE_PPV1, false },
	{ "proxy, ppv2", NULL, "tcp:{F} 127.0.0.1 {O} off ppv2",
	  "proxy -J --mode ppv2 --origin-listen {O} --also [::1]:{F} "
	  "127.0.0.1:{F}",
	  true, CASE_PPV2, false },
	{ "proxy, off", NULL, "tcp:{F} 127.0.0.1 {O} off off",
	  "proxy -J --mode off --origin-listen {O} 127.0.0.1:{F}", true,
	  CASE_OFF, false },
	{ "proxy, ppv2 over UDP", NULL, "udp:{F} 127.0.0.1 {O} off ppv2",
	  "proxy -J -u --udp-idle 1500ms --mode ppv2 --origin-listen {O} "
	  "127.0.0.1:{F}",
	  true, CASE_PPV2, true },
	{ "proxy, spp", NULL, "udp:{F} 127.0.0.1 {O} off spp",
	  "proxy -J -u --udp-idle 1500ms --mode spp --origin-listen {O} "
	  "127.0.0.1:{F}",
	  true, CASE_SPP, true },
};

const size_t n_job_defs = ARRAY_SIZE(job_defs);

/* what has to run beside it */
static int job_world(struct job *j)
{
	char text[1024];
	int err = world_ports(&j->world);

	if (!err && j->def->origin) {
		world_expand(&j->world, j->def->origin, strlen(j->def->origin),
			     text, sizeof(text));
		err = world_origin(&j->world, text, j->why, sizeof(j->why));
	}
	if (!err && j->def->rule) {
		world_expand(&j->world, j->def->rule, strlen(j->def->rule),
			     text, sizeof(text));
		err = world_proxy(&j->world, text, j->why, sizeof(j->why));
	}
	return err;
}

int job_start(struct job *j, const struct job_def *def, const struct world *w,
	      char **ids, size_t n)
{
	char text[1024], *argv[WORLD_ARGS_MAX + JOB_IDS_MAX];
	size_t at, i;
	int err;

	*j = (struct job) { .def = def, .world = *w, .fd = -1, .n_ids = n };
	j->output = malloc(JOB_OUTPUT_MAX);
	if (!j->output)
		return -ENOMEM;
	err = job_world(j);
	if (err) {
		world_stop(&j->world, NULL, 0);
		return err;
	}
	world_expand(&j->world, def->args, strlen(def->args), text,
		     sizeof(text));
	at = world_argv(j->world.self, text, argv);
	for (i = 0; i < n && i < JOB_IDS_MAX - 1; i++)
		argv[at++] = ids[i];
	argv[at] = NULL;
	j->pid = tool_start(argv, &j->fd);
	return j->pid < 0 ? (int)j->pid : 0;
}

bool job_read(struct job *j)
{
	for (;;) {
		ssize_t n;

		if (j->len + 1 >= JOB_OUTPUT_MAX)
			break;
		n = read(j->fd, j->output + j->len,
			 JOB_OUTPUT_MAX - 1 - j->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return true;
		if (n <= 0)
			break;
		j->len += (size_t)n;
	}
	j->output[j->len] = '\0';
	return false;
}

void job_stop(struct job *j)
{
	if (j->pid > 0)
		tool_stop(j->pid);
	if (j->fd >= 0)
		fd_close(&j->fd);
	world_stop(&j->world, NULL, 0);
	free(j->output);
	j->output = NULL;
	j->pid = 0;
}

/* job_member() - a member of the line up to @end, unescaped well enough for
 * what case_json() writes
 */
static bool job_member(const char *line, const char *end, const char *key,
		       char *out, size_t cap)
{
	char want[32];
	size_t n = (size_t)snprintf(want, sizeof(want), "\"%s\":", key), k = 0;
	const char *at = memmem(line, (size_t)(end - line), want, n);
	bool is_text;

	if (!at)
		return false;
	at += n;
	is_text = *at == '"';
	at += is_text;
	while (at < end && k + 1 < cap) {
		if (is_text ? *at == '"' : *at == ',' || *at == '}')
			break;
		if (*at == '\\' && at + 1 < end) {
			at++;
			out[k++] = *at == 'n' ? ' ' : *at;
			at++;
			continue;
		}
		out[k++] = *at++;
	}
	out[k] = '\0';
	return true;
}

static enum case_status job_status(const char *text)
{
	enum case_status s;

	for (s = STATUS_PASS; s < STATUS_INCONCLUSIVE; s++)
		if (!strcmp(case_status_name(s), text))
			return s;
	return STATUS_INCONCLUSIVE;
}

bool job_result(const char **at, char *id, size_t cap, struct case_result *ret)
{
	while (**at) {
		const char *line = *at;
		const char *end = strchrnul(line, '\n');
		char text[64];

		*at = *end ? end + 1 : end;
		if (!job_member(line, end, "type", text, sizeof(text)) ||
		    strcmp(text, "case") != 0)
			continue;
		if (!job_member(line, end, "id", id, cap) ||
		    !job_member(line, end, "status", text, sizeof(text)))
			continue;
		ret->status = job_status(text);
		if (job_member(line, end, "trials", text, sizeof(text)))
			ret->n_trials = (uint32_t)strtoul(text, NULL, 10);
		if (job_member(line, end, "failed", text, sizeof(text)))
			ret->n_failed = (uint32_t)strtoul(text, NULL, 10);
		if (job_member(line, end, "ms", text, sizeof(text)))
			ret->ms = strtoul(text, NULL, 10);
		(void)job_member(line, end, "expected", ret->expected,
				 sizeof(ret->expected));
		(void)job_member(line, end, "got", ret->got, sizeof(ret->got));
		return true;
	}
	return false;
}
