#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Rewrites the table of disputed vectors in docs/vectors.md.

usage: gen_conformance.py VECTORS.json docs/vectors.md

The verdicts come from the vectors, the reasons from READINGS below. A vector
that no reading covers is an error, so that none is left unexplained.
"""
import json
import re
import sys

from gen import EARLIER

BEGIN = "<!-- disputed: begin, made by tests/vectors/gen_conformance.py -->"
END = "<!-- disputed: end -->"

# (id pattern, verdict, why, clause): the first that matches
READINGS = [
    (r"v1-unknown-(short|15)$", "accept",
     "the rest of the line may be left out after UNKNOWN", "2.1"),
    (r"v1-unknown-(108|too-long-ppp|long-pires)$", "reject",
     "no CR LF in the first 107 bytes; a reader's buffer need not be longer",
     "2.1"),
    (r"v1-unknown-worst107$", "accept",
     "107 bytes is the longest line a reader must take", "2.1"),
    (r"v1-unknown-", "accept",
     "whatever stands between UNKNOWN and CR LF is to be ignored, so it is "
     "not judged", "2.1"),
    (r"v1-lead0-octet", "reject",
     "no leading zero in an octet; 010 is eight to some readers and ten to "
     "others", "2.1"),
    (r"v1-lead0-", "reject", "no leading zero in a port", "2.1"),
    (r"v1-mapped-", "accept",
     "a dotted tail is outside the grammar, but senders in wide use write it "
     "and it has one meaning; taken with the remark v1.addr6_dotted", "2.1"),
    (r"v1-nginx-mixed-bug$", "reject",
     "both addresses are of the family that the token names", "2.1"),
    (r"v1-tcp4-mapped$", "reject",
     "TCP4 takes dotted quads only, and a mapped address is IPv6 text",
     "2.1"),
    (r"v1-zone", "reject",
     "a zone is no part of an address; it means nothing on another host",
     "2.1"),
    (r"v1-lf-then-http$", "reject",
     "a lone LF ends nothing, even if a CR LF follows later", "2.1"),
    (r"v1-(trail-sp|extra-)", "reject",
     "the line ends right after the second port", "2.1"),
    (r"v1-empty-sport$", "reject", "exactly one space between fields", "2.1"),
    (r"v1-empty-dport$", "reject", "a port has one digit at least", "2.1"),
    (r"v1-port-(plus|trail-garbage)$", "reject",
     "a port is digits and nothing else", "2.1"),
    (r"v1-port", "reject",
     "above 65535; taking it modulo 65536 would name another port", "2.1"),
    (r"v1-addr-(299|256)$", "reject", "an octet is 0..255", "2.1"),
    (r"v1-addr6-5hex$", "reject", "a group has four digits at most", "2.1"),
    (r"v1-netty-too-long$", "reject",
     "the port has a leading zero, which decides before the line gets too "
     "long", "2.1"),
    (r"v2-udp6-crc-mailgun$", "reject",
     "a CRC32C that is there is verified, whatever the family", "2.2.3"),
    (r"v2-tcp4-vpce-libpp-crc-le$", "reject",
     "the checksum is read big-endian, as the large senders write it; this "
     "one is little-endian", "2.2.3"),
    (r"v2-(varnish-crc-bad|nginx-tlvset|noop-zero-crc-mailgun)$", "reject",
     "the CRC32C does not match; a reader that can check must refuse",
     "2.2.3"),
    (r"v2-crc-len2-ppp$", "reject", "a CRC32C has four bytes", "2.2.3"),
    (r"v2-ssl-short-libpp$", "reject",
     "shorter than the fixed part of an SSL TLV", "2.2.6"),
    (r"v2-ssl-trailing-libpp$", "reject",
     "the sub-TLVs do not fill the SSL TLV", "2.2.6"),
    (r"v2-nested-ssl-200$", "accept",
     "the outer TLVs are sound; SSL is read one level deep and the inner one "
     "stays raw, with the remark tlv.ssl_nested, so depth costs nothing",
     "2.2.6"),
    (r"v2-(varnish-tlv-overrun|tlv-overrun|tlv-overflow|tlv-partial)",
     "reject", "a TLV reaches past the header, where only payload can be",
     "2.2"),
    (r"v2-varnish-subtlv-len$", "reject",
     "the TLVs leave one byte over; their frame is checked before what is in "
     "them", "2.2"),
    (r"v2-(varnish-dribble|tlv-dribble|tlv-incomplete|zeropad)", "reject",
     "one or two bytes are left over that are no TLV", "2.2"),
    (r"v2-tlv-10k-pires$", "accept",
     "the length has 16 bits and the format no smaller limit; tp-origin's "
     "own limit of 4096 bytes refuses it by name (v2.len_limit)", "2.2"),
    (r"v2-local-crc-bad-icgood$", "accept",
     "the block of LOCAL is skipped unread, so nothing in it can be wrong",
     "2.2"),
    (r"v2-local-(famff|proto7)", "accept",
     "the family byte of LOCAL is ignored, also a value that PROXY could not "
     "have", "2.2"),
    (r"v2-local-short4-pires$", "accept",
     "skipped by its length; there are no addresses to be too short", "2.2"),
    (r"v2-local-", "accept",
     "skipped by its length, which need not be 0", "2.2"),
    (r"v2-unspec-crc-icgood$", "accept",
     "UNSPEC: the block is skipped, TLVs included, and the real endpoints "
     "are used", "2.2"),
    (r"v2-unspec-", "accept",
     "UNSPEC family: free to accept; the block is skipped and the real "
     "endpoints are used", "2.2"),
    (r"v2-(inet6?-unspec|unix-tlv-ppp)", "accept",
     "UNSPEC protocol: handled as UNSPEC altogether, the real endpoints are "
     "used", "2.2"),
    (r"v2-unix-len20|v2-len1-unix", "reject",
     "the length does not hold the 216 bytes of two paths", "2.2"),
    (r"v2-len", "reject",
     "the length does not hold the family's addresses: a partial header",
     "2.2"),
    (r"v2-unix-", "accept",
     "a valid family we decode; it names no IP client, so the real endpoints "
     "are used", "2.2"),
    (r"v2-udp[46]", "accept",
     "a valid combination; whether DGRAM may come over TCP is left to the "
     "reader, and the addresses are sound", "2.2"),
    (r"v2-fam(24|13)", "reject",
     "a protocol above 2 must be refused", "2.2"),
    (r"v2-fam", "reject", "a family above 3 must be refused", "2.2"),
    (r"udp-tcp4-fam-coredns$", "accept",
     "a valid combination; STREAM in a datagram is the sender's slip, and "
     "the addresses are sound", "2.2"),
    (r"udp-", "accept",
     "a datagram may be all header: its payload is empty", "2"),
]


def reading(vec):
    for pattern, verdict, why, clause in READINGS:
        if re.match(pattern, vec["id"]):
            if verdict != vec["strict"]:
                sys.exit(f'{vec["id"]}: {verdict}, vector {vec["strict"]}')
            return why, clause
    sys.exit(f'{vec["id"]}: no reading')


def rows(vectors):
    for vec in vectors:
        if vec["expect"] != "disputed":
            continue
        why, clause = reading(vec)
        slug = ""
        if vec["strict"] == "reject":
            slug = f'`{EARLIER.get(vec["id"]) or vec["reason"]}`'
        yield f'| {vec["id"]} | {vec["strict"]} | {slug} | {why} | {clause} |'


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        table = list(rows(json.load(file)))
    with open(sys.argv[2], encoding="utf-8") as file:
        head, rest = file.read().split(BEGIN)
    tail = rest.split(END)[1]
    body = ["", "| vector | we | anomaly | why | PP |",
            "|---|---|---|---|---|"] + table + [""]
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write(head + BEGIN + "\n".join(body) + END + tail)
    print(len(table), "rows")


if __name__ == "__main__":
    main()
