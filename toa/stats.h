/* SPDX-License-Identifier: BSD-2-Clause */
/* stats.h - the counters of a reader or writer, and of others' toa.ko */
#ifndef TOA_STATS_H
#define TOA_STATS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "cli.h"

/* Columns that are kept; a larger machine's further CPUs go into the last. */
#define STATS_CPUS_MAX 1024

/* @cpus:    their numbers
 * @v:	     v[i].v[counter] of cpus[i]
 * @no_room: of the writer that is loaded beside a reader
 */
struct stats {
	size_t n_cpus;
	unsigned *cpus;
	struct toa_counters *v;
	uint64_t *no_room;
};

/* stats_read() - of the set that @c names; stats_free() in any case.
 * Return: 0 or -errno (-ENOENT: not loaded)
 */
int stats_read(const struct toa_config *c, struct stats *ret);

/* stats_parse() - the text of /proc/net/toa_stats: rows of a name, a colon and
 * a number per CPU. Rows with unknown names are skipped.
 * Return: 0, or -EBADMSG if none of the eight rows is there
 */
int stats_parse(FILE *f, struct stats *ret);

void stats_free(struct stats *s);

/* stats_sum() - over all CPUs; @which: enum reader_counter or writer_counter */
uint64_t stats_sum(const struct stats *s, unsigned which);
uint64_t stats_no_room(const struct stats *s);

/* stats_print() - the reader's: the eight counters as toa.ko prints them, ours
 * below an empty line. The writer's: all in that form.
 */
void stats_print(const struct stats *s, bool is_writer, FILE *out);

/* stats_print_json() - one line. Return: 0 or -ENOMEM */
int stats_print_json(const struct stats *s, bool is_writer, FILE *out);

#endif
