/* SPDX-License-Identifier: BSD-2-Clause */
/* report_option.h - the TCP options of a flow as text or JSON members */
#ifndef INSPECT_REPORT_OPTION_H
#define INSPECT_REPORT_OPTION_H

#include <stdio.h>

#include "base/json.h"
#include "option.h"

/* report_option_text() - two blanks and the client, kind, segments and vendor
 * of the first option that counts, then a client that contradicts it, then what
 * else there is; nothing if there is nothing.
 */
void report_option_text(FILE *out, const struct option_set *s);

/* report_option_json() - "toa": the first option that counts; "options": all
 * others; "options_refused". Each only if it is there.
 * @want_client: first "client" and "cport" of what "toa" is
 */
void report_option_json(struct json *j, const struct option_set *s,
			bool want_client);

#endif
