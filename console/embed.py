#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Makes one C header of the console's files: bytes, content type and ETag.

usage: embed.py OUT.h FILE...
"""
import hashlib
import pathlib
import sys

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


def main():
    out, *names = sys.argv[1:]
    head = ["/* SPDX-License-Identifier: BSD-2-Clause */",
            "/* made by embed.py */"]
    rows = ["const struct console_file console_files[] = {"]
    for i, path in enumerate(map(pathlib.Path, names)):
        data = path.read_bytes()
        etag = hashlib.sha256(data).hexdigest()[:32]
        head.append(f"static const unsigned char file_{i}[] = {{")
        for at in range(0, len(data), 16):
            head.append("\t" + " ".join(f"{b}," for b in data[at:at + 16]))
        head.append("};")
        rows.append(f"\t{{ \"/console/{path.name}\", "
                    f"\"{TYPES[path.suffix]}\", "
                    f"\"\\\"{etag}\\\"\", file_{i}, sizeof(file_{i}) }},")
    rows.append("\t{ NULL, NULL, NULL, NULL, 0 },\n};")
    pathlib.Path(out).write_text("\n".join(head + rows) + "\n")


main()
