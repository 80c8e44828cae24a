/* SPDX-License-Identifier: BSD-2-Clause */
/* output.h - everything that comes of a result: summary, files, pictures */
#ifndef CLIENT_SIM_OUTPUT_H
#define CLIENT_SIM_OUTPUT_H

#include "options.h"
#include "result.h"
#include "series.h"

/* output_write() - the summary on stdout, and what @o asks for. Logs what
 * cannot be written.
 * Return: EXIT_OK or EXIT_IO
 */
int output_write(const struct output_options *o, const struct plan *p,
		 const struct result *r, const struct series *s);

#endif
