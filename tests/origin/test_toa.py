#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""test_toa.py - tp-origin reads TCP option addresses, with raw segments in a
network namespace of its own"""
import json
import os
import subprocess
import threading

import rawtcp
from rawtcp import Peer, option
from toa_world import Cases, ToaOrigin, toa, toa_main, world

C4, P4 = "203.0.113.7", 54321
C6, P6 = "2001:db8:99::7", 43210
OPT4 = option(200, C4, P4)
OPT6 = option(200, C6, P6)
OTHER4 = option(200, "203.0.113.8", P4)


class SavedSyn(Cases):
    def test_families(self):
        for family, versions in (("4", (4,)), ("6", (6,)), ("dual", (4, 6))):
            with ToaOrigin("saved-syn", family=family) as o:
                for v in versions:
                    self.check_found(o.whoami(v, syn=OPT4), C4, P4,
                                     toa(200, 8, "syn"))
                    self.check_found(o.whoami(v, syn=OPT6), C6, P6,
                                     toa(200, 20, "syn"))
                    self.check_none(o.whoami(v))

    def test_only_the_syn_is_seen(self):
        with ToaOrigin("saved-syn") as o:
            self.check_none(o.whoami(ack=OPT4, data=OPT4))
            self.check_found(o.whoami(syn=OPT4, ack=OTHER4), C4, P4,
                             toa(200, 8, "syn"))

    def test_speaks_first(self):
        with ToaOrigin("saved-syn", "--banner", "220 hi",
                       "--header-timeout", "60s") as o:
            with o.peer().connect(OPT4) as p:
                self.assertTrue(p.wait_line().startswith(b"220 hi\r\n"))

    def test_what_is_not_believed(self):
        zero = option(200, "0.0.0.0", P4)
        with ToaOrigin("saved-syn") as o:
            for syn, verdict in (
                    (OPT4 + OTHER4, "toa.contrary"),
                    (option(200, C4, P4 + 1) + OPT4, "toa.contrary"),
                    (bytes([200, 6, 0, 80, 1, 2]), "toa.length"),
                    (zero, "toa.address"),
                    (option(200, C4, 0), "toa.address"),
                    (option(200, C4, P4, 0), "tcp.opt_len"),
                    (option(200, C4, P4, 30), "tcp.opt_overrun"),
                    (option(254, C4, P4), "no-header"),
                    (option(199, C4, P4), "no-header")):
                self.check_none(o.whoami(syn=syn), verdict)
            self.check_found(o.whoami(syn=OPT4 + OPT4), C4, P4,
                             toa(200, 8, "syn"))
            # TCP looks no further than a broken option, and neither do we
            self.check_none(o.whoami(syn=bytes([199, 1]) + OPT4),
                            "tcp.opt_len")
            w = o.whoami(syn=OPT4 + bytes([199, 1]))
            self.check_found(w, C4, P4,
                             dict(toa(200, 8, "syn"), note="tcp.opt_len"))
            lines = o.wait_log(12)
            self.assertEqual([x["anomaly"] for x in lines[:3]],
                             ["toa.contrary", "toa.contrary", "toa.length"])
            self.assertEqual(lines[0]["offset"], 20 + 4 + 8)
            self.assertEqual(lines[0]["reason"], "closed")
            self.assertEqual(lines[9]["toa"], toa(200, 8, "syn"))
            summary = o.stop()
            self.assertEqual(summary["ignored"],
                             {"toa.contrary": 2, "toa.length": 1,
                              "toa.address": 2, "tcp.opt_len": 3,
                              "tcp.opt_overrun": 1})
            self.assertEqual(summary["headers"],
                             {"none": 10, "ppv1": 0, "ppv2": 0, "spp": 0,
                              "toa": 2, "unknown": 0})

    def test_kinds(self):
        with ToaOrigin("saved-syn", "--toa-kind", "254,28",
                       "--toa-kind", "77") as o:
            self.check_found(o.whoami(syn=option(254, C4, P4)), C4, P4,
                             toa(254, 8, "syn"))
            self.check_found(o.whoami(syn=option(77, C6, P6)), C6, P6,
                             toa(77, 20, "syn"))
            self.check_none(o.whoami(syn=OPT4))
            # no port
            w = o.whoami(syn=bytes([28, 7, 1, 203, 0, 113, 7]))
            self.check_found(w, C4, None, toa(28, 7, "syn"))
            # the port of another option's identifier (TCP Fast Open)
            self.check_none(o.whoami(syn=option(254, C4, 0xf989)))

    def test_trust(self):
        with ToaOrigin("saved-syn", "--trust", "198.18.7.0/24") as o:
            self.check_found(o.whoami(4, syn=OPT4), C4, P4,
                             toa(200, 8, "syn"))
            self.check_none(o.whoami(6, syn=OPT4), "untrusted")
            self.check_none(o.whoami(6))

    def test_require(self):
        with ToaOrigin("saved-syn", "--require") as o:
            self.check_found(o.whoami(syn=OPT4), C4, P4, toa(200, 8, "syn"))
            self.assertTrue(o.is_refused())
            self.assertTrue(o.is_refused(ack=OPT4))
            self.assertTrue(o.is_refused(syn=OPT4 + OTHER4))
            self.assertEqual([x["anomaly"] for x in o.wait_log(4)],
                             [None, "missing", "missing", "toa.contrary"])
            self.assertEqual(o.stop()["refused"],
                             {"missing": 2, "toa.contrary": 1})

    def test_syn_cookies_leave_no_syn(self):
        with open("/proc/sys/net/ipv4/tcp_syncookies", "w") as f:
            f.write("2")
        try:
            with ToaOrigin("saved-syn", "--require") as o:
                self.check_unknown(o.whoami(syn=OPT4))
                self.check_unknown(o.whoami())
            with ToaOrigin("kernel") as o:
                self.check_unknown(o.whoami())
            with ToaOrigin("pcap") as o:
                self.check_found(o.whoami(syn=OPT4), C4, P4,
                                 toa(200, 8, "syn"))
                self.check_none(o.whoami())
        finally:
            with open("/proc/sys/net/ipv4/tcp_syncookies", "w") as f:
                f.write("1")


class Pcap(Cases):
    def test_segments(self):
        for iface in ("any", "tun0"):
            with ToaOrigin("pcap", "--toa-iface", iface) as o:
                for v in (4, 6):
                    for place in ("syn", "ack", "data"):
                        self.check_found(o.whoami(v, **{place: OPT4}), C4, P4,
                                         toa(200, 8, place))
                        self.check_found(o.whoami(v, **{place: OPT6}), C6, P6,
                                         toa(200, 20, place))
                    self.check_none(o.whoami(v))
                    self.check_found(o.whoami(v, OPT4, OPT4, OPT4), C4, P4,
                                     toa(200, 8, "syn"))

    def test_families(self):
        for family, v in (("4", 4), ("6", 6)):
            with ToaOrigin("pcap", family=family) as o:
                self.check_found(o.whoami(v, ack=OPT6), C6, P6,
                                 toa(200, 20, "ack"))

    def test_needs_no_payload(self):
        with ToaOrigin("pcap", "--header-timeout", "60s") as o:
            with o.peer().connect(ack=OPT4) as p:
                self.assertEqual(json.loads(p.wait_line())["client"], C4)

    def test_gives_up_waiting(self):
        with ToaOrigin("pcap", "--header-timeout", "300ms", "-q") as o:
            with o.peer().connect() as p:
                w = json.loads(p.wait_line())
                self.check_none(w)
        with ToaOrigin("pcap", "--header-timeout", "300ms", "-q",
                       "--require") as o:
            with o.peer().connect() as p:
                p.wait_reset()

    def test_what_is_not_believed(self):
        with ToaOrigin("pcap") as o:
            self.check_none(o.whoami(ack=OPT4 + OTHER4), "toa.contrary")
            # nothing that follows a contradiction is believed either
            self.check_none(o.whoami(ack=OPT4 + OTHER4, data=OPT4),
                            "toa.contrary")
            self.check_none(o.whoami(ack=option(200, C4, P4, 0)),
                            "tcp.opt_len")
            self.check_none(o.whoami(data=bytes([200, 6, 0, 80, 1, 2])),
                            "toa.length")
            self.check_none(o.whoami(data=option(253, C6, P6)))

    def test_trust_and_require(self):
        with ToaOrigin("pcap", "--trust", "198.18.0.0/16", "--require") as o:
            self.check_found(o.whoami(4, data=OPT6), C6, P6,
                             toa(200, 20, "data"))
            self.assertTrue(o.is_refused())
            with o.peer(6).connect(ack=OPT4) as p:
                p.write(b"x\n")
                p.wait_reset()
            self.assertEqual(o.stop()["refused"],
                             {"missing": 1, "untrusted": 1})

    def test_who_cannot_see_the_connection_cannot_add_to_it(self):
        with ToaOrigin("pcap") as o, o.peer().connect() as p:
            p.send(rawtcp.ACK, OPT4, seq=p.seq + 100000)
            p.send(rawtcp.SYN, OPT4, seq=p.isn ^ 0x40000000)
            p.write(b"x\n")
            self.check_none(json.loads(p.wait_line()))

    def test_another_interface_sees_nothing(self):
        with ToaOrigin("pcap", "--toa-iface", "lo") as o:
            self.check_unknown(o.whoami(syn=OPT4))

    def test_interleaved(self):
        with ToaOrigin("pcap") as o:
            peers = [Peer(world(), f"198.18.{i % 200}.{i % 7 + 2}", o.port)
                     for i in range(300)]
            for p in peers:
                p.send(rawtcp.SYN)
            world().pump(lambda: all(p.is_up for p in peers))
            for i, p in enumerate(peers):
                p.send(rawtcp.ACK, option(200, C4, 1000 + i) if i % 3 == 0
                       else b"")
            for i, p in enumerate(peers):
                p.write(b"x\n", option(200, C6, 1000 + i) if i % 3 == 1
                        else b"")
            for i, p in enumerate(peers):
                w = json.loads(p.wait_line().partition(b"\n")[0])
                if i % 3 == 2:
                    self.check_none(w)
                else:
                    self.assertEqual((w["client"], w["cport"]),
                                     ((C4, C6)[i % 3], 1000 + i))
            for p in peers:
                world().pump(lambda p=p: p.got.endswith(b"x\n"))
                p.close()
            summary = o.stop()
            self.assertEqual((summary["toa_packets_lost"],
                              summary["toa_evicted"]), (0, 0))
            self.assertGreater(summary["toa_packets"], 900)

    def test_nothing_is_missed(self):
        """Kernel sockets over loopback, as fast as they go: the capture has
        seen each connection by the time it is decided."""
        def client(o):
            for _ in range(250):
                with o.connect() as s:
                    s.sendall(b"x")
                    s.recv(1000)

        with ToaOrigin("pcap") as o:
            threads = [threading.Thread(target=client, args=(o,))
                       for _ in range(4)]
            for t in threads:
                t.start()
            for t in threads:
                t.join()
            self.assertEqual((o.stop()["headers"])["none"], 1000)

    def test_needs_privilege_and_an_interface(self):
        base = [os.environ["TP_ORIGIN"], "--mode", "toa", "--toa-from",
                "pcap"]
        for args, said in (
                (base + ["--toa-iface", "nope", "0"], "no such interface"),
                (["setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw"]
                 + base + ["0"], "CAP_NET_RAW")):
            r = subprocess.run(args, stderr=subprocess.PIPE, text=True,
                               check=False)
            self.assertEqual(r.returncode, 3, r.stderr)
            self.assertIn(said, r.stderr)


class Kernel(Cases):
    """Without a reader in the kernel: nothing is claimed."""

    def test_no_reader(self):
        with ToaOrigin("kernel") as o:
            self.check_none(o.whoami(4, OPT4, OPT4, OPT4))
            self.check_none(o.whoami(6, OPT4, OPT4, OPT4))
        with ToaOrigin("kernel", "--require", family="4") as o:
            self.assertTrue(o.is_refused(ack=OPT4))


if __name__ == "__main__":
    toa_main()
