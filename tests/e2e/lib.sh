#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# lib.sh - what the end-to-end scripts share: namespaces, processes, captures,
# cases. Sourced, never run.
#
# A script t-NAME.sh sources this, calls e2e_begin, runs cases and ends with
# e2e_end. On stdout it prints one line a case, "ok - NAME" or "not ok - NAME"
# ("ok - NAME # SKIP why" for a skip), and nothing else that begins so; talk
# goes to stderr. Exit status: 0, 1 if a case failed, 77 if all is skipped.
#
# The world of a script: three namespaces, two links, nothing else.
#
#	client ns ---c0--------p0--- proxy ns ---p1--------o0--- origin ns
#	198.18.0.0/16   10.1.0.2/24  203.0.113.1  10.2.0.2/24   10.2.0.10-12
#	fd00:c::/64     fd00:1::2    2001:db8:f::1 fd00:2::2    fd00:2::10-12
#
# Every address of the two client prefixes is the client's own (bind to it
# with --src). The proxy's VIPs are on its lo and differ from its egress
# addresses, so that one cannot be taken for the other.
#
# TP_BUILD chooses the build that is tested (default build/dev), TP_KEEP=1
# keeps the working folder of a script that passed.

set -uo pipefail

E2E_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
E2E_NAME=$(basename "$0" .sh)
TP_BUILD=${TP_BUILD:-$E2E_ROOT/build/dev}
TP_PROXY=$TP_BUILD/proxy/tp-proxy
TP_INSPECT=$TP_BUILD/inspect/tp-inspect
TP_ORIGIN=$TP_BUILD/origin-sim/tp-origin
TP_CLIENT=$TP_BUILD/client-sim/tp-client
export TP_BUILD TP_PROXY TP_INSPECT TP_ORIGIN TP_CLIENT

# shellcheck disable=SC2034 # for the scripts
{
    VIP4=203.0.113.1
    VIP6=2001:db8:f::1
    EGRESS4=10.2.0.2
    EGRESS6=fd00:2::2
    ORIGIN4=10.2.0.10
    ORIGIN6=fd00:2::10
    CLIENT4=198.18.0.0/16
    CLIENT6=fd00:c::/64
    CLIENT_LINK4=10.1.0.1
    CLIENT_LINK6=fd00:1::1
}

NS_C=tp$$c
NS_P=tp$$p
NS_O=tp$$o

DIR=      # of this script, made by e2e_begin
CASE=     # running now
CASE_BAD= # what is wrong with it
E2E_FAILED=0
E2E_PASSED=0
declare -A PID STATUS

note() { printf '%s: %s\n' "$E2E_NAME" "$*" >&2; }

# ---- the world ----

e2e_begin() {
    local program

    if [ "$(id -u)" != 0 ]; then
        note "needs root to make network namespaces"
        exit 77
    fi
    for program in "$@"; do
        [ -x "$program" ] || {
            note "$program is not built"
            exit 1
        }
    done
    ns_sweep
    DIR=$(mktemp -d "/tmp/tp-e2e-$E2E_NAME.XXXXXX")
    trap e2e_cleanup EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
    ns_make
}

e2e_end() {
    note "$E2E_PASSED ok, $E2E_FAILED not ok"
    [ "$E2E_FAILED" = 0 ]
    exit
}

e2e_cleanup() {
    local status=$?
    local name ns keep

    trap - EXIT
    trap '' INT TERM HUP
    for name in "${!PID[@]}"; do
        stop "$name" 2>/dev/null
    done
    for ns in "$NS_C" "$NS_P" "$NS_O"; do
        ns_delete "$ns"
    done
    keep=$E2E_ROOT/out/e2e/$E2E_NAME
    if [ "$E2E_FAILED" != 0 ] || [ "${TP_KEEP:-0}" = 1 ]; then
        rm -rf "$keep"
        mkdir -p "$(dirname "$keep")"
        cp -r "$DIR" "$keep" && note "logs and captures: out/e2e/$E2E_NAME"
    fi
    rm -rf "$DIR"
    exit "$status"
}

# A script that was killed outright could not clean up: do it for it.
ns_sweep() {
    local ns pid

    for ns in $(ip netns list 2>/dev/null |
        sed -nE 's/^(tp[0-9]+[cpo])\b.*/\1/p'); do
        pid=${ns//[!0-9]/}
        [ -d "/proc/$pid" ] || ns_delete "$ns"
    done
}

ns_delete() {
    local pids

    pids=$(ip netns pids "$1" 2>/dev/null) || return 0
    # shellcheck disable=SC2086 # a list
    [ -z "$pids" ] || kill -KILL $pids 2>/dev/null
    ip netns delete "$1" 2>/dev/null
}

ns_exec() {
    local ns=$1
    shift
    ip netns exec "$ns" "$@"
}
in_client() { ns_exec "$NS_C" "$@"; }
in_proxy() { ns_exec "$NS_P" "$@"; }
in_origin() { ns_exec "$NS_O" "$@"; }

# No waiting for duplicate address detection; a congestion control that does
# not pace, so that times mean something; ports enough for 10,000 connections.
ns_settings() {
    ns_exec "$1" sysctl -q -w net.ipv6.conf.all.accept_dad=0 \
        net.ipv6.conf.default.accept_dad=0 \
        net.ipv6.conf.default.dad_transmits=0 \
        net.ipv4.tcp_congestion_control=reno \
        net.ipv4.ip_local_port_range="30000 65535" \
        net.core.somaxconn=16384 || return
    ip -n "$1" link set lo up
}

# ns_link NAME NAMESPACE NAME NAMESPACE THIRD - a link; with WIRES=1 one in two
# parts, whose inner ends, NAME-w, are in the third namespace, for wire.py
ns_link() {
    if [ "${WIRES:-0}" = 0 ]; then
        ip link add "$1" netns "$2" type veth peer name "$3" netns "$4"
        return
    fi
    ip link add "$1" netns "$2" type veth peer name "$1-w" netns "$5"
    ip link add "$3" netns "$4" type veth peer name "$3-w" netns "$5"
    for name in "$1-w" "$3-w"; do
        ns_exec "$5" sysctl -q -w "net.ipv6.conf.$name.disable_ipv6=1"
        ip -n "$5" link set "$name" up
    done
}

ns_make() {
    local n name

    set -e
    ip netns add "$NS_C"
    ip netns add "$NS_P"
    ip netns add "$NS_O"
    ns_settings "$NS_C"
    ns_settings "$NS_P"
    ns_settings "$NS_O"
    ns_link c0 "$NS_C" p0 "$NS_P" "$NS_O"
    ns_link p1 "$NS_P" o0 "$NS_O" "$NS_C"

    ip -n "$NS_C" addr add "$CLIENT_LINK4/24" dev c0
    ip -n "$NS_C" addr add "$CLIENT_LINK6/64" dev c0 nodad
    ip -n "$NS_P" addr add 10.1.0.2/24 dev p0
    ip -n "$NS_P" addr add fd00:1::2/64 dev p0 nodad
    ip -n "$NS_P" addr add "$EGRESS4/24" dev p1
    ip -n "$NS_P" addr add "$EGRESS6/64" dev p1 nodad
    ip -n "$NS_P" addr add "$VIP4/32" dev lo
    ip -n "$NS_P" addr add "$VIP6/128" dev lo
    for n in 10 11 12; do
        ip -n "$NS_O" addr add "10.2.0.$n/24" dev o0
        ip -n "$NS_O" addr add "fd00:2::$n/64" dev o0 nodad
    done
    ip -n "$NS_C" link set c0 up
    ip -n "$NS_P" link set p0 up
    ip -n "$NS_P" link set p1 up
    ip -n "$NS_O" link set o0 up

    ip -n "$NS_C" route add local "$CLIENT4" dev lo
    ip -n "$NS_C" -6 route add local "$CLIENT6" dev lo
    ip -n "$NS_C" route add "$VIP4/32" via 10.1.0.2
    ip -n "$NS_C" -6 route add "$VIP6/128" via fd00:1::2
    ip -n "$NS_P" route add "$CLIENT4" via "$CLIENT_LINK4"
    ip -n "$NS_P" -6 route add "$CLIENT6" via "$CLIENT_LINK6"
    set +e
}

# ---- waiting ----

# wait_for SECONDS COMMAND... - until it succeeds; 1 if it never does
wait_for() {
    local end=$((${EPOCHREALTIME/[.,]/} + $1 * 1000000))
    shift

    until "$@" >/dev/null 2>&1; do
        [ "${EPOCHREALTIME/[.,]/}" -lt "$end" ] || return 1
        read -r -t 0.02 <> <(:) || true
    done
}

said() { grep -qE -- "$2" "$DIR/$1.err" "$DIR/$1.out"; }
gone() { ! kill -0 "$1" 2>/dev/null; }

# nginx_head CONNECTIONS ["USER [GROUP]"] - how a configuration of nginx begins
nginx_head() {
    cat <<TEXT
load_module /usr/lib/nginx/modules/ngx_stream_module.so;
user ${2:-root};
worker_processes 1;
pid $DIR/nginx.pid;
error_log $DIR/nginx-error.log notice;
events { worker_connections $1; }
TEXT
}

# line_count FILE PATTERN - lines that match, 0 for a file that is not there
line_count() {
    local n

    n=$(grep -cE -- "$2" "$1" 2>/dev/null)
    printf '%s' "${n:-0}"
}
has_lines() { [ "$(line_count "$1" "$2")" -ge "$3" ]; }

# ---- processes ----

# start NAME NAMESPACE COMMAND... - in the background, its output in
# $DIR/NAME.out and $DIR/NAME.err, its pid in ${PID[NAME]}
start() {
    local name=$1 ns=$2
    shift 2

    stop "$name"
    # at once: what an earlier one of that name said is not its word
    : >"$DIR/$name.out" 2>"$DIR/$name.err"
    ip netns exec "$ns" "$@" >"$DIR/$name.out" 2>"$DIR/$name.err" \
        </dev/null &
    PID[$name]=$!
    unset "STATUS[$name]"
}

# start_ready NAME NAMESPACE COMMAND... - and wait until it says "ready"
start_ready() {
    start "$@"
    wait_for 15 said "$1" '\bready\b' && return 0
    bad "$1 is not ready: $(tail -n 3 "$DIR/$1.err")"
    return 1
}

# stop NAME [SIGNAL] - and wait for its end; its exit status in ${STATUS[NAME]}
# (124 if it had to be killed)
stop() {
    local name=$1
    local pid=${PID[$name]:-}

    [ -n "$pid" ] || return 0
    kill "-${2:-TERM}" "$pid" 2>/dev/null
    if wait_for 15 gone_or_zombie "$pid"; then
        wait "$pid" 2>/dev/null
        STATUS[$name]=$?
    else
        kill -KILL "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
        STATUS[$name]=124
    fi
    unset "PID[$name]"
}

gone_or_zombie() {
    [ ! -d "/proc/$1" ] || grep -q '^State:[[:space:]]*Z' "/proc/$1/status"
}

# stop_clean NAME... - stop, and it must have left with 0 and no report of a
# sanitizer
stop_clean() {
    local name

    for name in "$@"; do
        stop "$name"
        [ "${STATUS[$name]:-0}" = 0 ] ||
            bad "$name left with ${STATUS[$name]}: $(
                tail -n 5 "$DIR/$name.err"
            )"
        ! grep -qE 'AddressSanitizer|LeakSanitizer|runtime error:' \
            "$DIR/$name.err" || bad "$name: a sanitizer complained: $(
            grep -m 3 -E 'Sanitizer|runtime error' "$DIR/$name.err"
        )"
    done
}

fd_count() {
    local fds=("/proc/${PID[$1]}/fd"/*)
    printf '%s' "${#fds[@]}"
}

# ---- captures ----

# capture NAME NAMESPACE INTERFACE [FILTER] - into $DIR/NAME.pcap
capture() {
    local name=$1 ns=$2 interface=$3
    shift 3

    start "$name" "$ns" tcpdump -i "$interface" -n -U --immediate-mode \
        -Z root -B 65536 -s "${CAPTURE_BYTES:-256}" -w "$DIR/$name.pcap" \
        "${@:+($*) or udp port 9}"
    CAPTURE_NS[$name]=$ns
    CAPTURE_IF[$name]=$interface
    wait_for 10 said "$name" 'listening on' || bad "no capture $name"
}
declare -A CAPTURE_NS CAPTURE_IF

# capture_stop NAME... - everything sent before this call is in the file: a
# last datagram to port 9 is sent and waited for
capture_stop() {
    local name to

    for name in "$@"; do
        case ${CAPTURE_IF[$name]} in
        c0) to=10.1.0.2 ;;
        p0) to=10.1.0.1 ;;
        p1) to=10.2.0.10 ;;
        o0) to=10.2.0.2 ;;
        lo) to=127.0.0.1 ;;
        esac
        ns_exec "${CAPTURE_NS[$name]}" bash -c \
            "printf tp-capture-end >/dev/udp/$to/9"
        wait_for 30 capture_has_end "$name" ||
            bad "capture $name does not end"
        stop "$name" INT
        grep -qE '^0 packets dropped by kernel' "$DIR/$name.err" ||
            bad "capture $name lost packets: $(tail -n 1 "$DIR/$name.err")"
    done
}

capture_has_end() {
    tail -c 2000 "$DIR/$1.pcap" | grep -qa tp-capture-end
}

# ---- cases ----

# run_case NAME FUNCTION [ARGUMENT...] - the function says bad for each thing
# that is wrong; ONLY=PATTERN in the environment runs the cases that match
run_case() {
    CASE=$1
    CASE_BAD=
    shift

    # shellcheck disable=SC2053 # a pattern
    [[ $CASE = ${ONLY:-*} ]] || return 0
    "$@" || bad "the case ended with status $?"
    case_end
}

# case_end - print the verdict of $CASE
case_end() {
    if [ -z "$CASE_BAD" ]; then
        printf 'ok - %s\n' "$CASE"
        E2E_PASSED=$((E2E_PASSED + 1))
    else
        printf 'not ok - %s\n' "$CASE"
        E2E_FAILED=$((E2E_FAILED + 1))
    fi
    CASE=
}

# bad TEXT - the running case has failed; it goes on. Between cases it is the
# set-up that has failed, which is a case of its own then.
bad() {
    note "${CASE:-set-up}: $*"
    if [ -z "$CASE" ]; then
        printf 'not ok - set-up: %s\n' "${*//$'\n'/ }"
        E2E_FAILED=$((E2E_FAILED + 1))
    fi
    CASE_BAD=yes
}

# expect WHAT GOT WANTED
expect() {
    [ "$2" = "$3" ] || bad "$1: got '$2', wanted '$3'"
}

# expect_match WHAT TEXT PATTERN
expect_match() {
    grep -qE -- "$3" <<<"$2" || bad "$1: '$2' does not match '$3'"
}
