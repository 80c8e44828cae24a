# SPDX-License-Identifier: BSD-2-Clause
"""rawtcp.py - a TCP client that puts any bytes into any segment's options.

It lives behind a tun device, on addresses that no kernel owns: nothing resets
its connections. No retransmission, no windows: the tests exchange a few bytes.
"""
import fcntl
import os
import random
import select
import socket
import struct
import time

TIMEOUT_S = 10
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16

# the host's own, and where the clients are
HOST4, HOST6 = "198.18.0.1", "2001:db8:18::1"
NET4, NET6 = "198.18.0.0/16", "2001:db8:18::/64"


def option(kind, addr, port, length=None):
    """Kind, length, port, address: written from the vendors' tables."""
    family = socket.AF_INET6 if ":" in addr else socket.AF_INET
    body = struct.pack("!H", port) + socket.inet_pton(family, addr)
    return bytes([kind, (len(body) + 2) if length is None else length]) + body


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


class Tun:
    """The device; its packets go to the connection they belong to."""

    def __init__(self, name="tun0"):
        self.fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        # IFF_TUN | IFF_NO_PI
        fcntl.ioctl(self.fd, 0x400454ca,
                    struct.pack("16sH22x", name.encode(), 0x1001))
        self.peers = {}

    def pump(self, until):
        """Handle packets until @until() or the time is over."""
        deadline = time.monotonic() + TIMEOUT_S
        while not until():
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("nothing came")
            if select.select([self.fd], [], [], min(left, 0.05))[0]:
                self.receive(os.read(self.fd, 65536))

    def receive(self, packet):
        if packet[0] >> 4 == 4:
            if packet[9] != socket.IPPROTO_TCP:
                return
            dst, tcp = packet[16:20], packet[(packet[0] & 15) * 4:]
        else:
            if packet[6] != socket.IPPROTO_TCP:
                return
            dst, tcp = packet[24:40], packet[40:]
        peer = self.peers.get((dst, struct.unpack("!H", tcp[2:4])[0]))
        if peer:
            peer.receive(tcp)


class Peer:
    """One connection from @src to the host's @port."""

    def __init__(self, tun, src, port):
        self.tun = tun
        self.family = socket.AF_INET6 if ":" in src else socket.AF_INET
        self.src = socket.inet_pton(self.family, src)
        host = HOST6 if self.family == socket.AF_INET6 else HOST4
        self.dst = socket.inet_pton(self.family, host)
        self.name = (src, random.randrange(20000, 60000))
        self.port = port
        self.seq = self.isn = random.randrange(1 << 32)
        self.ack = 0
        self.is_up = self.is_reset = self.is_ended = False
        self.got = b""
        tun.peers[(self.src, self.name[1])] = self

    def send(self, flags, options=b"", data=b"", seq=None):
        options += b"\1" * (-len(options) % 4)
        tcp = struct.pack("!HHIIBBHHH", self.name[1], self.port,
                          self.seq if seq is None else seq,
                          self.ack if flags & ACK else 0,
                          (20 + len(options)) // 4 << 4, flags, 65535, 0,
                          0) + options + data
        pseudo = self.src + self.dst + struct.pack(
            "!II", len(tcp), socket.IPPROTO_TCP)
        tcp = (tcp[:16] + struct.pack("!H", checksum(pseudo + tcp))
               + tcp[18:])
        if self.family == socket.AF_INET:
            ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0, 64,
                             socket.IPPROTO_TCP, 0) + self.src + self.dst
            ip = ip[:10] + struct.pack("!H", checksum(ip)) + ip[12:]
        else:
            ip = struct.pack("!IHBB", 6 << 28, len(tcp), socket.IPPROTO_TCP,
                             64) + self.src + self.dst
        os.write(self.tun.fd, ip + tcp)

    def receive(self, tcp):
        seq, ack = struct.unpack("!II", tcp[4:12])
        flags = tcp[13]
        data = tcp[(tcp[12] >> 4) * 4:]
        if flags & RST:
            self.is_reset = True
            return
        if flags & SYN:
            self.seq = (self.isn + 1) & 0xffffffff
            self.ack = (seq + 1) & 0xffffffff
            self.is_up = True
            return
        if seq != self.ack:
            return
        self.got += data
        self.ack = (self.ack + len(data) + bool(flags & FIN)) & 0xffffffff
        self.is_ended |= bool(flags & FIN)
        if data or flags & FIN:
            self.send(ACK)

    def connect(self, syn=b"", ack=b""):
        """The handshake, with options in the SYN and in its last segment."""
        self.send(SYN, b"\2\4\5\xb4" + syn)
        self.tun.pump(lambda: self.is_up or self.is_reset)
        if not self.is_reset:
            self.send(ACK, ack)
        return self

    def write(self, data, options=b""):
        self.send(ACK | PSH, options, data)
        self.seq = (self.seq + len(data)) & 0xffffffff
        return self

    def wait_line(self):
        """Everything up to a line feed, or what came before a reset."""
        self.tun.pump(lambda: b"\n" in self.got or self.is_reset)
        return self.got

    def wait_reset(self):
        self.tun.pump(lambda: self.is_reset)

    def close(self):
        if not self.is_reset and not self.is_ended:
            self.send(ACK | FIN)
            self.seq = (self.seq + 1) & 0xffffffff
            self.tun.pump(lambda: self.is_reset or self.is_ended)
        self.tun.peers.pop((self.src, self.name[1]), None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
