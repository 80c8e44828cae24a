#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# tc3.py - a small client of the API, with a signature of its own making
#
# usage: tc3.py STATE ENDPOINT ACTION [BODY]
#
# ENDPOINT is ADDR:PORT or the path of a socket. Prints the object Response.
import hashlib
import hmac
import http.client
import json
import os
import socket
import sys
import time

SERVICE = "teo"
VERSION = "2022-09-01"


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout=20):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


def connect(endpoint, timeout=20):
    if "/" in endpoint:
        return UnixConnection(endpoint, timeout)
    host, port = endpoint.rsplit(":", 1)
    return http.client.HTTPConnection(host.strip("[]"), int(port),
                                      timeout=timeout)


def credentials(state):
    with open(os.path.join(state, "credentials"), encoding="ascii") as f:
        return f.read().split()


def _hmac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def sign(pair, host, body, when, extra=()):
    """The header Authorization, over content-type, host and @extra pairs"""
    date = time.strftime("%Y-%m-%d", time.gmtime(when))
    signed = [("content-type", "application/json"), ("host", host)]
    signed += list(extra)
    names = ";".join(n for n, _ in signed)
    request = "\n".join(
        ["POST", "/", ""]
        + [f"{n}:{v.lower()}" for n, v in signed]
        + ["", names, hashlib.sha256(body).hexdigest()])
    scope = f"{date}/{SERVICE}/tc3_request"
    text = "\n".join(["TC3-HMAC-SHA256", str(when), scope,
                      hashlib.sha256(request.encode()).hexdigest()])
    key = _hmac(_hmac(_hmac(("TC3" + pair[1]).encode(), date), SERVICE),
                "tc3_request")
    return (f"TC3-HMAC-SHA256 Credential={pair[0]}/{scope}, "
            f"SignedHeaders={names}, Signature={_hmac(key, text).hex()}")


def headers(pair, action, body, host="localhost", when=None, nonce=None):
    when = int(time.time()) if when is None else when
    extra = [("x-tp-nonce", nonce)] if nonce else []
    result = {
        "Host": host,
        "Content-Type": "application/json",
        "X-TC-Action": action,
        "X-TC-Version": VERSION,
        "X-TC-Timestamp": str(when),
        "Authorization": sign(pair, host, body, when, extra),
    }
    result.update({n: v for n, v in extra})
    return result


def call(endpoint, pair, action, values, **how):
    body = json.dumps(values).encode()
    how.setdefault("nonce", os.urandom(8).hex())
    c = connect(endpoint)
    try:
        c.request("POST", "/", body, headers(pair, action, body, **how))
        return json.loads(c.getresponse().read())["Response"]
    finally:
        c.close()


def main(state, endpoint, action, body="{}"):
    print(json.dumps(call(endpoint, credentials(state), action,
                          json.loads(body))))


if __name__ == "__main__":
    main(*sys.argv[1:])
