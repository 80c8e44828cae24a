#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Makes conform/like_table.h: headers on which implementations differ, and what
each was seen to do with them.

usage: gen_like.py VECTORS.json > conform/like_table.h

Of the vectors that most implementations were run with, those are taken that
tell the closest pairs apart, until there are enough of them.
"""
import itertools
import json
import sys

IMPLEMENTATIONS = [
    ("nginx", "nginx"),
    ("haproxy", "HAProxy 3.5-dev"),
    ("haproxy26", "HAProxy 2.6"),
    ("apache", "Apache mod_remoteip"),
    ("varnish", "Varnish"),
    ("squid", "Squid"),
    ("lighttpd", "lighttpd"),
    ("netty", "Netty (Java)"),
    ("twisted", "Twisted (Python)"),
    ("pires", "pires/go-proxyproto (Go)"),
    ("mmproxy", "go-mmproxy"),
    ("libproxyprotocol", "libproxyprotocol (C)"),
    ("icgood", "icgood/proxy-protocol (Python)"),
    ("mastercactapus", "mastercactapus/proxyprotocol (Go)"),
    ("armon", "armon/go-proxyproto (Go)"),
]
WANTED = 48
SEEN_MIN = 12
BYTES_MAX = 260
VERDICT = {"accept": "1", "reject": "0", "need_more": "0"}


def signature(vector):
    seen = vector.get("observed", {})
    return "".join(VERDICT.get(seen.get(name), "?")
                   for name, _ in IMPLEMENTATIONS)


def candidates(vectors):
    for v in vectors:
        s = signature(v)
        if (v["transport"] == "tcp" and v["expect"] != "need_more"
                and len(v["hex"]) // 2 <= BYTES_MAX
                and len(s) - s.count("?") >= SEEN_MIN
                and "0" in s and "1" in s):
            yield v


def choose(vectors):
    """Greedy: the vector that adds most to the pairs told apart least."""
    pool = list(candidates(vectors))
    pairs = list(itertools.combinations(range(len(IMPLEMENTATIONS)), 2))
    apart = dict.fromkeys(pairs, 0)
    chosen = []

    def differs(s, a, b):
        return "?" not in (s[a], s[b]) and s[a] != s[b]

    while pool and len(chosen) < WANTED:
        best = max(pool, key=lambda v: sum(
            1 / (1 + apart[p]) ** 2 for p in pairs
            if differs(signature(v), *p)))
        pool.remove(best)
        chosen.append(best)
        for p in pairs:
            apart[p] += differs(signature(best), *p)
    return chosen


def header_bytes(vector):
    """What comes before the payload, if the vector has some."""
    if vector["expect"] == "accept" and vector.get("hdr_len"):
        return vector["hex"][:2 * vector["hdr_len"]]
    return vector["hex"]


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        vectors = json.load(f)
    out = ["/* SPDX-License-Identifier: BSD-2-Clause */",
           "/* like_table.h - made by tests/conform/gen_like.py, do not edit:",
           " * headers on which implementations differ, and what each did",
           " */",
           "#ifndef CONFORM_LIKE_TABLE_H",
           "#define CONFORM_LIKE_TABLE_H",
           "",
           f"#define LIKE_NAMES {len(IMPLEMENTATIONS)}",
           "",
           "/* clang-format off */",
           "static const char *const like_names[LIKE_NAMES] = {"]
    out += [f'\t"{label}",' for _, label in IMPLEMENTATIONS]
    out += ["};",
            "",
            "/* @seen: a character for each name: 1 served, 0 refused, ? not "
            "known */",
            "static const struct like_vector {",
            "\tconst char *id;",
            "\tint version;",
            "\tconst char *seen;",
            "\tconst char *hex;",
            "} like_vectors[] = {"]
    for v in choose(vectors):
        version = 2 if v["id"].startswith("v2") else 1
        out.append(f'\t{{ "{v["id"]}", {version}, "{signature(v)}",')
        text = header_bytes(v)
        parts = [text[i:i + 60] for i in range(0, len(text), 60)]
        out += [f'\t  "{p}"' for p in parts[:-1]]
        out.append(f'\t  "{parts[-1]}" }},')
    out += ["};", "/* clang-format on */", "", "#endif"]
    print("\n".join(out))


if __name__ == "__main__":
    main()
