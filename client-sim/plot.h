/* SPDX-License-Identifier: BSD-2-Clause */
/* plot.h - pictures of a run: latency by percentile, throughput over time */
#ifndef CLIENT_SIM_PLOT_H
#define CLIENT_SIM_PLOT_H

#include "plan.h"
#include "result.h"
#include "series.h"

/* plot_write() - into @dir, which is made if it is not there: latency.gp and
 * throughput.gp, scripts with their data inside, and what gnuplot makes of
 * them, latency.svg and throughput.svg. A picture without data is left out.
 * Logs what fails. Return: 0, -errno of a file, or -ENOENT if gnuplot is not
 * there or did not draw; the scripts are written then, too
 */
int plot_write(const char *dir, const struct plan *p, const struct result *r,
	       const struct series *s);

#endif
