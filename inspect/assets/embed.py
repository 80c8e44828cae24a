#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Makes C arrays of text files, each with its hash as a content security policy
wants it.

usage: embed.py OUT.h FILE...

FILE "report.css" becomes asset_report_css[] and asset_report_css_sha256[].
"""
import base64
import hashlib
import pathlib
import sys


def main():
    out, *files = sys.argv[1:]
    lines = ["/* SPDX-License-Identifier: BSD-2-Clause */",
             "/* made by embed.py */"]
    for name in files:
        data = pathlib.Path(name).read_bytes()
        symbol = "asset_" + pathlib.Path(name).name.replace(".", "_")
        digest = base64.b64encode(hashlib.sha256(data).digest()).decode()
        lines.append(f"static const char {symbol}_sha256[] = \"{digest}\";")
        lines.append(f"static const char {symbol}[] = {{")
        for at in range(0, len(data), 16):
            part = data[at:at + 16]
            lines.append("\t" + " ".join(f"{byte}," for byte in part))
        lines.append("\t0,")
        lines.append("};")
    pathlib.Path(out).write_text("\n".join(lines) + "\n")


main()
