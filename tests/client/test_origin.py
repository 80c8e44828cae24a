#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""test_origin.py - tp-client and tp-origin, without a proxy between them"""
import unittest

import client as t

SIZES = ("0", "1", "1460", "65536", "10M")
HOSTS = ("127.0.0.1", "::1")


class Whoami(unittest.TestCase):
    def check(self, r, conns):
        self.assertEqual(r.status, 0, r.out + r.err)
        self.assertEqual(r.sum["failed"], 0)
        self.assertEqual(r.sum["client_ip"],
                         {"checked": conns, "wrong": 0, "missing": 0})
        self.assertEqual(r.sum["sent"], r.sum["received"])

    def sweep(self, origin_mode, want_mode, client_args):
        with t.Origin("--reply", "whoami", "--mode", origin_mode) as o:
            for host in HOSTS:
                for size in SIZES:
                    with self.subTest(host=host, size=size):
                        r = t.client("-m", size, "--whoami", *client_args,
                                     host, o.port)
                        self.check(r, 1)
                        self.assertEqual(r.log[0]["mode"], want_mode)

    def test_tcp_off(self):
        self.sweep("off", "none", [])

    def test_tcp_auto(self):
        self.sweep("auto", "none", [])

    def test_tcp_v1(self):
        self.sweep("ppv1", "ppv1", ["--send", "v1"])
        self.sweep("auto", "ppv1", ["--send", "v1"])

    def test_tcp_v2(self):
        self.sweep("ppv2", "ppv2", ["--send", "v2"])
        self.sweep("auto", "ppv2", ["--send", "v2"])

    def test_udp_off(self):
        self.sweep("off", "none", ["-u"])

    def test_udp_v2(self):
        self.sweep("ppv2", "ppv2", ["-u", "--send", "v2"])
        self.sweep("auto", "ppv2", ["-u", "--send", "v2"])

    def test_udp_spp(self):
        self.sweep("spp", "spp", ["-u", "--send", "spp"])
        self.sweep("auto", "spp", ["-u", "--send", "spp"])

    def test_claims(self):
        claims = ("192.0.2.7:4711-198.51.100.9:443",
                  "[2001:db8::7]:1-[2001:db8::9]:2")
        with t.Origin("--reply", "whoami") as o:
            for claim in claims:
                for args in (["--send", "v1"], ["--send", "v2"],
                             ["-u", "--send", "v2"], ["-u", "--send", "spp"]):
                    with self.subTest(claim=claim, args=args):
                        r = t.client("--whoami", "--claim", claim, *args,
                                     "-n", 3, "127.0.0.1", o.port)
                        self.check(r, 1)
                        self.assertEqual(r.log[0]["cport"],
                                         int(claim.split("-")[0]
                                             .rsplit(":", 1)[1]))

    def test_split_headers(self):
        with t.Origin("--reply", "whoami", "--require") as o:
            for kind, most in (("v1", 48), ("v2", 30)):
                for split in ["each"] + list(range(1, most, 3)):
                    with self.subTest(kind=kind, split=split):
                        self.check(t.client("--whoami", "--send", kind,
                                            "--split", split, "127.0.0.1",
                                            o.port), 1)
            self.check(t.client("--whoami", "--send", "v2", "--split", "each",
                                "-m", 0, "::1", o.port), 1)

    def test_an_origin_that_ignores_the_header_is_found_out(self):
        # mode off takes the header for payload: the peer is the client
        with t.Origin("--reply", "whoami", "--mode", "off") as o:
            for args in ["--send", "v1"], ["--send", "v2"], \
                    ["-u", "--send", "v2"]:
                r = t.client("--whoami", "--claim", "192.0.2.7:4711-"
                             "198.51.100.9:443", *args, "127.0.0.1", o.port)
                self.assertEqual(r.status, 1, r.out)
                self.assertEqual(r.sum["client_ip"]["wrong"], 1)

    def test_thousand_sources(self):
        for args in [], ["--send", "v2"], ["-u"], ["-u", "--send", "spp"]:
            with self.subTest(args=args), \
                    t.Origin("--reply", "whoami") as o:
                r = t.client("--whoami", "-c", 2000, "-t", 2, "--src",
                             "127.1.0.0/16,fd00::/112", *args, "127.0.0.1",
                             o.port)
                self.check(r, 2000)
                self.assertEqual(len({x["src"] for x in r.log}), 2000)
                self.assertTrue(all(x["src"].startswith("127.1.")
                                    for x in r.log))

    def test_streams_side_by_side(self):
        with t.Origin("--reply", "whoami") as o:
            self.check(t.client("--whoami", "-c", 100, "-n", 5, "-m", 100000,
                                "-t", 2, "127.0.0.1", o.port), 100)
            self.check(t.client("--whoami", "-u", "-c", 100, "-n", 50, "-m",
                                1400, "-t", 2, "127.0.0.1", o.port), 100)

    def test_large_datagrams(self):
        with t.Origin("--reply", "echo") as o:
            for size in 65469, 65507:
                r = t.client("-u", "-n", 20, "-m", size, "--udp-size", 65507,
                             "127.0.0.1", o.port)
                self.assertEqual(r.status, 0, r.out)
                self.assertEqual(r.sum["requests"], 20)


class Echo(unittest.TestCase):
    def test_echo_without_identity(self):
        with t.Origin("--reply", "echo") as o:
            for host in HOSTS:
                for args in [], ["-u"]:
                    for size in SIZES:
                        r = t.client("-m", size, *args, host, o.port)
                        self.assertEqual(r.status, 0, r.out)

    def test_refused_header_is_not_an_echo(self):
        with t.Origin("--reply", "echo", "--mode", "ppv2") as o:
            r = t.client("-W", "2s", "127.0.0.1", o.port)
        self.assertIn(r.status, (3, 4))


if __name__ == "__main__":
    t.main()
