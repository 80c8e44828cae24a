/* SPDX-License-Identifier: BSD-2-Clause */
/* cases_ppv2.c - the binary header over TCP, right and wrong (PP 2.2) */
#include "case_macros.h"
#include "wire/wire.h"

/* clang-format off */
#define GOOD(id, title, req, clause, header) \
	CASE("ppv2/" id, title, MUST, HIGH, CASE_PPV2, 0, req, clause, \
	     "send " header " probe; expect client", NULL, NULL)
#define LOCAL(id, title, grave, req, header) \
	CASE("ppv2/local/" id, title, MUST, grave, CASE_PPV2, 0, \
	     "V2.3 " req, PP_V2_LOCAL, \
	     "send " header " probe; expect real", NULL, NULL)
#define BAD(id, title, grave, req, clause, header, sweep) \
	CASE("ppv2/" id, title, MUST, grave, CASE_PPV2, 0, req, clause, \
	     "send " header " probe; expect refused", sweep, NULL)
#define TELL(id, title, req, clause, header, words, trait) \
	CASE("ppv2/" id, title, INFO, NONE, CASE_PPV2, 0, req, clause, \
	     "send " header " probe; expect " words, NULL, trait)
#define PP_ADDR "PP 2.2: the address block: 12, 36 or 216 bytes"

static const struct case_def cases[] = {
	/* ---- what must be taken ---- */
	GOOD("valid/tcp4", "an IPv4 client, 28 bytes",
	     "G4 V2.1 V2.4 V2.10 seed/29 seed/65 seed/75",
	     "PP 2.2: PROXY: the receiver must use the address block", "v2:4"),
	GOOD("valid/tcp6", "an IPv6 client, 52 bytes",
	     "G4 V2.4 V2.10 seed/65 seed/75", PP_ADDR, "v2:6"),
	CASE("ppv2/valid/header-alone",
	     "the header in a segment of its own, data later", MUST, HIGH,
	     CASE_PPV2, 0, "V2.13",
	     "PP 2: the header goes first; data may come any time",
	     "send v2:4; gap 60; send probe; expect client", NULL, NULL),
	CASE("ppv2/valid/header-alone6", "the same for an IPv6 client", MUST,
	     HIGH, CASE_PPV2, 0, "V2.13",
	     "PP 2: the header goes first; data may come any time",
	     "send v2:6; gap 60; send probe; expect client", NULL, NULL),
	CASE("ppv2/valid/ports-zero", "ports 0 and 0", MUST, MEDIUM,
	     CASE_PPV2, 0, "V2.10", PP_ADDR,
	     "send x0d0a0d0a000d0a515549540a2111000cc0000201c000020200000000 "
	     "probe; expect served", NULL, NULL),
	CASE("ppv2/valid/mapped", "::ffff:198.18.100.100 in IPv6 form", MUST,
	     MEDIUM, CASE_PPV2, 0, "V2.10", PP_ADDR,
	     "send x0d0a0d0a000d0a515549540a21210024"
	     "00000000000000000000ffffc6126464"
	     "00000000000000000000ffffcb0071654e2028cb probe; expect served",
	     NULL, NULL),

	/* ---- TLVs that must not disturb ---- */
	GOOD("tlv/alpn", "ALPN h2", "T1 T2", PP_TLV, "v2:4,tlv=01:6832"),
	GOOD("tlv/authority", "AUTHORITY example.com", "T1 T3", PP_TLV,
	     "v2:4,tlv=02:6578616d706c652e636f6d"),
	GOOD("tlv/noop", "NOOP of 9 bytes", "T1 T5", PP_TLV,
	     "v2:4,tlv=04:000000000000000000"),
	GOOD("tlv/noop-empty", "NOOP without a value", "T1 T5", PP_TLV,
	     "v2:4,tlv=04:"),
	GOOD("tlv/unique-id", "UNIQUE_ID of 16 bytes", "T1 T6", PP_TLV,
	     "v2:4,tlv=05:000102030405060708090a0b0c0d0e0f"),
	GOOD("tlv/unique-id-128", "UNIQUE_ID of 128 bytes", "T1 T6",
	     "PP 2.2.5: up to 128 bytes",
	     "v2:4,tlv=05:"
	     "00000000000000000000000000000000000000000000000000000000000000"
	     "00000000000000000000000000000000000000000000000000000000000000"
	     "00000000000000000000000000000000000000000000000000000000000000"
	     "00000000000000000000000000000000000000000000000000000000000000"
	     "00000000"),
	GOOD("tlv/ssl", "SSL with version, CN and cipher", "T1 T8", PP_TLV,
	     "v2:4,tlv=20:0100000000"
	     "210007544c5376312e33"
	     "22000b6578616d706c652e636f6d"
	     "23000c54455354204349504845520a"),
	GOOD("tlv/ssl-new-subs", "SSL with GROUP, SIG_SCHEME, CLIENT_CERT",
	     "T8", "PP 2.2.6: sub-TLVs 0x26, 0x27, 0x28",
	     "v2:4,tlv=20:0100000000"
	     "210007544c5376312e33"
	     "260006583235353139"
	     "27000465643235"
	     "2800023000"),
	GOOD("tlv/ssl-algorithms", "SSL with SIG_ALG and KEY_ALG", "T8",
	     "PP 2.2.6: sub-TLVs 0x24, 0x25",
	     "v2:4,tlv=20:0100000000"
	     "240006534841323536"
	     "25000752534132303438"),
	GOOD("tlv/netns", "NETNS", "T1 T7", PP_TLV, "v2:4,tlv=30:626c7565"),
	GOOD("tlv/aws", "the VPC endpoint of AWS, 0xEA", "T9", PP_TLV,
	     "v2:4,tlv=ea:01767063652d3031323334353637383961626364656631"),
	GOOD("tlv/azure", "the link of Azure, 0xEE", "T9", PP_TLV,
	     "v2:4,tlv=ee:0178563412"),
	GOOD("tlv/gcp", "the connection of GCP, 0xE0", "T9", PP_TLV,
	     "v2:4,tlv=e0:0123456789abcdef"),
	GOOD("tlv/experimental", "types 0xF0 and 0xF7", "T9", PP_TLV,
	     "v2:4,tlv=f0:00,tlv=f7:0102"),
	GOOD("tlv/future", "type 0xFF", "T9", PP_TLV, "v2:4,tlv=ff:01020304"),
	GOOD("tlv/unassigned", "type 0x77", "T1 T9", PP_TLV,
	     "v2:4,tlv=77:010203"),
	GOOD("tlv/several", "four at a time, for an IPv6 client", "T1 V2.9",
	     PP_TLV,
	     "v2:6,tlv=01:6832,tlv=02:61,tlv=05:01,tlv=ea:0176706365"),
	GOOD("tlv/aws-nlb", "as AWS sends it: CRC32C, VPC, padding to 84",
	     "T1 T4 T5 T9", PP_TLV,
	     "v2:4,tlv=ea:01767063652d303132,pad=77,crc"),
	GOOD("tlv/seven-bytes", "TLVs a header of a fixed size would hide",
	     "T1 V2.9", PP_V2_LENGTH, "v2:4,tlv=04:00000000"),
	TELL("tlv/twice", "AUTHORITY twice", "T10",
	     "PP is silent on TLVs that are there twice",
	     "v2:4,tlv=02:61,tlv=02:62", "client",
	     "takes a TLV twice|refuses a TLV twice"),
	TELL("tlv/unique-id-129", "UNIQUE_ID of 129 bytes", "T6",
	     "PP 2.2.5: up to 128 bytes",
	     "v2:4,tlv=05:"
	     "00000000000000000000000000000000000000000000000000000000000000"
	     "00000000000000000000000000000000000000000000000000000000000000"
	     "00000000000000000000000000000000000000000000000000000000000000"
	     "00000000000000000000000000000000000000000000000000000000000000"
	     "0000000000", "refused",
	     "checks the length of UNIQUE_ID|takes any length of UNIQUE_ID"),

	/* ---- CRC32C ---- */
	GOOD("crc/good", "a right CRC32C", "T4",
	     "PP 2.2.3: the checksum over the whole header", "v2:4,crc"),
	GOOD("crc/good6", "a right CRC32C, IPv6", "T4",
	     "PP 2.2.3: the checksum over the whole header", "v2:6,crc"),
	GOOD("crc/good-tlv", "a right CRC32C behind other TLVs", "T4 T10",
	     "PP 2.2.3: the checksum over the whole header",
	     "v2:4,tlv=02:6162,tlv=04:00,crc"),
	CASE("ppv2/crc/bad", "a wrong CRC32C", SHOULD, MEDIUM, CASE_PPV2, 0,
	     "T4",
	     "PP 2.2.3: if the receiver supports it and it does not match, it "
	     "must treat the connection as invalid",
	     "send v2:4,crc=bad probe; expect refused", NULL,
	     "checks CRC32C|never checks CRC32C"),
	CASE("ppv2/crc/bad6", "a wrong CRC32C, IPv6", SHOULD, MEDIUM,
	     CASE_PPV2, 0, "T4",
	     "PP 2.2.3: if the receiver supports it and it does not match, it "
	     "must treat the connection as invalid",
	     "send v2:6,crc=bad probe; expect refused", NULL, NULL),
	TELL("crc/little-endian", "a CRC32C in the other byte order", "T4",
	     "PP 2.2.3 does not say the order; senders use network order",
	     "v2:4,crc=le", "refused", NULL),
	TELL("crc/two-bytes", "a CRC32C of two bytes", "T4",
	     "PP 2.2.3: the value is 32 bits", "v2:4,tlv=03:0000", "refused",
	     NULL),

	/* ---- LOCAL ---- */
	LOCAL("empty", "LOCAL without a block, a health check", HIGH,
	      "seed/65", "v2:local"),
	LOCAL("crc", "LOCAL with a CRC32C", MEDIUM, "T10", "v2:local,crc"),
	LOCAL("tlv", "LOCAL with a TLV", MEDIUM, "V2.9",
	      "v2:local,tlv=04:000000"),
	LOCAL("addresses4", "LOCAL with IPv4 addresses to skip", HIGH, "V2.9",
	      "v2:local4"),
	LOCAL("addresses6", "LOCAL with IPv6 addresses to skip", HIGH, "V2.9",
	      "v2:local6"),
	LOCAL("aws", "the health check of AWS: family 0x11, 84 bytes of TLVs "
	      "and no addresses", HIGH, "V2.9",
	      "v2:local,fam=0x11,tlv=03:a9b87e8f,"
	      "tlv=ea:01767063652d303132,pad=84"),
	LOCAL("family-ff", "LOCAL of family 0xFF", LOW, "V2.6",
	      "v2:local,fam=0xff"),
	LOCAL("family-17", "LOCAL of protocol 7", LOW, "V2.6",
	      "v2:local4,fam=0x17"),
	LOCAL("short", "LOCAL with 4 bytes to skip", LOW, "V2.9",
	      "v2:local,fam=0x11,rawtlv=04000100"),
	LOCAL("unix", "LOCAL with 216 bytes to skip", LOW, "V2.9",
	      "v2:unix,cmd=0"),
	CASE("ppv2/local/addresses-unused", "addresses of LOCAL are nobody's",
	     MUST, HIGH, CASE_PPV2, CASE_F_IDENTITY, "V2.3", PP_V2_LOCAL,
	     "send v2:local4 probe; expect real|refused", NULL, NULL),

	/* ---- UNSPEC, UNIX, the other transport: free ---- */
	CASE("ppv2/unspec/empty", "PROXY of an unspecified family", SHOULD,
	     LOW, CASE_PPV2, 0, "V2.7 V2.8",
	     "PP 2.2: 0x00 is the only one mandatory to implement",
	     "send v2:unspec probe; expect real|refused", NULL, NULL),
	CASE("ppv2/unspec/addresses-unused",
	     "addresses of an unspecified family are nobody's", MUST, HIGH,
	     CASE_PPV2, CASE_F_IDENTITY, "V2.8",
	     "PP 2.2: UNSPEC: the receiver should ignore address information",
	     "send v2:4,fam=0 probe; expect real|refused", NULL, NULL),
	TELL("unspec/taken", "is an unspecified family taken?", "V2.8",
	     "PP 2.2: UNSPEC: free to accept or to reject", "v2:unspec",
	     "real", "takes UNSPEC|refuses UNSPEC"),
	TELL("unspec/family-01", "unspecified family, STREAM", "V2.8",
	     "PP 2.2: UNSPEC: free to accept or to reject", "v2:unspec,fam=1",
	     "real", NULL),
	TELL("unspec/family-10", "IPv4, unspecified protocol", "V2.8",
	     "PP 2.2: UNSPEC: free to accept or to reject", "v2:4,fam=0x10",
	     "real", NULL),
	TELL("family/unix", "AF_UNIX over TCP", "V2.7",
	     "PP 2.2: valid, but unsupported: accept as UNSPEC, or reject",
	     "v2:unix", "served", "takes AF_UNIX|refuses AF_UNIX"),
	TELL("family/unix-dgram", "AF_UNIX datagrams over TCP", "V2.7",
	     "PP 2.2: valid, but unsupported: accept as UNSPEC, or reject",
	     "v2:udgram", "served", NULL),
	TELL("family/udp4", "UDP over IPv4, said over TCP", "V2.7",
	     "PP 2.2: valid, but unsupported: accept as UNSPEC, or reject",
	     "v2:u4", "served",
	     "takes DGRAM over TCP|refuses DGRAM over TCP"),
	TELL("family/udp6", "UDP over IPv6, said over TCP", "V2.7",
	     "PP 2.2: valid, but unsupported: accept as UNSPEC, or reject",
	     "v2:u6", "served", NULL),

	/* ---- what must be refused ---- */
	BAD("sig/flipped", "one byte of the signature wrong", HIGH, "R6 V2.1",
	    "PP 2: else the protocol is not matched and the connection must "
	    "be dropped", "v2:4,flip=$", "0-11"),
	BAD("version/other", "versions 0, 1, 3 to 15", HIGH, "V2.2 R6",
	    "PP 2.2: the receiver must only accept version 2", "v2:4,ver=$",
	    "0,1,3-15"),
	BAD("command/unknown", "commands 2 to 15", HIGH, "V2.5",
	    "PP 2.2: other values must be refused by the receiver",
	    "v2:4,cmd=$", "2-15"),
	BAD("command/unknown6", "commands 2 to 15, IPv6", HIGH, "V2.5",
	    "PP 2.2: other values must be refused by the receiver",
	    "v2:6,cmd=$", "2,7,15"),
	BAD("family/unknown", "families 4 to 15", MEDIUM, "V2.6",
	    "PP 2.2: other values must be rejected as invalid", "v2:4,fam=$",
	    "0x41,0x51,0x61,0x71,0x81,0x91,0xa1,0xb1,0xc1,0xd1,0xe1,0xf1"),
	BAD("family/unknown-protocol", "protocols 3 to 15", MEDIUM, "V2.6",
	    "PP 2.2: other values must be rejected as invalid", "v2:4,fam=$",
	    "0x13-0x1f"),
	BAD("family/unknown-both", "family and protocol unknown", MEDIUM,
	    "V2.6", "PP 2.2: other values must be rejected as invalid",
	    "v2:4,fam=$", "0x44,0x99,0xff"),
	BAD("length/zero", "no block where IPv4 addresses have to be", HIGH,
	    "V2.12 V2.10", PP_ADDR, "v2:4,cut=0", NULL),
	BAD("length/short4", "1 to 11 bytes for IPv4 addresses", HIGH,
	    "V2.12", PP_ADDR, "v2:4,cut=$", "1-11"),
	BAD("length/short6", "too few bytes for IPv6 addresses", HIGH,
	    "V2.12", PP_ADDR, "v2:6,cut=$", "0,1,4,12,20,34,35"),
	BAD("length/v4-block-for-v6", "an IPv4 block in the IPv6 family",
	    HIGH, "V2.12", PP_ADDR, "v2:4,fam=0x21", NULL),
	CASE("ppv2/length/beyond", "a length beyond what comes, then FIN",
	     MUST, HIGH, CASE_PPV2, 0, "R3 V2.9 V2.11",
	     "PP 2.2: must also reject partial protocol headers",
	     "send v2:4,len=1000 probe; half; expect refused", NULL, NULL),
	TELL("length/unix-short", "4 bytes for AF_UNIX", "V2.12", PP_ADDR,
	     "v2:unix,cut=4", "refused", NULL),

	/* ---- TLVs that do not fit ---- */
	CASE("ppv2/tlv/overrun", "a TLV longer than the block", SHOULD,
	     MEDIUM, CASE_PPV2, 0, "T1",
	     "PP 2.2: the lengths of all TLVs add up to the block's",
	     "send v2:4,rawtlv=0200ff61 probe; expect refused", NULL,
	     "checks that TLVs fit|never checks that TLVs fit"),
	CASE("ppv2/tlv/dribble1", "one byte left behind the last TLV", SHOULD,
	     LOW, CASE_PPV2, 0, "T1",
	     "PP 2.2: the lengths of all TLVs add up to the block's",
	     "send v2:4,tlv=04:00,rawtlv=04 probe; expect refused", NULL,
	     NULL),
	CASE("ppv2/tlv/dribble2", "two bytes left behind the last TLV",
	     SHOULD, LOW, CASE_PPV2, 0, "T1",
	     "PP 2.2: the lengths of all TLVs add up to the block's",
	     "send v2:4,tlv=04:00,rawtlv=0400 probe; expect refused", NULL,
	     NULL),
	TELL("tlv/ssl-short", "SSL of 4 bytes", "T8",
	     "PP 2.2.6: client and verify are 5 bytes",
	     "v2:4,tlv=20:01000000", "refused", NULL),
	TELL("tlv/ssl-sub-overrun", "a sub-TLV longer than its SSL", "T8",
	     "PP 2.2.6: sub-TLVs add up to the length of SSL",
	     "v2:4,tlv=20:01000000002100ff54", "refused", NULL),
	TELL("tlv/ssl-nested", "SSL inside SSL", "T10",
	     "PP is silent on nesting",
	     "v2:4,tlv=20:01000000002000050100000000", "client", NULL),

	/* ---- size ---- */
	CASE("ppv2/size/536", "536 bytes, what any segment carries", SHOULD,
	     MEDIUM, CASE_PPV2, 0, "G2 V2.9",
	     "PP 2: the header fits one segment of 536 bytes",
	     "send v2:4,pad=520 probe; expect client", NULL, NULL),
	CASE("ppv2/size/grows", "larger and larger, up to 65,551 bytes", INFO,
	     NONE, CASE_PPV2, 0, "V2.9",
	     "PP 2.2: the length has 16 bits; receivers set limits",
	     "send v2:4,pad=$ probe; expect client",
	     "91,92,200,216,520,1008,1400,2032,4080,8176,16368,32752,65535", NULL),
};
/* clang-format on */

const struct case_table cases_ppv2 = { cases, ARRAY_SIZE(cases) };
