#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""The commands of a cookbook and what they print.

usage: cookbook.py check TP_INSPECT ROOT    what stands there is what comes
       cookbook.py update TP_INSPECT ROOT   write it anew

Commands are the lines that begin with "$ " in blocks marked "console" of
ROOT/docs/inspect.md; what follows up to the next one is what they print, on
either output. They run in an empty folder in which pcaps/ is ROOT's.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"(?ms)^```console\n(.*?)^```$")


def run(command, folder, program):
    env = dict(os.environ, TZ="UTC", LC_ALL="C", TERM="dumb",
               PATH=f"{folder}/bin:{os.environ['PATH']}")
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=env,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          timeout=60)
    # CSV ends lines with CR LF, a page does not
    said = done.stdout.decode().replace("\r\n", "\n")
    # tshark says this to root
    said = said.replace('Running as user "root" and group "root". '
                        'This could be dangerous.\n', "")
    return said if said.endswith("\n") or not said else said + "\n"


def block(text, folder, program):
    commands = re.findall(r"(?m)^\$ ((?:.*\\\n)*.*)$", text)
    return "".join(f"$ {c}\n{run(c, folder, program)}" for c in commands)


def main():
    what, program, root = sys.argv[1:]
    page = pathlib.Path(root) / "docs/inspect.md"
    old = page.read_text()
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(pathlib.Path(root).resolve() / "pcaps", f"{folder}/pcaps")
        os.mkdir(f"{folder}/bin")
        os.symlink(pathlib.Path(program).resolve(), f"{folder}/bin/tp-inspect")
        new = BLOCK.sub(lambda m: "```console\n" + block(
            m[1], folder, program) + "```", old)
    if len(BLOCK.findall(old)) < 10:
        sys.exit(f"{page}: fewer than ten recipes")
    if what == "update":
        page.write_text(new)
    elif new != old:
        for a, b in zip(BLOCK.findall(old), BLOCK.findall(new)):
            if a != b:
                print(f"{page} has\n{a}now comes\n{b}", file=sys.stderr)
        sys.exit(1)


main()
