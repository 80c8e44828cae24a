#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Generated captures: every header is found, whatever the number of threads and
the way the file is read; memory is bounded.

usage: mix.py PCAPMIX TP_INSPECT
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

MIX, INSPECT = sys.argv[1:3]
IS_SANITIZED = b"__asan_init" in pathlib.Path(INSPECT).read_bytes()
FAILED = 0


def check(what, got, want):
    global FAILED
    if got != want:
        FAILED = 1
        print(f"{what}: {got}, not {want}", file=sys.stderr)


def mix(path, *args):
    run = subprocess.run([MIX, *args, path], capture_output=True, check=True,
                         text=True, timeout=60)
    return json.loads(run.stdout)


def inspect(*args, **more):
    """standard output, and the peak of memory in bytes"""
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(
            [INSPECT, "-q", "-J", "--toa-kind", "253,254", *args], stdout=out,
            **more)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = status
        if not os.WIFEXITED(status) or os.WEXITSTATUS(status) not in (0, 1, 5):
            check(f"status of {args}", status, "0, 1 or 5")
        out.seek(0)
        return out.read().decode(), usage.ru_maxrss * 1024


def flow_counts(text):
    """as pcapmix tells them, from one line for each flow"""
    got = {"plain": 0, "ppv1": 0, "ppv2": 0, "toa": 0, "udp": 0, "split": 0}
    for line in text.splitlines()[:-1]:
        flow = json.loads(line)
        kind = flow["mode"]
        if flow["transport"] == "UDP":
            kind = "udp"
        elif kind == "none":
            kind = "plain" if flow["verdict"] == "MISSING" else None
        if kind:
            got[kind] += 1
        got["split"] += flow["verdict"] == "SPLIT"
    return got


def check_mix(folder, seed):
    path = folder / "mix.pcap"
    truth = mix(path, "-S", str(seed), "-s", "4000000")
    said, _ = inspect("--threads", "1", "-r", path)
    got = flow_counts(said)
    check(f"seed {seed}", got, {key: truth[key] for key in got})
    check("frames", json.loads(said.splitlines()[-1])["frames"],
          truth["packets"])
    for threads in ("2", "3"):
        check(f"{threads} threads", inspect("--threads", threads, "-r",
                                            path)[0] == said, True)
    with open(path, "rb") as stdin:
        check("standard input", inspect("-r", "-", stdin=stdin)[0] == said,
              True)
    if shutil.which("editcap"):
        again = folder / "mix.pcapng"
        subprocess.run(["editcap", "-F", "pcapng", path, again], check=True,
                       timeout=60)
        for threads in ("1", "2"):
            check("pcapng", inspect("--threads", threads, "-r", again)[0] ==
                  said, True)


def check_open(folder):
    """connections that all stay open: 200 bytes for each"""
    path = folder / "open.pcap"
    truth = mix(path, "-k", "-s", "16000000")
    said, memory = inspect("--summary", "-r", path)
    summary = json.loads(said.splitlines()[-1])
    check("open flows", summary["flows"], truth["flows"])
    check("none is evicted", "flows_evicted" in summary, False)
    check("their modes", {mode: sum(verdicts.values())
                          for mode, verdicts in summary["modes"].items()},
          {"none": truth["plain"], "ppv1": truth["ppv1"],
           "ppv2": truth["ppv2"], "toa": truth["toa"]})
    if not IS_SANITIZED:
        check(f"memory of {truth['flows']} open flows ({memory})",
              memory < (32 << 20) + 200 * truth["flows"], True)


def check_flood(folder):
    """attempts from everywhere: bounded, and counted"""
    path = folder / "flood.pcap"
    truth = mix(path, "-x", "-s", "8000000")
    said, memory = inspect("--summary", "--max-flows", "1000", "-r", path)
    summary = json.loads(said.splitlines()[-1])
    check("flows of a flood", summary["flows"], truth["flows"])
    check("attempts evicted", summary["attempts_evicted"],
          truth["flows"] - 1000)
    check("flows evicted", "flows_evicted" in summary, False)
    if not IS_SANITIZED:
        check(f"memory of a flood ({memory})", memory < 32 << 20, True)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for seed in (1, 2):
            check_mix(folder, seed)
        check_open(folder)
        check_flood(folder)
    sys.exit(FAILED)


main()
