/* SPDX-License-Identifier: BSD-2-Clause */
/* output.c - see output.h */
#include "output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "hgrm.h"
#include "plot.h"
#include "store.h"

static bool output_summary(const struct output_options *o, const struct plan *p,
			   const struct result *r)
{
	if (o->want_json)
		result_print_json(p, r, stdout);
	else
		result_print(p, r, stdout);
	if (o->want_latency && !o->want_json)
		result_print_latency(r, stdout);
	if (fflush(stdout) || ferror(stdout)) {
		log_error("cannot write to standard output");
		return false;
	}
	return true;
}

static bool output_hgrm(const char *path, const struct result *r)
{
	FILE *f = fopen(path, "we");
	bool failed = !f;

	if (f) {
		hgrm_print(&r->latency_ns, f);
		failed = ferror(f) != 0;
		failed |= fclose(f) != 0;
	}
	if (failed)
		log_error("cannot write '%s': %s", path, strerror(errno));
	return !failed;
}

static bool output_save(const char *path, const struct plan *p,
			const struct result *r, const struct series *s)
{
	FILE *f = fopen(path, "we");
	bool failed = !f;

	if (f) {
		failed = store_write(p, r, s, f) || ferror(f);
		failed |= fclose(f) != 0;
	}
	if (failed)
		log_error("cannot write '%s': %s", path, strerror(errno));
	return !failed;
}

int output_write(const struct output_options *o, const struct plan *p,
		 const struct result *r, const struct series *s)
{
	bool ok = output_summary(o, p, r);

	if (o->hgrm)
		ok &= output_hgrm(o->hgrm, r);
	if (o->save)
		ok &= output_save(o->save, p, r, s);
	if (o->plot)
		ok &= plot_write(o->plot, p, r, s) == 0;
	return ok ? EXIT_OK : EXIT_IO;
}
