/* SPDX-License-Identifier: BSD-2-Clause */
/* check_json.h - members of a flow's JSON object that say what was found */
#ifndef INSPECT_CHECK_JSON_H
#define INSPECT_CHECK_JSON_H

#include "base/json.h"
#include "check.h"

/* check_json() - "verdict" and what belongs to it. @has_hdr: "frame" was said
 * of the header already
 */
void check_json(struct json *j, const struct check *c, bool has_hdr);

/* check_json_facts() - "other", "uoa", "timing", "app" and "udp_mode" of @fl,
 * as far as there are any
 */
void check_json_facts(struct json *j, const struct flow *fl);

#endif
