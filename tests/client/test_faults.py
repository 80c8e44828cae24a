#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""test_faults.py - what tp-client says of origins that misbehave"""
import os
import signal
import socket
import subprocess
import time
import unittest

import client as t


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Echo(unittest.TestCase):
    def check(self, proto, fault, status, reason, *args):
        with t.Fake(proto, fault) as f:
            udp = ["-u"] if proto == "udp" else []
            r = t.client(*udp, "-c", 2, "-n", 6, "-m", 200, *args,
                         "127.0.0.1", f.port)
        self.assertEqual(r.status, status, r.out + r.err)
        self.assertEqual(r.sum["exit"], status)
        self.assertEqual(len(r.log), 2)
        if reason:
            self.assertIn(reason, r.sum["failures"])
            self.assertIn(reason, [x["result"] for x in r.log])
        else:
            self.assertEqual(r.sum["failed"], 0)
        return r

    def test_tcp_good(self):
        r = self.check("tcp", "none", 0, None)
        self.assertEqual(r.sum["sent"], 2400)
        self.assertEqual(r.sum["received"], 2400)
        self.assertEqual(r.sum["requests"], 12)
        self.assertNotIn("client_ip", r.sum)

    def test_tcp_changed_byte(self):
        r = self.check("tcp", "flip", 1, "mismatch")
        self.assertEqual(r.sum["cases"][0]["offset"], 100)

    def test_tcp_changed_byte_is_not_seen_without_verify(self):
        self.check("tcp", "flip", 0, None, "--no-verify")

    def test_tcp_one_byte_too_many(self):
        self.check("tcp", "extra", 1, "extra")

    def test_tcp_closed_early(self):
        self.check("tcp", "short", 3, "closed")

    def test_tcp_reset(self):
        self.check("tcp", "reset", 3, "reset")

    def test_tcp_silence(self):
        r = self.check("tcp", "mute", 4, "timeout", "-W", "500ms")
        self.assertLess(r.sum["duration_s"], 3)

    def test_tcp_slow_reader(self):
        self.check("tcp", "slow", 0, None, "-m", "100k", "-n", "1")

    def test_udp_good(self):
        self.check("udp", "none", 0, None)

    def test_udp_changed_byte(self):
        r = self.check("udp", "flip", 1, "mismatch")
        self.assertEqual(r.sum["cases"][0]["offset"], 199)

    def test_udp_cut(self):
        self.check("udp", "short", 1, "mismatch")

    def test_udp_longer(self):
        self.check("udp", "extra", 1, "mismatch")

    def test_udp_joined(self):
        self.check("udp", "join", 1, "mismatch")

    def test_udp_silence(self):
        r = self.check("udp", "mute", 4, "timeout", "-W", "500ms")
        self.assertEqual(r.sum["lost"], 12)

    def test_udp_reply_without_its_spp_header(self):
        self.check("udp", "none", 0, None, "--send", "spp")
        r = self.check("udp", "nospp", 1, "mismatch", "--send", "spp")
        self.assertIn("SPP", r.sum["cases"][0]["what"])

    def test_udp_some_lost(self):
        r = self.check("udp", "lose", 4, "timeout", "-W", "500ms")
        self.assertEqual(r.sum["lost"], 2)
        self.assertEqual(r.sum["requests"], 10)

    def test_udp_duplicates(self):
        r = self.check("udp", "dup", 1, None, "--hold", "200ms")
        self.assertEqual(r.sum["duplicates"], 12)

    def test_udp_short_duplicates(self):
        r = self.check("udp", "dup", 1, None, "--hold", "200ms", "-m", "3")
        self.assertEqual(r.sum["duplicates"], 12)

    def test_udp_reordered(self):
        r = self.check("udp", "swap", 0, None)
        self.assertEqual(r.sum["reordered"], 6)

    def test_udp_reply_of_another_client(self):
        r = self.check("udp", "cross", 1, "mismatch", "-W", "500ms",
                       "--hold", "200ms")
        self.assertIn("another connection", r.sum["cases"][0]["what"])


class Identity(unittest.TestCase):
    def check(self, proto, fault, status, wrong, missing):
        with t.Fake(proto, fault) as f:
            udp = ["-u"] if proto == "udp" else []
            r = t.client(*udp, "-c", 3, "-n", 4, "-m", 200, "--whoami",
                         "127.0.0.1", f.port)
            text = t.client(*udp, "-c", 3, "-n", 4, "-m", 200, "--whoami",
                            "127.0.0.1", f.port, json_out=False)
        self.assertEqual(r.status, status, r.out + r.err)
        self.assertEqual(text.status, status)
        self.assertEqual(r.sum["client_ip"], {
            "checked": 3 - missing, "wrong": wrong, "missing": missing})
        self.assertIn(f"client-ip: {3 - missing} checked, {wrong} wrong, "
                      f"{missing} missing\n", text.out)
        return r, text

    def test_right(self):
        for proto in "tcp", "udp":
            r, _ = self.check(proto, "whoami", 0, 0, 0)
            for x in r.log:
                self.assertEqual(x["identity"], "ok")
                self.assertEqual((x["src"], x["sport"]),
                                 (x["client"], x["cport"]))

    def test_line_in_pieces(self):
        self.check("tcp", "split", 0, 0, 0)

    def test_lie(self):
        for proto in "tcp", "udp":
            r, text = self.check(proto, "lie", 1, 3, 0)
            self.assertEqual(r.log[0]["identity"], "wrong")
            self.assertEqual(r.sum["cases"][0]["got"], "192.0.2.99:9")
            self.assertIn("got 192.0.2.99:9", text.out)

    def test_a_lie_is_not_made_good_by_the_truth(self):
        self.check("udp", "once", 1, 3, 0)

    def test_garbage(self):
        for proto in "tcp", "udp":
            self.check(proto, "garbage", 1, 0, 3)

    def test_no_line(self):
        for proto in "tcp", "udp":
            self.check(proto, "none", 1, 0, 3)

    def test_endless_line(self):
        self.check("tcp", "endless", 1, 0, 3)

    def test_silence_is_missing(self):
        with t.Fake("tcp", "mute") as f:
            r = t.client("--whoami", "-W", "300ms", "127.0.0.1", f.port)
        self.assertEqual(r.status, 1)
        self.assertEqual(r.sum["client_ip"]["missing"], 1)

    def test_expected_client(self):
        with t.Fake("tcp", "lie") as f:
            for expect, status in (("192.0.2.99", 0), ("192.0.2.99:9", 0),
                                   ("192.0.2.99:8", 1), ("192.0.2.98", 1)):
                r = t.client("--expect-client", expect, "127.0.0.1", f.port)
                self.assertEqual(r.status, status, expect)


class Failures(unittest.TestCase):
    def test_refused(self):
        port = free_port()
        for udp in [], ["-u"]:
            r = t.client(*udp, "-c", 5, "127.0.0.1", port)
            self.assertEqual(r.status, 3, r.err)
            self.assertEqual(r.sum["failures"], {"refused": 5})
        r = t.client("-c", 5, "--whoami", "127.0.0.1", port)
        self.assertEqual(r.status, 3)

    def test_address_of_nobody(self):
        r = t.client("--src", "192.0.2.1", "127.0.0.1", 9)
        self.assertEqual(r.status, 3)
        self.assertEqual(r.sum["failed"], 1)

    def test_connect_timeout(self):
        # a listener whose queue is full drops SYNs
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            s.listen(0)
            fill = []
            for _ in range(4):
                c = socket.socket()
                c.setblocking(False)
                c.connect_ex(s.getsockname())
                fill.append(c)
            time.sleep(0.1)
            r = t.client("-W", "300ms", "127.0.0.1", s.getsockname()[1])
            for c in fill:
                c.close()
        self.assertEqual(r.status, 4)
        self.assertEqual(r.sum["failures"], {"connect-timeout": 1})

    def test_usage(self):
        self.assertEqual(t.client("127.0.0.1").status, 2)
        self.assertEqual(t.client("nosuchhost.invalid", 9).status, 2)
        r = t.client("-C", 1000000, "-c", 1000000, "127.0.0.1", 9)
        self.assertEqual(r.status, 2)
        self.assertIn("descriptors", r.err)

    def test_log_that_cannot_be_opened(self):
        p = subprocess.run([t.CLIENT, "--log", "/nonexistent/x", "127.0.0.1",
                            "9"], capture_output=True, text=True, check=False)
        self.assertEqual(p.returncode, 3)
        self.assertIn("/nonexistent/x", p.stderr)

    def test_full_disk(self):
        with t.Fake("tcp", "none") as f:
            p = subprocess.run([t.CLIENT, "--log", "/dev/full", "127.0.0.1",
                                str(f.port)], capture_output=True, text=True,
                               check=False)
        self.assertEqual(p.returncode, 3)
        self.assertIn("lost", p.stderr)


class Runs(unittest.TestCase):
    def test_duration(self):
        with t.Fake("tcp", "none") as f:
            r = t.client("-d", "1s", "-C", 4, "127.0.0.1", f.port)
            self.assertEqual(r.status, 0)
            self.assertEqual(r.sum["conns"], 4)
            self.assertGreater(r.sum["requests"], 100)
            self.assertTrue(0.9 < r.sum["duration_s"] < 2.5)
            r = t.client("-d", "1s", "-C", 4, "-n", 1, "127.0.0.1", f.port)
            self.assertEqual(r.status, 0)
            self.assertGreater(r.sum["conns"], 50)
            self.assertEqual(r.sum["conns"], r.sum["requests"])

    def test_duration_does_not_spin_on_failures(self):
        r = t.client("-d", "1s", "-n", 1, "127.0.0.1", free_port())
        self.assertEqual(r.status, 3)
        self.assertLess(r.sum["conns"], 10000)

    def test_rate(self):
        with t.Fake("tcp", "none") as f:
            r = t.client("-R", 100, "-c", 100, "-t", 2, "127.0.0.1", f.port)
        self.assertEqual(r.status, 0)
        self.assertTrue(0.9 < r.sum["duration_s"] < 2.0, r.out)

    def test_hold_and_stop(self):
        for proto in "tcp", "udp":
            with t.Fake(proto, "none") as f:
                args = ["-u"] if proto == "udp" else []
                p = subprocess.Popen(
                    [t.CLIENT, "-J", "-c", "20", "-t", "2", "--hold", "60s",
                     *args, "127.0.0.1", str(f.port)],
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                line = p.stderr.readline()
                self.assertIn("holding 20 connections", line)
                fds = len(os.listdir(f"/proc/{p.pid}/fd"))
                self.assertGreaterEqual(fds, 20)
                p.send_signal(signal.SIGINT)
                out, _ = p.communicate(timeout=20)
                self.assertEqual(p.returncode, 0)
                self.assertIn('"failed":0', out)

    def test_second_signal_stops_at_once(self):
        with t.Fake("tcp", "mute") as f:
            p = subprocess.Popen(
                [t.CLIENT, "-J", "-c", "5", "-W", "60s", "127.0.0.1",
                 str(f.port)],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            time.sleep(0.5)
            p.send_signal(signal.SIGINT)
            self.assertIn("stopping", p.stderr.readline())
            p.send_signal(signal.SIGINT)
            out, _ = p.communicate(timeout=20)
        self.assertIn('"stopped":5', out)

    def test_a_name(self):
        with t.Fake("tcp", "none") as f:
            self.assertEqual(t.client("-4", "localhost", f.port).status, 0)


if __name__ == "__main__":
    t.main()
