#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""test_raw.py - tp-client raw against real kernels, tshark as the witness

Two network namespaces without names, joined by a veth pair: the client's, in
which this runs, and the origin's, which lives as long as one child. Both go
with their processes. Skipped where namespaces are not permitted.
"""
import contextlib
import ctypes
import hashlib
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import client as t

SRC = {4: "10.9.0.77", 6: "fd09::77"}
DST = {4: "10.9.0.2", 6: "fd09::2"}
FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}
BOTH = 4, 6
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
SAVE_SYN, SAVED_SYN = 27, 28
CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)
PEER = None


def sh(*words):
    subprocess.run([str(w) for w in words], check=True)


def peer(*words):
    return ["nsenter", "-t", str(PEER.pid), "-n", *map(str, words)]


@contextlib.contextmanager
def peer_net():
    """What is opened inside belongs to the origin's namespace."""
    with open("/proc/thread-self/ns/net", "rb") as here, \
            open(f"/proc/{PEER.pid}/ns/net", "rb") as there:
        if LIBC.setns(there.fileno(), CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
        try:
            yield
        finally:
            if LIBC.setns(here.fileno(), CLONE_NEWNET):
                os.abort()


def listener(v, **options):
    with peer_net():
        s = socket.socket(FAMILY[v])
        s.settimeout(10)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for level, name, value in options.get("opts", []):
            s.setsockopt(level, name, value)
        s.bind((DST[v], 0))
        s.listen()
    return s


class Serve(threading.Thread):
    """Accept one connection, call fn(conn), keep what it returns or raises."""

    def __init__(self, v, fn, **options):
        super().__init__(daemon=True)
        self.sock = listener(v, **options)
        self.port = self.sock.getsockname()[1]
        self.fn, self.result, self.peer = fn, None, None
        self.start()

    def run(self):
        try:
            with self.sock:
                conn, self.peer = self.sock.accept()
            with conn:
                conn.settimeout(10)
                self.result = self.fn(conn)
        except OSError as e:
            self.result = e

    def get(self):
        self.join(15)
        return self.result


def read_all(conn):
    got = b""
    while True:
        piece = conn.recv(65536)
        if not piece:
            return got
        got += piece


def raw(v, port, *args, dst=None, src=None):
    """Run it. Return: the finished process, stdout as bytes"""
    p = subprocess.run(
        [t.CLIENT, "raw", "--src", src or SRC[v], *map(str, args),
         dst or DST[v], str(port)],
        capture_output=True, timeout=60, check=False)
    p.err = p.stderr.decode()
    if "Sanitizer" in p.err or "runtime error" in p.err:
        raise AssertionError(p.err)
    return p


class Segment:
    def __init__(self, line):
        (src, flags, length, opts, tcp_sum, ip_sum, frame, frag, port,
         seq) = line.split("\t")[:10]
        self.src, self.flags, self.len = src, int(flags, 16), int(length)
        self.opts = opts.replace(":", "")
        self.is_sum_right = tcp_sum == "1" and ip_sum in ("", "1")
        self.frame, self.frag, self.sport = int(frame), frag, int(port)
        self.seq = int(seq)


class Capture:
    """tcpdump at the origin's side; .segments of the client when it is over"""

    FIELDS = ("ip.src", "tcp.flags", "tcp.len", "tcp.options",
              "tcp.checksum.status", "ip.checksum.status", "frame.len",
              "ip.flags.df", "tcp.srcport", "tcp.seq_raw")

    def __init__(self, v):
        self.v = v

    def __enter__(self):
        self.dir = tempfile.TemporaryDirectory(prefix="tp-raw-")
        self.path = self.dir.name + "/x.pcap"
        self.proc = subprocess.Popen(
            peer("tcpdump", "-i", "v0", "-U", "--immediate-mode", "-Z", "root",
                 "-w", self.path, "tcp"),
            stderr=subprocess.PIPE, text=True)
        for line in self.proc.stderr:
            if "listening on" in line:
                break
        return self

    def tshark(self, *args):
        return subprocess.run(
            ["tshark", "-r", self.path, "-o", "tcp.check_checksum:TRUE", "-o",
             "ip.check_checksum:TRUE", *args],
            capture_output=True, text=True, check=True).stdout.splitlines()

    def __exit__(self, kind, *_):
        if not kind:
            # what the capture holds is complete once a last packet is in it
            with peer_net():
                mark = socket.socket(FAMILY[self.v])
            with mark:
                mark.setblocking(False)
                mark.bind((DST[self.v], 0))
                mark.connect_ex(("10.9.0.1" if self.v == 4 else "fd09::1",
                                 9))
                port = mark.getsockname()[1]
                for _ in range(100):
                    if subprocess.run(
                            ["tcpdump", "-nr", self.path, f"tcp port {port}"],
                            capture_output=True, check=True).stdout:
                        break
                    time.sleep(0.05)
        self.proc.terminate()
        self.proc.wait()
        self.proc.stderr.close()
        if not kind:
            fields = [x for f in self.FIELDS for x in ("-e", f)]
            fields[1] = "ip.src" if self.v == 4 else "ipv6.src"
            src = fields[1]
            dst = DST[self.v]
            self.segments = [Segment(x) for x in self.tshark(
                "-Y", f"{src} != {dst}", "-T", "fields", *fields)]
            self.segments = [s for s in self.segments
                             if s.src != ("10.9.0.1" if self.v == 4
                                          else "fd09::1")]
            self.malformed = self.tshark(
                "-Y", f"_ws.malformed or tcp.option.len.invalid and "
                      f"{src} != {dst}", "-T", "fields", "-e", "tcp.flags")
        self.dir.cleanup()


class Raw(unittest.TestCase):
    def check_wire(self, cap):
        self.assertTrue(cap.segments)
        for s in cap.segments:
            self.assertTrue(s.is_sum_right, vars(s))
            self.assertLessEqual(s.frame, 1514)
            if cap.v == 4:
                self.assertIn(s.frag, ("1", "True"))

    def place(self, v, *args, data=b"hello", n=1, is_well_formed=True):
        """One run with FIN. Return: the capture, (syn, ack, [data], [rest])"""
        srv = Serve(v, read_all)
        with Capture(v) as cap:
            p = raw(v, srv.port, *args, "--payload", data.decode(), "-n", n)
        self.assertEqual(p.returncode, 0, p.err)
        self.assertEqual(srv.get(), data * n)
        self.check_wire(cap)
        self.assertEqual(cap.malformed == [], is_well_formed)
        segs = cap.segments
        self.assertEqual([s.flags for s in segs[:2]], [SYN, ACK])
        return cap, (segs[0].opts, segs[1].opts,
                     [s.opts for s in segs if s.len],
                     [s.opts for s in segs[2:] if not s.len])

    def test_each_place(self):
        one, two = "c80815b3c0000201", "fe0815b3c0000202"
        mss = {4: "020405b4", 6: "020405a0"}
        for v in BOTH:
            _, got = self.place(v, "--opt", "syn=" + one, n=3)
            self.assertEqual(got, (mss[v] + one, "", [""] * 3, ["", ""]))
            _, got = self.place(v, "--opt", "ack=" + one)
            self.assertEqual(got, (mss[v], one, [""], ["", ""]))
            _, got = self.place(v, "--opt", "data=" + one, "--opt",
                                "data=" + two, n=2)
            self.assertEqual(got, (mss[v], "", [one + two] * 2, ["", ""]))
            _, got = self.place(v, "--opt", "all=" + one, "--opt",
                                "syn,ack=" + two)
            self.assertEqual(got, (mss[v] + one + two, one + two, [one],
                                   [one] * 2))

    def test_toa_port_63881(self):
        for v in BOTH:
            _, got = self.place(v, "--toa", "syn=254:192.0.2.1:63881",
                                "--toa", "data=200:[2001:db8::1]:5555",
                                "--syn-opts", "none")
            self.assertEqual(got[0], "fe08f989c0000201")
            self.assertEqual(got[2], ["c81415b3" + "20010db8" + "0" * 22 + "01"])

    def test_whole_area(self):
        full = "c80815b3c0000201" * 5
        for v in BOTH:
            _, got = self.place(v, "--syn-opts", "none", "--opt", "all=" + full)
            self.assertEqual(got, (full, full, [full], [full] * 2))

    def test_wrong_lengths_go_out_as_they_are(self):
        """... and tshark finds fault with nothing else"""
        for v in BOTH:
            for hexa, wire in (("c800", "c8000000"), ("c801", "c8010000"),
                               ("c8ff01020304", "c8ff010203040000"),
                               ("c8", "c8000000"), ("fe1415b3", "fe1415b3")):
                cap, got = self.place(v, "--opt", "data=" + hexa,
                                      is_well_formed=False)
                self.assertEqual(got[1:3], ("", [wire]))
                self.assertEqual([int(x, 16) for x in cap.malformed],
                                 [PSH | ACK])

    def test_own_options_like_linux(self):
        for v in BOTH:
            _, got = self.place(v, "--syn-opts", "mss,sack,ts,ws", "--opt",
                                "all=c80815b3c0000201", n=2)
            self.assertEqual(len(got[0]), 2 * 28)
            self.assertEqual((got[0][8:16], got[0][24:40]), (
                "0402080a", "0" * 8 + "01030307"))
            for area in [got[1], *got[2], *got[3]]:
                self.assertEqual(area[:8], "0101080a")
                self.assertNotEqual(area[16:24], "0" * 8)
                self.assertEqual(area[24:], "c80815b3c0000201")

    def test_saved_syn(self):
        """The kernel at the origin kept the same bytes."""
        def saved(conn):
            syn = conn.getsockopt(socket.IPPROTO_TCP, SAVED_SYN, 256)
            read_all(conn)
            return syn

        for v in BOTH:
            srv = Serve(v, saved, opts=[(socket.IPPROTO_TCP, SAVE_SYN, 1)])
            p = raw(v, srv.port, "--toa", "syn=200:192.0.2.1:5555", "--opt",
                    "syn=c801")
            self.assertEqual(p.returncode, 0, p.err)
            syn = srv.get()
            tcp = syn[20 if v == 4 else 40:]
            self.assertEqual(tcp[20:][4:].hex(), "c80815b3c0000201c8010000")

    def test_origin_echoes_and_names_the_source(self):
        for reply in "echo", "whoami":
            with Origin("--mode", "off", "--reply", reply) as o:
                for v in BOTH:
                    args = ["--whoami"] if reply == "whoami" else []
                    p = raw(v, o.port, "--payload", "hello", "-n", 5,
                            "--expect", "hello", *args)
                    self.assertEqual(p.returncode, 0, p.err)
                    self.assertTrue(p.stdout.endswith(b"hello" * 5), p.stdout)

    def test_wrong_reply(self):
        with Origin("--mode", "off", "--reply", "whoami") as o:
            for v in BOTH:
                other = {4: "192.0.2.1", 6: "2001:db8::1"}[v]
                p = raw(v, o.port, "--payload", "x", "--expect-client", other)
                self.assertEqual(p.returncode, 1, p.err)
                self.assertIn("client-ip: wrong", p.err)
        for v in BOTH:
            srv = Serve(v, lambda c: c.sendall(b"not this\n"))
            p = raw(v, srv.port, "--expect", "that")
            self.assertEqual(p.returncode, 1, p.err)
            self.assertEqual(p.stdout, b"not this\n")
            srv = Serve(v, lambda c: c.sendall(b"not this\n"))
            p = raw(v, srv.port, "--whoami")
            self.assertEqual(p.returncode, 1, p.err)
            self.assertIn("no identity line", p.err)

    def test_rst_and_fin(self):
        for v in BOTH:
            srv = Serve(v, read_all)
            p = raw(v, srv.port, "--payload", "x", "--rst")
            self.assertEqual(p.returncode, 0, p.err)
            self.assertIsInstance(srv.get(), ConnectionResetError)
            srv = Serve(v, read_all)
            p = raw(v, srv.port, "--fin")
            self.assertEqual((p.returncode, srv.get()), (0, b""), p.err)

    def test_peer_resets(self):
        linger = struct.pack("ii", 1, 0)

        def reset(conn):
            conn.recv(10)
            conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)

        for v in BOTH:
            srv = Serve(v, reset)
            p = raw(v, srv.port, "--payload", "x", "--expect", "y")
            self.assertEqual(p.returncode, 3, p.err)
            self.assertIn("reset by the peer", p.err)
            p = raw(v, srv.port, "--payload", "x")
            self.assertEqual(p.returncode, 3, p.err)
            self.assertIn("refused", p.err)

    def test_signal(self):
        for v in BOTH:
            srv = Serve(v, lambda c: (c.sendall(b"go"), read_all(c)))
            p = subprocess.Popen(
                [t.CLIENT, "raw", "--src", SRC[v], "--expect", "never",
                 DST[v], str(srv.port)], stdout=subprocess.PIPE,
                stderr=subprocess.PIPE)
            self.assertEqual(p.stdout.read(2), b"go")
            p.send_signal(signal.SIGINT)
            err = p.communicate(timeout=10)[1].decode()
            self.assertEqual(p.returncode, 3, err)
            self.assertIn("stopped", err)
            self.assertIsInstance(srv.get(), ConnectionResetError)

    def test_large_both_ways(self):
        """GSO at the origin, the MSS at the client"""
        body = hashlib.shake_256(b"truepeer").digest(1 << 20)

        def serve(conn):
            got = b""
            while len(got) < 60000:
                got += conn.recv(65536)
            conn.sendall(body)
            return got

        for v in BOTH:
            for own in "mss", "mss,ts,ws":
                srv = Serve(v, serve)
                with Capture(v) as cap:
                    p = raw(v, srv.port, "--payload", "0123456789" * 1000,
                            "-n", 6, "--syn-opts", own, "--toa",
                            "data=200:192.0.2.1:1")
                self.assertEqual(p.returncode, 0, p.err)
                self.assertEqual(srv.get(), b"0123456789" * 6000)
                self.assertEqual(p.stdout, body)
                self.check_wire(cap)
                self.assertIn(1514, [s.frame for s in cap.segments])

    def test_lost(self):
        """The first SYN, the handshake's ACK, the first data segment"""
        for v in BOTH:
            for what in ("tcp flags == syn",
                         "tcp flags == ack",
                         "tcp flags == ack|psh"):
                srv = Serve(v, read_all)
                with drop_once(srv.port, what):
                    p = raw(v, srv.port, "--payload", "hello", "-n", 2)
                    self.assertEqual(dropped(), 1)
                self.assertEqual(p.returncode, 0, p.err)
                self.assertEqual(srv.get(), b"hello" * 2)
                again = 0 if what.endswith("== ack") else 1
                self.assertIn(f"{again} segments sent again", p.err)

    def test_handshake_without_ack(self):
        for v in BOTH:
            for opts in [], [(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 5)]:
                srv = Serve(v, read_all, opts=opts)
                with Capture(v) as cap:
                    p = raw(v, srv.port, "--drop", "ack", "--payload", "hi")
                self.assertEqual((p.returncode, srv.get()), (0, b"hi"), p.err)
                self.assertEqual([s.flags for s in cap.segments[:2]],
                                 [SYN, PSH | ACK])
                self.check_wire(cap)

    def test_nobody_listens_or_answers(self):
        for v in BOTH:
            p = raw(v, 9, "--payload", "x")
            self.assertEqual(p.returncode, 3, p.err)
            p = raw(v, 9, "-W", "600ms",
                    dst={4: "10.9.0.9", 6: "fd09::9"}[v])
            self.assertEqual(p.returncode, 4, p.err)
            self.assertIn("nobody on the link", p.err)
            srv = listener(v)
            with srv, drop_once(srv.getsockname()[1], "tcp flags == syn",
                                limit=""):
                p = raw(v, srv.getsockname()[1], "-W", "700ms")
            self.assertEqual(p.returncode, 4, p.err)
            self.assertIn("while connecting", p.err)
            srv = Serve(v, read_all)
            p = raw(v, srv.port, "--expect", "x", "-W", "300ms")
            self.assertEqual(p.returncode, 4, p.err)
            self.assertIsInstance(srv.get(), ConnectionResetError)

    def test_sources_off_the_link(self):
        """Asked for on the link, and by way of this host's kernel"""
        for v in BOTH:
            src = {4: "198.51.100.7", 6: "2001:db8:7::7"}[v]
            net = {4: "198.51.100.0/24", 6: "2001:db8:7::/64"}[v]
            via = {4: "10.9.0.1", 6: "fd09::1"}[v]
            for way in ["dev", "v0"], ["via", via]:
                sh(*peer("ip", "route", "replace", net, *way))
                sh(*peer("ip", "neigh", "flush", "dev", "v0"))
                srv = Serve(v, read_all)
                p = raw(v, srv.port, "--payload", "far", src=src)
                self.assertEqual((p.returncode, srv.get()), (0, b"far"),
                                 p.err)
                self.assertEqual(srv.peer[0], src)
            sh(*peer("ip", "route", "del", net))

    def test_answers_for_its_source_later(self):
        """The origin's kernel forgets the MAC while the connection stands."""
        def forget(conn):
            sh(*peer("ip", "neigh", "flush", "dev", "v0"))
            conn.sendall(b"found\n")
            return read_all(conn)

        for v in BOTH:
            srv = Serve(v, forget)
            p = raw(v, srv.port, "--expect", "found")
            self.assertEqual((p.returncode, srv.get()), (0, b""), p.err)

    def test_refused_before_a_frame_is_sent(self):
        mine = {4: "10.9.0.1", 6: "fd09::1"}
        for v in BOTH:
            p = raw(v, 9, src=mine[v])
            self.assertEqual(p.returncode, 2, p.err)
            self.assertIn("is an address of this host", p.err)
            p = raw(v, 9, dst=mine[v])
            self.assertEqual(p.returncode, 2, p.err)
            p = raw(v, 9, "-i", "nowhere0")
            self.assertEqual(p.returncode, 2, p.err)
            p = raw(v, 9, "--opt", "syn=" + "01" * 37)
            self.assertEqual(p.returncode, 2, p.err)
            self.assertIn("room for 36 of 40", p.err)
            p = raw(v, 9, dst={4: "203.0.113.1", 6: "2001:db8:f::1"}[v])
            self.assertEqual(p.returncode, 3, p.err)
            self.assertIn("no route", p.err)


class Origin(t.Origin):
    """tp-origin in the origin's namespace"""

    def __enter__(self):
        with peer_net():
            return super().__enter__()


@contextlib.contextmanager
def drop_once(port, what, limit="limit rate 1/hour burst 1 packets"):
    """Lose what matches at the origin's door, the first time"""
    rules = f"""table inet lose {{ chain c {{
        type filter hook input priority -300;
        tcp dport {port} {what} {limit} counter drop
    }}
    }}"""
    subprocess.run(peer("nft", "-f", "-"), input=rules, text=True, check=True)
    try:
        yield
    finally:
        sh(*peer("nft", "delete", "table", "inet", "lose"))


def dropped():
    text = subprocess.run(peer("nft", "list", "table", "inet", "lose"),
                          capture_output=True, text=True, check=True).stdout
    return int(text.split("counter packets ", 1)[1].split()[0])


def build():
    """The two namespaces. Return: the child that holds the origin's"""
    child = subprocess.Popen(
        ["unshare", "-n", sys.executable, "-c",
         "import ctypes,sys;ctypes.CDLL(None).prctl(1,9);print();"
         "sys.stdout.flush();sys.stdin.read()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    child.stdout.readline()
    globals()["PEER"] = child
    sh("ip", "link", "add", "v0", "type", "veth", "peer", "name", "v0",
       "netns", child.pid)
    for n, run in (1, lambda *w: w), (2, peer):
        sh(*run("ip", "link", "set", "lo", "up"))
        sh(*run("ip", "addr", "add", f"10.9.0.{n}/24", "dev", "v0"))
        sh(*run("ip", "addr", "add", f"fd09::{n}/64", "dev", "v0", "nodad"))
        sh(*run("ip", "link", "set", "v0", "up"))
    return child


def enter():
    for how in ["unshare", "-n"], ["unshare", "-rn"]:
        if subprocess.run([*how, "true"], stderr=subprocess.DEVNULL,
                          check=False).returncode == 0:
            os.environ["TP_RAW_INSIDE"] = "1"
            os.execvp(how[0], [*how, sys.executable, *sys.argv])
    print("SKIP: no network namespace of our own here")
    sys.exit(77)


if __name__ == "__main__":
    if "TP_RAW_INSIDE" not in os.environ:
        enter()
    build()
    t.main()
