/* SPDX-License-Identifier: BSD-2-Clause */
/* records.h - the last connections and sessions of one worker.
 *
 * Plain memory of the worker's thread: a connection writes its entry when it
 * begins and when it ends. Who asks has the worker bring the open ones up to
 * date and copy them (worker_records()), so that the data path pays nothing for
 * a reader.
 */
#ifndef PROXY_RECORDS_H
#define PROXY_RECORDS_H

#include "api/live.h"

/* what records_copy() gives at most: of each protocol */
#define RECORDS_MAX ((size_t)2 * LIVE_CONNECTIONS_MAX)

/* By the low bits of the session's number, which counts up. @slot: of the
 * worker's table of the protocol
 */
struct records {
	struct record {
		struct live_connection c;
		uint32_t slot;
	} at[2][LIVE_CONNECTIONS_MAX];
};

/* records_begin() - an empty entry, in place of the oldest */
struct live_connection *records_begin(struct records *r, enum rule_proto proto,
				      uint64_t session, uint32_t slot);

/* records_find() - NULL if newer ones have taken its place */
struct live_connection *records_find(struct records *r, enum rule_proto proto,
				     uint64_t session);

/* records_each_open() - @fn for what has not ended */
void records_each_open(const struct records *r,
		       void (*fn)(void *arg, const struct record *rec),
		       void *arg);

/* records_copy() - in no order. Return: how many */
uint32_t records_copy(const struct records *r,
		      struct live_connection ret[RECORDS_MAX]);

/* records_newest() - sort @list, newest first */
void records_newest(struct live_connection *list, uint32_t n);

#endif
