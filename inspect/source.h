/* SPDX-License-Identifier: BSD-2-Clause */
/* source.h - frames out of a capture file (pcap, pcapng) through libpcap */
#ifndef INSPECT_SOURCE_H
#define INSPECT_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include "frame.h"

#define SOURCE_ERR_MAX 512

struct source;

/* source_open() - @path: "-" is standard input
 * @filter: BPF expression (pcap-filter(7)), or NULL
 * @err:    set on failure: what is wrong, with @path in it
 * Return: 0; -EINVAL for a bad filter; -EIO otherwise
 */
int source_open(const char *path, const char *filter, char err[SOURCE_ERR_MAX],
		struct source **ret_src);

/* source_next() - the next frame that passes the filter.
 * Return: 1 and *@ret; 0 at the end; -EIO if the file is damaged here
 */
int source_next(struct source *src, char err[SOURCE_ERR_MAX],
		struct frame *ret);

void source_close(struct source *src);

#endif
