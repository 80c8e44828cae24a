/* SPDX-License-Identifier: BSD-2-Clause */
/* client.h - signed calls of the API over its local socket or an address */
#ifndef CTL_CLIENT_H
#define CTL_CLIENT_H

#include <jansson.h>

#include "api/sign.h"

#define CLIENT_PATH_MAX 512

/* @socket: path; empty: @endpoint
 * @endpoint: "http://127.0.0.1:8080", or https
 */
struct client {
	char socket[CLIENT_PATH_MAX];
	char endpoint[CLIENT_PATH_MAX];
	struct api_credentials credentials;
};

/* client_open() - the pair and, without @endpoint, the socket of @state.
 * @socket: NULL: api.sock in @state
 * Return: false, reported
 */
bool client_open(struct client *c, const char *state, const char *socket,
		 const char *endpoint);

/* client_call() - @action with @body, which is taken over.
 * Return: the object Response, the caller's; also one with an Error. NULL,
 * reported, if there is no answer.
 */
json_t *client_call(struct client *c, const char *action, json_t *body);

#endif
