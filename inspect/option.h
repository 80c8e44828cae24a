/* SPDX-License-Identifier: BSD-2-Clause */
/* option.h - TCP options that name a client, in one direction of a flow.
 *
 * Each different option (kind, length and value) is kept once, with the number
 * of segments that carried it. An option counts as an answer if it names a
 * client and its kind is one of --toa-kind; without --toa-kind if nothing else
 * is likely to look so (wire/toa.h). What does not count is kept to be shown.
 *
 * Segments with a bad checksum are left out, as a receiver leaves them out.
 */
#ifndef INSPECT_OPTION_H
#define INSPECT_OPTION_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "config.h"
#include "decode.h"
#include "reasm.h"
#include "wire/tcp.h"
#include "wire/toa.h"

/* A header has room for five of eight bytes at once. */
#define OPTION_MAX 8
/* of them, those that do not count: they cannot crowd out one that does */
#define OPTION_OTHER_MAX 4
#define OPTION_VALUE_MAX 38

/* The segment that carried it, as readers tell them apart. */
enum option_place {
	OPTION_SYN,
	OPTION_ACK,   /* without payload */
	OPTION_DATA,  /* with payload */
	OPTION_LATER, /* after the other side's first byte was acknowledged */
	OPTION_PLACES,
};

/* @len:      kind and length included
 * @counts:   else it is only shown
 * @segments: that carried it, by enum option_place
 * @frame:    the first of them; @frame_last: the last
 */
struct option {
	uint8_t kind;
	uint8_t len;
	bool counts;
	uint8_t value[OPTION_VALUE_MAX];
	uint32_t segments[OPTION_PLACES];
	uint64_t frame;
	uint64_t frame_last;
};

/* @option:   in the order in which they came; NULL if there are none
 * @refused:  options that there was no place for
 * @has_bad_csum: a segment would have named a client and was dropped
 * @is_starved: memory ran out
 * @err, @err_frame: the first malformed option of a kind that counts, @err->off
 *	      in its frame; ANOMALY_NONE if there is none
 */
struct option_set {
	struct option *option;
	struct wire_err err;
	uint64_t err_frame;
	uint32_t refused;
	uint8_t count;
	bool has_bad_csum;
	bool is_starved;
};

/* option_are_common() - whole options only, of kinds that most segments have */
static inline bool option_are_common(const uint8_t *opt, uint32_t len)
{
	static const uint8_t stamp[4] = { TCP_OPT_NOP, TCP_OPT_NOP,
					  TCP_OPT_TIMESTAMP, 10 };
	uint32_t i = 0;

	/* as RFC 7323, appendix A, has it */
	if (len == 12 && memcmp(opt, stamp, sizeof(stamp)) == 0)
		return true;
	while (i < len) {
		uint8_t kind = opt[i];

		if (kind == TCP_OPT_EOL)
			return true;
		if (kind == TCP_OPT_NOP) {
			i++;
			continue;
		}
		if (kind > TCP_OPT_TIMESTAMP || len - i < 2 || opt[i + 1] < 2)
			return false;
		i += opt[i + 1];
	}
	return i == len;
}

/* option_are_plain() - would option_add() find nothing in @pkt that matters? */
bool option_are_plain(const struct config *cfg, const struct packet *pkt);

/* option_add() - the options of @pkt, a TCP segment */
void option_add(struct option_set *s, const struct config *cfg,
		struct budget *b, const struct packet *pkt,
		enum option_place place, uint64_t frame);

/* option_client() - what @o says; it was decoded before it was kept */
struct toa_option option_client(const struct option *o);

/* option_first() - the first option that counts; NULL: none */
const struct option *option_first(const struct option_set *s);

/* option_contrary() - the first option that counts and names another client
 * than option_first(); NULL: none
 */
const struct option *option_contrary(const struct option_set *s);

/* option_is_same_client() - as far as both tell: an option without a port
 * agrees with any port, and a mapped address is the IPv4 address
 */
bool option_is_same_client(const struct toa_option *a, const struct endpoint *b,
			   bool b_has_port);

/* option_is_late() - did only segments carry it that came too late? */
bool option_is_late(const struct option *o);

uint64_t option_segments(const struct option *o);

/* option_place_name() - "syn", "ack", "data", "later" */
const char *option_place_name(enum option_place p);

void option_fini(struct option_set *s, struct budget *b);

/* option_shift() - the frames' numbers are @by greater */
void option_shift(struct option_set *s, uint64_t by);

#endif
