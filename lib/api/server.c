/* SPDX-License-Identifier: BSD-2-Clause */
/* server.c - see server.h */
#include "api/server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include <microhttpd.h>

#include "api/console.h"
#include "api/replay.h"
#include "base/clock.h"

#define CONNECTION_MEMORY (32U << 10)

#define API_FORM      "InvalidRequest"
#define API_TOO_LARGE "RequestSizeLimitExceeded"
#define API_REPLAYED  "AuthFailure.SignatureReplayed"
#define API_BUSY      "RequestLimitExceeded"

_Static_assert(API_LISTENERS_MAX *API_CONNECTIONS_MAX <= DOORMAN_SLOTS,
	       "every connection has a slot");

struct api_server {
	struct api_server_options o;
	struct api_counters counters;
	struct replay replay;
	struct doorman doorman;
	uint32_t n;
	struct MHD_Daemon *daemon[API_LISTENERS_MAX];
};

/* One request while its body comes in */
struct request {
	bool is_too_large;
	bool is_starved; /* other bodies have the memory */
	char *body;
	size_t len;
	size_t cap;
};

struct api_server *api_server_new(const struct api_server_options *o)
{
	struct api_server *s = calloc(1, sizeof(*s));

	if (s)
		s->o = *o;
	return s;
}

void api_server_free(struct api_server *s)
{
	uint32_t i;

	if (!s)
		return;
	for (i = 0; i < s->n; i++)
		MHD_stop_daemon(s->daemon[i]);
	free(s);
}

const struct api_counters *api_server_counters(struct api_server *s)
{
	s->counters.refused_slow = s->doorman.n_slow;
	return &s->counters;
}

static const char *header(const void *arg, const char *name)
{
	/* the library compares names without regard to case */
	return MHD_lookup_connection_value(
		(struct MHD_Connection *)(uintptr_t)arg, MHD_HEADER_KIND, name);
}

/* @text is freed by the library; NULL: out of memory */
static enum MHD_Result reply(struct MHD_Connection *c, unsigned status,
			     const char *type, char *text)
{
	struct MHD_Response *r;
	enum MHD_Result done = MHD_NO;

	if (!text)
		return MHD_NO;
	r = MHD_create_response_from_buffer(strlen(text), text,
					    MHD_RESPMEM_MUST_FREE);
	if (!r) {
		free(text);
		return MHD_NO;
	}
	if (MHD_add_response_header(r, "Content-Type", type) == MHD_YES &&
	    MHD_add_response_header(r, "Cache-Control", "no-store") == MHD_YES)
		done = MHD_queue_response(c, status, r);
	MHD_destroy_response(r);
	return done;
}

/* The product answers 200 with an error inside, whatever is wrong. */
static enum MHD_Result refuse(struct MHD_Connection *c,
			      const struct ctl_error *err)
{
	return reply(c, MHD_HTTP_OK, "application/json", api_error(err));
}

/* What was kept of it is of no use any more. */
static void request_drop(struct doorman *g, struct request *r)
{
	doorman_shrink(g, r->cap);
	free(r->body);
	r->body = NULL;
	r->cap = 0;
	r->len = 0;
}

/* Return: false if there is no memory for it */
static bool request_grow(struct doorman *g, struct request *r, size_t cap)
{
	char *grown;

	if (!doorman_grow(g, r->cap, cap))
		return false;
	grown = realloc(r->body, cap);
	if (!grown) {
		doorman_shrink(g, cap);
		doorman_grow(g, 0, r->cap);
		return false;
	}
	r->body = grown;
	r->cap = cap;
	return true;
}

/* A body that is refused is read to its end, for the answer to be heard. */
static void request_add(struct doorman *g, struct request *r, const char *data,
			size_t len)
{
	size_t cap = r->cap ? r->cap : DOORMAN_BODY_SMALL;

	if (r->is_too_large || r->is_starved)
		return;
	while (cap < r->len + len && cap < API_BODY_MAX)
		cap *= 2;
	r->is_too_large = len > API_BODY_MAX - r->len;
	r->is_starved = !r->is_too_large && cap > r->cap &&
			!request_grow(g, r, cap);
	if (r->is_too_large || r->is_starved) {
		request_drop(g, r);
		return;
	}
	memcpy(r->body + r->len, data, len);
	r->len += len;
}

static bool post_check(struct api_server *s, struct MHD_Connection *c,
		       const struct request *r, const char *action,
		       struct ctl_error *err)
{
	struct api_request q = {
		.method = "POST",
		.path = "/",
		.query = "",
		.body = r->body ? r->body : "",
		.body_len = r->len,
		.header = header,
		.header_arg = c,
	};
	char signature[API_SIGNATURE_LEN + 1];
	int64_t now = (int64_t)time(NULL);

	if (r->is_too_large) {
		s->counters.refused_size++;
		return ctl_fail(err, API_TOO_LARGE,
				"the body has more than %u bytes",
				API_BODY_MAX);
	}
	if (r->is_starved) {
		s->counters.refused_memory++;
		return ctl_fail(err, API_BUSY,
				"too many long requests come in at a time: "
				"ask again");
	}
	if (!api_check_signature(&q, &s->o.credentials, now, signature, err)) {
		s->counters.refused_signature++;
		return false;
	}
	if (!action || !header(c, "x-tc-version")) {
		s->counters.refused_form++;
		return ctl_fail(err, API_FORM,
				"the headers X-TC-Action and X-TC-Version name "
				"what is asked for; one is missing");
	}
	if (api_action_writes(action) &&
	    !replay_is_new(&s->replay, signature, now)) {
		s->counters.refused_replay++;
		return ctl_fail(err, API_REPLAYED,
				"this very request has been served: sign it "
				"anew, with the time of now");
	}
	return true;
}

static struct doorman_slot *slot_of(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(c, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

static enum MHD_Result post(struct api_server *s, struct MHD_Connection *c,
			    const struct request *r)
{
	const char *action = header(c, "x-tc-action");
	struct ctl_error err = { 0 };
	char *text;

	if (!post_check(s, c, r, action, &err))
		return refuse(c, &err);
	s->counters.actions++;
	text = api_call(&s->o.api, action, header(c, "x-tc-version"),
			r->body ? r->body : "", r->len);
	if (text && strncmp(text, "{\"Response\":{\"Error\"", 20) == 0)
		s->counters.failed++;
	if (api_action_writes(action) && s->o.after)
		s->o.after(s->o.arg);
	/* the time that we took is not the client's */
	doorman_touch(slot_of(c), clock_ms());
	return reply(c, MHD_HTTP_OK, "application/json", text);
}

static enum MHD_Result console_reply(struct MHD_Connection *c,
				     const struct console_file *f)
{
	bool is_known = console_etag_match(header(c, "if-none-match"), f->etag);
	enum MHD_Result done;
	struct MHD_Response *r;
	size_t i;

	if (!console_host_ok(header(c, "host")) &&
	    !MHD_get_connection_info(c, MHD_CONNECTION_INFO_GNUTLS_SESSION))
		return reply(c, MHD_HTTP_MISDIRECTED_REQUEST, "text/plain",
			     strdup("without TLS the console answers to an "
				    "address and to localhost only\n"));
	r = MHD_create_response_from_buffer(is_known ? 0 : f->len,
					    (void *)(uintptr_t)f->data,
					    MHD_RESPMEM_PERSISTENT);
	if (!r)
		return MHD_NO;
	done = MHD_add_response_header(r, "Content-Type", f->type);
	if (done == MHD_YES)
		done = MHD_add_response_header(r, "ETag", f->etag);
	for (i = 0; done == MHD_YES && console_headers[i][0]; i++)
		done = MHD_add_response_header(r, console_headers[i][0],
					       console_headers[i][1]);
	if (done == MHD_YES)
		done = MHD_queue_response(
			c, is_known ? MHD_HTTP_NOT_MODIFIED : MHD_HTTP_OK, r);
	MHD_destroy_response(r);
	return done;
}

static enum MHD_Result get(struct api_server *s, struct MHD_Connection *c,
			   const char *path)
{
	if (strcmp(path, "/healthz") == 0)
		return reply(c, MHD_HTTP_OK, "text/plain", strdup("ok\n"));
	if (strcmp(path, "/metrics") == 0 && s->o.metrics)
		return reply(c, MHD_HTTP_OK, "text/plain; version=0.0.4",
			     s->o.metrics(s->o.arg));
	if (console_find(path))
		return console_reply(c, console_find(path));
	s->counters.refused_form++;
	return reply(c, MHD_HTTP_NOT_FOUND, "text/plain",
		     strdup("not here: GET / for the console, POST / for "
			    "actions, GET /metrics, GET /healthz\n"));
}

/* The library's form */
/* NOLINTNEXTLINE(readability-function-size) */
static enum MHD_Result serve(void *arg, struct MHD_Connection *c,
			     const char *path, const char *method,
			     const char *version, const char *data,
			     size_t *data_len, void **state)
{
	struct api_server *s = arg;
	struct request *r = *state;

	(void)version;
	if (!r) {
		*state = calloc(1, sizeof(*r));
		return *state ? MHD_YES : MHD_NO;
	}
	if (*data_len) {
		request_add(&s->doorman, r, data, *data_len);
		*data_len = 0;
		return MHD_YES;
	}
	s->counters.requests++;
	if (strcmp(method, MHD_HTTP_METHOD_GET) == 0 ||
	    strcmp(method, MHD_HTTP_METHOD_HEAD) == 0)
		return get(s, c, path);
	if (strcmp(method, MHD_HTTP_METHOD_POST) == 0 && strcmp(path, "/") == 0)
		return post(s, c, r);
	s->counters.refused_form++;
	return reply(c, MHD_HTTP_METHOD_NOT_ALLOWED, "text/plain",
		     strdup("POST / or GET\n"));
}

static void done(void *arg, struct MHD_Connection *c, void **state,
		 enum MHD_RequestTerminationCode why)
{
	struct api_server *s = arg;
	struct request *r = *state;

	(void)why;
	if (r)
		request_drop(&s->doorman, r);
	free(r);
	*state = NULL;
	doorman_touch(slot_of(c), clock_ms());
}

static void connected(void *arg, struct MHD_Connection *c, void **slot,
		      enum MHD_ConnectionNotificationCode what)
{
	struct api_server *s = arg;
	const union MHD_ConnectionInfo *info;

	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		doorman_close(*slot);
		*slot = NULL;
		return;
	}
	info = MHD_get_connection_info(c, MHD_CONNECTION_INFO_CONNECTION_FD);
	if (info)
		*slot = doorman_open(&s->doorman, info->connect_fd, clock_ms());
}

int api_server_listen(struct api_server *s, int fd, const char *cert,
		      const char *key)
{
	unsigned flags = MHD_USE_EPOLL | (cert ? MHD_USE_TLS : 0U);
	struct MHD_OptionItem tls[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)cert },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)key },
		{ MHD_OPTION_END, 0, NULL },
	};
	struct MHD_OptionItem none[] = { { MHD_OPTION_END, 0, NULL } };
	struct MHD_Daemon *d;

	if (s->n == API_LISTENERS_MAX) {
		(void)close(fd);
		return -ENOSPC;
	}
	d = MHD_start_daemon(
		flags, 0, NULL, NULL, serve, s, MHD_OPTION_LISTEN_SOCKET, fd,
		MHD_OPTION_CONNECTION_LIMIT, API_CONNECTIONS_MAX,
		MHD_OPTION_CONNECTION_TIMEOUT, API_IDLE_S,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
		MHD_OPTION_NOTIFY_COMPLETED, done, s,
		MHD_OPTION_NOTIFY_CONNECTION, connected, s, MHD_OPTION_ARRAY,
		cert ? tls : none, MHD_OPTION_END);
	if (!d) {
		(void)close(fd);
		return -EIO;
	}
	s->daemon[s->n++] = d;
	return 0;
}

uint32_t api_server_fds(const struct api_server *s, int ret[API_LISTENERS_MAX])
{
	uint32_t i, n = 0;

	for (i = 0; i < s->n; i++) {
		const union MHD_DaemonInfo *info = MHD_get_daemon_info(
			s->daemon[i], MHD_DAEMON_INFO_EPOLL_FD);

		if (info && info->listen_fd >= 0)
			ret[n++] = info->listen_fd;
	}
	return n;
}

int api_server_run(struct api_server *s)
{
	int wait_ms = doorman_run(&s->doorman, clock_ms());
	uint32_t i;

	for (i = 0; i < s->n; i++) {
		MHD_UNSIGNED_LONG_LONG t;

		(void)MHD_run(s->daemon[i]);
		if (MHD_get_timeout(s->daemon[i], &t) == MHD_YES &&
		    (wait_ms < 0 || t < (unsigned)wait_ms))
			wait_ms = t > INT32_MAX ? INT32_MAX : (int)t;
	}
	return wait_ms;
}
