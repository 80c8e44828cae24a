#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# abuse.py - clients of the API that nobody wants
#
# usage: abuse.py STATE ADDR:PORT WHAT
#
# Each prints what became of it, as "NAME VALUE" lines; "ready" comes when it
# holds what it wants to hold.
import json
import os
import select
import socket
import sys
import time

import tc3

BODY_MAX = 1 << 20


def dial(endpoint, timeout=20):
    host, port = endpoint.rsplit(":", 1)
    s = socket.create_connection((host, int(port)), timeout)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return s


def say(*words):
    print(*words, flush=True)


def code_of(data):
    """The error's code in an HTTP response; "ok" without one"""
    head, _, body = data.partition(b"\r\n\r\n")
    if not body:
        return "none"
    answer = json.loads(body)["Response"]
    return answer.get("Error", {}).get("Code", "ok")


def read_all(s):
    data = b""
    while True:
        try:
            piece = s.recv(65536)
        except OSError:
            return data
        if not piece:
            return data
        data += piece


def request(pair, action, body, **how):
    lines = [f"{n}: {v}" for n, v in
             tc3.headers(pair, action, body, **how).items()]
    lines += [f"Content-Length: {len(body)}", "Connection: close"]
    return ("POST / HTTP/1.1\r\n" + "\r\n".join(lines) +
            "\r\n\r\n").encode()


def ask(endpoint, head, body=b""):
    """One connection, all of it at once; the code that comes back"""
    s = dial(endpoint)
    try:
        s.sendall(head + body)
    except OSError:
        pass
    return code_of(read_all(s))


def replay(pair, endpoint):
    """The same bytes again, at once and when the second is over"""
    body = json.dumps({"ZoneId": "z", "Name": "g", "Type": "GENERAL",
                       "Records": [{"Record": "192.0.2.1"}]}).encode()
    head = request(pair, "CreateOriginGroup", body)
    say("first", ask(endpoint, head, body))
    say("again", ask(endpoint, head, body))
    now = int(time.time())
    while int(time.time()) == now:
        select.select([], [], [], 0.05)
    say("later", ask(endpoint, head, body))
    head = request(pair, "DescribeOriginGroup", b'{"ZoneId":"z"}')
    for name in ("read", "reread"):
        say(name, ask(endpoint, head, b'{"ZoneId":"z"}'))


def signatures(pair, endpoint):
    """A signature is for one request, by one key, at one time"""
    body = b'{"ZoneId":"z"}'
    now = int(time.time())
    action = "DescribeL4Proxy"
    good = request(pair, action, body)
    say("good", ask(endpoint, good, body))
    say("body", ask(endpoint, good, b'{"ZoneId":"y"}'))
    say("key", ask(endpoint, request((pair[0], "x" * 32), action, body),
                   body))
    say("id", ask(endpoint, request(("AKIDnobody", pair[1]), action, body),
                  body))
    say("host", ask(endpoint, good.replace(b"Host: localhost",
                                           b"Host: elsewhere"), body))
    for name, skew in (("past", -301), ("future", 302), ("near", -280)):
        say(name, ask(endpoint, request(pair, action, body, when=now + skew),
                      body))
    say("date", ask(endpoint, good.replace(
        time.strftime("/%Y-%m-%d/", time.gmtime()).encode(),
        b"/2001-01-01/"), body))
    say("unsigned", ask(endpoint, b"POST / HTTP/1.1\r\nHost: h\r\n"
                        b"Content-Length: 2\r\nConnection: close\r\n\r\n{}"))
    say("garbage", ask(endpoint, good.replace(b"TC3-HMAC-SHA256", b"TC9"),
                       body))


def sizes(pair, endpoint):
    """A body of 1 MiB is taken, one byte more is not, nor is one in chunks"""
    for name, size in (("whole", BODY_MAX), ("over", BODY_MAX + 1)):
        body = b'{"ZoneId":"z"' + b" " * (size - 14) + b"}"
        say(name, ask(endpoint, request(pair, "DescribeL4Proxy", body), body))
    head = request(pair, "DescribeL4Proxy", b"").replace(
        b"Content-Length: 0", b"Transfer-Encoding: chunked")
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
    say("chunks", ask(endpoint, head, chunk * 20 + b"0\r\n\r\n"))


def bodies(pair, endpoint):
    """100 long requests at a time, none of them complete"""
    body = b" " * 1000000
    held = []
    for _ in range(100):
        s = dial(endpoint)
        head = request(pair, "DescribeL4Proxy", body,
                       nonce=os.urandom(8).hex())
        s.sendall(head + body[:-1])
        held.append(s)
    say("ready")
    sys.stdin.readline()
    codes = []
    for s in held:
        try:
            s.sendall(b" ")
            codes.append(code_of(read_all(s)))
        except OSError:
            codes.append("none")
    for code in sorted(set(codes)):
        say("got", code, codes.count(code))


def idle(_pair, endpoint):
    """1,000 connections that say nothing"""
    held = []
    for _ in range(1000):
        try:
            held.append(dial(endpoint, 0.3))
        except OSError:
            break
    say("ready", len(held))
    sys.stdin.readline()


def slow(pair, endpoint):
    """A byte a second: of the headers, of the body; and nobody who reads"""
    head = request(pair, "DescribeL4Proxy", b"x" * 1000)
    named = {"headers": dial(endpoint), "body": dial(endpoint),
             "reader": dial(endpoint)}
    named["body"].sendall(head)
    named["reader"].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    named["reader"].sendall(b"GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n" * 400)
    say("ready")
    at = 0
    until = time.monotonic() + 60
    # who is alive but slow: its socket becomes readable when it is cut
    while named and time.monotonic() < until:
        for name, data in (("headers", head), ("body", b"x" * 1000)):
            if name in named:
                try:
                    named[name].send(data[at:at + 1])
                except OSError:
                    pass
        at += 1
        poll = select.poll()
        for s in named.values():
            poll.register(s, select.POLLRDHUP)
        gone = {fd for fd, _ in poll.poll(1000)}
        for name in [n for n, s in named.items() if s.fileno() in gone]:
            named.pop(name).close()
            say("cut", name)


def main(state, endpoint, what):
    {f.__name__: f for f in (replay, signatures, sizes, bodies, idle,
                             slow)}[what](tc3.credentials(state), endpoint)


if __name__ == "__main__":
    main(*sys.argv[1:])
