#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""table.py - docs/peers.md, made of what the tests of the peers found

table.py RESULTS...
    Prints the page. RESULTS: the files that peer.sh, t-toa-peers.sh and
    t-conform-proxy.sh leave in out/peers/.
table.py --check PAGE RESULTS...
    Does the page say what the results say? What was found in another version
    than the page's is said, and is no failure: exit status 0. What differs
    though the version is the same: 1.
"""
import argparse
import json
import re
import sys

HEAD = """\
# Peers

What programs that nobody here wrote do with a client's address: found by test,
in the versions of Debian 12, each with the least configuration that
`tests/peers/` gives it. Made by `tests/peers/table.py` out of the results of
`tests/e2e/all-peers-origins.sh`, `t-conform-proxy.sh` and `t-toa-peers.sh`; do
not edit. Timers are set to 5 s where there is one. `tp-conform origin` names
the cases; a deviation is one from the PROXY protocol's text (2026/04/27), and
may be on purpose.
"""

# what a row of the page is called, and how its cell is read
NOT_COMPARED = {  # they depend on how busy the machine is
    "serves beside 1,000 half headers", "cases"}


def load(paths):
    """name of a service -> what was found of it"""
    found = {}
    for path in paths:
        peer, names = {}, {}
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                o = json.loads(line)
                kind = o["type"]
                if kind == "peer":
                    peer = o
                elif kind in ("service", "toa", "proxy"):
                    title = o.get("title") or o["name"]
                    names[o.get("service")] = title
                    found.setdefault(title, {
                        "version": o.get("version") or peer["version"],
                        "package": o.get("package") or peer["package"],
                        "kind": kind, "proto": o.get("proto", "tcp"),
                        "through": [], "cases": {}, "summary": {},
                        "skip": o.get("skip", "").split(), "toa": o,
                    })
                elif kind == "through":
                    found[names[o["service"]]]["through"].append(o)
                elif kind == "case" and o.get("family", "IPv4") == "IPv4":
                    found[names[o.get("service")]]["cases"][o["id"]] = o
                elif kind == "summary" and o.get("family", "IPv4") == "IPv4":
                    found[names[o.get("service")]]["summary"] = o
    return found


def passed(peer, *ids):
    """True, False, or None if none of these was run"""
    told = [peer["cases"][i] for i in ids if i in peer["cases"] and
            peer["cases"][i]["status"] in ("pass", "fail", "info")]
    return all(c["failed"] == 0 for c in told) if told else None


def word(value, yes="yes", no="no"):
    return "-" if value is None else yes if value else no


def learned(peer, family):
    told = [t["learned"] for t in peer["through"] if t["client"] == family]
    return word(all(told) if told else None)


def patience(peer):
    case = peer["cases"].get("trust/no-header/patience")
    if not case or case["status"] == "skip":
        return "-"
    return "no" if case["got"].startswith("silent") else "yes"


def size_limit(peer):
    fact = peer["summary"].get("facts", {}).get("v2 size limit", "-")
    match = re.match(r"takes less than (\d+)", fact)
    return f"< {match[1]} B" if match else fact.split(" (")[0]


def behaves_like(peer):
    fact = peer["summary"].get("facts", {}).get("behaves like", "-")
    return fact.split(" (")[0].split(";")[0]


def cases(peer):
    s = peer["summary"]
    return f"{s['passed']} / {s['failed']} / {s['warned']}" if s else "-"


def either(*ids):
    return lambda peer: word(passed(peer, *ids))


TCP_ROWS = [
    ("learns IPv4 clients through tp-proxy", lambda p: learned(p, "IPv4")),
    ("learns IPv6 clients through tp-proxy", lambda p: learned(p, "IPv6")),
    ("v1 TCP4", either("ppv1/valid/tcp4")),
    ("v1 TCP6", either("ppv1/valid/tcp6")),
    ("v1 UNKNOWN", either("ppv1/unknown/short")),
    ("v1 lines by the grammar only",
     lambda p: word(not [i for i, c in p["cases"].items() if re.match(
         r"ppv1/(addr4|addr6|port|line|family)/", i) and
         c["status"] == "fail"] if "ppv1/valid/tcp4" in p["cases"]
         else None)),
    ("v2 TCP4", either("ppv2/valid/tcp4")),
    ("v2 TCP6", either("ppv2/valid/tcp6")),
    ("v2 LOCAL", either("ppv2/local/empty")),
    ("v2 LOCAL with addresses to skip",
     either("ppv2/local/addresses4", "ppv2/local/addresses6")),
    ("v2 unknown commands refused", either("ppv2/command/unknown")),
    ("v2 unknown families refused", either("ppv2/family/unknown")),
    ("v2 blocks too short refused", either("ppv2/length/short4")),
    ("CRC32C checked", either("ppv2/crc/bad")),
    ("TLVs checked for their length", either("ppv2/tlv/overrun")),
    ("header required", either("trust/no-header/probe")),
    ("silent until the header", either("trust/no-header/silent")),
    ("strangers' headers not believed",
     either("trust/untrusted/v1", "trust/untrusted/v2")),
    ("headers in two segments",
     either("ppv1/arrival/split-anywhere", "ppv2/arrival/split-anywhere")),
    ("silent clients ended", patience),
    ("serves beside 1,000 half headers",
     either("ppv1/life/half-open-1000", "ppv2/life/half-open-1000")),
    ("v2 headers of what size", size_limit),
    ("behaves like", behaves_like),
    ("cases passed / MUST failed / SHOULD failed", cases),
]

UDP_ROWS = [
    ("learns IPv4 clients through tp-proxy", lambda p: learned(p, "IPv4")),
    ("learns IPv6 clients through tp-proxy", lambda p: learned(p, "IPv6")),
    ("v2 UDP4", either("udp/valid/v4")),
    ("v2 UDP6", either("udp/valid/v6")),
    ("LOCAL", either("udp/valid/local")),
    ("LOCAL with addresses to skip", either("udp/valid/local-addresses")),
    ("header wanted on every datagram", lambda p: word(
        not passed(p, "udp/flow/bare-second"))),
    ("bare datagrams refused", either("udp/flow/lost-first-refused")),
    ("blocks too short refused", either("udp/bad/short-block")),
    ("CRC32C checked", either("udp/bad/crc")),
    ("cases passed / MUST failed / SHOULD failed", cases),
]


def got(*ids):
    def read(peer):
        for i in ids:
            if i in peer["cases"]:
                return peer["cases"][i]["got"]
        return "-"
    return read


def sent(*names):
    """a case of each version, whichever the proxy sends"""
    return either(*(f"{v}/{n}" for n in names
                    for v in ("ppv1", "ppv2", "udp")))


PROXY_ROWS = [
    ("sends", got("ppv1/sent/header", "ppv2/sent/header",
                  "udp/sent/header")),
    ("where", got("sent/where", "udp/sent/every")),
    ("names IPv4 clients, with their port",
     sent("sent/client-addr", "sent/client-port")),
    ("names IPv6 clients, with their port",
     sent("sent/client-addr-also", "sent/client-port-also")),
    ("names what the client dialled",
     sent("sent/destination", "sent/destination-also")),
    ("addresses of the client's family",
     sent("sent/family", "sent/family-also")),
    ("CRC32C", lambda p: {
        "it matches": "right", "no CRC32C is sent": "none"}.get(
            got("ppv2/sent/crc")(p), got("ppv2/sent/crc")(p))),
    ("header in one segment", sent("sent/one-segment")),
    ("header before a client that says nothing",
     lambda p: word("comes alone" in got(
         "ppv1/sent/alone", "ppv2/sent/alone")(p)
         if got("ppv1/sent/alone", "ppv2/sent/alone")(p) != "-" else None)),
    ("50 clients at once not mixed up", sent("sent/concurrent")),
    ("headers that clients forge stay payload",
     sent("sent/forged-v1", "sent/forged-v2")),
    ("half-closed connections go on",
     either("life/relay/after-client-end", "life/relay/after-origin-end")),
    ("a client's RST arrives as one", either("life/relay/client-reset")),
    ("an origin's RST arrives as one", either("life/relay/origin-reset")),
    ("cases passed / MUST failed / SHOULD failed", cases),
]


def table(peers, rows):
    names = list(peers)
    yield "| | " + " | ".join(names) + " |"
    yield "|" + "---|" * (len(names) + 1)
    yield "| version | " + " | ".join(
        p["version"] for p in peers.values()) + " |"
    for title, read in rows:
        cells = [read(p) for p in peers.values()]
        if set(cells) != {"-"}:
            yield f"| {title} | " + " | ".join(cells) + " |"


def findings(peer):
    """lines on what failed, the gravest first, each case once"""
    failed = {i: c for i, c in peer["cases"].items()
              if c["status"] == "fail" and "/life/" not in i and
              not any(re.search(s, i) for s in peer["skip"])}
    for finding in peer["summary"].get("findings", []):
        ids = [i for i in finding["cases"].split() if i in failed]
        if not ids:
            continue
        areas = {i.rpartition("/")[0] for i in ids}
        if finding["cases"].endswith("..."):
            ids += [i for i in failed if i not in ids and
                    i.rpartition("/")[0] in areas]
        text = re.sub(r" after \d+ ms|:\d{4,5}$", "", finding["text"])
        shown = ", ".join(f"`{i}`" + (
            " (SHOULD)" if failed[i]["level"] == "SHOULD" else "")
            for i in sorted(ids))
        for i in ids:
            del failed[i]
        yield f"- {finding['severity']}: {text}: {shown}"
    for i, case in sorted(failed.items()):
        text = re.sub(r" after \d+ ms", "", case["got"])
        yield f"- {case['severity']}: {case['title']}: {text}: `{i}`"


def toa_table(peers):
    yield "| peer | version | IPv4 | IPv6 | client shown by | cases passed |"
    yield "|---|---|---|---|---|---|"
    for name, peer in peers.items():
        o = peer["toa"]
        yield (f"| {name} | {peer['version']} | yes | yes | {o['shown']} | "
               f"{o['passed']} of {o['passed'] + o['failed']} |")


def page(found):
    def of(kind, proto=None):
        return {n: p for n, p in found.items() if p["kind"] == kind and
                (proto is None or p["proto"] == proto)}

    yield HEAD
    sections = [
        ("Origins over TCP", of("service", "tcp"), TCP_ROWS),
        ("Origins over UDP", of("service", "udp"), UDP_ROWS),
        ("Proxies", of("proxy"), PROXY_ROWS),
    ]
    for title, peers, rows in sections:
        if peers:
            yield f"## {title}\n"
            yield from table(peers, rows)
            yield ""
    if of("toa"):
        yield "## Origins behind TOA\n"
        yield "Unmodified, with `tp-toa load`; IPv4 and IPv6 clients come"
        yield "through tp-proxy, `tp-conform origin --mode toa` judges.\n"
        yield from toa_table(of("toa"))
        yield ""
    yield "## Deviations\n"
    yield "By severity, with the cases that show them.\n"
    for name, peer in found.items():
        if peer["kind"] == "toa":
            continue
        lines = list(findings(peer))
        yield f"### {name} ({peer['package']} {peer['version']})\n"
        yield "\n".join(lines or ["None."])
        yield ""


def facts_of(text):
    """(peer, row) -> cell, and peer -> version, of a page"""
    cells, versions, section, header = {}, {}, "", []
    for line in text.splitlines():
        if line.startswith("#"):
            section, header = line.lstrip("# "), []
            match = re.match(r"### (.*) \((\S+) (\S+)\)$", line)
            if match:
                section = match[1]
                versions[section] = match[3]
        elif line.startswith("- "):
            what, _, ids = line.rpartition(": ")
            for i in ids.split(", "):
                cells[section, i] = what
        elif line.startswith("| "):
            row = [c.strip() for c in line.strip("|").split("|")]
            if section == "Origins behind TOA":
                if row[0] != "peer":
                    cells[row[0], "TOA"] = " ".join(row[2:])
                    versions[row[0]] = row[1]
            elif not header:
                header = row[1:]
            else:
                for name, cell in zip(header, row[1:]):
                    if row[0] == "version":
                        versions[name] = cell
                    elif not row[0].startswith(tuple(NOT_COMPARED)):
                        cells[name, row[0]] = cell
    return cells, versions


def check(path, found):
    with open(path, encoding="utf-8") as file:
        old, old_versions = facts_of(file.read())
    new, versions = facts_of("\n".join(page(found)))
    bad = 0
    for name in sorted(versions):
        if name not in old_versions:
            print(f"{path}: nothing on {name}")
            bad += 1
        elif old_versions[name] != versions[name]:
            print(f"{path}: {name} {old_versions[name]}, found "
                  f"{versions[name]}: not compared")
        else:
            for key in sorted({k for k in [*old, *new] if k[0] == name}):
                if old.get(key, "-") != new.get(key, "-"):
                    print(f"{path}: {name}: {key[1]}: says "
                          f"{old.get(key)!r}, found {new.get(key)!r}")
                    bad += 1
    return bad


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", metavar="PAGE")
    parser.add_argument("results", nargs="+")
    args = parser.parse_args()
    found = load(sorted(args.results))
    if args.check:
        sys.exit(1 if check(args.check, found) else 0)
    sys.stdout.write("\n".join(page(found)).rstrip("\n") + "\n")


if __name__ == "__main__":
    main()
