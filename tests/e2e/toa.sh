#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# toa.sh - what the scripts on TOA share, besides lib.sh: a throw-away cgroup
# with one folder for the proxy and one for the origin, and a bpffs of our own.
# Sourced, never run.
# shellcheck source=lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

TP_TOA=$TP_BUILD/toa/tp-toa
LIBTPTOA=$TP_BUILD/toa/libtptoa.so
TOA_PY=$E2E_ROOT/tests/e2e/toa.py
export TP_TOA LIBTPTOA TOA_PY
CGROUP_ROOT=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
CGROUP=$CGROUP_ROOT/tp$$-e2e
CGROUP_BEFORE=

# toa_begin PROGRAM... - as e2e_begin
toa_begin() {
    if [ -z "$CGROUP_ROOT" ]; then
        note "needs cgroup v2: mount -t cgroup2 none /sys/fs/cgroup"
        exit 77
    fi
    e2e_begin "$TP_TOA" "$@"
    toa_sweep
    trap toa_cleanup EXIT
    CGROUP_BEFORE=$CGROUP_ROOT$(sed -n 's/^0:://p' /proc/self/cgroup)
    mkdir -p "$CGROUP/proxy" "$CGROUP/origin" "$CGROUP/outside" "$DIR/bpf"
    mount -t bpf bpf "$DIR/bpf" || exit 77
    PIN=$DIR/bpf/tp
}

toa_cleanup() {
    local status=$?
    local name

    trap '' INT TERM HUP
    for name in "${!PID[@]}"; do
        stop "$name" 2>/dev/null
    done
    toa_remove "$CGROUP" "$DIR/bpf"
    (exit "$status")
    e2e_cleanup
}

# toa_remove CGROUP MOUNT - the pins go with their mount
toa_remove() {
    umount "$2" 2>/dev/null
    rmdir "$1"/* "$1" 2>/dev/null
}

# What a script that was killed outright has left
toa_sweep() {
    local dir pid

    for dir in "$CGROUP_ROOT"/tp[0-9]*-e2e; do
        pid=${dir##*/tp}
        pid=${pid%-e2e}
        if [ ! -d "$dir" ] || [ -d "/proc/$pid" ]; then
            continue
        fi
        xargs -r kill -KILL <"$dir/cgroup.procs" 2>/dev/null
        rmdir "$dir"/* "$dir" 2>/dev/null
    done
}

# within FOLDER COMMAND... - lib.sh's functions, with what they start in that
# folder of the cgroup (`ip netns exec` hides cgroups from what it runs)
within() {
    local folder=$1
    shift

    echo "$BASHPID" >"$CGROUP/$folder/cgroup.procs"
    "$@"
    local status=$?
    echo "$BASHPID" >"$CGROUP_BEFORE/cgroup.procs"
    return "$status"
}

toa() { "$TP_TOA" --pin "$PIN" "$@"; }
# as in a namespace, for what looks at sockets
toa_in_origin() {
    nsenter --net="/run/netns/$NS_O" "$TP_TOA" --pin "$PIN" "$@"
}

# load_reader [OPTION...] - anew
load_reader() {
    toa unload 2>/dev/null
    toa load --cgroup "$CGROUP/origin" "$@" 2>"$DIR/load.err" ||
        bad "load: $(cat "$DIR/load.err")"
}
load_writer() {
    toa writer unload 2>/dev/null
    toa writer load --cgroup "$CGROUP/proxy" "$@" 2>"$DIR/load.err" ||
        bad "writer load: $(cat "$DIR/load.err")"
}

# counter NAME - its sum over all CPUs
counter() { toa stats -J | jq -r ".$1 | add"; }
writer_counter() { toa writer stats -J | jq -r ".$1 | add"; }
counter_is() { [ "$(counter "$1")" = "$2" ]; }

# expect_counter NAME VALUE - now or soon: a connection's end takes a moment
expect_counter() {
    wait_for 5 counter_is "$1" "$2" ||
        bad "$1 is $(counter "$1"), wanted $2"
}

# The invariants of the product's document, once all connections are closed
# (seed/63, 64)
expect_invariants() {
    local alloc

    alloc=$(counter ip6_address_alloc)
    expect_counter ip6_address_free "$alloc"
    [ "$alloc" -le "$(($(counter syn_recv_sock_toa) + $(counter late)))" ] ||
        bad "more addresses kept than connections came with one"
}
