# SPDX-License-Identifier: BSD-2-Clause
"""client.py - what the program tests of tp-client share"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
CLIENT = ""
ORIGIN = ""


class Result:
    """One run: exit status, the summary, the log's lines, stderr."""

    def __init__(self, status, out, err, log):
        self.status, self.err, self.log = status, err, log
        self.sum = json.loads(out) if out.startswith("{") else {}
        self.out = out


class Fake:
    """fake_origin.py as a context: fake.port"""

    def __init__(self, proto, fault, family="-4"):
        self.args = [family, proto, fault]

    def __enter__(self):
        self.proc = subprocess.Popen(
            [sys.executable, HERE + "/fake_origin.py", *self.args],
            stdout=subprocess.PIPE, text=True)
        self.port = int(self.proc.stdout.readline())
        return self

    def __exit__(self, *exc):
        self.proc.terminate()
        self.proc.wait()
        self.proc.stdout.close()


class Origin:
    """tp-origin as a context: origin.port; its exit status is checked"""

    def __init__(self, *args):
        self.args = args

    def __enter__(self):
        self.proc = subprocess.Popen(
            [ORIGIN, *self.args, "0"], stderr=subprocess.PIPE, text=True)
        self.port = 0
        for line in self.proc.stderr:
            if "listening on" in line:
                self.port = int(line.split("listening on", 1)[1]
                                .split()[-1].rsplit(":", 1)[-1]) \
                    if self.port == 0 else self.port
            if "ready" in line:
                break
        return self

    def __exit__(self, *exc):
        self.proc.terminate()
        err = self.proc.stderr.read()
        status = self.proc.wait()
        self.proc.stderr.close()
        if status != 0:
            raise AssertionError(f"tp-origin: exit {status}: {err}")


def client(*args, json_out=True, timeout=60):
    """Run tp-client; args: options, host, port."""
    with tempfile.NamedTemporaryFile(prefix="tp-client-") as log:
        p = subprocess.run(
            [CLIENT, "--log", log.name, *(["-J"] if json_out else []),
             *map(str, args)],
            capture_output=True, text=True, timeout=timeout, check=False)
        lines = [json.loads(x) for x in log.read().splitlines()]
    if "Sanitizer" in p.stderr or "runtime error" in p.stderr:
        raise AssertionError(p.stderr)
    return Result(p.returncode, p.stdout, p.stderr, lines)


def main():
    global CLIENT, ORIGIN
    CLIENT, ORIGIN = sys.argv[1:3]
    result = unittest.main(module="__main__", argv=sys.argv[:1],
                           verbosity=2, exit=False).result
    sys.exit(0 if result.wasSuccessful() and result.testsRun else 1)
