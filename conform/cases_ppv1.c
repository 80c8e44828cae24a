/* SPDX-License-Identifier: BSD-2-Clause */
/* cases_ppv1.c - the text header, right and wrong (PP 2.1) */
#include "case_macros.h"
#include "wire/wire.h"

/* clang-format off */
#define GOOD(id, title, req, clause, script) \
	CASE("ppv1/valid/" id, title, MUST, HIGH, CASE_PPV1, 0, \
	     req, clause, script, NULL, NULL)
/* a line that the grammar does not know, then what a client would say */
#define BAD(id, title, grave, req, line) \
	CASE("ppv1/" id, title, MUST, grave, CASE_PPV1, 0, req " V1.11", \
	     PP_V1_EXACT, "send " line " probe; expect refused", NULL, NULL)

#define TAIL4 " {dst4} {sport} {dport}\\r\\n\""
#define TAIL6 " {dst6} {sport} {dport}\\r\\n\""
#define SRC4(text) "\"PROXY TCP4 " text TAIL4
#define SRC6(text) "\"PROXY TCP6 " text TAIL6
#define SPORT(text) \
	"\"PROXY TCP4 {src4} {dst4} " text " {dport}\\r\\n\""
#define DPORT(text) \
	"\"PROXY TCP4 {src4} {dst4} {sport} " text "\\r\\n\""

static const struct case_def cases[] = {
	/* ---- what must be taken ---- */
	GOOD("tcp4", "an IPv4 client", "G4 V1.1 V1.2 V1.4 seed/28 seed/65",
	     "PP 2.1: PROXY, TCP4, source, destination, ports, CRLF",
	     "send v1 probe; expect client"),
	GOOD("tcp6", "an IPv6 client", "G4 V1.2 V1.5 seed/65",
	     "PP 2.1: TCP6 and IPv6 addresses",
	     "send v1:6 probe; expect client"),
	GOOD("header-alone", "the header in a segment of its own, data later",
	     "V1.10", "PP 2: the header goes first; data may come any time",
	     "send v1; gap 60; send probe; expect client"),
	GOOD("header-alone6", "the same for an IPv6 client", "V1.10",
	     "PP 2: the header goes first; data may come any time",
	     "send v1:6; gap 60; send probe; expect client"),
	GOOD("dport-zero", "destination port 0", "V1.7",
	     "PP 2.1: ports are decimal, within 0..65535",
	     "send " DPORT("0") " probe; expect client"),
	GOOD("dport-max", "destination port 65535", "V1.7",
	     "PP 2.1: ports are decimal, within 0..65535",
	     "send " DPORT("65535") " probe; expect client"),
	GOOD("sport-zero", "source port 0", "V1.7",
	     "PP 2.1: ports are decimal, within 0..65535",
	     "send " SPORT("0") " probe; expect served"),
	GOOD("shortest-tcp4", "the shortest TCP4 line, 32 bytes", "V1.9",
	     "PP 2.1: worst cases: 56 bytes with TCP4",
	     "send \"PROXY TCP4 1.2.3.4 5.6.7.8 1 2\\r\\n\" probe; "
	     "expect served"),
	GOOD("longest-tcp4", "the longest TCP4 line, 56 bytes",
	     "V1.9 seed/75", "PP 2.1: worst cases: 56 bytes with TCP4",
	     "send \"PROXY TCP4 198.151.100.101 203.200.113.101 65535 65535"
	     "\\r\\n\" probe; expect served"),
	GOOD("shortest-tcp6", "the shortest TCP6 line, 22 bytes", "V1.9",
	     "PP 2.1: at most one :: in an address",
	     "send \"PROXY TCP6 :: :: 1 2\\r\\n\" probe; expect served"),
	GOOD("longest-tcp6", "the longest TCP6 line, 104 bytes",
	     "V1.9 seed/75", "PP 2.1: worst cases: 104 bytes with TCP6",
	     "send \"PROXY TCP6 2001:0db8:ffff:ffff:ffff:ffff:ffff:fff1 "
	     "2001:0db8:ffff:ffff:ffff:ffff:ffff:fff2 65535 65535\\r\\n\" "
	     "probe; expect served"),
	GOOD("upper-hex", "hexadecimal digits in capitals", "V1.5",
	     "PP 2.1: IPv6: sets of up to four hexadecimal digits, any case",
	     "send " SRC6("2001:DB8::ABCD") " probe; expect served"),
	GOOD("dcolon-end", "an address that ends in ::", "V1.5",
	     "PP 2.1: at most one sequence of two colons",
	     "send " SRC6("2001:db8::") " probe; expect served"),
	GOOD("dcolon-begin", "an address that begins with ::", "V1.5",
	     "PP 2.1: at most one sequence of two colons",
	     "send " SRC6("::1") " probe; expect served"),
	GOOD("all-groups", "an address without ::", "V1.5",
	     "PP 2.1: an IPv6 address denotes exactly 128 bits",
	     "send " SRC6("2001:db8:1:2:3:4:5:6") " probe; expect served"),
	GOOD("leading-zero-group", "groups written with leading zeros", "V1.5",
	     "PP 2.1: sets of up to four hexadecimal digits",
	     "send " SRC6("2001:0db8:0001:0002:0003:0004:0005:0006")
	     " probe; expect served"),

	/* ---- UNKNOWN ---- */
	CASE("ppv1/unknown/short", "PROXY UNKNOWN, a health check", SHOULD,
	     MEDIUM, CASE_PPV1, 0, "V1.3",
	     "PP 2.1: UNKNOWN: the receiver should accept, with the real "
	     "endpoints",
	     "send \"PROXY UNKNOWN\\r\\n\" probe; expect real", NULL,
	     "takes UNKNOWN|refuses UNKNOWN"),
	CASE("ppv1/unknown/rest", "UNKNOWN with words after it", SHOULD, LOW,
	     CASE_PPV1, 0, "V1.3",
	     "PP 2.1: UNKNOWN: must ignore anything before the CRLF",
	     "send \"PROXY UNKNOWN a b c d e\\r\\n\" probe; expect real", NULL,
	     "takes words after UNKNOWN|refuses words after UNKNOWN"),
	CASE("ppv1/unknown/longest", "UNKNOWN and addresses, 107 bytes",
	     SHOULD, LOW, CASE_PPV1, 0, "V1.3 V1.9",
	     "PP 2.1: worst case, optional fields set to 0xff: 107 bytes",
	     "send \"PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
	     "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\\r\\n\" "
	     "probe; expect real", NULL, NULL),
	CASE("ppv1/unknown/addresses-unused",
	     "addresses after UNKNOWN are nobody's", MUST, HIGH, CASE_PPV1,
	     CASE_F_IDENTITY, "V1.3",
	     "PP 2.1: UNKNOWN: the receiver must ignore anything presented "
	     "before the CRLF",
	     "send \"PROXY UNKNOWN {src4} {dst4} {sport} {dport}\\r\\n\" "
	     "probe; expect real|refused", NULL, NULL),
	CASE("ppv1/unknown/no-crlf-108", "UNKNOWN without an end", SHOULD, LOW,
	     CASE_PPV1, 0, "V1.9",
	     "PP 2.1: no CRLF in the first 107 bytes: should be declared "
	     "invalid",
	     "send \"PROXY UNKNOWN \" fill:92 \"\\r\\n\" probe; "
	     "expect refused", NULL,
	     "ends the line at 107 bytes|takes lines above 107 bytes"),

	/* ---- the line ---- */
	BAD("line/lower-case-magic", "proxy in small letters", MEDIUM,
	    "R6 V1.1", "\"proxy TCP4 {src4}" TAIL4),
	BAD("line/lower-case-token", "tcp4 in small letters", LOW, "V1.2",
	    "\"PROXY tcp4 {src4}" TAIL4),
	BAD("line/leading-space", "a space before PROXY", MEDIUM, "R6 V1.1",
	    "\" PROXY TCP4 {src4}" TAIL4),
	BAD("line/two-spaces-token", "two spaces before the token", LOW,
	    "V1.1", "\"PROXY  TCP4 {src4}" TAIL4),
	BAD("line/two-spaces-src", "two spaces before the source", LOW, "V1.1",
	    "\"PROXY TCP4  {src4}" TAIL4),
	BAD("line/two-spaces-dst", "two spaces before the destination", LOW,
	    "V1.1", "\"PROXY TCP4 {src4} " TAIL4),
	BAD("line/two-spaces-sport", "two spaces before the source port", LOW,
	    "V1.1", SPORT(" {sport}")),
	BAD("line/two-spaces-dport", "two spaces before the last port", LOW,
	    "V1.1", DPORT(" {dport}")),
	BAD("line/tab", "a tab in place of a space", LOW, "V1.1",
	    "\"PROXY TCP4\\t{src4}" TAIL4),
	BAD("line/trailing-space", "a space before CRLF", LOW, "V1.1 V1.8",
	    DPORT("{dport} ")),
	BAD("line/extra-field", "a field too many", LOW, "V1.1",
	    DPORT("{dport} 1")),
	BAD("line/no-ports", "no ports", MEDIUM, "V1.1",
	    "\"PROXY TCP4 {src4} {dst4}\\r\\n\""),
	BAD("line/one-port", "one port only", MEDIUM, "V1.1",
	    "\"PROXY TCP4 {src4} {dst4} {sport}\\r\\n\""),
	BAD("line/no-destination", "the source only", MEDIUM, "V1.1",
	    "\"PROXY TCP4 {src4}\\r\\n\""),
	BAD("line/no-addresses", "a token only", MEDIUM, "V1.1",
	    "\"PROXY TCP4\\r\\n\""),
	BAD("line/nothing", "PROXY only", MEDIUM, "V1.1 V1.2",
	    "\"PROXY\\r\\n\""),
	BAD("line/token-tcp5", "a token TCP5", MEDIUM, "V1.2",
	    "\"PROXY TCP5 {src4}" TAIL4),
	BAD("line/token-udp4", "a token UDP4", LOW, "V1.2",
	    "\"PROXY UDP4 {src4}" TAIL4),
	BAD("line/token-unix", "a token UNIX", LOW, "V1.2",
	    "\"PROXY UNIX {src4}" TAIL4),
	BAD("line/nul", "a NUL inside", MEDIUM, "V1.1",
	    "\"PROXY TCP4 {src4}\\0" TAIL4),
	BAD("line/lf-only", "LF without CR", MEDIUM, "V1.8",
	    "\"PROXY TCP4 {src4} {dst4} {sport} {dport}\\n\""),
	BAD("line/lf-then-crlf", "LF, and a CRLF later on", MEDIUM, "V1.8",
	    "\"PROXY TCP4 {src4} {dst4} {sport} {dport}\\nX: y\\r\\n\""),
	BAD("line/cr-only", "CR without LF", MEDIUM, "V1.8",
	    "\"PROXY TCP4 {src4} {dst4} {sport} {dport}\\r\""),
	BAD("line/cr-inside", "CR inside the line", LOW, "V1.8",
	    "\"PROXY TCP4 {src4}\\r" TAIL4),
	CASE("ppv1/line/endless", "4,000 bytes without an end", SHOULD,
	     MEDIUM, CASE_PPV1, 0, "V1.9",
	     "PP 2.1: no CRLF in the first 107 bytes: should be declared "
	     "invalid",
	     "send \"PROXY TCP4 \" fill:3989 probe; expect refused", NULL,
	     NULL),

	/* ---- IPv4 addresses ---- */
	BAD("addr4/leading-zero-octet", "an octet 018", HIGH,
	    "V1.4", SRC4("198.018.100.100")),
	BAD("addr4/leading-zeros", "198.18.001.001", HIGH, "V1.4",
	    SRC4("198.18.001.001")),
	BAD("addr4/octet-256", "an octet of 256", HIGH, "V1.4",
	    SRC4("198.18.100.256")),
	BAD("addr4/octet-999", "an octet of 999", HIGH, "V1.4",
	    SRC4("999.18.100.100")),
	BAD("addr4/three-octets", "three octets", HIGH, "V1.4",
	    SRC4("198.18.100")),
	BAD("addr4/five-octets", "five octets", HIGH, "V1.4",
	    SRC4("198.18.100.100.1")),
	BAD("addr4/integer", "one number", HIGH, "V1.4", SRC4("3323093092")),
	BAD("addr4/hex", "a hexadecimal octet", HIGH, "V1.4",
	    SRC4("198.0x12.100.100")),
	BAD("addr4/empty-octet", "an empty octet", HIGH, "V1.4",
	    SRC4("198..100.100")),
	BAD("addr4/trailing-dot", "a dot at the end", MEDIUM, "V1.4",
	    SRC4("198.18.100.100.")),
	BAD("addr4/sign", "a negative octet", HIGH, "V1.4",
	    SRC4("198.18.100.-1")),
	BAD("addr4/name", "a name", HIGH, "V1.4", SRC4("localhost")),
	BAD("addr4/destination-256", "an octet of 256 in the destination",
	    MEDIUM, "V1.4 V1.6",
	    "\"PROXY TCP4 {src4} 203.0.113.256 {sport} {dport}\\r\\n\""),

	/* ---- IPv6 addresses ---- */
	BAD("addr6/two-dcolons", "two ::", HIGH, "V1.5",
	    SRC6("2001::db8::1")),
	BAD("addr6/nine-groups", "nine groups", HIGH, "V1.5",
	    SRC6("2001:db8:1:2:3:4:5:6:7")),
	BAD("addr6/seven-groups", "seven groups without ::", HIGH, "V1.5",
	    SRC6("2001:db8:1:2:3:4:5")),
	BAD("addr6/five-digits", "a group of five digits", HIGH, "V1.5",
	    SRC6("2001:0db81::1")),
	BAD("addr6/not-hex", "a letter that is no digit", HIGH, "V1.5",
	    SRC6("2001:db8::g")),
	BAD("addr6/zone", "a zone", LOW, "V1.5", SRC6("fe80::1%eth0")),
	BAD("addr6/brackets", "brackets", LOW, "V1.5",
	    SRC6("[2001:db8::1]")),
	BAD("addr6/one-colon", "a colon at the end", MEDIUM, "V1.5",
	    SRC6("2001:db8:1:2:3:4:5:6:")),
	CASE("ppv1/addr6/mapped", "::ffff:192.0.2.1 as TCP6", INFO, NONE,
	     CASE_PPV1, 0, "V1.5",
	     "PP 2.1 has no dotted tail; some senders write it",
	     "send " SRC6("::ffff:192.0.2.1") " probe; expect served", NULL,
	     "takes mapped addresses as TCP6|refuses mapped addresses"),

	/* ---- families ---- */
	BAD("family/tcp4-with-v6", "TCP4 with IPv6 addresses", HIGH,
	    "V1.2 V1.6",
	    "\"PROXY TCP4 {src6} {dst6} {sport} {dport}\\r\\n\""),
	BAD("family/tcp6-with-v4", "TCP6 with IPv4 addresses", HIGH,
	    "V1.2 V1.6",
	    "\"PROXY TCP6 {src4} {dst4} {sport} {dport}\\r\\n\""),
	BAD("family/mixed6", "TCP6 with an IPv4 destination", MEDIUM,
	    "V1.6", "\"PROXY TCP6 {src6} {dst4} {sport} {dport}\\r\\n\""),
	BAD("family/mixed4", "TCP4 with an IPv6 destination", MEDIUM,
	    "V1.6", "\"PROXY TCP4 {src4} {dst6} {sport} {dport}\\r\\n\""),

	/* ---- ports ---- */
	BAD("port/leading-zero", "a leading zero", MEDIUM, "V1.7",
	    SPORT("020000")),
	BAD("port/65536", "source port 65536", HIGH, "V1.7", SPORT("65536")),
	BAD("port/99999", "source port 99999", HIGH, "V1.7", SPORT("99999")),
	BAD("port/131152", "source port 131152, which is 80 in 16 bits", HIGH,
	    "V1.7", SPORT("131152")),
	BAD("port/dport-65536", "destination port 65536", MEDIUM, "V1.7",
	    DPORT("65536")),
	BAD("port/plus", "a plus sign", MEDIUM, "V1.7", SPORT("+2000")),
	BAD("port/minus", "a minus sign", MEDIUM, "V1.7", SPORT("-2000")),
	BAD("port/hex", "hexadecimal", MEDIUM, "V1.7", SPORT("0x4e20")),
	BAD("port/letters", "letters after digits", MEDIUM, "V1.7",
	    SPORT("2000a")),
	BAD("port/empty", "no digits", MEDIUM, "V1.7", DPORT("")),
	BAD("port/huge", "20 digits", MEDIUM, "V1.7",
	    SPORT("18446744073709551696")),
};
/* clang-format on */

const struct case_table cases_ppv1 = { cases, ARRAY_SIZE(cases) };
