/* SPDX-License-Identifier: BSD-2-Clause */
/* serve.c - see serve.h */
#include "serve.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "api/server.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/priv.h"
#include "base/sock.h"

#define SERVE_PATH_MAX 512
#define SERVE_PEM_MAX  (64U << 10)
#define SERVE_BACKLOG  64
/* how often to look whether a name is resolved, while a rule waits for it */
#define SERVE_WAIT_MS 100

/* @settled: the generation that is out of progress
 * @applied: the one in force; its progress ends at @due_ms
 * @rules:   ids of its rules, in the order of the table; empty: it failed
 * @n_waiting: of these, when it was last told
 */
struct serve {
	const struct proxy_config *cfg;
	struct control *control;
	struct api_server *api;
	char socket[SERVE_PATH_MAX];
	uint64_t generation; /* of @of */
	uint32_t n_of;
	struct ctl_effective *of;
	uint64_t applied;
	uint64_t settled;
	uint64_t due_ms;
	uint32_t n_rules;
	char (*rules)[CTL_ID_MAX];
	uint32_t n_waiting;
	uint32_t n_failed;
	struct ctl_told *failed;
	struct serve_failure {
		char rule_id[CTL_ID_MAX];
		char reason[LISTEN_ERR_MAX];
	} * failures; /* what @failed points into */
	int wait_ms;
};

static void text_random(char *out, size_t len)
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef"
				  "ghijklmnopqrstuvwxyz0123456789AB";
	size_t i;

	if (getrandom(out, len, 0) != (ssize_t)len)
		abort();
	for (i = 0; i < len; i++)
		out[i] = set[(unsigned char)out[i] % 64];
	out[len] = '\0';
}

/* DIR/credentials holds "SecretId SecretKey"; a new pair is made if there is
 * none, readable by the owner only.
 */
static bool serve_credentials(const char *dir, struct api_credentials *ret)
{
	char path[SERVE_PATH_MAX], text[256] = "";
	ssize_t n;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/credentials", dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		(void)memcpy(ret->id, "AKID", 4);
		text_random(ret->id + 4, 20);
		text_random(ret->key, 32);
		(void)snprintf(text, sizeof(text), "%s %s\n", ret->id,
			       ret->key);
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		n = fd < 0 ? -1 : write(fd, text, strlen(text));
		if (fd < 0 || n != (ssize_t)strlen(text) || fsync(fd) < 0) {
			log_error("cannot write '%s': %s", path,
				  strerror(errno));
			return false;
		}
		(void)close(fd);
		return true;
	}
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		(void)close(fd);
	if (n < 0) {
		log_error("cannot read '%s': %s", path, strerror(errno));
		return false;
	}
	text[n] = '\0';
	if (sscanf(text, "%64s %64s", ret->id, ret->key) != 2) {
		log_error("'%s' does not hold \"SecretId SecretKey\": remove "
			  "it for a new pair",
			  path);
		return false;
	}
	return true;
}

/* The file's text, to be freed; NULL, reported */
static char *serve_read(const char *path)
{
	char *text = calloc(1, SERVE_PEM_MAX + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 || !text ? -1 : read(fd, text, SERVE_PEM_MAX);

	if (fd >= 0)
		(void)close(fd);
	if (n >= 0)
		return text;
	log_error("cannot read '%s': %s", path, strerror(errno));
	free(text);
	return NULL;
}

static bool serve_listen_local(struct serve *s)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int fd, err;

	if (strlen(s->socket) >= sizeof(at.sun_path)) {
		log_error("the path '%s' is too long for a socket: name "
			  "another with --api-socket",
			  s->socket);
		return false;
	}
	memcpy(at.sun_path, s->socket, strlen(s->socket) + 1);
	/* the state's lock is ours: what lies here nobody listens on */
	(void)unlink(s->socket);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || fchmod(fd, 0600) < 0 ||
	    bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0 ||
	    chmod(s->socket, 0600) < 0 || listen(fd, SERVE_BACKLOG) < 0) {
		log_error("cannot listen on '%s': %s", s->socket,
			  strerror(errno));
		if (fd >= 0)
			(void)close(fd);
		return false;
	}
	err = api_server_listen(s->api, fd, NULL, NULL);
	if (err)
		log_error("cannot serve the API on '%s': %s", s->socket,
			  strerror(-err));
	return !err;
}

static bool serve_listen_net(struct serve *s)
{
	const struct serve_config *c = &s->cfg->serve;
	char *cert = NULL, *key = NULL;
	char text[ENDPOINT_TEXT_MAX];
	int fd = -1, err;

	if (c->listen.addr.family == IP_NONE)
		return true;
	if (c->cert) {
		cert = serve_read(c->cert);
		key = serve_read(c->key);
		if (!cert || !key) {
			free(cert);
			free(key);
			return false;
		}
	}
	err = sock_listen(&c->listen, SOCK_F_V6ONLY, SERVE_BACKLOG, &fd);
	if (!err)
		err = api_server_listen(s->api, fd, cert, key);
	if (err)
		log_error("cannot serve the API on %s: %s",
			  endpoint_format(&c->listen, text),
			  err == -EIO ? "is the certificate right?"
				      : strerror(-err));
	free(cert);
	free(key);
	return !err;
}

/* What lies in the directory belongs to the user that the proxy becomes, and is
 * opened as that user: it may be replaced by links while the proxy runs.
 */
static bool serve_assume_user(const struct proxy_config *cfg)
{
	int err;

	if (!cfg->user || geteuid())
		return true;
	err = priv_own_dir(cfg->serve.state, cfg->user);
	if (err)
		log_error("cannot give '%s' to user %s: %s", cfg->serve.state,
			  cfg->user, strerror(-err));
	if (!err) {
		err = priv_assume(cfg->user);
		if (err)
			log_error("cannot become user %s: %s", cfg->user,
				  strerror(-err));
	}
	return !err;
}

static bool serve_open_state(struct serve *s, struct api_server_options *o)
{
	const struct serve_config *c = &s->cfg->serve;
	struct control_options co = { c->quota, s->cfg->rule_flags };
	struct ctl_error err = { 0 };
	bool ok = false;

	if (!serve_assume_user(s->cfg))
		return false;
	s->control = control_open(c->state, &co, &err);
	if (!s->control)
		log_error("state '%s': %s", c->state, err.text);
	o->api.control = s->control;
	if (s->control && serve_credentials(c->state, &o->credentials))
		s->api = api_server_new(o);
	if (s->api)
		ok = serve_listen_local(s);
	if (priv_resume())
		ok = false;
	return ok;
}

struct serve *serve_open(const struct proxy_config *cfg,
			 const struct serve_hooks *hooks)
{
	const struct serve_config *c = &cfg->serve;
	struct api_server_options o = { .metrics = hooks->metrics,
					.arg = hooks->arg };
	struct serve *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->cfg = cfg;
	s->wait_ms = -1;
	if (c->socket)
		(void)snprintf(s->socket, sizeof(s->socket), "%s", c->socket);
	else
		(void)snprintf(s->socket, sizeof(s->socket), "%s/api.sock",
			       c->state);
	o.api = (struct api) { NULL, c->domain, &hooks->live };
	if (!serve_open_state(s, &o) || !serve_listen_net(s)) {
		serve_close(s);
		return NULL;
	}
	return s;
}

void serve_close(struct serve *s)
{
	if (!s)
		return;
	if (s->api)
		(void)unlink(s->socket);
	api_server_free(s->api);
	control_close(s->control);
	free(s->of);
	free(s->failed);
	free(s->failures);
	free(s->rules);
	free(s);
}

int serve_rules(struct serve *s, const struct ctl_limits *limits,
		struct ruleset **ret)
{
	struct ctl_error err = { 0 };

	free(s->of);
	s->of = NULL;
	s->n_of = 0;
	s->generation = control_generation(s->control);
	if (control_effective(s->control, limits, ret, &s->of, &s->n_of, &err))
		return 0;
	log_error("state: %s: %s", err.code, err.text);
	return -EIO;
}

void serve_keys(const struct serve *s, struct tally_key *ret)
{
	uint32_t i;

	for (i = 0; i < s->n_of; i++) {
		const struct ctl_effective *e = &s->of[i];

		if (e->refused)
			continue;
		memcpy(ret->instance_id, e->instance_id, CTL_ID_MAX);
		memcpy(ret->rule_id, e->rule_id, CTL_ID_MAX);
		ret++;
	}
}

static void serve_add_failure(struct serve *s, const char *rule_id,
			      const char *why)
{
	struct serve_failure *f = &s->failures[s->n_failed];

	memcpy(f->rule_id, rule_id, sizeof(f->rule_id));
	(void)snprintf(f->reason, sizeof(f->reason), "%s", why);
	s->failed[s->n_failed++] = (struct ctl_told) { f->rule_id, f->reason };
	log_warn("rule %s: %s", rule_id, why);
}

/* Keep the failures until they are told, as settling may come later. */
void serve_applied(struct serve *s, char (*failed)[LISTEN_ERR_MAX])
{
	size_t room = (size_t)s->n_of + 1;
	uint32_t i;

	free(s->failed);
	free(s->failures);
	free(s->rules);
	s->failed = calloc(room, sizeof(*s->failed));
	s->failures = calloc(room, sizeof(*s->failures));
	s->rules = calloc(room, sizeof(*s->rules));
	s->n_failed = 0;
	s->n_rules = 0;
	for (i = 0; s->failed && s->failures && s->rules && i < s->n_of; i++) {
		const struct ctl_effective *e = &s->of[i];
		const char *why = e->refused;

		if (!why) {
			why = failed[s->n_rules];
			if (!why[0])
				memcpy(s->rules[s->n_rules], e->rule_id,
				       CTL_ID_MAX);
			s->n_rules++;
		}
		if (why[0])
			serve_add_failure(s, e->rule_id, why);
	}
	s->applied = s->generation;
	s->due_ms = clock_ms() + s->cfg->serve.settle_ms;
}

/* The rules that have nowhere to forward to. @ret: room for all. Returns how
 * many they are.
 */
static uint32_t serve_waiting(const struct serve *s, const struct fwd_table *t,
			      struct ctl_told *ret)
{
	uint32_t i, n = 0;

	for (i = 0; i < s->n_rules && i < t->n_fwds; i++)
		if (s->rules[i][0] && !origin_count(t->fwds[i].origin))
			ret[n++] = (struct ctl_told) {
				s->rules[i],
				"its origin's name is not resolved yet",
			};
	return n;
}

static void serve_settle(struct serve *s, const struct fwd_table *t)
{
	struct ctl_outcome o = { .generation = s->applied,
				 .failed = s->failed,
				 .n_failed = s->n_failed };
	struct ctl_error err = { 0 };
	struct ctl_told *waiting;

	if ((s->settled == s->applied && !s->n_waiting) ||
	    clock_ms() < s->due_ms)
		return;
	waiting = calloc((size_t)s->n_rules + 1, sizeof(*waiting));
	if (!waiting)
		return;
	o.waiting = waiting;
	o.n_waiting = serve_waiting(s, t, waiting);
	if (s->settled == s->applied && o.n_waiting == s->n_waiting) {
		free(waiting);
		return;
	}
	if (control_settle(s->control, &o, &err)) {
		s->settled = s->applied;
		s->n_waiting = o.n_waiting;
	} else {
		log_error("state: %s", err.text);
	}
	free(waiting);
}

uint32_t serve_poll(const struct serve *s, struct pollfd fds[SERVE_FDS_MAX],
		    int *ms)
{
	int list[API_LISTENERS_MAX];
	uint32_t n = api_server_fds(s->api, list), i;

	for (i = 0; i < n; i++)
		fds[i] = (struct pollfd) { .fd = list[i], .events = POLLIN };
	if (s->wait_ms >= 0 && s->wait_ms < *ms)
		*ms = s->wait_ms;
	if (s->n_waiting && *ms > SERVE_WAIT_MS)
		*ms = SERVE_WAIT_MS;
	if (s->settled != s->applied) {
		uint64_t now = clock_ms();
		uint64_t left = s->due_ms > now ? s->due_ms - now : 0;

		if (left < (uint64_t)*ms)
			*ms = (int)left;
	}
	return n;
}

bool serve_run(struct serve *s, const struct fwd_table *t)
{
	s->wait_ms = api_server_run(s->api);
	serve_settle(s, t);
	return control_generation(s->control) != s->applied;
}

void serve_counters(const struct serve *s, FILE *out)
{
	const struct api_counters *c = api_server_counters(s->api);
	const struct {
		const char *name;
		uint64_t value;
	} list[] = {
		{ "requests", c->requests },
		{ "actions", c->actions },
		{ "actions_failed", c->failed },
		{ "refused_signature", c->refused_signature },
		{ "refused_replay", c->refused_replay },
		{ "refused_size", c->refused_size },
		{ "refused_form", c->refused_form },
		{ "refused_memory", c->refused_memory },
		{ "refused_slow", c->refused_slow },
	};
	size_t i;

	for (i = 0; i < sizeof(list) / sizeof(list[0]); i++)
		fprintf(out,
			"# TYPE tp_proxy_api_%s_total counter\n"
			"tp_proxy_api_%s_total %llu\n",
			list[i].name, list[i].name,
			(unsigned long long)list[i].value);
}
