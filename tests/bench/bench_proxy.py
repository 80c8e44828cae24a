# SPDX-License-Identifier: BSD-2-Clause
"""tp-proxy beside haproxy and nginx: the rows, the goals, one run of each.

Pinned: one proxy thread on CPU 1, client and origin on CPU 0. Free: two proxy
threads, client and origin, all on CPUs 0 and 1 as the kernel likes.
"""
import contextlib
import os
import pathlib

import contenders as c
import machine
import page
from figures import Goal, Metric, Row, Runs
from machine import Failed, Process, wait_until
from referee import Load, middle
from runner import Measurement, Watch

OURS = c.OURS
TOA = "tp-proxy, TOA"
SPP = "tp-proxy, SPP"
GSO = "tp-proxy, --udp-gso"
SPP_GSO = "tp-proxy, SPP, --udp-gso"
BUSY = "tp-proxy, busy polling"
PINNED_CPUS = {"load": 0, "origin": 0, "proxy": 1}
BUSY_US = 1000
IDLE = 9000
RULES = 2000
# A machine may stall about once a second, for milliseconds: that alone is a
# hundredth of what an open loop asks for in that time. Of pieces so short most
# have none, and the median is told.
TAIL_PIECES = 9
TAIL_PIECE_S = 0.2

SYS_US = ("sys", "system CPU, us each", "{:.1f}", True, 1e6)
PROXY_US = ("proxy", "proxy CPU, us each", "{:.1f}", True, 1e6)
P50 = ("p50", "median, us", "{:.0f}", True, 1)
P99 = ("p99", "p99, us", "{:.0f}", True, 1)


def metrics(rate, *more):
    return [Metric("rate", rate, "{:.1f}", False, 1e-3),
            *(Metric(*each) for each in more)]


BULK = [Metric("rate", "GB/s", "{:.2f}", False, 1e-9),
        Metric("sys", "system CPU, s a GB", "{:.3f}", True, 1e9),
        Metric("proxy", "proxy CPU, s a GB", "{:.3f}", True, 1e9)]


def toa_goals(*keys):
    """as good as our PPv2: within 1.05 times its figure"""
    return [Goal(key, TOA, 1 / 1.05 if key == "rate" else 1.05, OURS)
            for key in keys]


class Cast:
    """every contender there is, made once"""

    def __init__(self, programs, writer):
        tp = programs["tp-proxy"]
        ours = [c.Tp(OURS, tp)]
        if writer:
            ours.append(c.TpToa(TOA, tp, writer))
        busy = []
        if c.has_option(tp, "--busy-poll"):
            busy.append(c.Tp(BUSY, tp,
                             more=["--busy-poll", BUSY_US]))
        plain = [*ours, c.Haproxy(), c.haproxy_busy(), c.Nginx()]
        self.small = plain
        self.latency = [*ours, *busy, *plain[len(ours):]]
        self.bulk = [*ours, c.haproxy_splice(), c.nginx_64k()]
        self.udp = [c.Tp(name, tp, mode, udp=True, more=more)
                    for name, mode, more in (
                        (OURS, "ppv2", ()), (GSO, "ppv2", ["--udp-gso"]),
                        (SPP, "spp", ()), (SPP_GSO, "spp", ["--udp-gso"]))]
        self.udp.append(c.Nginx(udp=True))
        self.idle = [c.Tp(OURS, tp), c.Haproxy(), c.Nginx()]
        self.rules = [c.TpRules("tp-proxy, 1 rule", tp, 1),
                      c.TpRules(f"tp-proxy, {RULES} rules, others open", tp,
                                RULES)]


def small_rows(cast):
    yield Row("crr", "short connections, 64 at a time",
              metrics("thousand/s", SYS_US, PROXY_US, P99), cast.small,
              [Goal("sys", OURS, 0.85), Goal("proxy", OURS, 0.8),
               Goal("rate", OURS, 1.15), *toa_goals("sys", "proxy", "rate")],
              load=Load("crr", 64))
    yield Row("rr1", "one connection, request after request",
              metrics("thousand/s", P50, P99, SYS_US), cast.latency,
              [*(Goal("p50", who, {"free": 0.6, "pinned": 0.25})
                 for who in (OURS, BUSY)), *toa_goals("p50")],
              load=Load("rr", 1))
    for n in (64, 1000):
        yield Row(f"rr{n}", f"requests on {n} connections",
                  metrics("thousand/s", SYS_US, PROXY_US, P99), cast.small,
                  [Goal("sys", OURS, 0.9), Goal("rate", OURS, 1.1),
                   *toa_goals("sys", "rate")], load=Load("rr", n))
    yield Row("open", "20,000 requests/s on 64 connections, open loop",
              metrics("thousand/s", P50, P99, SYS_US), cast.latency,
              [Goal("p99", OURS, 0.9), Goal("p99", BUSY, 0.9),
               *toa_goals("p99")],
              load=Load("open", 64, rate=20000))


def bulk_rows(cast):
    for kind, way in (("up", "to the origin"), ("down", "to the client")):
        for n in (1, 8):
            streams = "1 stream" if n == 1 else f"{n} streams"
            yield Row(f"{kind}{n}", f"bulk {way}, {streams}", BULK, cast.bulk,
                      [Goal("rate", OURS, 1.0 if n == 1 else 1.05),
                       Goal("sys", OURS, 0.9), *toa_goals("rate", "sys")],
                      load=Load(kind, n))


def udp_rows(cast):
    for n, window in ((16, 8), (1000, 1)):
        yield Row(f"udp{n}", f"UDP echo, {n} sockets, {window} under way each",
                  metrics("thousand/s", SYS_US, PROXY_US, P99), cast.udp,
                  [Goal(key, who, limit) for who in (OURS, SPP)
                   for key, limit in (("rate", 1.25), ("sys", 0.8))],
                  load=Load("urr", n, window=window))


def other_rows(cast):
    yield Row("idle", f"{IDLE} idle connections, one thread",
              [Metric("pss", "bytes each", "{:.0f}", True),
               Metric("base", "MB before", "{:.1f}", True, 1 / 2**20)],
              cast.idle, [Goal("pss", OURS, 512, ""),
                          Goal("pss", OURS, 0.15, "haproxy")], layouts=("",),
              load=Load("rr", 1))
    few, many = (who.name for who in cast.rules)
    yield Row("rules", "short connections, 64 at a time, beside others",
              [*metrics("thousand/s", SYS_US, PROXY_US),
               Metric("held", "others open", "{:.0f}", True)], cast.rules,
              [Goal(key, many, 1.05, few) for key in ("proxy", "sys")],
              load=Load("crr", 64))


class Bench:
    """the runs themselves"""

    def __init__(self, referee, folder, warm_s, secs, cgroup=None):
        self.referee = referee
        self.folder = folder
        self.cgroup = cgroup
        self.warm_s = warm_s
        self.secs = secs
        self.number = 0

    def place(self, layout, **more):
        self.number += 1
        return c.Place(self.number, 2 if layout == "free" else 1,
                       machine.descriptor_limit(), self.folder,
                       cgroup=self.cgroup, **more)

    def measure(self, row, layout, who):
        if row.key == "idle":
            return self.idle(row, who)
        cpus = PINNED_CPUS if layout == "pinned" else {}
        place = self.place(layout, conns=IDLE + 500
                           if row.key == "rules" else 2000)
        with contextlib.ExitStack() as stack:
            origin = self.referee.origin(row.load, "0.0.0.0"
                                         if row.key == "rules"
                                         else place.origin,
                                         cpus.get("origin"),
                                         who.name != TOA)
            stack.callback(origin.stop)
            port = c.PORT
            if row.key == "rules":
                port = c.TpRules.FIRST_PORT + who.count - 1
            proxy = who.start(place, cpus.get("proxy"), port)
            if isinstance(who, c.TpToa):
                stack.callback(who.writer.unload)
            stack.callback(proxy.stop)
            held = 0
            if row.key == "rules" and who.count > 1:
                held = self.hold(stack, place, who)
            figures, window = self.load(row, place, port, cpus, origin, proxy)
            if row.key == "rules":
                figures["held"] = held
            return figures, window

    def load(self, row, place, port, cpus, origin, proxy, secs=None):
        pieces, secs = 1, secs or self.secs
        if row.load.kind == "open":
            pieces, secs = TAIL_PIECES, TAIL_PIECE_S
        watch = Watch(proxy=proxy, origin=origin)
        loads, said = [], []
        for _ in range(pieces):
            load = self.referee.start(row.load, place.front, port,
                                      cpus.get("load"), self.warm_s, secs)
            loads.append(load)
            try:
                said.append(load.wait(self.warm_s + secs + 15))
            finally:
                load.stop()
        window, used = watch.end(loads)
        if not proxy.is_running():
            raise Failed(f"the proxy has ended: {proxy.said()}")
        try:
            result = middle([self.referee.result(row.load, each)
                             for each in said])
        except (ValueError, IndexError, KeyError):
            raise Failed(f"no result: {said[-1] or load.said()}") from None
        if not result.all or not result.rate:
            raise Failed("nothing came through")
        if row.load.kind != "urr" and result.errors:
            raise Failed(f"{result.errors} errors")
        return {"rate": result.rate, "sys": window.busy_s / result.all,
                "proxy": used["proxy"] / result.all,
                "load": used["load"] / result.all,
                "origin": used["origin"] / result.all,
                "p50": result.p50_us, "p99": result.p99_us,
                "all": result.all, "errors": result.errors}, window

    def hold(self, stack, place, who):
        """idle connections, over nine of the rules; how many"""
        # what the listeners of each thread leave where ports are not steered
        # to few sockets, and room for those that are measured and for as many
        # that close
        listeners = RULES * place.threads
        if not machine.listens(place.front, who.FIRST_PORT):
            listeners = 0
        conns = min(IDLE, (place.descriptors - listeners - 800) // 2)
        for i in range(9):
            port = who.FIRST_PORT + i * who.count // 9
            load = Process(self.referee.command(
                Load("idle", conns // 9), place.front, port, 0, 120),
                self.folder, name=f"idle{i}")
            stack.callback(load.stop)
        self.settle(conns // 9 * 9)
        return conns // 9 * 9

    def settle(self, conns):
        """until so many proxied connections stand and nothing moves: in this
        namespace each of them is four sockets"""
        def stand():
            text = pathlib.Path("/proc/net/sockstat").read_text()
            found = next(line for line in text.splitlines()
                         if line.startswith("TCP:"))
            return int(found.split()[2]) >= 4 * conns

        wait_until(f"{conns} connections do not come about", stand, 30, 0.05)

    def idle(self, row, who):
        """memory before, and with connections that have had one echo each"""
        conns = min(IDLE, (machine.descriptor_limit() - 400) // 2)
        place = self.place("", conns=conns + 100)
        with contextlib.ExitStack() as stack:
            origin = self.referee.origin(row.load, place.origin, None)
            stack.callback(origin.stop)
            proxy = who.start(place, None)
            stack.callback(proxy.stop)
            # what the first connection needs for all belongs to the base
            self.load(row, place, c.PORT, {}, origin, proxy, 0.1)
            base = machine.pss_bytes(proxy.pid)
            watch = Watch(proxy=proxy, origin=origin)
            load = Process(self.referee.command(
                Load("idle", conns), place.front, c.PORT, 0, 120),
                self.folder, name="idle")
            stack.callback(load.stop)
            self.settle(conns)
            self.quiet(proxy)
            full = machine.pss_bytes(proxy.pid)
            load.used_s = machine.family_seconds(load.pid)
            window, _ = watch.end([load])
            # memory does not depend on who else computes
            window.foreign_s = 0
            return {"pss": (full - base) / conns, "base": base}, window

    @staticmethod
    def quiet(proxy):
        last = [-1.0]

        def rests():
            used = machine.family_seconds(proxy.pid)
            is_same = used - last[0] < 0.002
            last[0] = used
            return is_same

        wait_until("the proxy does not come to rest", rests, 20, 0.3)


def rows_of(cast):
    return [*small_rows(cast), *bulk_rows(cast), *udp_rows(cast),
            *other_rows(cast)]


def only_possible(rows, referee):
    """those that the referee can do, and a word on those it cannot"""
    needs_own = ("idle", "rules")
    can = [row for row in rows if referee.can(row.load) and
           (row.key not in needs_own or hasattr(referee, "command"))]
    cannot = [row.title for row in rows if row not in can]
    notes = [f"Not measured, because {referee.name} cannot: "
             f"{'; '.join(cannot)}."] if cannot else []
    return can, notes


def run(build, folder, referee, options):
    """measure; what figures.save() takes"""
    programs = c.programs_of(build)
    notes = []
    with contextlib.ExitStack() as stack:
        writer = None
        try:
            cgroup = machine.Cgroup(folder)
            stack.callback(cgroup.close)
            writer = c.Writer(programs["tp-toa"], cgroup)
            writer.load()
            writer.unload()
        except Failed as failure:
            writer = None
            notes.append(f"Mode toa is not measured: {failure}.")
        rows, more = only_possible(rows_of(Cast(programs, writer)), referee)
        if options.only:
            rows = [row for row in rows if row.key in options.only]
        if machine.CPUS < 2:
            more.append("One CPU: there is no pinned layout.")
            for row in rows:
                row.layouts = tuple(x for x in row.layouts if x != "pinned")
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:2])
        bench = Bench(referee, folder, options.warm_s, options.secs,
                      writer.cgroup if writer else None)
        measurement = Measurement(rows, options.rounds, bench.measure,
                                  options.foreign_max)
        runs = measurement.all()
    return measurement.facts(
        versions=machine.versions(["tp-proxy", "haproxy", "nginx"], build),
        referee=referee.name, secs=options.secs,
        notes=[*notes, *more]), runs


def known_rows():
    """the rows as such: what ran in them is in the data"""
    return rows_of(Cast({"tp-proxy": "true"}, None))


def report(facts, runs):
    return page.tables(facts, Runs(runs), known_rows())


def plots(runs, folder):
    runs = Runs(runs)
    rows = {row.key: row for row in known_rows()}
    both = ("pinned", "free")

    def clusters(*keys):
        return [(rows[key], layout, f"{label} {layout}")
                for key, label in keys for layout in both]

    def metric(row, key):
        return next(m for m in rows[row].metrics if m.key == key)

    made = [page.plot(runs, name, panels, folder) for name, panels in (
        ("connections", [
            ("thousand connections/s", clusters(("crr", "")),
             metric("crr", "rate")),
            ("system CPU, us a connection", clusters(("crr", "")),
             metric("crr", "sys"))]),
        ("requests", [
            ("thousand requests/s", clusters(("rr64", "64"),
                                             ("rr1000", "1000")),
             metric("rr64", "rate")),
            ("system CPU, us a request", clusters(("rr64", "64"),
                                                  ("rr1000", "1000")),
             metric("rr64", "sys"))]),
        ("latency", [
            ("median round trip, one connection, us", clusters(("rr1", "")),
             metric("rr1", "p50")),
            ("p99 at 20,000 requests/s, us", clusters(("open", "")),
             metric("open", "p99"))]),
        ("bulk", [
            ("GB/s", clusters(("up1", "up 1"), ("up8", "up 8"),
                              ("down1", "down 1"), ("down8", "down 8")),
             metric("up1", "rate")),
            ("system CPU, s a GB", clusters(
                ("up1", "up 1"), ("up8", "up 8"), ("down1", "down 1"),
                ("down8", "down 8")), metric("up1", "sys"))]),
        ("udp", [
            ("thousand datagrams/s", clusters(("udp16", "16"),
                                              ("udp1000", "1000")),
             metric("udp16", "rate")),
            ("system CPU, us a datagram", clusters(("udp16", "16"),
                                                   ("udp1000", "1000")),
             metric("udp16", "sys"))]))]
    return [path for path in made if path]
