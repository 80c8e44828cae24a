#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""movers.py - both ends of connections through a proxy, every byte compared.

usage: movers.py [--wire CLIENT-NS ORIGIN-NS PROXY ORIGIN] PROXY-PORT
                 ORIGIN-PORT COUNT SEED [bulk]

With --wire the ends are in two network namespaces, the proxy and the origin
have these addresses, what is between may lose a reset, and the ends begin with
some turns of question and answer, by which their legs come to be joined.

Each connection sends random lengths both ways at once, in random pieces and at
random times, and ends in one of these ways: both ends close after their last
byte, one long before the other; or one of them resets in the middle. A reader
now and then stops for a while. Checked: every byte at its place, an orderly end
exactly after the last one, a reset as a reset. The origin skips a PROXY header
of version 2 and learns from 8 bytes which connection it serves.
"""
import ctypes
import errno
import random
import select
import socket
import struct
import sys
import time

PATTERN = random.Random(7).randbytes(1 << 20)
TIMEOUT_S = 30
RESET_S = 0.5
HEADER_LENS = {socket.AF_INET: 28, socket.AF_INET6: 52}
CLONE_NEWNET = 0x40000000


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


class World:
    """Where the ends are; .proxy and .origin are addresses with ports."""

    def __init__(self, proxy, origin, namespaces=()):
        self.proxy, self.origin = proxy, origin
        self.namespaces = namespaces
        self.is_lossy = bool(namespaces)
        self.enter(1)
        self.family = socket.getaddrinfo(*origin)[0][0]
        self.listener = socket.create_server(origin, backlog=64,
                                             family=self.family)
        self.listener.settimeout(TIMEOUT_S)
        self.enter(0)

    def enter(self, which):
        """What is made from now on is in the client's or origin's."""
        if not self.namespaces:
            return
        with open(f"/run/netns/{self.namespaces[which]}", "rb") as f:
            if ctypes.CDLL(None, use_errno=True).setns(f.fileno(),
                                                       CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "setns")


def recv_all(sock, n):
    data = b""
    while len(data) < n:
        more = sock.recv(n - len(data))
        if not more:
            raise Broken("the origin's side ended before its opening")
        data += more
    return data


def connect(world, number):
    client = socket.create_connection(world.proxy, timeout=TIMEOUT_S)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.sendall(struct.pack("!Q", number))
    header_len = HEADER_LENS[world.family]
    while True:
        origin, _ = world.listener.accept()
        origin.settimeout(TIMEOUT_S)
        got = recv_all(origin, header_len + 8)
        if struct.unpack("!Q", got[header_len:])[0] == number:
            break
        # the proxy dials again if nothing is heard of the first time
        if not world.is_lossy:
            raise Broken("the opening belongs to another connection")
        origin.close()
    return client, origin


def talk(socks, rng):
    """Turns of question and answer"""
    for sock in socks:
        sock.settimeout(TIMEOUT_S)
    for turn in range(2 * rng.choice((0, 1, 2, 4, 8, 12, 20, 30))):
        text = rng.randbytes(int(2 ** rng.uniform(0, 11)))
        socks[turn % 2].sendall(text)
        if recv_all(socks[1 - turn % 2], len(text)) != text:
            raise Broken(f"another text in turn {turn}")


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


def run_one(world, number, rng, is_bulk):
    socks = connect(world, number)
    if world.is_lossy:
        talk(socks, rng)
    for sock in socks:
        sock.setblocking(False)
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
    is_intact, is_silent = True, False
    while is_intact and not all(e.has_end and e.is_shut for e in ends):
        if world.is_lossy and any(e.was_reset for e in ends):
            by = min(by, time.monotonic() + RESET_S)
        if time.monotonic() > by:
            if world.is_lossy and any(e.was_reset for e in ends):
                is_silent = True
                break
            raise Broken("stalled: " + ", ".join(
                f"{e.name} sent {e.sent}/{e.send_len} got {e.got}/{e.recv_len}"
                for e in ends))
        is_intact = step(ends, poller)
    if not is_intact and not any(e.was_reset for e in ends):
        raise Broken("a reset that neither end sent")
    if is_intact and not is_silent and any(e.was_reset for e in ends) and \
            not all(e.was_reset or e.got == e.recv_len for e in ends):
        raise Broken("a reset arrived as an orderly end")
    for s in socks:
        s.close()
    return sum(e.got for e in ends)


def main(argv):
    argv = argv[1:]
    hosts, namespaces = ("127.0.0.1", "127.0.0.1"), ()
    if argv[0] == "--wire":
        namespaces, hosts, argv = argv[1:3], argv[3:5], argv[5:]
    proxy_port, origin_port, count, seed = map(int, argv[:4])
    is_bulk = len(argv) > 4
    world = World((hosts[0], proxy_port), (hosts[1], origin_port), namespaces)
    total = 0
    for number in range(count):
        rng = random.Random(seed * 1000003 + number)
        try:
            total += run_one(world, number, rng, is_bulk)
        except (Broken, OSError) as e:
            print(f"connection {number} of seed {seed}: {e}")
            return 1
    print(f"{count} connections, {total} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
