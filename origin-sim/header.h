/* SPDX-License-Identifier: BSD-2-Clause */
/* header.h - whether what came first is a header, and whether it is taken.
 *
 * The policy, applied to bytes that others read: no I/O here.
 *
 *			   header		    none
 *   mode off		   payload		    served as the peer
 *   on the trust list:
 *     auto		   taken		    served as the peer (*)
 *     ppv1, ppv2, spp	   taken, if of that kind   refused
 *   not on the list	   refused: untrusted	    served as the peer (*)
 *
 *   (*) refused with --require. Without --trust everyone is on the list.
 *
 * This is what haproxy's "expect-proxy if" and go-proxyproto's REJECT do with
 * peers outside the list. Looking for a header, as auto does, is a tester's
 * convenience: PP 2 forbids it to services.
 */
#ifndef ORIGIN_HEADER_H
#define ORIGIN_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cidr.h"
#include "wire/pp.h"
#include "wire/wire.h"

enum header_mode {
	MODE_AUTO,
	MODE_PPV1,
	MODE_PPV2,
	MODE_SPP,
	MODE_OFF,
	MODE_TOA, /* TCP, not judged here: toa_source.h */
};

enum header_kind {
	HEADER_NONE,
	HEADER_PPV1,
	HEADER_PPV2,
	HEADER_SPP,
	HEADER_TOA,	/* a TCP option named the client */
	HEADER_UNKNOWN, /* one may have, which cannot be known here */
	HEADER_KINDS,
};

/* What can still come after the bytes at hand. */
enum header_end {
	HEADER_END_OPEN,    /* more */
	HEADER_END_EOF,	    /* nothing: the peer closed its side */
	HEADER_END_TIMEOUT, /* nothing that would be waited for */
};

enum header_action {
	HEADER_WAIT,   /* undecided: read on */
	HEADER_DIRECT, /* no header: all bytes are payload */
	HEADER_TAKE,   /* @hdr holds it; the payload begins at hdr_len */
	HEADER_REFUSE, /* @err says why */
};

/* @mode:    enum header_mode
 * @trust:   NULL: everyone; borrowed
 * @hdr_max: longest v2 header in bytes; 0: the format's limit
 */
struct header_policy {
	int mode;
	bool want_header; /* --require: of everyone */
	const struct cidr_list *trust;
	uint64_t hdr_max;
};

/* @kind, @hdr: set on HEADER_TAKE; @hdr borrows from the input
 * @err:	set on HEADER_REFUSE
 */
struct header_result {
	enum header_kind kind;
	struct pp_hdr hdr;
	struct wire_err err;
};

/* header_is_trusted() - may @peer send headers? */
bool header_is_trusted(const struct header_policy *p,
		       const struct ip_addr *peer);

/* header_judge_stream() - the first @len bytes of a connection.
 * HEADER_WAIT is returned only for HEADER_END_OPEN.
 */
enum header_action header_judge_stream(const struct header_policy *p,
				       bool is_trusted, const uint8_t *buf,
				       size_t len, enum header_end end,
				       struct header_result *ret);

/* header_judge_dgram() - one datagram. Never HEADER_WAIT.
 * @session: the kind of header that this flow began with; NULL for the first
 *	     datagram of a flow. A flow keeps its kind, so that payload which
 *	     happens to begin like SPP is not read as such later.
 */
enum header_action header_judge_dgram(const struct header_policy *p,
				      bool is_trusted,
				      const enum header_kind *session,
				      const uint8_t *buf, size_t len,
				      struct header_result *ret);

/* header_kind_is_prefix() - does it stand before the payload? */
bool header_kind_is_prefix(enum header_kind k);

const char *header_kind_name(enum header_kind k); /* "none", "ppv1", ... */

#endif
