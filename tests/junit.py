#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""junit.py - ctest's JUnit file as "ok - NAME" lines, or its failures' output

usage: junit.py [--failures] FILE
"""
import sys
import xml.etree.ElementTree as ET

LINES_SHOWN = 40


def verdict(case):
    if case.find("failure") is not None or case.get("status") == "fail":
        return "fail"
    skipped = case.find("skipped")
    if skipped is None:
        return "pass"
    # SKIP_RETURN_CODE is a skip; a program that is not there is a failure
    message = skipped.get("message", "")
    return "skip" if "SKIP" in message.upper() else "fail"


def main(argv):
    cases = ET.parse(argv[-1]).getroot().findall("testcase")
    for case in cases:
        name = case.get("name")
        what = verdict(case)
        if "--failures" in argv:
            if what != "fail":
                continue
            out = case.findtext("system-out", "").splitlines()
            print(f"---- {name}")
            print("\n".join(out[-LINES_SHOWN:]))
        elif what == "skip":
            print(f"ok - {name} # SKIP")
        else:
            print(f"{'ok' if what == 'pass' else 'not ok'} - {name}")
    return 0 if cases else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv))
