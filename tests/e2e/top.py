#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Runs a program on a terminal of its own and looks at its screen.

usage: top.py PATTERN COMMAND...

Waits until the screen, 80 by 24, matches PATTERN; makes the terminal 50 by 12
and waits for a screen that fits; sends SIGINT. Prints the first screen. Leaves
with the program's status, or 70 if a screen does not come.
"""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time


def fail(what):
    print(f"top.py: {what}", file=sys.stderr)
    sys.exit(70)


def resize(fd, columns, rows):
    fcntl.ioctl(fd, termios.TIOCSWINSZ,
                struct.pack("HHHH", rows, columns, 0, 0))


def screens(fd):
    """each screen as it is drawn: from its home position to its end"""
    text, screen = "", []
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if not select.select([fd], [], [], 0.2)[0]:
            continue
        try:
            text += os.read(fd, 65536).decode(errors="replace")
        except OSError:
            break
        while (at := text.find("\x1b[J")) >= 0:
            screen = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "",
                            text[:at]).replace("\r", "").split("\n")
            yield screen
            text = text[at + 3:]
    fail("the screen does not come; the last is:\n" + "\n".join(screen))


def main():
    pattern, *command = sys.argv[1:]
    pid, fd = pty.fork()
    if pid == 0:
        # the size has to be there before the program looks
        sys.stdin.readline()
        os.execvp(command[0], command)
    resize(fd, 80, 24)
    os.write(fd, b"\n")
    shown = None
    for screen in screens(fd):
        if not shown and re.search(pattern, "\n".join(screen)):
            shown = screen
            resize(fd, 50, 12)
        elif shown and len(screen) <= 12 and max(map(len, screen)) <= 50:
            break
    print("\n".join(line.rstrip() for line in shown))
    if len(shown) > 24 or max(map(len, shown)) > 80:
        fail("the screen is too large")
    os.kill(pid, signal.SIGINT)
    try:
        while os.read(fd, 65536):
            pass
    except OSError:
        pass
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


main()
