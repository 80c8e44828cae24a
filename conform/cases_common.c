/* SPDX-License-Identifier: BSD-2-Clause */
/* cases_common.c - how a header arrives, who sends it, and life after it: the
 * same for both versions
 */
#include "case_macros.h"
#include "wire/wire.h"

/* clang-format off */
/* a case for either version; {H} is written V1 or V2 in its script */
#define V1_PART "\"PROXY TCP4 198.18\""
#define V2_PART "x0d0a0d0a000d0a515549540a2111"
#define BOTH(area, id, title, L, G, flags, req, clause, v1, v2, sweep, trait) \
	CASE("ppv1/" area "/" id, title, L, G, CASE_PPV1, flags, req, clause, \
	     v1, sweep, trait),                                               \
	CASE("ppv2/" area "/" id, title, L, G, CASE_PPV2, flags, req, clause, \
	     v2, sweep, trait)
#define NO_HEADER(id, title, grave, bytes)                                    \
	CASE("trust/no-header/" id, title, MUST, grave, CASE_PP, 0, "R4 R6",  \
	     PP_NO_GUESS, "send " bytes "; expect refused", NULL, NULL)
/* a second header that names 198.51.100.77 */
#define SECOND_V1 \
	"\"PROXY TCP4 198.51.100.77 203.0.113.101 7777 443\\r\\n\""
#define SECOND_V2 \
	"x0d0a0d0a000d0a515549540a2111000cc633644dcb0071651e6101bb"

static const struct case_def cases[] = {
	/* ---- segments ---- */
	BOTH("arrival", "split-anywhere",
	     "the header in two segments, cut at each byte", INFO, NONE, 0,
	     "R3 V1.10 V2.11",
	     "PP 2: a receiver may be tolerant to partial headers or drop; "
	     "tolerant is recommended",
	     "split $ v1 probe; expect client",
	     "split $ v2:4 probe; expect client", "cut",
	     "takes split headers|refuses split headers"),
	BOTH("arrival", "byte-by-byte", "one byte at a time", INFO, NONE, 0,
	     "R3",
	     "PP 2: a receiver may be tolerant to partial headers or drop",
	     "drip v1; send probe; expect client",
	     "drip v2:6; send probe; expect client", NULL, NULL),
	BOTH("arrival", "partial-then-fin", "part of a header, then FIN",
	     MUST, HIGH, 0, "R3 R1",
	     "PP 2.2: must also reject partial protocol headers",
	     "send " V1_PART "; half; expect refused",
	     "send " V2_PART "; half; expect refused", NULL, NULL),
	BOTH("arrival", "nothing-before-complete",
	     "no word while the header is not complete", MUST, HIGH, 0, "R1",
	     "PP 2: the receiver must not start processing before a complete "
	     "valid header",
	     "send " V1_PART "; hush 700; expect any",
	     "send " V2_PART "; hush 700; expect any", NULL, NULL),
	BOTH("arrival", "after-2900-ms", "the header after 2.9 s", MUST,
	     MEDIUM, 0, "R2",
	     "PP 2: may time out, not sooner than 3 s",
	     "gap 2900; send v1 probe; expect client",
	     "gap 2900; send v2:4 probe; expect client", NULL, NULL),
	BOTH("arrival", "partial-patience",
	     "how long half a header is waited for", INFO, NONE, CASE_F_SLOW,
	     "R2 R3", "PP 2: may time out, not sooner than 3 s",
	     "send " V1_PART "; expect patience",
	     "send " V2_PART "; expect patience", NULL, NULL),
	BOTH("arrival", "header-then-silence",
	     "how long a client that says nothing more is waited for", INFO,
	     NONE, CASE_F_SLOW, "R2", "PP sets no time for what follows",
	     "send v1; expect patience", "send v2:4; expect patience", NULL,
	     NULL),
	BOTH("arrival", "data-at-once",
	     "the header and the first bytes in one segment", MUST, HIGH, 0,
	     "V1.10 V2.13 seed/72",
	     "PP 2: the header goes first, before the payload",
	     "send v1 probe; expect client",
	     "send v2:4 probe; expect client", NULL, NULL),
	BOTH("arrival", "cut-in-data", "the cut behind the header", MUST,
	     HIGH, 0, "V1.10 V2.13 seed/73",
	     "PP 2: what follows the header is payload",
	     "split $ v1 probe; expect client",
	     "split $ v2:4 probe; expect client", "60,61", NULL),

	/* ---- more than one header, or in the wrong place ---- */
	BOTH("order", "second-header-v1",
	     "a client's own v1 header behind the first", MUST, HIGH,
	     CASE_F_CLIENT_FIRST,
	     "G3 G1",
	     "PP 2: one header, before anything else; what follows is payload",
	     "send v1 " SECOND_V1 " probe; expect leak|refused",
	     "send v2:4 " SECOND_V1 " probe; expect leak|refused", NULL, NULL),
	BOTH("order", "second-header-v2",
	     "a client's own v2 header behind the first", MUST, HIGH,
	     CASE_F_CLIENT_FIRST,
	     "G3 G1",
	     "PP 2: one header, before anything else; what follows is payload",
	     "send v1 " SECOND_V2 " probe; expect leak|refused",
	     "send v2:4 " SECOND_V2 " probe; expect leak|refused", NULL, NULL),
	BOTH("order", "header-after-data", "the header behind other bytes",
	     MUST, HIGH, 0, "G1 R4", PP_NO_GUESS,
	     "send \"hello\\r\\n\" v1 probe; expect refused",
	     "send \"hello\\r\\n\" v2:4 probe; expect refused", NULL, NULL),

	/* ---- no header at all ---- */
	CASE("trust/no-header/silent", "no greeting before the header", MUST,
	     HIGH, CASE_PP, 0, "R1 seed/72",
	     "PP 2: must not start processing before a complete header, "
	     "server-first protocols above all",
	     "hush 1000; expect any", NULL, NULL),
	CASE("trust/no-header/patience",
	     "how long a silent client is waited for", INFO, NONE, CASE_PP,
	     CASE_F_SLOW, "R2",
	     "PP 2: may time out, not sooner than 3 s",
	     "expect patience", NULL,
	     "ends silent connections|waits for silent clients"),
	NO_HEADER("probe", "the origin's own protocol, without a header",
		  HIGH, "probe"),
	NO_HEADER("http", "HTTP without a header", HIGH,
		  "\"GET / HTTP/1.0\\r\\n\\r\\n\" probe"),
	NO_HEADER("tls", "a TLS ClientHello without a header", HIGH,
		  "x16030100c8010000c40303 fill:194 probe"),
	NO_HEADER("ssh", "an SSH banner without a header", MEDIUM,
		  "\"SSH-2.0-OpenSSH_9.2\\r\\n\" probe"),
	NO_HEADER("zeros", "zeros", MEDIUM,
		  "x00000000000000000000000000000000 probe"),
	NO_HEADER("crlf", "empty lines", MEDIUM, "\"\\r\\n\\r\\n\" probe"),
	NO_HEADER("signature-alone", "the v2 signature, then other bytes",
		  HIGH, "x0d0a0d0a000d0a515549540a probe"),
	NO_HEADER("spp", "a simple proxy header, which is for UDP", MEDIUM,
		  "spp probe"),
	CASE("trust/no-header/fin", "a FIN at once, as port scans do", MUST,
	     MEDIUM, CASE_PP, 0, "R1", PP_NO_GUESS,
	     "half; expect refused", NULL, NULL),

	/* ---- who may say it ---- */
	CASE("trust/untrusted/v1", "a v1 header from an untrusted address",
	     SHOULD, CRITICAL, CASE_PPV1, CASE_F_UNTRUSTED | CASE_F_IDENTITY,
	     "R5",
	     "PP 2: the receiver should ensure that only trusted proxies are "
	     "allowed to use this protocol",
	     "untrusted; send v1 probe; expect real|refused|leak", NULL,
	     "believes only trusted peers|believes anybody"),
	CASE("trust/untrusted/v1-v6", "the same for an IPv6 client", SHOULD,
	     CRITICAL, CASE_PPV1, CASE_F_UNTRUSTED | CASE_F_IDENTITY, "R5",
	     "PP 2: only trusted proxies are allowed to use this protocol",
	     "untrusted; send v1:6 probe; expect real|refused|leak", NULL,
	     NULL),
	CASE("trust/untrusted/v2", "a v2 header from an untrusted address",
	     SHOULD, CRITICAL, CASE_PPV2, CASE_F_UNTRUSTED | CASE_F_IDENTITY,
	     "R5",
	     "PP 2: only trusted proxies are allowed to use this protocol",
	     "untrusted; send v2:4 probe; expect real|refused|leak", NULL,
	     "believes only trusted peers|believes anybody"),
	CASE("trust/untrusted/v2-v6", "the same for an IPv6 client", SHOULD,
	     CRITICAL, CASE_PPV2, CASE_F_UNTRUSTED | CASE_F_IDENTITY, "R5",
	     "PP 2: only trusted proxies are allowed to use this protocol",
	     "untrusted; send v2:6 probe; expect real|refused|leak", NULL,
	     NULL),
	CASE("trust/untrusted/loopback",
	     "127.0.0.1 claimed by an untrusted address", SHOULD, CRITICAL,
	     CASE_PPV2, CASE_F_UNTRUSTED | CASE_F_IDENTITY, "R5",
	     "PP 2: only trusted proxies are allowed to use this protocol",
	     "untrusted; send x0d0a0d0a000d0a515549540a2111000c"
	     "7f000001cb0071657a6928cb probe; expect real|refused|leak", NULL,
	     NULL),
	CASE("trust/untrusted/no-header",
	     "a client without a header from an untrusted address", INFO,
	     NONE, CASE_PP, CASE_F_UNTRUSTED, "R5",
	     "PP 2: how others are served is the origin's choice",
	     "untrusted; send probe; expect refused", NULL,
	     "refuses strangers without a header|serves strangers without a "
	     "header"),

	/* ---- families ---- */
	CASE("family/both-versions4", "v1 and v2 name the same IPv4 client",
	     MUST, HIGH, CASE_PP, 0, "G4 V2.10 V1.4 seed/65",
	     "PP 2: both forms carry the same",
	     "send v2:4 probe; expect client|refused; fresh; "
	     "send v1:4 probe; expect client|refused", NULL, NULL),
	CASE("family/both-versions6", "v1 and v2 name the same IPv6 client",
	     MUST, HIGH, CASE_PP, 0, "G4 V2.10 V1.5 seed/65",
	     "PP 2: both forms carry the same",
	     "send v2:6 probe; expect client|refused; fresh; "
	     "send v1:6 probe; expect client|refused", NULL, NULL),

	/* ---- life ---- */
	BOTH("life", "reset-mid-header", "a reset inside the header", MUST,
	     MEDIUM, 0, "V1.11 R3", "the origin goes on serving others",
	     "send " V1_PART "; gap 20; reset; fresh; send v1 probe; "
	     "expect client",
	     "send " V2_PART "; gap 20; reset; fresh; send v2:4 probe; "
	     "expect client", NULL, NULL),
	BOTH("life", "half-open-1000", "1,000 half headers held open", SHOULD,
	     MEDIUM, CASE_F_CROWD, "R2 R3", "the origin goes on serving others",
	     "crowd 1000 " V1_PART "; send v1 probe; expect client",
	     "crowd 1000 " V2_PART "; send v2:4 probe; expect client", NULL,
	     "serves beside 1,000 half headers|is blocked by half headers"),
	BOTH("life", "after-garbage", "service after a refused header", MUST,
	     HIGH, 0, "V1.11 V2.2", "the origin goes on serving others",
	     "send \"PROXY \\xff\\xff\\r\\n\" probe; expect refused; fresh; "
	     "send v1 probe; expect client",
	     "send v2:4,ver=1 probe; expect refused; fresh; "
	     "send v2:4 probe; expect client", NULL, NULL),
	BOTH("life", "twenty-clients", "twenty clients are not mixed up",
	     MUST, HIGH, 0, "G5 V1.4 V2.10 seed/65",
	     "PP 2: one connection, one client",
	     "send v1 probe; expect client", "send v2:4 probe; expect client",
	     "1-20", NULL),
};
/* clang-format on */

const struct case_table cases_common = { cases, ARRAY_SIZE(cases) };
