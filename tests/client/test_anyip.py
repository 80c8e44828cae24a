#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""test_anyip.py - a thousand IPv6 sources out of a prefix routed to lo

Runs itself again in a network namespace of its own; skipped where that is not
permitted.
"""
import os
import subprocess
import sys
import unittest

import client as t

SETUP = ("ip link set lo up && ip route add local 198.18.0.0/15 dev lo && "
         "ip -6 route add local fd00::/112 dev lo && exec \"$@\"")


class AnyIp(unittest.TestCase):
    def test_sources_out_of_prefixes(self):
        with t.Origin("--reply", "whoami") as o:
            for host in "127.0.0.1", "::1":
                for args in [], ["-u"], ["--send", "v2"]:
                    with self.subTest(host=host, args=args):
                        r = t.client("--whoami", "-c", 1000, "-t", 2, "--src",
                                     "198.18.0.0/15,fd00::/112", *args, host,
                                     o.port)
                        self.assertEqual(r.status, 0, r.out + r.err)
                        self.assertEqual(r.sum["client_ip"], {
                            "checked": 1000, "wrong": 0, "missing": 0})
                        self.assertEqual(len({x["src"] for x in r.log}), 1000)


def enter():
    for how in ["unshare", "-n"], ["unshare", "-rn"]:
        if subprocess.run([*how, "true"], stderr=subprocess.DEVNULL,
                          check=False).returncode == 0:
            os.environ["TP_ANYIP_INSIDE"] = "1"
            os.execvp(how[0], [*how, "sh", "-c", SETUP, "sh", sys.executable,
                               *sys.argv])
    print("SKIP: no network namespace of our own here")
    sys.exit(77)


if __name__ == "__main__":
    if "TP_ANYIP_INSIDE" not in os.environ:
        enter()
    t.main()
