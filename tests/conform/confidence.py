#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""confidence.py - is the judge to be trusted?

usage: confidence.py BUILD_DIR [--toa] [--show] [PATTERN]

Each line of confidence.txt breaks tp-origin or tp-proxy in one way and names
the cases of tp-conform that must fail then, all of them and no others; with
the healthy ones the same cases pass. Every MUST case has to be in a line.
--show prints the lines as they come out; PATTERN runs those that contain it.
All run side by side, against time limits: a line that does not hold is tried
again alone, and that counts.

Lines of kind toa need namespaces, raw segments and eBPF: they are run with
--toa by tests/e2e/t-conform-toa.sh, whose world is in the environment
(NS_P, NS_O, CGROUP, ORIGIN4, EGRESS4, VIP4), all others without it.

A line is "SIDE KIND FAULT [OPTION...] | SPEC... | ID...":
SIDE    origin or proxy
KIND    v1, v2, off (TCP), u2 (ppv2 over UDP), ud (of DNS), us (SPP), toa
FAULT   of --fault; none: the healthy one
OPTION  @banner: the origin greets, and the probe waits for it; @plain: it
        echoes, and does not say whom it believes; @six: the proxy is dialled
        over IPv6, and over IPv4 besides; @syn: the option is in the SYN
SPEC    run these cases only
"""
import concurrent.futures
import itertools
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.abspath(sys.argv[1])
ORIGIN = BUILD + "/origin-sim/tp-origin"
PROXY = BUILD + "/proxy/tp-proxy"
CONFORM = BUILD + "/conform/tp-conform"
MODES = {"v1": "ppv1", "v2": "ppv2", "u2": "ppv2", "ud": "ppv2", "us": "spp",
         "off": "off", "toa": "toa"}
WORKERS = 24
# the healthy origin's patience with silent clients, above the 3 s of PP 2
HEADER_TIMEOUT = "3700ms"
# an address of the origin's network that no kernel owns
RAW_SOURCE = "10.2.0.77"


PORTS = itertools.cycle(random.sample(range(12000, 32000), 20000))


def free_port():
    """One that is free for TCP and UDP, IPv4 and IPv6, below those that the
    kernel gives to clients; another one each time"""
    while True:
        at = "::", next(PORTS)
        try:
            with socket.socket(socket.AF_INET6) as t, \
                    socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as u:
                t.bind(at)
                u.bind(at)
                return at[1]
        except OSError:
            pass


class Row:
    def __init__(self, line):
        head, specs, ids = (x.split() for x in line.split("|"))
        self.side, self.kind, self.fault = head[:3]
        self.options = head[3:]
        self.specs = specs
        self.ids = set(ids)
        self.is_udp = self.kind[0] == "u"
        self.is_toa = self.kind == "toa"
        self.mode = MODES[self.kind]

    def name(self):
        return " ".join([self.side, self.kind, self.fault, *self.options])

    def health(self):
        return self.side, self.kind, tuple(self.options), tuple(self.specs)


def start(err_path, *args, cgroup=None):
    def enter():
        if cgroup:
            with open(cgroup + "/cgroup.procs", "w") as f:
                f.write(str(os.getpid()))

    with open(err_path, "w") as err:
        process = subprocess.Popen(args, stderr=err, stdout=err,
                                   preexec_fn=enter if cgroup else None)
    end = time.monotonic() + 20
    while "ready\n" not in open(err_path).read():
        if process.poll() is not None or time.monotonic() > end:
            process.kill()
            raise RuntimeError(open(err_path).read())
        time.sleep(0.02)
    return process


def judge_origin(row, folder, fault):
    port = free_port()
    banner, plain = "@banner" in row.options, "@plain" in row.options
    args = [ORIGIN, "-l", "127.0.0.1", "--mode", row.mode, "--trust",
            "127.0.0.1", "--header-timeout", HEADER_TIMEOUT, "--log",
            "/dev/null", *(["--banner", "220 hello"] if banner else
                           ["--reply", "echo" if plain else "whoami"]),
            "-u" if row.is_udp else "-t", *fault, str(port)]
    judge = [CONFORM, "origin", "-J", "--no-like", "--mode", row.mode,
             *(["--probe", "smtp"] if banner else
               [] if plain else ["--oracle", "echo"]),
             "--source", "127.0.0.1", "--untrusted", "127.0.0.66",
             "--patience", "6s", "-P", "32", "-W", "700ms",
             "--crowd", "50",
             *(["-u"] if row.is_udp else []), f"127.0.0.1:{port}",
             *row.specs]
    return start(folder + "/origin.err", *args), judge


def judge_proxy(row, folder, fault):
    to, port = free_port(), free_port()
    proto = "udp" if row.is_udp else "tcp"
    at, also = "127.0.0.1", "[::1]"
    if "@six" in row.options:
        at, also = also, at
    slow = any(x.startswith("delay") for x in fault)
    args = [PROXY, "-t", "1", "--ext", "--udp-idle", "1200ms", "--drain",
            "10ms", "--header-wait", "300ms", "--rule",
            f"{proto}:{port} 127.0.0.1 {to} off {row.mode}", *fault]
    judge = [CONFORM, "proxy", "-J", "--mode", row.mode, "--origin-listen",
             f"127.0.0.1:{to}", "-W", "3s" if slow else "600ms", "--source",
             "127.0.0.9", "--source", "::1", "--bulk", "1M",
             *(["-u", "--udp-idle", "1400ms"] if row.is_udp else
               ["--also", f"{also}:{port}"]),
             *(["--payload", "dns"] if row.kind == "ud" else []),
             f"{at}:{port}", *row.specs]
    return start(folder + "/proxy.err", *args), judge


def inside(name):
    """A command before others. `ip netns exec` would hide the cgroups"""
    return ["nsenter", "--net=/run/netns/" + os.environ[name]]


def judge_origin_toa(_, folder, fault):
    port = free_port()
    at = f"{os.environ['ORIGIN4']}:{port}"
    judge = [*inside("NS_P"), CONFORM, "origin", "-J", "--no-like", "--mode",
             "toa", "--oracle", "echo", "--raw-source", RAW_SOURCE, "-i",
             "p1", "-W", "700ms", at]
    return start(folder + "/origin.err", *inside("NS_O"), ORIGIN, "--mode",
                 "toa", "--toa-from", "pcap", "--reply", "whoami", "-t",
                 *fault, str(port)), judge


def judge_proxy_toa(row, folder, fault):
    to, port = free_port(), free_port()
    judge = [*inside("NS_P"), CONFORM, "proxy", "-J", "--mode", "toa",
             "--origin-listen", f"127.0.0.1:{to}", "-W", "300ms", "--source",
             os.environ["EGRESS4"], f"{os.environ['VIP4']}:{port}"]
    return start(folder + "/proxy.err", *inside("NS_P"), PROXY, "-t", "1",
                 "--drain", "10ms", "--rule",
                 f"tcp:{port} 127.0.0.1 {to} off toa", *fault,
                 *(["--toa-on", "syn"] if "@syn" in row.options else []),
                 cgroup=os.environ["CGROUP"] + "/proxy"), judge


JUDGES = {("origin", False): judge_origin, ("origin", True): judge_origin_toa,
          ("proxy", False): judge_proxy, ("proxy", True): judge_proxy_toa}


def run(row, fault):
    """Return: {id: status} and the exit status"""
    what = JUDGES[row.side, row.is_toa]
    with tempfile.TemporaryDirectory(prefix="tp-confidence-") as folder:
        process, judge = what(row, folder,
                              ["--fault", fault] if fault != "none" else [])
        try:
            done = subprocess.run(judge, capture_output=True, text=True,
                                  timeout=120)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
    cases = [json.loads(x) for x in done.stdout.splitlines()]
    seen = {x["id"]: x["status"] for x in cases if x["type"] == "case"}
    if not seen:
        return {f"exit={done.returncode}": "fail"}, done.returncode
    return seen, done.returncode


def failed(seen):
    return {i for i, status in seen.items() if status == "fail"}


def all_must():
    """ids of every MUST case of both sides"""
    found = set()
    for args in (["origin", "--mode", "ppv1"], ["origin", "--mode", "ppv2"],
                 ["origin", "-u", "--mode", "ppv2"],
                 ["origin", "-u", "--mode", "spp"],
                 ["origin", "--mode", "toa"], ["proxy"], ["proxy", "-u"]):
        out = subprocess.run([CONFORM, *args, "--dryrun", "-J",
                              "127.0.0.1:1"], capture_output=True, text=True)
        for line in out.stdout.splitlines():
            x = json.loads(line)
            if x.get("level") == "MUST":
                found.add(x["id"])
    return found


def read_table():
    with open(HERE + "/confidence.txt") as f:
        return [Row(x) for x in f if x.strip() and x[0] != "#"]


def check(row, seen, status, healthy):
    """What is wrong with a row, in words"""
    bad = []
    got = failed(seen)
    if row.fault == "none":
        bad += [f"{i}: {s}" for i, s in seen.items()
                if s in ("fail", "inconclusive")]
        return bad + ([f"exit status {status}"] if status else [])
    if got - row.ids:
        bad.append("fails too: " + " ".join(sorted(got - row.ids)))
    if row.ids - got:
        bad.append("does not fail: " + " ".join(
            f"{i} ({seen.get(i)})" for i in sorted(row.ids - got)))
    for i in row.ids:
        if "=" not in i and healthy.get(i) not in ("pass", "skip"):
            bad.append(f"{i} is '{healthy.get(i)}' with the healthy one")
    return bad


def main():
    table = read_table()
    is_toa = "--toa" in sys.argv
    rows = [r for r in table if r.is_toa == is_toa]
    pattern = [x for x in sys.argv[2:] if x not in ("--show", "--toa")]
    if pattern:
        rows = [r for r in rows if pattern[0] in r.name()]
    health = {r.health(): r for r in rows}
    jobs = [(r, "none") for r in health.values()] + \
        [(r, r.fault) for r in rows if r.fault != "none"]
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        results = list(pool.map(lambda job: run(*job), jobs))
    healthy = {r.health(): x[0] for (r, fault), x in zip(jobs, results)
               if fault == "none"}
    by_row = {id(r): x for (r, fault), x in zip(jobs, results)
              if fault != "none"}
    n_bad = 0
    for r in rows:
        seen, status = by_row.get(id(r)) or (healthy[r.health()], 0)
        if check(r, seen, status, healthy[r.health()]):
            # again, with the machine to itself
            seen, status = run(r, r.fault)
            healthy[r.health()] = run(r, "none")[0]
        if "--show" in sys.argv:
            print(f"{r.name()} | {' '.join(r.specs)} | "
                  f"{' '.join(sorted(failed(seen)))}")
            continue
        bad = check(r, seen, status, healthy[r.health()])
        n_bad += bool(bad)
        for x in bad:
            print(f"{r.name()}: {x}")
    if pattern or "--show" in sys.argv:
        return 1 if n_bad else 0
    named = set().union(*(r.ids for r in table))
    must = all_must()
    for i in sorted(must - named):
        print(f"{i}: no line makes it fail")
        n_bad += 1
    print(f"{len(rows)} lines of {len(table)}, {len(must & named)} of "
          f"{len(must)} MUST cases have one that makes them fail")
    return 1 if n_bad else 0


sys.exit(main())
