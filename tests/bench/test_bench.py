#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The arithmetic of the benchmark: medians, ratios, goals, rejected runs, the
page. Nothing is measured.

usage: test_bench.py
"""
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import bench_client
import bench_proxy
import figures
import machine
import page
import referee
from runner import Measurement
from machine import Failed

FAILED = 0
RATE = figures.Metric("rate", "thousand/s", "{:.1f}", False, 1e-3)
CPU = figures.Metric("sys", "us each", "{:.1f}", True, 1e6)


def check(what, got, want):
    global FAILED
    if got != want:
        FAILED = 1
        print(f"{what}: {got!r}, not {want!r}", file=sys.stderr)


def run(who, i, rate, cpu, is_ours=False, is_kept=True):
    return {"row": "r", "layout": "free", "round": i, "who": who,
            "is_ours": is_ours, "figures": {"rate": rate, "sys": cpu},
            "foreign": 0.0, "is_kept": is_kept}


def row(*goals):
    return figures.Row("r", "work", [RATE, CPU], [], list(goals), ("free",))


# two peers: "a" has the better rate, "b" the better CPU time. Round 2 of ours
# was disturbed; its absurd figures must count nowhere.
RUNS = [run("us", 0, 2000.0, 4e-6, True), run("a", 0, 1000.0, 8e-6),
        run("b", 0, 500.0, 5e-6),
        run("us", 1, 3000.0, 3e-6, True), run("a", 1, 4000.0, 9e-6),
        run("b", 1, 600.0, 2e-6),
        run("us", 2, 1e9, 1e-9, True, False), run("a", 2, 1500.0, 7e-6),
        run("b", 2, 700.0, 4e-6)]


def verdict(goal, runs=None):
    return figures.Verdict(figures.Runs(runs or RUNS), row(goal), "free",
                           goal)


def test_ratios():
    runs = figures.Runs(RUNS)
    check("rejected", runs.dirty, 1)
    check("best rate", runs.best_peer(row(), "free", RATE), "a")
    check("least CPU", runs.best_peer(row(), "free", CPU), "b")
    # of rounds 0 and 1, which both have
    check("ratios", runs.ratios(row(), "free", RATE, "us", "a"), [2.0, 0.75])
    check("median", runs.median("r", "free", "us", "rate"), 2500.0)
    check("spread", figures.spread([3, 1, 2], str), "1 / **2** / 3")


def test_verdicts():
    better = verdict(figures.Goal("rate", "us", 1.15))
    check("ratio", better.median, 1.375)
    check("met", (better.holds, better.word), (True, "holds"))
    missed = verdict(figures.Goal("rate", "us", 1.5))
    check("missed", missed.word, "missed")
    # 0.8 and 1.5 of b's CPU time
    worse = verdict(figures.Goal("sys", "us", 0.9))
    check("worse", worse.word, "missed, worse than b")
    lax = verdict(figures.Goal("sys", "us", 1.2))
    check("held, but worse", lax.word, "holds, worse than b")
    check("by layout", verdict(figures.Goal(
        "rate", "us", {"free": 1.3, "pinned": 9})).word, "holds")
    check("the figure itself", verdict(figures.Goal(
        "sys", "us", 3.6e-6, "")).word, "holds")
    check("against a name", verdict(figures.Goal(
        "rate", "us", 3.0, "b")).median, 4.5)
    check("never ran", verdict(figures.Goal("rate", "them", 1)).word,
          "not measured")


def test_page():
    goal = figures.Goal("rate", "us", 1.5)
    facts = {"v": 1, "date": "2026-01-01", "machine": "a machine",
             "congestion": "reno", "versions": {"us": "1"}, "rounds": 3,
             "secs": 1, "referee": "x", "dirty": 1, "total": 9,
             "foreign_max": 0.06, "notes": [],
             "failures": ["a row, free, ours: it has ended"]}
    with tempfile.TemporaryDirectory() as name:
        data = pathlib.Path(name) / "deep" / "x.ndjson"
        figures.save(data, facts, RUNS)
        got_facts, got_runs = figures.load(data)
        check("facts", got_facts, facts)
        check("runs", got_runs, RUNS)
        lines = page.tables(facts, figures.Runs(RUNS), [row(goal)])
        text = "\n".join(lines)
        for part in ("1 of 9 runs were rejected",
                     "Failed: a row, free, ours: it has ended.",
                     "0 of 1 goals hold, 0 figures are worse",
                     "| work, free: us to a | thousand/s | 0.75 / **1.38** / "
                     "2.00 | >= 1.5 | missed |",
                     "| free: b | 0.5 / **0.6** / 0.7 | "
                     "2.0 / **4.0** / 5.0 |"):
            if part not in text:
                check("in the page", text, part)
        doc = pathlib.Path(name) / "page.md"
        doc.write_text("a\n<!-- x: begin -->\nold\n<!-- x: end -->\nb\n")
        page.write("x", ["new"], doc)
        check("page", doc.read_text(),
              "a\n<!-- x: begin -->\nnew\n<!-- x: end -->\nb\n")


class Window:
    def __init__(self, foreign):
        self.foreign = foreign


class Who:
    def __init__(self, name):
        self.name = name
        self.is_ours = True


def test_rejects():
    """disturbed runs are made again, one that fails is told"""
    said = []
    shares = {"calm": [0.0, 0.0], "late": [0.5, 0.01, 0.0],
              "never": [0.9] * 6}

    def measure(_row, _layout, who):
        said.append(who.name)
        if who.name == "broken":
            raise Failed("on purpose")
        return {"rate": 1.0}, Window(shares[who.name].pop(0))

    work = figures.Row("r", "work", [RATE], [Who(n) for n in
                       ("calm", "late", "never", "broken")], [], ("free",))
    measurement = Measurement([work], 2, measure)
    measurement.progress.say = lambda text: None
    measurement.progress.show = lambda *_: None
    runs = measurement.all()
    check("calm", said.count("calm"), 2)
    check("late", said.count("late"), 3)
    check("never", said.count("never"), 6)
    check("broken", said.count("broken"), 2)
    kept = [r["who"] for r in runs if r["is_kept"]]
    check("kept", sorted(kept), ["calm", "calm", "late", "late"])
    check("counted", measurement.facts()["dirty"], 7)


def test_window():
    """what is not ours is foreign, whichever way it shows"""
    def snapshot(**values):
        it = machine.Snapshot.__new__(machine.Snapshot)
        it.__dict__.update({"time": 0.0, "idle": 0.0, "steal": 0.0,
                            "sampled": 0.0, "kernel": 0.0, "tasks": {},
                            **values})
        return it

    cpus = machine.CPUS
    before = snapshot(tasks={7: 1.0})
    after = snapshot(time=1.0, idle=0.25 * cpus, sampled=0.75 * cpus,
                     tasks={7: 1.2, 8: 0.3})
    window = machine.Window(before, after, {8}, 0.75 * cpus)
    check("busy", round(window.busy_s, 6), round(0.75 * cpus, 6))
    check("others", round(window.foreign_s, 6), 0.2)
    window = machine.Window(before, after, {7, 8}, 0.25 * cpus)
    check("ticks", round(window.foreign, 6), 0.5)


def test_middle():
    """of pieces: sums of what was done, medians of the rest"""
    got = referee.middle([referee.Result(10, 5.0, 30, 900, 0),
                          referee.Result(20, 7.0, 10, 100, 1),
                          referee.Result(30, 6.0, 20, 200, 0)])
    check("pieces", vars(got), {"all": 60, "rate": 6.0, "p50_us": 20,
                                "p99_us": 200, "errors": 1})
    one = referee.Result(10, 5.0, 30, 900, 2)
    check("one piece", vars(referee.middle([one])), vars(one))


def test_rows():
    """every goal names a metric of its row, every key is there once"""
    for module in (bench_proxy, bench_client):
        rows = module.known_rows()
        keys = [each.key for each in rows]
        check(f"{module.__name__}: keys", len(set(keys)), len(keys))
        for each in rows:
            for goal in each.goals:
                check(f"{each.key}: {goal.metric}", goal.metric in
                      [m.key for m in each.metrics], True)


for test in (test_ratios, test_verdicts, test_page, test_rejects,
             test_window, test_middle, test_rows):
    test()
sys.exit(FAILED)
