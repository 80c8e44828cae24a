# SPDX-License-Identifier: BSD-2-Clause
"""origin.py - what the tests of tp-origin share: the program, and sockets"""
import json
import os
import re
import resource
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

TIMEOUT_S = 20

V1 = b"PROXY TCP4 192.0.2.1 192.0.2.2 1000 2000\r\n"
V2_SIGNATURE = bytes.fromhex("0d0a0d0a000d0a515549540a")


def v2(src="192.0.2.1", sport=1000, proto=1, tlvs=b"", cmd=1):
    """A v2 header to 192.0.2.2:2000, written from the specification."""
    block = (socket.inet_aton(src) + socket.inet_aton("192.0.2.2")
             + struct.pack("!HH", sport, 2000) + tlvs)
    return (V2_SIGNATURE + bytes([0x20 | cmd, 0x10 | proto])
            + struct.pack("!H", len(block)) + block)


def spp(src="192.0.2.1", sport=1000):
    mapped = bytes(10) + b"\xff\xff"
    return (b"\x56\xec" + mapped + socket.inet_aton(src) + mapped
            + socket.inet_aton("192.0.2.2") + struct.pack("!HH", sport, 2000))


def program():
    return os.environ["TP_ORIGIN"]


def wait_for(what, condition):
    deadline = time.monotonic() + TIMEOUT_S
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited in vain for {what}")
        time.sleep(0.01)


class Origin:
    """A tp-origin on a free port of 127.0.0.1; a context manager that checks
    its exit status and that it left no descriptor open."""

    def __init__(self, *args, addr=("127.0.0.1",), nofile=None):
        self.dir = tempfile.TemporaryDirectory(prefix="tp-origin-")
        self.log_path = os.path.join(self.dir.name, "log")
        self.err_path = os.path.join(self.dir.name, "err")
        self.args = [program()]
        for a in addr:
            self.args += ["-l", a]
        self.args += ["--log", self.log_path, "-v", *args, "0"]
        self.nofile = nofile
        self.is_bad_exit_fine = False

    def limit(self):
        if self.nofile:
            resource.setrlimit(resource.RLIMIT_NOFILE,
                               (self.nofile, self.nofile))

    def __enter__(self):
        with open(self.err_path, "w") as err:
            self.process = subprocess.Popen(self.args, stderr=err,
                                            preexec_fn=self.limit)
        try:
            wait_for("ready", lambda: "tp-origin: ready\n" in self.err()
                     or self.process.poll() is not None)
            self.port = int(re.search(r"listening on \w+ .*:(\d+)\n",
                                      self.err())[1])
            self.idle_fds = self.fds()
        except Exception:
            print(self.err(), file=sys.stderr)
            self.process.kill()
            self.process.wait()
            raise
        return self

    def __exit__(self, kind, *_):
        try:
            if kind is None:
                wait_for("descriptors to be closed",
                         lambda: self.fds() <= self.idle_fds)
            self.process.send_signal(signal.SIGTERM)
            status = self.process.wait(TIMEOUT_S)
            if kind is None and status != 0:
                raise AssertionError(f"exit status {status}: {self.err()}")
        finally:
            self.process.kill()
            self.process.wait()
            if kind is not None:
                print(self.err()[-4000:], file=sys.stderr)
            self.dir.cleanup()

    def err(self):
        with open(self.err_path) as f:
            return f.read()

    def fds(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def log(self):
        with open(self.log_path) as f:
            return [json.loads(x) for x in f.read().splitlines()]

    def wait_log(self, n):
        """The log, as soon as it has @n lines."""
        wait_for(f"{n} log lines", lambda: len(self.log()) >= n)
        lines = self.log()
        if len(lines) != n:
            raise AssertionError(f"{len(lines)} log lines, not {n}")
        return lines

    def stop(self):
        """End it early; the summary."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(TIMEOUT_S)
        self.fds = lambda: 0
        return json.loads(self.err().splitlines()[-1])

    def connect(self, src=None, rcvbuf=None, host="127.0.0.1"):
        s = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        s.settimeout(TIMEOUT_S)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if rcvbuf:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, rcvbuf)
        if src:
            s.bind((src, 0))
        try:
            s.connect((host, self.port))
        except OSError:
            s.close()
            raise
        return s

    def udp(self, src="127.0.0.1", host="127.0.0.1"):
        s = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET,
                          socket.SOCK_DGRAM)
        s.settimeout(TIMEOUT_S)
        s.bind((src, 0))
        s.connect((host, self.port))
        return s


def read_all(s):
    """Everything up to the end; a reset is b'RST' at the end."""
    got = b""
    try:
        while True:
            d = s.recv(65536)
            if not d:
                return got
            got += d
    except ConnectionResetError:
        return got + b"RST"


def is_silent(s, seconds=0.15):
    """Does nothing come, not even an end?"""
    return not select.select([s], [], [], seconds)[0]


def send_and_read(s, pieces):
    """Send, end our side, return all that comes back. A reset may show in
    any of the calls."""
    try:
        for piece in pieces:
            s.sendall(piece)
        s.shutdown(socket.SHUT_WR)
    except OSError:
        return read_all(s).removesuffix(b"RST") + b"RST"
    return read_all(s)


def exchange(origin, data, src=None):
    try:
        with origin.connect(src) as s:
            return send_and_read(s, [data])
    except ConnectionResetError:
        return b"RST"


def main():
    """unittest's, for one argument: the program. None run is a failure."""
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} TP-ORIGIN")
    os.environ["TP_ORIGIN"] = sys.argv[1]
    result = unittest.main(argv=sys.argv[:1], exit=False).result
    sys.exit(0 if result.wasSuccessful() and result.testsRun else 1)
