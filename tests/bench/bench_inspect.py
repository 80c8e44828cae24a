#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""How fast tp-inspect reads captures, beside tshark, tcpdump and a bare loop of
libpcap, and how much memory it takes. What it finds is compared with what the
generator says.

usage: bench_inspect.py BUILD [-r ROUNDS] [-q] [-L] [-p FILE]
  -r  rounds, in each of which every contender runs once (default 5), and five
      times as many with the small file; tshark runs in the first one only,
      tcpdump not in those that are added
  -q  only the small file, and neither tshark nor tcpdump
  -L  tshark and tcpdump with the large file too: minutes
  -p  the table goes into FILE, which has its marks, and no picture is drawn: for
      one more machine

Each run becomes a line of out/bench/inspect.ndjson. Writes the table of
docs/performance.md, and a picture beside it.
"""
import copy
import datetime
import errno
import getopt
import json
import os
import pathlib
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import figures
import page as pages

ROOT = pathlib.Path(__file__).resolve().parents[2]
REFEREE = ROOT.parent / "shared" / "bench"
OUT = ROOT / "out" / "bench"
LARGE = 10**9
SMALL_ROUNDS = 5  # for one: its runs are short, and differ more
FILES = (("200 MB", 200000000, 1), ("1.5 GB", 1500000000, 2))
# fields of headers and options, looked for wherever they may be
TSHARK = ["tshark", "-n", "-o", "tcp.try_heuristic_first:TRUE", "-o",
          "udp.try_heuristic_first:TRUE", "-T", "fields",
          *(f"-e{name}" for name in
            ("frame.number", "proxy.src.ipv4", "proxy.src.ipv6",
             "proxy.srcport", "proxy.dst.ipv4", "proxy.dst.ipv6",
             "proxy.dstport", "tcp.options"))]
TCPDUMP = ["tcpdump", "-nn"]
FAILED = 0


def complain(text):
    global FAILED
    FAILED = 1
    print(text, file=sys.stderr)


class Run:
    """one run of a program: seconds, of the clock and of processors; bytes"""

    def __init__(self, args, keep=False):
        with tempfile.TemporaryFile() as out:
            begin = time.perf_counter()
            child = subprocess.Popen(
                [str(a) for a in args], stderr=subprocess.DEVNULL,
                stdout=out if keep else subprocess.DEVNULL)
            _, status, usage = os.wait4(child.pid, 0)
            self.elapsed = time.perf_counter() - begin
            child.returncode = status
            self.cpu = usage.ru_utime + usage.ru_stime
            self.memory = usage.ru_maxrss * 1024
            if not os.WIFEXITED(status) or \
                    os.WEXITSTATUS(status) not in (0, 1, 5):
                complain(f"{args[0]}: status {status}")
            out.seek(0)
            self.said = out.read().decode() if keep else ""


def tools(build, folder):
    """a generator, and a loop of libpcap: neutral ones, if they are there"""
    if (REFEREE / "pcapgen.c").exists():
        for name, libs in (("pcapgen", []), ("pcapcount", ["-lpcap"])):
            subprocess.run(["cc", "-O2", REFEREE / f"{name}.c", "-o",
                            folder / name, *libs], check=True)
        return ([folder / "pcapgen", "-o"], [folder / "pcapcount", "loop"])
    return ([build / "tests/bench/pcapmix"],
            [build / "tests/bench/pcaploop", "loop"])


def check_truth(name, said, truth):
    """every header and option is found, and every split one called so"""
    summary = json.loads(said.splitlines()[-1])
    modes = summary["modes"]
    got = {key: sum(modes.get(key, {}).values())
           for key in ("ppv1", "ppv2", "toa")}
    got["split"] = summary["verdicts"].get("SPLIT", 0)
    got["packets"] = summary["frames"]
    want = {key: truth[key] for key in ("ppv1", "ppv2", "toa", "split",
                                        "packets")}
    want["ppv2"] += truth.get("udp_ppv2", truth.get("udp", 0))
    if got != want:
        complain(f"{name}: found {got}, the file has {want}")
    return f"{got['ppv1']} + {got['ppv2']} + {got['toa']}"


def warm(path):
    with open(path, "rb", buffering=0) as f:
        while f.read(1 << 20):
            pass


def is_cached(f, at):
    """whether the page cache holds what is there; tmpfs is nothing else"""
    try:
        os.preadv(f.fileno(), [bytearray(1)], at, os.RWF_NOWAIT)
    except BlockingIOError:
        return False
    except OSError as e:
        if e.errno != errno.EOPNOTSUPP:
            raise
    return True


def drop(path):
    """out of the page cache; false where that is the only place it has"""
    with open(path, "rb") as f:
        os.fsync(f.fileno())
        os.posix_fadvise(f.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        is_gone = not is_cached(f, os.fstat(f.fileno()).st_size // 2)
        # the question alone makes the kernel read there
        os.posix_fadvise(f.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        return is_gone


def spread(values, form):
    values = sorted(values)
    mid = statistics.median(values)
    return f"{form(values[0])} / **{form(mid)}** / {form(values[-1])}"


class File:
    def __init__(self, generator, folder, name, size, seed):
        self.name = self.label = name
        self.path = folder / f"{seed}.pcap"
        args = [*generator[:1], "-S", str(seed), "-s", str(size),
                *generator[1:], self.path]
        run = subprocess.run([str(a) for a in args], check=True,
                             capture_output=True, text=True)
        self.truth = json.loads(run.stdout)
        self.runs = {}

    def from_storage(self):
        """The same file, as the kernel's readahead brings it into the page
        cache: what that holds in larger pieces is mapped in less time than
        what a program wrote just before."""
        other = copy.copy(self)
        other.name = f"{self.name}, read from storage"
        other.label = f"{self.name}, read"
        other.runs = {}
        self.label = f"{self.name}, written"
        self.name += ", just written"
        return other

    def run(self, name, args, keep=False):
        run = Run([*args, self.path], keep)
        self.runs.setdefault(name, []).append(run)
        return run

    def rate(self, run):
        return self.truth["packets"] / run.elapsed / 1e6

    def row(self, name):
        runs = self.runs[name]
        return (f"| {name} | "
                f"{spread([self.rate(r) for r in runs], '{:.3g}'.format)} | "
                f"{spread([r.cpu for r in runs], '{:.2f}'.format)} | "
                f"{max(r.memory for r in runs) / 2**20:.0f} |")

    def ratios(self, ours, other, attr="elapsed"):
        """of each round; one that ran only once stands for all"""
        a, b = self.runs[ours], self.runs[other]
        return [getattr(b[min(i, len(b) - 1)], attr) / getattr(x, attr)
                for i, x in enumerate(a)]


def measure(file, inspect, loop, rounds, has_slow):
    warm(file.path)
    is_large = file.truth["bytes"] >= LARGE
    for i in range(rounds if is_large else rounds * SMALL_ROUNDS):
        file.run("libpcap, counting", loop)
        for threads in ("1", "2"):
            run = file.run(f"tp-inspect, threads: {threads}",
                           [*inspect, "--threads", threads, "-r"], True)
            file.found = check_truth(f"{file.name}, {threads}", run.said,
                                     file.truth)
        if has_slow and (i == 0 or (i < rounds and not is_large)):
            file.run("tcpdump -nn", [*TCPDUMP, "-r"])
        if has_slow and i == 0:
            file.run("tshark -T fields", [*TSHARK, "-r"])
        print(f"{file.name}: round {i + 1}", file=sys.stderr)


GOALS = (("libpcap, counting", "tp-inspect, threads: 1", 1.2),
         ("libpcap, counting", "tp-inspect, threads: 2", 2.0),
         ("tcpdump -nn", "tp-inspect, threads: 2", 50),
         ("tshark -T fields", "tp-inspect, threads: 2", 150))


def goal_rows(file):
    for other, ours, goal in GOALS:
        if other not in file.runs:
            continue
        rates = file.ratios(ours, other)
        cpus = file.ratios(ours, other, "cpu")
        mid = statistics.median(rates)
        yield (f"| {file.name}: {ours} to {other} | "
               f"{spread(rates, '{:.3g}'.format)} | "
               f"{statistics.median(cpus):.3g} | {goal} | "
               f"{'met' if mid >= goal else 'missed'} |")


def memory_rows(mix, inspect, folder, is_quick):
    """flows that are all open, and a flood of attempts"""
    path = folder / "memory.pcap"
    for name, option, size in (
            ("connections that stay open", "-k", 408000000),
            ("SYN from different clients", "-x", 820000000)):
        if is_quick:
            size //= 20
        run = subprocess.run([mix, option, "-s", str(size), path], check=True,
                             capture_output=True, text=True)
        flows = json.loads(run.stdout)["flows"]
        run = Run([*inspect, "-r", path], True)
        summary = json.loads(run.said.splitlines()[-1])
        if summary["flows"] != flows:
            complain(f"{name}: {summary['flows']} of {flows}")
        live = flows - summary.get("attempts_evicted", 0) - \
            summary.get("flows_evicted", 0)
        yield (f"| {flows} {name} | {live} | "
               f"{run.memory / 2**20:.0f} | {run.memory / live:.0f} | "
               f"{flows / run.elapsed / 1e6:.2g} |")
    path.unlink()


def processor():
    found = re.search(r"^model name\s*: (.*)$",
                      pathlib.Path("/proc/cpuinfo").read_text(), re.M)
    return found.group(1) if found else platform.machine()


def page(files, memory, rounds):
    lines = [f"Measured on {datetime.date.today()}: {processor()}, "
             f"{os.cpu_count()} CPUs, Linux "
             f"{'.'.join(platform.release().split('.')[:2])}; "
             f"{rounds} rounds, {rounds * SMALL_ROUNDS} of the small file.",
             ""]
    for file in files:
        lines += [f"| {file.name}, {file.truth['packets']} packets | million "
                  "packets/s | CPU seconds | peak MiB |", "|---|---|---|---|"]
        lines += [file.row(name) for name in file.runs]
        lines += ["", f"Found and in the file: {file.found} flows with "
                  "version 1, version 2 and TOA.", ""]
    lines += ["| packets/s, ratio | of each round | CPU time, ratio | goal | "
              "|", "|---|---|---|---|---|"]
    for file in files:
        lines += goal_rows(file)
    lines += ["", "| memory | live flows | peak MiB | bytes a live flow | "
              "million flows/s |", "|---|---|---|---|---|", *memory]
    return "\n".join(lines)


def runs_of(files):
    """as the other benchmarks keep theirs"""
    return [{"row": file.name, "layout": "", "round": i, "who": who,
             "is_ours": who.startswith("tp-"), "is_kept": True,
             "figures": {"rate": file.rate(run), "cpu": run.cpu,
                         "memory": run.memory}}
            for file in files for who, runs in file.runs.items()
            for i, run in enumerate(runs)]


def plot(files, runs):
    rate = figures.Metric("rate", "million packets/s", "{:.2f}", False)
    rows = [(figures.Row(file.name, file.name, [rate], [], [], ("",)), "",
             file.label) for file in files]
    return pages.plot(figures.Runs(runs), "inspect",
                      [("million packets/s", rows, rate)], OUT / "plots")


def main():
    opts, args = getopt.gnu_getopt(sys.argv[1:], "r:n:qLp:")
    opts = dict(opts)
    if len(args) != 1:
        sys.exit(__doc__)
    build = pathlib.Path(args[0]).resolve()
    is_quick = "-q" in opts
    rounds = int(opts.get("-r", opts.get("-n", 3 if is_quick else 5)))
    inspect = [build / "inspect/tp-inspect", "-q", "--summary", "-J",
               "--toa-kind", "253,254"]
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        generator, loop = tools(build, folder)
        files = []
        for spec in FILES[:1] if is_quick else FILES:
            file = File(generator, folder, *spec)
            again = file.from_storage()
            has_slow = "-L" in opts or (spec is FILES[0] and not is_quick)
            measure(file, inspect, loop, rounds, False)
            files.append(file)
            if drop(file.path):
                measure(again, inspect, loop, rounds, has_slow and all(
                    shutil.which(name) for name in ("tcpdump", "tshark")))
                files.append(again)
            else:
                complain(f"{folder}: cannot be dropped from the page cache, "
                         "so nothing is read from storage; set TMPDIR")
            file.path.unlink()
        memory = list(memory_rows(build / "tests/bench/pcapmix", inspect,
                                  folder, is_quick))
    text = page(files, memory, rounds)
    print(text)
    runs = runs_of(files)
    figures.save(OUT / "inspect.ndjson", {"date": str(datetime.date.today()),
                                          "machine": processor(),
                                          "rounds": rounds}, runs)
    if "-p" in opts:
        pages.write("inspect", [text], pathlib.Path(opts["-p"]))
    elif not is_quick:
        picture = plot(files, runs)
        link = [f"![inspect](plots/{picture.name})"] if picture else []
        pages.write("inspect", [text, "", *link])
    sys.exit(FAILED)


main()
