#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Checks the captures of this folder.

usage: check.py rebuilt  PCAPGEN      the generator gives the same files
       check.py expected TP_INSPECT   tp-inspect -J gives expect.jsonl
       check.py tshark   TP_INSPECT   tshark sees the same (it must be there)
       check.py update   PCAPGEN TP_INSPECT   write both anew, for review

The last line of expect.jsonl holds the exit status.
"""
import concurrent.futures
import functools
import ipaddress
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
FAILED = 0


def complain(what):
    global FAILED
    FAILED = 1
    print(what, file=sys.stderr)


def folders():
    found = sorted(p for p in HERE.iterdir() if (p / "input.pcap").exists())
    if not found:
        complain(f"no captures in {HERE}")
    return found


def inspect(program, folder, *more):
    """tp-inspect on the folder's capture: its lines and its exit status. A file
    "args" holds further options."""
    args = folder / "args"
    own = args.read_text().split() if args.exists() else []
    run = subprocess.run(
        [program, "-q", "-J", "-r", folder / "input.pcap", *own, *more],
        capture_output=True, text=True, timeout=60)
    if run.stderr:
        complain(f"{folder.name}: {run.stderr.strip()}")
    return run.stdout, run.returncode


def inspect_join(program, folder):
    """the same with --join, for captures of both sides of a proxy"""
    run = subprocess.run(
        [program, "-q", "-J", "--join", f"both={folder / 'input.pcap'}"],
        capture_output=True, text=True, timeout=60)
    if run.stderr:
        complain(f"{folder.name}: {run.stderr.strip()}")
    return run.stdout, run.returncode


def expectations(program, folder):
    """(file, what tp-inspect says, exit status) of what is kept"""
    yield (folder / "expect.jsonl", *inspect(program, folder))
    join = folder / "expect-join.jsonl"
    if join.exists():
        yield (join, *inspect_join(program, folder))


def rebuild(pcapgen, root):
    subprocess.run([pcapgen, root], check=True, timeout=60)
    return sorted(pathlib.Path(root).iterdir())


def check_rebuilt(pcapgen):
    with tempfile.TemporaryDirectory() as root:
        made = rebuild(pcapgen, root)
        if [p.name for p in made] != [p.name for p in folders()]:
            complain("the generator makes other captures than are here")
        for p in made:
            kept = HERE / p.name / "input.pcap"
            if not kept.exists() or \
                    kept.read_bytes() != (p / "input.pcap").read_bytes():
                complain(f"{p.name}: differs from what the generator makes")


def check_expected(program):
    for folder in folders():
        for kept, said, status in expectations(program, folder):
            want = kept.read_text()
            if said != want:
                complain(f"{kept}: expected\n{want}got\n{said}")
            last = json.loads(want.splitlines()[-1])
            if status != last["exit"]:
                complain(f"{kept}: exit {status}, summary {last['exit']}")
        if not (folder / "README.md").exists():
            complain(f"{folder.name}: README.md is missing")


# What tshark 4.0 cannot see, and why. Each must stay true: a tshark that
# learns it makes the test fail, so that the entry goes.
TSHARK_BLIND = {
    "010-ppv1-split": "a line split over segments is not put together",
    "011-ppv2-data-first": "data that came before the header hides it",
    "012-ppv2-split-reordered": "a split binary header is not put together",
    "015-ppv2-every-segment": "each copy of the header is shown",
    "016-ppv1-late": "a header in the middle of a stream is shown",
    "021-ppv1-bad-csum": "checksums are not verified by default",
    "029-spp-both-ways": "SPP is not dissected",
    "066-geneve": "each datagram's header is shown",
    "069-tunnels-nested": "tunnels are followed to any depth",
    "070-tunnel-port": "what is on a tunnel's port is taken for a tunnel",
    "071-ipv4-fragments": "SPP is not dissected",
    "073-fragments-lost": "SPP is not dissected",
    "074-fragments-overlap": "SPP is not dissected",
    "075-fragments-hostile": "SPP is not dissected",
    "085-header-from-origin": "a header of the accepting side is shown",
    "086-second-client": "a second header is shown as if it were the first",
    "088-overlap": "a split binary header is not put together",
    "089-sequence-wrap": "a split binary header is not put together",
    "093-udp-expiry": "each datagram's header is shown",
    "096-udp-mixed": "each datagram's header is shown",
    "097-udp-clients": "each datagram's header is shown",
    "098-spp-faults": "SPP is not dissected",
    "099-udp-mtu": "each datagram's header is shown",
    "117-mpls": "Ethernet behind a label is not recognised",
    "120-not-looked-into": "headers that we do not follow are decoded",
}

FIELDS = ["frame.number", "proxy.src.ipv4", "proxy.src.ipv6", "proxy.srcport",
          "proxy.dst.ipv4", "proxy.dst.ipv6", "proxy.dstport",
          # a line that data follows is shown where the whole is complete
          "tcp.segment", "tcp.srcport", "tcp.options", "tcp.flags.syn"]
KEYS = ["frame", "client", "cport", "via", "vport"]


def tshark(folder, *args):
    run = subprocess.run(
        ["tshark", "-n", "-o", "tcp.try_heuristic_first:TRUE", "-o",
         "udp.try_heuristic_first:TRUE", "-r", folder / "input.pcap", *args],
        capture_output=True, text=True, timeout=60, check=True)
    return run.stdout


@functools.cache
def tshark_rows(folder):
    """the values of FIELDS in each packet"""
    args = ["-T", "fields", "-E", "occurrence=f"]
    for name in FIELDS:
        args += ["-e", name]
    return [line.split("\t") for line in tshark(folder, *args).splitlines()]


def tshark_headers(folder):
    """(frame, client, cport, via, vport) of each header that tshark shows,
    at the frame that brought its first bytes"""
    found = set()
    for f in tshark_rows(folder):
        frame = f[7] or f[0]
        if f[3]:
            found.add((int(frame), f[1] or f[2], int(f[3]), f[4] or f[5],
                       int(f[6])))
    return found


def our_headers(program, folder):
    """the same from tp-inspect: of a UDP flow the first header"""
    said, _ = inspect(program, folder)
    flows = [json.loads(line) for line in said.splitlines()]
    return {tuple(f[k] for k in KEYS) for f in flows if "via" in f}


# What follows kind and length, by both: bytes before the address (its port, if
# they are two), and the address's length. Written down from the vendors'
# documents, not from the table of lib/wire.
TOA_LAYOUTS = {
    (28, 7): (1, 4), (28, 19): (1, 16), (200, 8): (2, 4), (200, 20): (2, 16),
    (249, 40): (2, 16), (252, 20): (2, 4), (253, 8): (2, 4),
    (253, 20): (2, 16), (254, 8): (2, 4), (254, 16): (2, 4),
    (254, 20): (2, 16),
}
# RFC 6994 identifiers that make a SYN's option somebody else's
TOA_OTHERS = (b"\xf9\x89", b"\x03\x48", b"\xe2\xd4\xc3\xd9")


def toa_options(area):
    """(kind, value) of each option; up to the first malformed one"""
    while area and area[0] != 0:
        size = 1 if area[0] == 1 else area[1] if len(area) > 1 else 0
        if size == 0 or size > len(area) or (size == 1 and area[0] != 1):
            return
        yield area[0], area[2:size]
        area = area[size:]


def tshark_toa(folder):
    """(sport, kind, length, client, cport) of each option that names a client,
    out of the raw options as tshark gives them, and in how many segments"""
    found = {}
    for row in tshark_rows(folder):
        sport, raw, syn = row[8:11]
        seen = set()
        for kind, value in toa_options(bytes.fromhex(raw)):
            before, size = TOA_LAYOUTS.get((kind, len(value) + 2), (0, 0))
            if not size or (syn in ("1", "True") and kind >= 253 and
                            value.startswith(TOA_OTHERS)):
                continue
            addr = value[before:before + size]
            port = int.from_bytes(value[:2], "big") if before == 2 else None
            if not any(addr) or port == 0:
                continue
            seen.add((int(sport), kind, len(value) + 2,
                      str(ipaddress.ip_address(addr)), port))
        for key in seen:
            found[key] = found.get(key, 0) + 1
    return found


def our_toa(program, folder):
    """the same from tp-inspect, whatever counts; but nothing from origins"""
    said, _ = inspect(program, folder)
    found = {}
    for line in said.splitlines():
        flow = json.loads(line)
        options = flow.get("options", []) + \
            ([flow["toa"]] if "toa" in flow else [])
        for o in options:
            if "client" in o:
                found[(flow["sport"], o["kind"], o["len"], o["client"],
                       o.get("cport"))] = sum(o["segments"].values())
    return found


def check_toa(program):
    checked = 0
    for folder in folders():
        theirs = tshark_toa(folder)
        ours = our_toa(program, folder)
        if folder.name == "051-toa-from-origin":
            # the origin's port; no such thing in our flow
            ours = {(8080, 200, 8, "203.0.113.7", 54321): 1}
        checked += len(theirs)
        if theirs != ours:
            complain(f"{folder.name}: options by tshark {theirs}, by "
                     f"tp-inspect {ours}")
    if checked < 20:
        complain(f"only {checked} options seen")


def check_tshark(program):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(tshark_rows, folders()))
    for folder in folders():
        theirs = tshark_headers(folder)
        ours = our_headers(program, folder)
        if folder.name == "027-ppv2-udp-every":
            # one line a datagram there, one line a flow here
            theirs = {min(theirs)} if theirs else theirs
        if folder.name in TSHARK_BLIND:
            if theirs == ours:
                complain(f"{folder.name}: tshark is no longer blind: "
                         f"{TSHARK_BLIND[folder.name]}")
        elif theirs != ours:
            complain(f"{folder.name}: tshark has {sorted(theirs)}, "
                     f"tp-inspect {sorted(ours)}")
    check_toa(program)
    check_document()


# seed/73 as the document's screen shows it
SCREEN = ["Linux cooked capture v1", "Frame 18: 60 bytes on wire",
          "Src Port: 7502, Dst Port: 10000, Seq: 57, Ack: 4, Len: 4",
          "[2 Reassembled TCP Segments (60 bytes): #7(56), #18(4)]",
          "PROXY Protocol", "Data (7 bytes)"]
# seed/74: frame and length
LENGTHS = {1: 73, 4: 81, 5: 45, 8: 53, 9: 45, 12: 53, 13: 45, 16: 53, 17: 45,
           20: 53}


def check_document():
    said = tshark(HERE / "001-document-ppv1-tcp", "-V", "-Y",
                  "frame.number == 18")
    for text in SCREEN:
        if text not in said:
            complain(f"001-document-ppv1-tcp: tshark does not show '{text}'")
    for name, host in (("002-document-ppv2-udp", "10.4.0.14"),
                       ("003-document-ppv2-udp-bad-csum", "10.4.0.10")):
        said = tshark(HERE / name, "-Y", f"ip.addr == {host}", "-T", "fields",
                      "-e", "frame.number", "-e", "frame.len")
        seen = {int(a): int(b) for a, b in
                (line.split() for line in said.splitlines())}
        if seen != LENGTHS:
            complain(f"{name}: frames and lengths are {seen}")
        bad = tshark(HERE / name, "-o", "udp.check_checksum:TRUE", "-o",
                     "ip.check_checksum:TRUE", "-Y",
                     f"ip.addr == {host} && udp.checksum.status == 0 && "
                     "ip.checksum.status == 0", "-T", "fields", "-e",
                     "frame.number").split()
        want = len(LENGTHS) if host == "10.4.0.10" else 0
        if len(bad) != want:
            complain(f"{name}: {len(bad)} bad checksums, not {want}")


def update(pcapgen, program):
    rebuild(pcapgen, HERE)
    for folder in folders():
        for kept, said, _ in expectations(program, folder):
            kept.write_text(said)


def main():
    jobs = {"rebuilt": check_rebuilt, "expected": check_expected,
            "tshark": check_tshark, "update": update}
    if len(sys.argv) < 3 or sys.argv[1] not in jobs:
        sys.exit(__doc__)
    jobs[sys.argv[1]](*sys.argv[2:])
    sys.exit(FAILED)


main()
