/* SPDX-License-Identifier: BSD-2-Clause */
/* cases_rule.c - rules, batches and relays of our own proxy.
 *
 * Their scripts are not those of script.h:
 *	rule [--flag] LINE [| LINE] => ok, or the product's error code
 *	text [--flag] "FILE" => the same
 *	lines N => the same: N good rules
 *	fixpoint "FILE": formatted twice, the second changes nothing
 *	relay LINE [| LINE]; arguments of tp-origin; of tp-client
 *		[; one KEY]: all log lines of tp-origin agree in KEY
 *		[; log WORD...]: the access log of tp-proxy holds each WORD
 *		[; rows], [; sums], [; count ROW=N...]: of tp-toa's counters
 *		{F}, {O}: ports
 *	toa [on PLACES] ...: a relay with TOA loaded; PLACES as of --toa-on
 * `$` is the value of the sweep.
 */
#include "case_macros.h"
#include "wire/wire.h"

/* clang-format off */
#define RULE(id, title, req, clause, script, sweep) \
	CASE("rule/" id, title, MUST, MEDIUM, CASE_OFF, 0, req, clause, \
	     script, sweep, NULL)
#define BATCH(id, title, req, clause, script) \
	CASE("batch/" id, title, MUST, MEDIUM, CASE_OFF, 0, req, clause, \
	     script, NULL, NULL)
#define RELAY(id, title, req, clause, script, sweep) \
	CASE("relay/" id, title, MUST, HIGH, CASE_OFF, 0, req, clause, \
	     script, sweep, NULL)
#define TOA(id, title, req, clause, script) \
	CASE("toa/run/" id, title, MUST, HIGH, CASE_TOA, 0, req, clause, \
	     script, NULL, NULL)
#define O "192.0.2.1 80 off off"
#define PORT	   "InvalidParameter.RulePortInteger"
#define PORT_GROUP "InvalidParameter.RulePortGroup"
#define PORT_TWICE "InvalidParameter.RulePortDuplicating"
#define PARAMETER  "InvalidParameter."
#define LOG_FIELDS                                                           \
	"ClientRegion ConnectTimeStamp DisconnetReason DisconnetTimeStamp "   \
	"EdgeIP ForwardPort ForwardProtocol LogTimeStamp ReceivedBytes "      \
	"SentBytes ServiceID SessionID"
#define TAG50 "12345678901234567890123456789012345678901234567890"

static const struct case_def cases[] = {
	RULE("protocol/both", "TCP and UDP", "seed/14", "protocol: TCP, UDP",
	     "rule tcp:1 " O " | udp:1 " O " => ok", NULL),
	RULE("protocol/other", "another protocol", "seed/14",
	     "protocol: TCP, UDP",
	     "rule sctp:1 " O " => InvalidParameter.InvalidRuleProto", NULL),
	RULE("ports/bounds", "ports 1 and 64999", "seed/15",
	     "forwarding ports 1-64999",
	     "rule tcp:1 " O " | tcp:64999 " O " => ok", NULL),
	RULE("ports/outside", "ports 0, 65000, 65535", "seed/15",
	     "forwarding ports 1-64999", "rule tcp:$ " O " => " PARAMETER,
	     "0,65000,65535"),
	RULE("ports/list", "several ports", "seed/16",
	     "divided by semicolons", "rule tcp:1;5;9 " O " => ok", NULL),
	RULE("ports/range", "a range of 11 ports", "seed/17",
	     "ranges with -, such as 80-90", "rule tcp:80-90 " O " => ok",
	     NULL),
	RULE("ports/range-backwards", "a range from high to low", "seed/17",
	     "ranges with -, such as 80-90",
	     "rule tcp:90-80 " O " => " PARAMETER, NULL),
	RULE("ports/twenty", "20 entries", "seed/18",
	     "at most 20 ports a rule",
	     "rule tcp:1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20-30 "
	     O " => ok", NULL),
	RULE("ports/twenty-one", "21 entries", "seed/18",
	     "at most 20 ports a rule",
	     "rule tcp:1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17;18;19;20;21 "
	     O " => " PORT_GROUP, NULL),
	RULE("ports/reserved-tcp", "reserved ports of TCP", "seed/19",
	     "TCP 3943, 3944, 6088, 36000, 56000",
	     "rule tcp:$ " O " => " PARAMETER,
	     "3943,3944,6088,36000,56000"),
	RULE("ports/reserved-udp", "reserved ports of UDP", "seed/19",
	     "UDP 4789, 4790, 6080, 61708",
	     "rule udp:$ " O " => " PARAMETER, "4789,4790,6080,61708"),
	RULE("ports/reserved-other", "reserved by the other protocol only",
	     "seed/19", "UDP 4789; TCP 3943",
	     "rule tcp:4789 " O " | udp:3943 " O " => ok", NULL),
	RULE("ports/reserved-in-range", "a reserved port inside a range",
	     "seed/19", "TCP 3943",
	     "rule tcp:3900-3950 " O " => " PARAMETER, NULL),
	RULE("ports/twice", "a port twice", "seed/45",
	     "forwarding ports must not repeat",
	     "rule tcp:80 " O " | tcp:80 " O " => " PORT_TWICE, NULL),
	RULE("ports/twice-in-range", "a port inside another's range",
	     "seed/45", "forwarding ports must not repeat",
	     "rule tcp:80-90 " O " | tcp:85 " O " => " PORT_TWICE, NULL),
	RULE("origin/address", "IPv4, IPv6, IPv6 in brackets, a domain",
	     "seed/20", "an address or a domain",
	     "rule tcp:1 " O " | tcp:2 2001:db8::1 80 off off | "
	     "tcp:3 [2001:db8::1] 80 off off | "
	     "tcp:4 origin.example.com 80 off off => ok", NULL),
	RULE("origin/two", "two addresses", "seed/20",
	     "an address or a domain",
	     "rule tcp:1 192.0.2.1,192.0.2.2 80 off off => " PARAMETER,
	     NULL),
	RULE("origin/group-unknown", "a group that is not there",
	     "seed/20 seed/47", "og:NAME",
	     "rule tcp:1 og:nobody 80 off off => "
	     "InvalidParameterValue.OriginGroupNotExists", NULL),
	RULE("origin-port/range", "80-90 to 90-100", "seed/23 seed/24",
	     "ranges of equal length",
	     "rule tcp:80-90 192.0.2.1 90-100 off off => ok", NULL),
	RULE("origin-port/unequal", "80-90 to 90-99", "seed/24",
	     "ranges of equal length",
	     "rule tcp:80-90 192.0.2.1 90-99 off off => "
	     PORT_GROUP, NULL),
	RULE("origin-port/range-for-one", "one port to a range", "seed/24",
	     "an origin range needs a forwarding range",
	     "rule tcp:80 192.0.2.1 90-91 off off => "
	     PORT_GROUP, NULL),
	RULE("origin-port/outside", "origin ports 0 and 65536", "seed/23",
	     "a port", "rule tcp:80 192.0.2.1 $ off off => "
	     "InvalidParameter.RuleOriginPortInteger", "0,65536"),
	RULE("mode/all", "each mode on TCP", "seed/27 seed/28 seed/29 seed/49",
	     "TOA, PPv1, ppv2, OFF",
	     "rule tcp:1 192.0.2.1 80 off toa | tcp:2 192.0.2.1 80 off ppv1 | "
	     "tcp:3 192.0.2.1 80 off ppv2 | tcp:4 192.0.2.1 80 off off => ok",
	     NULL),
	RULE("mode/toa-udp", "TOA on UDP", "seed/27", "TOA: TCP only",
	     "rule udp:1 192.0.2.1 80 off toa => " PARAMETER, NULL),
	RULE("mode/ppv1-udp", "PPv1 on UDP", "seed/28 seed/71",
	     "PPv1: TCP only",
	     "rule udp:1 192.0.2.1 80 off ppv1 => " PARAMETER, NULL),
	RULE("mode/ppv2-udp", "PPv2 on UDP", "seed/29 seed/71",
	     "PPv2: TCP and UDP", "rule udp:1 192.0.2.1 80 off ppv2 => ok",
	     NULL),
	RULE("mode/spp", "SPP is no mode of the format", "seed/49",
	     "TOA, PPv1, ppv2, OFF",
	     "rule udp:1 192.0.2.1 80 off spp => " PARAMETER, NULL),
	RULE("mode/spp-ext", "SPP, where it is asked for", "seed/49",
	     "an extension",
	     "rule --ext udp:1 192.0.2.1 80 off spp => ok", NULL),
	RULE("persist/words", "on, OFF, and another word", "seed/48",
	     "persistence ON/OFF",
	     "rule tcp:1 192.0.2.1 80 ON off | tcp:2 192.0.2.1 80 off off "
	     "=> ok", NULL),
	RULE("persist/other", "another word", "seed/48",
	     "persistence ON/OFF",
	     "rule tcp:1 192.0.2.1 80 yes off => " PARAMETER, NULL),
	RULE("tag/fifty", "a tag of 50 characters", "seed/33",
	     "1-50 arbitrary characters", "rule tcp:1 " O " " TAG50 " => ok",
	     NULL),
	RULE("tag/fifty-one", "a tag of 51 characters", "seed/33",
	     "1-50 arbitrary characters",
	     "rule tcp:1 " O " " TAG50 "1 => " PARAMETER, NULL),
	RULE("tag/spaces", "a tag with blanks", "seed/33 seed/46",
	     "the rest of the line", "rule tcp:1 " O " a b  c => ok", NULL),

	BATCH("line/example", "the document's example", "seed/46 seed/49",
	      "tcp:123 test.origin.com 456 on ppv1",
	      "text \"tcp:123 test.origin.com 456 on ppv1\\n\" => ok"),
	BATCH("line/case", "capitals", "seed/44", "case-insensitive",
	      "text \"TCP:123 TEST.ORIGIN.COM 456 ON PPv1\\nUDP:1 192.0.2.1 "
	      "80 Off PPV2\\n\" => ok"),
	BATCH("line/few-fields", "a field is missing", "seed/46",
	      "one rule a line, fields divided by blanks",
	      "text \"tcp:123 192.0.2.1 456 on\\n\" => " PARAMETER),
	BATCH("line/blanks", "tabs and several blanks", "seed/46",
	      "fields divided by blanks",
	      "text \"tcp:123  192.0.2.1\\t456   on ppv1\\n\" => ok"),
	BATCH("line/crlf", "CR LF at the ends", "seed/46", "TXT",
	      "text \"tcp:1 " O "\\r\\ntcp:2 " O "\\r\\n\" => ok"),
	BATCH("line/full-width", "a full-width colon", "seed/46",
	      "ASCII : and ; only [C7]",
	      "text \"tcp\\xef\\xbc\\x9a" "1 " O "\\n\" => " PARAMETER),
	BATCH("line/comment", "comments, an extension", "seed/46",
	      "our extension",
	      "text \"# a comment\\n\\ntcp:1 " O "\\n\" => ok"),
	BATCH("line/comment-strict", "comments, to the letter", "seed/46",
	      "our extension, refused with --strict",
	      "text --strict \"# a comment\\ntcp:1 " O "\\n\" => " PARAMETER),
	BATCH("group/defined", "og:NAME with its definition", "seed/47",
	      "og:{OriginGroupName}",
	      "text \"og:testorigin = 192.0.2.1, 192.0.2.2\\n"
	      "tcp:1 og:testorigin 80 on ppv2\\n\" => ok"),
	BATCH("size/2000", "2,000 rules", "seed/22 seed/43",
	      "at most 2000 lines an import", "lines 2000 => ok"),
	BATCH("size/2001", "2,001 rules", "seed/22 seed/43",
	      "at most 2000 lines an import",
	      "lines 2001 => LimitExceeded.ProxyRulesLimitExceeded"),
	BATCH("export/fixpoint", "what is laid out stays so", "seed/50",
	      "import(export(x)) = x",
	      "fixpoint \"TCP:80-80;90-91  Origin.Example.COM 8080 ON PPv1 a "
	      "tag \\nudp:1 [2001:DB8:0::1] 53 off ppv2\\n"
	      "tcp:3 192.0.2.1 1-1 off TOA\\n\""),

	RELAY("tcp/bytes", "4 connections of 2 MiB, each byte compared",
	      "seed/1 seed/32 seed/51", "TCP is forwarded",
	      "relay tcp:{F} 127.0.0.1 {O} off off; --mode off; "
	      "-c 4 -m 2M 127.0.0.1 {F}", NULL),
	RELAY("udp/bytes", "100 datagrams, each compared", "seed/1 seed/32",
	      "UDP is forwarded",
	      "relay udp:{F} 127.0.0.1 {O} off off; --mode off; "
	      "-u -c 4 -n 25 -m 1000 127.0.0.1 {F}", NULL),
	RELAY("off/proxy-is-seen", "without a mode the origin sees the proxy",
	      "seed/32 seed/51", "without help the origin sees the proxy",
	      "relay tcp:{F} 127.0.0.1 {O} off off; --mode off "
	      "--reply whoami; --expect-client 127.0.0.1 --src 127.0.0.77 "
	      "127.0.0.1 {F}", NULL),
	RELAY("ppv1/client", "PPv1 tells 20 clients apart",
	      "seed/28 seed/65 seed/70", "PPv1 passes address and port",
	      "relay tcp:{F} 127.0.0.1 {O} off ppv1; --mode ppv1 "
	      "--reply whoami; --whoami -c 20 --src 127.0.1.0/24 127.0.0.1 "
	      "{F}", NULL),
	RELAY("ppv2/client", "PPv2 tells 20 clients apart",
	      "seed/29 seed/65 seed/70", "PPv2 passes address and port",
	      "relay tcp:{F} 127.0.0.1 {O} off ppv2; --mode ppv2 "
	      "--reply whoami; --whoami -c 20 --src 127.0.1.0/24 127.0.0.1 "
	      "{F}", NULL),
	RELAY("ppv2/once", "the header once in 1 MiB", "seed/30 seed/70",
	      "once a connection [C4]",
	      "relay tcp:{F} 127.0.0.1 {O} off ppv2; --mode ppv2; "
	      "-c 2 -n 64 -m 16k 127.0.0.1 {F}", NULL),
	RELAY("ppv2/udp-first", "the header once a session", "seed/31 seed/65",
	      "only the first packet of a flow",
	      "relay udp:{F} 127.0.0.1 {O} off ppv2; --mode ppv2 "
	      "--reply whoami; -u --whoami -c 5 --src 127.0.1.0/24 127.0.0.1 "
	      "{F}", NULL),
	RELAY("spp/client", "SPP tells 5 clients apart", "seed/75",
	      "an extension of the product",
	      "relay udp:{F} 127.0.0.1 {O} off spp; --mode spp "
	      "--reply whoami; -u --whoami -c 5 --src 127.0.1.0/24 127.0.0.1 "
	      "{F}", NULL),
	RELAY("ports/offset", "port f+k goes to o+k", "seed/24 seed/25",
	      "80-90 may map to 90-100, all 11 ports",
	      "relay tcp:{F}-{F+10} 127.0.0.1 {O}-{O+10} off ppv2; "
	      "--mode ppv2 --reply whoami; --whoami 127.0.0.1 {F+$}",
	      "0,1,5,10"),
	RELAY("ipv6/client", "an IPv6 client of an IPv4 origin",
	      "seed/29 seed/65", "PPv2: TCPv6",
	      "relay tcp:{F} 127.0.0.1 {O} off ppv2; --mode ppv2 "
	      "--reply whoami; --whoami ::1 {F}", NULL),
	CASE("log/fields", "the access log of a TCP connection", MUST, MEDIUM,
	     CASE_OFF, 0, "log/1", "the product's log: these names",
	     "relay tcp:{F} 127.0.0.1 {O} off off; --mode off; "
	     "-m 1000 --src 127.0.0.77 127.0.0.1 {F}; log " LOG_FIELDS, NULL,
	     NULL),
	CASE("log/client", "its client, protocol, port and bytes", MUST,
	     MEDIUM, CASE_OFF, 0, "log/2",
	     "the product's log: ClientRealIP, ReceivedBytes, SentBytes",
	     "relay tcp:{F} 127.0.0.1 {O} off off; --mode off; "
	     "-m 1000 --src 127.0.0.77 127.0.0.1 {F}; "
	     "log \"ClientRealIP\":\"127.0.0.77\" \"ReceivedBytes\":1000 "
	     "\"SentBytes\":1000 \"ForwardPort\":{F}", NULL, NULL),
	CASE("log/udp", "the access log of a UDP session", MUST, MEDIUM,
	     CASE_OFF, 0, "log/1 log/2", "the product's log: these names",
	     "relay udp:{F} 127.0.0.1 {O} off ppv2; --mode ppv2; "
	     "-u -m 100 --src 127.0.0.77 127.0.0.1 {F}; "
	     "log \"ClientRealIP\":\"127.0.0.77\" " LOG_FIELDS, NULL, NULL),
	TOA("client4", "TOA tells 20 IPv4 clients apart", "seed/27 seed/52 "
	    "seed/55", "TOA: accept() names the client",
	    "toa tcp:{F} 127.0.0.1 {O} off toa; -l 127.0.0.1 --mode toa "
	    "--reply whoami; --whoami -c 20 --src 127.0.1.0/24 127.0.0.1 {F}"),
	TOA("client6", "TOA tells IPv6 clients apart", "seed/27 seed/52 "
	    "seed/55", "TOA: accept() names the client",
	    "toa tcp:{F} ::1 {O} off toa; -l ::1 --mode toa "
	    "--reply whoami; --whoami -c 5 ::1 {F}"),
	TOA("client4-mapped", "an IPv4 client of an IPv6 listener", "seed/52",
	    "TOA: the client's address and port",
	    "toa tcp:{F} 127.0.0.1 {O} off toa; --mode toa --reply whoami; "
	    "--whoami -c 5 --src 127.0.1.0/24 127.0.0.1 {F}"),
	TOA("payload", "each byte of 1 MiB, and none of the option",
	    "seed/1 seed/52", "the option is no payload",
	    "toa tcp:{F} 127.0.0.1 {O} off toa; --mode toa; "
	    "-c 4 -m 1M 127.0.0.1 {F}"),
	TOA("off", "a rule without it, beside it", "seed/32 seed/51",
	    "off: the origin sees the proxy",
	    "toa tcp:{F} 127.0.0.1 {O} off off; --mode off --reply whoami; "
	    "--expect-client 127.0.0.1 --src 127.0.0.77 127.0.0.1 {F}"),
	TOA("saved-syn", "read from the SYN that the kernel keeps", "seed/52",
	    "an option of the SYN",
	    "toa on syn tcp:{F} 127.0.0.1 {O} off toa; --mode toa "
	    "--toa-from saved-syn --reply whoami; --whoami -c 5 "
	    "--src 127.0.1.0/24 127.0.0.1 {F}"),
	TOA("pcap", "read from the wire", "seed/52", "option 200",
	    "toa tcp:{F} 127.0.0.1 {O} off toa; --mode toa "
	    "--toa-from pcap --toa-iface lo --reply whoami; --whoami -c 5 "
	    "--src 127.0.1.0/24 127.0.0.1 {F}"),
	TOA("stats/rows", "the rows of its counters", "seed/61",
	    "eight rows in their order, a column a CPU",
	    "toa tcp:{F} 127.0.0.1 {O} off toa; --mode toa; "
	    "127.0.0.1 {F}; rows"),
	TOA("stats/with", "7 connections with it", "seed/62",
	    "connections with and without TOA",
	    "toa tcp:{F} 127.0.0.1 {O} off toa; -l 127.0.0.1 --mode toa; "
	    "-c 7 127.0.0.1 {F}; count syn_recv_sock_toa=7 "
	    "syn_recv_sock_no_toa=0 getname_toa_ok=7 getname_toa_mismatch=0 "
	    "getname_toa_empty=0 ip6_address_alloc=0"),
	TOA("stats/mismatch", "7 IPv6 clients of an IPv4 listener",
	    "seed/62", "a family that accept() cannot give; getsockopt() can",
	    "toa tcp:{F} 127.0.0.1 {O} off toa; -l 127.0.0.1 --mode toa; "
	    "-c 7 ::1 {F}; count syn_recv_sock_toa=7 "
	    "syn_recv_sock_no_toa=0 getname_toa_ok=7 getname_toa_mismatch=7 "
	    "getname_toa_empty=0 ip6_address_alloc=7"),
	TOA("stats/without", "7 connections without it", "seed/62",
	    "connections with and without TOA",
	    "toa tcp:{F} 127.0.0.1 {O} off off; -l 127.0.0.1 --mode toa; "
	    "-c 7 127.0.0.1 {F}; count syn_recv_sock_toa=0 "
	    "syn_recv_sock_no_toa=7 getname_toa_ok=0 getname_toa_mismatch=0 "
	    "getname_toa_empty=14"),
	TOA("stats/sums", "all connections are closed",
	    "seed/63 seed/64", "the sums of free and alloc are equal",
	    "toa tcp:{F} ::1 {O} off toa; -l ::1 --mode toa; "
	    "-c 5 ::1 {F}; sums"),
	RELAY("persist/one-origin", "one client stays at one origin",
	      "seed/26", "one client IP goes to one origin IP",
	      "relay og:three = 127.0.0.11, 127.0.0.12, 127.0.0.13 | "
	      "tcp:{F} og:three {O} on ppv2; -l 127.0.0.11 -l 127.0.0.12 "
	      "-l 127.0.0.13 --mode ppv2 --log -; -c 12 --src 127.0.0.77 "
	      "127.0.0.1 {F}; one local", NULL),
};
/* clang-format on */

const struct case_table cases_rule = { cases, ARRAY_SIZE(cases) };
