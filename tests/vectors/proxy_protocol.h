/* SPDX-License-Identifier: BSD-2-Clause */
/* proxy_protocol.h - made by gen.py, do not edit: PROXY headers, legal and not
 */
#ifndef TESTS_VECTORS_PROXY_PROTOCOL_H
#define TESTS_VECTORS_PROXY_PROTOCOL_H

#include "tests/vectors/pp_vector.h"

/* clang-format off */
static const struct pp_vector pp_vectors[] = {
	/* PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\nGET / HTTP/1.1\r\nHost: 192.168.0.11\r\n\r\n */
	{ .id = "v1-spec-example", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "192.168.0.1", .sport = 56324,
	  .dst = "192.168.0.11", .dport = 443, .hdr_len = 47,
	  .hex =
		"50524f58592054435034203139322e3136382e302e31203139322e313638"
		"2e302e3131203536333234203434330d0a474554202f20485454502f312e"
		"310d0a486f73743a203139322e3136382e302e31310d0a0d0a" },
	/* PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n */
	{ .id = "v1-netty-ipv4", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "192.168.0.1", .sport = 56324,
	  .dst = "192.168.0.11", .dport = 443, .hdr_len = 47,
	  .hex =
		"50524f58592054435034203139322e3136382e302e31203139322e313638"
		"2e302e3131203536333234203434330d0a" },
	/* PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n */
	{ .id = "v1-tcp4-max56", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "255.255.255.255", .sport = 65535,
	  .dst = "255.255.255.255", .dport = 65535, .hdr_len = 56,
	  .hex =
		"50524f58592054435034203235352e3235352e3235352e32353520323535"
		"2e3235352e3235352e3235352036353533352036353533350d0a" },
	/* PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\nFoobar */
	{ .id = "v1-tcp4-max56-payload", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "255.255.255.255", .sport = 65535,
	  .dst = "255.255.255.255", .dport = 65535, .hdr_len = 56,
	  .hex =
		"50524f58592054435034203235352e3235352e3235352e32353520323535"
		"2e3235352e3235352e3235352036353533352036353533350d0a466f6f62"
		"6172" },
	/* PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\nHi! */
	{ .id = "v1-tcp6-max104", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "stream", .src = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	  .sport = 65535, .dst = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	  .dport = 65535, .hdr_len = 104,
	  .hex =
		"50524f5859205443503620666666663a666666663a666666663a66666666"
		"3a666666663a666666663a666666663a6666666620666666663a66666666"
		"3a666666663a666666663a666666663a666666663a666666663a66666666"
		"2036353533352036353533350d0a486921" },
	/* PROXY TCP6 ::1 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\nHi! */
	{ .id = "v1-tcp6-short", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "stream", .src = "::1", .sport = 65535,
	  .dst = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .dport = 65535,
	  .hdr_len = 68,
	  .hex =
		"50524f58592054435036203a3a3120666666663a666666663a666666663a"
		"666666663a666666663a666666663a666666663a66666666203635353335"
		"2036353533350d0a486921" },
	/* PROXY TCP6 ffff::ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n */
	{ .id = "v1-tcp6-dcolon-mid", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "stream", .src = "ffff::ffff", .sport = 65535,
	  .dst = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .dport = 65535,
	  .hdr_len = 75,
	  .hex =
		"50524f5859205443503620666666663a3a6666666620666666663a666666"
		"663a666666663a666666663a666666663a666666663a666666663a666666"
		"662036353533352036353533350d0a" },
	/* PROXY TCP6 ffff:ffff:ffff:ffff::ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n */
	{ .id = "v1-tcp6-dcolon-single-zero", .want = WIRE_OK,
	  .anomaly = "none", .version = 1, .cmd = PP_CMD_PROXY,
	  .family = "inet6", .proto = "stream",
	  .src = "ffff:ffff:ffff:ffff:0:ffff:ffff:ffff", .sport = 65535,
	  .dst = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .dport = 65535,
	  .hdr_len = 100,
	  .hex =
		"50524f5859205443503620666666663a666666663a666666663a66666666"
		"3a3a666666663a666666663a6666666620666666663a666666663a666666"
		"663a666666663a666666663a666666663a666666663a6666666620363535"
		"33352036353533350d0a" },
	/* PROXY TCP6 :: ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n */
	{ .id = "v1-tcp6-any", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "stream", .src = "::", .sport = 65535,
	  .dst = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .dport = 65535,
	  .hdr_len = 67,
	  .hex =
		"50524f58592054435036203a3a20666666663a666666663a666666663a66"
		"6666663a666666663a666666663a666666663a6666666620363535333520"
		"36353533350d0a" },
	/* PROXY TCP6 ffff:: ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n */
	{ .id = "v1-tcp6-dcolon-end", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "stream", .src = "ffff::", .sport = 65535,
	  .dst = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .dport = 65535,
	  .hdr_len = 71,
	  .hex =
		"50524f5859205443503620666666663a3a20666666663a666666663a6666"
		"66663a666666663a666666663a666666663a666666663a66666666203635"
		"3533352036353533350d0a" },
	/* PROXY TCP6 2001:0db8:85a3:0000:0000:8a2e:0370:7334 1050:0:0:0:5:600:300c:326b 56324 443\r\n */
	{ .id = "v1-tcp6-full-zero-padded", .want = WIRE_OK,
	  .anomaly = "none", .version = 1, .cmd = PP_CMD_PROXY,
	  .family = "inet6", .proto = "stream",
	  .src = "2001:db8:85a3::8a2e:370:7334", .sport = 56324,
	  .dst = "1050::5:600:300c:326b", .dport = 443, .hdr_len = 89,
	  .hex =
		"50524f5859205443503620323030313a306462383a383561333a30303030"
		"3a303030303a386132653a303337303a3733333420313035303a303a303a"
		"303a353a3630303a333030633a33323662203536333234203434330d0a" },
	/* PROXY TCP6 2001:0DB8:0:0:0:0:0:1 2001:0DB8:0:0:0:0:0:2 50000 443\r\n */
	{ .id = "v1-tcp6-upper", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "stream", .src = "2001:db8::1", .sport = 50000,
	  .dst = "2001:db8::2", .dport = 443, .hdr_len = 66,
	  .hex =
		"50524f5859205443503620323030313a304442383a303a303a303a303a30"
		"3a3120323030313a304442383a303a303a303a303a303a32203530303030"
		"203434330d0a" },
	/* PROXY TCP6 0000:0000:0000:0000:0000:0000:0000:0002 0000:0000:0000:0000:0000:0000:0000:0001 65535 65535\r\n */
	{ .id = "v1-tcp6-padded-104", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "stream", .src = "::2", .sport = 65535, .dst = "::1",
	  .dport = 65535, .hdr_len = 104,
	  .hex =
		"50524f5859205443503620303030303a303030303a303030303a30303030"
		"3a303030303a303030303a303030303a3030303220303030303a30303030"
		"3a303030303a303030303a303030303a303030303a303030303a30303031"
		"2036353533352036353533350d0a" },
	/* PROXY TCP6 ab:ce:ef:01:23:45:67:89 ::1 0 65535\r\n */
	{ .id = "v1-tcp6-all-groups", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "stream", .src = "ab:ce:ef:1:23:45:67:89", .sport = 0,
	  .dst = "::1", .dport = 65535, .hdr_len = 48,
	  .hex =
		"50524f585920544350362061623a63653a65663a30313a32333a34353a36"
		"373a3839203a3a3120302036353533350d0a" },
	/* PROXY TCP4 1.1.1.5 1.1.1.6 2 3\r\n */
	{ .id = "v1-tcp4-min32", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "1.1.1.5", .sport = 2, .dst = "1.1.1.6",
	  .dport = 3, .hdr_len = 32,
	  .hex =
		"50524f5859205443503420312e312e312e3520312e312e312e3620322033"
		"0d0a" },
	/* PROXY TCP6 ::1 ::2 3 4\r\n */
	{ .id = "v1-tcp6-min", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "stream", .src = "::1", .sport = 3, .dst = "::2",
	  .dport = 4, .hdr_len = 24,
	  .hex = "50524f58592054435036203a3a31203a3a32203320340d0a" },
	/* PROXY TCP4 192.0.2.1 198.51.100.1 50000 443\r\n */
	{ .id = "v1-tcp4-ats", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "192.0.2.1", .sport = 50000,
	  .dst = "198.51.100.1", .dport = 443, .hdr_len = 45,
	  .hex =
		"50524f58592054435034203139322e302e322e31203139382e35312e3130"
		"302e31203530303030203434330d0a" },
	/* PROXY TCP4 192.0.2.1 198.51.100.1 65535 65535\r\n */
	{ .id = "v1-tcp4-port-max", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "192.0.2.1", .sport = 65535,
	  .dst = "198.51.100.1", .dport = 65535, .hdr_len = 47,
	  .hex =
		"50524f58592054435034203139322e302e322e31203139382e35312e3130"
		"302e312036353533352036353533350d0a" },
	/* PROXY TCP6 1:2:3::4 5:6::7:8 65535 1234\r\nmore data */
	{ .id = "v1-tcp6-envoy", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "stream", .src = "1:2:3::4", .sport = 65535,
	  .dst = "5:6::7:8", .dport = 1234, .hdr_len = 41,
	  .hex =
		"50524f5859205443503620313a323a333a3a3420353a363a3a373a382036"
		"3535333520313233340d0a6d6f72652064617461" },
	/* PROXY TCP4 1.2.3.4 253.253.253.253 65535 1234\r\nmore data */
	{ .id = "v1-tcp4-envoy", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "1.2.3.4", .sport = 65535,
	  .dst = "253.253.253.253", .dport = 1234, .hdr_len = 47,
	  .hex =
		"50524f5859205443503420312e322e332e34203235332e3235332e323533"
		"2e32353320363535333520313233340d0a6d6f72652064617461" },
	/* PROXY TCP4 127.0.0.1 127.0.0.1 65533 65533\r\nGET / */
	{ .id = "v1-tcp4-pires", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "127.0.0.1", .sport = 65533,
	  .dst = "127.0.0.1", .dport = 65533, .hdr_len = 44,
	  .hex =
		"50524f58592054435034203132372e302e302e31203132372e302e302e31"
		"2036353533332036353533330d0a474554202f" },
	/* PROXY TCP6 ::1 ::1 65533 65533\r\nGET / */
	{ .id = "v1-tcp6-pires", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "stream", .src = "::1", .sport = 65533, .dst = "::1",
	  .dport = 65533, .hdr_len = 32,
	  .hex =
		"50524f58592054435036203a3a31203a3a31203635353333203635353333"
		"0d0a474554202f" },
	/* PROXY TCP4 192.24.10.10 10.0.0.0 5789 80\r\nextra_data */
	{ .id = "v1-tcp4-kanidm", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "192.24.10.10", .sport = 5789,
	  .dst = "10.0.0.0", .dport = 80, .hdr_len = 42,
	  .hex =
		"50524f58592054435034203139322e32342e31302e31302031302e302e30"
		"2e3020353738392038300d0a65787472615f64617461" },
	/* PROXY TCP4 1.2.3.4 5.6.7.8 10 20\r\n */
	{ .id = "v1-tcp4-icgood", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "1.2.3.4", .sport = 10, .dst = "5.6.7.8",
	  .dport = 20, .hdr_len = 34,
	  .hex =
		"50524f5859205443503420312e322e332e3420352e362e372e3820313020"
		"32300d0a" },
	/* PROXY TCP6 ::1 ::2 10 20\r\n */
	{ .id = "v1-tcp6-icgood", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "stream", .src = "::1", .sport = 10, .dst = "::2",
	  .dport = 20, .hdr_len = 26,
	  .hex = "50524f58592054435036203a3a31203a3a322031302032300d0a" },
	/* PROXY TCP6 1:f::3 5:a::8 1234 5678\r\nGET /3 HTTP/1.1\r\nHost: aaaaaaaa\r\n\r\n */
	{ .id = "v1-tcp6-varnish", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "stream", .src = "1:f::3", .sport = 1234, .dst = "5:a::8",
	  .dport = 5678, .hdr_len = 36,
	  .hex =
		"50524f5859205443503620313a663a3a3320353a613a3a38203132333420"
		"353637380d0a474554202f3320485454502f312e310d0a486f73743a2061"
		"616161616161610d0a0d0a" },
	/* PROXY TCP6 2001:Db8::1 2001:Db8::2 123 5678\r\n */
	{ .id = "v1-tcp6-nginx", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "stream", .src = "2001:db8::1", .sport = 123,
	  .dst = "2001:db8::2", .dport = 5678, .hdr_len = 45,
	  .hex =
		"50524f5859205443503620323030313a4462383a3a3120323030313a4462"
		"383a3a322031323320353637380d0a" },
	/* PROXY TCP4 127.0.0.1 127.0.0.1 8080 8888\r\nHTTP/1.1 GET /\r\n */
	{ .id = "v1-tcp4-twisted-overflow", .want = WIRE_OK,
	  .anomaly = "none", .version = 1, .cmd = PP_CMD_PROXY,
	  .family = "inet", .proto = "stream", .src = "127.0.0.1",
	  .sport = 8080, .dst = "127.0.0.1", .dport = 8888, .hdr_len = 42,
	  .hex =
		"50524f58592054435034203132372e302e302e31203132372e302e302e31"
		"203830383020383838380d0a485454502f312e3120474554202f0d0a" },
	/* PROXY TCP4 1.2.3.4 255.254.253.252 987 12345\r\n */
	{ .id = "v1-tcp4-proximyst-enc", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "1.2.3.4", .sport = 987,
	  .dst = "255.254.253.252", .dport = 12345, .hdr_len = 46,
	  .hex =
		"50524f5859205443503420312e322e332e34203235352e3235342e323533"
		"2e323532203938372031323334350d0a" },
	/* PROXY TCP6 2001:db8:85a3::8a2e:370:7334 2002:db8:85a3::8a2e:370:7334 1234 5678\r\n */
	{ .id = "v1-tcp6-mastercactapus", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "stream", .src = "2001:db8:85a3::8a2e:370:7334",
	  .sport = 1234, .dst = "2002:db8:85a3::8a2e:370:7334", .dport = 5678,
	  .hdr_len = 80,
	  .hex =
		"50524f5859205443503620323030313a6462383a383561333a3a38613265"
		"3a3337303a3733333420323030323a6462383a383561333a3a386132653a"
		"3337303a37333334203132333420353637380d0a" },
	/* PROXY UNKNOWN\r\nTwo */
	{ .id = "v1-unknown-short", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_UNKNOWN, .family = "unknown",
	  .proto = "unspec", .hdr_len = 15,
	  .hex = "50524f585920554e4b4e4f574e0d0a54776f" },
	/* PROXY UNKNOWN\r\n */
	{ .id = "v1-unknown-15", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_UNKNOWN, .family = "unknown",
	  .proto = "unspec", .hdr_len = 15,
	  .hex = "50524f585920554e4b4e4f574e0d0a" },
	/* PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n */
	{ .id = "v1-unknown-worst107", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_UNKNOWN, .family = "unknown",
	  .proto = "unspec", .hdr_len = 107,
	  .hex =
		"50524f585920554e4b4e4f574e20666666663a666666663a666666663a66"
		"6666663a666666663a666666663a666666663a6666666620666666663a66"
		"6666663a666666663a666666663a666666663a666666663a666666663a66"
		"6666662036353533352036353533350d0a" },
	/* PROXY UNKNOWN 127.0.0.1 127.0.0.1 99999 99999\r\n */
	{ .id = "v1-unknown-bad-ports", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_UNKNOWN, .family = "unknown",
	  .proto = "unspec", .hdr_len = 47,
	  .hex =
		"50524f585920554e4b4e4f574e203132372e302e302e31203132372e302e"
		"302e312039393939392039393939390d0a" },
	/* PROXY UNKNOWN 192.168.0.1 192.168.0.11 56324 443\r\n */
	{ .id = "v1-unknown-netty", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_UNKNOWN, .family = "unknown",
	  .proto = "unspec", .hdr_len = 50,
	  .hex =
		"50524f585920554e4b4e4f574e203139322e3136382e302e31203139322e"
		"3136382e302e3131203536333234203434330d0a" },
	/* PROXY UNKNOWN this is bogus data!\r\r\r\n */
	{ .id = "v1-unknown-bogus", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_UNKNOWN, .family = "unknown",
	  .proto = "unspec", .hdr_len = 37,
	  .hex =
		"50524f585920554e4b4e4f574e207468697320697320626f677573206461"
		"7461210d0d0d0a" },
	/* PROXY UNKNOWN 1 2 3 4 5 6\r\n */
	{ .id = "v1-unknown-123456", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_UNKNOWN, .family = "unknown",
	  .proto = "unspec", .hdr_len = 27,
	  .hex = "50524f585920554e4b4e4f574e2031203220332034203520360d0a" },
	/* PROXY UNKNOWN    \r\n */
	{ .id = "v1-unknown-trailing-spaces", .want = WIRE_OK,
	  .anomaly = "none", .version = 1, .cmd = PP_CMD_UNKNOWN,
	  .family = "unknown", .proto = "unspec", .hdr_len = 19,
	  .hex = "50524f585920554e4b4e4f574e202020200d0a" },
	/* PROXY UNKNOWN ...\r\n */
	{ .id = "v1-unknown-dots", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_UNKNOWN, .family = "unknown",
	  .proto = "unspec", .hdr_len = 19,
	  .hex = "50524f585920554e4b4e4f574e202e2e2e0d0a" },
	/* PROXY UNKNOWN anything could go here\r\n */
	{ .id = "v1-unknown-anything", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_UNKNOWN, .family = "unknown",
	  .proto = "unspec", .hdr_len = 38,
	  .hex =
		"50524f585920554e4b4e4f574e20616e797468696e6720636f756c642067"
		"6f20686572650d0a" },
	/* PROXY UNKNOWN\n */
	{ .id = "v1-unknown-lf", .want = WIRE_BAD, .anomaly = "v1.lone_lf",
	  .hex = "50524f585920554e4b4e4f574e0a" },
	/* PROXY UNKNOWN\nGET /index.html HTTP/1.0 */
	{ .id = "v1-unknown-lf-http", .want = WIRE_BAD,
	  .anomaly = "v1.lone_lf",
	  .hex =
		"50524f585920554e4b4e4f574e0a474554202f696e6465782e68746d6c20"
		"485454502f312e30" },
	/* PROXY UNKNOWN \r */
	{ .id = "v1-unknown-cr-only", .want = WIRE_SHORT, .anomaly = "none",
	  .hex = "50524f585920554e4b4e4f574e200d" },
	/* PROXY UNKNOWN\r\r\r\r\rHello, world! */
	{ .id = "v1-unknown-crs", .want = WIRE_BAD, .anomaly = "v1.lone_cr",
	  .hex =
		"50524f585920554e4b4e4f574e0d0d0d0d0d48656c6c6f2c20776f726c64"
		"21" },
	/* PROXY UNKNOWN 0000:0000:0000:0000:0000:0000:0000:0001 0000:0000:0000:0000:0000:0000:0000:0001 65535 65535X\r\n */
	{ .id = "v1-unknown-108", .want = WIRE_BAD,
	  .anomaly = "v1.no_crlf_in_107",
	  .hex =
		"50524f585920554e4b4e4f574e20303030303a303030303a303030303a30"
		"3030303a303030303a303030303a303030303a3030303120303030303a30"
		"3030303a303030303a303030303a303030303a303030303a303030303a30"
		"303031203635353335203635353335580d0a" },
	/* PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535  \r\n */
	{ .id = "v1-unknown-too-long-ppp", .want = WIRE_BAD,
	  .anomaly = "v1.no_crlf_in_107",
	  .hex =
		"50524f585920554e4b4e4f574e20666666663a666666663a666666663a66"
		"6666663a666666663a666666663a666666663a6666666620666666663a66"
		"6666663a666666663a666666663a666666663a666666663a666666663a66"
		"66666620363535333520363535333520200d0a" },
	/* PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535 too long\r\n */
	{ .id = "v1-unknown-too-long-kanidm", .want = WIRE_BAD,
	  .anomaly = "v1.no_crlf_in_107",
	  .hex =
		"50524f585920554e4b4e4f574e20666666663a666666663a666666663a66"
		"6666663a666666663a666666663a666666663a6666666620666666663a66"
		"6666663a666666663a666666663a666666663a666666663a666666663a66"
		"66666620363535333520363535333520746f6f206c6f6e670d0a" },
	/* PROXY UNKNOWN 1234:5678:9abc:def0:cafe:babe:dead:2bad 1234:5678:9abc:def0:cafe:babe:dead:2bad 65533 65533 \r\n */
	{ .id = "v1-unknown-long-pires", .want = WIRE_BAD,
	  .anomaly = "v1.no_crlf_in_107",
	  .hex =
		"50524f585920554e4b4e4f574e20313233343a353637383a396162633a64"
		"6566303a636166653a626162653a646561643a3262616420313233343a35"
		"3637383a396162633a646566303a636166653a626162653a646561643a32"
		"626164203635353333203635353333200d0a" },
	/* PROXY TCP4 192.168.201.102 1.2.3.4 0 65535\r\n */
	{ .id = "v1-port-0", .want = WIRE_OK, .anomaly = "none", .version = 1,
	  .cmd = PP_CMD_PROXY, .family = "inet", .proto = "stream",
	  .src = "192.168.201.102", .sport = 0, .dst = "1.2.3.4",
	  .dport = 65535, .hdr_len = 44,
	  .hex =
		"50524f58592054435034203139322e3136382e3230312e31303220312e32"
		"2e332e3420302036353533350d0a" },
	/* PROXY TCP4 192.0.2.1 198.51.100.1 0 443\r\n */
	{ .id = "v1-port-0-ats-src", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "192.0.2.1", .sport = 0,
	  .dst = "198.51.100.1", .dport = 443, .hdr_len = 41,
	  .hex =
		"50524f58592054435034203139322e302e322e31203139382e35312e3130"
		"302e312030203434330d0a" },
	/* PROXY TCP4 192.0.2.1 198.51.100.1 50000 0\r\n */
	{ .id = "v1-port-0-ats-dst", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "192.0.2.1", .sport = 50000,
	  .dst = "198.51.100.1", .dport = 0, .hdr_len = 43,
	  .hex =
		"50524f58592054435034203139322e302e322e31203139382e35312e3130"
		"302e3120353030303020300d0a" },
	/* PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n */
	{ .id = "v1-any-any-00", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "0.0.0.0", .sport = 0, .dst = "0.0.0.0",
	  .dport = 0, .hdr_len = 32,
	  .hex =
		"50524f5859205443503420302e302e302e3020302e302e302e3020302030"
		"0d0a" },
	/* PROXY TCP6 :: :: 0 0\r\n */
	{ .id = "v1-any6-any6-00", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "stream", .src = "::", .sport = 0, .dst = "::", .dport = 0,
	  .hdr_len = 22,
	  .hex = "50524f58592054435036203a3a203a3a203020300d0a" },
	/* PROXY TCP4 230.0.0.1 10.1.1.3 1234 5678\r\n */
	{ .id = "v1-multicast-src", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "230.0.0.1", .sport = 1234,
	  .dst = "10.1.1.3", .dport = 5678, .hdr_len = 41,
	  .hex =
		"50524f58592054435034203233302e302e302e312031302e312e312e3320"
		"3132333420353637380d0a" },
	/* PROXY TCP4 10.1.1.2 0.0.0.0 1234 5678\r\n */
	{ .id = "v1-zero-dst", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "10.1.1.2", .sport = 1234,
	  .dst = "0.0.0.0", .dport = 5678, .hdr_len = 39,
	  .hex =
		"50524f585920544350342031302e312e312e3220302e302e302e30203132"
		"333420353637380d0a" },
	/* PROXY TCP4 01.2.3.4 5.6.7.8 80 443\r\n */
	{ .id = "v1-lead0-octet", .want = WIRE_BAD, .anomaly = "v1.addr4",
	  .hex =
		"50524f585920544350342030312e322e332e3420352e362e372e38203830"
		"203434330d0a" },
	/* PROXY TCP4 255.0255.255.255 255.255.255.255 65535 65535\r\n */
	{ .id = "v1-lead0-octet-0255", .want = WIRE_BAD,
	  .anomaly = "v1.addr4",
	  .hex =
		"50524f58592054435034203235352e303235352e3235352e323535203235"
		"352e3235352e3235352e3235352036353533352036353533350d0a" },
	/* PROXY TCP4 01.02.03.04 04.03.02.01 123 321\r\n */
	{ .id = "v1-lead0-octets-all", .want = WIRE_BAD,
	  .anomaly = "v1.addr4",
	  .hex =
		"50524f585920544350342030312e30322e30332e30342030342e30332e30"
		"322e303120313233203332310d0a" },
	/* PROXY TCP4 255.255.255.255 255.255.255.255 05535 65535\r\n */
	{ .id = "v1-lead0-sport", .want = WIRE_BAD, .anomaly = "v1.port",
	  .hex =
		"50524f58592054435034203235352e3235352e3235352e32353520323535"
		"2e3235352e3235352e3235352030353533352036353533350d0a" },
	/* PROXY TCP4 255.255.255.255 255.255.255.255 65535 05535\r\n */
	{ .id = "v1-lead0-dport", .want = WIRE_BAD, .anomaly = "v1.port",
	  .hex =
		"50524f58592054435034203235352e3235352e3235352e32353520323535"
		"2e3235352e3235352e3235352036353533352030353533350d0a" },
	/* PROXY TCP4 1.2.3.4 5.6.7.8 080 443\r\n */
	{ .id = "v1-lead0-port-pires", .want = WIRE_BAD, .anomaly = "v1.port",
	  .hex =
		"50524f5859205443503420312e322e332e3420352e362e372e3820303830"
		"203434330d0a" },
	/* PROXY TCP6 ::ffff:192.168.0.1 ::ffff:192.168.0.1 53740 10001\r\n */
	{ .id = "v1-mapped-tcp6", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "stream", .src = "::ffff:192.168.0.1", .sport = 53740,
	  .dst = "::ffff:192.168.0.1", .dport = 10001, .hdr_len = 62,
	  .hex =
		"50524f58592054435036203a3a666666663a3139322e3136382e302e3120"
		"3a3a666666663a3139322e3136382e302e31203533373430203130303031"
		"0d0a" },
	/* PROXY TCP6 ::ffff:127.0.0.1 ::ffff:127.0.0.1 65533 65533\r\nGET / */
	{ .id = "v1-mapped-tcp6-pires", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "stream", .src = "::ffff:127.0.0.1", .sport = 65533,
	  .dst = "::ffff:127.0.0.1", .dport = 65533, .hdr_len = 58,
	  .hex =
		"50524f58592054435036203a3a666666663a3132372e302e302e31203a3a"
		"666666663a3132372e302e302e312036353533332036353533330d0a4745"
		"54202f" },
	/* PROXY TCP6 2001:db8::1 ::ffff:192.0.2.1 51512 22\r\n */
	{ .id = "v1-mapped-mixed", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "stream", .src = "2001:db8::1", .sport = 51512,
	  .dst = "::ffff:192.0.2.1", .dport = 22, .hdr_len = 50,
	  .hex =
		"50524f5859205443503620323030313a6462383a3a31203a3a666666663a"
		"3139322e302e322e312035313531322032320d0a" },
	/* PROXY TCP6 ::FFFF:1.2.3.4 ::FFFF:4.3.2.1 123 321\r\n */
	{ .id = "v1-mapped-upper", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "stream", .src = "::ffff:1.2.3.4", .sport = 123,
	  .dst = "::ffff:4.3.2.1", .dport = 321, .hdr_len = 50,
	  .hex =
		"50524f58592054435036203a3a464646463a312e322e332e34203a3a4646"
		"46463a342e332e322e3120313233203332310d0a" },
	/* PROXY TCP6 2001:db8::1 192.0.2.1 51512 22\r\n */
	{ .id = "v1-nginx-mixed-bug", .want = WIRE_BAD, .anomaly = "v1.addr6",
	  .hex =
		"50524f5859205443503620323030313a6462383a3a31203139322e302e32"
		"2e312035313531322032320d0a" },
	/* PROXY TCP6 192.0.2.1 2001:db8::1 51512 22\r\n */
	{ .id = "v1-tcp6-v4-src", .want = WIRE_BAD, .anomaly = "v1.addr6",
	  .hex =
		"50524f58592054435036203139322e302e322e3120323030313a6462383a"
		"3a312035313531322032320d0a" },
	/* PROXY TCP6 192.0.2.1 192.0.2.2 1234 5678\r\n */
	{ .id = "v1-tcp6-both-v4", .want = WIRE_BAD, .anomaly = "v1.addr6",
	  .hex =
		"50524f58592054435036203139322e302e322e31203139322e302e322e32"
		"203132333420353637380d0a" },
	/* PROXY TCP4 ::1 ::1 65533 65533\r\n */
	{ .id = "v1-tcp4-v6addr", .want = WIRE_BAD, .anomaly = "v1.addr4",
	  .hex =
		"50524f58592054435034203a3a31203a3a31203635353333203635353333"
		"0d0a" },
	/* PROXY TCP4 ::ffff:127.0.0.1 ::ffff:127.0.0.1 65533 65533\r\n */
	{ .id = "v1-tcp4-mapped", .want = WIRE_BAD, .anomaly = "v1.addr4",
	  .hex =
		"50524f58592054435034203a3a666666663a3132372e302e302e31203a3a"
		"666666663a3132372e302e302e312036353533332036353533330d0a" },
	/* PROXY TCP4 1:f::2 5:a::8 1234 5678\r\n */
	{ .id = "v1-tcp4-v6addr-varnish", .want = WIRE_BAD,
	  .anomaly = "v1.addr4",
	  .hex =
		"50524f5859205443503420313a663a3a3220353a613a3a38203132333420"
		"353637380d0a" },
	/* PROXY TCP6 1.2.3.4 5.6.7.8 1234 5678\r\n */
	{ .id = "v1-tcp6-v4addr-varnish", .want = WIRE_BAD,
	  .anomaly = "v1.addr6",
	  .hex =
		"50524f5859205443503620312e322e332e3420352e362e372e3820313233"
		"3420353637380d0a" },
	/* PROXY TCP6 fe80::1%eth0 fe80::2 80 443\r\n */
	{ .id = "v1-zone", .want = WIRE_BAD, .anomaly = "v1.addr6",
	  .hex =
		"50524f5859205443503620666538303a3a31256574683020666538303a3a"
		"32203830203434330d0a" },
	/* PROXY TCP6 fe80::1 fe80::2%eth0 80 443\r\n */
	{ .id = "v1-zone-dst", .want = WIRE_BAD, .anomaly = "v1.addr6",
	  .hex =
		"50524f5859205443503620666538303a3a3120666538303a3a3225657468"
		"30203830203434330d0a" },
	/* PROXY TCP4 1.2.3.4 5.6.7.8 1234 5678\n */
	{ .id = "v1-crlf-missing-lf-only", .want = WIRE_BAD,
	  .anomaly = "v1.lone_lf",
	  .hex =
		"50524f5859205443503420312e322e332e3420352e362e372e3820313233"
		"3420353637380a" },
	/* PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\nGET / HTTP/1.1\r\n */
	{ .id = "v1-lf-then-http", .want = WIRE_BAD, .anomaly = "v1.lone_lf",
	  .hex =
		"50524f58592054435034203139322e3136382e302e31203139322e313638"
		"2e302e3131203536333234203434330a474554202f20485454502f312e31"
		"0d0a" },
	/* PROXY TCP4 192.0.2.1 198.51.100.1 50000 443\r */
	{ .id = "v1-cr-only", .want = WIRE_SHORT, .anomaly = "none",
	  .hex =
		"50524f58592054435034203139322e302e322e31203139382e35312e3130"
		"302e31203530303030203434330d" },
	/* PROXY TCP4 127.0.0.1 192.168.1.1 80 443\r\t */
	{ .id = "v1-cr-tab", .want = WIRE_BAD, .anomaly = "v1.lone_cr",
	  .hex =
		"50524f58592054435034203132372e302e302e31203139322e3136382e31"
		"2e31203830203434330d09" },
	/* PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r */
	{ .id = "v1-cr-partial-ppp", .want = WIRE_SHORT, .anomaly = "none",
	  .hex =
		"50524f58592054435034203235352e3235352e3235352e32353520323535"
		"2e3235352e3235352e3235352036353533352036353533350d" },
	/* PROXY  TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n */
	{ .id = "v1-two-sp-1", .want = WIRE_BAD, .anomaly = "v1.proto",
	  .hex =
		"50524f5859202054435034203235352e3235352e3235352e323535203235"
		"352e3235352e3235352e3235352036353533352036353533350d0a" },
	/* PROXY TCP4  255.255.255.255 255.255.255.255 65535 65535\r\n */
	{ .id = "v1-two-sp-2", .want = WIRE_BAD, .anomaly = "v1.fields",
	  .hex =
		"50524f5859205443503420203235352e3235352e3235352e323535203235"
		"352e3235352e3235352e3235352036353533352036353533350d0a" },
	/* PROXY TCP4 255.255.255.255  255.255.255.255 65535 65535\r\n */
	{ .id = "v1-two-sp-3", .want = WIRE_BAD, .anomaly = "v1.fields",
	  .hex =
		"50524f58592054435034203235352e3235352e3235352e32353520203235"
		"352e3235352e3235352e3235352036353533352036353533350d0a" },
	/* PROXY TCP4 255.255.255.255 255.255.255.255  65535 65535\r\n */
	{ .id = "v1-two-sp-4", .want = WIRE_BAD, .anomaly = "v1.fields",
	  .hex =
		"50524f58592054435034203235352e3235352e3235352e32353520323535"
		"2e3235352e3235352e323535202036353533352036353533350d0a" },
	/* PROXY TCP4 255.255.255.255 255.255.255.255 65535  65535\r\n */
	{ .id = "v1-two-sp-5", .want = WIRE_BAD, .anomaly = "v1.fields",
	  .hex =
		"50524f58592054435034203235352e3235352e3235352e32353520323535"
		"2e3235352e3235352e323535203635353335202036353533350d0a" },
	/* PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535 \r\n */
	{ .id = "v1-trail-sp", .want = WIRE_BAD, .anomaly = "v1.fields",
	  .hex =
		"50524f58592054435034203235352e3235352e3235352e32353520323535"
		"2e3235352e3235352e323535203635353335203635353335200d0a" },
	/* PROXY TCP4 1.2.3.4 5.6.7.8 80 443 extra\r\n */
	{ .id = "v1-extra-token", .want = WIRE_BAD, .anomaly = "v1.fields",
	  .hex =
		"50524f5859205443503420312e322e332e3420352e362e372e3820383020"
		"3434332065787472610d0a" },
	/* PROXY TCP4 192.168.0.1 192.168.0.11 56324 443 123\r\n */
	{ .id = "v1-extra-netty", .want = WIRE_BAD, .anomaly = "v1.fields",
	  .hex =
		"50524f58592054435034203139322e3136382e302e31203139322e313638"
		"2e302e313120353633323420343433203132330d0a" },
	/* PROXY TCP4 192.168.0.1 192.168.0.11 56324\r\n */
	{ .id = "v1-missing-dport", .want = WIRE_BAD, .anomaly = "v1.fields",
	  .hex =
		"50524f58592054435034203139322e3136382e302e31203139322e313638"
		"2e302e31312035363332340d0a" },
	/* PROXY TCP4 192.0.2.1 198.51.100.1\r\n */
	{ .id = "v1-missing-ports", .want = WIRE_BAD, .anomaly = "v1.fields",
	  .hex =
		"50524f58592054435034203139322e302e322e31203139382e35312e3130"
		"302e310d0a" },
	/* PROXY TCP4 192.0.2.1 198.51.100.1 50000 \r\n */
	{ .id = "v1-empty-dport", .want = WIRE_BAD, .anomaly = "v1.port",
	  .hex =
		"50524f58592054435034203139322e302e322e31203139382e35312e3130"
		"302e31203530303030200d0a" },
	/* PROXY TCP4 1.2.3.4 5.6.7.8  443\r\n */
	{ .id = "v1-empty-sport", .want = WIRE_BAD, .anomaly = "v1.fields",
	  .hex =
		"50524f5859205443503420312e322e332e3420352e362e372e3820203434"
		"330d0a" },
	/* PROXY TCP6\r\n */
	{ .id = "v1-tcp6-only", .want = WIRE_BAD, .anomaly = "v1.fields",
	  .hex = "50524f585920544350360d0a" },
	/* PROXY TCP4 garbage\r\n */
	{ .id = "v1-garbage-addr", .want = WIRE_BAD, .anomaly = "v1.addr4",
	  .hex = "50524f5859205443503420676172626167650d0a" },
	/* PROXY TCP6 1:2:3::4 5:6::7:8 1234\r\nmore data */
	{ .id = "v1-tcp6-missing-dst", .want = WIRE_BAD,
	  .anomaly = "v1.fields",
	  .hex =
		"50524f5859205443503620313a323a333a3a3420353a363a3a373a382031"
		"3233340d0a6d6f72652064617461" },
	/* PROXY TCP6 fc:00:00:00:1:2:3:4\r\n */
	{ .id = "v1-tcp6-1arg", .want = WIRE_BAD, .anomaly = "v1.fields",
	  .hex =
		"50524f585920544350362066633a30303a30303a30303a313a323a333a34"
		"0d0a" },
	/* PROXY TCP4 192.0.2.1 198.51.100.1 65536 443\r\n */
	{ .id = "v1-port-65536", .want = WIRE_BAD, .anomaly = "v1.port",
	  .hex =
		"50524f58592054435034203139322e302e322e31203139382e35312e3130"
		"302e31203635353336203434330d0a" },
	/* PROXY TCP4 192.0.2.1 198.51.100.1 50000 65536\r\n */
	{ .id = "v1-port-65536-d", .want = WIRE_BAD, .anomaly = "v1.port",
	  .hex =
		"50524f58592054435034203139322e302e322e31203139382e35312e3130"
		"302e312035303030302036353533360d0a" },
	/* PROXY TCP4 192.0.2.1 198.51.100.1 131152 443\r\n */
	{ .id = "v1-port-131152", .want = WIRE_BAD, .anomaly = "v1.port",
	  .hex =
		"50524f58592054435034203139322e302e322e31203139382e35312e3130"
		"302e3120313331313532203434330d0a" },
	/* PROXY TCP4 127.0.0.1 127.0.0.1 99999 99999\r\n */
	{ .id = "v1-port-99999", .want = WIRE_BAD, .anomaly = "v1.port",
	  .hex =
		"50524f58592054435034203132372e302e302e31203132372e302e302e31"
		"2039393939392039393939390d0a" },
	/* PROXY TCP4 192.168.0.1 192.168.0.11 80000 443\r\n */
	{ .id = "v1-port-80000", .want = WIRE_BAD, .anomaly = "v1.port",
	  .hex =
		"50524f58592054435034203139322e3136382e302e31203139322e313638"
		"2e302e3131203830303030203434330d0a" },
	/* PROXY TCP4 1.2.3.4 5.6.7.8 +80 443\r\n */
	{ .id = "v1-port-plus", .want = WIRE_BAD, .anomaly = "v1.port",
	  .hex =
		"50524f5859205443503420312e322e332e3420352e362e372e38202b3830"
		"203434330d0a" },
	/* PROXY TCP4 1.2.3.4 5.6.7.8 -1 -1\r\n */
	{ .id = "v1-port-minus", .want = WIRE_BAD, .anomaly = "v1.port",
	  .hex =
		"50524f5859205443503420312e322e332e3420352e362e372e38202d3120"
		"2d310d0a" },
	/* PROXY TCP4 1.2.3.4 5.6.7.8 80 443a\r\n */
	{ .id = "v1-port-trail-garbage", .want = WIRE_BAD,
	  .anomaly = "v1.port",
	  .hex =
		"50524f5859205443503420312e322e332e3420352e362e372e3820383020"
		"343433610d0a" },
	/* PROXY TCP4 1.2.3.4 5.6.7.8 ab cd\r\n */
	{ .id = "v1-port-alpha", .want = WIRE_BAD, .anomaly = "v1.port",
	  .hex =
		"50524f5859205443503420312e322e332e3420352e362e372e3820616220"
		"63640d0a" },
	/* PROXY TCP6 1:2:3::4 5:6::7:8 abc 5678\r\n */
	{ .id = "v1-port6-abc", .want = WIRE_BAD, .anomaly = "v1.port",
	  .hex =
		"50524f5859205443503620313a323a333a3a3420353a363a3a373a382061"
		"626320353637380d0a" },
	/* PROXY TCP6 1:2:3::4 5:6::7:8 -1 5678\r\n */
	{ .id = "v1-port6-neg", .want = WIRE_BAD, .anomaly = "v1.port",
	  .hex =
		"50524f5859205443503620313a323a333a3a3420353a363a3a373a38202d"
		"3120353637380d0a" },
	/* PROXY TCP6 1:2:3::4 5:6::7:8 66776 1234\r\n */
	{ .id = "v1-port6-66776", .want = WIRE_BAD, .anomaly = "v1.port",
	  .hex =
		"50524f5859205443503620313a323a333a3a3420353a363a3a373a382036"
		"3637373620313233340d0a" },
	/* PROXY TCP4 299.168.0.1 192.168.0.11 56324 443\r\n */
	{ .id = "v1-addr-299", .want = WIRE_BAD, .anomaly = "v1.addr4",
	  .hex =
		"50524f58592054435034203239392e3136382e302e31203139322e313638"
		"2e302e3131203536333234203434330d0a" },
	/* PROXY TCP4 255.255.255.255 256.255.255.255 65535 65535\r\n */
	{ .id = "v1-addr-256", .want = WIRE_BAD, .anomaly = "v1.addr4",
	  .hex =
		"50524f58592054435034203235352e3235352e3235352e32353520323536"
		"2e3235352e3235352e3235352036353533352036353533350d0a" },
	/* PROXY TCP4 invalid invalid 65533 65533\r\n */
	{ .id = "v1-addr-invalid", .want = WIRE_BAD, .anomaly = "v1.addr4",
	  .hex =
		"50524f5859205443503420696e76616c696420696e76616c696420363535"
		"33332036353533330d0a" },
	/* PROXY TCP6 ffff:gggg:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n */
	{ .id = "v1-addr6-g", .want = WIRE_BAD, .anomaly = "v1.addr6",
	  .hex =
		"50524f5859205443503620666666663a676767673a666666663a66666666"
		"3a666666663a666666663a666666663a6666666620666666663a66666666"
		"3a666666663a666666663a666666663a666666663a666666663a66666666"
		"2036353533352036353533350d0a" },
	/* PROXY TCP6 r001:0db8:85a3:0000:0000:8a2e:0370:7334 1050:0:0:0:5:600:300c:326b 56324 443\r\n */
	{ .id = "v1-addr6-r001", .want = WIRE_BAD, .anomaly = "v1.addr6",
	  .hex =
		"50524f5859205443503620723030313a306462383a383561333a30303030"
		"3a303030303a386132653a303337303a3733333420313035303a303a303a"
		"303a353a3630303a333030633a33323662203536333234203434330d0a" },
	/* PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:0ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n */
	{ .id = "v1-addr6-5hex", .want = WIRE_BAD, .anomaly = "v1.addr6",
	  .hex =
		"50524f5859205443503620666666663a666666663a666666663a66666666"
		"3a666666663a666666663a666666663a6666666620666666663a66666666"
		"3a30666666663a666666663a666666663a666666663a666666663a666666"
		"662036353533352036353533350d0a" },
	/* PROXY TCP6 ffff::ffff:ffff:ffff:ffff::ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n */
	{ .id = "v1-addr6-2dcolon", .want = WIRE_BAD, .anomaly = "v1.addr6",
	  .hex =
		"50524f5859205443503620666666663a3a666666663a666666663a666666"
		"663a666666663a3a6666666620666666663a666666663a666666663a6666"
		"66663a666666663a666666663a666666663a666666662036353533352036"
		"353533350d0a" },
	/* PROXY TCP6 1::2:3::4 5:6::7:8 1234 5678\r\n */
	{ .id = "v1-addr6-2dcolon-envoy", .want = WIRE_BAD,
	  .anomaly = "v1.addr6",
	  .hex =
		"50524f5859205443503620313a3a323a333a3a3420353a363a3a373a3820"
		"3132333420353637380d0a" },
	/* PROXY TCP6 not-an-ip ::1 1234 5678\r\n */
	{ .id = "v1-addr6-notip", .want = WIRE_BAD, .anomaly = "v1.addr6",
	  .hex =
		"50524f58592054435036206e6f742d616e2d6970203a3a31203132333420"
		"353637380d0a" },
	/* PROXY TCP4 [1:2:3::4] 1.2.3.4 1234 5678\r\n */
	{ .id = "v1-addr-brackets", .want = WIRE_BAD, .anomaly = "v1.addr4",
	  .hex =
		"50524f58592054435034205b313a323a333a3a345d20312e322e332e3420"
		"3132333420353637380d0a" },
	/* PROXY UDP4 192.168.0.1 192.168.0.11 56324 443\r\n */
	{ .id = "v1-proto-udp4", .want = WIRE_BAD, .anomaly = "v1.proto",
	  .hex =
		"50524f58592055445034203139322e3136382e302e31203139322e313638"
		"2e302e3131203536333234203434330d0a" },
	/* PROXY UDP6 1:2:3::4 5:6::7:8 1234 5678\r\n */
	{ .id = "v1-proto-udp6", .want = WIRE_BAD, .anomaly = "v1.proto",
	  .hex =
		"50524f5859205544503620313a323a333a3a3420353a363a3a373a382031"
		"32333420353637380d0a" },
	/* PROXY TCP7 192.168.0.1 192.168.0.11 56324 443\r\n */
	{ .id = "v1-proto-tcp7", .want = WIRE_BAD, .anomaly = "v1.proto",
	  .hex =
		"50524f58592054435037203139322e3136382e302e31203139322e313638"
		"2e302e3131203536333234203434330d0a" },
	/* PROXY UNIX :1 :1 234 234\r\n */
	{ .id = "v1-proto-unix", .want = WIRE_BAD, .anomaly = "v1.proto",
	  .hex = "50524f585920554e4958203a31203a3120323334203233340d0a" },
	/* PROXY tcp4\r\n */
	{ .id = "v1-proto-lower", .want = WIRE_BAD, .anomaly = "v1.proto",
	  .hex = "50524f585920746370340d0a" },
	/* PROXY UNKN\r\n */
	{ .id = "v1-proto-unkn", .want = WIRE_BAD, .anomaly = "v1.proto",
	  .hex = "50524f585920554e4b4e0d0a" },
	/* PROXY XXXXXXX\r\n */
	{ .id = "v1-proto-xxxxxxx", .want = WIRE_BAD, .anomaly = "v1.proto",
	  .hex = "50524f585920585858585858580d0a" },
	/* PROXY SOMETHING\r\n */
	{ .id = "v1-proto-something", .want = WIRE_BAD, .anomaly = "v1.proto",
	  .hex = "50524f585920534f4d455448494e470d0a" },
	/* PROXY \r\n */
	{ .id = "v1-proxy-sp-crlf", .want = WIRE_BAD, .anomaly = "v1.proto",
	  .hex = "50524f5859200d0a" },
	/* PROXY\r\n */
	{ .id = "v1-proxy-crlf", .want = WIRE_BAD, .anomaly = "no_signature",
	  .hex = "50524f58590d0a" },
	/* PROXY \n */
	{ .id = "v1-proxy-sp-lf", .want = WIRE_BAD, .anomaly = "v1.lone_lf",
	  .hex = "50524f5859200a" },
	/* PROXYjunk TCP4 1.2.3.4 5.6.7.8 80 443\r\n */
	{ .id = "v1-bad-first-token", .want = WIRE_BAD,
	  .anomaly = "no_signature",
	  .hex =
		"50524f58596a756e6b205443503420312e322e332e3420352e362e372e38"
		"203830203434330d0a" },
	/* PROXYTCP4 1.2.3.4 5.6.7.8 80 443\r\n */
	{ .id = "v1-glued-proto", .want = WIRE_BAD, .anomaly = "no_signature",
	  .hex =
		"50524f58595443503420312e322e332e3420352e362e372e382038302034"
		"34330d0a" },
	{ .id = "v1-ping", .want = WIRE_BAD, .anomaly = "no_signature",
	  .hex =
		"50494e472054435034203139322e3136382e302e31203139322e3136382e"
		"302e3131203536333234203434330d0a" },
	/* PROX TCP4 192.0.2.1 198.51.100.1 50000 443\r\n */
	{ .id = "v1-prox-typo", .want = WIRE_BAD, .anomaly = "no_signature",
	  .hex =
		"50524f582054435034203139322e302e322e31203139382e35312e313030"
		"2e31203530303030203434330d0a" },
	/* PROXZ TCP4 192.0.2.1 198.51.100.1 50000 443\r\n */
	{ .id = "v1-proxz", .want = WIRE_BAD, .anomaly = "no_signature",
	  .hex =
		"50524f585a2054435034203139322e302e322e31203139382e35312e3130"
		"302e31203530303030203434330d0a" },
	{ .id = "v1-bogus", .want = WIRE_BAD, .anomaly = "no_signature",
	  .hex = "424f4755530d0a" },
	/* PROXY A B C D E\r\n */
	{ .id = "v1-abcde", .want = WIRE_BAD, .anomaly = "v1.proto",
	  .hex = "50524f5859204120422043204420450d0a" },
	/* PROXY A B C D E F\r\n */
	{ .id = "v1-abcdef", .want = WIRE_BAD, .anomaly = "v1.proto",
	  .hex = "50524f58592041204220432044204520460d0a" },
	/* PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535 xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx */
	{ .id = "v1-long-libpp", .want = WIRE_BAD, .anomaly = "v1.fields",
	  .hex =
		"50524f58592054435034203235352e3235352e3235352e32353520323535"
		"2e3235352e3235352e32353520363535333520363535333520 78*60" },
	/* PROXY TCP6 0000:0000:0000:0000:0000:0000:0000:0001 0000:0000:0000:0000:0000:0000:0000:0001 65535 65535XXXX\r\n */
	{ .id = "v1-108-tcp6-mailgun", .want = WIRE_BAD, .anomaly = "v1.port",
	  .hex =
		"50524f5859205443503620303030303a303030303a303030303a30303030"
		"3a303030303a303030303a303030303a3030303120303030303a30303030"
		"3a303030303a303030303a303030303a303030303a303030303a30303031"
		"203635353335203635353335585858580d0a" },
	/* PROXY TCP4 192.168.0.1 192.168.0.11 56324 00000000000000000000000000000000000000000000000000000000000000000443\r\n */
	{ .id = "v1-netty-too-long", .want = WIRE_BAD, .anomaly = "v1.port",
	  .hex =
		"50524f58592054435034203139322e3136382e302e31203139322e313638"
		"2e302e313120353633323420 30*65 3434330d0a" },
	{ .id = "v1-envoy-256sp", .want = WIRE_BAD, .anomaly = "v1.fields",
	  .hex =
		"50524f5859205443503420312e322e332e3420322e332e342e3520313030"
		"20313030 20*256" },
	{ .id = "v1-envoy-120digits", .want = WIRE_BAD,
	  .anomaly = "no_signature",
	  .hex =
		"313233343536373839303132333435363738393031323334353637383930"
		"313233343536373839303132333435363738393031323334353637383930"
		"313233343536373839303132333435363738393031323334353637383930"
		"313233343536373839303132333435363738393031323334353637383930" },
	/* PROXY TCP4 1.2.3.4 5.6.7.8 1234 5678 */
	{ .id = "v1-more-envoy-1", .want = WIRE_SHORT, .anomaly = "none",
	  .hex =
		"50524f5859205443503420312e322e332e3420352e362e372e3820313233"
		"342035363738" },
	/* PROXY TCP4 1.2.3 */
	{ .id = "v1-more-envoy-2", .want = WIRE_SHORT, .anomaly = "none",
	  .hex = "50524f5859205443503420312e322e33" },
	/* PROXY */
	{ .id = "v1-more-proxy", .want = WIRE_SHORT, .anomaly = "none",
	  .hex = "50524f5859" },
	/* PROX */
	{ .id = "v1-more-prox", .want = WIRE_SHORT, .anomaly = "none",
	  .hex = "50524f58" },
	/* PROXY UNKN */
	{ .id = "v1-more-unkn", .want = WIRE_SHORT, .anomaly = "none",
	  .hex = "50524f585920554e4b4e" },
	/* PROXY TCP4 192.168.0.1 192.168.0.11 56324 */
	{ .id = "v1-more-netty", .want = WIRE_SHORT, .anomaly = "none",
	  .hex =
		"50524f58592054435034203139322e3136382e302e31203139322e313638"
		"2e302e3131203536333234" },
	/* PROXY UNKNOWN */
	{ .id = "v1-more-unknown", .want = WIRE_SHORT, .anomaly = "none",
	  .hex = "50524f585920554e4b4e4f574e" },
	/* PROXY UNKNO */
	{ .id = "v1-more-kanidm", .want = WIRE_SHORT, .anomaly = "none",
	  .hex = "50524f585920554e4b4e4f" },
	/* PROXY TCP4 127.0.0.1 127.0.0.1  */
	{ .id = "v1-more-tcp4", .want = WIRE_SHORT, .anomaly = "none",
	  .hex =
		"50524f58592054435034203132372e302e302e31203132372e302e302e31"
		"20" },
	/* PROXY TCP4 127.0.0.1 127.0.0.1 65533 65533 */
	{ .id = "v1-more-pires", .want = WIRE_SHORT, .anomaly = "none",
	  .hex =
		"50524f58592054435034203132372e302e302e31203132372e302e302e31"
		"203635353333203635353333" },
	/* PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535 */
	{ .id = "v1-more-56-nocrlf", .want = WIRE_SHORT, .anomaly = "none",
	  .hex =
		"50524f58592054435034203235352e3235352e3235352e32353520323535"
		"2e3235352e3235352e323535203635353335203635353335" },
	{ .id = "none-http", .want = WIRE_BAD, .anomaly = "no_signature",
	  .hex = "474554202f20485454502f312e310d0a" },
	{ .id = "none-spoon", .want = WIRE_BAD, .anomaly = "no_signature",
	  .hex = "5468657265206973206e6f2073706f6f6e" },
	{ .id = "none-crlf", .want = WIRE_SHORT, .anomaly = "none",
	  .hex = "0d0a" },
	{ .id = "none-xyz", .want = WIRE_BAD, .anomaly = "no_signature",
	  .hex = "58595a0d0a" },
	{ .id = "v2-tcp4-envoy", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "1.2.3.4", .sport = 773, .dst = "0.1.1.2",
	  .dport = 2, .hdr_len = 28,
	  .hex =
		"0d0a0d0a000d0a515549540a2111000c0102030400010102030500026d6f"
		"72652064617461" },
	{ .id = "v2-udp6-on-tcp-envoy", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "dgram", .src = "1:2:3::4", .sport = 8,
	  .dst = "1:100:200:3::", .dport = 2, .hdr_len = 52,
	  .hex =
		"0d0a0d0a000d0a515549540a212200240001000200030000000000000000"
		"000400010100020000030000000000000000000800026d6f726520646174"
		"61" },
	{ .id = "v2-tcp4-netty", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "192.168.0.1", .sport = 56324,
	  .dst = "192.168.0.11", .dport = 443, .hdr_len = 28,
	  .hex = "0d0a0d0a000d0a515549540a2111000cc0a80001c0a8000bdc0401bb" },
	{ .id = "v2-tcp6-netty", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "stream", .src = "2001:db8:85a3::8a2e:370:7334",
	  .sport = 56324, .dst = "1050::5:600:300c:326b", .dport = 443,
	  .hdr_len = 52,
	  .hex =
		"0d0a0d0a000d0a515549540a2121002420010db885a3000000008a2e0370"
		"7334105000000000000000050600300c326bdc0401bb" },
	{ .id = "v2-udp4-on-tcp-netty", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "dgram", .src = "192.168.0.1", .sport = 56324,
	  .dst = "192.168.0.11", .dport = 443, .hdr_len = 28,
	  .hex = "0d0a0d0a000d0a515549540a2112000cc0a80001c0a8000bdc0401bb" },
	{ .id = "v2-unix-stream-netty", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "unix",
	  .proto = "stream", .src = "/var/run/src.sock",
	  .dst = "/var/run/dest.sock", .hdr_len = 232,
	  .hex =
		"0d0a0d0a000d0a515549540a213100d82f7661722f72756e2f7372632e73"
		"6f636b 00*91 2f7661722f72756e2f646573742e736f636b 00*90" },
	{ .id = "v2-unix-alpn-netty", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "unix",
	  .proto = "stream", .src = "/var/run/src.sock",
	  .dst = "/var/run/dest.sock", .hdr_len = 236, .tlv_count = 1,
	  .tlvs = "01=01",
	  .hex =
		"0d0a0d0a000d0a515549540a213100dc2f7661722f72756e2f7372632e73"
		"6f636b 00*91 2f7661722f72756e2f646573742e736f636b 00*90 0100"
		"0101" },
	{ .id = "v2-unix-dgram-bind", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "unix",
	  .proto = "dgram", .src = "/run/src.sock", .dst = "/run/dst.sock",
	  .hdr_len = 232,
	  .hex =
		"0d0a0d0a000d0a515549540a213200d82f72756e2f7372632e736f636b 0"
		"0*95 2f72756e2f6473742e736f636b 00*95" },
	{ .id = "v2-unix-tlv-ppp", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "unspec",
	  .proto = "unspec", .hdr_len = 241,
	  .hex =
		"0d0a0d0a000d0a515549540a213000e1 ff*108  aa*108 020002050530"
		"0001050100020505" },
	{ .id = "v2-unix-twisted", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "unix",
	  .proto = "stream", .src = "/home/tests/mysockets/sock",
	  .dst = "/home/tests/mysockets/sock", .hdr_len = 232,
	  .hex =
		"0d0a0d0a000d0a515549540a213100d82f686f6d652f74657374732f6d79"
		"736f636b6574732f736f636b 00*82 2f686f6d652f74657374732f6d797"
		"36f636b6574732f736f636b 00*82" },
	{ .id = "v2-unix-icgood-crc", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "unix",
	  .proto = "stream", .src = "abc", .dst = "defghi", .hdr_len = 239,
	  .tlv_count = 1, .tlvs = "03=578a8eb4",
	  .hex =
		"0d0a0d0a000d0a515549540a213100df616263 00*105 646566676869 0"
		"0*102 030004578a8eb4" },
	{ .id = "v2-unix-pires-socket", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "unix",
	  .proto = "stream", .src = "socket", .dst = "socket", .hdr_len = 232,
	  .hex =
		"0d0a0d0a000d0a515549540a213100d8736f636b6574 00*102 736f636b"
		"6574 00*102" },
	{ .id = "v2-tcp4-spec12", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "192.0.2.1", .sport = 50000,
	  .dst = "198.51.100.1", .dport = 443, .hdr_len = 28,
	  .hex = "0d0a0d0a000d0a515549540a2111000cc0000201c6336401c35001bb" },
	{ .id = "v2-tcp6-ats", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "stream", .src = "2001:db8:0:1::", .sport = 50000,
	  .dst = "2001:db8:0:2::", .dport = 443, .hdr_len = 52,
	  .hex =
		"0d0a0d0a000d0a515549540a2121002420010db800000001000000000000"
		"000020010db8000000020000000000000000c35001bb" },
	{ .id = "v2-udp4-on-tcp-ats", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "dgram", .src = "192.0.2.1", .sport = 50000,
	  .dst = "198.51.100.1", .dport = 443, .hdr_len = 28,
	  .hex = "0d0a0d0a000d0a515549540a2112000cc0000201c6336401c35001bb" },
	{ .id = "v2-udp6-on-tcp-ats", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "dgram", .src = "2001:db8:0:1::", .sport = 50000,
	  .dst = "2001:db8:0:2::", .dport = 443, .hdr_len = 52,
	  .hex =
		"0d0a0d0a000d0a515549540a2122002420010db800000001000000000000"
		"000020010db8000000020000000000000000c35001bb" },
	{ .id = "v2-tcp4-pires", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "127.0.0.1", .sport = 65533,
	  .dst = "127.0.0.1", .dport = 65533, .hdr_len = 28,
	  .hex = "0d0a0d0a000d0a515549540a2111000c7f0000017f000001fffdfffd" },
	{ .id = "v2-tcp6-pires", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "stream", .src = "::1", .sport = 65533, .dst = "::1",
	  .dport = 65533, .hdr_len = 52,
	  .hex =
		"0d0a0d0a000d0a515549540a212100240000000000000000000000000000"
		"000100000000000000000000000000000001fffdfffd" },
	{ .id = "v2-tcp4-padded84-pires", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "127.0.0.1", .sport = 65533,
	  .dst = "127.0.0.1", .dport = 65533, .hdr_len = 100, .tlv_count = 24,
	  .tlvs =
		"00= 00= 00= 00= 00= 00= 00= 00= 00= 00= 00= 00= 00= 00= 00= "
		"00= 00= 00= 00= 00= 00= 00= 00= 00=",
	  .hex =
		"0d0a0d0a000d0a515549540a211100547f0000017f000001fffdfffd 00*"
		"72 999798" },
	{ .id = "v2-tcp6-padded84-pires", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "stream", .src = "::1", .sport = 65533, .dst = "::1",
	  .dport = 65533, .hdr_len = 100, .tlv_count = 16,
	  .tlvs =
		"00= 00= 00= 00= 00= 00= 00= 00= 00= 00= 00= 00= 00= 00= 00= "
		"00=",
	  .hex =
		"0d0a0d0a000d0a515549540a212100540000000000000000000000000000"
		"000100000000000000000000000000000001fffdfffd 00*48 999798" },
	{ .id = "v2-tcp4-twisted", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "127.0.0.1", .sport = 8080,
	  .dst = "127.0.0.1", .dport = 8888, .hdr_len = 28,
	  .hex =
		"0d0a0d0a000d0a515549540a2111000c7f0000017f0000011f9022b85445"
		"535420444154410d0a0d0a544553542044415441" },
	{ .id = "v2-tcp6-twisted", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "stream", .src = "::1", .sport = 8080, .dst = "::1",
	  .dport = 8888, .hdr_len = 52,
	  .hex =
		"0d0a0d0a000d0a515549540a212100240000000000000000000000000000"
		"0001000000000000000000000000000000011f9022b85445535420444154"
		"410d0a0d0a544553542044415441" },
	{ .id = "v2-tcp4-nginx", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "192.0.2.1", .sport = 123,
	  .dst = "192.0.2.2", .dport = 5678, .hdr_len = 28,
	  .hex = "0d0a0d0a000d0a515549540a2111000cc0000201c0000202007b162e" },
	{ .id = "v2-tcp6-nginx", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "stream", .src = "2001:db8::1", .sport = 123,
	  .dst = "2001:db8::2", .dport = 5678, .hdr_len = 52,
	  .hex =
		"0d0a0d0a000d0a515549540a2121002420010db800000000000000000000"
		"000120010db8000000000000000000000002007b162e" },
	{ .id = "v2-tcp4-tlv9zero-nginx", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "192.0.2.1", .sport = 123,
	  .dst = "192.0.2.2", .dport = 5678, .hdr_len = 37, .tlv_count = 3,
	  .tlvs = "00= 00= 00=",
	  .hex =
		"0d0a0d0a000d0a515549540a21110015c0000201c0000202007b162e0000"
		"00000000000000" },
	{ .id = "v2-tcp4-kanidm", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "172.24.12.118", .sport = 52683,
	  .dst = "172.24.11.143", .dport = 637, .hdr_len = 28,
	  .hex = "0d0a0d0a000d0a515549540a2111000cac180c76ac180b8fcdcb027d" },
	{ .id = "v2-tcp6-kanidm", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "stream", .src = "2403:580b:7d88:12::1fe", .sport = 54092,
	  .dst = "2403:580b:7d88:11::1043", .dport = 637, .hdr_len = 52,
	  .hex =
		"0d0a0d0a000d0a515549540a212100242403580b7d880012000000000000"
		"01fe2403580b7d8800110000000000001043d34c027d" },
	{ .id = "v2-tcp4-mailgun", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "127.0.0.1", .sport = 51755,
	  .dst = "127.0.0.1", .dport = 1025, .hdr_len = 28,
	  .hex = "0d0a0d0a000d0a515549540a2111000c7f0000017f000001ca2b0401" },
	{ .id = "v2-tcp6-mapped-mailgun", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "stream", .src = "::ffff:127.0.0.1", .sport = 52300,
	  .dst = "::ffff:127.0.0.1", .dport = 1025, .hdr_len = 52,
	  .hex =
		"0d0a0d0a000d0a515549540a2121002400000000000000000000ffff7f00"
		"000100000000000000000000ffff7f000001cc4c0401" },
	{ .id = "v2-tcp6-max-mailgun", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "stream", .src = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	  .sport = 65535, .dst = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
	  .dport = 65535, .hdr_len = 52,
	  .hex =
		"0d0a0d0a000d0a515549540a21210024ffffffffffffffffffffffffffff"
		"ffffffffffffffffffffffffffffffffffffffffffff" },
	{ .id = "v2-tcp6-crc-mailgun", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "stream", .src = "::1", .sport = 53135, .dst = "::1",
	  .dport = 1025, .hdr_len = 59, .tlv_count = 1, .tlvs = "03=fd16ee60",
	  .hex =
		"0d0a0d0a000d0a515549540a2121002b0000000000000000000000000000"
		"000100000000000000000000000000000001cf8f0401030004fd16ee60" },
	{ .id = "v2-udp6-crc-mailgun", .want = WIRE_BAD,
	  .anomaly = "tlv.crc_mismatch",
	  .hex =
		"0d0a0d0a000d0a515549540a2122002b0000000000000000000000000000"
		"000100000000000000000000000000000001cf8f0401030004fd16ee60" },
	{ .id = "v2-tcp4-icgood-crc", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "0.0.0.0", .sport = 0, .dst = "127.0.0.1",
	  .dport = 25, .hdr_len = 35, .tlv_count = 1, .tlvs = "03=25c91172",
	  .hex =
		"0d0a0d0a000d0a515549540a21110013000000007f000001000000190300"
		"0425c91172" },
	{ .id = "v2-tcp6-icgood-crc", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet6",
	  .proto = "stream", .src = "::1", .sport = 0, .dst = "::1",
	  .dport = 25, .hdr_len = 59, .tlv_count = 1, .tlvs = "03=708692e9",
	  .hex =
		"0d0a0d0a000d0a515549540a2121002b0000000000000000000000000000"
		"00010000000000000000000000000000000100000019030004708692e9" },
	{ .id = "v2-tcp4-bind", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "127.0.0.1", .sport = 56784,
	  .dst = "127.0.0.66", .dport = 11883, .hdr_len = 28,
	  .hex = "0d0a0d0a000d0a515549540a2111000c7f0000017f000042ddd02e6b" },
	{ .id = "v2-tcp4-tls-bind", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "127.0.0.1", .sport = 39754,
	  .dst = "127.0.0.67", .dport = 11883, .hdr_len = 46, .tlv_count = 1,
	  .tlvs =
		"20=0100000000210007544c5376312e32{01 00000000 21=544c5376312"
		"e32}",
	  .hex =
		"0d0a0d0a000d0a515549540a2111001e7f0000017f0000439b4a2e6b2000"
		"0f0100000000210007544c5376312e32" },
	{ .id = "v2-tcp4-tls-cn-bind", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "127.0.0.1", .sport = 40402,
	  .dst = "127.0.0.67", .dport = 11883, .hdr_len = 58, .tlv_count = 1,
	  .tlvs =
		"20=0700000000210007544c5376312e322200096d7174747573657231{07"
		" 00000000 21=544c5376312e32 22=6d7174747573657231}",
	  .hex =
		"0d0a0d0a000d0a515549540a2111002a7f0000017f0000439dd22e6b2000"
		"1b0700000000210007544c5376312e322200096d7174747573657231" },
	{ .id = "v2-tcp4-tls-bind-mqtt", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "127.0.0.1", .sport = 39754,
	  .dst = "127.0.0.67", .dport = 11883, .hdr_len = 46, .tlv_count = 1,
	  .tlvs =
		"20=0100000000210007544c5376312e32{01 00000000 21=544c5376312"
		"e32}",
	  .hex =
		"0d0a0d0a000d0a515549540a2111001e7f0000017f0000439b4a2e6b2000"
		"0f0100000000210007544c5376312e32101a00044d5154540402003c000e"
		"4d5154545f46585f436c69656e74" },
	{ .id = "v2-tcp4-ssl-netty", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "127.0.0.1", .sport = 51622,
	  .dst = "127.0.0.1", .dport = 1881, .hdr_len = 51, .tlv_count = 1,
	  .tlvs =
		"20=0500000000210005544c5376312200044c454146{05 00000000 21=5"
		"44c537631 22=4c454146}",
	  .hex =
		"0d0a0d0a000d0a515549540a211100237f0000017f000001c9a607592000"
		"140500000000210005544c5376312200044c454146" },
	{ .id = "v2-tcp4-ssl-cn-pires", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "127.0.0.1", .sport = 52362,
	  .dst = "127.0.0.1", .dport = 9006, .hdr_len = 80, .tlv_count = 1,
	  .tlvs =
		"20=0700000000210007544c5376312e3322001f4578616d706c6520436f6"
		"d6d6f6e204e616d6520436c69656e742043657274{07 00000000 21=544"
		"c5376312e33 22=4578616d706c6520436f6d6d6f6e204e616d6520436c6"
		"9656e742043657274}",
	  .hex =
		"0d0a0d0a000d0a515549540a211100407f0000017f000001cc8a232e2000"
		"310700000000210007544c5376312e3322001f4578616d706c6520436f6d"
		"6d6f6e204e616d6520436c69656e742043657274" },
	{ .id = "v2-tcp6-ssl-cipher-pires", .want = WIRE_OK,
	  .anomaly = "none", .version = 2, .cmd = PP_CMD_PROXY,
	  .family = "inet6", .proto = "stream", .src = "::ffff:10.1.91.14",
	  .sport = 62588, .dst = "::ffff:10.1.1.159", .dport = 443,
	  .hdr_len = 95, .tlv_count = 1,
	  .tlvs =
		"20=0100000000210007544c5376312e33230016544c535f4145535f32353"
		"65f47434d5f534841333834{01 00000000 21=544c5376312e33 23=544"
		"c535f4145535f3235365f47434d5f534841333834}",
	  .hex =
		"0d0a0d0a000d0a515549540a2121004f00000000000000000000ffff0a01"
		"5b0e00000000000000000000ffff0a01019ff47c01bb2000280100000000"
		"210007544c5376312e33230016544c535f4145535f3235365f47434d5f53"
		"4841333834" },
	{ .id = "v2-tcp4-ssl-libpp", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "192.168.10.100", .sport = 42332,
	  .dst = "192.168.11.90", .dport = 8080, .hdr_len = 116,
	  .tlv_count = 2,
	  .tlvs =
		"20=0700000000210007544c5376312e3222000b6578616d706c652e636f6"
		"d23001b45434448452d5253412d4145533132382d47434d2d53484132353"
		"624000653484132353625000752534132303438{07 00000000 21=544c5"
		"376312e32 22=6578616d706c652e636f6d 23=45434448452d5253412d4"
		"145533132382d47434d2d534841323536 24=534841323536 25=5253413"
		"2303438} 04=00000000",
	  .hex =
		"0d0a0d0a000d0a515549540a21110064c0a80a64c0a80b5aa55c1f902000"
		"4e0700000000210007544c5376312e3222000b6578616d706c652e636f6d"
		"23001b45434448452d5253412d4145533132382d47434d2d534841323536"
		"2400065348413235362500075253413230343804000400000000" },
	{ .id = "v2-tcp4-vpce-libpp-crc-le", .want = WIRE_BAD,
	  .anomaly = "tlv.crc_mismatch",
	  .hex =
		"0d0a0d0a000d0a515549540a21110040c0a80a64c0a80b5aa55c1f900300"
		"04e51886f8ea001701767063652d32336438657a6a6b3338626368696c6d"
		"3404001000000000000000000000000000000000" },
	{ .id = "v2-tcp4-vpce-libpp-be", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "192.168.10.100", .sport = 42332,
	  .dst = "192.168.11.90", .dport = 8080, .hdr_len = 80,
	  .tlv_count = 3,
	  .tlvs =
		"03=f88618e5 ea=01767063652d32336438657a6a6b3338626368696c6d3"
		"4 04=00000000000000000000000000000000",
	  .hex =
		"0d0a0d0a000d0a515549540a21110040c0a80a64c0a80b5aa55c1f900300"
		"04f88618e5ea001701767063652d32336438657a6a6b3338626368696c6d"
		"3404001000000000000000000000000000000000" },
	{ .id = "v2-aws-vpce", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "172.31.7.113", .sport = 51442,
	  .dst = "172.31.10.31", .dport = 80, .hdr_len = 100, .tlv_count = 3,
	  .tlvs =
		"03=e8d6892d ea=01767063652d303864326266313566616335303031633"
		"9 04=0000000000000000000000000000000000000000000000000000000"
		"00000000000000000",
	  .hex =
		"0d0a0d0a000d0a515549540a21110054ac1f0771ac1f0a1fc8f200500300"
		"04e8d6892dea001701767063652d30386432626631356661633530303163"
		"390400240000000000000000000000000000000000000000000000000000"
		"00000000000000000000" },
	{ .id = "v2-aws-vpce-capture", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "192.168.44.10", .sport = 52286,
	  .dst = "192.168.44.7", .dport = 9243, .hdr_len = 100,
	  .tlv_count = 3,
	  .tlvs =
		"03=b9286fa6 ea=01767063652d303065616663343538656339376238333"
		"3 04=0000000000000000000000000000000000000000000000000000000"
		"00000000000000000",
	  .hex =
		"0d0a0d0a000d0a515549540a21110054c0a82c0ac0a82c07cc3e241b0300"
		"04b9286fa6ea001701767063652d30306561666334353865633937623833"
		"330400240000000000000000000000000000000000000000000000000000"
		"00000000000000000000" },
	{ .id = "v2-azure-linkid", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "10.0.0.1", .sport = 50000,
	  .dst = "10.0.0.2", .dport = 443, .hdr_len = 36, .tlv_count = 1,
	  .tlvs = "ee=01c1450021",
	  .hex =
		"0d0a0d0a000d0a515549540a211100140a0000010a000002c35001bbee00"
		"0501c1450021" },
	{ .id = "v2-azure-badlen", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "10.0.0.1", .sport = 50000,
	  .dst = "10.0.0.2", .dport = 443, .hdr_len = 34, .tlv_count = 1,
	  .tlvs = "ee=020101",
	  .hex =
		"0d0a0d0a000d0a515549540a211100120a0000010a000002c35001bbee00"
		"03020101" },
	{ .id = "v2-gcp-psc", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "10.0.0.1", .sport = 50000,
	  .dst = "10.0.0.2", .dport = 443, .hdr_len = 39, .tlv_count = 1,
	  .tlvs = "e0=ffffffffc0a86402",
	  .hex =
		"0d0a0d0a000d0a515549540a211100170a0000010a000002c35001bbe000"
		"08ffffffffc0a86402" },
	{ .id = "v2-haproxy-tlvs-vendor", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "127.0.0.1", .sport = 42,
	  .dst = "127.0.0.1", .dport = 1337, .hdr_len = 192, .tlv_count = 4,
	  .tlvs =
		"ea=016177732d7670632d6964 ee=014c494e4b4944 eb=637573746f6d "
		"ec=3ad9329b11a7298114b233f0c20d7a53d19728744b788ad310c4b1884"
		"29c638e8b8aa0b4b0e79d20270f1e534d33f75ad0913fb8c9e916c461c51"
		"30292649dd4225c8e4e0b2d2d7d9f5d979b25c4127d2175c815926b64f25"
		"fc0a90f9a7d0a6d6879f456186f23452a9b36343a47433229186f23452a9"
		"b36343a474332293229",
	  .hex =
		"0d0a0d0a000d0a515549540a211100b07f0000017f000001002a0539ea00"
		"0b016177732d7670632d6964ee0007014c494e4b4944eb0006637573746f"
		"6dec00803ad9329b11a7298114b233f0c20d7a53d19728744b788ad310c4"
		"b188429c638e8b8aa0b4b0e79d20270f1e534d33f75ad0913fb8c9e916c4"
		"61c5130292649dd4225c8e4e0b2d2d7d9f5d979b25c4127d2175c815926b"
		"64f25fc0a90f9a7d0a6d6879f456186f23452a9b36343a47433229186f23"
		"452a9b36343a474332293229" },
	{ .id = "v2-haproxy-authority", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "127.0.0.1", .sport = 42,
	  .dst = "127.0.0.1", .dport = 1337, .hdr_len = 36, .tlv_count = 1,
	  .tlvs = "02=3132333435",
	  .hex =
		"0d0a0d0a000d0a515549540a211100147f0000017f000001002a05390200"
		"053132333435474554202f20485454502f312e310d0a0d0a" },
	{ .id = "v2-haproxy-tlv-after", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "127.0.0.1", .sport = 42,
	  .dst = "127.0.0.1", .dport = 1337, .hdr_len = 36, .tlv_count = 1,
	  .tlvs = "02=3132333435",
	  .hex =
		"0d0a0d0a000d0a515549540a211100147f0000017f000001002a05390200"
		"0531323334350200053534333231474554202f20485454502f312e310d0a"
		"0d0a" },
	{ .id = "v2-haproxy-unique-id", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "127.0.0.1", .sport = 42,
	  .dst = "127.0.0.1", .dport = 1337, .hdr_len = 36, .tlv_count = 1,
	  .tlvs = "05=3132333435",
	  .hex =
		"0d0a0d0a000d0a515549540a211100147f0000017f000001002a05390500"
		"053132333435" },
	{ .id = "v2-varnish-gen", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "1.2.3.4", .sport = 1111,
	  .dst = "5.6.7.8", .dport = 5678, .hdr_len = 52, .tlv_count = 1,
	  .tlvs = "02=7674632e7661726e6973682d63616368652e6f7267",
	  .hex =
		"0d0a0d0a000d0a515549540a2111002401020304050607080457162e0200"
		"157674632e7661726e6973682d63616368652e6f7267" },
	{ .id = "v2-varnish-crc-ok", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "217.70.181.33", .sport = 60822,
	  .dst = "95.142.168.34", .dport = 443, .hdr_len = 117,
	  .tlv_count = 4,
	  .tlvs =
		"03=9503ee75 01=6832 02=686f636465742e6e6574 20=0100000000210"
		"007544c5376312e33250005454332353624000a5253412d5348413235362"
		"30016414541442d4145533132382d47434d2d534841323536{01 0000000"
		"0 21=544c5376312e33 25=4543323536 24=5253412d534841323536 23"
		"=414541442d4145533132382d47434d2d534841323536}",
	  .hex =
		"0d0a0d0a000d0a515549540a21110065d946b5215f8ea822ed9601bb0300"
		"049503ee75010002683202000a686f636465742e6e657420003d01000000"
		"00210007544c5376312e33250005454332353624000a5253412d53484132"
		"3536230016414541442d4145533132382d47434d2d534841323536" },
	{ .id = "v2-varnish-crc-bad", .want = WIRE_BAD,
	  .anomaly = "tlv.crc_mismatch",
	  .hex =
		"0d0a0d0a000d0a515549540a21110065d946b5215f8ea822ed9601bb0300"
		"049503ee74010002683202000a686f636465742e6e657420003d01000000"
		"00210007544c5376312e33250005454332353624000a5253412d53484132"
		"3536230016414541442d4145533132382d47434d2d534841323536" },
	{ .id = "v2-varnish-dribble", .want = WIRE_BAD,
	  .anomaly = "tlv.dribble",
	  .hex =
		"0d0a0d0a000d0a515549540a21110067d946b5215f8ea822ed9601bbff00"
		"049503ee74010002683202000a686f636465742e6e657420003d01000000"
		"00210007544c5376312e33250005454332353624000a5253412d53484132"
		"3536230016414541442d4145533132382d47434d2d534841323536ffff" },
	{ .id = "v2-varnish-tlv-overrun-hdr", .want = WIRE_BAD,
	  .anomaly = "tlv.overrun",
	  .hex =
		"0d0a0d0a000d0a515549540a21110060d946b5215f8ea822ed9601bbff00"
		"049503ee74010002683202000a686f636465742e6e657420003d01000000"
		"00210007544c5376312e33250005454332353624000a5253412d53484132"
		"3536230016414541442d4145533132382d47434d2d534841323536" },
	{ .id = "v2-varnish-subtlv-len", .want = WIRE_BAD,
	  .anomaly = "tlv.dribble",
	  .hex =
		"0d0a0d0a000d0a515549540a21110065d946b5215f8ea822ed9601bbff00"
		"049503ee74010002683202000a686f636465742e6e657420003c01000000"
		"00210007544c5376312e33250005454332353624000a5253412d53484132"
		"3536230016414541442d4145533132382d47434d2d534841323536" },
	{ .id = "v2-nginx-tlvset", .want = WIRE_BAD,
	  .anomaly = "tlv.crc_mismatch",
	  .hex =
		"0d0a0d0a000d0a515549540a2111007cc0000201c0000202007b162e0100"
		"05414c504e310200096c6f63616c686f737403000434333231050005554e"
		"49515120003a01000000ff210007544c5376312e3222000b6578616d706c"
		"652e636f6d23000a4145533235362d534841240004534841312500065253"
		"413531323000054e45544e53ae00053132333435" },
	{ .id = "v2-ext-envoy", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "1.2.3.4", .sport = 773, .dst = "0.1.1.2",
	  .dport = 2, .hdr_len = 36, .tlv_count = 2, .tlvs = "00=ff 00=ff",
	  .hex =
		"0d0a0d0a000d0a515549540a211100140102030400010102030500020000"
		"01ff000001ff6d6f72652064617461" },
	{ .id = "v2-authority-envoy", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "1.2.3.4", .sport = 773, .dst = "0.1.1.2",
	  .dport = 2, .hdr_len = 42, .tlv_count = 2,
	  .tlvs = "00=ff 02=666f6f2e636f6d",
	  .hex =
		"0d0a0d0a000d0a515549540a2111001a0102030400010102030500020000"
		"01ff020007666f6f2e636f6d6d6f72652064617461" },
	{ .id = "v2-multi-envoy", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "1.2.3.4", .sport = 773, .dst = "0.1.1.2",
	  .dport = 2, .hdr_len = 73, .tlv_count = 4,
	  .tlvs =
		"00=ff 02=666f6f2e636f6d 0f=f0000f ea=017670632d3032357465737"
		"432666136633633686137",
	  .hex =
		"0d0a0d0a000d0a515549540a211100390102030400010102030500020000"
		"01ff020007666f6f2e636f6d0f0003f0000fea0016017670632d30323574"
		"6573743266613663363368613744415441" },
	{ .id = "v2-dup-authority-envoy", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "1.2.3.4", .sport = 773, .dst = "0.1.1.2",
	  .dport = 2, .hdr_len = 58, .tlv_count = 4,
	  .tlvs = "00=ff 02=666f6f2e636f6d 0f=f0000f 02=6261722e6e6574",
	  .hex =
		"0d0a0d0a000d0a515549540a2111002a0102030400010102030500020000"
		"01ff020007666f6f2e636f6d0f0003f0000f0200076261722e6e65744441"
		"5441" },
	{ .id = "v2-ats-tlvs", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "192.0.2.1", .sport = 50000,
	  .dst = "198.51.100.1", .dport = 443, .hdr_len = 66, .tlv_count = 3,
	  .tlvs =
		"01=6832 02=616263 20=010000000023000358595a26000458313233210"
		"003544c53{01 00000000 23=58595a 26=58313233 21=544c53}",
	  .hex =
		"0d0a0d0a000d0a515549540a21110032c0000201c6336401c35001bb0100"
		"026832020003616263200018010000000023000358595a26000458313233"
		"210003544c53" },
	{ .id = "v2-ats-ssl-unused", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "192.0.2.1", .sport = 50000,
	  .dst = "198.51.100.1", .dport = 443, .hdr_len = 36, .tlv_count = 1,
	  .tlvs = "20=0000000000{00 00000000 }",
	  .hex =
		"0d0a0d0a000d0a515549540a21110014c0000201c6336401c35001bb2000"
		"050000000000" },
	{ .id = "v2-ats-extra", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "192.0.2.1", .sport = 50000,
	  .dst = "198.51.100.1", .dport = 443, .hdr_len = 39, .tlv_count = 2,
	  .tlvs = "01=6832 02=616263",
	  .hex =
		"0d0a0d0a000d0a515549540a21110017c0000201c6336401c35001bb0100"
		"026832020003616263474554202f" },
	{ .id = "v2-empty-tlv-proximyst", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "127.0.0.1", .sport = 65535,
	  .dst = "192.168.0.1", .dport = 257, .hdr_len = 31, .tlv_count = 1,
	  .tlvs = "45=",
	  .hex =
		"0d0a0d0a000d0a515549540a2111000f7f000001c0a80001ffff01014500"
		"00" },
	{ .id = "v2-udp6-emptytlv-proximyst", .want = WIRE_OK,
	  .anomaly = "none", .version = 2, .cmd = PP_CMD_PROXY,
	  .family = "inet6", .proto = "dgram",
	  .src = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", .sport = 65535,
	  .dst = "::", .dport = 257, .hdr_len = 55, .tlv_count = 1,
	  .tlvs = "45=",
	  .hex =
		"0d0a0d0a000d0a515549540a21220027ffffffffffffffffffffffffffff"
		"ffff00000000000000000000000000000000ffff0101450000" },
	{ .id = "v2-noop-zero-crc-mailgun", .want = WIRE_BAD,
	  .anomaly = "tlv.crc_mismatch",
	  .hex =
		"0d0a0d0a000d0a515549540a211100167f0000017f000001ca2b04010400"
		"0003000400000000" },
	{ .id = "v2-tlv-10k-pires", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "127.0.0.1", .sport = 65533,
	  .dst = "127.0.0.1", .dport = 65533, .hdr_len = 10267,
	  .tlv_count = 3413, .tlvs = "00= 00= 00=",
	  .hex =
		"0d0a0d0a000d0a515549540a2111280b7f0000017f000001fffdfffd 00*"
		"10239" },
	{ .id = "v2-local-0", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_LOCAL, .family = "local",
	  .proto = "unspec", .hdr_len = 16,
	  .hex = "0d0a0d0a000d0a515549540a200000006d6f72652064617461" },
	{ .id = "v2-local-0-nodata", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_LOCAL, .family = "local",
	  .proto = "unspec", .hdr_len = 16,
	  .hex = "0d0a0d0a000d0a515549540a20000000" },
	{ .id = "v2-local-tlv-envoy", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_LOCAL, .family = "local",
	  .proto = "unspec", .hdr_len = 20,
	  .hex = "0d0a0d0a000d0a515549540a20000004000001ff6d6f72652064617461" },
	{ .id = "v2-local-awsnlb-envoy", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_LOCAL, .family = "local",
	  .proto = "unspec", .hdr_len = 23,
	  .hex =
		"0d0a0d0a000d0a515549540a200000070000040a0b0c0d6d6f7265646174"
		"61" },
	{ .id = "v2-local-crc-kanidm", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_LOCAL, .family = "local",
	  .proto = "unspec", .hdr_len = 23,
	  .hex = "0d0a0d0a000d0a515549540a20000007030004a9b87e8f" },
	{ .id = "v2-local-crc-bad-icgood", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_LOCAL, .family = "local",
	  .proto = "unspec", .hdr_len = 23,
	  .hex = "0d0a0d0a000d0a515549540a20000007030004a9b8218f" },
	{ .id = "v2-local-addr4-pires", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_LOCAL, .family = "local",
	  .proto = "unspec", .hdr_len = 28,
	  .hex = "0d0a0d0a000d0a515549540a2011000c7f0000017f000001fffdfffd" },
	{ .id = "v2-local-addr-netty", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_LOCAL, .family = "local",
	  .proto = "unspec", .hdr_len = 28,
	  .hex = "0d0a0d0a000d0a515549540a2000000cc0a80001c0a8000bdc0401bb" },
	{ .id = "v2-local-36-ats", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_LOCAL, .family = "local",
	  .proto = "unspec", .hdr_len = 52,
	  .hex =
		"0d0a0d0a000d0a515549540a2000002420010db800000001000000000000"
		"000020010db8000000020000000000000000c35001bb" },
	{ .id = "v2-local-nlb-healthcheck", .want = WIRE_OK,
	  .anomaly = "none", .version = 2, .cmd = PP_CMD_LOCAL,
	  .family = "local", .proto = "unspec", .hdr_len = 100,
	  .hex = "0d0a0d0a000d0a515549540a20110054030004bce5951f04004a 00*74" },
	{ .id = "v2-local-famff-mailgun", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_LOCAL, .family = "local",
	  .proto = "unspec", .hdr_len = 23,
	  .hex = "0d0a0d0a000d0a515549540a20ff0007030004fd16ee60" },
	{ .id = "v2-local-short4-pires", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_LOCAL, .family = "local",
	  .proto = "unspec", .hdr_len = 21,
	  .hex = "0d0a0d0a000d0a515549540a20110005aabbccddee78" },
	{ .id = "v2-local-unix216", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_LOCAL, .family = "local",
	  .proto = "unspec", .hdr_len = 232,
	  .hex =
		"0d0a0d0a000d0a515549540a203100d8736f636b6574 00*102 736f636b"
		"6574 00*102" },
	{ .id = "v2-local-fam02-ppp", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_LOCAL, .family = "local",
	  .proto = "unspec", .hdr_len = 16,
	  .hex = "0d0a0d0a000d0a515549540a200200000050" },
	{ .id = "v2-local-proto7-ppp", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_LOCAL, .family = "local",
	  .proto = "unspec", .hdr_len = 28,
	  .hex = "0d0a0d0a000d0a515549540a2017000c7f0000017f000002005001bb" },
	{ .id = "v2-local-twisted6", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_LOCAL, .family = "local",
	  .proto = "unspec", .hdr_len = 52,
	  .hex =
		"0d0a0d0a000d0a515549540a202100240000000000000000000000000000"
		"0001000000000000000000000000000000011f9022b8" },
	{ .id = "v2-local-udp-addr-proximyst", .want = WIRE_OK,
	  .anomaly = "none", .version = 2, .cmd = PP_CMD_LOCAL,
	  .family = "local", .proto = "unspec", .hdr_len = 28,
	  .hex =
		"0d0a0d0a000d0a515549540a2012000c00000000ffffffff0000ff000102"
		"0304" },
	{ .id = "v2-local-len1025", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_LOCAL, .family = "local",
	  .proto = "unspec", .hdr_len = 1041,
	  .hex = "0d0a0d0a000d0a515549540a20000401 00*1025" },
	{ .id = "v2-unspec-0", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "unspec",
	  .proto = "unspec", .hdr_len = 16,
	  .hex = "0d0a0d0a000d0a515549540a21000000" },
	{ .id = "v2-unspec-12-netty", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "unspec",
	  .proto = "unspec", .hdr_len = 28,
	  .hex = "0d0a0d0a000d0a515549540a2100000cc0a80001c0a8000bdc0401bb" },
	{ .id = "v2-unspec-12-ppp", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "unspec",
	  .proto = "unspec", .hdr_len = 28,
	  .hex = "0d0a0d0a000d0a515549540a2100000c7f0000017f000002005001bb" },
	{ .id = "v2-unspec-36-ats", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "unspec",
	  .proto = "unspec", .hdr_len = 52,
	  .hex =
		"0d0a0d0a000d0a515549540a2100002420010db800000001000000000000"
		"000020010db8000000020000000000000000c35001bb" },
	{ .id = "v2-unspec-crc-icgood", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "unspec",
	  .proto = "unspec", .hdr_len = 23,
	  .hex = "0d0a0d0a000d0a515549540a210000070300043ec9894e" },
	{ .id = "v2-unspec-stream-nginx", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "unspec",
	  .proto = "unspec", .hdr_len = 16,
	  .hex = "0d0a0d0a000d0a515549540a21010000" },
	{ .id = "v2-unspec-stream-ppp", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "unspec",
	  .proto = "unspec", .hdr_len = 24,
	  .hex = "0d0a0d0a000d0a515549540a210100087f0000017f000002" },
	{ .id = "v2-inet-unspec-ppp", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "unspec",
	  .proto = "unspec", .hdr_len = 24,
	  .hex = "0d0a0d0a000d0a515549540a211000087f0000017f000002" },
	{ .id = "v2-inet-unspec-twisted", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "unspec",
	  .proto = "unspec", .hdr_len = 28,
	  .hex = "0d0a0d0a000d0a515549540a2110000c7f0000017f0000011f9022b8" },
	{ .id = "v2-inet6-unspec-twisted", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "unspec",
	  .proto = "unspec", .hdr_len = 52,
	  .hex =
		"0d0a0d0a000d0a515549540a212000240000000000000000000000000000"
		"0001000000000000000000000000000000011f9022b8" },
	{ .id = "v2-inet6-unspec-tlv-ppp", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "unspec",
	  .proto = "unspec", .hdr_len = 57,
	  .hex =
		"0d0a0d0a000d0a515549540a21200029ffffffffffffffffffffffffffff"
		"ffffffffffffffffffffffffffffffffffff010001050300020505" },
	{ .id = "v2-fam41-envoy", .want = WIRE_BAD, .anomaly = "v2.family",
	  .hex =
		"0d0a0d0a000d0a515549540a2141000c0102030400010102030500026d6f"
		"72652064617461" },
	{ .id = "v2-fam41-nginx", .want = WIRE_BAD, .anomaly = "v2.family",
	  .hex = "0d0a0d0a000d0a515549540a2141000401020304" },
	{ .id = "v2-fam41-netty", .want = WIRE_BAD, .anomaly = "v2.family",
	  .hex = "0d0a0d0a000d0a515549540a2141000cc0a80001c0a8000bdc0401bb" },
	{ .id = "v2-fam51-ppp", .want = WIRE_BAD, .anomaly = "v2.family",
	  .hex = "0d0a0d0a000d0a515549540a2151000c7f0000017f000002005001bb" },
	{ .id = "v2-fam40-twisted", .want = WIRE_BAD, .anomaly = "v2.family",
	  .hex = "0d0a0d0a000d0a515549540a2140000c7f0000017f0000011f9022b8" },
	{ .id = "v2-fam24-twisted", .want = WIRE_BAD,
	  .anomaly = "v2.protocol",
	  .hex = "0d0a0d0a000d0a515549540a2124000c7f0000017f0000011f9022b8" },
	{ .id = "v2-fam13", .want = WIRE_BAD, .anomaly = "v2.protocol",
	  .hex = "0d0a0d0a000d0a515549540a2113000c7f0000017f000001fffdfffd" },
	{ .id = "v2-fam99-varnish", .want = WIRE_BAD, .anomaly = "v2.family",
	  .hex = "0d0a0d0a000d0a515549540a21990000" },
	{ .id = "v2-famff-ats", .want = WIRE_BAD, .anomaly = "v2.family",
	  .hex =
		"0d0a0d0a000d0a515549540a21ff002420010db800000001000000000000"
		"000020010db8000000020000000000000000c35001bb" },
	{ .id = "v2-fam93-envoy", .want = WIRE_BAD, .anomaly = "v2.family",
	  .hex =
		"0d0a0d0a000d0a515549540a219300140000000000000000000000000000"
		"0000000000006d6f72652064617461" },
	{ .id = "v2-cmd2-netty", .want = WIRE_BAD, .anomaly = "v2.command",
	  .hex = "0d0a0d0a000d0a515549540a2211000cc0a80001c0a8000bdc0401bb" },
	{ .id = "v2-cmd2-varnish", .want = WIRE_BAD, .anomaly = "v2.command",
	  .hex = "0d0a0d0a000d0a515549540a22000000" },
	{ .id = "v2-cmd3-ppp", .want = WIRE_BAD, .anomaly = "v2.command",
	  .hex = "0d0a0d0a000d0a515549540a2311000c7f0000017f000002005001bb" },
	{ .id = "v2-cmd3-fam1f-envoy", .want = WIRE_BAD,
	  .anomaly = "v2.command",
	  .hex =
		"0d0a0d0a000d0a515549540a231f000c0102030400010102030500026d6f"
		"72652064617461" },
	{ .id = "v2-cmd9-envoy", .want = WIRE_BAD, .anomaly = "v2.command",
	  .hex =
		"0d0a0d0a000d0a515549540a293200140000000000000000000000000000"
		"0000000000006d6f72652064617461" },
	{ .id = "v2-ver1-ppp", .want = WIRE_BAD, .anomaly = "v2.version",
	  .hex = "0d0a0d0a000d0a515549540a1111000c7f0000017f000002005001bb" },
	{ .id = "v2-ver3-netty", .want = WIRE_BAD, .anomaly = "v2.version",
	  .hex = "0d0a0d0a000d0a515549540a3111000cc0a80001c0a8000bdc0401bb" },
	{ .id = "v2-ver0-mailgun", .want = WIRE_BAD, .anomaly = "v2.version",
	  .hex = "0d0a0d0a000d0a515549540a0121002b" },
	{ .id = "v2-verf-ats", .want = WIRE_BAD, .anomaly = "v2.version",
	  .hex =
		"0d0a0d0a000d0a515549540aff21002420010db800000001000000000000"
		"000020010db8000000020000000000000000c35001bb" },
	{ .id = "v2-ver1-twisted", .want = WIRE_BAD, .anomaly = "v2.version",
	  .hex = "0d0a0d0a000d0a515549540a1111000c7f0000017f0000011f9022b8" },
	{ .id = "v2-len0-tcp4", .want = WIRE_BAD, .anomaly = "v2.len_short",
	  .hex =
		"0d0a0d0a000d0a515549540a211100000000000000000000000000000000"
		"000100000000000000000000000000000001fffdfffd" },
	{ .id = "v2-len0-udp4-mastercactapus", .want = WIRE_BAD,
	  .anomaly = "v2.len_short",
	  .hex = "0d0a0d0a000d0a515549540a21120000" },
	{ .id = "v2-len11-varnish", .want = WIRE_BAD,
	  .anomaly = "v2.len_short",
	  .hex = "0d0a0d0a000d0a515549540a2111000b0102030405060708090a0b" },
	{ .id = "v2-len35-varnish", .want = WIRE_BAD,
	  .anomaly = "v2.len_short",
	  .hex =
		"0d0a0d0a000d0a515549540a21210023000102030405060708090a0b0c0d"
		"0e0f000102030405060708090a0b0c0d0e0f010203" },
	{ .id = "v2-len11-envoy", .want = WIRE_BAD, .anomaly = "v2.len_short",
	  .hex =
		"0d0a0d0a000d0a515549540a2111000b0102030400010102030500026d6f"
		"72652064617461" },
	{ .id = "v2-len10-netty", .want = WIRE_BAD, .anomaly = "v2.len_short",
	  .hex = "0d0a0d0a000d0a515549540a2111000ac0a80001c0a8000bdc04" },
	{ .id = "v2-len1-mailgun4", .want = WIRE_BAD,
	  .anomaly = "v2.len_short",
	  .hex = "0d0a0d0a000d0a515549540a21110001ff" },
	{ .id = "v2-len1-mailgun6", .want = WIRE_BAD,
	  .anomaly = "v2.len_short",
	  .hex = "0d0a0d0a000d0a515549540a21210001ff" },
	{ .id = "v2-len1-unix-mailgun", .want = WIRE_BAD,
	  .anomaly = "v2.len_short",
	  .hex = "0d0a0d0a000d0a515549540a21310001ff" },
	{ .id = "v2-len4-envoy", .want = WIRE_BAD, .anomaly = "v2.len_short",
	  .hex = "0d0a0d0a000d0a515549540a21210004000800026d6f72652064617461" },
	{ .id = "v2-len20-v6-envoy", .want = WIRE_BAD,
	  .anomaly = "v2.len_short",
	  .hex =
		"0d0a0d0a000d0a515549540a212200140000000000000000000000000000"
		"0000000000006d6f72652064617461" },
	{ .id = "v2-len35-v6-envoy", .want = WIRE_BAD,
	  .anomaly = "v2.len_short",
	  .hex =
		"0d0a0d0a000d0a515549540a212200230000000000000000000000000000"
		"0000000000000000000000000000000000000000006d6f72652064617461" },
	{ .id = "v2-unix-len20-envoy", .want = WIRE_BAD,
	  .anomaly = "v2.len_short",
	  .hex =
		"0d0a0d0a000d0a515549540a213200140000000000000000000000000000"
		"0000000000006d6f72652064617461" },
	{ .id = "v2-tlv-overrun-haproxy", .want = WIRE_BAD,
	  .anomaly = "tlv.overrun",
	  .hex =
		"0d0a0d0a000d0a515549540a211100147f0000017f000001002a05390200"
		"0a31323334353132333435474554202f20485454502f312e310d0a0d0a" },
	{ .id = "v2-tlv-dribble-haproxy", .want = WIRE_BAD,
	  .anomaly = "tlv.dribble",
	  .hex =
		"0d0a0d0a000d0a515549540a211100147f0000017f000001002a05390200"
		"0431323334474554202f20485454502f312e310d0a0d0a" },
	{ .id = "v2-tlv-overrun-envoy", .want = WIRE_BAD,
	  .anomaly = "tlv.overrun",
	  .hex =
		"0d0a0d0a000d0a515549540a211100100102030400010102030500020000"
		"02ff" },
	{ .id = "v2-tlv-incomplete-envoy", .want = WIRE_BAD,
	  .anomaly = "tlv.dribble",
	  .hex =
		"0d0a0d0a000d0a515549540a211100110102030400010102030500020000"
		"01ff010001ff" },
	{ .id = "v2-tlv-overflow-libpp", .want = WIRE_BAD,
	  .anomaly = "tlv.overrun",
	  .hex =
		"0d0a0d0a000d0a515549540a21110010c0a80a64c0a80b5aa55c1f9001ff"
		"fd00" },
	{ .id = "v2-tlv-partial-ppp", .want = WIRE_BAD,
	  .anomaly = "tlv.overrun",
	  .hex =
		"0d0a0d0a000d0a515549540a2111000f7f0000017f000002005001bb0100"
		"01" },
	{ .id = "v2-ssl-short-libpp", .want = WIRE_BAD, .anomaly = "tlv.ssl",
	  .hex =
		"0d0a0d0a000d0a515549540a21110011c0a80a64c0a80b5aa55c1f902000"
		"020000" },
	{ .id = "v2-ssl-trailing-libpp", .want = WIRE_BAD,
	  .anomaly = "tlv.ssl",
	  .hex =
		"0d0a0d0a000d0a515549540a2111001cc0a80a64c0a80b5aa55c1f902000"
		"0d0100000000210003312e32ffff" },
	{ .id = "v2-crc-len2-ppp", .want = WIRE_BAD, .anomaly = "tlv.crc_len",
	  .hex =
		"0d0a0d0a000d0a515549540a2121002dffffffffffffffffffffffffffff"
		"fff2fffffffffffffffffffffffffffffff1005001bb0100010503000205"
		"05" },
	{ .id = "v2-nested-ssl-200", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "65.65.65.65", .sport = 17219,
	  .dst = "66.66.66.66", .dport = 17476, .hdr_len = 1628,
	  .tlv_count = 1,
	  .tlvs =
		"20=0156565656200635015656565620062d..1597{01 56565656 20=015"
		"656565620062d0156565656200625..1589}",
	  .hex =
		"0d0a0d0a000d0a515549540a2111064c4141414142424242434344442006"
		"3d0156565656200635015656565620062d01565656562006250156565656"
		"20061d0156565656200615015656565620060d0156565656200605015656"
		"56562005fd01565656562005f501565656562005ed01565656562005e501"
		"565656562005dd01565656562005d501565656562005cd01565656562005"
		"c501565656562005bd01565656562005b501565656562005ad0156565656"
		"2005a5015656565620059d0156565656200595015656565620058d015656"
		"5656200585015656565620057d0156565656200575015656565620056d01"
		"56565656200565015656565620055d015656565620055501565656562005"
		"4d0156565656200545015656565620053d01565656562005350156565656"
		"20052d0156565656200525015656565620051d0156565656200515015656"
		"565620050d015656565620050501565656562004fd01565656562004f501"
		"565656562004ed01565656562004e501565656562004dd01565656562004"
		"d501565656562004cd01565656562004c501565656562004bd0156565656"
		"2004b501565656562004ad01565656562004a5015656565620049d015656"
		"5656200495015656565620048d0156565656200485015656565620047d01"
		"56565656200475015656565620046d015656565620046501565656562004"
		"5d0156565656200455015656565620044d01565656562004450156565656"
		"20043d0156565656200435015656565620042d0156565656200425015656"
		"565620041d0156565656200415015656565620040d015656565620040501"
		"565656562003fd01565656562003f501565656562003ed01565656562003"
		"e501565656562003dd01565656562003d501565656562003cd0156565656"
		"2003c501565656562003bd01565656562003b501565656562003ad015656"
		"56562003a5015656565620039d0156565656200395015656565620038d01"
		"56565656200385015656565620037d015656565620037501565656562003"
		"6d0156565656200365015656565620035d01565656562003550156565656"
		"20034d0156565656200345015656565620033d0156565656200335015656"
		"565620032d0156565656200325015656565620031d015656565620031501"
		"5656565620030d015656565620030501565656562002fd01565656562002"
		"f501565656562002ed01565656562002e501565656562002dd0156565656"
		"2002d501565656562002cd01565656562002c501565656562002bd015656"
		"56562002b501565656562002ad01565656562002a5015656565620029d01"
		"56565656200295015656565620028d015656565620028501565656562002"
		"7d0156565656200275015656565620026d01565656562002650156565656"
		"20025d0156565656200255015656565620024d0156565656200245015656"
		"565620023d0156565656200235015656565620022d015656565620022501"
		"5656565620021d0156565656200215015656565620020d01565656562002"
		"0501565656562001fd01565656562001f501565656562001ed0156565656"
		"2001e501565656562001dd01565656562001d501565656562001cd015656"
		"56562001c501565656562001bd01565656562001b501565656562001ad01"
		"565656562001a5015656565620019d015656565620019501565656562001"
		"8d0156565656200185015656565620017d01565656562001750156565656"
		"20016d0156565656200165015656565620015d0156565656200155015656"
		"565620014d0156565656200145015656565620013d015656565620013501"
		"5656565620012d0156565656200125015656565620011d01565656562001"
		"15015656565620010d015656565620010501565656562000fd0156565656"
		"2000f501565656562000ed01565656562000e501565656562000dd015656"
		"56562000d501565656562000cd01565656562000c501565656562000bd01"
		"565656562000b501565656562000ad01565656562000a501565656562000"
		"9d0156565656200095015656565620008d01565656562000850156565656"
		"20007d0156565656200075015656565620006d0156565656200065015656"
		"565620005d0156565656200055015656565620004d015656565620004501"
		"5656565620003d0156565656200035015656565620002d01565656562000"
		"25015656565620001d0156565656200015015656565620000d0156565656"
		"2000050156565656" },
	{ .id = "v2-more-sig12", .want = WIRE_SHORT, .anomaly = "none",
	  .hex = "0d0a0d0a000d0a515549540a" },
	{ .id = "v2-more-13-netty", .want = WIRE_SHORT, .anomaly = "none",
	  .hex = "0d0a0d0a000d0a515549540a21" },
	{ .id = "v2-more-14", .want = WIRE_SHORT, .anomaly = "none",
	  .hex = "0d0a0d0a000d0a515549540a2111" },
	{ .id = "v2-more-15", .want = WIRE_SHORT, .anomaly = "none",
	  .hex = "0d0a0d0a000d0a515549540a211199" },
	{ .id = "v2-more-hdr-only", .want = WIRE_SHORT, .anomaly = "none",
	  .hex = "0d0a0d0a000d0a515549540a2111000c" },
	{ .id = "v2-more-addr10-ppp", .want = WIRE_SHORT, .anomaly = "none",
	  .hex = "0d0a0d0a000d0a515549540a2111000c7f0000017f0000020050" },
	{ .id = "v2-more-tlv-ppp", .want = WIRE_SHORT, .anomaly = "none",
	  .hex =
		"0d0a0d0a000d0a515549540a211100117f0000017f000002005001bb0100"
		"01" },
	{ .id = "v2-more-tlv-pires", .want = WIRE_SHORT, .anomaly = "none",
	  .hex =
		"0d0a0d0a000d0a515549540a211100147f0000017f000001fffdfffd0000"
		"00" },
	{ .id = "v2-more-f0f0-icgood", .want = WIRE_SHORT, .anomaly = "none",
	  .hex = "0d0a0d0a000d0a515549540a2121f0f0" },
	{ .id = "v2-more-len2048-mailgun", .want = WIRE_SHORT,
	  .anomaly = "none", .hex = "0d0a0d0a000d0a515549540a21210800" },
	{ .id = "v2-more-len2049-mailgun", .want = WIRE_SHORT,
	  .anomaly = "none", .hex = "0d0a0d0a000d0a515549540a21210801" },
	{ .id = "v2-more-v6-v4addr", .want = WIRE_SHORT, .anomaly = "none",
	  .hex = "0d0a0d0a000d0a515549540a212100247f0000017f000001fffdfffd" },
	{ .id = "v2-more-len25-ats", .want = WIRE_SHORT, .anomaly = "none",
	  .hex =
		"0d0a0d0a000d0a515549540a2121002520010db800000001000000000000"
		"000020010db8000000020000000000000000c35001bb" },
	{ .id = "v2-more-short1-ats", .want = WIRE_SHORT, .anomaly = "none",
	  .hex =
		"0d0a0d0a000d0a515549540a2121002420010db800000001000000000000"
		"000020010db8000000020000000000000000c35001" },
	{ .id = "v2-more-short-ats4", .want = WIRE_SHORT, .anomaly = "none",
	  .hex = "0d0a0d0a000d0a515549540a2111000cc000c633c35001bb" },
	{ .id = "v2-more-local-short", .want = WIRE_SHORT, .anomaly = "none",
	  .hex = "0d0a0d0a000d0a515549540a20110005aabb" },
	{ .id = "v2-zeropad-232-netty", .want = WIRE_BAD,
	  .anomaly = "tlv.dribble",
	  .hex =
		"0d0a0d0a000d0a515549540a211100e8c0a80001c0a8000bdc0401bb 00*"
		"220" },
	{ .id = "v2-badver-13only", .want = WIRE_BAD, .anomaly = "v2.version",
	  .hex = "0d0a0d0a000d0a515549540a99" },
	{ .id = "v2-badver-early", .want = WIRE_BAD, .anomaly = "v2.version",
	  .hex = "0d0a0d0a000d0a515549540a11" },
	{ .id = "v2-badfam-14only", .want = WIRE_BAD, .anomaly = "v2.family",
	  .hex = "0d0a0d0a000d0a515549540a2199" },
	{ .id = "v2-unspec-14only", .want = WIRE_SHORT, .anomaly = "none",
	  .hex = "0d0a0d0a000d0a515549540a2100" },
	{ .id = "v2-badsig-ats", .want = WIRE_BAD, .anomaly = "no_signature",
	  .hex =
		"deadbeefdeadbeefdeadbeef212100240000000000000000000000000000"
		"00000000000000000000000000000000000000000000" },
	{ .id = "v2-badsig-zero", .want = WIRE_BAD, .anomaly = "no_signature",
	  .hex = "0000000000000000000000002111000c7f0000017f0000011f9022b8" },
	{ .id = "v2-sig-shift2", .want = WIRE_BAD, .anomaly = "no_signature",
	  .hex = "0d0a000d0a515549540a" },
	{ .id = "v2-needmoredata-twisted", .want = WIRE_BAD,
	  .anomaly = "no_signature", .hex = "4e4545444d4f524544415441" },
	{ .id = "udp-hdr-only", .is_dgram = true, .want = WIRE_OK,
	  .anomaly = "none", .version = 2, .cmd = PP_CMD_PROXY,
	  .family = "inet", .proto = "dgram", .src = "192.0.2.1",
	  .sport = 50000, .dst = "198.51.100.1", .dport = 53, .hdr_len = 28,
	  .hex = "0d0a0d0a000d0a515549540a2112000cc0000201c6336401c3500035" },
	{ .id = "udp-tcp4-fam-coredns", .is_dgram = true, .want = WIRE_OK,
	  .anomaly = "none", .version = 2, .cmd = PP_CMD_PROXY,
	  .family = "inet", .proto = "stream", .src = "192.0.2.1",
	  .sport = 12345, .dst = "192.0.2.2", .dport = 53, .hdr_len = 28,
	  .hex = "0d0a0d0a000d0a515549540a2111000cc0000201c000020230390035" },
	{ .id = "udp-pdns-v4-tlvs", .is_dgram = true, .want = WIRE_OK,
	  .anomaly = "none", .version = 2, .cmd = PP_CMD_PROXY,
	  .family = "inet", .proto = "dgram", .src = "127.0.0.1",
	  .sport = 35240, .dst = "127.0.0.1", .dport = 8053, .hdr_len = 40,
	  .tlv_count = 2, .tlvs = "2a=626172 00=666f6f",
	  .hex =
		"0d0a0d0a000d0a515549540a211200187f0000017f00000189a81f752a00"
		"03626172000003666f6f0000012000010000000000010377777708706f77"
		"6572646e7303636f6d00001c0001000029100000000000000c000a0008ed"
		"2fc15d6fdfb88f" },
	{ .id = "udp-pdns-local", .is_dgram = true, .want = WIRE_OK,
	  .anomaly = "none", .version = 2, .cmd = PP_CMD_LOCAL,
	  .family = "local", .proto = "unspec", .hdr_len = 16,
	  .hex =
		"0d0a0d0a000d0a515549540a20000000123a010000010000000000000161"
		"0c726f6f742d73657276657273036e65740000010001" },
	{ .id = "udp-mailgun-udp4", .is_dgram = true, .want = WIRE_OK,
	  .anomaly = "none", .version = 2, .cmd = PP_CMD_PROXY,
	  .family = "inet", .proto = "dgram", .src = "127.0.0.1",
	  .sport = 51755, .dst = "127.0.0.1", .dport = 1025, .hdr_len = 28,
	  .hex = "0d0a0d0a000d0a515549540a2112000c7f0000017f000001ca2b0401" },
	/* PROXY TCP4 192.0.2.1 198.51.100.1 50000 53\r\n\x12:\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x0croot-servers\x03net\x00\x00\x01\x00\x01 */
	{ .id = "udp-v1-tcp4-text", .is_dgram = true, .want = WIRE_BAD,
	  .anomaly = "v1.on_udp",
	  .hex =
		"50524f58592054435034203139322e302e322e31203139382e35312e3130"
		"302e312035303030302035330d0a123a0100000100000000000001610c72"
		"6f6f742d73657276657273036e65740000010001" },
	{ .id = "udp-spp-magic", .is_dgram = true, .want = WIRE_BAD,
	  .anomaly = "no_signature",
	  .hex =
		"56ec00000000000000000000ffffc000020100000000000000000000ffff"
		"c6336401c3500035123a0100000100000000000001610c726f6f742d7365"
		"7276657273036e65740000010001" },
	/* PROXY TCP4 254.254.254.254 1.2.3.4 65535 1234\r\n... */
	{ .id = "split-v1-envoy-fragmented", .want = WIRE_OK,
	  .anomaly = "none", .version = 1, .cmd = PP_CMD_PROXY,
	  .family = "inet", .proto = "stream", .src = "254.254.254.254",
	  .sport = 65535, .dst = "1.2.3.4", .dport = 1234, .hdr_len = 47,
	  .hex =
		"50524f58592054435034203235342e3235342e3235342e32353420312e32"
		"2e332e3420363535333520313233340d0a2e2e2e" },
	/* PROXY TCP4 254.254.254.254 1.2.3.4 65535 1234\r\n... */
	{ .id = "split-v1-envoy-tiny", .want = WIRE_OK, .anomaly = "none",
	  .version = 1, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "254.254.254.254", .sport = 65535,
	  .dst = "1.2.3.4", .dport = 1234, .hdr_len = 47,
	  .hex =
		"50524f58592054435034203235342e3235342e3235342e32353420312e32"
		"2e332e3420363535333520313233340d0a2e2e2e" },
	{ .id = "split-v2-envoy-frag1", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "1.2.3.4", .sport = 773, .dst = "0.1.1.2",
	  .dport = 2, .hdr_len = 28,
	  .hex =
		"0d0a0d0a000d0a515549540a2111000c0102030400010102030500026d6f"
		"72652064617461" },
	{ .id = "split-v2-envoy-frag2", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "1.2.3.4", .sport = 773, .dst = "0.1.1.2",
	  .dport = 2, .hdr_len = 28,
	  .hex =
		"0d0a0d0a000d0a515549540a2111000c0102030400010102030500026d6f"
		"72652064617461" },
	{ .id = "split-v2-envoy-frag3", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "1.2.3.4", .sport = 773, .dst = "0.1.1.2",
	  .dport = 2, .hdr_len = 28,
	  .hex =
		"0d0a0d0a000d0a515549540a2111000c0102030400010102030500026d6f"
		"72652064617461" },
	{ .id = "split-v2-envoy-partial9", .want = WIRE_OK, .anomaly = "none",
	  .version = 2, .cmd = PP_CMD_PROXY, .family = "inet",
	  .proto = "stream", .src = "1.2.3.4", .sport = 773, .dst = "0.1.1.2",
	  .dport = 2, .hdr_len = 28,
	  .hex =
		"0d0a0d0a000d0a515549540a2111000c0102030400010102030500026d6f"
		"726564617461" },
};
/* clang-format on */

#endif
