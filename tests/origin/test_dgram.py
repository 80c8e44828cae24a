#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""test_dgram.py - tp-origin over UDP: sessions, SPP, expiry, refusals"""
import json
import random
import socket
import struct
import time
import unittest

import vectors
from origin import Origin, is_silent, main, spp, v2, wait_for


def ask(s, data):
    s.send(data)
    return s.recv(65536)


def who(data):
    line, _, rest = data.partition(b"\n")
    return json.loads(line), rest


class Sessions(unittest.TestCase):
    def test_first_datagram_speaks_for_the_rest(self):
        with Origin("--mode", "ppv2", "--reply", "whoami") as o:
            with o.udp() as s:
                w, rest = who(ask(s, v2(proto=2) + b"one"))
                self.assertEqual((w["client"], w["cport"], w["dst"],
                                  w["dport"], w["mode"], w["verdict"], rest),
                                 ("192.0.2.1", 1000, "192.0.2.2", 2000,
                                  "ppv2", "ok", b"one"))
                self.assertEqual((w["peer"], w["pport"]), s.getsockname())
                for payload in (b"two", b"", b"\x56\xec" + bytes(60)):
                    w, rest = who(ask(s, payload))
                    self.assertEqual((w["client"], rest),
                                     ("192.0.2.1", payload))
                # another header, another client
                w, rest = who(ask(s, v2("198.51.100.9", proto=2) + b"x"))
                self.assertEqual((w["client"], rest), ("198.51.100.9", b"x"))
                w, rest = who(ask(s, b"y"))
                self.assertEqual((w["client"], rest), ("198.51.100.9", b"y"))
                line = o.wait_log(1)[0]
                self.assertEqual((line["reason"], line["client"], line["in"],
                                  line["dgrams_in"], line["dgrams_out"]),
                                 ("replaced", "192.0.2.1", 3 + 3 + 62, 4, 4))
            summary = o.stop()
            self.assertEqual((summary["udp_sessions"],
                              summary["udp_replaced"]), (2, 1))
            self.assertEqual(o.log()[1]["reason"], "shutdown")

    def test_header_on_every_datagram(self):
        with Origin("--mode", "ppv2", "--reply", "whoami") as o, o.udp() as s:
            for i in range(5):
                tlv = b"\x05\x00\x01" + str(i).encode()
                w, rest = who(ask(s, v2(proto=2, tlvs=tlv) + b"x"))
                self.assertEqual((w["client"], rest), ("192.0.2.1", b"x"))
                self.assertEqual(w["tlvs"][0]["text"], str(i))
            self.assertEqual(o.stop()["udp_sessions"], 1)

    def test_sockets_are_told_apart(self):
        with Origin("--mode", "ppv2", "--reply", "whoami") as o:
            socks = [o.udp(src=f"127.0.{i % 3}.{i % 7 + 1}")
                     for i in range(200)]
            for i, s in enumerate(socks):
                s.send(v2("192.0.2.77", 2000 + i, proto=2) + b"x")
            for s in socks:
                s.recv(65536)
            order = list(enumerate(socks))
            random.Random(3).shuffle(order)
            for i, s in order:
                self.assertEqual(who(ask(s, b"y"))[0]["cport"], 2000 + i)
                s.close()

    def test_expiry(self):
        with Origin("--mode", "ppv2", "--udp-idle", "300ms") as o:
            with o.udp() as s:
                self.assertEqual(ask(s, v2(proto=2) + b"a"), b"a")
                for _ in range(4):  # use keeps it
                    time.sleep(0.15)
                    self.assertEqual(ask(s, b"b"), b"b")
                line = o.wait_log(1)[0]
                self.assertEqual((line["reason"], line["dgrams_in"]),
                                 ("idle", 5))
                s.send(b"c")  # whose would it be?
                self.assertTrue(is_silent(s))
                line = o.wait_log(2)[1]
                self.assertEqual((line["reason"], line["anomaly"]),
                                 ("refused", "missing"))
                self.assertEqual(ask(s, v2(proto=2) + b"d"), b"d")

    def test_header_only(self):
        with Origin("--mode", "ppv2") as o, o.udp() as s:
            self.assertEqual(ask(s, v2(proto=2)), b"")
        with Origin("--mode", "ppv2", "--udp-header-only", "ignore",
                    "--reply", "whoami") as o, o.udp() as s:
            s.send(v2(proto=2))
            self.assertTrue(is_silent(s))
            self.assertEqual(who(ask(s, b"x"))[0]["client"], "192.0.2.1")
            self.assertEqual(who(ask(s, b""))[1], b"")
            self.assertEqual(who(ask(s, v2(proto=2) + b"y"))[1], b"y")

    def test_a_full_table_refuses_new_ones(self):
        with Origin("--mode", "ppv2", "--udp-sessions", "3") as o:
            socks = [o.udp() for _ in range(5)]
            for s in socks[:3]:
                self.assertEqual(ask(s, v2(proto=2) + b"x"), b"x")
            for s in socks[3:]:
                s.send(v2(proto=2) + b"x")
                self.assertTrue(is_silent(s))
            for s in socks[:3]:
                self.assertEqual(ask(s, b"y"), b"y")
            for s in socks:
                s.close()
            self.assertEqual(o.stop()["udp_refused_limit"], 2)


class Spp(unittest.TestCase):
    def test_answered_with_its_header(self):
        for mode in ("spp", "auto"):
            with Origin("--mode", mode) as o, o.udp() as s:
                for payload in (b"one", b"", b"\x56\xec", bytes(1400)):
                    self.assertEqual(ask(s, spp() + payload), spp() + payload)
        with Origin("--mode", "spp", "--reply", "whoami") as o, o.udp() as s:
            got = ask(s, spp() + b"x")
            self.assertEqual(got[:38], spp())
            w, rest = who(got[38:])
            self.assertEqual((w["mode"], w["client"], w["cport"], w["dst"],
                              rest),
                             ("spp", "192.0.2.1", 1000, "192.0.2.2", b"x"))
            # several clients behind one socket of the proxy
            w, _ = who(ask(s, spp("198.51.100.3", 7))[38:])
            self.assertEqual((w["client"], w["cport"]), ("198.51.100.3", 7))

    def test_every_datagram_needs_it(self):
        with Origin("--mode", "spp") as o, o.udp() as s:
            for bad in (b"x", spp()[:37], b"", v2(proto=2)):
                s.send(bad)
            self.assertTrue(is_silent(s))
            self.assertEqual(ask(s, spp() + b"x"), spp() + b"x")
            s.send(b"x")
            self.assertTrue(is_silent(s))
            self.assertEqual([x["anomaly"] for x in o.wait_log(5)],
                             ["missing", "spp.short", "missing", "wrong_mode",
                              "missing"])


class Refused(unittest.TestCase):
    def test_vectors(self):
        """Each vector in one datagram, each from a socket of its own."""
        # SPP is no signature to the decoder of PROXY v2, but it is to us
        todo = [v for v in vectors.load() if
                (v["is_dgram"] and v["anomaly"] != "no_signature") or
                (v["version"] == 2 and v["want"] == "OK") or
                (v["want"] == "BAD" and v["bytes"].startswith(b"\r\n\r\n\0")
                 and len(v["bytes"]) >= 12)]
        self.assertGreater(len(todo), 60)
        with Origin("-u", "--require", "--reply", "whoami") as o:
            refused = 0
            for n, v in enumerate(todo):
                if len(v["bytes"]) > 65000:
                    continue
                # an address of its own: ports may come round again
                with o.udp(f"127.0.{n // 250}.{n % 250 + 1}") as s:
                    s.send(v["bytes"])
                    if v["want"] == "OK" and v["hdr_len"] <= 4096:
                        got = s.recv(65536)
                        if v["version"] == 0:
                            self.assertEqual(got[:38], v["bytes"][:38])
                            got = got[38:]
                        w, rest = who(got)
                        self.assertEqual(rest, v["bytes"][v["hdr_len"]:],
                                         v["id"])
                        if v["family"] in ("inet", "inet6"):
                            self.assertEqual((w["client"], w["cport"]),
                                             (v["src"], v["sport"]), v["id"])
                        continue
                    refused += 1
                    wait_for(f"the refusal of {v['id']}", lambda n=refused: len(
                        [x for x in o.log() if x["reason"] == "refused"])
                        == n)
                    self.assertTrue(is_silent(s, 0))
                    if v["want"] == "BAD":
                        line = [x for x in o.log()
                                if x["reason"] == "refused"][-1]
                        self.assertIn(line["anomaly"],
                                      (v["anomaly"], "v2.len_limit",
                                       "missing"), v["id"])

    def test_untrusted(self):
        with Origin("--mode", "ppv2", "--trust", "127.0.0.1", "--reply",
                    "whoami") as o:
            with o.udp("127.0.0.2") as s:
                s.send(v2(proto=2) + b"x")
                self.assertTrue(is_silent(s))
                w, rest = who(ask(s, b"x"))
                self.assertEqual((w["client"], w["verdict"], rest),
                                 ("127.0.0.2", "no-header", b"x"))
                s.send(v2(proto=2) + b"x")
                self.assertTrue(is_silent(s))
            with o.udp() as s:
                self.assertEqual(who(ask(s, v2(proto=2)))[0]["client"],
                                 "192.0.2.1")
            self.assertEqual([x["anomaly"] for x in o.wait_log(2)],
                             ["untrusted"] * 2)

    def test_flood_of_refusals_does_not_flood_the_log(self):
        with Origin("-u", "--mode", "spp") as o, o.udp() as s:
            for _ in range(20):
                for _ in range(500):
                    s.send(b"x")
                time.sleep(0.01)
            wait_for("the flood's end", lambda: ask(s, spp()) == spp())
            summary = o.stop()
            refusals = [x for x in o.log() if x["reason"] == "refused"]
            self.assertEqual(len(refusals) + summary["log_suppressed"],
                             summary["refused"]["missing"])
            self.assertGreater(summary["log_suppressed"], 0)


class Datagrams(unittest.TestCase):
    def test_sizes_and_boundaries(self):
        rng = random.Random(4)
        with Origin("--mode", "off") as o, o.udp() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
            for size in (0, 1, 2, 1472, 1473, 9000, 65507):
                data = rng.randbytes(size)
                self.assertEqual(ask(s, data), data)
            sent = [rng.randbytes(rng.randrange(100)) for _ in range(50)]
            for d in sent:
                s.send(d)
            self.assertEqual([s.recv(65536) for _ in sent], sent)

    def test_largest_spp(self):
        data = spp() + bytes(65507 - 38)
        with Origin("--mode", "spp") as o, o.udp() as s:
            self.assertEqual(ask(s, data), data)

    def test_answer_that_does_not_fit_is_counted(self):
        with Origin("--mode", "off", "--reply", "whoami") as o, o.udp() as s:
            s.send(bytes(65507))
            self.assertTrue(is_silent(s))
            self.assertEqual(who(ask(s, b"x"))[1], b"x")
            self.assertEqual(o.stop()["udp_replies_lost"], 1)

    def test_answers_leave_from_the_address_that_was_asked(self):
        for family, addr in (("4", "0.0.0.0"), ("dual", "::")):
            with Origin("-u", "--family", family, "--mode", "off", "--reply",
                        "whoami", addr=(addr,)) as o:
                for host in ("127.0.0.1", "127.0.0.9"):
                    with o.udp(host=host) as s:  # connected: filters
                        w, _ = who(ask(s, b"x"))
                        self.assertEqual((w["local"], w["lport"]),
                                         (host, o.port))
        with Origin("-u", "--mode", "off", "--reply", "whoami",
                    addr=("::",)) as o, o.udp("::1", "::1") as s:
            w, _ = who(ask(s, b"x"))
            self.assertEqual((w["peer"], w["local"]), ("::1", "::1"))

    def test_v6_client_in_a_header(self):
        block = (socket.inet_pton(socket.AF_INET6, "2001:db8::1")
                 + socket.inet_pton(socket.AF_INET6, "2001:db8::2")
                 + struct.pack("!HH", 5, 6))
        header = v2()[:12] + b"\x21\x22\x00\x24" + block
        with Origin("--mode", "ppv2", "--reply", "whoami") as o:
            with o.udp() as s:
                w, _ = who(ask(s, header + b"x"))
                self.assertEqual((w["client"], w["cport"], w["dst"],
                                  w["dport"]),
                                 ("2001:db8::1", 5, "2001:db8::2", 6))


if __name__ == "__main__":
    main()
