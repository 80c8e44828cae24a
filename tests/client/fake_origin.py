#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""fake_origin.py - an echo server with chosen faults, for the tests of tp-client

usage: fake_origin.py [-4|-6] tcp|udp FAULT

Prints its port, serves until it is terminated. FAULT:
  none     echo
  whoami   one line of identity (the peer's true address), then the echo
  split    whoami, written byte by byte
  lie      whoami, naming 192.0.2.99:9
  once     UDP: lie in the first reply of each peer, then whoami
  later    UDP: whoami in the first reply of each peer, then lie
  nospp    UDP: 38 bytes less come back, as if a header was taken off
  garbage  whoami, the line cut in the middle
  endless  an identity line without an end
  flip     one byte of the echo is changed (TCP: number 100, UDP: the last)
  extra    one byte more than was sent, at the end
  short    TCP: closes after 10 bytes; UDP: one byte less comes back
  reset    TCP: RST after the first bytes
  mute     takes everything, answers nothing
  dup      UDP: each reply comes twice
  cross    UDP: replies go to another peer once there are two
  lose     UDP: every fifth datagram is not answered
  swap     UDP: pairs of replies change places
  join     UDP: two replies in one datagram
  slow     TCP: small pieces with pauses
"""
import json
import socket
import struct
import sys
import threading
import time


def identity(peer, fault):
    host, port = peer[0].removeprefix("::ffff:"), peer[1]
    if fault == "lie":
        host, port = "192.0.2.99", 9
    line = json.dumps({"v": 1, "type": "whoami", "client": host,
                       "cport": port, "mode": "none", "verdict": "ok",
                       "dst": None, "tlvs": [{"type": "0x02", "hex": "61"}]})
    data = line.encode() + b"\n"
    return data[:20] + b"\n" if fault == "garbage" else data


def speak_identity(conn, peer, fault):
    if fault == "endless":
        conn.sendall(b"{" + b" " * 100000)
        time.sleep(5)
    elif fault == "split":
        conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in identity(peer, fault):
            conn.sendall(bytes([byte]))
            time.sleep(0.0005)
    elif fault in ("whoami", "lie", "garbage"):
        conn.sendall(identity(peer, fault))


def serve_tcp_one(conn, peer, fault):
    seen = 0
    with conn:
        speak_identity(conn, peer, fault)
        while data := conn.recv(65536):
            if fault == "reset":
                conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                struct.pack("ii", 1, 0))
                return
            if fault == "mute":
                continue
            if fault == "flip" and seen <= 100 < seen + len(data):
                at = 100 - seen
                data = data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]
            if fault == "short":
                conn.sendall(data[:10])
                return
            seen += len(data)
            if fault == "slow":
                for i in range(0, len(data), 1000):
                    conn.sendall(data[i:i + 1000])
                    time.sleep(0.001)
                continue
            conn.sendall(data)
        if fault == "extra":
            conn.sendall(b"x")


def serve_tcp_quiet(*args):
    try:
        serve_tcp_one(*args)
    except OSError:
        pass  # the client gave up: that is what several tests are about


def serve_tcp(sock, fault):
    while True:
        conn, peer = sock.accept()
        threading.Thread(target=serve_tcp_quiet, args=(conn, peer, fault),
                         daemon=True).start()


def serve_udp(sock, fault):
    count, kept, peers = 0, None, []
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    while True:
        data, peer = sock.recvfrom(65536)
        count += 1
        reply = data
        if fault == "once":
            reply = identity(peer, "whoami" if peer in peers else "lie") + data
        if fault == "later":
            reply = identity(peer, "lie" if peer in peers else "whoami") + data
        if peer not in peers:
            peers.append(peer)
        if fault in ("whoami", "lie", "garbage"):
            reply = identity(peer, fault) + data
        elif fault == "flip":
            reply = data[:-1] + bytes([data[-1] ^ 1])
        elif fault == "short":
            reply = data[:-1]
        elif fault == "nospp":
            reply = data[38:]
        elif fault == "extra":
            reply = data + b"x"
        elif fault == "cross" and len(peers) > 1:
            peer = peers[0] if peer == peers[1] else peers[1]
        if fault == "mute" or (fault == "lose" and count % 5 == 0):
            continue
        if fault in ("swap", "join"):
            if kept is None:
                kept = (reply, peer)
                continue
            if fault == "join":
                sock.sendto(kept[0] + reply, peer)
            else:
                sock.sendto(reply, peer)
                sock.sendto(*kept)
            kept = None
            continue
        sock.sendto(reply, peer)
        if fault == "dup":
            sock.sendto(reply, peer)


def main():
    args = sys.argv[1:]
    family, host = socket.AF_INET, "127.0.0.1"
    if args[0] in ("-4", "-6"):
        if args.pop(0) == "-6":
            family, host = socket.AF_INET6, "::1"
    else:
        host = "0.0.0.0"
    proto, fault = args
    kind = socket.SOCK_DGRAM if proto == "udp" else socket.SOCK_STREAM
    with socket.socket(family, kind) as sock:
        sock.bind((host, 0))
        if proto == "tcp":
            sock.listen(1024)
        print(sock.getsockname()[1], flush=True)
        (serve_udp if proto == "udp" else serve_tcp)(sock, fault)


if __name__ == "__main__":
    main()
