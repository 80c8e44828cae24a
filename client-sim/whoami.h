/* SPDX-License-Identifier: BSD-2-Clause */
/* whoami.h - the line in which an origin says who it believes the client is */
#ifndef CLIENT_SIM_WHOAMI_H
#define CLIENT_SIM_WHOAMI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

/* A longer line is refused: 4,096 header bytes as hex and as text fit. */
#define WHOAMI_LINE_MAX 32768
#define WHOAMI_TEXT_MAX 32

/* @client:  unmapped
 * @mode, @verdict: what the origin says about the header; cut, may be empty;
 *	     graphic ASCII only
 */
struct whoami {
	struct endpoint client;
	char mode[WHOAMI_TEXT_MAX];
	char verdict[WHOAMI_TEXT_MAX];
};

/* In rising order: of several lines the worst counts. */
enum identity {
	IDENTITY_OFF,	  /* not asked for */
	IDENTITY_PENDING, /* nothing of the line came yet */
	IDENTITY_OK,
	IDENTITY_MISSING, /* the reply had no line that can be read */
	IDENTITY_WRONG,
};

/* whoami_parse() - one line, its line feed excluded. Hostile input: the keys
 * "client" and "cport" must stand there once each and be an address and a
 * port, "v" must be 1 and "type" "whoami".
 * Return: true and *@ret, or false and *@ret untouched
 */
bool whoami_parse(const char *line, size_t len, struct whoami *ret);

/* whoami_judge() - @expect: port 0 stands for any */
enum identity whoami_judge(const struct whoami *w,
			   const struct endpoint *expect);

/* identity_name() - "off", "pending", "ok", "wrong", "missing" */
const char *identity_name(enum identity id);

#endif
