/* SPDX-License-Identifier: BSD-2-Clause */
/* live.h - frames from an interface, through libpcap's ring of TPACKET_V3 */
#ifndef INSPECT_LIVE_H
#define INSPECT_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "frame.h"

#define LIVE_ERR_MAX	 512
#define LIVE_SNAPLEN_MAX 262144
#define LIVE_BUFFER_MAX	 (2U << 20)
#define LIVE_WAIT_MS	 100

struct live;

/* @iface:	or "any"
 * @snaplen:	bytes of each frame; 0: all
 * @buffer_kib: of the kernel's ring; 0: libpcap's default, 2 MiB
 */
struct live_config {
	const char *iface;
	uint32_t snaplen;
	uint32_t buffer_kib;
	bool not_promisc;
};

/* As the kernel counts, of what passed the filter.
 * @received: includes what was dropped
 * @dropped:  the ring was full
 * @if_dropped: the interface or its driver gave up
 * @copies:   by our own count, of those that were given out: another interface
 *	      had brought the same packet (copies.h)
 */
struct live_stat {
	uint64_t received;
	uint64_t dropped;
	uint64_t if_dropped;
	uint64_t copies;
};

/* live_open() - @filter: pcap-filter(7), compiled into the kernel; or NULL.
 * @err: set on failure: one sentence, with the way out
 * Return: 0; -EINVAL for a bad filter; -EIO
 */
int live_open(const struct live_config *cfg, const char *filter,
	      char err[LIVE_ERR_MAX], struct live **ret);
void live_close(struct live *l);

/* live_next() - Return: 1 and *@ret, borrowed until the next call; 0: nothing
 * for LIVE_WAIT_MS, or a signal came; -EIO: the interface has failed
 */
int live_next(struct live *l, char err[LIVE_ERR_MAX], struct frame *ret);

/* live_waited() - was nothing at hand for the last live_next()? */
bool live_waited(const struct live *l);

void live_stat(struct live *l, struct live_stat *ret);

/* live_link() - LINKTYPE; live_snaplen() - bytes that a frame may have */
int live_link(const struct live *l);
uint32_t live_snaplen(const struct live *l);

/* live_list() - the interfaces, one a line, as -D prints them.
 * Return: 0; -EIO and @err
 */
int live_list(char err[LIVE_ERR_MAX]);

#endif
