#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""bulk.py - streams so long that the proxy no longer wakes for each segment.

usage: bulk.py long PROXY-PORT ORIGIN-PORT
       bulk.py blocked PROXY-PORT ORIGIN-PORT PROXY-PID

long: three streams at once, 64 MiB and some bytes each, then a pause with all
of them open, a single byte, a pause, a short burst, the end. Every byte is
compared, and none may need the next one, or the end, to come out.

blocked: the origin does not read. Once the proxy takes nothing more, the client
sends a hundred bytes 300 times; the proxy's threads may not wake for each. Then
the origin reads it all, and what the client sends after that.
"""
import pathlib
import random
import select
import socket
import sys
import time

PIECE = 1 << 18
PATTERN = random.Random(11).randbytes(1 << 20) * 2
TIMEOUT_S = 30
SMALL = 300


class Broken(Exception):
    pass


class Stream:
    """From a client to an origin, `want` bytes so far."""

    def __init__(self, listener, proxy_port, at):
        self.client = socket.create_connection(("127.0.0.1", proxy_port))
        self.client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.origin, _ = listener.accept()
        self.client.setblocking(False)
        self.origin.setblocking(False)
        self.sent = self.got = at
        self.want = at

    @staticmethod
    def piece(at, n):
        at %= len(PATTERN) // 2
        return PATTERN[at:at + n]

    def step(self):
        """send and receive what goes now; is all of it over there?"""
        try:
            while self.sent < self.want:
                n = min(PIECE, self.want - self.sent)
                self.sent += self.client.send(self.piece(self.sent, n))
        except BlockingIOError:
            pass
        try:
            while True:
                data = self.origin.recv(PIECE)
                if data != self.piece(self.got, len(data)):
                    raise Broken(f"wrong bytes in the {len(data)} after "
                                 f"{self.got}")
                if not data:
                    raise Broken("an end that nobody sent")
                self.got += len(data)
        except BlockingIOError:
            pass
        if self.got > self.want:
            raise Broken("more than was sent")
        return self.got == self.want

    def events(self):
        return [(self.client, select.POLLOUT * (self.sent < self.want)),
                (self.origin, select.POLLIN)]


def deliver(streams, n):
    """`n` more bytes of each"""
    by = time.monotonic() + TIMEOUT_S
    poller = select.poll()
    for s in streams:
        s.want += n
    # each gets its turn, so that one alone does not fill its buffers
    while not all([s.step() for s in streams]):
        if time.monotonic() > by:
            raise Broken("stalled: " + ", ".join(
                f"{s.got} of {s.want}" for s in streams))
        for s in streams:
            for sock, ev in s.events():
                poller.register(sock, ev)
        poller.poll(100)


def run_long(listener, proxy_port):
    streams = [Stream(listener, proxy_port, 1000 * i) for i in range(3)]
    for n in ((64 << 20) + 12345, 1, (3 << 20) + 777, 1):
        deliver(streams, n)
    for s in streams:
        s.client.shutdown(socket.SHUT_WR)
        s.origin.settimeout(TIMEOUT_S)
        if s.origin.recv(1):
            raise Broken("bytes after the last one")
    return sum(s.got for s in streams)


def switches(pid):
    """how often the process's threads went to sleep"""
    total = 0
    for path in pathlib.Path(f"/proc/{pid}/task").glob("*/status"):
        for line in path.read_text().splitlines():
            if line.startswith("voluntary_ctxt_switches"):
                total += int(line.split()[1])
    return total


def until(what, condition):
    by = time.monotonic() + TIMEOUT_S
    while not condition():
        if time.monotonic() > by:
            raise Broken(what)
        select.select([], [], [], 0.002)


def unread(port):
    """bytes that wait in the socket which the proxy accepted on `port`"""
    total = 0
    lines = [line for name in ("tcp", "tcp6") for line in
             pathlib.Path("/proc/net", name).read_text().splitlines()[1:]]
    for line in lines:
        words = line.split()
        if words[1].endswith(f":{port:04X}") and words[3] == "01":
            total += int(words[4].partition(":")[2], 16)
    return total


def fill(stream, proxy_port, pid):
    """send until the proxy reads no more, and rests"""
    seen = [None, None]

    def rests():
        seen[:] = seen[1], (unread(proxy_port), switches(pid))
        return seen[0] == seen[1]

    # more than what a probe of the origin's window may let through
    while unread(proxy_port) < 1 << 15:
        stream.sent += stream.client.send(stream.piece(stream.sent, 4096))
        until("the proxy does not come to rest", rests)


def run_blocked(listener, proxy_port, pid):
    # accepted sockets inherit it: not much is needed to fill it
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
    stream = Stream(listener, proxy_port, 0)
    fill(stream, proxy_port, pid)
    before = switches(pid)
    for _ in range(SMALL):
        stream.sent += stream.client.send(stream.piece(stream.sent, 100))
        # time to wake up in
        select.select([], [], [], 0.001)
    woken = switches(pid) - before
    stream.want = stream.sent
    deliver([stream], 0)
    for _ in range(3):
        deliver([stream], 1)
    if woken > SMALL / 4:
        raise Broken(f"woken {woken} times for {SMALL} segments that could "
                     "not be passed on")
    return woken


def main(argv):
    proxy_port, origin_port = map(int, argv[2:4])
    listener = socket.create_server(("127.0.0.1", origin_port))
    listener.settimeout(TIMEOUT_S)
    try:
        if argv[1] == "long":
            print(run_long(listener, proxy_port), "bytes")
        else:
            print("woken", run_blocked(listener, proxy_port, argv[4]))
    except (Broken, OSError) as e:
        print(f"{argv[1]}: {e}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
