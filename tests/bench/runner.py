# SPDX-License-Identifier: BSD-2-Clause
"""Does runs in turn: rounds, progress, rejecting what was disturbed."""
import datetime
import os
import sys
import time

import machine
from machine import Failed, Snapshot, Window

FOREIGN_MAX = 0.06  # of the machine: the ticks alone are 0.03 apart
TRIES = 3


class Progress:
    """one line on a terminal, else one for each round and layout"""

    def __init__(self, total):
        self.total = total
        self.done = 0
        self.begin = time.monotonic()
        self.is_terminal = sys.stderr.isatty()
        self.last = None

    def show(self, where, what):
        self.done += 1
        passed = time.monotonic() - self.begin
        left = passed / max(1, self.done - 1) * (self.total - self.done + 1)
        eta = f"{int(left) // 60}:{int(left) % 60:02}" if self.done > 3 \
            else "-"
        line = f"[{self.done}/{self.total}] {where}: {what}; left {eta}"
        if self.is_terminal:
            sys.stderr.write(f"\r\033[K{line[:79]}")
            sys.stderr.flush()
        elif where != self.last:
            self.last = where
            print(line, file=sys.stderr, flush=True)

    def say(self, text):
        if self.is_terminal:
            sys.stderr.write("\r\033[K")
        print(text, file=sys.stderr, flush=True)

    def end(self):
        if self.is_terminal:
            sys.stderr.write("\r\033[K")


class Watch:
    """CPU time while a load runs: of the machine, of the processes that serve
    (each with its children), of the load"""

    def __init__(self, **servers):
        self.servers = servers
        self.before = {name: machine.family_seconds(p.pid)
                       for name, p in servers.items()}
        self.snapshot = Snapshot(False)

    def end(self, loads):
        after = Snapshot(True)
        used = {name: machine.family_seconds(p.pid) - self.before[name]
                for name, p in self.servers.items()}
        used["load"] = sum(load.used_s for load in loads)
        ours = {os.getpid(), *(p for s in self.servers.values()
                               for p in machine.family(s.pid)),
                *(load.pid for load in loads)}
        return Window(self.snapshot, after, ours, sum(used.values())), used


class Measurement:
    """Every contender of every row in every layout, `rounds` times.

    measure(row, layout, contender) gives (figures, window); Failed means that
    the run is of no use, which is told and counted.
    """

    def __init__(self, rows, rounds, measure, foreign_max=FOREIGN_MAX):
        self.rows = rows
        self.rounds = rounds
        self.measure = measure
        self.foreign_max = foreign_max
        self.runs = []
        self.failed = {}
        self.failures = []
        jobs = sum(len(row.contenders) for row in rows for _ in row.layouts)
        self.progress = Progress(jobs * rounds)
        self.retries = jobs * rounds // 3 + TRIES

    def all(self):
        for i in range(self.rounds):
            for layout in ("pinned", "free", ""):
                for row in self.rows:
                    if layout in row.layouts:
                        self._row(i, row, layout)
        self.progress.end()
        return self.runs

    def _row(self, i, row, layout):
        turn = i % len(row.contenders)
        for who in row.contenders[turn:] + row.contenders[:turn]:
            self.progress.show(
                f"round {i + 1} of {self.rounds}"
                f"{', ' + layout if layout else ''}",
                f"{row.title}, {who.name}")
            if self.failed.get((row.key, layout, who.name), 0) < 2:
                self._run(i, row, layout, who)

    def _run(self, i, row, layout, who):
        for attempt in range(TRIES):
            try:
                figures, window = self.measure(row, layout, who)
            except Failed as failure:
                key = (row.key, layout, who.name)
                self.failed[key] = self.failed.get(key, 0) + 1
                text = f"{row.title}, {layout}, {who.name}: {failure}"
                self.progress.say(text)
                self.failures.append(text)
                return
            is_kept = window.foreign <= self.foreign_max
            self.runs.append({
                "row": row.key, "layout": layout, "round": i,
                "who": who.name, "is_ours": who.is_ours, "figures": figures,
                "foreign": round(window.foreign, 4), "is_kept": is_kept})
            if is_kept:
                return
            if self.retries == 0 or attempt == TRIES - 1:
                self.progress.say(
                    f"{row.title}, {layout}, {who.name}: given up in this "
                    f"round, others use {window.foreign:.0%} of the machine")
                return
            self.retries -= 1
            time.sleep(0.3)

    def facts(self, **more):
        dirty = sum(not run["is_kept"] for run in self.runs)
        return {"date": str(datetime.date.today()),
                "machine": machine.describe(),
                "congestion": machine.congestion_control(),
                "rounds": self.rounds, "dirty": dirty,
                "total": len(self.runs), "foreign_max": self.foreign_max,
                "failures": self.failures,
                **more}
