# SPDX-License-Identifier: BSD-2-Clause
"""vectors.py - reads tests/vectors/proxy_protocol.h, the decoders' vectors"""
import os
import re

PATH = os.path.join(os.path.dirname(__file__), "..", "vectors",
                    "proxy_protocol.h")
ENTRY = re.compile(r"\{ \.id = (.*?) \},\n", re.S)
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')


def text(entry, key):
    m = re.search(rf"\.{key} =\s*((?:\"(?:[^\"\\]|\\.)*\"\s*)+)", entry)
    return "".join(STRING.findall(m[1])) if m else None


def number(entry, key):
    m = re.search(rf"\.{key} = (\d+)", entry)
    return int(m[1]) if m else 0


def unhex(s):
    """hex digits; " XX*N " is byte XX, N times"""
    s = re.sub(r" *([0-9a-f]{2})\*(\d+) *",
               lambda m: m[1] * int(m[2]), s)
    return bytes.fromhex(s)


def load():
    with open(PATH) as f:
        source = f.read()
    out = []
    for m in ENTRY.finditer(source):
        e = ".id = " + m[1]
        out.append({
            "id": text(e, "id"),
            "is_dgram": ".is_dgram = true" in e,
            "want": re.search(r"\.want = WIRE_(\w+)", e)[1],
            "anomaly": text(e, "anomaly"),
            "version": number(e, "version"),
            "cmd": re.search(r"\.cmd = PP_CMD_(\w+)", e)[1]
            if ".cmd = " in e else None,
            "family": text(e, "family"),
            "src": text(e, "src"), "sport": number(e, "sport"),
            "dst": text(e, "dst"), "dport": number(e, "dport"),
            "hdr_len": number(e, "hdr_len"),
            "bytes": unhex(text(e, "hex")),
        })
    if len(out) != source.count(".id = "):
        raise ValueError("proxy_protocol.h: entries were missed")
    return out
