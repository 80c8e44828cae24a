#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Each member of tp-inspect's JSON Lines is in docs/inspect-json.md, with its
type; and each that is there comes up in the captures, but for those that are
called rare.

usage: schema.py TP_INSPECT PCAPS INSPECT_JSON_MD
"""
import json
import pathlib
import re
import subprocess
import sys

TYPES = {str: "string", int: "number", float: "number", list: "array",
         dict: "object"}


def documented(path):
    """{(type of line, member): type of value}, and the rare ones"""
    found, rare, kind = {}, set(), None
    for line in path.read_text().splitlines():
        if line.startswith("## "):
            kind = line[3:].strip()
        if not line.startswith("| `"):
            continue
        names, types, meaning = (c.strip() for c in line.split("|", 3)[1:])
        members = re.findall(r"`([^`]+)`", names)
        types = [t.strip() for t in types.split(",")]
        if len(types) == 1:
            types *= len(members)
        if len(types) != len(members):
            sys.exit(f"{path}: {line}: members and types differ in number")
        for member, value in zip(members, types):
            found[kind, member] = value
            if "(rare)" in meaning:
                rare.add((kind, member))
    return found, rare


def walk(value, prefix, docs, kind):
    """(member, type) of all that is in a line"""
    if isinstance(value, list):
        for element in value:
            yield from walk(element, prefix + "[]", docs, kind)
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        member = f"{prefix}.{key}" if prefix else key
        any_key = f"{prefix}.*"
        if (kind, member) not in docs and (kind, any_key) in docs:
            member = any_key
        yield member, TYPES[type(inner)]
        yield from walk(inner, member, docs, kind)


def lines(program, pcaps):
    files = sorted(pcaps.glob("*/input.*"))
    if len(files) < 40:
        sys.exit(f"{pcaps}: no captures")
    for path in files:
        ways = [["-r", path], ["-r", path, "--summary"]]
        if (path.parent / "expect-join.jsonl").exists():
            ways.append(["--join", f"both={path}"])
        for way in ways:
            run = subprocess.run([program, "-q", "-J", *way],
                                 capture_output=True, text=True, timeout=60)
            for line in run.stdout.splitlines():
                yield path, line


def main():
    program, pcaps, doc = sys.argv[1:]
    docs, rare = documented(pathlib.Path(doc))
    seen, failed = set(), False
    for path, line in lines(program, pathlib.Path(pcaps)):
        got = json.loads(line)
        if not line.startswith('{"v":1,"type":"'):
            sys.exit(f"{path}: a line begins otherwise: {line}")
        for member, value in walk(got, "", docs, got["type"]):
            key = got["type"], member
            if key in seen:
                continue
            seen.add(key)
            if docs.get(key) != value:
                print(f"{path}: {got['type']} has {member}, a {value}; "
                      f"documented is {docs.get(key)}", file=sys.stderr)
                failed = True
    for key in sorted(set(docs) - seen - rare):
        print(f"{key[0]}: {key[1]} is documented and never comes",
              file=sys.stderr)
        failed = True
    sys.exit(failed)


main()
