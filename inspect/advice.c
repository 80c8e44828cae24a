/* SPDX-License-Identifier: BSD-2-Clause */
/* advice.c - see advice.h */
#include "advice.h"

/* clang-format off: a table of sentences */
/* What is said of an anomaly, whatever the verdict. */
static const char *const advice_table[ANOMALY_COUNT] = {
	/* PROXY protocol */
	[ANOMALY_PP_MISSING] =
		"Turn the header on where the connection comes from, or off "
		"here: receivers must not guess whether one comes.",
	[ANOMALY_PP_TRUNCATED] =
		"The sender gave up inside its header: see why it closed, and "
		"whether it writes the header at once.",
	[ANOMALY_PP_UNTRUSTED] =
		"Let only your proxies reach this port, or take headers from "
		"the prefixes of --trust alone: anybody else can claim any "
		"address.",
	[ANOMALY_PP_WRONG_VERSION] =
		"Set sender and receiver to the same mode: they were "
		"configured apart.",
	[ANOMALY_V1_PROTO] =
		"Send TCP4, TCP6 or UNKNOWN, in capitals, behind PROXY.",
	[ANOMALY_V1_FIELDS] =
		"Put exactly one space between fields and none at the end.",
	[ANOMALY_V1_ADDR4] =
		"Write IPv4 as four decimal numbers up to 255 without leading "
		"zeroes, and both ends in one family; readers disagree on all "
		"else.",
	[ANOMALY_V1_ADDR6] =
		"Write both ends as IPv6 in hexadecimal: with mixed families "
		"map the IPv4 end or send UNKNOWN.",
	[ANOMALY_V1_ADDR6_MAPPED] =
		"Write a mapped address in hexadecimal, or as TCP4: strict "
		"readers refuse the dotted form.",
	[ANOMALY_V1_PORT] =
		"Write ports as decimal numbers up to 65535 without sign or "
		"leading zeroes; some readers take others modulo 65536.",
	[ANOMALY_V1_LONE_LF] =
		"End the line with CR LF: a receiver must not take LF alone.",
	[ANOMALY_V1_LONE_CR] =
		"End the line with CR LF: CR alone is not its end.",
	[ANOMALY_V1_NO_CRLF] =
		"Keep the line within 107 bytes, CR LF included.",
	[ANOMALY_V1_ON_UDP] =
		"Send version 2 or SPP over UDP: version 1 is for TCP only, "
		"and its text becomes payload.",
	[ANOMALY_V2_VERSION] =
		"Send 2 in the version nibble: receivers must drop others.",
	[ANOMALY_V2_COMMAND] =
		"Send LOCAL or PROXY: receivers must drop other commands.",
	[ANOMALY_V2_FAMILY] =
		"Send family 1 or 2 for IP: receivers must refuse those above "
		"3, though nginx and Varnish take them.",
	[ANOMALY_V2_PROTOCOL] =
		"Send protocol 1 for TCP and 2 for UDP: receivers must refuse "
		"those above 2.",
	[ANOMALY_V2_LEN_SHORT] =
		"Let the length cover the addresses of the family: 12 bytes "
		"for IPv4, 36 for IPv6.",
	[ANOMALY_V2_LEN_LIMIT] =
		"Send fewer TLVs, or raise --hdr-max if your receivers take "
		"headers as long.",
	[ANOMALY_TLV_OVERRUN] =
		"Correct the TLV's length, or the header's: HAProxy, Varnish "
		"and Envoy refuse it, nginx does not look.",
	[ANOMALY_TLV_DRIBBLE] =
		"Let the header's length end with its last TLV, and pad with "
		"NOOP, which takes three bytes or more.",
	[ANOMALY_TLV_CRC_LEN] = "Give the CRC32C TLV a value of four bytes.",
	[ANOMALY_TLV_CRC_MISMATCH] =
		"Compute CRC32C over the whole header with its own four bytes "
		"zero and write it in network order; else something on the way "
		"has changed the header.",
	[ANOMALY_TLV_SSL] =
		"Give the SSL TLV its five fixed bytes and sub-TLVs that fill "
		"the rest.",
	[ANOMALY_TLV_SSL_NESTED] =
		"Keep SSL one level deep: readers skip or refuse what is "
		"deeper.",
	[ANOMALY_TLV_CRC_REPEATED] =
		"Send one CRC32C: readers verify different ones of several.",
	[ANOMALY_TLV_UNIQUE_ID_LEN] = "Keep the unique ID within 128 bytes.",
	/* Simple Proxy Protocol */
	[ANOMALY_SPP_MAGIC] =
		"Begin each datagram with 56 EC and the rest of SPP.",
	[ANOMALY_SPP_SHORT] =
		"Send all 38 bytes of SPP before each datagram's payload.",
	[ANOMALY_SPP_ON_TCP] = "Send a PROXY header over TCP: SPP is for UDP.",
	[ANOMALY_SPP_BARE] =
		"Put SPP before every datagram: it is not a header of the "
		"first one only.",
	[ANOMALY_SPP_REPLY] =
		"Let the origin put the request's 38 bytes before each reply: "
		"without them the proxy cuts or drops it.",
	[ANOMALY_SPP_ADDRESS] =
		"Let the origin return the request's own header: the proxy "
		"finds the client by it.",
	[ANOMALY_SPP_CHANGED] =
		"Keep one client to a port of the proxy: who remembers the "
		"first header answers the wrong one.",
	/* options */
	[ANOMALY_TOA_LENGTH] =
		"Send the option with a length that the kind has: 8 for IPv4 "
		"and 20 for IPv6 with most.",
	[ANOMALY_TOA_VERSION] =
		"Send 1 for IPv4 or 2 for IPv6 in the version byte of kind "
		"28.",
	[ANOMALY_TOA_ADDRESS] =
		"See what the proxy takes for its client: no client has port 0 "
		"or an unspecified address.",
	[ANOMALY_TOA_CONTRARY] =
		"Strip options that arrive from clients before adding one: of "
		"two some readers take the first and some the last.",
	[ANOMALY_TOA_HEADER] =
		"Use one mechanism, or find which hop names a client that is "
		"not its own.",
	[ANOMALY_TOA_DIRECTION] =
		"Add the option to what goes to the origin: here the origin's "
		"side sends it.",
	[ANOMALY_TOA_MISSING] =
		"See whether the proxy sends the option, whether its kind is "
		"the one of --toa-kind, and whether a device on the way strips "
		"it.",
	[ANOMALY_TOA_LATE] =
		"Send the option from the handshake's last ACK on: readers "
		"take it when the connection is accepted.",
	[ANOMALY_TCP_OPT_LEN] =
		"Correct the option's length: all options behind it are lost.",
	[ANOMALY_TCP_OPT_OVERRUN] =
		"Leave room for the option: a TCP header holds 40 bytes of "
		"them.",
	[ANOMALY_UOA_CONTRARY] =
		"Keep one client to a port of the proxy: readers remember the "
		"first packet's.",
	[ANOMALY_UOA_HEADER] =
		"Use one mechanism, or find which hop names a client that is "
		"not its own.",
	[ANOMALY_UOA_LENGTH] =
		"Give the address option 8 bytes for IPv4 and 20 for IPv6.",
	[ANOMALY_UOA_ADDRESS] =
		"See what the proxy takes for its client: no client has port 0 "
		"or an unspecified address.",
	[ANOMALY_OPP_VERSION] =
		"Send 1 beside IPv4 and 2 beside IPv6 in the header of "
		"protocol 248.",
	[ANOMALY_OPP_LENGTH] =
		"Let the length of the header of protocol 248 cover itself and "
		"its options.",
	/* flows */
	[ANOMALY_FLOW_SPLIT] =
		"Send the header in one segment: nginx and HAProxy both refuse "
		"one that is split.",
	[ANOMALY_FLOW_DUPLICATE] =
		"Take one header away: two proxies in a row both add it, and "
		"the receiver takes the second for the client's data.",
	[ANOMALY_FLOW_SECOND_CLIENT] =
		"Receivers take the first header; the second is the inner "
		"proxy's or a forgery of the client's: have each hop take the "
		"header off before it adds its own.",
	[ANOMALY_FLOW_REPEATED] =
		"Send the header once, at the connection's start: inside the "
		"stream it is data.",
	[ANOMALY_FLOW_POOLED] =
		"Do not reuse connections to the origin for other clients "
		"while the PROXY protocol is on: all of them get the first "
		"one's address.",
	[ANOMALY_FLOW_LATE] =
		"Send the header before all data: receivers look for it at the "
		"start and nowhere else.",
	[ANOMALY_FLOW_ORIGIN_FIRST] =
		"Make the origin wait for the header: it spoke before it had "
		"one, so it does not expect any on this port.",
	[ANOMALY_FLOW_DEADLOCK] =
		"Make the sender write the header at once: a server that "
		"speaks first waits for it while the proxy waits for the "
		"client's data (AWS NLB: on_first_ack).",
	[ANOMALY_FLOW_RESET] =
		"The origin probably does not expect a header, or refuses this "
		"one: turn it on there and read its log.",
	[ANOMALY_FLOW_REFUSED] =
		"The origin probably does not expect a header, or refuses this "
		"one: turn it on there and read its log.",
	[ANOMALY_FLOW_ERROR_REPLY] =
		"The origin probably takes the header for a request: turn the "
		"PROXY protocol on there.",
	[ANOMALY_FLOW_TLS] =
		"Send the header in clear before the TLS handshake: inside "
		"TLS, or without it, the receiver cannot read it.",
	[ANOMALY_FLOW_WRONG_SIDE] =
		"Turn the header around: the side that opens the connection "
		"sends it, and only that side.",
	[ANOMALY_FLOW_DIRECT] =
		"This peer came without a proxy: keep it off the port, or "
		"exempt it from the header (health checks, cluster-internal "
		"clients).",
	[ANOMALY_FLOW_EXPECT] =
		"Find the hop whose client this is: a proxy before this one "
		"has put its own address in place of its client's.",
	[ANOMALY_FLOW_OTHER_CLIENT] =
		"The proxy names the wrong client: look for reused "
		"connections, a stale table of UDP flows, or a forged header "
		"that it passed on.",
	[ANOMALY_FLOW_EXPECT_NOBODY] =
		"The header stands for the proxy itself (LOCAL, UNKNOWN, "
		"UNSPEC): have it send the client's family and address.",
	[ANOMALY_FLOW_UNWANTED] =
		"Turn the header off where the connection comes from: here it "
		"becomes payload.",
	[ANOMALY_FLOW_OVERLAP] =
		"Somebody on the path changes or forges segments: which "
		"address is read depends on the receiver's TCP.",
	[ANOMALY_FLOW_PROTOCOL] =
		"Send 0x11 or 0x21 over TCP and 0x12 or 0x22 over UDP: many "
		"receivers refuse, or ignore, the other.",
	[ANOMALY_FLOW_LONG] =
		"Send fewer TLVs: receivers with a small first read refuse "
		"headers of more than 536 bytes.",
	[ANOMALY_FLOW_UNKNOWN] =
		"Send TCP4 or TCP6 with real addresses, for health checks too: "
		"Varnish and Apache refuse UNKNOWN.",
	[ANOMALY_FLOW_ECHOED] =
		"Unless the origin echoes on purpose, it has not taken the "
		"header off its input.",
	[ANOMALY_FLOW_BAD_CSUM] =
		"Capture behind the network card's offload, or use -K if it "
		"was captured before it; else the path damages packets.",
	[ANOMALY_FLOW_CUT] =
		"Capture again with a snapshot length of 0 or more than the "
		"header.",
	[ANOMALY_FLOW_FRAGMENT] =
		"Capture without a filter on ports, or with 'or ip[6:2] & "
		"0x1fff != 0': fragments but the first have no ports.",
	[ANOMALY_FLOW_NO_START] = "Start the capture before the connection.",
	[ANOMALY_FLOW_ONE_WAY] =
		"Capture both directions: where routing is asymmetric, at the "
		"origin itself.",
	[ANOMALY_FLOW_OPEN] =
		"Capture longer, or see why the sender stopped inside its "
		"header.",
	[ANOMALY_FLOW_EMPTY] =
		"Nothing was sent, so nothing can be said: send a byte.",
	[ANOMALY_FLOW_NO_MEMORY] = "Raise --max-memory, or filter the capture.",
	/* UDP */
	[ANOMALY_UDP_BARE] =
		"The specification of 2026 wants a header in every datagram: "
		"this origin has to remember the first one's client for the "
		"flow.",
	[ANOMALY_UDP_ALONE] =
		"Put payload behind the header in the same datagram: an origin "
		"that does not expect it takes the header for a request.",
	[ANOMALY_UDP_MIXED] =
		"Send the header on the first datagram only or on every one: "
		"an origin can handle either, and not both.",
	[ANOMALY_UDP_EXPIRED] =
		"Let the proxy send the header again after its idle time-out: "
		"the origin has forgotten whose flow it is.",
	[ANOMALY_UDP_CHANGED] =
		"Read the header of every datagram: this sender mixes clients "
		"on one port.",
	[ANOMALY_UDP_MTU] =
		"Keep payloads below 1472 bytes less the header: fragments are "
		"dropped on many paths.",
};

static const char *const advice_default[VERDICTS] = {
	[VERDICT_MISSING] =
		"Turn the header on where the connection comes from.",
	[VERDICT_MISMATCH] = "Find the hop that names this client.",
	[VERDICT_MALFORMED] =
		"Correct the sender: receivers must refuse what it sends.",
	[VERDICT_SPLIT] = "Send the header in one segment.",
	[VERDICT_DUPLICATE] = "Let one hop alone name the client.",
	[VERDICT_LATE] = "Send the header before all data.",
	[VERDICT_REPEATED] = "Send the header once.",
	[VERDICT_UNTRUSTED] = "Let only proxies name clients.",
	[VERDICT_BAD_CSUM] = "Capture where packets are whole, or use -K.",
	[VERDICT_TRUNCATED] = "Capture again with a larger snapshot length.",
	[VERDICT_NO_HANDSHAKE] = "Start the capture before the connection.",
	[VERDICT_INCONCLUSIVE] = "Capture a connection that carries data.",
};
/* clang-format on */

/* What a remark is with --strict. */
static const enum verdict advice_verdict[ANOMALY_COUNT] = {
	[ANOMALY_V1_ADDR6_MAPPED] = VERDICT_MALFORMED,
	[ANOMALY_TLV_SSL_NESTED] = VERDICT_MALFORMED,
	[ANOMALY_TLV_CRC_REPEATED] = VERDICT_MALFORMED,
	[ANOMALY_TLV_UNIQUE_ID_LEN] = VERDICT_MALFORMED,
	[ANOMALY_FLOW_REFUSED] = VERDICT_MISMATCH,
	[ANOMALY_FLOW_ERROR_REPLY] = VERDICT_MISMATCH,
	[ANOMALY_FLOW_OVERLAP] = VERDICT_MISMATCH,
	[ANOMALY_FLOW_PROTOCOL] = VERDICT_MISMATCH,
	[ANOMALY_FLOW_LONG] = VERDICT_SPLIT,
	[ANOMALY_FLOW_UNKNOWN] = VERDICT_MISMATCH,
	[ANOMALY_FLOW_ECHOED] = VERDICT_MISMATCH,
	[ANOMALY_UDP_BARE] = VERDICT_MISSING,
	[ANOMALY_UDP_ALONE] = VERDICT_SPLIT,
	[ANOMALY_UDP_MIXED] = VERDICT_REPEATED,
	[ANOMALY_UDP_EXPIRED] = VERDICT_MISSING,
	[ANOMALY_UDP_CHANGED] = VERDICT_MISMATCH,
	[ANOMALY_UDP_MTU] = VERDICT_SPLIT,
};

bool advice_has(enum anomaly a)
{
	return (unsigned)a < ANOMALY_COUNT && advice_table[a];
}

const char *advice_text(enum verdict v, enum anomaly a)
{
	if (advice_has(a))
		return advice_table[a];
	return (unsigned)v < VERDICTS ? advice_default[v] : NULL;
}

enum verdict advice_strict(enum anomaly a)
{
	enum verdict v = VERDICT_OK;

	if (advice_has(a))
		v = advice_verdict[a];
	return v == VERDICT_OK ? VERDICT_MALFORMED : v;
}
