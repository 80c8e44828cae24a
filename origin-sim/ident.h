/* SPDX-License-Identifier: BSD-2-Clause */
/* ident.h - whom the origin believes to serve, and how it says so */
#ifndef ORIGIN_IDENT_H
#define ORIGIN_IDENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "header.h"
#include "toa_judge.h"
#include "wire/addr.h"
#include "wire/pp.h"

/* What is said of a header's TLVs at most; the rest is counted in tlvs_cut. */
#define IDENT_TLVS_MAX	    64
#define IDENT_TLV_BYTES_MAX 4096

/* A whole line: hex and escaped text of those TLVs, their names, the rest. */
#define IDENT_LINE_MAX (4 * IDENT_TLV_BYTES_MAX + 128 * IDENT_TLVS_MAX + 2048)

/* @peer, @local: the socket's own ends
 * @client:	  the header's source if it names one, else @peer
 * @dst:	  what the header says was dialled; IP_NONE if it does not
 * @kind:	  HEADER_NONE: @cmd and @crc mean nothing
 * @tlv:	  owned copy of the TLV area; NULL if none
 * @hdr_reads:	  reads that it took to get the header
 * @toa:	  HEADER_TOA: the option; @toa.kind is 0 if the kernel read it
 * @err:	  why this one was refused, or why its TCP option was passed
 *		  over; ANOMALY_NONE if neither
 */
struct ident {
	bool is_udp;
	enum header_kind kind;
	enum pp_cmd cmd;
	enum pp_crc crc;
	struct endpoint peer;
	struct endpoint local;
	struct endpoint client;
	struct endpoint dst;
	uint8_t *tlv;
	uint16_t tlv_len;
	uint32_t hdr_len;
	uint32_t hdr_reads;
	struct toa_finding toa;
	struct wire_err err;
};

/* ident_init() - no header: the client is the peer */
void ident_init(struct ident *id, bool is_udp, const struct endpoint *peer,
		const struct endpoint *local);
void ident_fini(struct ident *id);

/* ident_learn() - believe a header. Return: 0 or -ENOMEM */
int ident_learn(struct ident *id, const struct header_result *h);

/* ident_learn_toa() - believe a TCP option.
 * @f: a client is named
 */
void ident_learn_toa(struct ident *id, const struct toa_finding *f);

/* ident_says_same() - does @h name the same client, target and kind? */
bool ident_says_same(const struct ident *id, const struct header_result *h);

/* ident_members() - "transport" ... "verdict" into an open JSON object */
void ident_members(const struct ident *id, struct json *j);

/* ident_line() - the whoami object and a line feed.
 * @buf: at least IDENT_LINE_MAX bytes
 * Return: its length in bytes
 */
size_t ident_line(const struct ident *id, char *buf, size_t cap);

#endif
