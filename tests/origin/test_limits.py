#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""test_limits.py - tp-origin at its limits: descriptors, connections, floods"""
import random
import resource
import socket
import subprocess
import time
import unittest

from origin import (Origin, V1, exchange, main, program, read_all,
                    send_and_read, spp, v2, wait_for)

HALF_OPEN = 1000


class Limits(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    def try_connect(self, o):
        """None if it is reset before connect() looks"""
        try:
            return o.connect()
        except ConnectionResetError:
            return None

    def test_half_open_flood(self):
        with Origin("-t", "--mode", "ppv1", "--header-timeout", "2s") as o:
            flood = [o.connect() for _ in range(HALF_OPEN)]
            for i, s in enumerate(flood):
                s.sendall(V1[:i % 40])
            begin = time.monotonic()
            self.assertEqual(exchange(o, V1 + b"x"), b"x")
            self.assertLess(time.monotonic() - begin, 1)
            for s in flood:
                self.assertEqual(read_all(s), b"RST")
                s.close()
            wait_for("all to be closed", lambda: o.fds() == o.idle_fds)
            o.wait_log(HALF_OPEN + 1)
            summary = o.stop()
            self.assertEqual(summary["refused"], {"timeout": HALF_OPEN})
            self.assertGreater(summary["tcp_open_max"], HALF_OPEN)

    def test_max_conns(self):
        with Origin("-t", "--mode", "off", "--max-conns", "3") as o:
            conns = [o.connect() for _ in range(3)]
            for s in conns:
                s.sendall(b"a")
                self.assertEqual(s.recv(10), b"a")
            self.assertEqual(exchange(o, b"b"), b"RST")
            for s in conns:  # those that stand are not hurt
                s.sendall(b"c")
                self.assertEqual(s.recv(10), b"c")
            conns.pop().close()
            wait_for("a free slot", lambda: exchange(o, b"d") == b"d")
            for s in conns:
                s.close()
            self.assertGreater(o.stop()["tcp_refused_limit"], 0)

    def test_descriptors_run_out(self):
        with Origin("-t", "--mode", "off", "--max-conns", "1000",
                    nofile=64) as o:
            self.assertIn("--max-conns 1000 is more than", o.err())
            conns = [self.try_connect(o) for _ in range(200)]
            served = refused = 0
            for s in conns:
                got = send_and_read(s, [b"x"]) if s else b"RST"
                self.assertIn(got, (b"x", b"RST"))
                served += got == b"x"
                refused += got == b"RST"
            self.assertGreater(served, 30)
            self.assertGreater(refused, 30)
            for s in filter(None, conns):
                s.close()
            wait_for("all to be closed", lambda: o.fds() == o.idle_fds)
            # no spinning on a queue that cannot be emptied
            with open(f"/proc/{o.process.pid}/stat") as f:
                ticks = sum(map(int, f.read().split()[13:15]))
            self.assertLess(ticks, 300)
            self.assertEqual(exchange(o, b"y"), b"y")
            summary = o.stop()
            self.assertEqual(summary["tcp_refused_fds"], refused)

    def test_limit_is_said(self):
        with Origin("-t", nofile=100) as o:
            self.assertRegex(o.err(), r"up to \d\d TCP connections "
                             r"\(descriptor limit 100\)")

    def test_many_connections_at_once(self):
        n = min(4000, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 100)
        with Origin("-t", "--mode", "ppv2") as o:
            conns = [o.connect() for _ in range(n)]
            for i, s in enumerate(conns):
                s.sendall(v2(sport=i) + i.to_bytes(4, "big"))
            for i, s in enumerate(conns):
                self.assertEqual(s.recv(10), i.to_bytes(4, "big"))
            for s in conns:
                s.shutdown(socket.SHUT_WR)
            for s in conns:
                self.assertEqual(read_all(s), b"")
                s.close()
            log = o.wait_log(n)
            self.assertEqual({x["cport"] for x in log}, set(range(n)))

    def test_garbage(self):
        """Whatever comes, it is answered or refused, and we live."""
        rng = random.Random(5)
        seeds = [V1, v2(), v2(tlvs=b"\x20\x00\x08\x01\0\0\0\0\x21\0\0"),
                 spp(), b""]
        with Origin("--require", "--header-timeout", "200ms") as o:
            udp = o.udp()
            for _ in range(1500):
                data = bytearray(rng.choice(seeds) + rng.randbytes(
                    rng.randrange(40)))
                for _ in range(rng.randrange(4)):
                    if data:
                        data[rng.randrange(len(data))] = rng.randrange(256)
                exchange(o, bytes(data))
                udp.send(data)
            udp.close()
            self.assertEqual(exchange(o, V1 + b"x"), b"x")
            self.assertEqual(o.stop()["tcp_accepted"], 1501)


class Start(unittest.TestCase):
    def run_it(self, *args):
        return subprocess.run([program(), *args], capture_output=True,
                              text=True, timeout=20)

    def test_port_in_use(self):
        with Origin("-t") as o:
            r = self.run_it("-t", "-l", "127.0.0.1", "0", str(o.port))
            self.assertEqual(r.returncode, 3)
            self.assertIn(f"cannot listen on tcp 127.0.0.1:{o.port}: Address "
                          "already in use", r.stderr)
            self.assertNotIn("tp-origin: ready", r.stderr)

    def test_log_that_cannot_be_opened(self):
        r = self.run_it("-t", "-l", "127.0.0.1", "--log", "/nowhere/x", "0")
        self.assertEqual(r.returncode, 3)
        self.assertIn("cannot open the log /nowhere/x: No such file",
                      r.stderr)

    def test_usage(self):
        r = self.run_it("--mode", "ppv3", "0")
        self.assertEqual((r.returncode, r.stdout), (2, ""))
        self.assertIn("auto, ppv1, ppv2, spp, off", r.stderr)

    def test_short_timeout_is_warned_of(self):
        with Origin("-t", "--header-timeout", "1s") as o:
            self.assertIn("warning: --header-timeout below 3s", o.err())


if __name__ == "__main__":
    main()
