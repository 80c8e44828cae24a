#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The same frames give the same verdicts, whatever they come in.

usage: sources.py TP_INSPECT PCAPS

Each capture of pcaps/ is rewritten: as pcapng, with nanoseconds, big-endian,
with comments, compressed, on standard input. Captures are merged by mergecap
and by -r -r. Files are cut.
"""
import gzip
import json
import pathlib
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import tempfile
import time

INSPECT = sys.argv[1]
PCAPS = sorted(p for p in pathlib.Path(sys.argv[2]).glob("*/input.pcap")
               if p.read_bytes().startswith(b"\xd4\xc3\xb2\xa1"))
FAILED = 0
# every so many, and with the tools, which take longer, every so many of those
SAMPLE = 4
SAMPLE_TOOLS = 4


def complain(what):
    global FAILED
    FAILED = 1
    print(what, file=sys.stderr)


def run(*args, **more):
    return subprocess.run(args, check=True, capture_output=True, timeout=60,
                          **more).stdout


def inspect(*args, stdin=subprocess.DEVNULL):
    """(standard output, standard error, exit status) of tp-inspect -J"""
    done = subprocess.run([INSPECT, "-J", "-q", *map(str, args)],
                          capture_output=True, text=True, timeout=60,
                          stdin=stdin)
    return done.stdout, done.stderr, done.returncode


def same(what, want, *args, **more):
    got = inspect(*args, **more)
    if got != want:
        complain(f"{what}: expected\n{want}\ngot\n{got}")


def records(data):
    """(seconds, fraction, length on the wire, bytes) of a little-endian pcap"""
    at = 24
    while at < len(data):
        s, frac, cap, wire = struct.unpack_from("<4I", data, at)
        yield s, frac, wire, data[at + 16:at + 16 + cap]
        at += 16 + cap


def big_endian(data, ns):
    head = struct.unpack_from("<IHHiIII", data)
    magic = 0xa1b23c4d if ns else 0xa1b2c3d4
    made = struct.pack(">IHHiIII", magic, *head[1:])
    for s, frac, wire, frame in records(data):
        made += struct.pack(">4I", s, frac * (1000 if ns else 1), len(frame),
                            wire) + frame
    return made


def pcapng(data, order, resol, sections):
    """every frame in a block of its own, each third in an obsolete one, after
    options, comments and blocks that nobody knows; a section anew after half
    of them; times in units of 2^-32 s, or of 10^-resol s"""
    link = struct.unpack_from("<I", data, 20)[0]

    def block(kind, body):
        body += bytes(-len(body) % 4)
        size = struct.pack(order + "I", len(body) + 12)
        return struct.pack(order + "I", kind) + size + body + size

    def option(code, value):
        return struct.pack(order + "HH", code, len(value)) + value + \
            bytes(-len(value) % 4)

    def begin():
        shb = block(0x0a0d0d0a, struct.pack(order + "IHHq", 0x1a2b3c4d, 1, 0,
                                            -1) + option(1, b"a section"))
        other = block(1, struct.pack(order + "HHI", 147, 0, 0))
        idb = block(1, struct.pack(order + "HHI", link, 0, 0) +
                    option(2, b"eth0") + option(9, bytes([resol])) +
                    option(14, struct.pack(order + "q", 1000)) + option(0, b""))
        return shb + other + idb + block(0x0bad, b"unknown")

    made = begin()
    frames = list(records(data))
    for i, (s, frac, wire, frame) in enumerate(frames):
        if sections and i == len(frames) // 2:
            made += begin()
        us = (s - 1000) * 1000000 + frac
        if resol == 0x80 | 32:
            # the next unit, so that it does not round to the one before
            ts = (us << 32) // 1000000 + 1
        else:
            ts = us * 10 ** resol // 1000000
        which = struct.pack(order + "HH", 1, 7) if i % 3 == 2 else \
            struct.pack(order + "I", 1)
        made += block(2 if i % 3 == 2 else 6, which + struct.pack(
            order + "IIII", ts >> 32, ts & 0xffffffff, len(frame), wire) +
            frame + bytes(-len(frame) % 4) +
            option(1, b"look") + option(0, b""))
    return made


def check_forms(work, pcap, by_tools):
    want = inspect("-r", pcap)
    data = pcap.read_bytes()
    name = pcap.parent.name
    out = work / "out"

    def check(what, content):
        out.write_bytes(content)
        same(f"{name}: {what}", want, "-r", out)

    check("big-endian", big_endian(data, False))
    check("big-endian, nanoseconds", big_endian(data, True))
    for order in "<>":
        check(f"pcapng {order} 10^-6", pcapng(data, order, 6, False))
        check(f"pcapng {order} 10^-9, two sections",
              pcapng(data, order, 9, True))
        check(f"pcapng {order} 10^-10", pcapng(data, order, 10, False))
        check(f"pcapng {order} 2^-32", pcapng(data, order, 0x80 | 32, False))
    check("gzip", gzip.compress(data))
    half = len(data) // 2
    check("gzip, two members",
          gzip.compress(data[:half]) + gzip.compress(data[half:]))
    with open(pcap, "rb") as f:
        same(f"{name}: stdin", want, "-r", "-", stdin=f)
    if not by_tools:
        return
    check("zstd", run("zstd", "-q", "-c", pcap))
    run("editcap", "-F", "pcapng", "-a", "1:a comment", pcap, out)
    same(f"{name}: editcap, comment", want, "-r", out)
    run("editcap", "-F", "nsecpcap", pcap, out)
    same(f"{name}: editcap, nanoseconds", want, "-r", out)
    run("tshark", "-r", pcap, "-w", out)
    same(f"{name}: tshark", want, "-r", out)


def check_merge(work):
    """three captures that interleave: frames are numbered as in the file that
    mergecap makes of them, whatever format and link types"""
    for n, files in enumerate((PCAPS[3:6], PCAPS[10:14], PCAPS[20:22],
                               [p for p in PCAPS if "sll" in p.parent.name] +
                               PCAPS[4:6])):
        merged = work / f"merged{n}"
        run("mergecap", "-F", "pcapng", "-w", merged, *files)
        args = [a for f in files for a in ("-r", f)]
        same(f"merged: {[f.parent.name for f in files]}",
             inspect("-r", merged), *args)
        same("merged and filtered", inspect("-r", merged, "tcp"), *args, "tcp")


def check_cut(work):
    """whatever is cut: what came before is reported, and marked"""
    out = work / "cut"
    pcap = PCAPS[3]
    for data in (pcap.read_bytes(), pcapng(pcap.read_bytes(), ">", 6, True)):
        out.write_bytes(data)
        whole = json.loads(inspect("-r", out)[0].splitlines()[-1])
        seen = set()
        for size in list(range(len(data) - 1, 30, -53)):
            out.write_bytes(data[:size])
            said, err, status = inspect("-r", out)
            if "cap.cut" not in err:
                # between two records
                if status == 3:
                    complain(f"cut at {size}: 3 without a reason: {err}")
                continue
            last = json.loads(said.splitlines()[-1])
            if status != 3 or last["cut"]["frame"] != last["frames"]:
                complain(f"cut at {size}: {status}, {last}")
            seen.add(last["frames"])
        if max(seen) < whole["frames"] - 2 or len(seen) < 5:
            complain(f"cuts show {seen} of {whole['frames']} frames")
    for name, data in (("gz", gzip.compress(pcap.read_bytes())),
                       ("zst", run("zstd", "-q", "-c", pcap))):
        out.write_bytes(data[:-7])
        said, err, status = inspect("-r", out)
        if status != 3 or "cap." not in err:
            complain(f"cut {name}: {status} {err}")


def check_zstd_window(work):
    """as large as zstd(1) unpacks by itself; of a larger one it is said"""
    data = PCAPS[3].read_bytes()
    out = work / "long.zst"
    for log, want in (27, inspect("-r", PCAPS[3])[2]), (28, 3), (31, 3):
        # no content size, the window's logarithm, one raw block, the last
        out.write_bytes(b"\x28\xb5\x2f\xfd\0" + bytes([(log - 10) << 3]) +
                        struct.pack("<I", len(data) << 3 | 1)[:3] + data)
        said, err, status = inspect("-r", out)
        if status != want or ("zstd -d --long=31" in err) != (want == 3) or \
                "damaged" in err:
            complain(f"zstd, window 2^{log}: {status} {err}")


def wait_for(what, ready):
    end = time.monotonic() + 20
    while not ready():
        if time.monotonic() > end:
            complain(f"{what}: nothing came")
            return False
        select.select([], [], [], 0.02)
    return True


def check_signals(work):
    """a capture that goes on: SIGUSR1 asks for what is known, SIGINT for the
    end; nothing is lost"""
    with open(work / "err", "wb") as err, open(work / "log", "wb") as log:
        inspector = subprocess.Popen([INSPECT, "-r", "-"], stderr=err,
                                     stdin=subprocess.PIPE, stdout=log)
    pipe = inspector.stdin
    pipe.write(PCAPS[3].read_bytes())
    pipe.flush()

    def said(text):
        return text in (work / "err").read_text()

    def ask():
        inspector.send_signal(signal.SIGUSR1)
        return said(" 1 split")

    # The handler has to be there before it is asked.
    status = pathlib.Path(f"/proc/{inspector.pid}/status")

    def catches():
        for line in status.read_text().splitlines():
            if line.startswith("SigCgt:"):
                return int(line.split()[1], 16) >> (signal.SIGUSR1 - 1) & 1
        return False

    if wait_for("handler", catches):
        wait_for("snapshot", ask)
        inspector.send_signal(signal.SIGINT)
    if inspector.wait(20) != 1:
        complain(f"SIGINT: left with {inspector.returncode}")
    if " SPLIT " not in (work / "log").read_text():
        complain("SIGINT: the flow is not told")
    pipe.close()


def check_progress(work):
    """on a terminal a bar, if it takes long; without one, or with -q, none"""
    main, tty = pty.openpty()
    with open(work / "log", "wb") as log:
        inspector = subprocess.Popen([INSPECT, "-r", "-"], stdout=log,
                                     stdin=subprocess.PIPE, stderr=tty)
    os.close(tty)
    inspector.stdin.write(PCAPS[3].read_bytes()[:-10])
    inspector.stdin.flush()
    shown = b""

    def drawn():
        nonlocal shown
        if select.select([main], [], [], 0.1)[0]:
            shown += os.read(main, 65536)
        return b" read, " in shown

    wait_for("progress", drawn)
    inspector.stdin.close()
    try:
        while True:
            shown += os.read(main, 65536)
    except OSError:
        pass
    os.close(main)
    inspector.wait(20)
    if b"\r\x1b[K" not in shown:
        complain(f"the bar stays: {shown}")


def main():
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        for i, pcap in enumerate(PCAPS[::SAMPLE]):
            check_forms(work, pcap, i % SAMPLE_TOOLS == 0)
        check_merge(work)
        check_zstd_window(work)
        check_cut(work)
        check_signals(work)
        check_progress(work)
    sys.exit(FAILED)


main()
