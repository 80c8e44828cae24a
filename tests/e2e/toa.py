#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""toa.py - the ends of a TOA connection, for the scripts

toa.py origin [--defer] [--tfo] [--mptcp] [--first-read] FAMILY:PORT ...
    FAMILY is 4, 6 (IPv6 only) or dual. Prints "ready"; sends each connection
    one line of JSON: what accept, getpeername and getsockopt(0, 4096) said,
    then echoes. --first-read: asks and answers after the first bytes.
toa.py late PORT FILE
    Listens on AF_INET6, accepts two connections once FILE exists and prints
    whom accept named.
toa.py mark ADDRESS PORT CLIENT CPORT [--kind N] [--place N] [--send N]
            [--mptcp] [--tfo] [--plain] [--hold FILE] [--abort]
    A proxy's connection through the setsockopt shim. Prints that line.
    --hold: keeps the connection until FILE exists. --abort: resets it at once.
toa.py lookups ADDRESS PORT
    What getsockopt(0, 4096) answers to a socket that is not connected, and to
    one that is, with room for too little and for enough: errno or bytes.
toa.py ask ADDRESS PORT SOURCE BYTES
    A plain client at SOURCE that sends so much. Prints its own end, a tab, and
    that line.
toa.py steady ADDRESS PORT SOURCE FILE
    Connections one after the other until FILE exists. Prints how many were told
    our own end, how many another one, and how many were refused.
toa.py get ADDRESS PORT SOURCE
    GET / from SOURCE. Prints the body.
toa.py truncation PORT
    Accepts four connections on AF_INET and asks getpeername(2), with buffers of
    several sizes, through the C library. Prints per call: name, size, family
    (-1: none), length that was returned, whether nothing behind the buffer was
    touched.
toa.py raw SOURCE ADDRESS PORT [--syn HEX] [--ack HEX] [--data HEX] [--later HEX]
    A connection without a kernel socket, from an address that nobody has,
    with these TCP options in its segments. Prints that line.
toa.py many ADDRESS PORT N BASE
    N connections at a time, each from its own address of BASE on, each told
    its own address. Prints how many were told so.
toa.py copy-stats FILE COMMAND...
    Keeps FILE as new as what COMMAND prints.
"""
import argparse
import asyncio
import ctypes
import ipaddress
import json
import os
import socket
import struct
import subprocess
import sys
import threading
import time

LEVEL, OPT_LOOKUP, OPT_SHIM = 0, 4096, 4097
IPPROTO_MPTCP = 262
IPV6_FREEBIND = 78
TCP_FASTOPEN = 23
TCP_DEFER_ACCEPT = 9
MSG_FASTOPEN = 0x20000000


def text(sockaddr):
    return f"{sockaddr[0]} {sockaddr[1]}"


def identity(conn, accepted):
    try:
        raw = conn.getsockopt(LEVEL, OPT_LOOKUP, 20)
        lookup = (f"{ipaddress.IPv6Address(raw[:16])} "
                  f"{int.from_bytes(raw[16:18], 'big')}")
    except OSError as e:
        lookup = e.errno
    return json.dumps({"accept": text(accepted),
                       "getpeername": text(conn.getpeername()),
                       "lookup": lookup}) + "\n"


def lookup_try(s, size):
    try:
        return len(s.getsockopt(LEVEL, OPT_LOOKUP, size))
    except OSError as e:
        return e.errno


def lookups(argv):
    s = socket.socket()
    fresh = lookup_try(s, 20)
    s.connect((argv[0], int(argv[1])))
    print(fresh, lookup_try(s, 19), lookup_try(s, 20), lookup_try(s, 64))


def late(argv):
    s = socket.create_server(("::", int(argv[0])), family=socket.AF_INET6,
                             dualstack_ipv6=True)
    print("ready", flush=True)
    while not os.path.exists(argv[1]):
        time.sleep(0.02)
    for _ in range(2):
        print(text(s.accept()[1]), flush=True)


def serve(conn, accepted, first_read):
    try:
        if first_read:
            data = conn.recv(65536)
            conn.sendall(identity(conn, accepted).encode() + data)
        else:
            conn.sendall(identity(conn, accepted).encode())
        while data := conn.recv(65536):
            conn.sendall(data)
    except OSError:
        pass
    finally:
        conn.close()


def listen(at, args):
    family, port = at.split(":")
    s = socket.socket(
        socket.AF_INET if family == "4" else socket.AF_INET6,
        socket.SOCK_STREAM, IPPROTO_MPTCP if args.mptcp else 0)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family != "4":
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY,
                     family == "6")
    if args.defer:
        s.setsockopt(socket.IPPROTO_TCP, TCP_DEFER_ACCEPT, 5)
    if args.tfo:
        s.setsockopt(socket.IPPROTO_TCP, TCP_FASTOPEN, 64)
    s.bind(("0.0.0.0" if family == "4" else "::", int(port)))
    s.listen(4096)
    return s


def accept_all(s, args):
    while True:
        conn, accepted = s.accept()
        threading.Thread(target=serve, args=(conn, accepted, args.first_read),
                         daemon=True).start()


def origin(argv):
    p = argparse.ArgumentParser()
    for flag in ("--defer", "--tfo", "--mptcp", "--first-read"):
        p.add_argument(flag, action="store_true")
    p.add_argument("at", nargs="+")
    args = p.parse_args(argv)
    for s in [listen(at, args) for at in args.at]:
        threading.Thread(target=accept_all, args=(s, args)).start()
    print("ready", flush=True)


def shim(args):
    a = ipaddress.ip_address(args.client)
    short = struct.pack("!BBBBH2x16s", 1, args.kind, args.place, a.version,
                        args.cport, a.packed.ljust(16, b"\0"))
    return short + struct.pack("=HH", *args.ports) if args.ports else short


def connect(args):
    family = socket.AF_INET6 if ":" in args.address else socket.AF_INET
    s = socket.socket(family, socket.SOCK_STREAM,
                      IPPROTO_MPTCP if args.mptcp else 0)
    s.settimeout(20)
    try:
        if not args.plain:
            s.setsockopt(LEVEL, OPT_SHIM, shim(args))
    except OSError as e:
        print(f"errno {e.errno}")
        sys.exit(1)
    if args.tfo:
        s.settimeout(None)  # else connect and data do not go together
        s.sendto(b"x" * args.send, MSG_FASTOPEN, (args.address, args.port))
    else:
        s.connect((args.address, args.port))
    if args.ports and not args.ports[0] <= s.getsockname()[1] <= args.ports[1]:
        sys.exit(f"port {s.getsockname()[1]} is none of {args.ports}")
    return s


def mark(argv):
    p = argparse.ArgumentParser()
    p.add_argument("address")
    p.add_argument("port", type=int)
    p.add_argument("client")
    p.add_argument("cport", type=int)
    p.add_argument("--kind", type=int, default=200)
    p.add_argument("--place", type=int, default=6)
    p.add_argument("--ports", type=int, nargs=2)
    p.add_argument("--send", type=int, default=1)
    p.add_argument("--mptcp", action="store_true")
    p.add_argument("--tfo", action="store_true")
    p.add_argument("--plain", action="store_true")
    p.add_argument("--hold")
    p.add_argument("--abort", action="store_true")
    args = p.parse_args(argv)
    s = connect(args)
    if args.abort:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                     struct.pack("ii", 1, 0))
        return
    if args.send and not args.tfo:
        s.sendall(b"x" * args.send)
    f = s.makefile("rb")
    print(f.readline().decode().rstrip(), flush=True)
    if args.send and f.read(args.send) != b"x" * args.send:
        sys.exit("the echo is not what was sent")
    while args.hold and not os.path.exists(args.hold):
        time.sleep(0.05)


def dial(address, port, source):
    s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    if ":" in address:
        s.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
    s.settimeout(20)
    s.bind((source, 0))
    s.connect((address, int(port)))
    return s


def ask(argv):
    address, port, source, size = argv
    s = dial(address, port, source)
    data = os.urandom(int(size))
    # the echo begins before all is sent
    sender = threading.Thread(target=s.sendall, args=(data,))
    sender.start()
    f = s.makefile("rb")
    line = f.readline().decode().rstrip()
    if f.read(len(data)) != data:
        sys.exit("the echo is not what was sent")
    sender.join()
    print(text(s.getsockname()), line, sep="\t")


def turns(argv):
    """A client that hears of the origin before it says anything"""
    s = dial(*argv[:3])
    f = s.makefile("rb")
    f.readline()
    for i in range(int(argv[3])):
        s.sendall(b"x")
        if f.read(1) != b"x":
            sys.exit(f"no echo in turn {i}")


def steady(argv):
    address, port, source, end = argv
    right = wrong = refused = 0
    while not os.path.exists(end):
        try:
            with dial(address, port, source) as s:
                s.sendall(b"x")
                line = s.makefile("rb").readline()
                own = text(s.getsockname())
        except OSError:
            refused += 1
            continue
        told = json.loads(line)["accept"].removeprefix("::ffff:") if line else ""
        if told == own:
            right += 1
        elif told:
            wrong += 1
        else:
            refused += 1
    print(right, wrong, refused)


def get(argv):
    s = dial(*argv)
    s.sendall(b"GET / HTTP/1.0\r\n\r\n")
    answer = b""
    while data := s.recv(65536):
        answer += data
    print(answer.split(b"\r\n\r\n", 1)[1].decode())


def truncation(argv):
    libc = ctypes.CDLL(None, use_errno=True)
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("0.0.0.0", int(argv[0])))
    s.listen()
    print("ready", flush=True)

    def call(name, room, fd, *args):
        buf = ctypes.create_string_buffer(b"\xee" * 160, 160)
        size = ctypes.c_uint32(room)
        fd = getattr(libc, name)(fd, buf, ctypes.byref(size), *args)
        family = int.from_bytes(buf.raw[:2], "little") if room > 1 else -1
        print(name, room, family, size.value,
              buf.raw[room:] == b"\xee" * (160 - room))
        return fd

    for room in (16, 28):
        call("accept", room, s.fileno())
        fd = call("accept4", room, s.fileno(), 0)
    for room in (0, 8, 16, 27, 28, 128):
        call("getpeername", room, fd)


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


SYN, ACK, PSH, FIN, RST = 2, 16, 8, 1, 4


class Raw:
    """One IPv4 TCP connection, segment by segment"""

    def __init__(self, source, address, port):
        self.src = socket.inet_aton(source)
        self.dst = socket.inet_aton(address)
        self.address = address
        self.sport = 40000 + int.from_bytes(os.urandom(2), "big") % 20000
        self.dport = port
        self.seq = int.from_bytes(os.urandom(4), "big") >> 1
        self.ack = 0
        self.tx = socket.socket(socket.AF_INET, socket.SOCK_RAW,
                                socket.IPPROTO_RAW)
        self.rx = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                                socket.htons(0x0800))
        self.rx.settimeout(5)

    def send(self, flags, options=b"", data=b""):
        options += b"\0" * (-len(options) % 4)
        head = struct.pack("!HHIIBBHHH", self.sport, self.dport, self.seq,
                           self.ack, (5 + len(options) // 4) << 4, flags,
                           65535, 0, 0)
        tcp = head + options + data
        pseudo = self.src + self.dst + struct.pack("!BBH", 0, 6, len(tcp))
        tcp = (tcp[:16] + struct.pack("!H", checksum(pseudo + tcp))
               + tcp[18:])
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0, 64,
                         6, 0, self.src, self.dst)
        self.tx.sendto(ip + tcp, (self.address, 0))
        self.seq += len(data) + (1 if flags & (SYN | FIN) else 0)
        self.seq &= 0xffffffff

    def receive(self):
        """Flags, sequence number and payload of the next segment to us"""
        while True:
            p = self.rx.recv(65536)
            if p[9] != 6 or p[12:16] != self.dst or p[16:20] != self.src:
                continue
            t = p[(p[0] & 15) * 4:int.from_bytes(p[2:4], "big")]
            sport, dport, seq = struct.unpack("!HHI", t[:8])
            if (sport, dport) == (self.dport, self.sport):
                return t[13], seq, t[(t[12] >> 4) * 4:]


def raw(argv):
    p = argparse.ArgumentParser()
    p.add_argument("source")
    p.add_argument("address")
    p.add_argument("port", type=int)
    for flag in ("--syn", "--ack", "--data", "--later"):
        p.add_argument(flag, default="", type=bytes.fromhex)
    args = p.parse_args(argv)
    c = Raw(args.source, args.address, args.port)
    c.send(SYN, b"\x02\x04\x05\xb4" + (args.syn or b""))
    flags, seq, _ = c.receive()
    if flags & (SYN | ACK) != SYN | ACK:
        sys.exit(f"no SYN-ACK but flags {flags}")
    c.ack = (seq + 1) & 0xffffffff
    c.send(ACK, args.ack or b"")
    if args.data or args.later:
        c.send(ACK | PSH, args.data or b"", b"a")
    if args.later:
        c.send(ACK | PSH, args.later, b"b")
    line = b""
    while b"\n" not in line:
        flags, seq, data = c.receive()
        if flags & RST:
            sys.exit("reset")
        if seq == c.ack:
            line += data
            c.ack = (c.ack + len(data)) & 0xffffffff
    c.send(RST | ACK)
    print(line.split(b"\n")[0].decode())


async def one(address, port, client, told):
    reader, writer = await asyncio.open_connection(
        address, port, local_addr=(client, 0))
    own = text(writer.get_extra_info("sockname"))
    writer.write(b"hello")
    line = json.loads(await reader.readline())
    told.append((own, line["accept"].removeprefix("::ffff:")))
    await asyncio.sleep(0)
    return writer


async def many_run(address, port, n, base):
    told = []
    first = int(ipaddress.ip_address(base))
    writers = await asyncio.gather(
        *(one(address, port, str(ipaddress.ip_address(first + i)), told)
          for i in range(n)))
    right = sum(own == said for own, said in told)
    for own, said in told:
        if own != said:
            print(f"{own} was told {said}", file=sys.stderr)
    print(f"{right} of {len({own for own, _ in told})}", flush=True)
    for w in writers:
        w.close()


def many(argv):
    asyncio.run(many_run(argv[0], int(argv[1]), int(argv[2]), argv[3]))


def copy_stats(argv):
    """copy-stats FILE COMMAND...: keep FILE as new as what COMMAND prints"""
    path, command = argv[0], argv[1:]
    while True:
        with open(path + ".new", "w") as f:
            subprocess.run(command, stdout=f, check=True)
        os.rename(path + ".new", path)
        time.sleep(0.05)


if __name__ == "__main__":
    commands = {"origin": origin, "mark": mark, "ask": ask, "raw": raw, "many": many,
                "get": get, "truncation": truncation, "late": late,
                "lookups": lookups, "steady": steady, "turns": turns,
                "copy-stats": copy_stats}
    commands[sys.argv[1]](sys.argv[2:])
