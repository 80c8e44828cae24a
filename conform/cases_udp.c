/* SPDX-License-Identifier: BSD-2-Clause */
/* cases_udp.c - datagrams with a v2 header, or the simple proxy protocol */
#include "case_macros.h"
#include "wire/wire.h"

/* clang-format off */
#define UDP2(id, title, L, G, req, clause, script, sweep, trait)              \
	CASE("udp/" id, title, L, G, CASE_PPV2, CASE_F_UDP, req, clause,      \
	     script, sweep, trait)
#define SPP(id, title, L, G, req, clause, script, sweep, trait)               \
	CASE("spp/" id, title, L, G, CASE_SPP, CASE_F_UDP, req, clause,       \
	     script, sweep, trait)
#define PP_UDP \
	"PP 2: UDP: header and payload in the same datagram, parsed for each "\
	"datagram by itself"
#define SPP_DOC \
	"SPP: 38 bytes before every payload, both ways"

static const struct case_def cases[] = {
	UDP2("valid/v4", "an IPv4 client", MUST, HIGH,
	     "G6 V2.10 seed/29 seed/65 seed/71", PP_UDP,
	     "send v2:u4 probe; expect client", NULL, NULL),
	UDP2("valid/v6", "an IPv6 client", MUST, HIGH,
	     "G6 V2.10 seed/65", PP_UDP, "send v2:u6 probe; expect client",
	     NULL, NULL),
	UDP2("valid/every", "the header on each of three datagrams", MUST,
	     HIGH, "G6", PP_UDP,
	     "send v2:u4 probe; expect client; send v2:u4 probe; "
	     "expect client; send v2:u4 probe; expect client", NULL, NULL),
	UDP2("valid/tlv", "with a TLV", MUST, HIGH, "T1 G6", PP_TLV,
	     "send v2:u4,tlv=ea:0176706365 probe; expect client", NULL, NULL),
	UDP2("valid/crc", "with a right CRC32C", MUST, HIGH, "T4", PP_TLV,
	     "send v2:u4,crc probe; expect client", NULL, NULL),
	UDP2("valid/local", "LOCAL, a health check", MUST, MEDIUM, "V2.3",
	     PP_V2_LOCAL, "send v2:local probe; expect real", NULL, NULL),
	UDP2("valid/local-addresses", "LOCAL with addresses to skip", MUST,
	     MEDIUM, "V2.3 V2.9", PP_V2_LOCAL,
	     "send v2:local4,fam=0x12 probe; expect real", NULL,
	     NULL),
	UDP2("valid/clients", "ten clients are not mixed up", MUST, HIGH,
	     "G5 G6", "PP 2: each datagram tells its client",
	     "send v2:u4 probe; expect client", "1-10", NULL),

	UDP2("flow/bare-second",
	     "the product's way: the header on the first datagram only", INFO,
	     NONE, "seed/31 seed/74",
	     "the document: only the first packet of a flow carries it",
	     "send v2:u4 probe; expect client; send probe; expect client",
	     NULL,
	     "remembers the client of a flow|wants the header on every "
	     "datagram"),
	UDP2("flow/header-only-first",
	     "a datagram of a header alone, then bare ones", INFO, NONE,
	     "seed/31", "some senders do so; PP wants them together",
	     "send v2:u4; gap 30; send probe; expect client", NULL, NULL),
	UDP2("flow/header-only",
	     "a datagram of a header alone, then one with both", MUST, HIGH,
	     "G6 V2.10", PP_UDP,
	     "send v2:u4; gap 30; send v2:u4 probe; expect client", NULL,
	     NULL),
	UDP2("flow/lost-first", "a bare datagram of an unknown flow", MUST,
	     HIGH, "R4 G6", PP_NO_GUESS, "send probe; expect real|refused",
	     NULL,
	     "drops bare datagrams|serves bare datagrams"),
	UDP2("flow/lost-first-refused", "is a bare datagram dropped?", SHOULD,
	     MEDIUM, "R4", PP_NO_GUESS, "send probe; expect refused", NULL,
	     NULL),
	UDP2("flow/created-again", "another client on the same flow", MUST,
	     HIGH, "G6 seed/31", PP_UDP,
	     "send v2:u4 probe; expect client; send v2:u6 probe; "
	     "expect client", NULL, NULL),

	UDP2("reply/no-header", "the answer does not carry a header back",
	     MUST, HIGH, "G6 seed/74",
	     "PP: only the sender's side carries it; [C13]",
	     "send v2:u4 probe; expect exact|refused", NULL, NULL),

	UDP2("bad/v1-text", "a text header in a datagram", MUST, MEDIUM,
	     "G6 R6", "PP 2.1: version 1 knows TCP only",
	     "send v1 probe; expect refused", NULL, NULL),
	UDP2("bad/split", "a header in two datagrams", MUST, MEDIUM, "G6",
	     "PP 2: must not split the header over datagrams",
	     "split $ v2:u4 probe; expect refused", "8,16,20", NULL),
	UDP2("bad/truncated", "a datagram that ends inside the header", MUST,
	     HIGH, "G6 V2.12 R3", "PP 2.2: must reject partial headers",
	     "send v2:u4,len=2000 probe; expect refused", NULL, NULL),
	UDP2("bad/version", "other versions", MUST, HIGH, "V2.2",
	     "PP 2.2: the receiver must only accept version 2",
	     "send v2:u4,ver=$ probe; expect refused", "1,3", NULL),
	UDP2("bad/command", "unknown commands", MUST, HIGH, "V2.5",
	     "PP 2.2: other values must be refused",
	     "send v2:u4,cmd=$ probe; expect refused", "2,15", NULL),
	UDP2("bad/family", "unknown families", MUST, MEDIUM, "V2.6",
	     "PP 2.2: other values must be rejected",
	     "send v2:u4,fam=$ probe; expect refused", "0x42,0x13,0xff",
	     NULL),
	UDP2("bad/short-block", "too few bytes for the addresses", MUST,
	     HIGH, "V2.12", "PP 2.2: 12 bytes",
	     "send v2:u4,cut=11 probe; expect refused", NULL, NULL),
	UDP2("bad/crc", "a wrong CRC32C", SHOULD, MEDIUM, "T4",
	     "PP 2.2.3: must be treated as invalid if it is supported",
	     "send v2:u4,crc=bad probe; expect refused", NULL,
	     "checks CRC32C|never checks CRC32C"),
	UDP2("bad/spp", "a simple proxy header where v2 is set", MUST, MEDIUM,
	     "R6", PP_NO_GUESS, "send spp probe; expect refused", NULL, NULL),
	UDP2("bad/empty", "an empty datagram, then service", MUST, MEDIUM,
	     "R1", "the origin goes on serving others",
	     "send fill:0; gap 20; fresh; send v2:u4 probe; expect client",
	     NULL, NULL),
	UDP2("family/tcp4", "TCP over IPv4, said over UDP", INFO, NONE,
	     "V2.7", "PP 2.2: valid, but another protocol",
	     "send v2:4 probe; expect served", NULL,
	     "takes STREAM over UDP|refuses STREAM over UDP"),
	UDP2("family/unspec", "an unspecified family", INFO, NONE, "V2.8",
	     "PP 2.2: free to accept or to reject",
	     "send v2:unspec probe; expect real", NULL, NULL),

	SPP("valid/v4", "an IPv4 client", MUST, HIGH, "seed/27 seed/75",
	    SPP_DOC, "send spp probe; expect client", NULL, NULL),
	SPP("valid/v6", "an IPv6 client", MUST, HIGH, "seed/75", SPP_DOC,
	    "send spp:6 probe; expect client", NULL, NULL),
	SPP("valid/every", "on each of three datagrams", MUST, HIGH,
	    "seed/75", SPP_DOC,
	    "send spp probe; expect client; send spp probe; expect client; "
	    "send spp probe; expect client", NULL, NULL),
	SPP("flow/header-only",
	    "a datagram of a header alone, then one with both", MUST, HIGH,
	    "seed/75", SPP_DOC,
	    "send spp; gap 30; send spp probe; expect client", NULL, NULL),
	SPP("flow/created-again", "another client on the same flow", MUST,
	    HIGH, "seed/75", SPP_DOC,
	    "send spp probe; expect client; send spp:6 probe; "
	    "expect client", NULL, NULL),
	SPP("bad/bare", "a datagram without the header", MUST, HIGH,
	    "R4", SPP_DOC, "send probe; expect refused", NULL, NULL),
	SPP("bad/magic", "a wrong magic number", MUST, HIGH, "R6", SPP_DOC,
	    "send x56ed fill:36 probe; expect refused", NULL, NULL),
	SPP("bad/short", "fewer than 38 bytes", MUST, HIGH, "V2.12", SPP_DOC,
	    "send x56ec fill:20; expect refused", NULL, NULL),
	SPP("bad/v2", "a v2 header where SPP is set", MUST, MEDIUM, "R6",
	    SPP_DOC, "send v2:u4 probe; expect refused", NULL, NULL),
	SPP("reply/echoed", "the answer begins with the same 38 bytes", MUST,
	    HIGH, "seed/75",
	    "SPP: the origin must carry the header in its answers, too",
	    "send spp probe; expect exact", NULL, NULL),
};
/* clang-format on */

const struct case_table cases_udp = { cases, ARRAY_SIZE(cases) };
