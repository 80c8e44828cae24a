/* SPDX-License-Identifier: BSD-2-Clause */
/* server.h - the API over HTTP, driven by the caller's loop.
 *
 *	POST /         an action: X-TC-Action, X-TC-Version, a signature
 *	GET /healthz   "ok"
 *	GET /metrics   Prometheus text, from the caller
 *	GET /          the console (api/console.h)
 *
 * No action runs without a valid signature; one that changes something runs
 * once, whoever sends it again. Bodies are bounded (API_BODY_MAX), as are
 * connections, their memory and their time (doorman.h). There is one thread,
 * the caller's.
 */
#ifndef API_SERVER_H
#define API_SERVER_H

#include <stdint.h>

#include "api/action.h"
#include "api/doorman.h"
#include "api/sign.h"
#include "wire/addr.h"

#define API_LISTENERS_MAX   2
#define API_CONNECTIONS_MAX 128 /* of each */
#define API_IDLE_S	    DOORMAN_REQUEST_S

/* What has been answered, and why not. */
struct api_counters {
	uint64_t requests;
	uint64_t actions;
	uint64_t failed; /* actions with an error */
	uint64_t refused_signature;
	uint64_t refused_replay;
	uint64_t refused_size;
	uint64_t refused_memory; /* all bodies at a time have too much */
	uint64_t refused_slow;
	uint64_t refused_form; /* not POST /, no action named, not JSON */
};

/* @metrics: text for /metrics, the server frees it; NULL without memory
 * @after:   called when an action that may write has run
 */
struct api_server_options {
	struct api api;
	struct api_credentials credentials;
	char *(*metrics)(void *arg);
	void (*after)(void *arg);
	void *arg;
};

struct api_server;

/* api_server_new() - no socket yet. @o is copied. NULL without memory */
struct api_server *api_server_new(const struct api_server_options *o);
void api_server_free(struct api_server *s);

/* api_server_listen() - serve @fd too, a listening stream socket, which is the
 * server's from now on, also on failure.
 * @cert, @key: PEM texts for TLS, or NULL
 * Return: 0 or -errno
 */
int api_server_listen(struct api_server *s, int fd, const char *cert,
		      const char *key);

/* api_server_fds() - descriptors to wait for, readable. Return: how many */
uint32_t api_server_fds(const struct api_server *s, int ret[API_LISTENERS_MAX]);

/* api_server_run() - do what can be done without waiting.
 * Return: milliseconds until it has to be called at the latest; -1: whenever a
 * descriptor is readable
 */
int api_server_run(struct api_server *s);

const struct api_counters *api_server_counters(struct api_server *s);

#endif
