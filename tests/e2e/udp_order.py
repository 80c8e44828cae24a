#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""udp_order.py - numbered datagrams of random sizes, and whether each arrives,
once, in order and as it was, on both ends

usage: udp_order.py origin HOST PORT MODE
       udp_order.py client HOST PORT SOURCES SOCKETS COUNT WINDOW LARGE
       udp_order.py sums INTERFACE...

MODE is what the datagrams carry: none, first (a PROXY header, version 2, with
the first of a session), every, spp. The origin answers each datagram with one
of another size and a number of its own, and compares the header with the
address that the client wrote down. It says "ready", and at its end, by
SIGTERM, one JSON line.

With UDP_WIRE=gaps in the environment datagrams may be missing, with UDP_WIRE=any
they may also come twice and in another order; the client then does not wait for
answers, but sends one on each socket every millisecond.

The client has SOCKETS sockets, from the addresses of the prefix SOURCES in
turn ("-": any), with COUNT datagrams each, of which WINDOW are under way at a
time, on SOCKETS_MAX of them. LARGE percent of all, both ways, are larger than a usual MTU. It ends
with one JSON line.

"sums": datagrams leave the interfaces with their checksums, which are not left
to a card that is not there.

Exit status: 0, 1 if a datagram was missing, changed, twice or out of order.
"""
import ctypes
import fcntl
import ipaddress
import json
import os
import random
import select
import signal
import socket
import struct
import sys
import time

WIRE = os.environ.get("UDP_WIRE", "")
V2_MAGIC = b"\r\n\r\n\0\r\nQUIT\n"
SPP_MAGIC = b"\x56\xec"
SPP_LEN = 38
SO_SNDBUFFORCE, SO_RCVBUFFORCE = 32, 33
IP_FREEBIND = 15
SIOCETHTOOL, ETHTOOL_STXCSUM = 0x8946, 0x17
HEAD = struct.Struct("!16sHHIH")  # client, its port, LARGE, number, length
SMALL_MAX = 1472
LARGE_MIN, LARGE_MAX = 1600, 9000
SILENCE_S = 10
SOCKETS_MAX = 500
NOISE = random.Random(1).randbytes(LARGE_MAX + 256)


def mapped(host):
    address = ipaddress.ip_address(host)
    if address.version == 4:
        return b"\0" * 10 + b"\xff\xff" + address.packed
    return address.packed


def body(client, port, large, number):
    if random.randrange(100) < large:
        length = random.randrange(LARGE_MIN, LARGE_MAX)
    else:
        length = random.randrange(HEAD.size, SMALL_MAX)
    at = number % 251
    return HEAD.pack(client, port, large, number, length) + \
        NOISE[at:at + length - HEAD.size]


def parse(data):
    """(client, port, large, number), or None if it is not as it was sent"""
    if len(data) < HEAD.size:
        return None
    client, port, large, number, length = HEAD.unpack_from(data)
    at = number % 251
    if length != len(data) or \
            data[HEAD.size:] != NOISE[at:at + length - HEAD.size]:
        return None
    return client, port, large, number


def is_out_of_order(number, wanted):
    if WIRE:
        return WIRE == "gaps" and number < wanted
    return number != wanted


class Told:
    """what is wrong, by kind; the first ones are told in full"""

    def __init__(self):
        self.count = {"datagrams": 0, "bytes": 0, "wrong": 0, "order": 0,
                      "header": 0, "missing": 0}

    def add(self, kind, text, n=1):
        if self.count[kind] < 5:
            print(f"{kind}: {text}", file=sys.stderr, flush=True)
        self.count[kind] += n

    def end(self, **more):
        print(json.dumps({**self.count, **more}), flush=True)
        bad = sum(self.count[k] for k in ("wrong", "order", "header",
                                          "missing"))
        sys.exit(1 if bad else 0)


def split(mode, data, is_first):
    """(header, client and port that it names, payload)"""
    if mode == "spp":
        if data[:2] != SPP_MAGIC or len(data) < SPP_LEN:
            return None, None, data
        return data[:SPP_LEN], (data[2:18], *struct.unpack_from(
            "!H", data, 34)), data[SPP_LEN:]
    if mode == "every" or (mode == "first" and is_first):
        if data[:12] != V2_MAGIC:
            return None, None, data
        length = 16 + struct.unpack_from("!H", data, 14)[0]
        n = 4 if data[13] >> 4 == 1 else 16
        who = data[16:16 + n] if n == 16 else \
            b"\0" * 10 + b"\xff\xff" + data[16:20]
        return data[:length], (who, *struct.unpack_from(
            "!H", data, 16 + 2 * n)), data[length:]
    return b"", None, data


class Origin:
    def __init__(self, host, port, mode):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.sock = socket.socket(family, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 24)
        self.sock.bind((host, int(port)))
        self.mode = mode
        self.next = {}
        self.told = Told()

    def take(self, data, peer):
        told = self.told
        told.count["datagrams"] += 1
        first = peer not in self.next or data[:12] == V2_MAGIC
        header, who, payload = split(self.mode, data, first)
        is_named = header is not None
        it = parse(payload)
        if it is None or not is_named:
            told.add("wrong", f"{len(data)} bytes from {peer}")
            return
        client, port, large, number = it
        if who is not None and who != (client, port):
            told.add("header", f"{who} for {client}, {port}")
        told.count["bytes"] += len(payload)
        if number == 0:
            self.next[peer] = 0
        wanted = self.next.get(peer, 0)
        if is_out_of_order(number, wanted):
            told.add("order", f"{number} from {peer}, wanted {wanted}")
        self.next[peer] = number + 1
        answer = body(client, port, large, number)
        self.sock.sendto((header if self.mode == "spp" else b"") + answer,
                         peer)

    def run(self):
        signal.signal(signal.SIGTERM, lambda *_: self.told.end())
        print("ready", flush=True)
        while True:
            self.take(*self.sock.recvfrom(65536))


class Client:
    def __init__(self, host, port, source, large):
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.sock = socket.socket(family, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 22)
        self.sock.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, 1 << 22)
        if source:
            self.sock.setsockopt(socket.IPPROTO_IP, IP_FREEBIND, 1)
            self.sock.bind((source, 0))
        self.sock.connect((host, int(port)))
        self.sock.setblocking(False)
        name = self.sock.getsockname()
        self.me = mapped(name[0]), name[1]
        self.large = large
        self.sent = 0
        self.got = 0
        self.bytes = 0

    def send(self, until):
        while self.sent < until:
            data = body(*self.me, self.large, self.sent)
            self.sock.send(data)
            self.bytes += len(data)
            self.sent += 1

    def receive(self, told):
        while True:
            try:
                data = self.sock.recv(65536)
            except BlockingIOError:
                return
            told.count["datagrams"] += 1
            told.count["bytes"] += len(data)
            it = parse(data)
            if it is None or it[:2] != self.me:
                told.add("wrong", f"{len(data)} bytes for {self.me}")
                continue
            if is_out_of_order(it[3], self.got):
                told.add("order", f"{it[3]} for {self.me}, wanted {self.got}")
            self.got = it[3] + 1


def sources(text):
    if text == "-":
        while True:
            yield None
    network = ipaddress.ip_network(text)
    n = 0
    while True:
        n += 1
        yield str(network[1 + n * 7 % (min(network.num_addresses, 65000) - 2)])


def send_blindly(clients, count, told):
    for number in range(count):
        for c in clients:
            c.send(number + 1)
        time.sleep(0.001)
        for c in clients:
            c.receive(told)
    time.sleep(0.5)
    for c in clients:
        c.receive(told)
    if told.count["datagrams"] < count * len(clients) // 2:
        told.add("missing", "most of them")
    told.end(sent_bytes=sum(c.bytes for c in clients))


def run_client(host, port, prefix, *numbers):
    n, count, window, large = (int(x) for x in numbers)
    told = Told()
    poll = select.epoll()
    clients = {}
    for source, _ in zip(sources(prefix), range(n)):
        c = Client(host, port, source, large)
        clients[c.sock.fileno()] = c
        poll.register(c.sock.fileno(), select.EPOLLIN)
    if WIRE:
        send_blindly(list(clients.values()), count, told)
    waiting = list(clients.values())
    for _ in range(min(n, SOCKETS_MAX)):
        waiting.pop().send(1)
    left = set(clients)
    last = time.monotonic()
    while left and time.monotonic() < last + SILENCE_S:
        for fd, _ in poll.poll(1):
            c = clients[fd]
            c.receive(told)
            c.send(min(count, c.got + window))
            last = time.monotonic()
            if c.got >= count and fd in left:
                left.discard(fd)
                if waiting:
                    waiting.pop().send(1)
    for c in clients.values():
        if c.got < count:
            told.add("missing", f"{c.sent} sent, {c.got} back", count - c.got)
    told.end(sent_bytes=sum(c.bytes for c in clients.values()))


def full_sums(names):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for name in names:
            value = ctypes.create_string_buffer(
                struct.pack("=II", ETHTOOL_STXCSUM, 0))
            fcntl.ioctl(sock, SIOCETHTOOL, struct.pack(
                "=16sQ16x", name.encode(), ctypes.addressof(value)))


if __name__ == "__main__":
    random.seed(os.getpid())
    if len(sys.argv) == 5 and sys.argv[1] == "origin":
        Origin(*sys.argv[2:]).run()
    elif len(sys.argv) == 9 and sys.argv[1] == "client":
        run_client(*sys.argv[2:])
    elif len(sys.argv) > 2 and sys.argv[1] == "sums":
        full_sums(sys.argv[2:])
    else:
        sys.exit(__doc__)
