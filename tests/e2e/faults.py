#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""faults.py - what others see of each --fault of tp-proxy

usage: faults.py TABLE [--show]

For each fault a proxy is started with it and a client of each kind comes:
TCP with ppv1, ppv2 and off, UDP with ppv2 and spp, IPv4 and IPv6. TABLE says
in a line "FAULT KIND: ORIGIN | INSPECTOR" what tp-origin's log must say of
the flow, the client of the answer, and tp-inspect of its capture. --show
prints the table as it comes out. Runs in a network namespace of its own, with the
addresses below on its interfaces; the programs come from the environment
(TP_PROXY, TP_ORIGIN, TP_INSPECT), DIR is where files go.
"""
import datetime
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

WORKERS = 12
# a worker's ports: its origin, one nobody listens on, and the proxy's
ORIGIN, NOBODY = 24000, 24001
PORTS = {"v1": 24002, "v2": 24003, "u2": 24003, "us": 24004, "off": 24006}
REFUSED = 24005
STEP = 10
RULES = [("tcp", "v1", ORIGIN, "ppv1"), ("tcp", "v2", ORIGIN, "ppv2"),
         ("tcp", "off", ORIGIN, "off"), ("tcp", None, NOBODY, "ppv2"),
         ("udp", "u2", ORIGIN, "ppv2"), ("udp", "us", ORIGIN, "spp")]
VIP = {4: "203.0.113.1", 6: "2001:db8:f::1"}
SRC = {4: "10.2.0.2", 6: "fd00:2::2"}
DIR = os.environ["DIR"]
FORGED = b"PROXY TCP4 192.0.2.99 192.0.2.98 9 8\r\n"
V2_FORGED = b"\r\n\r\n\0\r\nQUIT\n\x21\x12\0\x0c" + bytes(range(1, 13))
PAYLOAD = b"0123456789abcdefghijklmnopqrstuvwxyz"

# what each is tried with; by default all four kinds with IPv4 and IPv6
TCP = ("v1", "v2")
UDP = ("u2", "us")
ALL = TCP + UDP
FAULTS = {
    "none": ALL, "no-header": ALL, "dup-header": ALL, "forged-second": ALL,
    "ppv2-every-segment": ("v2",), "swap-addr": ALL, "wrong-addr": ALL,
    "wrong-port": ALL, "wrong-dst": ALL, "mix-clients": ALL,
    "believe-client": TCP + ("u2",), "mapped": TCP + ("u2",),
    "local": TCP + ("u2",), "wrong-family": ALL,
    "bad-family": ("v2", "u2"),
    "wrong-proto": TCP + ("u2",), "other-version": TCP + ("u2",),
    "wrong-version": TCP + ("u2",), "bad-signature": ALL,
    "bad-command": ("v2", "u2"), "bad-length": ("v2", "u2"),
    "bad-tlv": ("v2", "u2"), "bad-crc": ("v2", "u2"),
    "truncate=5": ALL, "lf-only": ("v1",), "leading-zero": ("v1",),
    "double-space": ("v1",), "unasked": ("off",), "split=8": ALL,
    "split=each,gap=2": TCP,
    "apart": ALL, "delay=200": TCP, "late": TCP + ("u2",),
    "corrupt": ALL, "corrupt-down=3": ALL, "lose=2": ALL,
    "header-to-client": TCP, "no-half-close": TCP, "eat-fin": TCP,
    "fin-as-rst": TCP, "rst-as-fin": ("v2",), "hang-refused": ("v2",),
    "drop-first": UDP, "header-only": UDP, "coalesce": UDP,
    "split-datagram": UDP, "dup-datagram": UDP, "no-reintroduce": UDP,
    "first-only": ("us",), "no-strip": ("us",), "lose-replies": UDP,
}


def wait_for(condition, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        got = condition()
        if got:
            return got
        time.sleep(0.005)
    return None


class Program:
    def __init__(self, name, mark, *args):
        self.err = os.path.join(DIR, name + ".err")
        with open(self.err, "w") as err:
            self.process = subprocess.Popen(args, stderr=err, stdout=err)
        if not wait_for(lambda: mark in open(self.err).read()):
            raise RuntimeError(f"{name}: {open(self.err).read()}")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(20)
        text = open(self.err).read()
        if status or "Sanitizer" in text or "runtime error" in text:
            raise RuntimeError(f"status {status}: {text[-2000:]}")


class Log:
    """Lines of tp-origin, as they come."""

    def __init__(self, path):
        self.file = open(path)

    def next(self):
        def line():
            at = self.file.tell()
            text = self.file.readline()
            if text.endswith("\n"):
                return text
            self.file.seek(at)
            return None
        text = wait_for(line, 2)
        return json.loads(text) if text else None

    def rest(self, quiet_s):
        time.sleep(quiet_s)
        return [json.loads(x) for x in self.file.read().splitlines()]


def client_tcp(kind, family, fault, base):
    """Two pieces, our end, all that comes back; what of the answer is right"""
    data, first = PAYLOAD, 20
    if fault == "believe-client":
        data = FORGED + PAYLOAD
        first = len(FORGED) + 20
    port = base + (REFUSED if fault == "hang-refused" else PORTS[kind])
    s = socket.socket(socket.AF_INET if family == 4 else socket.AF_INET6)
    s.bind((SRC[family], 0))
    s.settimeout(1)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    s.connect((VIP[family], port))
    me = s.getsockname()[:2]
    try:
        s.sendall(data[:first])
        begin = time.monotonic()
        got = s.recv(999)
        if fault == "rst-as-fin":
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                         b"\1\0\0\0\0\0\0\0")
            return me, "left"
        is_slow = fault.startswith("delay") and \
            time.monotonic() - begin > 0.15
        # with our end in the same segment
        s.send(data[first:], socket.MSG_MORE)
        s.shutdown(socket.SHUT_WR)
        while True:
            more = s.recv(999)
            if not more:
                break
            got += more
        return me, ("echo" if got == data else
                    f"other({len(got) - len(data):+d})") + \
            (" slow" if is_slow else "")
    except ConnectionResetError:
        return me, "reset"
    except TimeoutError:
        return me, "silence"
    finally:
        s.close()


def client_udp(kind, family, fault, base):
    s = socket.socket(socket.AF_INET if family == 4 else socket.AF_INET6,
                      socket.SOCK_DGRAM)
    s.bind((SRC[family], 0))
    s.connect((VIP[family], base + PORTS[kind]))
    me = s.getsockname()[:2]
    data = [b"datagram-1", b"datagram-2"]
    if fault == "believe-client":
        data[0] = V2_FORGED + data[0]
    rounds = 2 if fault == "no-reintroduce" else 1
    got = []
    for i in range(rounds):
        if i:
            time.sleep(0.5)
        for d in data:
            s.send(d)
            time.sleep(0.03)
    s.settimeout(0.15)
    try:
        while True:
            got.append(s.recv(9999))
    except TimeoutError:
        pass
    s.close()
    return me, "echo" if got == data * rounds else \
        "replies(" + ",".join(str(len(x)) for x in got) + ")"


def describe(line, me, kind, family, base):
    """A line of tp-origin's log, in a word for each thing that can be wrong"""
    if line["mode"] == "none" or line["reason"] == "refused":
        return f"{line['mode']} {line['anomaly'] or line['reason']}"
    who = "client" if line["client"] == me[0] else "wrong-client"
    if line["cport"] != me[1]:
        who += " wrong-port"
    if line["dst"] != VIP[family] or line["dport"] != base + PORTS[kind]:
        who += " wrong-dst"
    if line["cmd"] != "PROXY":
        who = line["cmd"]
    n = line["hdr_reads"]
    reads = "" if n < 2 else " two-reads" if n == 2 else " many-reads"
    return f"{line['mode']} {who}{reads} {line['reason']}"


def another_client(kind, base):
    """One of which the header will speak"""
    if kind not in UDP:
        s = socket.create_connection((VIP[4], base + PORTS[kind]))
    else:
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.connect((VIP[4], base + PORTS[kind]))
    s.settimeout(2)
    s.send(b"x")
    s.recv(9)
    return s


def one(fault, kind, family, base, log):
    """Return: (what was seen, the origin's lines)"""
    log.rest(0)
    other = another_client(kind, base) if fault == "mix-clients" else None
    client = client_tcp if kind not in UDP else client_udp
    me, answer = client(kind, family, fault, base)
    if fault == "hang-refused":
        return answer, []
    if kind in UDP:
        lines = log.rest(0.5)
    else:
        lines = [] if fault == "eat-fin" else [log.next()]
    if other:
        other.close()
        if kind not in UDP:
            log.next()
        lines = [x for x in lines if x and x["in"] > 1]
    if fault == "no-half-close":
        # which of the two is a matter of time
        for x in lines:
            x["reason"] = "ended"
    said = [describe(x, me, kind, family, base) if x else "no line"
            for x in lines] or ["no line"]
    return answer + ", " + "; ".join(said), [x for x in lines if x]


def inspected(path):
    """Flows by their ports. The kernel may choose a port again for a later
    session: what is a second apart is not one flow."""
    out = subprocess.run([os.environ["TP_INSPECT"], "-J", "--idle", "1s", "-r",
                          path], stdout=subprocess.PIPE, text=True).stdout
    flows = {}
    for x in map(json.loads, out.splitlines()):
        if x["type"] == "flow":
            flows.setdefault((x["sport"], x["dport"]), []).append(x)
    return flows


def seconds(text):
    return datetime.datetime.fromisoformat(text[:23]).timestamp()


def verdict_of(flows, lines):
    for x in lines:
        same = flows.get((x["pport"], x["lport"]), [])
        f = min(same, default=None, key=lambda f: abs(
            seconds(f["time"]) - seconds(x["start"])))
        if f:
            note = f.get("note") or f.get("anomaly") or ""
            return f["verdict"] + (" " + note if note else "")
    return "-"


def try_fault(fault, base, log, n, seen):
    args = [os.environ["TP_PROXY"], "-t", "1", "--ext", "--udp-idle",
            "350ms", "--drain", "10ms", "--header-wait", "200ms"]
    for proto, kind, to, mode in RULES:
        port = PORTS[kind] if kind else REFUSED
        args += ["--rule", f"{proto}:{base + port} {VIP[4]} {base + to} off "
                 + mode]
    if fault != "none":
        args += ["--fault", fault]
    proxy = Program(f"proxy-{n}", "ready", *args)
    if fault != "none" and "on purpose" not in open(proxy.err).read():
        seen[fault, "announced"] = ("no", [])
    for kind in FAULTS[fault]:
        for family in 4, 6:
            seen[fault, f"{kind}/{family}"] = one(fault, kind, family, base,
                                                  log)
    proxy.stop()


def work(n, queue, seen, failed):
    base = STEP * n
    path = os.path.join(DIR, f"origin-{n}.log")
    open(path, "w").close()
    try:
        origin = Program(f"origin-{n}", "ready", os.environ["TP_ORIGIN"],
                         "--log", path, "--udp-idle", "300ms",
                         "--header-timeout", "600ms", str(base + ORIGIN))
        while queue:
            try_fault(queue.pop(0), base, Log(path), n, seen)
        origin.stop()
    except Exception as e:
        failed.append(f"worker {n}: {e!r}")


def run():
    pcap = os.path.join(DIR, "faults.pcap")
    capture = Program("tcpdump", "listening on", "tcpdump", "-i", "lo", "-U",
                      "--immediate-mode", "-Z", "root", "-B", "65536", "-s",
                      "400", "-w", pcap,
                      " or ".join(f"port {ORIGIN + STEP * n}"
                                  for n in range(WORKERS)))
    queue, seen, failed = list(FAULTS), {}, []
    threads = [threading.Thread(target=work, args=(n, queue, seen, failed))
               for n in range(WORKERS)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    time.sleep(0.3)
    capture.process.send_signal(signal.SIGINT)
    capture.process.wait(10)
    if "\n0 packets dropped" not in open(capture.err).read():
        failed.append("the capture lost packets")
    if failed:
        sys.exit("\n".join(failed))
    flows = inspected(pcap)
    return {key: f"{said} | {verdict_of(flows, lines)}"
            for key, (said, lines) in seen.items()}


def main():
    seen = run()
    if "--show" in sys.argv:
        for fault in FAULTS:
            for (f, kind), said in seen.items():
                if f == fault:
                    print(f"{fault} {kind}: {said}")
        return 0
    want = {}
    with open(sys.argv[1]) as f:
        for line in f:
            if line[0] != "#":
                key, said = line.rstrip("\n").split(": ", 1)
                want[tuple(key.split(" "))] = said
    for fault in FAULTS:
        bad = [k for k in set(seen) | set(want)
               if k[0] == fault and seen.get(k) != want.get(k)]
        print(f"{'not ok' if bad else 'ok'} - {fault}")
        for k in sorted(bad):
            print(f"{k[0]} {k[1]}: got '{seen.get(k)}', "
                  f"wanted '{want.get(k)}'", file=sys.stderr)
    return 0


sys.exit(main())
