/* SPDX-License-Identifier: BSD-2-Clause */
/* proxy_cases.c - what a proxy owes the origins behind it.
 *
 * A script is "PLAY: CHECK": which play of proxy.h, which check of
 * proxy_check.c.
 */
#include "case_macros.h"
#include "wire/wire.h"

/* clang-format off */
#define U CASE_F_UDP
#define ALL_TCP (CASE_PPV1 | CASE_PPV2 | CASE_TOA | CASE_OFF)
#define ALL_UDP (CASE_PPV2 | CASE_SPP | CASE_OFF)
#define V1(id, title, L, G, req, clause, script) \
	CASE("ppv1/sent/" id, title, L, G, CASE_PPV1, 0, req, clause, script, \
	     NULL, NULL)
#define V2(id, title, L, G, req, clause, script) \
	CASE("ppv2/sent/" id, title, L, G, CASE_PPV2, 0, req, clause, script, \
	     NULL, NULL)
#define BOTH(id, title, L, G, req, clause, script) \
	V1(id, title, L, G, req, clause, script), \
	V2(id, title, L, G, req, clause, script)
#define LIFE(id, title, L, G, req, clause, script) \
	CASE("life/relay/" id, title, L, G, ALL_TCP, 0, req, clause, script, \
	     NULL, NULL)
#define DG(id, title, L, G, req, clause, script) \
	CASE("udp/sent/" id, title, L, G, CASE_PPV2 | CASE_SPP, U, req, \
	     clause, script, NULL, NULL)
#define DG2(id, title, L, G, req, clause, script) \
	CASE("udp/sent/" id, title, L, G, CASE_PPV2, U, req, clause, script, \
	     NULL, NULL)
#define FLOW(id, title, L, G, req, clause, script) \
	CASE("udp/relay/" id, title, L, G, ALL_UDP, U, req, clause, script, \
	     NULL, NULL)

#define PP_FIRST \
	"PP 2: the header is sent first, before any other byte"
#define PP_ONCE \
	"PP 2: one header at the begin of a connection"
#define PP_AT_ONCE \
	"PP 2: the sender must emit the whole header at once"
#define PP_V1_LINE \
	"PP 2.1: exactly: PROXY, protocol, source, destination, ports, CR LF"
#define PP_V2_FIXED \
	"PP 2.2: signature, version 2, command 0 or 1, family and protocol"
#define PP_UDP \
	"PP 2: UDP: header and payload in the same datagram, never split"
#define REAL_CLIENT \
	"the origin learns the real client: address and port"
#define DIALLED \
	"the destination is what the client dialled: VIP and port"
#define SPP_EVERY \
	"SPP: 38 bytes before every datagram, both ways"
#define TCP_BYTES \
	"RFC 9293 3.1: a relay delivers the bytes that it was given"
#define TCP_CLOSE \
	"RFC 9293 3.6: each side closes its half"
#define UDP_BYTES \
	"RFC 768: a datagram is one message"

static const struct case_def cases[] = {
	/* ---- the header, TCP ---- */
	BOTH("header", "a header stands before the client's bytes",
	     MUST, HIGH, "G1 seed/65 seed/72", PP_FIRST, "hello: header"),
	BOTH("first", "it comes before the client's bytes, not after",
	     MUST, HIGH, "G1", PP_FIRST, "hello: first"),
	BOTH("one-segment", "all of it is in the first segment", MUST, HIGH,
	     "G2", PP_AT_ONCE, "hello: one-segment"),
	BOTH("once", "it comes once", MUST, HIGH, "G3", PP_ONCE,
	     "hello: once"),
	BOTH("once-in-stream", "no header in front of later segments", MUST,
	     HIGH, "G3", PP_ONCE, "parts: parts"),
	BOTH("exact", "the client's bytes follow it at once, unchanged", MUST,
	     HIGH, "V2.13", TCP_BYTES, "hello: exact"),
	BOTH("names-client", "it names a client", MUST, HIGH, "V2.4 V1.3",
	     REAL_CLIENT, "hello: names"),
	BOTH("client-addr", "the client's address", MUST, CRITICAL,
	     "seed/75", REAL_CLIENT, "hello: client-addr"),
	BOTH("client-port", "the client's port", MUST, HIGH, "seed/75",
	     REAL_CLIENT, "hello: client-port"),
	BOTH("destination", "the address and port that the client dialled",
	     MUST, MEDIUM, "seed/75", DIALLED, "hello: dst"),
	BOTH("family", "addresses are of the family that the client used",
	     MUST, MEDIUM, "V1.6 V2.10", REAL_CLIENT, "hello: family"),
	BOTH("client-addr-also", "the client's address, other family", MUST,
	     CRITICAL, "seed/75", REAL_CLIENT, "also: client-addr"),
	BOTH("client-port-also", "the client's port, other family", MUST,
	     HIGH, "seed/75", REAL_CLIENT, "also: client-port"),
	BOTH("destination-also", "what the client dialled, other family",
	     MUST, MEDIUM, "seed/75", DIALLED, "also: dst"),
	BOTH("family-also", "addresses are of the other family then", MUST,
	     MEDIUM, "V1.6 V2.10", REAL_CLIENT, "also: family"),
	BOTH("concurrent", "clients at the same time are not mixed up", MUST,
	     CRITICAL, "G5", REAL_CLIENT, "crowd: crowd"),
	BOTH("forged-v1", "a v1 header of the client's is payload, or refused",
	     MUST, CRITICAL, "G3 R5", REAL_CLIENT, "forged: forged 1"),
	BOTH("forged-v2", "a v2 header of the client's is payload, or refused",
	     MUST, CRITICAL, "G3 R5", REAL_CLIENT, "forged: forged 2"),
	BOTH("prompt", "the origin gets it within a second", SHOULD, LOW,
	     "R2", "PP 2: receivers may give up after 3 seconds",
	     "hello: prompt"),
	BOTH("with-data", "with the client's first bytes, or by itself", INFO,
	     NONE, "G2", PP_AT_ONCE, "hello: with-data"),
	BOTH("alone", "before a client that waits for the server", INFO, NONE,
	     "G1", "PP 2: the sender does not wait for the receiver",
	     "silent: silent"),
	BOTH("empty", "for a client that ends at once", INFO, NONE, "G1",
	     PP_FIRST, "empty: empty"),
	V1("complete", "CR LF within 107 bytes", MUST, HIGH, "V1.8 V1.9",
	   PP_V1_LINE, "hello: flaw end"),
	V1("line", "six words, one space between them", MUST, HIGH, "V1.1",
	   PP_V1_LINE, "hello: flaw line"),
	V1("protocol", "TCP4, TCP6 or UNKNOWN", MUST, HIGH, "V1.2",
	   PP_V1_LINE, "hello: flaw proto"),
	V1("addresses", "addresses of the line's family", MUST, HIGH,
	   "V1.4 V1.5 V1.6", PP_V1_LINE, "hello: flaw addr"),
	V1("ports", "ports 0..65535 without leading zeroes", MUST, HIGH,
	   "V1.7", PP_V1_LINE, "hello: flaw port"),
	V2("complete", "as long as its length says", MUST, HIGH, "V2.9 G2",
	   PP_V2_LENGTH, "hello: flaw short"),
	V2("version", "version 2", MUST, HIGH, "V2.2", PP_V2_FIXED,
	   "hello: flaw version"),
	V2("command", "LOCAL or PROXY", MUST, HIGH, "V2.5", PP_V2_FIXED,
	   "hello: flaw command"),
	V2("family-byte", "a family and a protocol that exist", MUST, HIGH,
	   "V2.6", PP_V2_FIXED, "hello: flaw family"),
	V2("length", "a length that holds the addresses", MUST, HIGH,
	   "V2.10 V2.12", "PP 2.2: 12, 36 or 216 bytes of addresses",
	   "hello: flaw length"),
	V2("stream", "protocol STREAM for TCP", MUST, MEDIUM, "V2.10",
	   "PP 2.2: 0x1: STREAM: the forwarded connection uses SOCK_STREAM",
	   "hello: transport"),
	V2("tlvs", "TLVs fill the length", MUST, HIGH, "T1", PP_TLV,
	   "hello: flaw tlv"),
	V2("crc", "a CRC32C, if there is one, matches", MUST, HIGH, "T4",
	   "PP 2.2.3: over the whole header, the field itself zeroed",
	   "hello: crc"),
	V2("small", "at most 232 bytes, which every receiver takes", SHOULD,
	   LOW, "G2", "Apache takes 216 bytes after the fixed part",
	   "hello: small"),

	/* ---- the option ---- */
	CASE("toa/sent/client", "an option names the client", MUST, CRITICAL,
	     CASE_TOA, 0, "seed/65", REAL_CLIENT, "hello: option", NULL, NULL),
	CASE("toa/sent/no-header", "nothing stands before the client's bytes",
	     MUST, HIGH, CASE_TOA | CASE_OFF, 0, "seed/65", TCP_BYTES,
	     "hello: no-header", NULL, NULL),

	/* ---- a connection's life ---- */
	LIFE("reply", "the origin's bytes arrive unchanged", MUST, HIGH,
	     "seed/1", TCP_BYTES, "hello: reply"),
	LIFE("reply-clean", "no header goes to the client", MUST, HIGH, "G1",
	     PP_FIRST, "hello: reply-clean"),
	LIFE("stream", "many small writes arrive unchanged", MUST, HIGH,
	     "seed/1", TCP_BYTES, "parts: parts-exact"),
	LIFE("bulk-up", "megabytes arrive unchanged at the origin", MUST,
	     HIGH, "seed/1", TCP_BYTES, "bulk: bulk up"),
	LIFE("bulk-down", "megabytes arrive unchanged at the client", MUST,
	     HIGH, "seed/1", TCP_BYTES, "bulk: bulk down"),
	LIFE("client-end", "the client's FIN arrives as one", MUST, HIGH,
	     "seed/1", TCP_CLOSE, "hello: client-fin"),
	LIFE("after-client-end", "after which the origin may go on", MUST,
	     HIGH, "seed/1", TCP_CLOSE, "hello: after-client-fin"),
	LIFE("origin-end", "the origin's FIN arrives as one", MUST, HIGH,
	     "seed/1", TCP_CLOSE, "origin-first: origin-fin"),
	LIFE("after-origin-end", "after which the client may go on", MUST,
	     HIGH, "seed/1", TCP_CLOSE, "origin-first: after-origin-fin"),
	LIFE("client-reset", "the client's RST arrives as one", SHOULD, LOW,
	     "seed/1", "RFC 9293 3.10.7.4: a reset is no orderly end",
	     "resets: resets client"),
	LIFE("origin-reset", "the origin's RST arrives as one", SHOULD, LOW,
	     "seed/1", "RFC 9293 3.10.7.4: a reset is no orderly end",
	     "resets: resets origin"),
	LIFE("refused", "no origin: the client is told", MUST, MEDIUM,
	     "seed/1", "RFC 9293 3.10.7.1: a connection that cannot be made "
	     "is refused", "refused: refused"),

	/* ---- the header, UDP ---- */
	DG("header", "a header stands before the first datagram's payload",
	   MUST, HIGH, "G6 seed/65", PP_UDP, "dgrams: header"),
	DG("whole", "it is not cut over two datagrams", MUST, HIGH, "G6",
	   PP_UDP, "dgrams: hdr-whole"),
	DG("same-datagram", "header and payload are in the same datagram",
	   MUST, MEDIUM, "G6", PP_UDP, "dgrams: same-dgram"),
	DG("once", "it comes once in a datagram", MUST, HIGH, "G3", PP_ONCE,
	   "dgrams: once"),
	DG("exact", "the client's bytes follow it, unchanged", MUST, HIGH,
	   "V2.13", UDP_BYTES, "dgrams: exact"),
	DG("names-client", "it names a client", MUST, HIGH, "V2.4",
	   REAL_CLIENT, "dgrams: names"),
	DG("client-addr", "the client's address", MUST, CRITICAL, "seed/75",
	   REAL_CLIENT, "dgrams: client-addr"),
	DG("client-port", "the client's port", MUST, HIGH, "seed/75",
	   REAL_CLIENT, "dgrams: client-port"),
	DG("destination", "the address and port that the client dialled",
	   MUST, MEDIUM, "seed/75", DIALLED, "dgrams: dst"),
	DG("family", "addresses are of the family that the client used",
	   MUST, MEDIUM, "V2.10", REAL_CLIENT, "dgrams: family"),
	DG("dgram", "protocol DGRAM for UDP", MUST, MEDIUM, "V2.10",
	   "PP 2.2: 0x2: DGRAM: the forwarded connection uses SOCK_DGRAM",
	   "dgrams: transport"),
	DG("concurrent", "clients at the same time are not mixed up", MUST,
	   CRITICAL, "G6", REAL_CLIENT, "crowd: crowd"),
	DG("forged-v2", "a header of the client's is payload, or refused",
	   MUST, CRITICAL, "G3 R5", REAL_CLIENT, "forged: forged 2"),
	DG2("complete", "as long as its length says", MUST, HIGH, "V2.9 G2",
	    PP_V2_LENGTH, "dgrams: flaw short"),
	DG2("version", "version 2", MUST, HIGH, "V2.2", PP_V2_FIXED,
	    "dgrams: flaw version"),
	DG2("command", "LOCAL or PROXY", MUST, HIGH, "V2.5", PP_V2_FIXED,
	    "dgrams: flaw command"),
	DG2("length", "a length that holds the addresses", MUST, HIGH,
	    "V2.10 V2.12", "PP 2.2: 12, 36 or 216 bytes of addresses",
	    "dgrams: flaw length"),
	DG2("tlvs", "TLVs fill the length", MUST, HIGH, "T1", PP_TLV,
	    "dgrams: flaw tlv"),
	DG2("crc", "a CRC32C, if there is one, matches", MUST, HIGH, "T4",
	    "PP 2.2.3: over the whole header, the field itself zeroed",
	    "dgrams: crc"),
	DG2("every", "which datagrams carry it", INFO, NONE, "G6 seed/31",
	    "PP 2: UDP: receivers parse the header of each datagram",
	    "dgrams: every told"),
	DG2("idle", "a client that comes back is introduced again", MUST,
	    CRITICAL, "G6 seed/31", REAL_CLIENT, "idle: idle"),
	CASE("spp/sent/every", "every datagram has the header", MUST, HIGH,
	     CASE_SPP, U, "seed/65", SPP_EVERY, "dgrams: every must", NULL,
	     NULL),
	CASE("spp/sent/complete", "38 bytes", MUST, HIGH, CASE_SPP, U,
	     "seed/65", SPP_EVERY, "dgrams: flaw short", NULL, NULL),
	CASE("spp/sent/mapped", "IPv4 addresses are ::ffff:a.b.c.d", MUST,
	     HIGH, CASE_SPP, U, "seed/65", SPP_EVERY, "dgrams: flaw mapped",
	     NULL, NULL),
	CASE("spp/sent/replies-clean", "it is taken off the replies", MUST,
	     HIGH, CASE_SPP, U, "seed/65", SPP_EVERY,
	     "dgrams: replies clean", NULL, NULL),

	/* ---- datagrams ---- */
	FLOW("delivered", "no datagram is lost, nor the first", MUST, HIGH,
	     "seed/1", UDP_BYTES, "dgrams: delivered"),
	FLOW("boundaries", "datagrams are neither joined nor cut", MUST, HIGH,
	     "seed/1", UDP_BYTES, "dgrams: boundaries"),
	FLOW("single", "each arrives once", MUST, MEDIUM, "seed/1",
	     UDP_BYTES, "dgrams: single"),
	FLOW("unchanged", "as it was sent", MUST, HIGH, "seed/1", UDP_BYTES,
	     "dgrams: altered"),
	FLOW("replies", "replies come back", MUST, HIGH, "seed/1", UDP_BYTES,
	     "dgrams: replies"),
	FLOW("replies-exact", "as they were sent", MUST, HIGH, "seed/1",
	     UDP_BYTES, "dgrams: replies exact"),
	FLOW("big", "a datagram of 1,300 bytes", SHOULD, MEDIUM, "seed/1",
	     UDP_BYTES, "sizes: sizes big"),
	FLOW("empty", "an empty datagram", INFO, NONE, "seed/1", UDP_BYTES,
	     "sizes: sizes empty"),
};
/* clang-format on */

const struct case_table cases_proxy = { cases, ARRAY_SIZE(cases) };
