#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Turns the PROXY protocol vectors (JSON) into proxy_protocol.h.

usage: gen.py VECTORS.json > proxy_protocol.h

Only facts are carried over: the bytes, the verdict of the strict reading, its
reason and the decoded fields. Nothing here comes from this project's encoders.
"""
import json
import re
import sys

# The decoder answers at the first byte that no legal header can have there,
# the list names what a reader of the whole line would say. Same verdict, an
# earlier reason.
EARLIER = {
    # the LF stands before the CR LF of the request that follows
    "v1-lf-then-http": "v1.lone_lf",
    # the first letter decides, the missing fields come after it
    "v1-garbage-addr": "v1.addr4",
    # two spaces: whether a field is empty or a space too many is one question
    "v1-empty-sport": "v1.fields",
    # what stands before byte 107 is wrong already
    "v1-108-tcp6-mailgun": "v1.port",
    "v1-long-libpp": "v1.fields",
    "v1-netty-too-long": "v1.port",
    "v1-envoy-256sp": "v1.fields",
}
FAMILY = {"inet": "INET", "inet6": "INET6", "unix": "UNIX"}
STATUS = {"accept": "WIRE_OK", "need_more": "WIRE_SHORT", "reject": "WIRE_BAD"}
LITERAL_MAX = 4000


def squeeze(hexstr):
    """Hex, with a byte repeated more than 40 times written as " XX*N "."""
    out = ""
    for m in re.finditer(r"((?:..))\1*", hexstr):
        n = len(m.group(0)) // 2
        out += f" {m.group(1)}*{n} " if n > 40 else m.group(0)
    return out.strip()


def literal(text):
    """A C string literal over as many lines as it takes."""
    if len(text) <= 60:
        return f' "{text}"'
    parts = [text[i:i + 60] for i in range(0, len(text), 60)]
    return "\n\t\t" + "\n\t\t".join(f'"{p}"' for p in parts)


def tlv_text(tlv):
    value = tlv["hex"]
    m = re.fullmatch(r"([0-9a-f]{32})\.\.\.\((\d+) bytes\)", value)
    if m:
        value = f"{m.group(1)}..{m.group(2)}"
    out = f'{tlv["type"][2:]}={value}'
    if "client" in tlv:
        subs = " ".join(tlv_text(s) for s in tlv["sub"])
        out += f'{{{tlv["client"]:02x} {tlv["verify"]:08x} {subs}}}'
    return out


def tlv_fields(tlvs):
    count = len(tlvs)
    if tlvs and "truncated" in tlvs[-1]:
        count = tlvs[-1]["truncated"]
        tlvs = tlvs[:-1]
    return count, " ".join(tlv_text(t) for t in tlvs)


def anomaly(vec):
    if vec["strict"] != "reject":
        return "none"
    early = EARLIER.get(vec["id"])
    return early if early else vec["reason"]


def remark(vec):
    """The line of a version 1 header, for the reader of the hex digits."""
    raw = bytes.fromhex(vec["hex"])
    if not raw.startswith(b"PROX") or len(raw) > 120:
        return ""
    text = repr(raw)[2:-1]
    return f"\t/* {text} */\n" if "*/" not in text else ""


def wrap(fields):
    """An initialiser of the fields, filled to 78 columns."""
    lines, line = [], "\t{ "
    for field in fields:
        if len(line.expandtabs(8)) + len(field) > 77 and line.strip() != "{":
            lines.append(line.rstrip())
            line = "\t  "
        line += field + ", "
    lines.append(line[:-2] + " },")
    return "\n".join(lines)


def vector(vec):
    f = [f'.id = "{vec["id"]}"']
    if vec["transport"] == "udp":
        f.append(".is_dgram = true")
    f.append(f'.want = {STATUS[vec["strict"]]}')
    f.append(f'.anomaly = "{anomaly(vec)}"')
    if vec["strict"] == "accept":
        f.append(f'.version = {vec["version"]}')
        f.append(f'.cmd = PP_CMD_{vec["cmd"]}')
        f.append(f'.family = "{vec["family"]}"')
        proto = vec.get("protocol")
        if vec["version"] == 1 and vec["cmd"] == "PROXY":
            proto = "stream"
        f.append(f'.proto = "{proto or "unspec"}"')
        for end in "src", "dst":
            if vec[end] is not None:
                f.append(f'.{end} = {json.dumps(vec[end])}')
            if vec[end[0] + "port"] is not None:
                f.append(f'.{end[0]}port = {vec[end[0] + "port"]}')
        f.append(f'.hdr_len = {vec["hdr_len"]}')
        count, text = tlv_fields(vec["tlvs"])
        if count:
            f.append(f".tlv_count = {count}")
            f.append(f".tlvs ={literal(text)}")
    text = squeeze(vec["hex"])
    assert len(text) < LITERAL_MAX, vec["id"]
    f.append(f".hex ={literal(text)}")
    return remark(vec) + wrap(f)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        vectors = json.load(file)
    print("/* SPDX-License-Identifier: BSD-2-Clause */")
    print("/* proxy_protocol.h - made by gen.py, do not edit: PROXY headers, "
          "legal and not\n */")
    print("#ifndef TESTS_VECTORS_PROXY_PROTOCOL_H")
    print("#define TESTS_VECTORS_PROXY_PROTOCOL_H\n")
    print('#include "tests/vectors/pp_vector.h"\n')
    print("/* clang-format off */")
    print("static const struct pp_vector pp_vectors[] = {")
    for vec in vectors:
        print(vector(vec))
    print("};")
    print("/* clang-format on */\n")
    print("#endif")


if __name__ == "__main__":
    main()
