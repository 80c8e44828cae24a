/* SPDX-License-Identifier: BSD-2-Clause */
/* toa_judge.h - what the TCP options of a segment say of the client.
 *
 * Pure functions over bytes; whom to believe is decided elsewhere. The rules
 * are those of the eBPF reader: of one segment all options that may name a
 * client must agree, of one connection the first segment that names one wins.
 */
#ifndef ORIGIN_TOA_JUDGE_H
#define ORIGIN_TOA_JUDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"
#include "wire/toa_shim.h"
#include "wire/wire.h"

/* The option kinds that are taken for client addresses. */
struct toa_kinds {
	bool is_on[256];
};

/* @is_found: a client is named; the members up to @client are set
 * @place:    enum toa_place of the segment
 * @len:      of the option, kind and length included
 * @has_port: else the option carries none, and @client.port is 0
 * @err:      if a client is named a remark, else why none is believed;
 *	      ANOMALY_NONE: there was nothing to believe. The offset is in the
 *	      TCP header.
 */
struct toa_finding {
	bool is_found;
	bool has_port;
	uint8_t place;
	uint8_t kind;
	uint8_t len;
	struct endpoint client;
	struct wire_err err;
};

/* A TCP segment that could carry the option.
 * @opt: borrowed
 */
struct toa_segment {
	struct endpoint src;
	struct endpoint dst;
	uint32_t seq;
	uint8_t place;
	const uint8_t *opt;
	uint8_t opt_len;
};

/* toa_segment_decode() - an IP packet.
 * Return: WIRE_OK; WIRE_SHORT if @len ends inside a header; WIRE_BAD for what
 *	   is no TCP segment that a handshake may consist of (resets, fragments,
 *	   other protocols)
 */
enum wire_status toa_segment_decode(const uint8_t *buf, size_t len,
				    struct toa_segment *ret);

/* toa_judge() - the options of one segment */
void toa_judge(const struct toa_kinds *kinds, const struct toa_segment *seg,
	       struct toa_finding *ret);

/* toa_merge() - a later segment of the same connection said @next */
void toa_merge(struct toa_finding *into, const struct toa_finding *next);

/* toa_place_name() - "syn", "ack", "data" of one enum toa_place */
const char *toa_place_name(uint8_t place);

/* toa_kinds_add() - "200,254", appended; 9 to 255: those below are TCP's own.
 * Return: false: not such a list
 */
bool toa_kinds_add(struct toa_kinds *kinds, const char *text);

#endif
