/* SPDX-License-Identifier: BSD-2-Clause */
/* progress.h - how far the reading of files has come, on a terminal */
#ifndef INSPECT_PROGRESS_H
#define INSPECT_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROGRESS_LINE_MAX 256

/* Nothing is shown of what takes less than a second. */
struct progress {
	bool is_on;
	bool is_drawn;
	uint64_t start_ns;
	uint64_t next_ns;
};

/* progress_init() - @is_wanted: if standard error is a terminal, too */
void progress_init(struct progress *p, bool is_wanted);

/* progress_update() - @done of @size bytes have been read (0: not known) and
 * @frames frames. Cheap if the line is not due: for each block that is read,
 * not for each frame.
 */
void progress_update(struct progress *p, uint64_t done, uint64_t size,
		     uint64_t frames);

/* progress_end() - wipe the line, so that other output can follow */
void progress_end(struct progress *p);

/* progress_format() - the line, without its end, at most @columns wide.
 * Return: @out
 */
char *progress_format(char out[PROGRESS_LINE_MAX], unsigned columns,
		      uint64_t elapsed_ns, uint64_t done, uint64_t size,
		      uint64_t frames);

/* progress_scaled() - "1.5 GB", "980 kB" for the unit "B"; "12 k" for "".
 * Return: @out
 */
char *progress_scaled(char out[16], double n, const char *unit);

#endif
