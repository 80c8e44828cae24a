/* SPDX-License-Identifier: BSD-2-Clause */
/* report_option.h - the TCP options of a flow as text or JSON members */
#ifndef INSPECT_REPORT_OPTION_H
#define INSPECT_REPORT_OPTION_H

#include "base/json.h"
#include "option.h"
#include "paint.h"

/* Room for one option in words. */
#define REPORT_OPTION_MAX 128

/* report_option_text() - words: the client, kind, segments and vendor of the
 * first option that counts, then what else there is; nothing if there is
 * nothing.
 */
void report_option_text(struct paint *p, const struct option_set *s);

/* report_option_json() - "toa": the first option that counts; "options": all
 * others; "options_refused". Each only if it is there.
 * @want_client: first "client" and "cport" of what "toa" is
 */
void report_option_json(struct json *j, const struct option_set *s,
			bool want_client);

/* report_option_other() - "254/8 203.0.113.7:54321", "201/6 VPC id"; with a
 * question mark if it does not count. Return: @out
 */
char *report_option_other(const struct option *o, char out[REPORT_OPTION_MAX]);

/* report_option_client() - "203.0.113.7:54321", or "203.0.113.7" if the option
 * has no port. Return: @out
 */
char *report_option_client(const struct toa_option *toa,
			   char out[ENDPOINT_TEXT_MAX]);

const char *report_option_vendor(const struct toa_option *toa);
const char *report_option_layout(enum toa_layout l); /* "port-ip4", ... */
/* "sure", "likely", "guess" */
const char *report_option_confidence(enum toa_confidence c);

#endif
