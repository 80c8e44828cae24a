#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""wire.py - a bad wire between two interfaces of this namespace

usage: wire.py SEED LOST,TWICE,LATE,DAMAGED A B

What one interface receives the other sends, and the reverse, as a wire would.
But of packets with TCP or UDP so many of 100 are lost, are sent twice, are held
back for up to DELAY_MAX_S so that later ones overtake them, or get a checksum
that is wrong; of those, each other one of TCP has a bit behind its ports turned
around, too. What a card would cut later (TSO) is lost in place of damaged.

It says "ready". By SIGTERM it ends with one JSON line of what it has done.
"""
import heapq
import json
import random
import select
import signal
import socket
import struct
import sys
import time

SOL_PACKET = 263
PACKET_VNET_HDR, PACKET_IGNORE_OUTGOING = 15, 23
SO_SNDBUFFORCE, SO_RCVBUFFORCE = 32, 33
ETH_P_ALL = 3
VNET_LEN = 10
VNET_NEEDS_CSUM = 1
DELAY_MAX_S = 0.02
TCP, UDP = 6, 17
SUM_AT = {TCP: 16, UDP: 6}


def end_of(name):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    s.setsockopt(SOL_PACKET, PACKET_VNET_HDR, 1)
    s.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    s.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 1 << 26)
    s.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, 1 << 26)
    s.bind((name, ETH_P_ALL))
    s.setblocking(False)
    return s


def transport(frame):
    """(protocol, where its header begins) of a packet that is not cut"""
    eth = VNET_LEN + 14
    kind = frame[VNET_LEN + 12:eth]
    if kind == b"\x08\x00" and len(frame) >= eth + 20:
        if struct.unpack_from("!H", frame, eth + 6)[0] & 0x3fff:
            return None, 0
        return frame[eth + 9], eth + (frame[eth] & 15) * 4
    if kind == b"\x86\xdd" and len(frame) >= eth + 40:
        return frame[eth + 6], eth + 40
    return None, 0


class Wire:
    def __init__(self, seed, percents, names):
        self.rng = random.Random(seed)
        self.fates = list(zip(("lost", "twice", "late", "damaged"),
                              (float(p) / 100 for p in percents)))
        self.ends = [end_of(n) for n in names]
        self.held = []
        self.n = 0
        self.count = dict.fromkeys(
            ("packets", "lost", "twice", "late", "damaged", "refused"), 0)

    def send(self, to, frame):
        try:
            to.send(frame)
        except OSError:
            self.count["refused"] += 1

    def hold(self, to, frame):
        self.n += 1
        due = time.monotonic() + self.rng.random() * DELAY_MAX_S
        heapq.heappush(self.held, (due, self.n, to, frame))

    def damage(self, frame, protocol, l4):
        """None if the kernel has yet to cut it, and make the sums"""
        at = l4 + SUM_AT[protocol]
        if frame[1] or len(frame) < at + 2:
            return None
        frame = bytearray(frame)
        if frame[0] & VNET_NEEDS_CSUM:
            frame[0] = 0
            rest = bytes(frame[l4:]) + b"\0" * (len(frame) - l4 & 1)
            full = sum(struct.unpack(f"!{len(rest) // 2}H", rest)) % 0xffff
            struct.pack_into("!H", frame, at, 0xffff - full)
        frame[at] ^= 0x12
        frame[at + 1] ^= 0x34
        if protocol == TCP and self.rng.random() < 0.5:
            bit = self.rng.choice([b for b in range(32, 8 * (len(frame) - l4))
                                   if b // 16 != SUM_AT[TCP] // 2][:512])
            frame[l4 + bit // 8] ^= 128 >> bit % 8
        return bytes(frame)

    def fate(self):
        at = self.rng.random()
        for fate, part in self.fates:
            if at < part:
                return fate
            at -= part
        return None

    def carry(self, to, frame):
        protocol, l4 = transport(frame)
        fate = self.fate() if protocol in SUM_AT else None
        if fate == "damaged":
            frame = self.damage(frame, protocol, l4)
            fate = fate if frame else "lost"
        self.count["packets"] += 1
        if fate:
            self.count[fate] += 1
        if fate in ("twice", "late"):
            self.hold(to, frame)
        if fate not in ("lost", "late"):
            self.send(to, frame)

    def release(self):
        now = time.monotonic()
        while self.held and self.held[0][0] <= now:
            _, _, to, frame = heapq.heappop(self.held)
            self.send(to, frame)
        return max(0, self.held[0][0] - now) if self.held else None

    def run(self):
        other = {self.ends[0]: self.ends[1], self.ends[1]: self.ends[0]}
        while True:
            for end in select.select(self.ends, [], [], self.release())[0]:
                for _ in range(64):
                    try:
                        frame = end.recv(1 << 17)
                    except OSError:
                        break
                    self.carry(other[end], frame)

    def end(self, *_):
        print(json.dumps(self.count), flush=True)
        sys.exit(0)


def main(argv):
    if len(argv) != 5:
        sys.exit(__doc__)
    wire = Wire(int(argv[1]), argv[2].split(","), argv[3:])
    signal.signal(signal.SIGTERM, wire.end)
    print("ready", flush=True)
    wire.run()


main(sys.argv)
