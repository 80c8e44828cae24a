/* SPDX-License-Identifier: BSD-2-Clause */
/* action_batch.c - import and export as the product's console has them, which
 * its API has not
 */
#include <stdlib.h>
#include <string.h>

#include "api/internal.h"

/* Every line that is wrong: [{"Line","Column","Code","Message"}] */
static bool details_put(json_t *out, const struct ruleset *rs,
			struct ctl_error *err)
{
	json_t *list = json_array();
	uint32_t n = rs->n_errors, i;

	if (n > RULESET_ERRORS_MAX)
		n = RULESET_ERRORS_MAX;
	for (i = 0; i < n; i++) {
		const struct rule_error *e = &rs->errors[i];

		(void)json_array_append_new(
			list, json_pack("{s:i,s:i,s:s,s:s}", "Line",
					(int)e->line, "Column", (int)e->column,
					"Code", e->code, "Message", e->text));
	}
	return api_put(out, API_DETAILS, list, err);
}

bool action_import(const struct api *a, const json_t *in, json_t *out,
		   struct ctl_error *err)
{
	const char *text = param_string(in, "Text");
	size_t len = strlen(text);
	struct ctl_import im = {
		.source = "Text",
		.partial = json_is_true(json_object_get(in, "Partial")),
		.dry_run = json_is_true(json_object_get(in, "DryRun")),
	};
	struct ctl_error ignored;
	bool ok;

	/* an empty buffer cannot be opened, an empty file can be imported */
	im.in = len ? fmemopen((void *)(uintptr_t)text, len, "r")
		    : fopen("/dev/null", "re");
	if (!im.in)
		return ctl_fail(err, CTL_INTERNAL, "out of memory");
	ok = control_import(a->control, param_string(in, "ZoneId"),
			    param_string(in, "ProxyId"), &im, err);
	(void)fclose(im.in);
	if (im.rs)
		(void)details_put(out, im.rs, &ignored);
	ruleset_free(im.rs);
	return ok && api_put(out, "Added", json_integer(im.added), err);
}

bool action_export(const struct api *a, const json_t *in, json_t *out,
		   struct ctl_error *err)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);
	bool ok;

	if (!f)
		return ctl_fail(err, CTL_INTERNAL, "out of memory");
	ok = control_export(a->control, param_string(in, "ZoneId"),
			    param_string(in, "ProxyId"), f, err);
	if (fclose(f) != 0)
		ok = ctl_fail(err, CTL_INTERNAL, "out of memory");
	ok = ok && api_put(out, "Text", json_string(text), err);
	free(text);
	return ok;
}
