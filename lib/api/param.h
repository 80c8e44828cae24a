/* SPDX-License-Identifier: BSD-2-Clause */
/* param.h - parameters of an action: what may be there, and of which type */
#ifndef API_PARAM_H
#define API_PARAM_H

#include <jansson.h>
#include <stdbool.h>

#include "control/model.h"

#define API_MISSING	  "MissingParameter"
#define API_UNKNOWN	  "UnknownParameter"
#define API_INVALID	  "InvalidParameter"
#define API_INVALID_VALUE "InvalidParameterValue"
#define API_FILTERS_MAX	  10
#define API_VALUES_MAX	  20 /* of one filter */
#define API_LIMIT_DEFAULT 20
#define API_LIMIT_MAX	  1000

enum param_type {
	PARAM_STRING,
	PARAM_NUMBER,
	PARAM_BOOL,
	PARAM_OBJECT,
	PARAM_STRINGS, /* an array of them */
	PARAM_OBJECTS,
	PARAM_IGNORED, /* taken, of any type, and not used */
};

struct param {
	const char *name;
	enum param_type type;
	bool is_required;
};

/* param_check() - is @in an object with all of the required and none but the
 * named? @params ends with a NULL name; @where: for messages
 */
bool param_check(const json_t *in, const struct param *params,
		 const char *where, struct ctl_error *err);

/* param_string() - NULL if it is not there. Never with a NUL inside. */
const char *param_string(const json_t *in, const char *name);

/* param_switch() - "on" or "off"; *@ret is left as it is without it */
bool param_switch(const json_t *in, const char *name, bool *ret,
		  bool *ret_is_there, struct ctl_error *err);

/* param_choice() - index in @names; *@ret is left as it is without it */
bool param_choice(const json_t *in, const char *name, const char *const *names,
		  uint8_t *ret, struct ctl_error *err);

/* param_u32() - *@ret is left as it is without it */
bool param_u32(const json_t *in, const char *name, uint32_t max, uint32_t *ret,
	       struct ctl_error *err);

/* param_strings() - at most @max, borrowed from @in. Return: how many, of all
 * that there are
 */
uint32_t param_strings(const json_t *in, const char *name, const char **ret,
		       uint32_t max);

/* One filter that an action knows; @text: its values as a JSON array, to be
 * freed, or NULL if it was not used
 */
struct filter {
	const char *name;
	char *text;
};

/* param_filters() - into the @n of @known; the caller frees their texts, also
 * on failure
 */
bool param_filters(const json_t *in, struct filter *known, size_t n,
		   struct ctl_error *err);

#endif
