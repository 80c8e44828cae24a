# SPDX-License-Identifier: BSD-2-Clause
"""The machine while something is measured: who used its processors, a network
namespace of its own, processes that end with the one that started them."""
import contextlib
import ctypes
import os
import pathlib
import platform
import re
import resource
import signal
import socket
import subprocess
import sys
import time

TICK_S = 1 / os.sysconf("SC_CLK_TCK")
CPUS = os.cpu_count() or 1
PF_KTHREAD = 0x00200000
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)
CGROUP2 = "cgroup2"


class Failed(Exception):
    """something that was started does not do what it is there for"""


# ---- processor time ----

def _kernel_thread(pid, known={}):
    """is it one? remembered, as it does not change; None: gone"""
    if pid not in known:
        try:
            stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
        except OSError:
            return None
        known[pid] = bool(int(stat.rpartition(")")[2].split()[6]) & PF_KTHREAD)
    return known[pid]


def task_seconds(pid):
    """processor time of all threads of a process, to the nanosecond"""
    total = 0
    with contextlib.suppress(OSError):
        for tid in os.listdir(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError, IndexError):
                text = pathlib.Path(
                    f"/proc/{pid}/task/{tid}/schedstat").read_text()
                total += int(text.split()[0])
    return total / 1e9


def family(pid):
    """a process and its children"""
    kids = []
    with contextlib.suppress(OSError):
        text = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
        kids = [int(word) for word in text.split()]
    return [pid, *kids]


def family_seconds(pid):
    return sum(task_seconds(p) for p in family(pid))


class Snapshot:
    """the counters of /proc at one moment; reading those of all processes
    takes a while, which is kept out of what lies between two snapshots"""

    def __init__(self, is_end):
        if not is_end:
            self._read_tasks()
        self.time = time.monotonic()
        line = pathlib.Path("/proc/stat").read_text().split("\n", 1)[0]
        user, nice, system, idle, wait, irq, soft, steal = (
            int(word) * TICK_S for word in line.split()[1:9])
        self.idle = idle + wait
        self.steal = steal
        self.sampled = user + nice + system + irq + soft
        if is_end:
            self._read_tasks()

    def _read_tasks(self):
        self.kernel = 0
        self.tasks = {}
        for name in os.listdir("/proc"):
            if not name.isdigit():
                continue
            pid = int(name)
            is_kernel = _kernel_thread(pid)
            if is_kernel is None:
                continue
            used = task_seconds(pid)
            if is_kernel:
                self.kernel += used
            else:
                self.tasks[pid] = used


class Window:
    """What the machine did between two snapshots, of which `ours_s` seconds
    were for the processes in `ours`.

    busy_s is elapsed time of all processors less what /proc/stat calls idle,
    which the kernel adds up exactly; the busy fields are samples of a tick
    and miss short bursts. foreign_s is the larger of what those samples are
    above ours and what other processes that lived say they used.
    """

    def __init__(self, before, after, ours, ours_s):
        self.elapsed_s = after.time - before.time
        self.busy_s = (self.elapsed_s * CPUS - (after.idle - before.idle)
                       - (after.steal - before.steal))
        self.steal_s = after.steal - before.steal
        kernel = after.kernel - before.kernel
        sampled = after.sampled - before.sampled - ours_s - kernel
        others = sum(used - before.tasks.get(pid, 0)
                     for pid, used in after.tasks.items() if pid not in ours)
        self.foreign_s = max(0.0, sampled, others) + self.steal_s

    @property
    def foreign(self):
        """share of the machine that went elsewhere"""
        return self.foreign_s / (self.elapsed_s * CPUS)


# ---- the namespace ----

def enter_namespaces():
    """Run this program again with a network and with mounts of its own, which
    go when its last process goes."""
    if os.environ.get("BENCH_INSIDE") == str(os.getpid()):
        return
    os.environ["BENCH_INSIDE"] = str(os.getpid())
    os.execvp("unshare", ["unshare", "--net", "--mount", sys.executable,
                          *sys.argv])


def congestion_control():
    return pathlib.Path(
        "/proc/sys/net/ipv4/tcp_congestion_control").read_text().strip()


def set_up_network():
    """A loopback of its own: reno, because bbr, some machines' default, paces
    there; ports for many connections; 1000 to 9999 are for servers."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for name, value in (
            ("net.ipv4.ip_local_port_range", "10000 65535"),
            ("net.ipv4.tcp_tw_reuse", "1"),
            ("net.core.somaxconn", "65535"),
            ("net.ipv4.tcp_max_syn_backlog", "65535"),
            ("net.ipv4.tcp_syncookies", "0"),
            ("net.ipv4.tcp_congestion_control", "reno")):
        run = subprocess.run(["sysctl", "-qw", f"{name}={value}"],
                             capture_output=True, text=True)
        if run.returncode != 0:
            print(f"bench: {name} stays as it is: {run.stderr.strip()}",
                  file=sys.stderr)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def descriptor_limit():
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


class Cgroup:
    """A folder of cgroup v2 and a bpffs, for the programs of mode toa."""

    def __init__(self, folder):
        mounts = [line.split() for line in
                  pathlib.Path("/proc/self/mounts").read_text().splitlines()]
        roots = [m[1] for m in mounts if m[2] == CGROUP2]
        if not roots:
            raise Failed("no cgroup v2 is mounted")
        self._sweep(pathlib.Path(roots[0]))
        self.path = pathlib.Path(roots[0]) / f"tp-bench-{os.getpid()}"
        self.pins = folder / "bpf"
        self.pins.mkdir()
        subprocess.run(["mount", "-t", "bpf", "bpf", self.pins], check=True)
        self.path.mkdir()

    @staticmethod
    def _sweep(root):
        """what a run that was killed outright has left"""
        for path in root.glob("tp-bench-*"):
            if not os.path.exists(f"/proc/{path.name.rpartition('-')[2]}"):
                with contextlib.suppress(OSError):
                    path.rmdir()

    def join(self, args):
        """args, run inside of the folder"""
        return ["sh", "-c", 'echo $$ >"$0" && exec "$@"',
                str(self.path / "cgroup.procs"), *args]

    def close(self):
        subprocess.run(["umount", self.pins], check=False)
        for _ in range(50):
            with contextlib.suppress(OSError):
                self.path.rmdir()
                return
            time.sleep(0.02)


# ---- processes ----

def _die_with_parent():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    """A program that runs; on a processor of its own if `cpu` is given."""

    def __init__(self, args, folder, cpu=None, name="process"):
        args = [str(arg) for arg in args]
        self.name = name
        self.err = folder / f"{name}.err"
        if cpu is not None:
            args = ["taskset", "-c", str(cpu), *args]
        with open(self.err, "wb") as err, \
                open(folder / f"{name}.out", "wb") as out:
            self.out = folder / f"{name}.out"
            self.child = subprocess.Popen(
                args, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                start_new_session=True, preexec_fn=_die_with_parent)
        self.pid = self.child.pid
        self.used_s = None

    def wait(self, timeout_s):
        """its output, once it has ended; used_s is its processor time"""
        end = time.monotonic() + timeout_s
        while True:
            pid, status, usage = os.wait4(self.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() > end:
                self.stop()
                raise Failed(f"{self.name} does not end")
            time.sleep(0.002)
        self.child.returncode = os.waitstatus_to_exitcode(status)
        self.used_s = usage.ru_utime + usage.ru_stime
        return self.out.read_text()

    def said(self):
        return self.err.read_text(errors="replace").strip()

    def is_running(self):
        return self.child.poll() is None

    def stop(self):
        """it and what it started"""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            self.child.wait()


def listens(address, port, udp=False):
    """is a socket bound there?"""
    want = "%s:%04X" % (
        bytes(map(int, reversed(address.split(".")))).hex().upper(), port)
    anywhere = f"00000000:{port:04X}"
    state = "07" if udp else "0A"
    for file in ("udp",) if udp else ("tcp", "tcp6"):
        with open(f"/proc/net/{file}", encoding="ascii") as table:
            for line in table:
                words = line.split()
                if words[3] == state and words[1] in (want, anywhere):
                    return True
    return False


def wait_until(what, condition, timeout_s=10.0, step_s=0.005):
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            raise Failed(what)
        time.sleep(step_s)


def wait_listening(process, address, port, udp=False):
    wait_for(process, "listen", lambda: listens(address, port, udp))


def wait_answering(process, address, port):
    """as that, where a port needs no socket of its own"""
    def answers():
        with socket.socket() as client:
            return client.connect_ex((address, port)) == 0

    wait_for(process, "answer", answers)


def wait_for(process, verb, condition):
    def has_come():
        if not process.is_running():
            raise Failed(f"{process.name} has ended: {process.said()}")
        return condition()

    wait_until(f"{process.name} does not {verb}: {process.said()}", has_come)


def wait_settled(process):
    """until its processor time stands still: what it does at its start, behind
    a port that listens already, is not measured. One that polls never does."""
    used_s = -1.0

    def has_settled():
        nonlocal used_s
        before_s, used_s = used_s, family_seconds(process.pid)
        return used_s - before_s < 0.001

    with contextlib.suppress(Failed):
        wait_until("it does not settle", has_settled, 0.5, 0.05)


def pss_bytes(pid):
    """user space memory of a process and its children, shared pages divided"""
    total = 0
    for p in family(pid):
        text = pathlib.Path(f"/proc/{p}/smaps_rollup").read_text()
        total += int(re.search(r"(?m)^Pss:\s+(\d+)", text).group(1)) * 1024
    return total


# ---- what it is ----

def _first_line(args, pattern):
    try:
        run = subprocess.run(args, capture_output=True, text=True, timeout=10)
    except OSError:
        return None
    found = re.search(pattern, run.stdout + run.stderr)
    return found.group(1) if found else None


def versions(names, build):
    """"program version" of each that is there"""
    ask = {
        "tp-proxy": ([build / "proxy/tp-proxy", "--version"], r"([\d.]+)"),
        "haproxy": (["haproxy", "-v"], r"version ([\d.]+)"),
        "nginx": (["nginx", "-v"], r"nginx/([\d.]+)"),
        "wrk": (["wrk", "-v"], r"wrk (?:debian/)?([\d.]+)"),
        "iperf3": (["iperf3", "--version"], r"iperf ([\d.]+)"),
    }
    said = {name: _first_line(*ask[name]) for name in names}
    return {name: number for name, number in said.items() if number}


def describe():
    """the machine, in a line"""
    found = re.search(r"(?m)^model name\s*: (.*)$",
                      pathlib.Path("/proc/cpuinfo").read_text())
    name = found.group(1) if found else platform.machine()
    kernel = ".".join(platform.release().split(".")[:2])
    return f"{name}, {CPUS} CPUs, Linux {kernel}"
