/* SPDX-License-Identifier: BSD-2-Clause */
/* toa.h - client addresses in TCP options, of all the makes that are known.
 *
 * There is no standard. Port and address stand in network order everywhere.
 * The table covers what vendors document or publish as source; some kinds mean
 * several things, which the confidence tells.
 */
#ifndef WIRE_TOA_H
#define WIRE_TOA_H

#include <stdbool.h>

#include "wire/addr.h"
#include "wire/tcp.h"
#include "wire/toa_layout.h"
#include "wire/wire.h"

enum toa_confidence {
	TOA_GUESS,  /* also another option of that kind and length */
	TOA_LIKELY, /* the kind has other uses, the length speaks for this */
	TOA_SURE,   /* nothing else is known to look so */
};

/* One (kind, length) that is known.
 * @len:    kind and length included
 * @layout: TOA_LAYOUT_NONE: names no client, but what @what says
 * @vendor: who sends it
 * @what:   short, e.g. "client port, IPv4"
 */
struct toa_format {
	uint8_t kind;
	uint8_t len;
	enum toa_layout layout;
	enum toa_confidence confidence;
	const char *vendor;
	const char *what;
};

/* @format:   static storage; NULL if the kind was known to the caller only
 * @layout:   what was read; TOA_LAYOUT_NONE: @client is empty
 * @has_port: else the option has none and @client.port is 0
 */
struct toa_option {
	const struct toa_format *format;
	enum toa_layout layout;
	enum toa_confidence confidence;
	bool has_port;
	struct endpoint client;
};

enum toa_flags {
	/* the segment is a SYN: kinds 253 and 254 that begin with the
	 * identifier of another experiment (RFC 6994) are that
	 */
	TOA_F_SYN = 1U << 0,
	/* the caller says that this kind carries client addresses: lengths 8
	 * and 20 are read port first, whatever the kind
	 */
	TOA_F_KIND_IS_TOA = 1U << 1,
};

/* toa_decode() - one option as tcp_opt_next() returns it.
 * @flags: enum toa_flags, or-ed
 * Return: WIRE_OK with *@ret (@err->anomaly is TOA_ADDRESS if no client can
 *	   have that address or port: nothing to believe), or WIRE_BAD:
 *	   TOA_KIND     a kind of nobody's
 *	   TOA_OTHER    that kind and length, or identifier, is another option
 *	   TOA_LENGTH   a kind of TOA only, with a length of nobody's
 *	   TOA_VERSION  kind 28 with an unknown version byte
 *	   @err->off is relative to the option's kind byte. Never WIRE_SHORT.
 */
enum wire_status toa_decode(const struct tcp_opt *opt, unsigned flags,
			    struct toa_option *ret, struct wire_err *err);

/* toa_encode() - the option with port before address, as LVS and its heirs
 * have it.
 * @client: not IP_NONE
 * Return: TOA_LEN_V4 or TOA_LEN_V6, the bytes of @out that were written
 */
size_t toa_encode(uint8_t kind, const struct endpoint *client,
		  uint8_t out[TOA_LEN_V6]);

/* toa_format_find() - NULL if nobody is known to send that */
const struct toa_format *toa_format_find(uint8_t kind, uint8_t len);

/* toa_format_at() - the @i-th entry of the table, NULL past its end */
const struct toa_format *toa_format_at(size_t i);

/* toa_kind_is_shared() - does the kind carry options that are no address, so
 * that an unknown length says nothing?
 */
bool toa_kind_is_shared(uint8_t kind);

/* toa_layout_find() - how a reader that was told that @kind carries addresses
 * reads an option of @len; TOA_LAYOUT_NONE: not an address,
 * TOA_LAYOUT_COUNT: malformed
 */
enum toa_layout toa_layout_find(uint8_t kind, uint8_t len);

#endif
