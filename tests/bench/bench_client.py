# SPDX-License-Identifier: BSD-2-Clause
"""tp-client beside wrk and iperf3, tp-origin beside refsink.

Pinned: the client on CPU 0, who answers, and a proxy between, on CPU 1. Free:
as the kernel likes. What is checked, and what that costs, is measured in every
mode: straight to the origin in mode off, through tp-proxy in the others.
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
PINNED = ("pinned",)
REFLOAD, REFSINK = "refload", "refsink"
CONNS = 64
SOCKETS, WINDOW = 16, 8
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

    def __init__(self, name, client, server, is_ours, proxy=None):
        self.name = name
        # function of an address and a port: arguments, parser
        self.client = client
        self.server = server    # function of an address and a CPU: Process
        self.is_ours = is_ours
        self.proxy = proxy      # contenders.Tp between the two, if any


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
    if said["errs"]:
        raise Failed(f"{said['errs']} errors")
    return said["all"], said["ops_s"], said["p50"], said["p99"]


def parse_iperf(text):
    sent = json.loads(text)["end"]["sum_sent"]
    return sent["bytes"], sent["bits_per_second"] / 8, 0, 0


class Cast:
    """clients and servers, as functions of where they run"""

    def __init__(self, programs, folder, secs, toa=None):
        self.programs = programs
        self.folder = folder
        self.whole_s = max(1, int(secs))  # wrk and iperf3 count so
        self.short_s = max(0.2, 0.4 * secs)
        self.web = Wrk(folder) if folder else None
        self.toa = toa  # Reader and Writer

    # ---- who answers ----

    def nginx(self, address, cpu):
        return self.web.origin(Load("rr", CONNS), address, cpu, False)

    def _server(self, args, address, cpu, udp=False):
        process = Process(args, self.folder, cpu, "origin")
        try:
            wait_listening(process, address, PORT, udp)
        except Failed:
            process.stop()
            raise
        return process

    def refsink(self, mode, *more):
        def start(address, cpu):
            # -c: takes the bytes out of the kernel, as iperf3 does
            return self._server(
                [self.folder / "refsink", "-l", address, "-p", PORT, "-m",
                 mode, "-c", "-t", "60", *more], address, cpu, "-u" in more)
        return start

    def tp_origin(self, *more, mode="off", udp=False):
        def start(address, cpu):
            args = [self.programs["tp-origin"], "-q", "-u" if udp else "-t",
                    "--mode", mode, "-l", address, "--family", "4", *more,
                    PORT]
            if mode == "toa":
                args = self.toa[0].cgroup.join(list(map(str, args)))
            return self._server(args, address, cpu, udp)
        return start

    def iperf_server(self, address, cpu):
        return self._server(["iperf3", "-s", "-1", "-B", address, "-p", PORT],
                            address, cpu)

    # ---- who is between ----

    def tp_proxy(self, mode, udp):
        program = self.programs["tp-proxy"]
        if mode == "toa":
            return c.TpToa("tp-proxy", program, self.toa[1]) if self.toa \
                else None
        return c.Tp("tp-proxy", program, mode, udp)

    # ---- who asks ----

    def tp_client(self, *more, secs=None):
        def command(address, port):
            return [self.programs["tp-client"], "-q", "-J", "-d",
                    f"{int(1000 * (secs or self.whole_s))}ms", *more, address,
                    port], parse_tp
        return command

    def wrk(self, address, port):
        return ["wrk", "-t1", "-c", CONNS, "-d", f"{self.whole_s}s", "-s",
                self.folder / "done.lua", f"http://{address}:{port}/"], \
            parse_wrk

    def refload(self, *more):
        def command(address, port):
            return [self.folder / "refload", "-d", f"{address}:{port}", "-W",
                    "0.1", "-D", round(self.short_s - 0.1, 3), *more], \
                parse_refload
        return command

    def iperf(self, n, *more):
        def command(address, port):
            return ["iperf3", "-c", address, "-p", port, "-P", n, "-t",
                    self.whole_s, "-J", *more], parse_iperf
        return command


def peer_rows(cast):
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
    rr = cast.refload("-m", "rr", "-n", CONNS)
    yield Row("echo", f"echo of 64 bytes on {CONNS} connections",
              [RATE, CLIENT_CPU, P99],
              [Pair(OURS, cast.tp_client(*many, secs=cast.short_s),
                    cast.refsink("echo"), True),
               Pair(REFLOAD, rr, cast.refsink("echo"), False)],
              [], PINNED, needs=("refsink",))
    yield Row("udp", f"UDP echo, {SOCKETS} sockets, {WINDOW} under way each",
              [RATE, CLIENT_CPU, P99],
              [Pair(OURS, cast.tp_client("-u", "-C", SOCKETS, "--window",
                                         WINDOW, secs=cast.short_s),
                    cast.refsink("echo", "-u"), True),
               Pair(REFLOAD, cast.refload("-m", "urr", "-n", SOCKETS, "-x",
                                          WINDOW),
                    cast.refsink("echo", "-u"), False)],
              [], PINNED, needs=("refsink",))
    yield Row("origin", f"origin of echoes on {CONNS} connections",
              [RATE, SERVER_CPU, P99],
              [Pair(ORIGIN, rr, cast.tp_origin(), True),
               Pair(REFSINK, rr, cast.refsink("echo"), False)],
              [Goal("server", ORIGIN, 1.1)], PINNED, needs=("refsink",))


def check_row(cast, key, mode, udp=False, layouts=PINNED):
    """what it costs to check every address and byte"""
    load = ("-u", "-C", SOCKETS, "--window", WINDOW) if udp else \
        ("-C", CONNS)
    proxy = cast.tp_proxy(mode, udp) if mode != "off" else None
    pairs = [Pair(name, cast.tp_client(*load, *more, secs=cast.short_s),
                  cast.tp_origin("--reply", reply, mode=mode, udp=udp), True,
                  proxy)
             for name, more, reply in ((CHECKED, ["--whoami"], "whoami"),
                                       (UNCHECKED, ["--no-verify"], "echo"))]
    what = "datagrams" if udp else f"requests on {CONNS} connections"
    return Row(key, f"addresses and bytes checked, {what}, mode {mode}",
               [RATE, CLIENT_CPU, P99], pairs,
               [Goal("load", CHECKED, 1.1, UNCHECKED),
                Goal("rate", CHECKED, 1 / 1.1, UNCHECKED)], layouts, needs=(),
               mode=mode)


def rows_of(cast):
    yield from peer_rows(cast)
    yield check_row(cast, "checks", "off", layouts=("pinned", "free"))
    for mode in ("toa", "ppv1", "ppv2"):
        yield check_row(cast, f"checks-{mode}", mode)
    for mode in ("off", "ppv2", "spp"):
        yield check_row(cast, f"checks-udp-{mode}", mode, True)


class Bench:
    def __init__(self, folder, reader):
        self.folder = folder
        self.reader = reader
        self.number = 0

    def measure(self, row, layout, who):
        cpus = (0, 1) if layout == "pinned" else (None, None)
        self.number += 1
        place = c.Place(self.number, 1, 0, self.folder,
                        cgroup=self.reader.cgroup if self.reader else None)
        args, parse = who.client(place.front if who.proxy else place.origin,
                                 c.PORT if who.proxy else PORT)
        with contextlib.ExitStack() as stack:
            if getattr(row, "mode", "") == "toa":
                self.reader.load()
                stack.callback(self.reader.unload)
            server = who.server(place.origin, cpus[1])
            stack.callback(server.stop)
            watched = {"server": server}
            if who.proxy:
                watched["proxy"] = who.proxy.start(place, cpus[1])
                if isinstance(who.proxy, c.TpToa):
                    stack.callback(who.proxy.writer.unload)
                stack.callback(watched["proxy"].stop)
            watch = Watch(**watched)
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


def load_toa(stack, folder, program):
    """tp-toa's reader and writer, seen to load once"""
    cgroup = machine.Cgroup(folder)
    stack.callback(cgroup.close)
    parts = [kind(program, cgroup) for kind in (c.Reader, c.Writer)]
    for part in parts:
        part.load()
        part.unload()
    return parts


def choose(rows, programs, referee, options, has_toa):
    """those that can be measured, and a word on those that cannot"""
    kept, notes = [], []
    for row in rows:
        lacks = [need for need in row.needs if not (
            referee.name.startswith(REFLOAD) if need == "refsink" else
            c.has_option(programs["tp-client"], need))]
        if lacks:
            notes.append(f"Not measured: {row.title}; there is no "
                         f"{' and no '.join(lacks)}.")
        elif (has_toa or getattr(row, "mode", "") != "toa") and \
                (not options.only or row.key in options.only):
            kept.append(row)
    return kept, notes


def run(build, folder, referee, options):
    programs = c.programs_of(build)
    with contextlib.ExitStack() as stack:
        toa, told = None, []
        try:
            toa = load_toa(stack, folder, programs["tp-toa"])
        except Failed as failure:
            told.append(f"Mode toa is not measured: {failure}.")
        cast = Cast(programs, folder, options.secs, toa)
        rows, notes = choose(rows_of(cast), programs, referee, options,
                             toa is not None)
        if machine.CPUS < 2:
            for row in rows:
                row.layouts = ("free",)
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
        bench = Bench(folder, toa[0] if toa else None)
        measurement = Measurement(rows, options.rounds, bench.measure,
                                  options.foreign_max)
        runs = measurement.all()
        return measurement.facts(
            versions=machine.versions(["tp-proxy", "wrk", "iperf3", "nginx"],
                                      build),
            referee=referee.name, secs=cast.whole_s,
            notes=[*told, *notes]), runs


def known_rows():
    return list(rows_of(Cast({"tp-client": "", "tp-origin": "",
                              "tp-proxy": ""}, None, 1)))


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
