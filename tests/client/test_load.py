#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""test_load.py - tp-client as a load generator, its figures computed again here
from what it logged and saved"""
import http.server
import json
import math
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest
import xml.dom.minidom

import client as t

HOST = "127.0.0.1"


def bucket_top(i):
    """The largest value of bucket i: two times 128 of width 1, then 128 of each
    next power of two."""
    if i < 256:
        return i
    width = 2 ** (i // 128 - 1)
    return (i % 128 + 128 + 1) * width - 1


def values(saved):
    """(largest value, count) of the buckets of a saved latency"""
    return [(bucket_top(i), n) for i, n in saved["latency"]["buckets"]]


def rank(raw, share):
    """The smallest of the sorted values that a share of all do not exceed"""
    return raw[max(0, math.ceil(len(raw) * share - 1e-9) - 1)]


class Folder(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.mkdtemp(prefix="tp-load-")
        self.addCleanup(shutil.rmtree, self.dir)

    def path(self, name):
        return os.path.join(self.dir, name)

    def saved(self, name):
        with open(self.path(name), encoding="ascii") as f:
            return json.loads(f.read())


class Histograms(Folder):
    def run_with_log(self, name, conns):
        with t.Fake("tcp", "none") as f:
            r = t.client("-c", conns, "-C", 8, "--hgrm",
                         self.path(name + ".hgrm"), "--save",
                         self.path(name), HOST, f.port)
        self.assertEqual(r.status, 0, r.err)
        # one message a connection: its latency is in the log as it was
        return r, sorted(x["latency_max_us"] * 1000 for x in r.log)

    def test_percentiles_are_those_of_the_raw_values(self):
        r, raw = self.run_with_log("a", 1500)
        self.assertEqual(len(raw), 1500)
        lines = []
        with open(self.path("a.hgrm"), encoding="ascii") as f:
            self.assertEqual(f.readline().split(),
                             ["Value", "Percentile", "TotalCount",
                              "1/(1-Percentile)"])
            for line in f:
                if line[0] != "#" and line.strip():
                    lines.append([float(x) for x in line.split()])
                elif "Mean" in line:
                    mean = float(line.split("=")[1].split(",")[0])
                    dev = float(line.split("=")[2].rstrip("]\n"))
        self.assertGreater(len(lines), 40)
        for ms, share, total, *rest in lines:
            want = rank(raw, share)
            # the log has tenths of a microsecond, the buckets < 1 %
            self.assertAlmostEqual(ms * 1e6, want, delta=want / 100 + 1100)
            near = sum(x <= ms * 1e6 * 1.0001 + 1100 for x in raw)
            below = sum(x <= ms * 1e6 * 0.9999 - 1100 for x in raw)
            self.assertTrue(below <= total <= near, (total, near))
            if rest:
                self.assertAlmostEqual(rest[0], 1 / (1 - share), places=1)
        self.assertEqual(lines[-1][1:], [1, 1500])
        self.assertEqual(len({x[1] for x in lines}), len(lines))
        n = len(raw)
        self.assertAlmostEqual(mean * 1e6, sum(raw) / n,
                               delta=sum(raw) / n / 100 + 1000)
        true = math.sqrt(sum((x - sum(raw) / n) ** 2 for x in raw) / n)
        self.assertAlmostEqual(dev * 1e6, true, delta=true / 50 + 1000)
        for key, share in (("p50", .5), ("p99", .99), ("p99.9", .999),
                           ("p99.99", .9999), ("p99.999", .99999)):
            want = rank(raw, share)
            self.assertAlmostEqual(r.sum["latency_us"][key] * 1000, want,
                                   delta=want / 100 + 200)

    def test_merging_is_adding_up(self):
        self.run_with_log("a", 300)
        self.run_with_log("b", 700)
        p = subprocess.run(
            [t.CLIENT, "merge", "-J", "--save", self.path("sum"),
             self.path("a"), self.path("b")],
            capture_output=True, text=True, check=True)
        want = {}
        for name in "ab":
            for i, n in self.saved(name)["latency"]["buckets"]:
                want[i] = want.get(i, 0) + n
        self.assertEqual({i: n for i, n in
                          self.saved("sum")["latency"]["buckets"]}, want)
        out = json.loads(p.stdout)
        self.assertEqual(out["requests"], 1000)
        self.assertEqual(out["sent"], 64000)
        self.assertEqual(out["latency_us"]["count"], 1000)

    def test_merging_refuses_what_has_no_sum(self):
        self.run_with_log("a", 5)
        with t.Fake("udp", "none") as f:
            t.client("-u", "--save", self.path("u"), HOST, f.port)
        for names, status in ((["a", "u"], 2), (["a", "none"], 3),
                              (["a.hgrm"], 3), ([], 2)):
            p = subprocess.run(
                [t.CLIENT, "merge", *map(self.path, names)],
                capture_output=True, text=True, check=False)
            self.assertEqual(p.returncode, status, p.stderr)
            self.assertEqual(p.stdout, "")

    def test_pictures(self):
        with t.Fake("tcp", "none") as f:
            r = t.client("-d", "1s", "-C", 4, "--plot", self.path("plots"),
                         "--latency", HOST, f.port, json_out=False)
        self.assertEqual(r.status, 0, r.err)
        self.assertIn("99.999%", r.out)
        for name in "latency", "throughput":
            svg = xml.dom.minidom.parse(self.path(f"plots/{name}.svg"))
            self.assertGreater(len(svg.getElementsByTagName("path")), 5)
            out = subprocess.run(["gnuplot", self.path(f"plots/{name}.gp")],
                                 capture_output=True, check=True).stdout
            self.assertIn(b"</svg>", out)


class OpenLoop(Folder):
    def stalled(self, *args):
        """A run of 2.5 s in which the origin stands still for 1 s."""
        with t.Origin("-l", HOST, "--mode", "off") as o:
            p = subprocess.Popen(
                [t.CLIENT, "-J", "-d", "2500ms", "-C", "8", "--save",
                 self.path("r"), *args, HOST, str(o.port)],
                stdout=subprocess.PIPE, text=True)
            time.sleep(0.5)
            o.proc.send_signal(signal.SIGSTOP)
            time.sleep(1)
            o.proc.send_signal(signal.SIGCONT)
            out, _ = p.communicate(timeout=30)
        self.assertEqual(p.returncode, 0)
        return json.loads(out)

    def test_a_stall_is_not_omitted(self):
        # 400/s: of those that were due in the stall 40 % waited 0.6 s or more
        s = self.stalled("-R", "400")
        self.assertEqual(s["rate"]["of"], "requests")
        self.assertGreater(s["latency_us"]["p99"], 800000)
        late = sum(n for v, n in values(self.saved("r")) if v > 600e6)
        self.assertGreaterEqual(late, 120)
        # the closed loop asks nothing while it waits: once a connection
        s = self.stalled()
        late = sum(n for v, n in values(self.saved("r")) if 600e6 < v < 2e9)
        self.assertTrue(1 <= late <= 16, late)

    def test_rates_and_arrivals(self):
        with t.Fake("tcp", "none") as f:
            for args in [], ["--arrival", "poisson"], ["-t", 2], \
                    ["--ramp", "500ms"]:
                r = t.client("-d", "1s", "-C", 4, "-R", 200, *args, HOST,
                             f.port)
                self.assertEqual(r.status, 0)
                rate = r.sum["rate"]
                self.assertEqual(rate["wanted"], 200)
                self.assertEqual(rate["held"], rate["behind_ms"] <= 20)
                if rate["held"] and not args:
                    self.assertTrue(195 <= r.sum["requests"] <= 200)
                if rate["held"] and "--ramp" in args:
                    self.assertTrue(145 <= r.sum["requests"] <= 150)
                # 10 standard deviations of a Poisson count
                self.assertLess(r.sum["requests"], 350)

    def test_a_rate_that_is_too_high(self):
        with t.Fake("tcp", "none") as f:
            args = ["-d", "500ms", "-C", 2, "-R", 5000000, HOST, f.port]
            r = t.client(*args, json_out=False)
            self.assertEqual(r.status, 0)
            self.assertRegex(r.out.splitlines()[0],
                             r"^RATE NOT HELD: [\d.]+ of 5000000 requests/s, "
                             r"[\d.]+ s behind at the end$")
            r = t.client(*args)
            self.assertFalse(r.sum["rate"]["held"])
            self.assertGreater(r.sum["rate"]["behind_ms"], 20)

    def test_datagrams_at_a_rate(self):
        with t.Origin("-l", HOST, "--reply", "whoami", "-u") as o:
            r = t.client("-u", "-d", "1s", "-C", 8, "-R", 300, "--whoami",
                         HOST, o.port)
        self.assertEqual(r.status, 0, r.out)
        self.assertEqual(r.sum["client_ip"],
                         {"checked": 8, "wrong": 0, "missing": 0})
        self.assertLessEqual(r.sum["requests"], 300)

    def test_thinking(self):
        for proto in "tcp", "udp":
            with t.Fake(proto, "none") as f:
                r = t.client("-d", "1s", "-C", 4, "--think", "50ms",
                             *(["-u"] if proto == "udp" else []), HOST, f.port)
            self.assertEqual(r.status, 0)
            # no more than one in 49 ms, and the first
            self.assertTrue(4 <= r.sum["requests"] <= 4 * 22,
                            r.sum["requests"])


class Web(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/chunks":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for part in b"a" * 1000, b"b" * 70000:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
            self.wfile.write(b"0\r\n\r\n")
            return
        body = b"x" * 5000
        self.send_response(200 if self.path == "/" else 404)
        if self.path == "/close":
            self.close_connection = True
        else:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class Http(Folder):
    def setUp(self):
        super().setUp()
        self.web = http.server.ThreadingHTTPServer((HOST, 0), Web)
        threading.Thread(target=self.web.serve_forever, daemon=True).start()
        self.addCleanup(self.web.server_close)
        self.addCleanup(self.web.shutdown)

    def get(self, path):
        return t.client("--http", path, "-c", 4, "-n", 5, HOST,
                        self.web.server_address[1])

    def test_lengths(self):
        r = self.get("/")
        self.assertEqual((r.status, r.sum["requests"]), (0, 20), r.out)
        self.assertEqual(r.sum["received"], 20 * 5000)

    def test_chunks(self):
        r = self.get("/chunks")
        self.assertEqual((r.status, r.sum["requests"]), (0, 20), r.out)
        self.assertEqual(r.sum["received"], 20 * 71000)

    def test_an_end_ends_a_response(self):
        r = self.get("/close")
        self.assertEqual(r.sum["requests"], 4)
        self.assertEqual(r.sum["received"], 4 * 5000)

    def test_errors_are_findings(self):
        r = self.get("/no")
        self.assertEqual((r.status, r.sum["http_errors"]), (1, 20))

    def test_identity_in_the_body(self):
        with t.Origin("-l", HOST, "--reply", "http") as o:
            for args in [], ["--send", "v2"]:
                r = t.client("--http", "/", "-c", 20, "--whoami", *args, HOST,
                             o.port)
                self.assertEqual(r.status, 0, r.out)
                self.assertEqual(r.sum["client_ip"]["checked"], 20)

    def test_not_http(self):
        with t.Fake("tcp", "none") as f:
            r = t.client("--http", "/", HOST, f.port)
        self.assertEqual((r.status, r.sum["failures"]), (1, {"mismatch": 1}))


class Bulk(Folder):
    def test_up_to_a_sink_that_counts(self):
        got = []

        def serve(sock):
            while True:
                conn, _ = sock.accept()
                n = 0
                while data := conn.recv(1 << 16):
                    n += len(data)
                got.append(n)
                conn.close()

        with socket.create_server((HOST, 0)) as sock:
            threading.Thread(target=serve, args=(sock,), daemon=True).start()
            r = t.client("--bulk", "up", "-c", 3, "-m", "5M", "-n", 2, HOST,
                         sock.getsockname()[1])
            self.assertEqual(r.status, 0, r.out)
            self.assertEqual(got, [10 << 20] * 3)
            self.assertEqual(r.sum["sent"], 30 << 20)

    def test_both_ways_with_an_identity(self):
        for way, reply in ("up", "discard"), ("down", "source"):
            log = self.path(way)
            with t.Origin("-l", HOST, "--mode", "ppv2", "--reply", reply,
                          "--identify", "-t", "--log", log) as o:
                r = t.client("--bulk", way, "-C", 4, "-d", "300ms",
                             "--whoami", "--send", "v2", HOST, o.port)
            self.assertEqual(r.status, 0, r.out)
            self.assertEqual(r.sum["client_ip"],
                             {"checked": 4, "wrong": 0, "missing": 0})
            with open(log, encoding="ascii") as f:
                ends = [x for x in map(json.loads, f) if x["type"] == "conn"]
            self.assertEqual(len(ends), 4)
            if way == "up":
                self.assertEqual(sum(x["in"] for x in ends), r.sum["sent"])
            self.assertGreater(r.sum["mb_per_s"], 0)

    def test_a_liar_and_a_talker(self):
        with t.Origin("-l", HOST, "--reply", "whoami", "--mode", "off") as o:
            r = t.client("--bulk", "up", "-d", "300ms", "-C", 1, HOST, o.port)
            self.assertEqual(r.status, 1)
            self.assertIn("extra", r.sum["failures"])


class Datagrams(unittest.TestCase):
    def test_merged_and_cut(self):
        for fault, key in ("join", "merged"), ("short", "cut"):
            with t.Fake("udp", fault) as f:
                r = t.client("-u", "-c", 1, "-n", 4, "-W", "1s", HOST, f.port)
            self.assertEqual(r.status, 1)
            self.assertEqual(r.sum[key], 1)

    def test_an_identity_that_changes_is_read_again(self):
        for fault in "once", "later":
            with t.Fake("udp", fault) as f:
                r = t.client("-u", "-n", 5, "--whoami", HOST, f.port)
            self.assertEqual(r.sum["client_ip"],
                             {"checked": 1, "wrong": 1, "missing": 0})

    def test_an_origin_says_what_the_last_header_said(self):
        fixed = bytes.fromhex("0d0a0d0a000d0a515549540a" "2112")
        addrs = socket.inet_aton("192.0.2.1") + socket.inet_aton("192.0.2.2") \
            + bytes.fromhex("1234" "0050")
        tlv = bytes.fromhex("e00002" "6869")
        with t.Origin("-l", HOST, "--reply", "whoami", "--mode", "ppv2",
                      "-u") as o, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.settimeout(10)
            sock.connect((HOST, o.port))
            for want in b"", tlv, tlv[:-1] + b"j", b"":
                sock.send(fixed + (len(addrs) + len(want)).to_bytes(2, "big")
                          + addrs + want + b"payload")
                line, payload = sock.recv(65536).split(b"\n")
                self.assertEqual(payload, b"payload")
                self.assertEqual([x["hex"] for x in json.loads(line)["tlvs"]],
                                 [want[3:].hex()] if want else [])


class Host(unittest.TestCase):
    def test_too_few_descriptors(self):
        p = subprocess.run(
            ["prlimit", "-n200", t.CLIENT, "-C", "500", "-c", "500", HOST,
             "9"], capture_output=True, text=True, check=False)
        self.assertEqual(p.returncode, 2)
        self.assertIn("ulimit -n", p.stderr)
        self.assertEqual(p.stdout, "")

    def test_too_little_memory(self):
        # more than any machine has, if it may open so many descriptors
        p = subprocess.run(
            [t.CLIENT, "-u", "-c", "1000000", "-C", "1000000", "--window",
             "64", "--src", "127.1.0.0/16", HOST, "9"],
            capture_output=True, text=True, check=False)
        self.assertEqual(p.returncode, 2)
        self.assertRegex(p.stderr, "descriptors|MiB")

    def test_rst_leaves_no_time_wait(self):
        with t.Fake("tcp", "none") as f:
            r = t.client("-c", 50, "--rst", HOST, f.port)
            out = subprocess.run(
                ["ss", "-tanH", "state", "time-wait", "dport", "=",
                 f":{f.port}"], capture_output=True, text=True,
                check=True).stdout
        self.assertEqual(r.status, 0)
        self.assertEqual(out, "")


class Live(unittest.TestCase):
    def test_one_line_that_is_written_over(self):
        with t.Fake("tcp", "none") as f:
            r = t.client("-d", "1800ms", "-C", 2, "--progress", HOST, f.port)
        # read as text, a carriage return has become a line feed
        self.assertRegex(r.err, r"\n *1\.\d s  2 open  0 ended  \d+ req/s  "
                                r"[\d.]+ MB/s")


if __name__ == "__main__":
    t.main()
