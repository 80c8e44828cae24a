#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Makes docs/conformance.md of what `tp-conform run -J` prints.

usage: tp-conform run -J | gen_conformance.py > docs/conformance.md

One row a requirement: its id, level, clause, the cases that show it, and how
they ended on our own proxy and origin. A requirement that nothing was run for
is never called held.
"""
import collections
import json
import sys

HEAD = """# Conformance

Made by `tests/conform/gen_conformance.py` from a run of `tp-conform run`
against this project's own tp-proxy, tp-origin and tp-client; do not edit.

G, R, V and T are the requirements of haproxy's `proxy-protocol.txt`, revision
2026/04/27, `seed/N` the statements of the product's document, `log/N` what it
says of access logs.
[vectors.md](vectors.md) tells how our decoders read each of the former, and
which side they take where readers disagree.

State: **held** - all of its cases passed; **told** - the text leaves the
choice, the case says which; **not run** - and why. Cases are named by area,
with their number; `tp-conform run --dryrun ID` lists them.

| id | level | requirement | cases | our proxy and origin |
|---|---|---|---|---|
"""
TAIL = """
{held} held, {told} told, {other} not run; {cases} cases.
"""


def areas(ids):
    """'ppv1/addr4 (13), ppv1/line (24)' of the ids."""
    count = collections.Counter(i.rsplit("/", 1)[0] for i in ids)
    return ", ".join(f"{area} ({n})" for area, n in sorted(count.items()))


def cell(text):
    return text.replace("|", "\\|")


def main():
    states = collections.Counter()
    cases = 0
    rows = []
    for line in sys.stdin:
        item = json.loads(line)
        if item.get("type") == "case":
            cases += 1
        if item.get("type") != "requirement":
            continue
        ids = item["cases"].split()
        state = item["state"]
        if state in ("held", "told"):
            assert ids, f"{item['id']} is {state} and has no case"
        states[state] += 1
        shown = f"**{state}**"
        if item["why"]:
            shown += ": " + cell(item["why"])
        rows.append(f"| {item['id']} | {item['level']} | "
                    f"{cell(item['clause'])} | {areas(ids) or '-'} | "
                    f"{shown} |")
    other = sum(states.values()) - states["held"] - states["told"]
    sys.stdout.write(HEAD + "\n".join(rows) + "\n" + TAIL.format(
        held=states["held"], told=states["told"], other=other, cases=cases))


if __name__ == "__main__":
    main()
