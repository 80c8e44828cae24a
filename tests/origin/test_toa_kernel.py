#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""test_toa_kernel.py - tp-origin behind the eBPF reader, which tp-toa loads for
a cgroup of its own"""
import os
import subprocess
import sys
import tempfile

from rawtcp import option
from toa_world import Cases, ToaOrigin, run, told, toa_main

C4, P4 = "203.0.113.7", 54321
C6, P6 = "2001:db8:99::7", 43210
OPT4 = option(200, C4, P4)
OPT6 = option(200, C6, P6)


def cgroup_root():
    """Where cgroup v2 is mounted, or None."""
    with open("/proc/self/mounts", encoding="utf-8") as f:
        mounts = [line.split() for line in f]
    return next((m[1] for m in mounts if m[2] == "cgroup2"), None)


class Reader(Cases):
    def setUp(self):
        """A cgroup with us in it, and a reader for its listeners."""
        root = cgroup_root()
        with open("/proc/self/cgroup", encoding="utf-8") as f:
            self.home = root + [line[3:].strip() for line in f
                                    if line.startswith("0::")][0]
        self.cgroup = f"{root}/tp-origin-{os.getpid()}"
        os.mkdir(self.cgroup)
        self.addCleanup(os.rmdir, self.cgroup)
        self.enter(self.cgroup)
        self.addCleanup(self.enter, self.home)
        self.bpffs = tempfile.mkdtemp(prefix="tp-origin-bpf-")
        self.addCleanup(os.rmdir, self.bpffs)
        run("mount", "-t", "bpf", "bpf", self.bpffs)
        self.addCleanup(run, "umount", self.bpffs)
        self.tp_toa("load", "--cgroup", self.cgroup, "--trust", "any",
                    "--from", "ack,data,syn")
        self.addCleanup(self.tp_toa, "unload")

    def enter(self, cgroup):
        with open(cgroup + "/cgroup.procs", "w", encoding="utf-8") as f:
            f.write(str(os.getpid()))

    def tp_toa(self, *args):
        subprocess.run([os.environ["TP_TOA"], *args, "--pin",
                        self.bpffs + "/tp"], check=True,
                       stdout=subprocess.DEVNULL)

    def check_client(self, w, client, port):
        self.assertEqual(told(w), ("toa", client, port, "ok"))
        # which option it was, only the reader knows
        self.assertNotIn("toa", w)

    def test_families(self):
        for family, versions in (("4", (4,)), ("6", (6,)), ("dual", (4, 6))):
            with ToaOrigin("kernel", family=family) as o:
                for v in versions:
                    for place in ("syn", "ack"):
                        self.check_client(o.whoami(v, **{place: OPT4}), C4,
                                          P4)
                        self.check_client(o.whoami(v, **{place: OPT6}), C6,
                                          P6)
                    self.check_none(o.whoami(v))
                    self.check_none(o.whoami(v, ack=OPT4 + OPT6))

    def test_require_and_trust(self):
        with ToaOrigin("kernel", "--require", "--trust",
                       "198.18.0.0/16") as o:
            self.check_client(o.whoami(4, ack=OPT4), C4, P4)
            self.assertTrue(o.is_refused())
            with o.peer(6).connect(ack=OPT4) as p:
                p.wait_reset()
            self.assertEqual(o.stop()["refused"],
                             {"missing": 1, "untrusted": 1})

    def test_syn_cookies(self):
        """Without a saved SYN it is not known that the kernel answered with
        a client, though it did."""
        with open("/proc/sys/net/ipv4/tcp_syncookies", "w",
                  encoding="utf-8") as f:
            f.write("2")
        with ToaOrigin("kernel", "--require") as o, o.peer().connect(
                ack=OPT4) as p:
            line = p.wait_line().decode()
            self.assertIn('"mode":"unknown"', line)
            self.assertIn(f'"client":"{C4}","cport":{P4}', line)
        with ToaOrigin("kernel", family="4") as o:
            self.check_client(o.whoami(4, ack=OPT6), C6, P6)

    def test_other_sources_know_the_peer(self):
        with ToaOrigin("saved-syn") as o:
            self.check_found(o.whoami(4, syn=OPT4), C4, P4,
                             {"kind": 200, "len": 8, "segment": "syn"})
            self.check_none(o.whoami(4, ack=OPT4))
        with ToaOrigin("pcap") as o:
            self.check_found(o.whoami(6, ack=OPT4), C4, P4,
                             {"kind": 200, "len": 8, "segment": "ack"})


if __name__ == "__main__":
    if not os.access(os.environ.get("TP_TOA", ""), os.X_OK):
        print("TP_TOA does not name tp-toa", file=sys.stderr)
        sys.exit(77)
    if not cgroup_root():
        print("needs cgroup v2", file=sys.stderr)
        sys.exit(77)
    toa_main()
