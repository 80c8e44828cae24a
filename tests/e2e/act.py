#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""act.py - one end of a connection, scripted: each word is one action

usage: act.py connect HOST PORT [--src IP] ACTION...
       act.py accept HOST PORT ACTION...
       act.py udp HOST PORT [--src IP] ACTION...
       act.py udp-log HOST PORT FILE

actions: send:TEXT     escapes as in Python, "\\r\\n"
         fill:N        send N zero bytes
         stall         send until the other end has taken nothing for 300 ms;
                       print how much went
         expect:TEXT   the next bytes (or the next datagram) are these
         header        read a PROXY header, v1 or v2, print it as hex
         line          read a line, print it
         all           read until the end, print
         take:N        read N bytes and forget them
         quiet:MS      nothing arrives, and the connection stands, for so long
         eof, reset    the other end closes, or resets
         refused       UDP: the other end's host says so by ICMP
         fin, abort    shut our sending side down; close with a reset
         touch:FILE    make a file, for who waits for it
         wait:FILE     until it is there

"accept" says ready when it listens and takes one connection. "udp-log"
writes a line "PEER PORT HEX" for each datagram to FILE and answers with what
it got, but for a PROXY v2 header, or one of SPP before "bare", until it is
ended; "ready" when it listens.
Anything that does not come within 10 s, or is not as said, is exit status 1.
"""
import os
import select
import socket
import struct
import sys
import time

TIMEOUT_S = 10
V2_MAGIC = b"\r\n\r\n\0\r\nQUIT\n"
SPP_MAGIC = b"\x56\xec"


class Failure(Exception):
    pass


def unescape(text):
    return text.encode().decode("unicode_escape").encode("latin-1")


class Stream:
    def __init__(self, sock):
        self.sock = sock
        self.buf = b""
        sock.settimeout(TIMEOUT_S)

    def more(self):
        got = self.sock.recv(65536)
        self.buf += got
        return len(got)

    def take(self, n):
        while len(self.buf) < n:
            if not self.more():
                raise Failure(f"end after {len(self.buf)} of {n} bytes: "
                              f"{self.buf[:200]!r}")
        got, self.buf = self.buf[:n], self.buf[n:]
        return got

    def until(self, mark):
        while mark not in self.buf:
            if not self.more():
                raise Failure(f"end before {mark!r}: {self.buf[:200]!r}")
        return self.take(self.buf.index(mark) + len(mark))

    def do_send(self, text):
        self.sock.sendall(unescape(text))

    def do_fill(self, n):
        self.sock.sendall(bytes(int(n)))

    def do_stall(self, _):
        total = 0
        self.sock.setblocking(False)
        while select.select([], [self.sock], [], 0.3)[1]:
            total += self.sock.send(bytes(65536))
        self.sock.settimeout(TIMEOUT_S)
        print(total, flush=True)

    def do_expect(self, text):
        wanted = unescape(text)
        got = self.take(len(wanted))
        if got != wanted:
            raise Failure(f"got {got!r}, wanted {wanted!r}")

    def do_header(self, _):
        head = self.take(13)
        if head[:12] == V2_MAGIC:
            head += self.take(3)
            head += self.take(int.from_bytes(head[14:16], "big"))
        elif head[:6] == b"PROXY ":
            head += self.until(b"\r\n")
        else:
            raise Failure(f"no header but {head!r}")
        print(head.hex(), flush=True)

    def do_line(self, _):
        print(self.until(b"\n").decode("latin-1").rstrip("\n"), flush=True)

    def do_all(self, _):
        while self.more():
            pass
        sys.stdout.buffer.write(self.buf)
        sys.stdout.flush()
        self.buf = b""

    def do_take(self, n):
        left = int(n) - len(self.buf)
        self.buf = b""
        while left > 0:
            got = len(self.sock.recv(min(left, 1 << 20)))
            if not got:
                raise Failure(f"end with {left} bytes to come")
            left -= got

    def do_quiet(self, ms):
        if self.buf or select.select([self.sock], [], [], int(ms) / 1000)[0]:
            raise Failure(f"not quiet: {self.buf or self.sock.recv(100)!r}")

    def do_eof(self, _):
        if self.buf or self.more():
            raise Failure(f"no end but {self.buf[:200]!r}")

    def do_reset(self, _):
        try:
            while self.more():
                pass
        except (ConnectionResetError, BrokenPipeError):
            return
        raise Failure("an orderly end, no reset")

    def do_fin(self, _):
        self.sock.shutdown(socket.SHUT_WR)

    def do_abort(self, _):
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                             struct.pack("ii", 1, 0))
        self.sock.close()

    def do_touch(self, path):
        open(path, "w").close()

    def do_wait(self, path):
        end = time.monotonic() + TIMEOUT_S
        while not os.path.exists(path):
            if time.monotonic() > end:
                raise Failure(f"{path} does not come")
            time.sleep(0.01)


class Datagrams(Stream):
    def do_expect(self, text):
        got, wanted = self.sock.recv(65536), unescape(text)
        if got != wanted:
            raise Failure(f"got {got!r}, wanted {wanted!r}")

    def do_line(self, _):
        print(self.sock.recv(65536).hex(), flush=True)

    def do_refused(self, _):
        try:
            got = self.sock.recv(65536)
        except ConnectionRefusedError:
            return
        raise Failure(f"not refused, but {got!r}")


def resolve(host, port, kind):
    return socket.getaddrinfo(host, int(port), type=kind)[0]


def open_socket(host, port, kind):
    family, _, _, _, address = resolve(host, port, kind)
    return socket.socket(family, kind), address


def connect(host, port, kind, src):
    sock, address = open_socket(host, port, kind)
    if src:
        freebind = ((socket.IPPROTO_IPV6, 78)
                    if sock.family == socket.AF_INET6
                    else (socket.IPPROTO_IP, 15))
        sock.setsockopt(*freebind, 1)
        sock.bind((src, 0))
    sock.settimeout(TIMEOUT_S)
    sock.connect(address)
    return sock


def listen(host, port, kind):
    sock, address = open_socket(host, port, kind)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(address)
    if kind == socket.SOCK_STREAM:
        sock.listen(16)
    print("ready", file=sys.stderr, flush=True)
    return sock


def udp_log(host, port, path):
    sock = listen(host, port, socket.SOCK_DGRAM)
    while True:
        data, peer = sock.recvfrom(65536)
        with open(path, "a") as f:
            f.write(f"{peer[0]} {peer[1]} {data.hex()}\n")
        if data[:12] == V2_MAGIC:
            data = data[16 + int.from_bytes(data[14:16], "big"):]
        if data[:2] == SPP_MAGIC and data[38:] == b"bare":
            data = data[38:]
        sock.sendto(data, peer)


def main(argv):
    role, host, port, *words = argv[1:]
    if role == "udp-log":
        udp_log(host, port, words[0])
    src = None
    if words and words[0] == "--src":
        src, words = words[1], words[2:]
    if role == "accept":
        listener = listen(host, port, socket.SOCK_STREAM)
        listener.settimeout(TIMEOUT_S)
        end = Stream(listener.accept()[0])
        listener.close()
    elif role == "udp":
        end = Datagrams(connect(host, port, socket.SOCK_DGRAM, src))
    else:
        try:
            end = Stream(connect(host, port, socket.SOCK_STREAM, src))
        except ConnectionResetError:
            # it was accepted, and reset before we could look
            return 0 if "reset" in words else 1
    for i, word in enumerate(words):
        action, _, argument = word.partition(":")
        try:
            getattr(end, f"do_{action}")(argument)
        except (Failure, OSError) as e:
            if isinstance(e, ConnectionResetError) and "reset" in words[i:]:
                return 0  # it came before we waited for it
            print(f"{role}: {word}: {e}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    sys.exit(main(sys.argv))
