#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The forms of tp-inspect's output: they agree with each other and with tshark,
and files that are written can be read.

usage: output.py TP_INSPECT PCAPS
"""
import base64
import csv
import hashlib
import html.parser
import io
import json
import os
import pathlib
import pty
import re
import resource
import signal
import struct
import subprocess
import sys
import tempfile
import time

PROGRAM, PCAPS = os.path.abspath(sys.argv[1]), pathlib.Path(sys.argv[2])
FAILED = 0


def check(ok, what):
    global FAILED
    if not ok:
        FAILED = 1
        print(f"failed: {what}", file=sys.stderr)


def capture(number):
    return next(PCAPS.glob(f"{number:03d}-*/input.pcap"))


def run(*args, **more):
    return subprocess.run([PROGRAM, "-q", *args], capture_output=True,
                          timeout=60, **more)


def text(*args):
    return run(*args).stdout.decode()


def tshark(*args):
    done = subprocess.run(["tshark", *args], capture_output=True,
                          text=True, timeout=60)
    check(done.returncode == 0, f"tshark {args}: {done.stderr}")
    return done.stdout


def flows(path, *args):
    lines = [json.loads(line) for line in
             text("-J", "-r", path, *args).splitlines()]
    return [f for f in lines if f["type"] == "flow"]


# captures for what needs tshark, which takes its time to start
SOME = (2, 10, 16, 23, 40, 47, 50)


# --- fields, CSV, JSON: the same of each flow

def test_forms_agree():
    for path in sorted(PCAPS.glob("*/input.pcap")):
        said = flows(path)
        rows = list(csv.DictReader(io.StringIO(
            run("-T", "csv", "-r", path).stdout.decode(), newline="")))
        plain = text("-r", path).splitlines()
        check(len(rows) == len(said) == len(plain), f"{path}: flows differ")
        for f, row, line in zip(said, rows, plain):
            verdict = f["verdict"]
            check(row["tp.verdict"] == verdict, f"{path}: CSV {verdict}")
            check(row["tp.flow"] == str(f["flow"]), f"{path}: CSV number")
            check(f"  {verdict}" in line, f"{path}: text {verdict}")
            check(row["tp.mode"] == f["mode"], f"{path}: CSV mode")
            client = f.get("client", "")
            check(client in row["tp.client"] and client in line,
                  f"{path}: client {client}")
        names = "tp.verdict,tp.sent.bytes,proxy.v2.tlv.type"
        got = [json.loads(line) for line in
               text("-T", "json", "-e", names, "-r", path).splitlines()]
        for f, fields in zip(said, got):
            check(fields["tp.verdict"] == f["verdict"] and
                  fields["tp.sent.bytes"] == f["sent"]["bytes"] and
                  fields.get("proxy.v2.tlv.type", []) ==
                  [t["type"] for t in f.get("tlvs", [])],
                  f"{path}: -T json {fields}")


def test_layout():
    path = capture(23)
    got = text("-r", path, "-e", "ip.src,proxy.v2.tlv.type", "-E", "header=y",
               "-E", "separator=;", "-E", "aggregator=/s")
    check(got == "ip.src;proxy.v2.tlv.type\n198.51.100.5;0x01 0x02 0x05 0x20 "
                 "0xea 0x04 0x03\n", f"layout: {got}")
    for letter, want in ("f", "0x01"), ("l", "0x03"):
        got = text("-r", path, "-e", "proxy.v2.tlv.type", "-E",
                   f"occurrence={letter}")
        check(got == want + "\n", f"occurrence {letter}: {got}")
    for letter in "yn":
        args = ["-r", path, "-T", "fields", "-e", "ip.src", "-E", "header=y",
                "-E", f"bom={letter}"]
        got = text(*args)
        check(got == tshark("-n", "-Y", "proxy", *args) and
              got.startswith("\ufeff") == (letter == "y"),
              f"bom={letter}: {got!r}")
    raw = run("-r", path, "-T", "csv", "-e", "tp.client,proxy.v2.tlv.type")
    check(raw.stdout == b'tp.client,proxy.v2.tlv.type\r\n203.0.113.7:40000,'
          b'"0x01,0x02,0x05,0x20,0xea,0x04,0x03"\r\n', f"CSV: {raw.stdout}")


def test_quotes():
    """a separator in a value, and what tshark does with quotes"""
    path = capture(23)
    missing = capture(17)
    for separator in ";", ":", ",", "/t":
        raw = text("-T", "csv", "-E", f"separator={separator}", "-e",
                   "tp.advice,tp.src", "-r", missing)
        rows = list(csv.reader(io.StringIO(raw, newline=""), delimiter={
            "/t": "\t"}.get(separator, separator)))
        check([len(r) for r in rows] == [2, 2] and ":" in rows[1][0],
              f"separator {separator}: {rows}")
    for letter, q in ("d", '"'), ("s", "'"), ("n", ""):
        args = ["-T", "fields", "-E", f"quote={letter}", "-e", "ip.src", "-e",
                "proxy.v2.cmd", "-e", "ipv6.src"]
        ours = text("-r", path, *args)
        check(ours == tshark("-n", "-r", path, "-Y", "proxy", *args) and
              ours.startswith(q + "198.51.100.5" + q), f"quote={letter}: {ours}")


def test_names_of_tshark():
    """where tshark has the name it has the value"""
    path = capture(23)
    listed = [line.split()[0] for line in text("--fields").splitlines()]
    names = [n for n in listed if n.startswith(("proxy.", "ip.", "tcp."))]
    known = {line.split("\t")[2] for line in
             tshark("-G", "fields").splitlines() if line.startswith("F\t")}
    # ours, or spelt otherwise ("keu_alg")
    other = {n for n in names if n not in known}
    check(other == {"proxy.v2.tlv.name", "proxy.v2.tlv.text",
                    "proxy.v2.tlv.authority", "proxy.v2.tlv.alpn",
                    "proxy.v2.tlv.ssl.key_alg"}, f"unknown to tshark: {other}")
    names = [n for n in names if n not in other]
    stream = names.index("tcp.stream")
    # of TLVs the first: tshark counts sub-TLVs among them, and loses the last
    args = ["-T", "fields", "-E", "occurrence=f"]
    args += [a for n in names for a in ("-e", n)]
    for number in 1, 23, 24, 26:
        path = capture(number)
        ours = {line.split("\t")[stream]: line.split("\t") for line in
                text("-r", path, *args).splitlines()}
        theirs = {}
        for line in tshark("-n", "-r", path, "-Y", "proxy", "-o",
                           "tcp.try_heuristic_first:TRUE",
                           *args).splitlines():
            theirs.setdefault(line.split("\t")[stream], line.split("\t"))
        check(theirs, f"{path}: tshark sees nothing")
        for key, row in theirs.items():
            for n, x, y in zip(names, ours[key], row):
                # which tshark leaves empty for version 1
                if (n, x) != ("proxy.version", "1"):
                    check(x == y, f"{path}: {n}: {x!r}, tshark: {y!r}")


# --- what a client writes

HOSTILE = "a\nb\tc\r\"d\\e\x1b[31mf\x7fg\u009bh\u202ei\u00fcj\u4e2dk".encode() + \
    b"\xffl\x00m"


def one_segment(payload):
    """a capture of one segment, the checksum left to the card"""
    tcp = struct.pack(">HHIIBBHHH", 40000, 8080, 1, 1, 5 << 4, 0x18, 65535, 0,
                      0) + payload
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 1, 0, 64, 6, 0,
                     bytes([198, 51, 100, 5]), bytes([192, 0, 2, 10]))
    packet = ip + tcp
    return struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 101) + \
        struct.pack("<IIII", 1, 0, len(packet), len(packet)) + packet


def with_tlvs(*tlvs):
    body = bytes([203, 0, 113, 7, 198, 51, 100, 1]) + \
        struct.pack(">HH", 40000, 443)
    for kind, value in tlvs:
        body += struct.pack(">BH", kind, len(value)) + value
    return one_segment(b"\r\n\r\n\0\r\nQUIT\n\x21\x11" +
                       struct.pack(">H", len(body)) + body)


def test_hostile(work):
    """no byte of a capture breaks a line, or is one that a terminal obeys"""
    path = work / "hostile.pcap"
    ssl = b"\x07\0\0\0\0" + struct.pack(">BH", 0x22, len(HOSTILE)) + HOSTILE
    path.write_bytes(with_tlvs((1, HOSTILE), (2, HOSTILE), (0x20, ssl),
                               (0xea, b"\x01" + HOSTILE), (0xe9, b"\x1b" * 3000)))
    names = [line.split()[0] for line in text("--fields").splitlines()]
    texts = [n for n in names if ".tlv." in n]
    forms = [[], ["-V"], ["-x"], ["--summary"], ["-J"], ["--summary", "-J"]]
    for form in "fields", "csv", "json":
        for loose in "y", "n":
            forms.append(["-T", form, "-e", ",".join(texts), "-E",
                          f"escape={loose}"])
            forms.append(forms[-1] + ["-E", "quote=d"])
    for form in forms:
        said = run("-K", "-r", path, *form)
        rest = re.sub(r"[\t\n]|\r\n", "", said.stdout.decode())
        check(rest and all(c.isprintable() or c == "\u00a0" for c in rest),
              f"{form}: {rest!r}")
        if "fields" in form or "csv" in form or "json" in form:
            lines = said.stdout.decode().splitlines()
            check(len(lines) == 1 + ("csv" in form), f"{form}: {lines}")
    out = work / "hostile.html"
    run("-K", "--mode", "off", "--report", out, "-r", path)
    check(out.read_text("ascii").replace("\n", "").replace("\t", "")
          .isprintable(), "a page")
    # all of it is there, and can be told from what looks like it
    get = ["-K", "-r", path, "-e", "proxy.v2.tlv.authority"]
    want = "".join(chr(b) if 32 <= b < 127 and b not in b'"\\' else f"\\x{b:02x}"
                   for b in HOSTILE)
    check(text(*get) == want + "\n", f"escape=y: {text(*get)}")
    check(text(*get) == text(*get, "-E", "escape=y"), "escape=y is not usual")
    loose = text(*get, "-E", "escape=n")
    check(loose == 'a\\x0ab\\x09c\\x0d"d\\e\\x1b[31mf\\x7fg\\xc2\\x9bh'
          '\\xe2\\x80\\xaei\u00fcj\u4e2dk\\xffl\\x00m\n', f"escape=n: {loose}")
    long = text(*get[:-1], "proxy.v2.tlv.text", "-E", "occurrence=l")
    check(long == "\\x1b" * 3000 + "\n", f"a long one: {len(long)}")
    tree = text(*get[:-2], "-V")
    check("3000 bytes: 1b1b" in tree and "1b...\n" in tree, "a long one in -V")
    # names of files
    odd = work / "a\x1b[31m\nb\u202e"
    said = run("-r", odd).stderr.decode()
    check(r"a\x1b[31m\x0ab\xe2\x80\xae: No such" in said and
          said.count("\n") == 1, f"a file's name: {said!r}")
    said = run(odd).stderr.decode()
    check(said.count("\n") == 2 and "\x1b" not in said, f"usage: {said!r}")


# --- tree and hex

def test_tree_and_hex():
    said = text("-V", "-x", "-r", capture(23))
    for want in ('0x02 AUTHORITY, 11 bytes: "example.com"',
                 "client: 203.0.113.7:40000", "[0d 0a 0d 0a",
                 "0x22 SSL_CN", "bytes 54 to 193: the header"):
        check(want in said, f"-V -x: no {want}")
    path = capture(48)
    both = text("-x", "-r", path)
    for offset, frame in re.findall(r"at byte (\d+) of frame (\d+)", both):
        check(f"frame {frame}, bytes {offset} to {offset}: what is malformed"
              in both, f"-x: byte {offset} of frame {frame}")
    one = text("-r", path, "--flow", "2")
    check(one == text("-r", path).splitlines(True)[1], "--flow 2")
    pipe = run("-x", "-r", "-", input=capture(4 + 20).read_bytes())
    check(b"the header\n" in pipe.stdout, "-x of standard input")


def terminal(columns, env, *args):
    """what is printed on a terminal"""
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(env, COLUMNS=str(columns))
        subprocess.run(["stty", "cols", str(columns)], check=True)
        os.execv(PROGRAM, [PROGRAM, "-q", *map(str, args)])
    said = b""
    while True:
        try:
            part = os.read(fd, 65536)
        except OSError:
            break
        if not part:
            break
        said += part
    os.waitpid(pid, 0)
    os.close(fd)
    return said.decode().replace("\r\n", "\n")


def test_terminal():
    path = capture(50)
    env = {"TERM": "xterm", "NO_COLOR": ""}
    said = terminal(80, env, "-r", path)
    bare = re.sub(r"\033\[[0-9;]*m", "", said)
    check("\033[1;31mMISMATCH" in said and "\033[32mOK" in said, "colours")
    check(max(map(len, bare.splitlines())) <= 80, f"80 columns: {bare}")
    check(" ".join(bare.split()) == " ".join(text("-r", path).split()),
          "a terminal gets the same words")
    bare = terminal(80, {"TERM": "xterm", "NO_COLOR": "1"}, "-r", path)
    check("\033" not in bare, "NO_COLOR")
    check("\033" not in terminal(80, {"TERM": "dumb", "NO_COLOR": ""}, "-r",
                                 path), "TERM=dumb")
    check("\033" in text("--color", "always", "-r", path), "--color always")
    for more in ["-V"], ["-x"], ["--summary"]:
        said = terminal(80, env, "-r", path, *more)
        bare = re.sub(r"\033\[[0-9;]*m", "", said)
        check(max(map(len, bare.splitlines())) <= 80, f"{more}: {bare}")


# --- summary

def test_summary():
    for path in map(capture, SOME):
        said = flows(path)
        run_summary = run("-J", "--summary", "-r", path)
        summary = json.loads(run_summary.stdout)
        both = subprocess.run([PROGRAM, "--summary", "-r", path],
                              capture_output=True, text=True, timeout=60)
        check(re.search(r" flows?: ", both.stdout) and
              " flow" not in both.stderr,
              f"{path}: told twice: {both.stderr}")
        check(summary["exit"] == run_summary.returncode, f"{path}: exit")
        check(summary["flows"] == len(said), f"{path}: flows")
        for f in said:
            summary["modes"][f["mode"]][f["verdict"]] -= 1
        check(not any(n for m in summary["modes"].values()
                      for n in m.values()), f"{path}: modes")
        clients = {}
        for f in said:
            if "client" in f:
                clients[f["client"]] = clients.get(f["client"], 0) + 1
        check(all(clients[c["client"]] == c["flows"]
                  for c in summary["top_clients"]), f"{path}: clients")
        delays = sorted(f["timing"]["header_us"] for f in said
                        if "header_us" in f["timing"])
        told = summary["header_us"]
        check(told["count"] == len(delays), f"{path}: delays")
        if delays:
            check(told["min"] == delays[0] and told["max"] == delays[-1],
                  f"{path}: {told}")


# --- files

def test_annotate(work):
    for path in map(capture, SOME):
        out = work / "a.pcapng"
        run("--annotate", out, "-r", path)
        same = ["-T", "fields", "-e", "frame.time_epoch", "-e", "frame.len",
                "-e", "frame.cap_len"]
        check(tshark("-r", path, *same) == tshark("-r", out, *same),
              f"{path}: not the same packets")
        comments = {}
        for line in tshark("-r", out, "-T", "fields", "-e", "frame.number",
                           "-e", "frame.comment", "-Y",
                           "frame.comment").splitlines():
            number, comment = line.split("\t")
            comments[int(number)] = comment
        for f in flows(path):
            if "frame" in f and f["verdict"] == "OK" and "hdr_len" in f:
                check("carries a " in comments.get(f["frame"], ""),
                      f"{path}: frame {f['frame']} has no comment")
            if f["verdict"] == "OK":
                continue
            where = [c for c in comments.values()
                     if f"flow {f['flow']}: {f['verdict']}" in c]
            check(len(where) == 1, f"{path}: flow {f['flow']}: {where}")
    # comments that are there stay, and none comes a second time
    again = work / "b.pcapng"
    run("--annotate", again, "-r", out)
    old = tshark("-r", out, "-T", "fields", "-e", "frame.comment")
    new = tshark("-r", again, "-T", "fields", "-e", "frame.comment")
    check("tp-inspect: flow" in old and old == new, f"comments: {new}")
    # though the flows be others by number
    less = work / "less.pcap"
    run("--annotate", again, "-r", capture(96))
    old = tshark("-r", again, "-Y", "udp.stream == 1", "-T", "fields",
                 "-e", "frame.comment")
    tshark("-r", again, "-Y", "udp.stream == 1", "-w", less)
    run("--annotate", out, "-r", less)
    new = tshark("-r", out, "-T", "fields", "-e", "frame.comment")
    check("flow 2: LATE" in old and old == new, f"comments: {old}{new}")


def test_section_length(work):
    """what a section says of its length is not true of a copy"""
    def block(kind, body):
        size = struct.pack("<I", len(body) + 12)
        return struct.pack("<I", kind) + size + body + size

    pcap = capture(17).read_bytes()
    body = block(1, struct.pack("<HHI", 1, 0, 0))
    at = 24
    while at < len(pcap):
        s, us, here, wire = struct.unpack_from("<4I", pcap, at)
        ts = s * 1000000 + us
        body += block(6, struct.pack("<5I", 0, ts >> 32, ts & 0xffffffff,
                                     here, wire) +
                      pcap[at + 16:at + 16 + here] + bytes(-here % 4))
        at += 16 + here
    path, out = work / "section.pcapng", work / "copy.pcapng"
    path.write_bytes(block(0x0a0d0d0a, struct.pack(
        "<IHHq", 0x1a2b3c4d, 1, 0, len(body))) + body)
    for option in "--annotate", "--write-bad":
        run(option, out, "-r", path)
        made = out.read_bytes()
        check(made[16:24] == b"\xff" * 8, f"{option}: {made[16:24].hex()}")
        check(made[24:56] == path.read_bytes()[24:56], f"{option}: blocks")
        check(len(flows(out)) == 1, f"{option}: flows")


def test_write_bad(work):
    for path in map(capture, (*SOME, 31, 58, 71, 73, 105)):
        bad = [f for f in flows(path) if f["verdict"] not in
               ("OK", "TRUNCATED", "NO-HANDSHAKE", "INCONCLUSIVE")]
        for name in "bad.pcap", "bad.pcapng":
            out = work / name
            run("--write-bad", out, "-r", path)
            left = flows(out)
            # frames have other numbers
            keys = "src", "sport", "verdict", "time", "sent", "replied"
            check([[f.get(k) for k in keys] for f in left] ==
                  [[f.get(k) for k in keys] for f in bad],
                  f"{path}: {name}: other flows than the bad ones")
            if int(path.parent.name[:3]) in SOME[:4]:
                tshark("-r", out)
    both = run("--write-bad", path, "-r", path)
    check(both.returncode == 3 and b"is the capture" in both.stderr,
          "the capture itself")
    for option in "--annotate", "--write-bad":
        pipe = run(option, work / "x", "-r", "-")
        check(pipe.returncode == 2 and b"twice" in pipe.stderr, option)
        full = run(option, "/dev/full", "-r", path)
        check(full.returncode == 3 and b"/dev/full" in full.stderr,
              f"{option} /dev/full")


def small_disk():
    """no file may have more than some bytes"""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))


WRITTEN = "--report", "--annotate", "--write-bad"


def test_files_are_whole(work):
    """what cannot be written whole does not take the place of what was"""
    path = capture(17).absolute()
    folder = work / "whole"
    folder.mkdir()
    out = folder / "out.pcapng"
    for option in WRITTEN:
        done = run(option, out, "-r", path, preexec_fn=small_disk)
        check(done.returncode == 3 and b"there is no such file" in done.stderr,
              f"{option}: {done.stderr}")
        check(not list(folder.iterdir()), f"{option} leaves a part")
        out.write_text("old")
        out.chmod(0o640)
        done = run(option, out, "-r", path, preexec_fn=small_disk)
        check(done.returncode == 3 and b"before stays" in done.stderr,
              f"{option}: {done.stderr}")
        check(list(folder.iterdir()) == [out] and out.read_text() == "old",
              f"{option} breaks what was there")
        for odd in folder / "absent" / "x", folder:
            done = run(option, odd, "-r", path)
            check(done.returncode == 3 and not (folder / "absent").exists(),
                  f"{option}: {odd}")
        run(option, out, "-r", path)
        whole = out.read_bytes()
        check(len(whole) > 200 and out.stat().st_mode & 0o777 == 0o640 and
              list(folder.iterdir()) == [out], f"{option}: {len(whole)} bytes")
        # links stay links, and devices devices
        link, hard = folder / "link.pcapng", folder / "hard.pcapng"
        link.symlink_to("out.pcapng")
        hard.hardlink_to(out)
        for to in link, hard:
            out.write_text("old")
            node = out.stat().st_ino
            run(option, to, "-r", path)
            check(out.read_bytes() == whole and link.is_symlink() and
                  hard.stat().st_ino == out.stat().st_ino == node,
                  f"{option}: {to}")
        hard.unlink()
        out.unlink()
        run(option, link, "-r", path)
        check(link.is_symlink() and out.read_bytes() == whole,
              f"{option}: a link to nothing")
        link.unlink()
        with open(out, "wb") as f:
            node = out.stat().st_ino
            subprocess.run([PROGRAM, "-q", "-J", "--summary", option,
                            "/dev/stdout", "-r", path], stdout=f, timeout=60,
                           check=False)
        check(out.stat().st_ino == node and out.stat().st_size > 200 and
              list(folder.iterdir()) == [out], f"{option} /dev/stdout")
        piped = run("-J", "--summary", option, "/dev/stdout", "-r", path)
        check(piped.returncode == 1 and len(piped.stdout) > 600,
              f"{option} to a pipe: {piped.stdout}")
        out.unlink()
    # there is no name beside it that is longer
    long = folder / ("x" * 255)
    done = run("--report", long, "-r", path)
    check(long.exists() and long.stat().st_size > 200,
          f"a long name: {done.stderr}")
    long.unlink()
    mask = os.umask(0o027)
    run("--report", out, "-r", path)
    os.umask(mask)
    check(out.stat().st_mode & 0o777 == 0o640, "umask")
    os.chdir(folder)
    for same in "./new.html", "../whole/new.html", folder / "new.html":
        done = run("--report", "new.html", "--annotate", same, "-r", path)
        check(done.returncode == 3 and b"written twice" in done.stderr and
              list(folder.iterdir()) == [out], f"{same}: {done.stderr}")


def is_open_below(folder, fds):
    """has the process a file open that is, or would be, in the folder?"""
    for fd in fds.iterdir():
        try:
            if os.readlink(fd).startswith(f"{folder}/"):
                return True
        except FileNotFoundError:
            pass
    return False


def test_killed(work):
    """nothing is left of a file that a killed program had begun"""
    folder = work / "killed"
    folder.mkdir()
    job = subprocess.Popen([PROGRAM, "-q", "--report", folder / "out.html",
                            "-r", "-"], stdin=subprocess.PIPE,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    job.stdin.write(capture(17).read_bytes())
    job.stdin.flush()
    fds = pathlib.Path(f"/proc/{job.pid}/fd")
    deadline = time.monotonic() + 30
    while not (begun := is_open_below(folder, fds)):
        if time.monotonic() > deadline:
            break
        time.sleep(0.05)
    job.kill()
    job.communicate(timeout=60)
    check(begun and job.returncode == -signal.SIGKILL,
          f"killed: {begun}, {job.returncode}")
    check(not list(folder.iterdir()), "a killed program leaves a file")


def test_stop(work):
    """a request for the end while a file is written"""
    one = capture(17).read_bytes()
    path, pipe = work / "many.pcap", work / "pipe"
    path.write_bytes(one[:24] + one[24:] * 2000)
    os.mkfifo(pipe)
    for option in WRITTEN[1:]:
        job = subprocess.Popen([PROGRAM, "-q", option, pipe, "-r", path],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        with open(pipe, "rb") as f:
            got = f.read(4096)
            job.send_signal(signal.SIGINT)
            while part := f.read(65536):
                got += part
        said = job.communicate(timeout=60)
        check(job.returncode == 3 and b"stopped before" in said[1] and
              len(got) < len(one) * 1500, f"{option}: {said[1]} {len(got)}")
        check(pipe.is_fifo(), f"{option}: the pipe is gone")


class Page(html.parser.HTMLParser):
    """What a page has of tags, text and things that it would load"""
    VOID = {"meta", "input"}
    LOOSE = {"th", "td", "tr", "dt", "dd", "p", "path", "rect", "li"}

    def __init__(self):
        super().__init__()
        self.stack, self.loads, self.tags = [], [], []
        self.links, self.ids = [], set()
        self.data = {"style": "", "script": ""}
        self.words = ""
        self.policy = ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if ("http-equiv", "Content-Security-Policy") in attrs:
            self.policy = dict(attrs)["content"]
        self.loads += [v for k, v in attrs if k in
                       ("src", "xlink:href", "style") or
                       k.startswith("on") or
                       (k == "href" and not v.startswith("#"))]
        self.links += [v[1:] for k, v in attrs if k == "href"]
        self.ids |= {v for k, v in attrs if k == "id"}
        if tag not in self.VOID | self.LOOSE:
            self.stack.append(tag)

    def handle_endtag(self, tag):
        if tag in self.LOOSE:
            return
        check(self.stack and self.stack[-1] == tag,
              f"page: </{tag}> in {self.stack}")
        if self.stack:
            self.stack.pop()

    def handle_data(self, data):
        if self.stack and self.stack[-1] in self.data:
            self.data[self.stack[-1]] += data
        else:
            self.words += data


def read_page(path):
    page = Page()
    page.feed(path.read_text("ascii"))
    page.close()
    check(not page.stack, f"page: not closed: {page.stack}")
    check(not page.loads, f"page: loads {page.loads}")
    for what in "style", "script":
        digest = base64.b64encode(hashlib.sha256(
            page.data[what].encode()).digest()).decode()
        check(f"{what}-src 'sha256-{digest}'" in page.policy,
              f"page: {what} is not what the policy allows")
    check("default-src 'none'" in page.policy, "page: policy")
    return page


def test_report(work):
    out = work / "out.html"
    for number in 1, 17, 47, 48, 10, 32:
        path = capture(number)
        run("--report", out, "-r", path)
        page = read_page(out)
        bad = [f for f in flows(path) if f["verdict"] not in
               ("OK", "TRUNCATED", "NO-HANDSHAKE", "INCONCLUSIVE")]
        items = [a for t, a in page.tags if t == "details" and
                 a.get("class") == "finding"]
        check([int(a["data-flow"]) for a in items] ==
              [f["flow"] for f in bad], f"{path}: findings")
        # "SPLIT flow.split" would say it twice
        said = page.words + text("--summary", "-r", path)
        for f in bad:
            again = re.escape(f["verdict"]) + r"\s+([a-z]+\.)?" + \
                re.escape(f["verdict"].lower()) + r"\b"
            check(not re.search(again, said), f"{path}: {again}")
            check(f["anomaly"].split(".")[-1] in said.lower(),
                  f"{path}: no {f['anomaly']}")
        check(all(f["advice"] in page.words for f in bad),
              f"{path}: no advice")
        check(page.words.count("0000  ") >= len(bad), f"{path}: no bytes")
        check(set(page.links) <= page.ids, f"{path}: links {page.links}")
        check(bool(page.links) == bool(bad), f"{path}: no link to a finding")
        check(sum(t == "svg" for t, _ in page.tags) >= 1, f"{path}: no plots")
    # the first words are an answer
    for number, want in (1, "Not everywhere: "), (17, "No: "), (13, "Yes: "):
        run("--report", out, "-r", capture(number))
        check(want in read_page(out).words, f"{number}: no {want}")
    run("--mode", "off", "--report", out, "-r", capture(17))
    words = read_page(out).words
    check("no flow names a client" in words and "arrives" not in words,
          "page of --mode off")
    # what is cut is not said to be all
    cut = work / "cut.pcap"
    cut.write_bytes(capture(13).read_bytes()[:-9])
    done = run("-J", "--summary", "--report", out, "-r", cut)
    words = read_page(out).words
    check("could not be read to its end" in words and "Yes: " not in words,
          "page of a cut file")
    check(json.loads(done.stdout)["exit"] == done.returncode == 3,
          f"exit of a cut file: {done.stdout}")
    # nor that it is all that was captured
    run("--report", out, "-r", capture(120))
    check("frames without TCP or UDP" in read_page(out).words,
          "page of frames that are not decoded")
    # without gnuplot, and with a name that tries to break out
    odd = work / "<script>alert(1)<" / "script>&\"'.pcap"
    odd.parent.mkdir()
    odd.write_bytes(capture(17).read_bytes())
    run("--report", out, "-r", odd, env={"PATH": "/nonexistent"})
    page = read_page(out)
    check("gnuplot, which draws them, is not installed" in page.words,
          "page without gnuplot")
    check(sum(t == "script" for t, _ in page.tags) == 1, "a second script")
    check("<script>alert(1)<" in page.words, "the file's name")


def main():
    test_forms_agree()
    test_layout()
    test_quotes()
    test_tree_and_hex()
    test_terminal()
    test_summary()
    test_names_of_tshark()
    with tempfile.TemporaryDirectory() as work:
        test_hostile(pathlib.Path(work))
        test_report(pathlib.Path(work))
        test_write_bad(pathlib.Path(work))
        test_annotate(pathlib.Path(work))
        test_section_length(pathlib.Path(work))
        test_killed(pathlib.Path(work))
        test_stop(pathlib.Path(work))
        test_files_are_whole(pathlib.Path(work))
    sys.exit(FAILED)


main()
