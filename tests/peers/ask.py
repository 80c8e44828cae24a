#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
"""ask.py - a client of the peers

ask.py http|smtp|imap|dns|dns-udp ADDRESS PORT SOURCE
    From SOURCE, one exchange of that protocol. Prints our own end, address and
    port, then what was answered.
"""
import socket
import struct
import sys

IPV6_FREEBIND = 78
TIMEOUT_S = 10
QUERY = struct.pack("!6HB2H", 0x7470, 0x0100, 1, 0, 0, 0, 0, 2, 1)  # ". NS"


def until(sock, end):
    """what comes up to @end, or to the end of the connection"""
    data = b""
    while not data.endswith(end) or not end:
        more = sock.recv(65536)
        if not more:
            break
        data += more
    return data


def http(sock):
    sock.sendall(b"GET / HTTP/1.1\r\nHost: peer.example\r\n"
                 b"Connection: close\r\n\r\n")
    return until(sock, b"")


def smtp(sock):
    hello = until(sock, b"\r\n")
    sock.sendall(b"QUIT\r\n")
    return hello + until(sock, b"")


def imap(sock):
    hello = until(sock, b"\r\n")
    sock.sendall(b"a LOGOUT\r\n")
    return hello + until(sock, b"")


def dns(sock):
    sock.sendall(struct.pack("!H", len(QUERY)) + QUERY)
    data = b""
    while len(data) < 2 or len(data) < 2 + struct.unpack("!H", data[:2])[0]:
        more = sock.recv(65536)
        assert more, "closed in the middle of an answer"
        data += more
    return told(data[2:])


def dns_udp(sock):
    """two of them, so that the flow has a second datagram"""
    for _ in range(2):
        sock.send(QUERY)
        data = sock.recv(65536)
    return told(data)


def told(answer):
    assert answer[:2] == QUERY[:2] and answer[2] & 0x80, "not an answer"
    return b"rcode %d" % (answer[3] & 15)


def main():
    subject, address, port, source = sys.argv[1:]
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    kind = socket.SOCK_DGRAM if subject == "dns-udp" else socket.SOCK_STREAM
    ask = {"http": http, "smtp": smtp, "imap": imap, "dns": dns,
           "dns-udp": dns_udp}[subject]
    with socket.socket(family, kind) as sock:
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, IPV6_FREEBIND, 1)
        sock.settimeout(TIMEOUT_S)
        sock.bind((source, 0))
        sock.connect((address, int(port)))
        print(*sock.getsockname()[:2], flush=True)
        answer = ask(sock)
        if not answer:
            sys.exit("no answer")
        sys.stdout.write(answer.decode("latin-1").replace("\r", ""))


if __name__ == "__main__":
    main()
