/* SPDX-License-Identifier: BSD-2-Clause */
/* action.h - an action of the product's API: a JSON body in, a JSON body out.
 *
 * Actions, parameters, filters, limits and errors are those of version
 * 2022-09-01; docs/control.md lists them.
 */
#ifndef API_ACTION_H
#define API_ACTION_H

#include <stddef.h>

#include "api/live.h"
#include "control/control.h"

#define API_VERSION	   "2022-09-01"
#define API_BODY_MAX	   (1U << 20)
#define API_REQUEST_ID_MAX 37 /* RFC 9562 text, and the NUL */

/* @control: borrowed
 * @domain:  what access names (Cname) end with
 * @live:    the data path, borrowed; NULL: none
 */
struct api {
	struct control *control;
	const char *domain;
	const struct live_source *live;
};

/* api_call() - run @action on @body.
 * Return: the response as text, the caller's to free; NULL without memory.
 * Failure is a response too: {"Response":{"Error":{"Code","Message"},...}}
 */
char *api_call(const struct api *a, const char *action, const char *version,
	       const char *body, size_t body_len);

/* api_error() - the response for @err, as above */
char *api_error(const struct ctl_error *err);

/* api_action_writes() - may @action change something? */
bool api_action_writes(const char *action);

#endif
