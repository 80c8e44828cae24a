#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""movers.py - both ends of connections through a proxy, every byte compared.

usage: movers.py PROXY-PORT ORIGIN-PORT COUNT SEED [bulk]

Each connection sends random lengths both ways at once, in random pieces and at
random times, and ends in one of these ways: both ends close after their last
byte, one long before the other; or one of them resets in the middle. A reader
now and then stops for a while. Checked: every byte at its place, an orderly end
exactly after the last one, a reset as a reset. The origin skips a PROXY header
of version 2 and learns from 8 bytes which connection it serves.
"""
import errno
import random
import select
import socket
import struct
import sys
import time

PATTERN = random.Random(7).randbytes(1 << 20)
TIMEOUT_S = 30
HEADER_LEN = 28


class Broken(Exception):
    pass


class End:
    """One end: what it sends, what it expects, and how it leaves."""

    def __init__(self, name, sock, rng, send_len, recv_len, at):
        self.name, self.sock, self.rng = name, sock, rng
        self.send_len, self.recv_len = send_len, recv_len
        self.send_at, self.recv_at = at
        self.sent = self.got = 0
        self.is_shut = self.has_end = self.was_reset = False
        self.wait = [0.0, 0.0]
        self.reset_at = None

    def pause(self, which):
        if self.rng.random() < 0.02:
            self.wait[which] = time.monotonic() + self.rng.random() * 0.01

    def events(self, now):
        ev = 0
        if not self.has_end and now >= self.wait[0]:
            ev |= select.POLLIN
        if not self.is_shut and now >= self.wait[1]:
            ev |= select.POLLOUT
        return ev

    def write(self):
        if self.reset_at is not None and self.sent >= self.reset_at:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                 struct.pack("ii", 1, 0))
            self.sock.close()
            self.is_shut = self.has_end = self.was_reset = True
            return
        if self.sent == self.send_len:
            self.sock.shutdown(socket.SHUT_WR)
            self.is_shut = True
            return
        n = min(self.send_len - self.sent,
                int(2 ** self.rng.uniform(0, 18)))
        at = (self.send_at + self.sent) % len(PATTERN)
        self.sent += self.sock.send(PATTERN[at:at + n])
        self.pause(1)

    def read(self):
        data = self.sock.recv(int(2 ** self.rng.uniform(0, 18)))
        if not data:
            if self.got != self.recv_len:
                raise Broken(f"{self.name}: an orderly end after {self.got} "
                             f"of {self.recv_len} bytes")
            self.has_end = True
            return
        seen = 0
        while seen < len(data):
            at = (self.recv_at + self.got + seen) % len(PATTERN)
            want = PATTERN[at:at + len(data) - seen]
            if data[seen:seen + len(want)] != want:
                raise Broken(f"{self.name}: wrong bytes in the "
                             f"{len(data)} after {self.got}")
            seen += len(want)
        self.got += len(data)
        if self.got > self.recv_len:
            raise Broken(f"{self.name}: more than {self.recv_len} bytes")
        self.pause(0)


def recv_all(sock, n):
    data = b""
    while len(data) < n:
        more = sock.recv(n - len(data))
        if not more:
            raise Broken("the origin's side ended before its opening")
        data += more
    return data


def connect(listener, proxy_port, number):
    client = socket.create_connection(("127.0.0.1", proxy_port))
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.sendall(struct.pack("!Q", number))
    origin, _ = listener.accept()
    origin.settimeout(TIMEOUT_S)
    got = recv_all(origin, HEADER_LEN + 8)
    if struct.unpack("!Q", got[HEADER_LEN:])[0] != number:
        raise Broken("the opening belongs to another connection")
    client.setblocking(False)
    origin.setblocking(False)
    return client, origin


def lengths(rng, is_bulk):
    top = 22.5 if is_bulk else 17
    return [0 if rng.random() < 0.1 else int(2 ** rng.uniform(0, top))
            for _ in range(2)]


def step(ends, poller):
    """Wait once and serve both ends. False when a reset was seen."""
    now = time.monotonic()
    for e in ends:
        if not e.was_reset:
            poller.modify(e.sock, e.events(now))
    ready = dict(poller.poll(1 if all(max(e.wait) <= now for e in ends)
                             else 2))
    for e in ends:
        if e.was_reset:
            continue
        ev = ready.get(e.sock.fileno(), 0)
        try:
            if ev & (select.POLLIN | select.POLLHUP | select.POLLERR) and \
                    not e.has_end:
                e.read()
            if ev & select.POLLOUT and not e.is_shut:
                fd = e.sock.fileno()
                e.write()
                if e.was_reset:
                    poller.unregister(fd)
        except BlockingIOError:
            pass
        except OSError as e:
            if e.errno not in (errno.ECONNRESET, errno.EPIPE, errno.ENOTCONN):
                raise
            return False
    return True


def run_one(listener, proxy_port, number, rng, is_bulk):
    socks = connect(listener, proxy_port, number)
    up, down = lengths(rng, is_bulk)
    at = [rng.randrange(len(PATTERN)) for _ in range(2)]
    ends = [End("client", socks[0], rng, up, down, at),
            End("origin", socks[1], rng, down, up, at[::-1])]
    if rng.random() < 0.2:
        e = rng.choice(ends)
        e.reset_at = rng.randrange(e.send_len + 1)
    poller = select.poll()
    for s in socks:
        poller.register(s, 0)
    by = time.monotonic() + TIMEOUT_S
    is_intact = True
    while is_intact and not all(e.has_end and e.is_shut for e in ends):
        if time.monotonic() > by:
            raise Broken("stalled: " + ", ".join(
                f"{e.name} sent {e.sent}/{e.send_len} got {e.got}/{e.recv_len}"
                for e in ends))
        is_intact = step(ends, poller)
    if not is_intact and not any(e.was_reset for e in ends):
        raise Broken("a reset that neither end sent")
    if is_intact and any(e.was_reset for e in ends) and \
            not all(e.was_reset or e.got == e.recv_len for e in ends):
        raise Broken("a reset arrived as an orderly end")
    for s in socks:
        s.close()
    return sum(e.got for e in ends)


def main(argv):
    proxy_port, origin_port, count, seed = map(int, argv[1:5])
    is_bulk = len(argv) > 5
    listener = socket.create_server(("127.0.0.1", origin_port), backlog=64)
    listener.settimeout(TIMEOUT_S)
    total = 0
    for number in range(count):
        rng = random.Random(seed * 1000003 + number)
        try:
            total += run_one(listener, proxy_port, number, rng, is_bulk)
        except (Broken, OSError) as e:
            print(f"connection {number} of seed {seed}: {e}")
            return 1
    print(f"{count} connections, {total} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
