# SPDX-License-Identifier: BSD-2-Clause
"""The proxies that are measured, each with the configuration that suits the
work best, and what starts them."""
import pathlib
import subprocess

from machine import (Failed, Process, wait_answering, wait_listening,
                     wait_settled)

PORT = 7000          # of proxies
ORIGIN_PORT = 7001
OURS = "tp-proxy"

HAPROXY = """\
global
    maxconn {conns}
    nbthread {threads}
{extra}
defaults
    mode tcp
    timeout connect 5s
    timeout client 10m
    timeout server 10m
{options}
frontend front
    bind {front}:{port}
    default_backend back
backend back
    server real {origin}:{origin_port} send-proxy-v2
"""

NGINX = """\
load_module /usr/lib/nginx/modules/ngx_stream_module.so;
daemon off;
user root;
worker_processes {threads};
worker_rlimit_nofile {descriptors};
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log error;
events {{ worker_connections {conns}; multi_accept on; }}
stream {{
    access_log off;
    server {{
        listen {front}:{port} {listen};
        proxy_pass {origin}:{origin_port};
        proxy_protocol on;
        proxy_timeout 10m;
        {extra}
    }}
}}
"""


class Place:
    """Where a proxy listens and its origin does, how many threads it has. A
    pair of addresses of its own for each run: ports that are still in
    TIME_WAIT are nobody's loss. All proxies are in one cgroup, as services
    are, with or without programs attached: being in one that is not the root
    has a price of its own."""

    def __init__(self, number, threads, descriptors, folder, conns=2000,
                 cgroup=None):
        net = f"127.{1 + number // 250 % 250}.{1 + number % 250}"
        self.front = f"{net}.1"
        self.origin = f"{net}.2"
        self.other_origin = f"{net}.3"
        self.threads = threads
        self.descriptors = descriptors
        self.conns = conns  # how many at most; haproxy reserves for them all
        self.folder = folder
        self.cgroup = cgroup


class Proxy:
    """one way to proxy"""

    udp = False
    is_ours = False

    def __init__(self, name):
        self.name = name

    def args(self, place):
        raise NotImplementedError

    def start(self, place, cpu, port=PORT):
        args = [str(arg) for arg in self.args(place)]
        if place.cgroup:
            args = place.cgroup.join(args)
        process = Process(args, place.folder, cpu, "proxy")
        try:
            self.wait(process, place.front, port)
            wait_settled(process)
        except Failed:
            process.stop()
            raise
        return process

    def wait(self, process, address, port):
        wait_listening(process, address, port, self.udp)


class Tp(Proxy):
    is_ours = True

    def __init__(self, name, program, mode="ppv2", udp=False, more=()):
        super().__init__(name)
        self.program = program
        self.mode = mode
        self.udp = udp
        self.more = list(more)

    def rules(self, place):
        protocol = "udp" if self.udp else "tcp"
        return [f"{protocol}:{PORT} {place.origin} {ORIGIN_PORT} off "
                f"{self.mode}"]

    def args(self, place):
        path = place.folder / "rules"
        path.write_text("".join(f"{rule}\n" for rule in self.rules(place)))
        return [self.program, "-q", "-L", place.front, "-t",
                str(place.threads), "--ext", *self.more, "-f", path]


class TpRules(Tp):
    """With so many rules, on ports 1000 and up. The last one is measured; the
    others have another origin: how long the kernel looks for a port towards
    an origin with many connections is not the proxy's doing."""

    FIRST_PORT = 1000

    def __init__(self, name, program, count):
        super().__init__(name, program)
        self.count = count

    def rules(self, place):
        return [f"tcp:{self.FIRST_PORT + i} {origin} {ORIGIN_PORT} off "
                f"{self.mode}" for i, origin in enumerate(
                    [place.other_origin] * (self.count - 1) + [place.origin])]

    def wait(self, process, address, port):
        wait_answering(process, address, port)


class Haproxy(Proxy):
    def __init__(self, name="haproxy", extra=(), options=()):
        super().__init__(name)
        self.extra = extra
        self.options = options

    def args(self, place):
        path = place.folder / "haproxy.conf"
        path.write_text(HAPROXY.format(
            conns=place.conns,
            threads=place.threads, front=place.front, port=PORT,
            origin=place.origin, origin_port=ORIGIN_PORT,
            extra="".join(f"    {line}\n" for line in self.extra),
            options="".join(f"    {line}\n" for line in self.options)))
        return ["haproxy", "-db", "-f", path]


def haproxy_busy():
    return Haproxy("haproxy, busy polling", ["busy-polling"])


def haproxy_splice():
    return Haproxy("haproxy, splice", ["tune.pipesize 1048576"],
                   ["option splice-auto", "option splice-request",
                    "option splice-response"])


class Nginx(Proxy):
    def __init__(self, name="nginx", extra="", udp=False):
        super().__init__(name)
        self.extra = extra
        self.udp = udp

    def args(self, place):
        path = place.folder / "nginx.conf"
        listen = "udp reuseport rcvbuf=4m" if self.udp else \
            "reuseport backlog=65535"
        path.write_text(NGINX.format(
            threads=place.threads, folder=place.folder, port=PORT,
            front=place.front, origin=place.origin, origin_port=ORIGIN_PORT,
            conns=2 * place.conns + 100, descriptors=place.descriptors,
            listen=listen, extra=self.extra))
        return ["nginx", "-p", place.folder, "-c", path, "-e",
                place.folder / "nginx-error.log"]


def nginx_64k():
    return Nginx("nginx, 64 KiB buffers", "proxy_buffer_size 64k;")


class Writer:
    """tp-toa's writer: loaded while a proxy in mode toa runs, and not else"""

    WORDS = ("writer",)

    def __init__(self, program, cgroup):
        self.command = [str(program), "--pin", str(cgroup.pins / "tp"),
                        *self.WORDS]
        self.cgroup = cgroup

    def load(self):
        run = subprocess.run([*self.command, "load", "--cgroup",
                              str(self.cgroup.path)], capture_output=True,
                             text=True)
        if run.returncode != 0:
            raise Failed(f"{' '.join(self.command)} load: "
                         f"{run.stderr.strip()}")

    def unload(self):
        subprocess.run([*self.command, "unload"], capture_output=True)


class Reader(Writer):
    """tp-toa's reader, for an origin"""

    WORDS = ()


class TpToa(Tp):
    def __init__(self, name, program, writer):
        super().__init__(name, program, "toa")
        self.writer = writer

    def start(self, place, cpu, port=PORT):
        self.writer.load()
        try:
            return super().start(place, cpu, port)
        except Failed:
            self.writer.unload()
            raise


def has_option(program, option):
    run = subprocess.run([program, "--help"], capture_output=True, text=True)
    return option in run.stdout


def programs_of(build):
    build = pathlib.Path(build)
    return {"tp-proxy": build / "proxy/tp-proxy",
            "tp-toa": build / "toa/tp-toa",
            "tp-origin": build / "origin-sim/tp-origin",
            "tp-client": build / "client-sim/tp-client"}
