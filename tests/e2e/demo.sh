#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# demo.sh - each mode once for a v4 and a v6 client through real namespaces:
# what the client's address is, what the origin saw, what the capture shows
#
# usage: demo.sh [-v]; -v keeps the captures and prints tp-inspect's lines
set -uo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
TP_BUILD=${TP_BUILD:-$HERE/../../build/release}
# shellcheck source=toa.sh
. "$HERE/toa.sh"

VERBOSE=no
if [ "${1:-}" = -v ]; then
    VERBOSE=yes
    TP_KEEP=1
fi
FORWARD_BASE=10000
ORIGIN_BASE=20000
CONNS=1
BYTES=1000
HAS_TOA=yes
MODES="tcp:off tcp:toa tcp:ppv1 tcp:ppv2 udp:off udp:ppv2 udp:spp"

# one row a mode and client family; row N has forwarding port 10000+N and
# origin port 20000+N, which tell the rows apart everywhere
rows() {
    local mode family row=0

    for mode in $MODES; do
        for family in 4 6; do
            row=$((row + 1))
            printf '%d %s %s %s\n' "$row" "${mode%:*}" "${mode#*:}" "$family"
        done
    done
}

write_rules() {
    local row proto mode family

    while read -r row proto mode family; do
        printf '%s:%d %s %d off %s\n' "$proto" $((FORWARD_BASE + row)) \
            "$ORIGIN4" $((ORIGIN_BASE + row)) "$mode"
    done < <(rows) >"$DIR/rules"
}

# run_row ROW PROTOCOL FAMILY - whether tp-client is content with the address
# is decided below, from all witnesses at once
run_row() {
    local row=$1 proto=$2 family=$3
    local vip=$VIP4 src=198.18.0.$((10 + row))

    if [ "$family" = 6 ]; then
        vip=$VIP6
        src=fd00:c::$((10 + row))
    fi
    local udp=()
    [ "$proto" = tcp ] || udp=(-u)
    in_client "$TP_CLIENT" "$vip" $((FORWARD_BASE + row)) "${udp[@]}" \
        --src "$src" -c "$CONNS" -m "$BYTES" --whoami --timeout 5s \
        --log "$DIR/client-$row.log" >"$DIR/client-$row.out" \
        2>"$DIR/client-$row.err" </dev/null
}

# socket IP PORT - as it is written in a URL
socket() {
    if [[ $1 = *:* ]]; then
        printf '[%s]:%s' "$1" "$2"
    else
        printf '%s:%s' "$1" "$2"
    fi
}

# from_log FILE FILTER IP_KEY PORT_KEY - the socket of the one line that
# matches; "-" if there is none, "?" if there are several
from_log() {
    local found

    found=$(jq -r "select($2) | \"\\(.$3 // \"-\") \\(.$4 // \"-\")\"" \
        "$1" 2>/dev/null)
    case $found in
    "" | "- -") printf -- '-' ;;
    *$'\n'*) printf '?' ;;
    *) socket "${found% *}" "${found#* }" ;;
    esac
}

# judge ROW PROTOCOL MODE - print the row; 1 if it is not what it must be
judge() {
    local row=$1 proto=$2 mode=$3
    local port=$((ORIGIN_BASE + row))
    local own saw decoded verdict=WRONG

    own=$(from_log "$DIR/client-$row.log" '.src != null' src sport)
    saw=$(from_log "$DIR/origin.log" \
        ".transport == \"$proto\" and .lport == $port" client cport)
    decoded=$(from_log "$DIR/flows" \
        ".type == \"flow\" and .dport == $port" client cport)
    if [ "$mode" = off ]; then
        # the proxy is all that the origin can know
        [[ $saw = "$EGRESS4":* && $own = *[0-9]* && $decoded = - ]] &&
            verdict=hidden
    elif [ "$own" = "$saw" ] && [ "$own" = "$decoded" ] &&
        [[ $own = *[0-9]* ]]; then
        verdict=OK
    fi
    printf '%-3s %-4s  %-19s %-19s %-19s %s\n' "${proto^^}" "${mode^^}" \
        "$own" "$saw" "$decoded" "$verdict"
    [ "$verdict" != WRONG ]
}

# origin_ports MODE... - the ports of their rows
origin_ports() {
    local row proto mode family

    while read -r row proto mode family; do
        [[ " $* " != *" $mode "* ]] || printf '%d ' $((ORIGIN_BASE + row))
    done < <(rows)
}

# toa_lacks - what keeps TOA from this machine; 1 if nothing does
toa_lacks() {
    if [ -z "$CGROUP_ROOT" ]; then
        printf 'cgroup v2 is not mounted'
    elif "$TP_TOA" check >/dev/null 2>&1; then
        return 1
    else
        printf "see 'tp-toa check'"
    fi
}

# in_cgroup FOLDER COMMAND... - where there is one
in_cgroup() {
    if [ "$HAS_TOA" = yes ]; then
        within "$@"
    else
        shift
        "$@"
    fi
}

start_toa() {
    load_reader --trust "$EGRESS4" || return
    # shellcheck disable=SC2119 # it takes options, none are needed here
    load_writer || return
    # shellcheck disable=SC2046 # a list of ports
    within origin start_ready origin-toa "$NS_O" "$TP_ORIGIN" --mode toa -t \
        --reply whoami --log "$DIR/origin-toa.log" $(origin_ports toa)
}

# The payload modes end in one origin; TOA in another, which is plain but for
# the eBPF reader of its cgroup.
start_world() {
    # shellcheck disable=SC2046 # lists of ports
    start_ready origin "$NS_O" "$TP_ORIGIN" --mode auto --reply whoami \
        --log "$DIR/origin.log" $(origin_ports off ppv1 ppv2 spp) || return
    [ "$HAS_TOA" = no ] || start_toa || return
    in_cgroup proxy start_ready proxy "$NS_P" "$TP_PROXY" --ext \
        -f "$DIR/rules"
}

demo() {
    local row proto mode family

    write_rules
    start_world || return
    capture origin-leg "$NS_P" p1
    while read -r row proto mode family; do
        run_row "$row" "$proto" "$family"
    done < <(rows)
    capture_stop origin-leg
    stop_clean proxy origin
    if [ "$HAS_TOA" = yes ]; then
        stop_clean origin-toa
        cat "$DIR/origin-toa.log" >>"$DIR/origin.log"
        expect_invariants
    fi
    "$TP_INSPECT" -q -J -r "$DIR/origin-leg.pcap" 'not udp port 9' \
        >"$DIR/flows" || true
    printf 'Clients dial %s and %s.\n' "$VIP4" "$VIP6"
    printf 'The proxy reaches the origin from %s; OFF hides the client.\n\n' \
        "$EGRESS4"
    printf '%-9s %-19s %-19s %-19s %s\n' MODE "CLIENT'S OWN" "ORIGIN SAW" \
        "CAPTURE SHOWS" VERDICT
    while read -r row proto mode family; do
        judge "$row" "$proto" "$mode" || bad "row $row: $proto $mode v$family"
    done < <(rows)
    if [ "$VERBOSE" = yes ]; then
        printf '\n'
        "$TP_INSPECT" -r "$DIR/origin-leg.pcap" 'not udp port 9'
    fi
}

if [ "${EXPECT_ALL_FEATURES:-0}" != 1 ] && lacks=$(toa_lacks); then
    HAS_TOA=no
    MODES=${MODES/tcp:toa /}
    printf 'The rows of TOA are left out: %s.\n' "$lacks"
    e2e_begin "$TP_PROXY" "$TP_ORIGIN" "$TP_CLIENT" "$TP_INSPECT"
else
    toa_begin "$TP_PROXY" "$TP_ORIGIN" "$TP_CLIENT" "$TP_INSPECT"
fi
CASE=demo
demo
if [ -n "$CASE_BAD" ]; then
    E2E_FAILED=1
    printf '\nNot every row is what it must be: see out/e2e/demo/\n'
    exit 1
fi
printf '\nEvery row is what it must be.\n'
