#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""test_stream.py - tp-origin over TCP: headers, splits, trust, replies"""
import hashlib
import json
import os
import random
import signal
import socket
import threading
import time
import unittest

import vectors
from origin import (Origin, V1, exchange, is_silent, main, read_all,
                    send_and_read, v2, wait_for)


def who(data):
    """(the whoami object, what follows it)"""
    line, _, rest = data.partition(b"\n")
    return json.loads(line), rest


class Vectors(unittest.TestCase):
    """Each vector of the decoders, through a socket."""

    def check_accepted(self, v, got, peer):
        w, rest = who(got)
        self.assertEqual(w["verdict"], "ok", v["id"])
        self.assertEqual(w["mode"], f"ppv{v['version']}", v["id"])
        self.assertEqual(w["cmd"], v["cmd"], v["id"])
        self.assertEqual(rest, v["bytes"][v["hdr_len"]:], v["id"])
        if v["family"] in ("inet", "inet6"):
            self.assertEqual((w["client"], w["cport"], w["dst"], w["dport"]),
                             (v["src"], v["sport"], v["dst"], v["dport"]),
                             v["id"])
        else:
            self.assertEqual((w["client"], w["cport"], w["dst"]),
                             (*peer, None), v["id"])

    def run_vectors(self, chunks):
        """@chunks(bytes) gives the pieces to send"""
        todo = [v for v in vectors.load() if not v["is_dgram"]]
        self.assertGreater(len(todo), 200)
        with Origin("-t", "--require", "--reply", "whoami") as o:
            refused = {}
            for v in todo:
                with o.connect() as s:
                    peer = s.getsockname()
                    got = send_and_read(s, chunks(v["bytes"]))
                if v["want"] == "OK" and 0 < v["hdr_len"] <= 4096:
                    self.check_accepted(v, got, peer)
                    continue
                self.assertEqual(got, b"RST", v["id"])
                refused[peer[1]] = v
            o.wait_log(len(todo))
            for line in o.log():
                v = refused.get(line["pport"])
                if not v:
                    self.assertEqual(line["reason"], "closed")
                    continue
                self.assertEqual(line["reason"], "refused", v["id"])
                want = (v["anomaly"] if v["want"] == "BAD"
                        else "v2.len_limit" if v["want"] == "OK"
                        else "truncated" if v["bytes"] else "missing")
                self.assertIn(line["anomaly"], (want, "v2.len_limit"), v["id"])

    def test_whole(self):
        self.run_vectors(lambda b: [b])

    def test_in_two_pieces(self):
        rng = random.Random(1)

        def cut(b):
            at = rng.randrange(len(b) + 1)
            return [b[:at], b[at:]] if b[:at] and b[at:] else [b]

        self.run_vectors(cut)

    def test_byte_by_byte(self):
        def each(b):
            if len(b) > 600:
                return [b]
            return [b[i:i + 1] for i in range(len(b))]

        self.run_vectors(each)


class Headers(unittest.TestCase):
    def test_nothing_before_the_header_is_complete(self):
        """PP 2: at each split the origin waits, then answers."""
        for header in (V1, v2(tlvs=b"\x04\x00\x01x")):
            with Origin("-t", "--mode", f"ppv{1 if header == V1 else 2}",
                        "--banner", "hello", "--reply", "whoami") as o:
                conns = []
                for i in range(len(header)):
                    s = o.connect()
                    s.sendall(header[:i])
                    conns.append(s)
                for i, s in enumerate(conns):
                    self.assertTrue(is_silent(s, 0.3 if not i else 0.001))
                for i, s in enumerate(conns):
                    s.sendall(header[i:] + b"data")
                    s.shutdown(socket.SHUT_WR)
                for s in conns:
                    banner, _, rest = read_all(s).partition(b"\r\n")
                    self.assertEqual(banner, b"hello")
                    w, rest = who(rest)
                    self.assertEqual((w["client"], w["cport"], rest),
                                     ("192.0.2.1", 1000, b"data"))
                    s.close()

    def test_second_header_is_payload(self):
        with Origin("-t") as o:
            for first in (V1, v2()):
                for second in (V1, v2()):
                    self.assertEqual(exchange(o, first + second + b"x"),
                                     second + b"x")

    def test_off_looks_for_nothing(self):
        with Origin("-t", "--mode", "off", "--reply", "whoami") as o:
            with o.connect() as s:
                # decided at once: the origin speaks first
                self.assertFalse(is_silent(s, 5))
                s.sendall(V1)
                s.shutdown(socket.SHUT_WR)
                w, rest = who(read_all(s))
                self.assertEqual(rest, V1)
                self.assertEqual((w["mode"], w["verdict"]),
                                 ("none", "no-header"))
                self.assertEqual((w["client"], w["cport"]),
                                 s.getsockname())

    def test_auto_without_header(self):
        with Origin("-t", "--reply", "whoami",
                    "--header-timeout", "300ms") as o:
            w, rest = who(exchange(o, b"hi"))
            self.assertEqual((w["verdict"], rest), ("no-header", b"hi"))
            w, rest = who(exchange(o, b""))
            self.assertEqual((w["verdict"], rest), ("no-header", b""))
            w, rest = who(exchange(o, b"PROX"))
            self.assertEqual((w["verdict"], rest), ("no-header", b"PROX"))
            with o.connect() as s:  # silence is no header either
                self.assertTrue(is_silent(s, 0.1))
                self.assertFalse(is_silent(s, 5))

    def test_configured_mode_takes_its_own(self):
        with Origin("--mode", "ppv2") as o:
            self.assertEqual(exchange(o, v2() + b"x"), b"x")
            self.assertEqual(exchange(o, V1 + b"x"), b"RST")
            self.assertEqual(exchange(o, b"GET / HTTP/1.0\r\n\r\n"), b"RST")
            self.assertEqual(exchange(o, b"\x56\xec" + bytes(40)), b"RST")
            self.assertEqual(exchange(o, b""), b"RST")
            slugs = [x["anomaly"] for x in o.wait_log(5)]
            self.assertEqual(slugs, [None, "wrong_mode", "no_signature",
                                     "spp.on_tcp", "missing"])
            summary = o.stop()
            self.assertEqual(summary["refused"],
                             {"missing": 1, "no_signature": 1,
                              "wrong_mode": 1, "spp.on_tcp": 1})
            self.assertEqual(summary["headers"]["ppv2"], 1)

    def test_timeout(self):
        with Origin("-t", "--require", "--header-timeout", "400ms",
                    "--banner", "hello") as o:
            for sent in (b"", V1[:20], v2()[:14]):
                with o.connect() as s:
                    begin = time.monotonic()
                    s.sendall(sent)
                    self.assertEqual(read_all(s), b"RST")
                    self.assertGreater(time.monotonic() - begin, 0.35)
            # single bytes do not put it off
            with o.connect() as s:
                begin = time.monotonic()
                try:
                    for i in range(len(V1)):
                        s.sendall(V1[i:i + 1])
                        time.sleep(0.05)
                    self.fail("outlived the timeout")
                except OSError:
                    self.assertLess(time.monotonic() - begin, 1.5)
            for line in o.wait_log(4):
                self.assertEqual((line["reason"], line["anomaly"]),
                                 ("refused", "timeout"))

    def test_header_just_in_time(self):
        """PP 2: a receiver must wait for three seconds at least."""
        with Origin("-t", "--mode", "ppv1") as o, o.connect() as s:
            s.sendall(V1[:10])
            time.sleep(2.9)
            s.sendall(V1[10:] + b"x")
            s.shutdown(socket.SHUT_WR)
            self.assertEqual(read_all(s), b"x")

    def test_longest_header(self):
        tlvs = b"\x04" + (4096 - 28 - 3).to_bytes(2, "big")
        fits = v2(tlvs=tlvs + bytes(4096 - 28 - 3))
        self.assertEqual(len(fits), 4096)
        with Origin("-t", "--mode", "ppv2") as o:
            self.assertEqual(exchange(o, fits + b"x"), b"x")
            longer = v2(tlvs=b"\x04\x0f\xe2" + bytes(4066))
            self.assertEqual(len(longer), 4097)
            self.assertEqual(exchange(o, longer[:16]), b"RST")
            self.assertEqual(o.wait_log(2)[1]["anomaly"], "v2.len_limit")
        whole = v2(tlvs=b"\x04\xff\xf0" + bytes(0xfff0))
        with Origin("-t", "--header-max", "65551", "--reply", "whoami") as o:
            w, rest = who(exchange(o, whole + b"x"))
            self.assertEqual((w["client"], rest, w["tlvs"], w["tlvs_cut"]),
                             ("192.0.2.1", b"x", [], 1))

    def test_crc_and_tlvs(self):
        with Origin("-t", "--reply", "whoami") as o:
            tlv = (b"\x02\x00\x0bexample.com" + b"\xea\x00\x03\x01ab"
                   + b"\x99\x00\x00")
            w, _ = who(exchange(o, v2(tlvs=tlv)))
            self.assertEqual(w["tlvs"], [
                {"type": "0x02", "name": "AUTHORITY",
                 "hex": b"example.com".hex(), "text": "example.com"},
                {"type": "0xea", "name": "AWS", "hex": "016162"},
                {"type": "0x99", "hex": ""}])
            self.assertEqual(w["crc32c"], "absent")
            self.assertEqual(exchange(o, v2(tlvs=b"\x03\x00\x04abcd")),
                             b"RST")
            line = o.wait_log(2)[1]
            self.assertEqual((line["anomaly"], line["offset"]),
                             ("tlv.crc_mismatch", 28))


class Trust(unittest.TestCase):
    def test_untrusted_cannot_claim(self):
        for mode in ("auto", "ppv1"):
            with Origin("-t", "--mode", mode, "--trust",
                        "127.0.0.1,192.0.2.0/24", "--reply", "whoami") as o:
                w, rest = who(exchange(o, V1 + b"x"))
                self.assertEqual((w["client"], rest), ("192.0.2.1", b"x"))
                self.assertEqual(exchange(o, V1 + b"x", src="127.0.0.2"),
                                 b"RST")
                w, rest = who(exchange(o, b"x", src="127.0.0.2"))
                self.assertEqual((w["client"], w["verdict"], rest),
                                 ("127.0.0.2", "no-header", b"x"))
                line = o.wait_log(3)[1]
                self.assertEqual((line["anomaly"], line["client"],
                                  line["verdict"]),
                                 ("untrusted", "127.0.0.2", "untrusted"))

    def test_require_is_of_everyone(self):
        with Origin("-t", "--trust", "127.0.0.1", "--require") as o:
            self.assertEqual(exchange(o, V1 + b"x"), b"x")
            self.assertEqual(exchange(o, b"x", src="127.0.0.2"), b"RST")
            self.assertEqual(exchange(o, V1 + b"x", src="127.0.0.2"), b"RST")
            self.assertEqual([x["anomaly"] for x in o.wait_log(3)],
                             [None, "no_signature", "untrusted"])


class Replies(unittest.TestCase):
    def test_echo_of_10_mib_with_half_close(self):
        data = random.Random(2).randbytes(10 << 20)
        want = hashlib.sha256(data).digest()
        with Origin("-t", "--mode", "ppv2") as o, o.connect() as s:
            def send():
                s.sendall(v2() + data)
                s.shutdown(socket.SHUT_WR)

            thread = threading.Thread(target=send)
            thread.start()
            got = read_all(s)
            thread.join()
            self.assertEqual(hashlib.sha256(got).digest(), want)
            line = o.wait_log(1)[0]
            self.assertEqual((line["in"], line["out"], line["reason"]),
                             (len(data), len(data), "closed"))

    def test_back_pressure(self):
        """A peer that does not read stops us from reading, and gets it all."""
        with Origin("-t", "--mode", "off") as o:
            with o.connect(rcvbuf=4096) as s:
                s.settimeout(1)
                sent = 0
                try:
                    while sent < 1 << 28:
                        sent += s.send(bytes(65536))
                except TimeoutError:
                    pass
                self.assertLess(sent, 1 << 28)
                with open(f"/proc/{o.process.pid}/statm") as f:
                    before = int(f.read().split()[1])
                s.settimeout(20)
                got = 0
                while got < sent:
                    got += len(s.recv(1 << 20))
                with open(f"/proc/{o.process.pid}/statm") as f:
                    self.assertLess(abs(int(f.read().split()[1]) - before),
                                    1024)
                s.shutdown(socket.SHUT_WR)
                self.assertEqual(read_all(s), b"")
            self.assertEqual(o.wait_log(1)[0]["out"], sent)

    def test_http(self):
        body = b"x" * 100000
        with Origin("--reply", "http", "--mode", "ppv1") as o:
            got = exchange(o, V1 + b"GET /a HTTP/1.1\r\nHost: x\r\n\r\n")
            head, _, rest = got.partition(b"\r\n\r\n")
            self.assertTrue(head.startswith(b"HTTP/1.1 200 OK\r\n"))
            self.assertIn(f"Content-Length: {len(rest)}\r\n".encode(), head)
            self.assertEqual(json.loads(rest)["client"], "192.0.2.1")
            # a body under way does not destroy the answer
            with o.connect() as s:
                s.sendall(V1 + b"POST / HTTP/1.1\r\nContent-Length: 100000"
                          b"\r\n\r\n" + body)
                self.assertTrue(read_all(s).endswith(rest[-20:]))
                for _ in range(3):  # nor is it answered by a reset
                    s.sendall(b"more")
                    time.sleep(0.02)
            got = exchange(o, V1 + b"HEAD / HTTP/1.1\r\n\r\n")
            self.assertTrue(got.endswith(b"\r\n\r\n"))
            got = exchange(o, V1 + b"GET / HTTP/1.1\r\n" + b"a" * 17000)
            self.assertTrue(got.startswith(b"HTTP/1.1 431 "))
            self.assertEqual(exchange(o, V1 + b"GET / HTTP/1.1\r\n"), b"")

    def test_discard(self):
        with Origin("-t", "--reply", "discard") as o:
            self.assertEqual(exchange(o, V1 + b"x" * 100000), b"")
            self.assertEqual(o.wait_log(1)[0]["in"], 100000)

    def test_idle(self):
        with Origin("-t", "--mode", "off", "--idle-timeout", "300ms") as o:
            with o.connect() as s:
                for _ in range(4):
                    s.sendall(b"x")
                    self.assertEqual(s.recv(10), b"x")
                    time.sleep(0.15)
                self.assertEqual(read_all(s), b"")
            self.assertEqual(o.wait_log(1)[0]["reason"], "idle")

    def test_reset_by_peer(self):
        with Origin("-t", "--mode", "off") as o:
            s = o.connect()
            s.sendall(b"x")
            self.assertEqual(s.recv(10), b"x")
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                         b"\1\0\0\0\0\0\0\0")
            s.close()
            self.assertEqual(o.wait_log(1)[0]["reason"], "reset")


class Process(unittest.TestCase):
    def test_families(self):
        cases = (("4", ("0.0.0.0",), {"127.0.0.1": True, "::1": False}),
                 ("6", ("::",), {"127.0.0.1": False, "::1": True}),
                 ("dual", ("::",), {"127.0.0.1": True, "::1": True}))
        for family, addr, reach in cases:
            with Origin("-t", "--family", family, "--reply", "whoami",
                        "--mode", "off", addr=addr) as o:
                for host, can in reach.items():
                    if not can:
                        with self.assertRaises(ConnectionRefusedError):
                            o.connect(host=host)
                        continue
                    with o.connect(host=host) as s:
                        s.shutdown(socket.SHUT_WR)
                        w, _ = who(read_all(s))
                        # never as ::ffff:127.0.0.1
                        self.assertEqual((w["peer"], w["local"]),
                                         (host, host))

    def test_log_is_reopened(self):
        with Origin("-t") as o:
            exchange(o, V1)
            o.wait_log(1)
            os.rename(o.log_path, o.log_path + ".1")
            o.process.send_signal(signal.SIGUSR1)
            wait_for("a new log", lambda: os.path.exists(o.log_path))
            exchange(o, V1)
            o.wait_log(1)

    def test_stop_ends_what_is_open(self):
        with Origin("-t", "--mode", "ppv1") as o:
            waiting, served = o.connect(), o.connect()
            served.sendall(V1 + b"x")
            self.assertEqual(served.recv(10), b"x")
            summary = o.stop()
            self.assertEqual(read_all(waiting), b"RST")
            self.assertEqual(read_all(served), b"")
            self.assertEqual(summary["tcp_open"], 0)
            self.assertEqual([x["reason"] for x in o.log()],
                             ["shutdown"] * 2)
            waiting.close()
            served.close()

    def test_stop_does_not_wait_for_ever(self):
        """A peer that does not take its answer gets a second."""
        with Origin("-t", "--mode", "off") as o:
            with o.connect(rcvbuf=4096) as s:
                s.settimeout(0.3)
                with self.assertRaises(TimeoutError):
                    while True:
                        s.send(bytes(65536))
                begin = time.monotonic()
                summary = o.stop()
                self.assertLess(time.monotonic() - begin, 5)
            self.assertEqual(summary["tcp_open"], 0)
            self.assertEqual(o.log()[0]["reason"], "shutdown")

    def test_sample_formats(self):
        cases = (
            ("nginx", "echo", r"192\.0\.2\.1 - 127\.0\.0\.1 \[\d\d/\w{3}/\d{4}"
             r":\d\d:\d\d:\d\d [+-]\d{4}\] TCP 18 18 0\.\d{3}\n"),
            ("python", "http", r'192\.0\.2\.1 - - \[\d\d/\w{3}/\d{4} '
             r'\d\d:\d\d:\d\d\] "GET / HTTP/1\.1"\n'),
            ("c", "echo", r"AF_INET accept getpeername 192\.0\.2\.1 : 1000 "
             r"successful\n"),
            ("java", "echo", r"Server is listening on port \d+\n"
             r"New client connected: /192\.0\.2\.1:1000\n"))
        for fmt, reply, want in cases:
            with Origin("-t", "--log-format", fmt, "--reply", reply) as o:
                exchange(o, V1 + b"GET / HTTP/1.1\r\n\r\n")
                o.stop()
                with open(o.log_path) as f:
                    self.assertRegex(f.read(), rf"\A{want}\Z")


if __name__ == "__main__":
    main()
