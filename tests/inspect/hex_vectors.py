#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""tp-inspect --hex says of every vector what the vector says of itself.

usage: hex_vectors.py TP_INSPECT
"""
import json
import pathlib
import re
import subprocess
import sys

HEADER = pathlib.Path(__file__).resolve().parent.parent / \
    "vectors/proxy_protocol.h"
VERDICT = {"WIRE_OK": "accept", "WIRE_SHORT": "need_more",
           "WIRE_BAD": "reject"}
# SPP is not the PROXY protocol, so its vector is a reject for a reader of the
# latter; --hex knows both unless it is told otherwise.
SPP = "udp-spp-magic"
failed = 0


def complain(what):
    global failed
    failed += 1
    print(what, file=sys.stderr)


def field_value(text):
    literals = re.findall(r'"((?:[^"\\]|\\.)*)"', text)
    if literals:
        return "".join(literals).replace('\\"', '"')
    return text.strip()


def vectors():
    """the entries of pp_vectors[] as dictionaries"""
    text = re.sub(r"(?m)^\t/\*.*\*/$", "", HEADER.read_text())
    out = []
    for block in re.split(r"\{ \.id = ", text)[1:]:
        block = ".id = " + block[:block.rindex("}")]
        entry = {}
        for part in re.split(r'(?:^|,\s+)(?=\.\w+ =\s)', block):
            m = re.match(r"\.(\w+) =\s+(.*)", part, re.S)
            if m:
                entry[m.group(1)] = field_value(m.group(2))
        out.append(entry)
    return out


def expand(text):
    return re.sub(r"\s", "", re.sub(
        r"([0-9a-f]{2})\*(\d+)", lambda m: m.group(1) * int(m.group(2)), text))


def number(vec, key):
    return int(vec.get(key, "0"))


def tlvs_wanted(vec):
    """(type, hex or None) of the top-level TLVs that the vector writes out"""
    text = re.sub(r"\{.*?\}", "", re.sub(r"\{[^{}]*\}", "",
                                         vec.get("tlvs", "")))
    out = []
    for word in text.split():
        kind, value = word.split("=", 1)
        out.append((f"0x{kind}", None if ".." in value else value))
    return out


def check_accept(vec, said):
    name = vec["id"]
    want = {"version": number(vec, "version"),
            "cmd": vec["cmd"].replace("PP_CMD_", ""),
            "family": vec["family"], "hdr_len": number(vec, "hdr_len")}
    if "src" in vec:
        want["src"] = vec["src"]
        want["dst"] = vec["dst"]
    if "src" in vec and vec["family"].startswith("inet"):
        want["sport"] = number(vec, "sport")
        want["dport"] = number(vec, "dport")
    for key in ("src", "sport", "dst", "dport"):
        if key not in want and key in said:
            complain(f"{name}: {key} is {said[key]!r}, not absent")
    if vec.get("proto", "unspec") != "unspec":
        want["protocol"] = vec["proto"]
    for key, value in want.items():
        if said.get(key) != value:
            complain(f"{name}: {key} is {said.get(key)!r}, not {value!r}")
    if len(said["tlvs"]) != number(vec, "tlv_count"):
        complain(f"{name}: {len(said['tlvs'])} TLVs, "
                 f"not {number(vec, 'tlv_count')}")
    for (kind, value), tlv in zip(tlvs_wanted(vec), said["tlvs"]):
        if tlv["type"] != kind or value not in (None, tlv["hex"]):
            complain(f"{name}: TLV {kind}={value} is {tlv}")
    has_crc = any(t["type"] == "0x03" for t in said["tlvs"])
    if said["crc32c"] != ("ok" if has_crc else "absent"):
        complain(f"{name}: crc32c is {said['crc32c']}")


def check(vec, said):
    verdict = VERDICT[vec["want"]]
    if said["verdict"] != verdict:
        complain(f"{vec['id']}: {said['verdict']}, not {verdict}")
    elif verdict == "accept":
        check_accept(vec, said)
    elif verdict == "reject":
        if said["anomaly"] != vec["anomaly"]:
            complain(f"{vec['id']}: {said['anomaly']}, not {vec['anomaly']}")
        if said["offset"] > len(expand(vec["hex"])) // 2:
            complain(f"{vec['id']}: offset {said['offset']} is outside")
        is_crc = vec["anomaly"] == "tlv.crc_mismatch"
        if (said.get("crc32c") == "bad") != is_crc:
            complain(f"{vec['id']}: crc32c is {said.get('crc32c')}")


def run(program, args, text):
    p = subprocess.run([program, "--hex", *args], input=text, text=True,
                       capture_output=True, timeout=60)
    return [json.loads(line) for line in p.stdout.splitlines()], p


def check_vectors(program):
    seen = 0
    for args, group in (
            (["tcp"], [v for v in vectors() if "is_dgram" not in v]),
            (["udp"], [v for v in vectors()
                       if "is_dgram" in v and v["id"] != SPP]),
            (["udp", "--mode", "ppv2"],
             [v for v in vectors() if v["id"] == SPP])):
        said, p = run(program, args,
                      "".join(expand(v["hex"]) + "\n" for v in group))
        if p.returncode != 0 or p.stderr or len(said) != len(group):
            complain(f"{args}: exit {p.returncode}, {len(said)} lines for "
                     f"{len(group)}: {p.stderr}")
        for vec, line in zip(group, said):
            check(vec, line)
            seen += 1
    if seen != 337:
        complain(f"{seen} vectors were judged, not 337")


def check_spp(program):
    said, _ = run(program, ["udp"], expand(
        next(v["hex"] for v in vectors() if v["id"] == SPP)) + "\n" +
        "56ec" + "20010db8" + "00" * 12 + "00" * 16 + "00010002" + "\n" +
        "56ec00\n")
    want = {"verdict": "accept", "version": 0, "cmd": "PROXY",
            "family": "inet", "protocol": "dgram", "src": "192.0.2.1",
            "sport": 50000, "dst": "198.51.100.1", "dport": 53, "hdr_len": 38,
            "crc32c": "absent", "tlvs": []}
    if {k: v for k, v in said[0].items() if k != "v"} != want:
        complain(f"SPP: {said[0]}")
    if said[1]["family"] != "inet6" or said[1]["src"] != "2001:db8::":
        complain(f"SPP over IPv6: {said[1]}")
    if said[2]["verdict"] != "reject" or said[2]["anomaly"] != "spp.short":
        complain(f"short SPP: {said[2]}")


def check_lines(program):
    """what is no hex ends the run with the line's number, and nothing more"""
    for text, line, lines_said in (
            ("00\nzz\n00\n", 2, 1), ("00\n000\n", 2, 1), ("0 0\n", 1, 0),
            ("50\n" + "50" * 131073 + "\n", 2, 1),
            ("50" * 140000 + "\n", 1, 0)):
        said, p = run(program, ["tcp"], text)
        if p.returncode != 2 or f"line {line}:" not in p.stderr or \
                len(said) != lines_said:
            complain(f"{text[:20]!r}: exit {p.returncode}, {p.stderr!r}, "
                     f"{len(said)} lines")
    for text, verdicts in (
            ("\n", ["need_more"]), ("50\r\n50", ["need_more"] * 2),
            ("PROXY\n".encode().hex().upper(), ["reject"]), ("", [])):
        said, p = run(program, ["tcp"], text)
        if p.returncode != 0 or [s["verdict"] for s in said] != verdicts:
            complain(f"{text!r}: exit {p.returncode}, {said}")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    check_vectors(sys.argv[1])
    check_spp(sys.argv[1])
    check_lines(sys.argv[1])
    sys.exit(1 if failed else 0)


main()
