/* SPDX-License-Identifier: BSD-2-Clause */
/* raw_reply.h - what the origin said, and whether it is what was expected */
#ifndef CLIENT_SIM_RAW_REPLY_H
#define CLIENT_SIM_RAW_REPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "whoami.h"
#include "wire/addr.h"

/* Bytes of the reply's begin that are kept for judging. */
#define RAW_REPLY_MAX 65536

/* @expect:   text that must come; NULL: any; borrowed
 * @client:   whom the first line must name, if @identity is not IDENTITY_OFF
 * @identity: IDENTITY_PENDING until the line is there
 */
struct raw_reply {
	const char *expect;
	struct endpoint client;
	bool is_matched;
	enum identity identity;
	struct whoami seen;
	size_t len;
	char kept[RAW_REPLY_MAX];
};

/* raw_reply_init() - @client: NULL: no identity is checked */
void raw_reply_init(struct raw_reply *r, const char *expect,
		    const struct endpoint *client);

/* raw_reply_add() - Return: has all come that is to be judged? */
bool raw_reply_add(struct raw_reply *r, const void *data, size_t len);
bool raw_reply_is_complete(const struct raw_reply *r);

/* raw_reply_close() - nothing more comes. Return: is all as expected? */
bool raw_reply_close(struct raw_reply *r);

#endif
