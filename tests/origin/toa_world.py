# SPDX-License-Identifier: BSD-2-Clause
"""toa_world.py - a network namespace whose clients write their own segments,
and what the tests there expect of tp-origin"""
import json
import os
import subprocess
import sys
import unittest

from origin import Origin, main, wait_for
from rawtcp import HOST4, HOST6, Peer, Tun

_tun = []


def world():
    """The device, as soon as the namespace is set up."""
    return _tun[0]


PEERS = {4: "198.18.7.7", 6: "2001:db8:18::77"}


def run(*args):
    subprocess.run(args, check=True, stdout=subprocess.DEVNULL)


def set_up_net():
    run("ip", "link", "set", "lo", "up")
    _tun.append(Tun())
    run("ip", "link", "set", "tun0", "up")
    run("ip", "addr", "add", HOST4 + "/16", "dev", "tun0")
    run("ip", "addr", "add", HOST6 + "/64", "dev", "tun0", "nodad")


class ToaOrigin(Origin):
    """Listens on any address, dual-stack, and says whom it serves."""

    def __init__(self, source, *args, family="dual"):
        super().__init__("--mode", "toa", "--toa-from", source, "--family",
                         family, "--reply", "whoami", *args, addr=())

    def peer(self, version=4):
        return Peer(world(), PEERS[version], self.port)

    def whoami(self, version=4, syn=b"", ack=b"", data=b""):
        """What a connection with these options is told, and its peer."""
        with self.peer(version).connect(syn, ack) as p:
            p.write(b"x\n", data)
            line, _, rest = p.wait_line().partition(b"\n")
            world().pump(lambda: p.got.endswith(b"x\n") or p.is_reset)
            assert not rest or rest == b"x\n"
            if not line:
                return None
            w = json.loads(line)
        assert (w["peer"], w["pport"]) == p.name
        assert w["dst"] is None and w["cmd"] is None
        return w

    def is_refused(self, **kwargs):
        with self.peer().connect(kwargs.get("syn", b""),
                                 kwargs.get("ack", b"")) as p:
            if not p.is_reset:
                p.write(b"x\n", kwargs.get("data", b""))
            world().pump(lambda: p.is_reset or p.got)
            return p.is_reset


def told(w):
    return (w["mode"], w["client"], w["cport"], w["verdict"])


def toa(kind, length, segment):
    return {"kind": kind, "len": length, "segment": segment}


class Cases(unittest.TestCase):
    def check_found(self, w, client, port, option_):
        self.assertEqual(told(w), ("toa", client, port, "ok"))
        self.assertEqual(w["toa"], option_)

    def check_none(self, w, verdict="no-header"):
        self.assertEqual(told(w), ("none", w["peer"], w["pport"], verdict))
        self.assertNotIn("toa", w)

    def check_unknown(self, w):
        self.assertEqual(told(w), ("unknown", w["peer"], w["pport"],
                                   "unknown"))


def toa_main():
    """origin.main(), in namespaces of our own (network and mounts)."""
    if os.geteuid() != 0:
        print("needs root to make a network namespace", file=sys.stderr)
        sys.exit(77)
    if "TP_NETNS" not in os.environ:
        os.environ["TP_NETNS"] = "1"
        os.execvp("unshare", ["unshare", "-nm", "--", sys.executable,
                              *sys.argv])
    set_up_net()
    wait_for("an address", lambda: b"tentative" not in subprocess.run(
        ["ip", "addr"], stdout=subprocess.PIPE, check=True).stdout)
    main()
