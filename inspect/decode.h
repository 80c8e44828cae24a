/* SPDX-License-Identifier: BSD-2-Clause */
/* decode.h - one captured frame to endpoints and a payload slice */
#ifndef INSPECT_DECODE_H
#define INSPECT_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"
#include "wire/csum.h"
#include "wire/wire.h"

/* @proto:       IP_PROTO_TCP or IP_PROTO_UDP
 * @seq, @ack, @flags: TCP only; @seq is that of the first payload byte (a SYN's
 *		 own number is skipped)
 * @opt, @opt_len: TCP's options, borrowed, whole; @opt_off: of @opt in the
 *frame
 * @payload:     borrowed; @cap_len bytes are there, @len were on the wire
 * @csum:	 of the transport; UNKNOWN if cut, fragmented or not asked for
 * @ip_csum:	 of the IPv4 header
 * @is_frag:	 the first fragment of a datagram: the payload goes on elsewhere
 * @frame:	 number of the frame, set by who called decode_packet()
 * @ts_ns:	 its time, or FRAME_NO_TIME; set by the same
 */
struct packet {
	uint8_t proto;
	bool is_frag;
	uint16_t flags;
	uint8_t opt_len;
	uint32_t seq;
	uint32_t ack;
	struct endpoint src;
	struct endpoint dst;
	const uint8_t *opt;
	const uint8_t *payload;
	uint32_t opt_off;
	uint32_t cap_len;
	uint32_t len;
	enum csum_state csum;
	enum csum_state ip_csum;
	uint64_t frame;
	int64_t ts_ns;
};

enum decode_result {
	DECODE_OK,
	DECODE_OTHER,	  /* neither TCP nor UDP over IP */
	DECODE_FRAGMENT,  /* not a datagram's first fragment */
	DECODE_TRUNCATED, /* the capture ends inside a header */
	DECODE_MALFORMED,
	DECODE_RESULTS,
};

/* decode_packet() - @cap_len bytes at @data, of @wire_len that were sent.
 * @link:      enum link_type
 * @want_csum: compute the transport's checksum
 * @err:       set on DECODE_MALFORMED, offset in @data
 * Return: DECODE_OK and *@ret, or why there is nothing
 */
enum decode_result decode_packet(int link, const uint8_t *data, size_t cap_len,
				 size_t wire_len, bool want_csum,
				 struct packet *ret, struct wire_err *err);

/* decode_result_name() - "ok", "other", "fragment", "truncated", "malformed" */
const char *decode_result_name(enum decode_result r);

#endif
