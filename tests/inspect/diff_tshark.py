#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""tp-inspect and tshark see the same packets, headers and tunnels.

usage: diff_tshark.py TP_INSPECT PCAPS

On every capture of PCAPS and on made ones: frames; packets and bytes of each
direction between two ends; the networks of tunnels; and every field of PROXY
headers that both have, wherever tshark decodes a header. Where they differ the
capture stands in a table below with the reason, and the test fails if they
begin to agree.
"""
import collections
import concurrent.futures
import ipaddress
import json
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

FAILED = 0

# Packets or bytes differ.
PACKETS = {
    "059-snaplen": "ports of a TCP header that was cut are shown",
    "069-tunnels-nested": "tunnels are followed to any depth",
    "073-fragments-lost": "the first fragment is not decoded by itself",
    "074-fragments-overlap": "IPv6 packets with overlaps are put together",
    "077-uoa-opp": "IP protocol 248 is not decoded",
    "117-mpls": "Ethernet behind a label is not recognised",
    "120-not-looked-into": "headers that we do not follow are decoded",
    "122-udp-tunnels": "Teredo is followed",
}
# Networks of tunnels differ.
NETWORKS = {
    "070-tunnel-port": "what is on a tunnel's port is taken for a tunnel",
}
# Fields of headers differ, or the header is not the one that counts.
HEADERS = {
    "014-ppv1-duplicate": "both copies are shown",
    "015-ppv2-every-segment": "each copy of the header is shown",
    "016-ppv1-late": "a header in the middle of a stream is shown",
    "021-ppv1-bad-csum": "checksums are not verified by default",
    "023-ppv2-tlvs": "TLVs in the header's last 16 bytes are not shown, and "
                     "those behind an SSL TLV stand beneath it",
    "069-tunnels-nested": "tunnels are followed to any depth",
    "085-header-from-origin": "a header of the accepting side is shown",
    "086-second-client": "a second header is shown as if it were the first",
    "120-not-looked-into": "headers that we do not follow are decoded",
}
# What tshark calls differently than the standard or we do is left out:
# proxy.v2.tlv.* of TLVs in the last 16 bytes (4.0 stops early).
FIELDS = ["proxy.src.ipv4", "proxy.src.ipv6", "proxy.dst.ipv4",
          "proxy.dst.ipv6", "proxy.srcport", "proxy.dstport",
          "proxy.v1.proto", "proxy.v2.cmd", "proxy.v2.addr_family",
          "proxy.v2.protocol", "proxy.v2.length", "proxy.v2.tlv.type",
          "proxy.v2.tlv.length"]
PACKET_FIELDS = ["frame.number", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst",
                 "frame.protocols", "tcp.srcport", "tcp.dstport", "tcp.len",
                 "udp.srcport", "udp.dstport", "udp.length",
                 "tcp.segment", "vxlan.vni", "geneve.vni", "gre.key",
                 "erspan.spanid"]


def complain(what):
    global FAILED
    FAILED = 1
    print(what, file=sys.stderr)


def tshark(path):
    """rows of PACKET_FIELDS and FIELDS, the last value of the former (that of
    the innermost header) and all of the latter"""
    args = ["tshark", "-n", "-o", "tcp.try_heuristic_first:TRUE", "-o",
            "udp.try_heuristic_first:TRUE", "-r", path, "-T", "fields", "-E",
            "occurrence=a"]
    for name in PACKET_FIELDS + FIELDS:
        args += ["-e", name]
    run = subprocess.run(args, capture_output=True, text=True, timeout=120)
    if run.returncode:
        complain(f"{path}: tshark cannot read it: {run.stderr}")
    names = PACKET_FIELDS + FIELDS
    rows = []
    for line in run.stdout.splitlines():
        row = dict(zip(names, line.split("\t")))
        rows.append({k: v.split(",") if v else [] for k, v in row.items()})
    return rows


def addresses(row):
    """of the innermost IP header"""
    layers = row["frame.protocols"][0].split(":")
    k = [name for name in layers if name in ("ip", "ipv6")][-1]
    return row[k + ".src"][-1], row[k + ".dst"][-1]


def their_packets(rows):
    """{(transport, src, sport, dst, dport): [packets, bytes]}"""
    found = collections.defaultdict(lambda: [0, 0])
    for row in rows:
        if row["tcp.srcport"]:
            key = ("TCP", row["tcp.srcport"], row["tcp.dstport"])
            size = int(row["tcp.len"][-1]) if row["tcp.len"] else 0
        elif row["udp.srcport"]:
            key = ("UDP", row["udp.srcport"], row["udp.dstport"])
            size = int(row["udp.length"][-1]) - 8
        else:
            continue
        src, dst = addresses(row)
        cell = found[(key[0], src, int(key[1][-1]), dst, int(key[2][-1]))]
        cell[0] += 1
        cell[1] += size
    return dict(found)


def our_packets(flows):
    found = collections.defaultdict(lambda: [0, 0])
    for f in flows:
        a, b = (f["src"], f["sport"]), (f["dst"], f["dport"])
        for way, side in ((a + b, "sent"), (b + a, "replied")):
            if f[side]["packets"]:
                cell = found[(f["transport"],) + way]
                cell[0] += f[side]["packets"]
                cell[1] += f[side]["bytes"]
    return dict(found)


def number(text):
    return int(text, 16) if text.startswith("0x") else int(text)


def their_networks(rows):
    return {number(v) for row in rows for k in
            ("vxlan.vni", "geneve.vni", "gre.key",
             "erspan.spanid") for v in row[k]}


def our_networks(flows):
    return {t["id"] for f in flows for t in f.get("tunnels", []) if "id" in t}


def normal(value):
    """0x0001, 1, True and 1 are the same"""
    try:
        return str(number(value))
    except ValueError:
        return value.lower()


def their_headers(rows):
    """{frame: {field: values}} of each header, at its first segment"""
    found = {}
    for row in rows:
        if not row["proxy.srcport"]:
            continue
        frame = (row["tcp.segment"] or row["frame.number"])[0]
        found[int(frame)] = {k: [normal(v) for v in row[k]] for k in FIELDS}
    return found


def our_headers(program, path):
    args = [program, "-q", "-r", path, "-T", "fields", "-e", "frame.number"]
    for name in FIELDS:
        args += ["-e", name]
    run = subprocess.run(args, capture_output=True, text=True, timeout=120)
    if run.stderr:
        complain(f"{path}: {run.stderr}")
    found = {}
    for line in run.stdout.splitlines():
        values = line.split("\t")
        row = dict(zip(FIELDS, values[1:]))
        if row["proxy.srcport"]:
            found[int(values[0])] = {
                k: [normal(x) for x in v.split(",")] if v else []
                for k, v in row.items()}
    return found


def compare(what, name, table, theirs, ours):
    if name in table:
        if theirs == ours:
            complain(f"{name}: {what} agree now, although: {table[name]}")
    elif theirs != ours:
        for key in sorted(set(theirs) | set(ours)):
            if theirs.get(key) != ours.get(key):
                complain(f"{name}: {what}: {key}: {theirs.get(key)} by "
                         f"tshark, {ours.get(key)} by tp-inspect")


def check_headers(name, theirs, ours):
    """all that tshark shows has to be in ours; of TLVs it may have fewer"""
    shown = {}
    for frame, fields in theirs.items():
        mine = dict(ours.get(frame, {}))
        for k in ("proxy.v2.tlv.type", "proxy.v2.tlv.length"):
            if mine:
                mine[k] = mine[k][:len(fields[k])]
        shown[frame] = mine
    compare("headers", name, HEADERS, theirs, shown)


def check(program, name, path):
    rows = tshark(path)
    run = subprocess.run([program, "-q", "-J", "-r", path],
                         capture_output=True, text=True, timeout=120)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    flows = [f for f in lines if f["type"] == "flow"]
    if lines[-1]["frames"] != len(rows):
        complain(f"{name}: {len(rows)} frames by tshark, "
                 f"{lines[-1]['frames']} by tp-inspect")
    compare("packets", name, PACKETS, their_packets(rows), our_packets(flows))
    compare("networks", name, NETWORKS,
            collections.Counter(their_networks(rows)),
            collections.Counter(our_networks(flows)))
    theirs = their_headers(rows)
    ours = our_headers(program, path)
    first = {}
    for frame in sorted(theirs):  # of a UDP flow we show the first header
        row = rows[frame - 1]
        if row["udp.srcport"] and name not in HEADERS:
            key = (row["udp.srcport"][-1], row["udp.dstport"][-1])
            if first.setdefault(key, frame) != frame:
                del theirs[frame]
    check_headers(name, theirs, ours)
    return len(theirs), len(flows)


# What follows makes captures: random, but the same in every run.

SIG = bytes.fromhex("0d0a0d0a000d0a515549540a")


def packed(addr):
    return ipaddress.ip_address(addr).packed


def internet_sum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


# LINKTYPE_* of the captures that are made, in turns
ETHERNET, RAW, LOOP, LINUX_SLL, LINUX_SLL2 = 1, 101, 108, 113, 276
LINKS = ETHERNET, LINUX_SLL, ETHERNET, LINUX_SLL2, RAW, LOOP

IPV6_HOP_BY_HOP, IPV6_ROUTING, IPV6_FRAGMENT, IPV6_DESTINATION = 0, 43, 44, 60


def ethertype(packet):
    return b"\x08\x00" if packet[0] >> 4 == 4 else b"\x86\xdd"


class Maker:
    """writes one capture of conversations that run at the same time"""

    def __init__(self, path, seed):
        self.rng = random.Random(seed)
        self.link = LINKS[seed % len(LINKS)]
        self.file = open(path, "wb")
        self.file.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535,
                                    self.link))
        self.time_us = 1682666399_000000
        self.id = 0

    def frame(self, data):
        self.time_us += self.rng.randrange(1, 5000)
        self.file.write(struct.pack("<IIII", self.time_us // 1000000,
                                    self.time_us % 1000000, len(data),
                                    len(data)) + data)

    def ip(self, src, dst, proto, data, frag=0, ident=None):
        src, dst = packed(src), packed(dst)
        if len(src) == 16:
            return struct.pack("!IHBB", 6 << 28, len(data), proto,
                               64) + src + dst + data
        more = b"\1" * (frag == 0 and self.rng.choice([0, 0, 0, 4, 40]))
        head = struct.pack("!BBHHHBBH", 0x45 + len(more) // 4, 0,
                           20 + len(more) + len(data),
                           (ident or 0) & 0xffff, frag, 64, proto, 0)
        head += src + dst + more
        return head[:10] + struct.pack("!H", internet_sum(head)) + \
            head[12:] + data

    def extended(self, proto, data):
        """@data of IPv6 behind extension headers: the first one's type, all"""
        chain = [IPV6_DESTINATION] * self.rng.randrange(3)
        if self.rng.random() < 0.3:
            chain.append(IPV6_ROUTING)
        if self.rng.random() < 0.3:
            chain.append(IPV6_HOP_BY_HOP)
        for kind in chain:
            extra = self.rng.randrange(3)
            if kind == IPV6_ROUTING:  # RFC 8754, no segments left
                body = struct.pack("!BBBB", 4, 0, 0, 0) + b"\0\0" + \
                    packed("2001:db8::7")
                extra = 2
            else:
                pad = 4 + 8 * extra
                body = struct.pack("!BB", 1, pad) + bytes(pad)
            data = struct.pack("!BB", proto, extra) + body + data
            proto = kind
        return proto, data

    def fragments(self, packet):
        """@packet, IPv4 or IPv6, in pieces and in any order"""
        self.id += 1
        is_6 = packet[0] >> 4 == 6
        at = 40 if is_6 else (packet[0] & 15) * 4
        src, dst = (packet[8:24], packet[24:40]) if is_6 else \
            (packet[12:16], packet[16:20])
        proto = packet[6] if is_6 else packet[9]
        first = b""
        if is_6 and proto == IPV6_HOP_BY_HOP:  # of each fragment, RFC 8200
            end = at + 8 + 8 * packet[at + 1]
            proto, first, at = packet[at], packet[at:end], end
        data = packet[at:]
        cuts = sorted({self.rng.randrange(8, len(data), 8)
                       for _ in range(self.rng.randrange(1, 4))}
                      | {0, len(data)})
        pieces = []
        for lo, hi in zip(cuts, cuts[1:]):
            more = hi < len(data)
            if is_6:
                kind = IPV6_FRAGMENT
                piece = struct.pack("!BBHI", proto, 0, lo | more, self.id) + \
                    data[lo:hi]
                if first:
                    kind = IPV6_HOP_BY_HOP
                    piece = bytes([IPV6_FRAGMENT]) + first[1:] + piece
                pieces.append(self.ip(ipaddress.ip_address(src),
                                      ipaddress.ip_address(dst), kind, piece))
            else:
                pieces.append(self.ip(ipaddress.ip_address(src),
                                      ipaddress.ip_address(dst), proto,
                                      data[lo:hi], lo // 8 | more << 13,
                                      self.id))
        self.rng.shuffle(pieces)
        return pieces

    def ether(self, packet, tags=(), session=None):
        kind = ethertype(packet)
        head = bytes.fromhex("020000000001020000000002")
        for tag in tags:
            head += b"\x81\x00" + struct.pack("!H", tag)
        if session is not None:  # PPPoE, RFC 2516
            kind = b"\x88\x64"
            point = b"\x00\x21" if packet[0] >> 4 == 4 else b"\x00\x57"
            packet = struct.pack("!BBHH", 0x11, 0, session,
                                 2 + len(packet)) + point + packet
        return head + kind + packet

    def framed(self, packet, tags, session):
        kind = ethertype(packet)
        if self.link == RAW:
            return packet
        if self.link == LOOP:
            return struct.pack("!I", 2 if packet[0] >> 4 == 4 else 30) + packet
        if self.link == LINUX_SLL:
            return struct.pack("!HHH8s2s", 0, 1, 6, b"\2\0\0\0\0\1", kind) + \
                packet
        if self.link == LINUX_SLL2:
            return struct.pack("!2sHIHBB8s", kind, 0, 1 + self.rng.randrange(9),
                               1, 0, 6, b"\2\0\0\0\0\1") + packet
        return self.ether(packet, tags, session)

    def tunnel(self, kind, number, side, packet):
        ends = ["192.0.2.101", "192.0.2.102"][::side]
        version = packet[0] >> 4
        proto = ethertype(packet)
        if kind == "vxlan":
            inner = b"\x08\0\0\0" + struct.pack("!I", number << 8) + \
                self.ether(packet)
            port = 4789
        elif kind == "geneve":
            inner = b"\0\0" + proto + struct.pack("!I", number << 8) + packet
            port = 6081
        elif kind == "gre":
            return self.ip(*ends, 47, b"\x20\0" + proto +
                           struct.pack("!I", number) + packet)
        else:
            return self.ip(*ends, 4 if version == 4 else 41, packet)
        udp = struct.pack("!HHHH", 50000, port, 8 + len(inner), 0)
        return self.ip(*ends, 17, udp + inner)

    def header(self):
        rng = self.rng
        client = f"203.0.113.{rng.randrange(1, 255)}"
        port = rng.randrange(1024, 65536)
        kind = rng.random()
        if kind < 0.2:
            return f"PROXY TCP4 {client} 198.51.100.1 {port} 443\r\n".encode()
        if kind < 0.3:
            return f"PROXY TCP6 2001:db8:c::{port:x} 2001:db8::1 {port} " \
                f"443\r\n".encode()
        if kind < 0.35:
            return b"PROXY UNKNOWN\r\n"
        ends = packed(client) + packed("198.51.100.1")
        family = 0x11
        if kind < 0.6:
            ends = packed(f"2001:db8:c::{port:x}") + packed("2001:db8::1")
            family = 0x21
        body = ends + struct.pack("!HH", port, 443)
        if kind > 0.9:
            body = b"/run/client".ljust(108, b"\0") + \
                b"/run/server".ljust(108, b"\0")
            family = 0x31
        for _ in range(rng.randrange(3)):
            value = rng.randbytes(rng.randrange(1, 40))
            body += struct.pack("!BH", rng.choice([0x02, 0x05, 0xe1]),
                                len(value)) + value
        return SIG + bytes([0x21, family]) + struct.pack("!H", len(body)) + body

    def flow(self, number):
        """packets of one connection, as (direction, IP packet)"""
        rng = self.rng
        is_6 = rng.random() < 0.4
        ends = [("2001:db8:5::5", "2001:db8:a::10") if is_6 else
                ("198.51.100.5", "192.0.2.10")][0]
        ports = (35000 + number, 9999)
        seq = [rng.randrange(1 << 32), rng.randrange(1 << 32)]

        def segment(side, flags, data=b""):
            src, dst = ends[side], ends[1 - side]
            tcp = struct.pack("!HHIIBBHHH", ports[side], ports[1 - side],
                              seq[side] % (1 << 32), seq[1 - side] % (1 << 32)
                              if flags & 16 else 0, 0x50, flags, 64240, 0, 0)
            pseudo = packed(src) + packed(dst) + \
                struct.pack("!II", len(tcp) + len(data), 6)
            check = struct.pack("!H", internet_sum(pseudo + tcp + data))
            seq[side] += len(data) + bool(flags & 3)
            proto, whole = 6, tcp[:16] + check + tcp[18:] + data
            if is_6:
                proto, whole = self.extended(proto, whole)
            return side, self.ip(src, dst, proto, whole)

        yield segment(0, 2)
        yield segment(1, 18)
        yield segment(0, 16)
        yield segment(0, 24, self.header() + b"GET / HTTP/1.0\r\n\r\n")
        for _ in range(rng.randrange(4)):
            yield segment(1, 24, rng.randbytes(rng.randrange(1, 900)))
            yield segment(0, 16)
        yield segment(0, 17)
        yield segment(1, 17)
        yield segment(0, 16)

    def make(self, flows):
        kinds = [(), (), ("vxlan",), ("geneve",), ("gre",), ("ipip",),
                 ("gre", "vxlan"), ("ipip", "geneve"), ("vxlan", "ipip")]
        running = []
        for i in range(flows):
            running.append((self.flow(i), self.rng.choice(kinds), 100 + i,
                            [self.rng.randrange(1, 4095) for _ in
                             range(self.rng.randrange(3))],
                            self.rng.choice([None, None, 1 + i]),
                            self.rng.random() < 0.5))
        while running:
            one = self.rng.choice(running)
            steps, around, number, tags, session, is_cut = one
            try:
                side, packet = next(steps)
            except StopIteration:
                running.remove(one)
                continue
            for kind in around:
                packet = self.tunnel(kind, number, -1 if side else 1, packet)
            pieces = [packet]
            if is_cut and len(packet) > 100:
                pieces = self.fragments(packet)
            for p in pieces:
                self.frame(self.framed(p, tags, session))
        self.file.close()


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    program, pcaps = sys.argv[1], pathlib.Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as root:
        jobs = [(p.parent.name, p) for p in sorted(pcaps.glob("*/input.*"))]
        for i in range(len(LINKS)):
            path = pathlib.Path(root) / f"made-{i}.pcap"
            Maker(path, i).make(60)
            jobs.append((path.stem, path))
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            counts = list(pool.map(lambda j: check(program, *j), jobs))
    for name in set(PACKETS) | set(NETWORKS) | set(HEADERS):
        if name not in [j[0] for j in jobs]:
            complain(f"{name}: there is no such capture")
    headers, flows = map(sum, zip(*counts))
    print(f"{len(jobs)} captures, {flows} flows, {headers} headers")
    if sum(c[0] for c in counts[-len(LINKS):]) < 20 * len(LINKS):
        complain("tshark sees hardly a header in what was made here")
    sys.exit(FAILED)


main()
