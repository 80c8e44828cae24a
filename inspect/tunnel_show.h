/* SPDX-License-Identifier: BSD-2-Clause */
/* tunnel_show.h - the tunnels around a flow, for people and programs */
#ifndef INSPECT_TUNNEL_SHOW_H
#define INSPECT_TUNNEL_SHOW_H

#include <stddef.h>

#include "base/json.h"
#include "decode.h"

/* "geneve 16777215 ADDR > ADDR" and ", " of each; see tunnel_show.c */
#define TUNNEL_TEXT_MAX 512

/* tunnel_name_text() - the innermost one: "vxlan 42", "4in6". Return: @out */
char *tunnel_name_text(const struct tunnel *t, char out[TUNNEL_TEXT_MAX]);

/* tunnel_text() - all, the outermost first, with their ends. Return: @out, ""
 * if @t is NULL
 */
char *tunnel_text(const struct tunnel *t, char out[TUNNEL_TEXT_MAX]);

/* tunnel_json() - member "tunnels", an array, the outermost first; nothing if
 * @t is NULL
 */
void tunnel_json(struct json *j, const struct tunnel *t);

#endif
