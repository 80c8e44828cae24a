# SPDX-License-Identifier: BSD-2-Clause
"""tp-client beside wrk and iperf3, tp-origin beside refsink.

Pinned: the client on CPU 0, who answers on CPU 1. Free: as the kernel likes.
"""
import contextlib
import json
import os

import contenders as c
import machine
import page
from figures import Goal, Metric, Row, Runs
from machine import Failed, Process, wait_listening
from referee import Load, Wrk
from runner import Measurement, Watch

OURS = "tp-client"
ORIGIN = "tp-origin"
CHECKED = "tp-client, all checked"
UNCHECKED = "tp-client, nothing checked"
REFLOAD, REFSINK = "refload", "refsink"
CONNS = 64
PORT = c.ORIGIN_PORT
CLIENT_CPU = Metric("load", "client CPU, us each", "{:.2f}", True, 1e6)
SERVER_CPU = Metric("server", "origin CPU, us each", "{:.2f}", True, 1e6)
RATE = Metric("rate", "thousand/s", "{:.1f}", False, 1e-3)
P99 = Metric("p99", "p99, us", "{:.0f}", True)
BULK = [Metric("rate", "GB/s", "{:.2f}", False, 1e-9),
        Metric("load", "client CPU, s a GB", "{:.3f}", True, 1e9),
        Metric("sys", "system CPU, s a GB", "{:.3f}", True, 1e9)]


class Pair:
    """a client with the server that it is measured with"""

    def __init__(self, name, client, server, is_ours):
        self.name = name
        self.client = client    # function of an address: arguments, parser
        self.server = server    # function of an address and a CPU: Process
        self.is_ours = is_ours


def parse_tp(text):
    """done (requests or bytes), per second, p50 and p99"""
    said = json.loads(text.splitlines()[-1])
    if said["failed"]:
        raise Failed(f"{said['failed']} connections failed: {text}")
    if said.get("load") in ("up", "down"):
        done = said["sent"] + said["received"]
        return done, done / said["duration_s"], 0, 0
    latency = said["latency_us"]
    return (said["requests"], said["req_per_s"], latency["p50"],
            latency["p99"])


def parse_wrk(text):
    said = json.loads(text.splitlines()[-1])
    if said["errs"]:
        raise Failed(f"{said['errs']} errors")
    return (said["all"], said["all"] / (said["us"] / 1e6), said["p50"],
            said["p99"])


def parse_refload(text):
    said = json.loads(text.splitlines()[-1])
    return said["all"], said["ops_s"], said["p50"], said["p99"]


def parse_iperf(text):
    sent = json.loads(text)["end"]["sum_sent"]
    return sent["bytes"], sent["bits_per_second"] / 8, 0, 0


class Cast:
    """clients and servers, as functions of where they run"""

    def __init__(self, programs, folder, referee, secs):
        self.programs = programs
        self.folder = folder
        self.referee = referee
        self.secs = secs
        self.web = Wrk(folder) if folder else None

    # ---- who answers ----

    def nginx(self, address, cpu):
        return self.web.origin(Load("rr", CONNS), address, cpu, False)

    def _server(self, args, address, cpu):
        process = Process(args, self.folder, cpu, "origin")
        wait_listening(process, address, PORT)
        return process

    def refsink(self, mode):
        def start(address, cpu):
            # -c: takes the bytes out of the kernel, as iperf3 does
            return self._server(
                [self.folder / "refsink", "-l", address, "-p", PORT, "-m",
                 mode, "-c", "-t", "60"], address, cpu)
        return start

    def tp_origin(self, *more):
        def start(address, cpu):
            return self._server(
                [self.programs["tp-origin"], "-q", "-t", "--mode", "off",
                 "-l", address, "--family", "4", *more, PORT], address, cpu)
        return start

    def iperf_server(self, address, cpu):
        return self._server(["iperf3", "-s", "-1", "-B", address, "-p", PORT],
                            address, cpu)

    # ---- who asks ----

    def tp_client(self, *more):
        def command(address):
            return [self.programs["tp-client"], "-q", "-J", "-d",
                    f"{self.secs}s", *more, address, PORT], parse_tp
        return command

    def wrk(self, address):
        return ["wrk", "-t1", "-c", CONNS, "-d", f"{self.secs}s", "-s",
                self.folder / "done.lua", f"http://{address}:{PORT}/"], \
            parse_wrk

    def refload(self, address):
        return [self.folder / "refload", "-d", f"{address}:{PORT}", "-m",
                "rr", "-n", CONNS, "-W", "0.2", "-D",
                self.secs - 0.2], parse_refload

    def iperf(self, n, *more):
        def command(address):
            return ["iperf3", "-c", address, "-p", PORT, "-P", n, "-t",
                    self.secs, "-J", *more], parse_iperf
        return command


def rows_of(cast):
    many = ("-C", str(CONNS))
    yield Row("http", f"HTTP requests on {CONNS} connections, nginx answers",
              [RATE, CLIENT_CPU, P99],
              [Pair(OURS, cast.tp_client(*many, "--http", "/"), cast.nginx,
                    True),
               Pair("wrk", cast.wrk, cast.nginx, False)],
              [Goal("rate", OURS, 1.0), Goal("load", OURS, 1.0)],
              needs=("--http",))
    for kind, mode, more in (("up", "sink", ()), ("down", "source", ("-R",))):
        for n in (1, 8):
            yield Row(f"{kind}{n}", f"bulk {kind}, {n} streams" if n > 1 else
                      f"bulk {kind}, 1 stream", BULK,
                      [Pair(OURS, cast.tp_client("-C", str(n), "--bulk", kind),
                            cast.refsink(mode), True),
                       Pair("iperf3", cast.iperf(n, *more),
                            cast.iperf_server, False)],
                      [Goal("rate", OURS, 1.0), Goal("load", OURS, 1.0)],
                      needs=("--bulk", "refsink"))
    yield Row("echo", f"echo of 64 bytes on {CONNS} connections",
              [RATE, CLIENT_CPU, P99],
              [Pair(OURS, cast.tp_client(*many), cast.refsink("echo"), True),
               Pair(REFLOAD, cast.refload, cast.refsink("echo"), False)],
              [], needs=("refsink",))
    yield Row("checks", "the same with addresses and bytes checked",
              [RATE, CLIENT_CPU, P99],
              [Pair(CHECKED, cast.tp_client(*many, "--whoami"),
                    cast.tp_origin("--reply", "whoami"), True),
               Pair(UNCHECKED, cast.tp_client(*many, "--no-verify"),
                    cast.tp_origin(), True)],
              [Goal("load", CHECKED, 1.1, UNCHECKED),
               Goal("rate", CHECKED, 1 / 1.1, UNCHECKED)], needs=())
    yield Row("origin", f"origin of echoes on {CONNS} connections",
              [RATE, SERVER_CPU, P99],
              [Pair(ORIGIN, cast.refload, cast.tp_origin(), True),
               Pair(REFSINK, cast.refload, cast.refsink("echo"), False)],
              [Goal("server", ORIGIN, 1.1)], needs=("refsink",))


class Bench:
    def __init__(self, folder):
        self.folder = folder
        self.number = 0

    def measure(self, row, layout, who):
        cpus = (0, 1) if layout == "pinned" else (None, None)
        self.number += 1
        address = c.Place(self.number, 1, 0, self.folder).origin
        args, parse = who.client(address)
        with contextlib.ExitStack() as stack:
            server = who.server(address, cpus[1])
            stack.callback(server.stop)
            watch = Watch(server=server)
            load = Process(args, self.folder, cpus[0], "load")
            stack.callback(load.stop)
            said = load.wait(30)
            window, used = watch.end([load])
            try:
                done, rate, p50, p99 = parse(said)
            except (ValueError, IndexError, KeyError):
                raise Failed(f"no result: {said[-300:]} {load.said()}") \
                    from None
            if not done:
                raise Failed("nothing was done")
            return {"rate": rate, "load": used["load"] / done,
                    "server": used["server"] / done,
                    "sys": window.busy_s / done, "p50": p50, "p99": p99,
                    "all": done}, window


def run(build, folder, referee, options):
    programs = c.programs_of(build)
    # wrk counts in whole seconds
    secs = max(1, round(options.warm_s + options.secs))
    rows, notes = [], []
    for row in rows_of(Cast(programs, folder, referee, secs)):
        lacks = [need for need in row.needs if not (
            referee.name.startswith(REFLOAD) if need == "refsink" else
            c.has_option(programs["tp-client"], need))]
        if lacks:
            notes.append(f"Not measured: {row.title}; there is no "
                         f"{' and no '.join(lacks)}.")
        elif not options.only or row.key in options.only:
            rows.append(row)
    if machine.CPUS < 2:
        for row in rows:
            row.layouts = ("free",)
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
    measurement = Measurement(rows, options.rounds, Bench(folder).measure,
                              options.foreign_max)
    runs = measurement.all()
    return measurement.facts(
        versions=machine.versions(["tp-proxy", "wrk", "iperf3", "nginx"],
                                  build),
        referee=referee.name, secs=secs, notes=notes), runs


def known_rows():
    return list(rows_of(Cast({"tp-client": "", "tp-origin": ""}, None, None,
                             1)))


def report(facts, runs):
    return page.tables(facts, Runs(runs), known_rows())


def plots(runs, folder):
    runs = Runs(runs)
    rows = {row.key: row for row in known_rows()}
    both = ("pinned", "free")

    def clusters(*keys):
        return [(rows[key], layout, f"{label} {layout}")
                for key, label in keys for layout in both]

    bulk = clusters(("up1", "up 1"), ("up8", "up 8"), ("down1", "down 1"),
                    ("down8", "down 8"))
    made = [page.plot(runs, name, panels, folder) for name, panels in (
        ("client-requests", [
            ("thousand requests/s", clusters(("http", "HTTP")), RATE),
            ("client CPU, us a request", clusters(("http", "HTTP")),
             CLIENT_CPU)]),
        ("client-bulk", [("GB/s", bulk, BULK[0]),
                         ("client CPU, s a GB", bulk, BULK[1])]))]
    return [path for path in made if path]
