# SPDX-License-Identifier: BSD-2-Clause
"""Who makes the load and who answers it: programs that belong to no contender.

The first choice is refload and refsink, whose sources lie beside this
repository (../shared/bench). Where they are not there, wrk asks nginx, for the
rows that those two can do.
"""
import json
import pathlib
import shutil
import statistics
import subprocess

from contenders import ORIGIN_PORT
from machine import Failed, Process, wait_listening

SOURCES = pathlib.Path(__file__).resolve().parents[3] / "shared" / "bench"

NGINX_ORIGIN = """\
daemon off;
user root;
worker_processes 1;
pid {folder}/origin.pid;
error_log {folder}/origin-error.log error;
events {{ worker_connections 15000; multi_accept on; }}
http {{
    access_log off;
    sendfile on;
    keepalive_requests 100000000;
    keepalive_timeout 600s;
    server {{
        listen {address}:{port} reuseport backlog=65535 {header};
        location / {{ default_type text/plain; return 200 "{body}"; }}
        location /large {{ root {folder}; }}
    }}
}}
"""

WRK_SCRIPT = """\
done = function(summary, latency, requests)
    local errors = summary.errors
    io.write(string.format(
        '\\n{"all":%d,"bytes":%d,"us":%d,"p50":%.1f,"p99":%.1f,"errs":%d}\\n',
        summary.requests, summary.bytes, summary.duration,
        latency:percentile(50), latency:percentile(99),
        errors.connect + errors.read + errors.write + errors.status +
        errors.timeout))
end
"""
LARGE_BYTES = 256 << 20


class Load:
    """a load: what the referee is asked for. `kind` is crr (connect, ask,
    close), rr, open (rr at `rate`), up, down or urr; n connections"""

    def __init__(self, kind, n, rate=0, window=1):
        self.kind = kind
        self.n = n
        self.rate = rate
        self.window = window


class Result:
    """all: operations (bytes, if it is a bulk load) of the whole run; rate:
    those of the measured window, per second"""

    def __init__(self, done, rate, p50_us, p99_us, errors):
        self.all = done
        self.rate = rate
        self.p50_us = p50_us
        self.p99_us = p99_us
        self.errors = errors


def middle(results):
    """one result of several runs: what was done in all of them, and medians"""
    return Result(sum(r.all for r in results),
                  *(statistics.median(getattr(r, key) for r in results)
                    for key in ("rate", "p50_us", "p99_us")),
                  sum(r.errors for r in results))


class Refload:
    name = "refload, refsink"

    def __init__(self, folder):
        self.folder = folder
        for name in ("refload", "refsink"):
            subprocess.run(["cc", "-O2", "-w", SOURCES / f"{name}.c", "-o",
                            folder / name, "-pthread"], check=True)

    def can(self, load):
        return load.kind in ("crr", "rr", "open", "up", "down", "urr")

    def origin(self, load, address, cpu, has_header=True):
        mode = {"up": "sink", "down": "source"}.get(load.kind, "echo")
        udp = load.kind == "urr"
        process = Process(
            [self.folder / "refsink", "-l", address, "-p", ORIGIN_PORT, "-m",
             mode, "-t", "120", *(["-P"] if has_header else []),
             *(["-u"] if udp else [])], self.folder, cpu, "origin")
        wait_listening(process, address, ORIGIN_PORT, udp)
        return process

    def command(self, load, address, port, warm_s, secs):
        args = [self.folder / "refload", "-d", f"{address}:{port}", "-m",
                "rr" if load.kind == "open" else load.kind, "-n", load.n,
                "-W", warm_s, "-D", secs]
        if load.kind in ("up", "down"):
            args += ["-s", 262144]
        if load.kind == "urr":
            args += ["-x", load.window]
        if load.rate:
            args += ["-r", load.rate]
        return args

    def start(self, load, address, port, cpu, warm_s, secs):
        return Process(self.command(load, address, port, warm_s, secs),
                       self.folder, cpu, "load")

    def result(self, load, text):
        said = json.loads(text.splitlines()[-1])
        is_bulk = load.kind in ("up", "down")
        return Result(said["all"],
                      said["gbyte_s"] * 1e9 if is_bulk else said["ops_s"],
                      said["p50"], said["p99"], said["errs"])


class Wrk:
    name = "wrk, nginx"

    def __init__(self, folder):
        self.folder = folder
        for program in ("wrk", "nginx"):
            if not shutil.which(program):
                raise Failed(f"{program} is not installed")
        (folder / "done.lua").write_text(WRK_SCRIPT)
        (folder / "large").mkdir(exist_ok=True)
        with open(folder / "large/file", "wb") as file:
            file.truncate(LARGE_BYTES)

    def can(self, load):
        return load.kind in ("crr", "rr", "down")

    def origin(self, load, address, cpu, has_header=True):
        path = self.folder / "origin.conf"
        path.write_text(NGINX_ORIGIN.format(
            folder=self.folder, address=address, port=ORIGIN_PORT,
            header="proxy_protocol" if has_header else "", body="x" * 64))
        process = Process(["nginx", "-p", self.folder, "-c", path, "-e",
                           self.folder / "origin-error.log"],
                          self.folder, cpu, "origin")
        wait_listening(process, address, ORIGIN_PORT)
        return process

    def start(self, load, address, port, cpu, warm_s, secs):
        path = "/large/file" if load.kind == "down" else "/"
        args = ["wrk", "-t1", "-c", load.n, "-d",
                f"{max(1, round(warm_s + secs))}s", "-s",
                self.folder / "done.lua"]
        if load.kind == "crr":
            args += ["-H", "Connection: close"]
        return Process([*args, f"http://{address}:{port}{path}"],
                       self.folder, cpu, "load")

    def result(self, load, text):
        said = json.loads(text.splitlines()[-1])
        done = said["bytes"] if load.kind == "down" else said["all"]
        # the end of a connection that was asked for is no error
        errors = 0 if load.kind == "crr" else said["errs"]
        return Result(done, done / (said["us"] / 1e6), said["p50"],
                      said["p99"], errors)


def choose(folder, force_wrk=False):
    if not force_wrk and (SOURCES / "refload.c").exists():
        return Refload(folder)
    return Wrk(folder)
