#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Our programs beside their peers, in turns, in a network of their own.

usage: bench.py proxy|client BUILD [options]
       bench.py page
  -r N     rounds, in each of which every contender runs once (default 5; with
           -q 3)
  -q       short runs
  -k KEYS  these rows only, separated by commas; writes no page
  -s SECS  how long a run is measured
  -f PART  a run is rejected if others use more of the machine (default 0.06;
           1: none is)
  -w       wrk and nginx as referee, even if refload is there
  -n       do not touch docs/
  -p FILE  tables go into FILE, which has their marks, and no pictures are
           drawn: for one more machine; with `page`, too
  -o DIR   data files go there, not to out/bench

Each run becomes a line of out/bench/NAME.ndjson; docs/performance.md and
docs/plots/ are made from that, by `page` again without measuring. Exit status:
0 measured, whether goals hold or not; 1 a contender could not be measured.
"""
import getopt
import importlib
import pathlib
import signal
import sys
import tempfile
import types

import figures
import machine
import page
import referee
from runner import FOREIGN_MAX

NAMES = ("proxy", "client")
OUT = page.ROOT / "out" / "bench"


def terminate(*_):
    raise KeyboardInterrupt


def parse(argv):
    try:
        opts, args = getopt.gnu_getopt(argv, "hr:qk:s:f:wno:p:", ["help"])
        opts = dict(opts)
        numbers = {name: float(opts[name]) for name in ("-r", "-s", "-f")
                   if name in opts}
    except (getopt.GetoptError, ValueError) as error:
        print(f"bench: {error}", file=sys.stderr)
        sys.exit(2)
    if "-h" in opts or "--help" in opts:
        print(__doc__)
        sys.exit(0)
    if args == ["page"]:
        return None, None, types.SimpleNamespace(
            out=pathlib.Path(opts.get("-o", OUT)).resolve(),
            page=opts.get("-p"), is_written=True)
    if len(args) != 2 or args[0] not in NAMES:
        sys.exit(__doc__)
    is_quick = "-q" in opts
    options = types.SimpleNamespace(
        rounds=int(numbers.get("-r", 3 if is_quick else 5)),
        secs=numbers.get("-s", 0.7 if is_quick else 1.5),
        warm_s=0.25 if is_quick else 0.4,
        foreign_max=numbers.get("-f", FOREIGN_MAX),
        only=[key for key in opts.get("-k", "").split(",") if key],
        force_wrk="-w" in opts,
        out=pathlib.Path(opts.get("-o", OUT)).resolve(),
        page=opts.get("-p"),
        is_written="-n" not in opts and "-k" not in opts)
    if options.rounds < 1 or options.secs <= 0:
        sys.exit("bench: -r and -s want a positive number")
    return args[0], pathlib.Path(args[1]).resolve(), options


def publish(name, module, options):
    """tables and pictures, out of the data file"""
    out = options.out
    facts, runs = figures.load(out / f"{name}.ndjson")
    lines = module.report(facts, runs)
    if options.page:
        page.write(name, lines, pathlib.Path(options.page))
    elif options.is_written:
        pictures = module.plots(runs, out / "plots")
        links = [f"![{path.stem}](plots/{path.name})" for path in pictures]
        page.write(name, [*lines, *links])
        for path in (page.PAGE, *pictures):
            print(f"written: {path.relative_to(page.ROOT)}", file=sys.stderr)
    return lines


def main():
    name, build, options = parse(sys.argv[1:])
    if name is None:
        for each in NAMES:
            if (options.out / f"{each}.ndjson").exists():
                publish(each, importlib.import_module(f"bench_{each}"),
                        options)
        return 0
    machine.enter_namespaces()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, terminate)
    machine.set_up_network()
    module = importlib.import_module(f"bench_{name}")
    with tempfile.TemporaryDirectory(prefix="tp-bench-") as folder:
        folder = pathlib.Path(folder)
        folder.chmod(0o755)
        judge = referee.choose(folder, options.force_wrk)
        facts, runs = module.run(build, folder, judge, options)
    figures.save(options.out / f"{name}.ndjson", facts, runs)
    lines = publish(name, module, options)
    print("\n".join(lines))
    print(f"data: {options.out / name}.ndjson", file=sys.stderr)
    return 1 if facts.get("failures") else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.stderr.write("\nbench: interrupted\n")
        sys.exit(130)
    except machine.Failed as failure:
        sys.exit(f"bench: {failure}")
