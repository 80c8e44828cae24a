#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""User-space instructions of the hot paths, as callgrind counts them, beside
those of tests/callgrind/counts.tsv. Noise does not disturb them.

usage: counts.py [-u] [-m PERCENT] BUILD
  -u  write counts.tsv anew
  -m  how much a count may grow (default 5, where timers run 8)

Programs are run twice, with a little work and with more of it; the difference,
divided by the work, is the count: starting up costs nothing. Timers add a
little to some runs and nothing takes anything away: what seems to have grown
is counted again, and the least count stands. Prints a line "ok - PATH" or
"not ok - PATH" for each. Exit status: 0; 1 if a count has grown; 77 without
valgrind.
"""
import getopt
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

HERE = pathlib.Path(__file__).resolve().parent
COUNTS = HERE / "counts.tsv"
TIMES = 1000         # of codecs.c
FEW, MANY = 50, 350  # operations of the two runs
HEAD = ("# user-space instructions of one operation; "
        "tests/callgrind/counts.py -u writes this\n")
PAYLOAD = b"truepeer" * 8


def callgrind(folder, name, *args):
    return ["valgrind", "-q", "--tool=callgrind",
            f"--callgrind-out-file={folder}/{name}.cg",
            *(str(arg) for arg in args)]


def total(path):
    """instructions of one dump"""
    found = re.search(r"(?m)^(?:totals|summary): (\d+)", path.read_text())
    return int(found.group(1))


# ---- codecs ----

def codecs(build, folder):
    subprocess.run(callgrind(folder, "codecs",
                             build / "tests/callgrind/count_codecs"),
                   check=True, timeout=120)
    counts = {}
    for path in sorted(folder.glob("codecs.cg.*"),
                       key=lambda p: int(p.suffix[1:])):
        found = re.search(r"(?m)^desc: Trigger: Client Request: (.*)$",
                          path.read_text())
        if found:
            counts[f"codec: {found.group(1)}"] = total(path) / TIMES
    return counts


# ---- the inspector ----

def inspector(build, folder):
    """each packet of a mixture of flows"""
    seen = []
    for name, size in (("few", 500000), ("many", 3000000)):
        path = folder / f"{name}.pcap"
        made = subprocess.run(
            [build / "tests/bench/pcapmix", "-S", "1", "-s", str(size), path],
            check=True, capture_output=True, text=True)
        run = subprocess.run(
            callgrind(folder, name, build / "inspect/tp-inspect", "-q",
                      "--summary", "-J", "--threads", "1", "-r", path),
            stdout=subprocess.DEVNULL, timeout=120)
        if run.returncode not in (0, 1, 5):
            raise RuntimeError(f"tp-inspect: status {run.returncode}")
        seen.append((json.loads(made.stdout)["packets"],
                     total(folder / f"{name}.cg")))
    (few, base), (many, full) = seen
    return {"tp-inspect: a packet": (full - base) / (many - few)}


# ---- the proxy ----

def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Origin:
    """the other end, in the same thread: one step waits for the one before,
    so that the proxy always does the same in the same order"""

    def __init__(self, kind):
        self.socket = socket.socket(socket.AF_INET, kind)
        self.socket.settimeout(30)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        if kind == socket.SOCK_STREAM:
            self.socket.listen(64)

    def accept(self):
        peer, _ = self.socket.accept()
        peer.settimeout(30)
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return peer


def receive(s):
    """all up to the payload's end"""
    got = b""
    while not got.endswith(PAYLOAD):
        data = s.recv(65536)
        if not data:
            raise RuntimeError(f"the proxy closed after {got!r}")
        got += data


def receive_end(s):
    if s.recv(65536) != b"":
        raise RuntimeError("bytes instead of the end")


def wait_state(pid, state):
    """until all threads of the proxy are in it: S when all is done"""
    end = time.monotonic() + 30
    while True:
        stats = [path.read_text().rpartition(")")[2].split()[0]
                 for path in pathlib.Path(f"/proc/{pid}/task").glob("*/stat")]
        if set(stats) == {state}:
            return
        if time.monotonic() > end:
            raise RuntimeError(f"the proxy is {stats}, not {state}")


def begin(port, origin, pid):
    """a connection whose first bytes are there when the proxy accepts it"""
    wait_state(pid, "S")
    os.kill(pid, signal.SIGSTOP)
    wait_state(pid, "T")
    client = socket.create_connection(("127.0.0.1", port), timeout=30)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.sendall(PAYLOAD)
    os.kill(pid, signal.SIGCONT)
    peer = origin.accept()
    receive(peer)
    wait_state(pid, "S")
    return client, peer


def reply(client, peer, pid):
    peer.sendall(PAYLOAD)
    receive(client)
    wait_state(pid, "S")


def short_connections(port, origin, pid, times):
    for _ in range(times):
        client, peer = begin(port, origin, pid)
        with client, peer:
            reply(client, peer, pid)
            client.shutdown(socket.SHUT_WR)
            receive_end(peer)
            wait_state(pid, "S")
            peer.shutdown(socket.SHUT_WR)
            receive_end(client)


def requests(port, origin, pid, times):
    client, peer = begin(port, origin, pid)
    with client, peer:
        for _ in range(times):
            reply(client, peer, pid)
            client.sendall(PAYLOAD)
            receive(peer)
            wait_state(pid, "S")


def datagrams(port, origin, pid, times):
    del pid
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(30)
        client.connect(("127.0.0.1", port))
        for _ in range(times):
            client.send(PAYLOAD)
            data, proxy_end = origin.socket.recvfrom(65536)
            origin.socket.sendto(data, proxy_end)
            # of version 2 the first reply has the header, which no proxy
            # takes off
            receive(client)


PROXY = (
    ("a short connection", "tcp", "ppv2", short_connections),
    ("a request and its reply", "tcp", "ppv2", requests),
    ("a datagram and its reply, PPv2", "udp", "ppv2", datagrams),
    ("a datagram and its reply, SPP", "udp", "spp", datagrams),
)


def proxy_total(build, folder, work, times):
    """instructions of the whole life of a proxy that did so much"""
    what, protocol, mode, load = work
    kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
    origin = Origin(kind)
    port = free_port(kind)
    program = build / "proxy/tp-proxy"
    name = f"{re.sub('[^a-z0-9]+', '-', what.lower())}-{times}"
    args = ["-t", "1", "-L", "127.0.0.1", "--ext", "--rule",
            f"{protocol}:{port} 127.0.0.1 {origin.port} off {mode}"]
    usage = subprocess.run([program, "--help"], capture_output=True,
                           text=True, check=True).stdout
    if "--fast-path" in usage:  # what the kernel does is not counted
        args += ["--fast-path", "off"]
    with open(folder / f"{name}.err", "w+", encoding="utf-8") as err:
        child = subprocess.Popen(callgrind(folder, name, program, *args),
                                 stderr=err, stdout=subprocess.DEVNULL)
        try:
            end = time.monotonic() + 60
            while "ready" not in (folder / f"{name}.err").read_text():
                if child.poll() is not None or time.monotonic() > end:
                    raise RuntimeError("tp-proxy is not ready: " +
                                       (folder / f"{name}.err").read_text())
                time.sleep(0.02)
            load(port, origin, child.pid, times)
            child.send_signal(signal.SIGTERM)
            child.wait(60)
        finally:
            child.kill()
            child.wait()
            origin.socket.close()
    return total(folder / f"{name}.cg")


def proxy(build, folder, work):
    """the two runs in turn: side by side they would wait for each other"""
    few = proxy_total(build, folder, work, FEW)
    many = proxy_total(build, folder, work, MANY)
    return {f"tp-proxy: {work[0]}": (many - few) / (MANY - FEW)}


# ---- judging ----

def read_counts():
    counts = {}
    if COUNTS.exists():
        for line in COUNTS.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                name, _, number = line.rpartition("\t")
                counts[name] = float(number)
    return counts


def compiler():
    run = subprocess.run(["gcc", "-dumpfullversion"], capture_output=True,
                         text=True)
    return f"gcc {run.stdout.strip()}"


def judge(got, want, margin):
    failed = 0
    for name in sorted({*got, *want}):
        if name not in got or name not in want:
            print(f"not ok - {name}")
            print(f"{name}: {'not counted' if name in want else 'new'}; "
                  "tests/callgrind/counts.py -u BUILD writes the list",
                  file=sys.stderr)
            failed = 1
            continue
        ratio = got[name] / want[name]
        is_bad = got[name] > limit(name, want, margin)
        failed |= is_bad
        print(f"{'not ok' if is_bad else 'ok'} - {name}")
        print(f"{name}: {got[name]:.1f} instructions, {ratio:.3f} times the "
              f"{want[name]:.1f} of before", file=sys.stderr)
    if failed:
        print("If that is what it costs: tests/callgrind/counts.py -u BUILD, "
              "and say why in the commit.\n"
              f"The list is of {stored_compiler()}, this is {compiler()}.",
              file=sys.stderr)
    return failed


def stored_compiler():
    found = re.search(r"(?m)^# (gcc .*)$",
                      COUNTS.read_text(encoding="utf-8")
                      if COUNTS.exists() else "")
    return found.group(1) if found else "no compiler"


def limit(name, want, margin):
    """the proxy's timers run by the clock, and with them some instructions"""
    percent = margin or (8 if name.startswith("tp-proxy") else 5)
    return want[name] * (1 + percent / 100)


def has_grown(got, want, margin):
    return any(number > limit(name, want, margin)
               for name, number in got.items() if name in want)


def count_all(build):
    with tempfile.TemporaryDirectory(prefix="tp-callgrind-") as name, \
            ThreadPoolExecutor(2) as pool:
        folder = pathlib.Path(name)
        jobs = [pool.submit(proxy, build, folder, work) for work in PROXY]
        jobs += [pool.submit(codecs, build, folder),
                 pool.submit(inspector, build, folder)]
        counts = {}
        for job in jobs:
            counts.update(job.result())
    return counts


def main():
    opts, args = getopt.gnu_getopt(sys.argv[1:], "um:")
    opts = dict(opts)
    if len(args) != 1:
        sys.exit(__doc__)
    if not shutil.which("valgrind"):
        print("counts: no valgrind", file=sys.stderr)
        return 77
    build = pathlib.Path(args[0]).resolve()
    margin = float(opts.get("-m", 0))
    got = count_all(build)
    want = {} if "-u" in opts else read_counts()
    for _ in range(2):
        if "-u" in opts or has_grown(got, want, margin):
            again = count_all(build)
            got = {name: min(got[name], again[name]) for name in got}
    if "-u" in opts:
        COUNTS.write_text(HEAD + f"# {compiler()}\n" + "".join(
            f"{name}\t{got[name]:.1f}\n" for name in sorted(got)),
            encoding="utf-8")
    return judge(got, read_counts(), margin)


sys.exit(main())
