#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""matrix.py - plans the cases of t-matrix.sh, and judges them

usage: matrix.py plan DIR       writes rules, origins.tsv and cases.tsv
       matrix.py judge DIR      reads what the run left, prints a line a case

A case is judged by four witnesses that do not know each other: tp-client
(its own sockets and bytes), tp-origin's log, tp-inspect and tshark on the
captures. Every connection must be told the same by all of them.
"""
import ipaddress
import itertools
import json
import os
import sys
from collections import Counter, defaultdict

VIP = {4: "203.0.113.1", 6: "2001:db8:f::1"}
EGRESS = {4: "10.2.0.2", 6: "fd00:2::2"}
ORIGIN = {4: "10.2.0.10", 6: "fd00:2::10"}
MODES = {"tcp": ("off", "ppv1", "ppv2"), "udp": ("off", "ppv2", "spp")}
LISTENERS = {"4": (4,), "6": (6,), "dual": (4, 6)}
SIZES = (0, 1, 1448, 65536, 10485760)
UDP_SIZE = 1400
MTU = 1500
ONE_DATAGRAM_MAX = 65469
FORWARD_BASE = 10000
ORIGIN_BASE = 20000
ORIGIN_MODES = ("off", "ppv1", "ppv2", "spp")


def origin_port(listener, mode):
    return (ORIGIN_BASE + 10 * list(LISTENERS).index(listener)
            + ORIGIN_MODES.index(mode))


def plan_cases():
    """One dict a case; cases of one rule share its forwarding port."""
    ports = itertools.count(FORWARD_BASE)
    cases = []
    for proto, modes in MODES.items():
        for mode, listener in itertools.product(modes, LISTENERS):
            for origin, persist in itertools.product(
                    LISTENERS[listener], ("off", "on")):
                fport = next(ports)
                for client, size in itertools.product((4, 6), SIZES):
                    cases.append({
                        "id": len(cases), "proto": proto, "mode": mode,
                        "listener": listener, "origin": origin,
                        "persist": persist, "client": client, "size": size,
                        "fport": fport,
                        "oport": origin_port(listener, mode)})
    return cases


def case_name(c):
    return (f"{c['proto']} {c['mode']}, client v{c['client']}, origin "
            f"v{c['origin']} on {c['listener']}, {c['size']} bytes, "
            f"persistence {c['persist']}")


def sources(c):
    """Two addresses that no other case has; one for what is big."""
    n = 16 + 2 * c["id"]
    base = (int(ipaddress.IPv4Address("198.18.0.0")) if c["client"] == 4
            else int(ipaddress.IPv6Address("fd00:c::")))
    count = 1 if c["size"] > 1 << 20 else 2
    return [str(ipaddress.ip_address(base + n + i)) for i in range(count)]


def command(c):
    src = sources(c)
    words = [VIP[c["client"]], str(c["fport"]), "--whoami",
             "-c", str(len(src)), "--src", ",".join(src),
             "-m", str(c["size"]), "--timeout", "20s", "-J",
             "--udp-size", str(UDP_SIZE)]
    if c["proto"] == "udp":
        words.append("-u")
    if c["mode"] == "off":
        words += ["--expect-client", EGRESS[c["origin"]]]
    return " ".join(words)


def write_plan(folder):
    cases = plan_cases()
    rules = {}
    for c in cases:
        rules[c["fport"]] = (
            f"{c['proto']}:{c['fport']} {ORIGIN[c['origin']]} {c['oport']} "
            f"{c['persist']} {c['mode']}\n")
    with open(f"{folder}/rules", "w") as f:
        f.writelines(rules.values())
    with open(f"{folder}/cases.tsv", "w") as f:
        for c in cases:
            f.write(f"{c['id']}\t{command(c)}\n")
    with open(f"{folder}/origins.tsv", "w") as f:
        for listener, mode in itertools.product(LISTENERS, ORIGIN_MODES):
            only = {"ppv1": "-t", "spp": "-u"}.get(mode, "")
            f.write(f"{listener}\t{mode}\t{origin_port(listener, mode)}\t"
                    f"{only}\n")


def read_ndjson(path):
    if not os.path.exists(path):
        return []
    with open(path) as f:
        return [json.loads(line) for line in f if line.strip()]


def endpoint(address, port):
    """Comparable: (text, port), an IPv4-mapped address unmapped"""
    a = ipaddress.ip_address(address)
    if a.version == 6 and a.ipv4_mapped:
        a = a.ipv4_mapped
    return str(a), int(port)


def datagrams(c):
    """One, fragmented by IP if need be; more only if none could hold it"""
    if c["size"] <= ONE_DATAGRAM_MAX:
        return 1
    return -(-c["size"] // UDP_SIZE)


def header_len(c, src, vip):
    if c["mode"] == "ppv1":
        return len(f"PROXY TCP{c['client']} {src[0]} {vip[0]} {src[1]} "
                   f"{vip[1]}\r\n")
    return {"off": 0, "ppv2": 28 if c["client"] == 4 else 52,
            "spp": 38}[c["mode"]]


def is_fragmented(c, src, vip):
    """Is the first datagram with its header longer than the link's packets?"""
    ip = 20 if c["origin"] == 4 else 40
    first = c["size"] if datagrams(c) == 1 else UDP_SIZE
    return (c["proto"] == "udp" and
            ip + 8 + header_len(c, src, vip) + first > MTU)


class Witnesses:
    """What the logs and captures of one run say, by the client's endpoint"""

    def __init__(self, folder):
        self.folder = folder
        self.origin = defaultdict(list)
        for name in os.listdir(folder):
            if name.startswith("origin-") and name.endswith(".log"):
                for o in read_ndjson(f"{folder}/{name}"):
                    if o.get("type") in ("conn", "session"):
                        self.add_origin(o)
        self.back = defaultdict(list)   # origin leg, by the header's client
        self.bare = defaultdict(list)   # origin leg, by both ends
        self.front = defaultdict(list)  # client leg, by both ends
        for proto in MODES:
            for f in self.flows(f"{proto}-back"):
                if f["mode"] == "none":
                    self.bare[self.ends(proto, f)].append(f)
                else:
                    self.back[proto, *endpoint(f["client"], f["cport"])
                              ].append(f)
            for f in self.flows(f"{proto}-front"):
                self.front[self.ends(proto, f)].append(f)
        self.tshark = defaultdict(list)
        self.read_tshark_proxy("tcp")
        self.read_tshark_proxy("udp")
        self.spp = defaultdict(Counter)
        self.read_tshark_spp()

    def flows(self, name):
        return [f for f in read_ndjson(f"{self.folder}/{name}.flows")
                if f.get("type") == "flow"]

    @staticmethod
    def ends(proto, f):
        return (proto, *endpoint(f["src"], f["sport"]),
                *endpoint(f["dst"], f["dport"]))

    def add_origin(self, o):
        o["at"] = endpoint(o["local"], o["lport"])
        o["from"] = endpoint(o["peer"], o["pport"])
        self.origin[o["transport"], *endpoint(o["client"], o["cport"])
                    ].append(o)

    def read_tshark_proxy(self, proto):
        """Lines of: frame, stream, destination, its port, v2 length, claimed
        source v4, v6, port, claimed destination v4, v6, port"""
        with open(f"{self.folder}/{proto}.tshark") as f:
            for line in f:
                (frame, stream, to4, to6, port, _, src4, src6, sport, dst4,
                 dst6, dport) = line.rstrip("\n").split("\t")
                if not sport:
                    continue
                key = (proto, *endpoint(src4 or src6, sport))
                self.tshark[key].append({
                    "frame": int(frame), "stream": stream,
                    "to": endpoint(to4 or to6, port),
                    "dst": endpoint(dst4 or dst6, dport)})

    def read_tshark_spp(self):
        """Lines of: source port, destination port, payload in hex. tshark
        does not know SPP: the 38 bytes are read here, by hand."""
        ports = {str(origin_port(x, "spp")) for x in LISTENERS}
        with open(f"{self.folder}/spp.tshark") as f:
            for line in f:
                sport, dport, payload = line.rstrip("\n").split("\t")
                way = "to" if dport in ports else "back"
                if sport not in ports and dport not in ports:
                    continue
                p = bytes.fromhex(payload.replace(":", ""))
                if len(p) < 38 or p[:2] != b"\x56\xec":
                    self.spp["without"][way] += 1
                    continue
                client = endpoint(ipaddress.IPv6Address(p[2:18]),
                                  int.from_bytes(p[34:36], "big"))
                proxy = endpoint(ipaddress.IPv6Address(p[18:34]),
                                 int.from_bytes(p[36:38], "big"))
                self.spp["udp", *client][way, proxy] += 1


def expect(problems, what, got, wanted):
    if got != wanted:
        problems.append(f"{what}: got {got!r}, wanted {wanted!r}")


def judge_client(problems, c, folder):
    """tp-client's own verdict; returns its connections' endpoints"""
    base = f"{folder}/c/{c['id']}"
    with open(f"{base}.status") as f:
        expect(problems, "tp-client's exit status", f.read().strip(), "0")
    summary = read_ndjson(f"{base}.json")
    conns = read_ndjson(f"{base}.log")
    n = len(sources(c))
    if not summary:
        problems.append("tp-client printed no summary")
        return []
    s = summary[-1]
    expect(problems, "identities checked, wrong, missing",
           [s["client_ip"][k] for k in ("checked", "wrong", "missing")],
           [n, 0, 0])
    expect(problems, "connections that failed", s["failed"], 0)
    expect(problems, "bytes sent and received",
           [s["sent"], s["received"]], [n * c["size"]] * 2)
    expect(problems, "connections logged", len(conns), n)
    return conns


def judge_origin(problems, c, w, conn, said):
    """What the origin logged of the connection that tp-client calls @said"""
    vip = (VIP[c["client"]], c["fport"])
    logged = w.origin[c["proto"], *said]
    if c["mode"] == "off":
        # the proxy's port may serve towards another origin, too
        logged = [o for o in logged
                  if o["at"] == (ORIGIN[c["origin"]], c["oport"])]
    expect(problems, f"origin's log lines for {said}", len(logged), 1)
    for o in logged[:1]:
        expect(problems, "origin's verdict",
               o["verdict"], "no-header" if c["mode"] == "off" else "ok")
        expect(problems, "mode", o["mode"],
               "none" if c["mode"] == "off" else c["mode"])
        expect(problems, "peer", o["from"][0], EGRESS[c["origin"]])
        expect(problems, "local", o["at"], (ORIGIN[c["origin"]], c["oport"]))
        expect(problems, "payload in and out", [o["in"]], [c["size"]])
        if c["mode"] != "off":
            expect(problems, "header's destination",
                   endpoint(o["dst"], o["dport"]), vip)
            expect(problems, "header bytes", o["hdr_len"],
                   header_len(c, said, vip))
        if c["proto"] == "udp":
            expect(problems, "datagrams", o["dgrams_in"], datagrams(c))
    return logged[0] if logged else None


def judge_capture(problems, c, w, own, seen):
    """tp-inspect and tshark on both legs"""
    proto, mode = c["proto"], c["mode"]
    vip = (VIP[c["client"]], c["fport"])
    origin = (ORIGIN[c["origin"]], c["oport"])
    front = w.front[proto, *own, *vip]
    expect(problems, "flows on the client leg", len(front), 1)
    if front:
        expect(problems, "header on the client leg", front[0]["mode"], "none")
    if mode == "off":
        flows = w.bare[proto, *seen["from"], *origin] if seen else []
        expect(problems, "bare flows on the origin leg", len(flows), 1)
        expect(problems, "headers seen by tshark",
               len(w.tshark[proto, *own]), 0)
        return
    flows = w.back[proto, *own]
    expect(problems, "flows with this client's header", len(flows), 1)
    for f in flows[:1]:
        expect(problems, "tp-inspect's verdict", f["verdict"], "OK")
        expect(problems, "tp-inspect's mode", f["mode"], mode)
        expect(problems, "tp-inspect's via",
               endpoint(f["via"], f["vport"]), vip)
        expect(problems, "tp-inspect's header bytes", f["hdr_len"],
               header_len(c, own, vip))
        expect(problems, "tp-inspect's destination",
               endpoint(f["dst"], f["dport"]), origin)
        expect(problems, "headers counted by tp-inspect", f["hdr_count"],
               datagrams(c) if mode == "spp" else 1)
    if mode == "spp":
        n = datagrams(c)
        expect(problems, "SPP headers seen by tshark",
               dict(w.spp["udp", *own]), {("to", vip): n, ("back", vip): n})
        return
    t = w.tshark[proto, *own]
    expect(problems, "headers seen by tshark", len(t), 1)
    for h in t[:1]:
        expect(problems, "tshark's header destination", h["dst"], vip)
        expect(problems, "tshark's destination", h["to"], origin)
        if flows and not is_fragmented(c, own, vip):
            expect(problems, "tshark's frame", h["frame"], flows[0]["frame"])
        elif flows:
            # it is shown the first fragment; tp-inspect names the last
            behind = flows[0]["frame"] - h["frame"]
            expect(problems, "frames between the fragments are few",
                   1 <= behind <= 16, True)


def judge(c, w, folder):
    problems = []
    conns = judge_client(problems, c, folder)
    expect(problems, "sources", sorted(x["src"] for x in conns),
           sorted(sources(c)))
    for conn in conns:
        own = endpoint(conn["src"], conn["sport"])
        said = own
        if c["mode"] == "off":
            said = endpoint(conn["client"], conn["cport"])
        seen = judge_origin(problems, c, w, conn, said)
        judge_capture(problems, c, w, own, seen)
    return problems


def judge_all(folder):
    w = Witnesses(folder)
    failed = 0
    for c in plan_cases():
        try:
            problems = judge(c, w, folder)
        except (KeyError, OSError, ValueError) as e:
            problems = [f"{type(e).__name__}: {e}"]
        print(f"{'not ok' if problems else 'ok'} - {case_name(c)}")
        for p in problems:
            print(f"case {c['id']}: {case_name(c)}: {p}", file=sys.stderr)
        failed += bool(problems)
    without = w.spp.get("without")
    print(f"{'not ok' if without else 'ok'} - every datagram of an SPP "
          "session carries a header, both ways")
    return failed + bool(without)


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("plan", "judge"):
        sys.exit(__doc__)
    if sys.argv[1] == "plan":
        write_plan(sys.argv[2])
    else:
        sys.exit(1 if judge_all(sys.argv[2]) else 0)
