#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# wire.sh - what t-wire.sh and all-wire.sh share: the fast path between ends
# that see segments and datagrams lost, doubled, out of order and damaged.
# Sourced, never run.
WIRES=1
# shellcheck source=fast.sh
. "$(dirname "$0")/fast.sh"

WIRE=$E2E_ROOT/tests/e2e/wire.py
ORDER=$E2E_ROOT/tests/e2e/udp_order.py
MOVER_PAIRS=6

# wires CLIENT-PERCENTS ORIGIN-PERCENTS - see wire.py; "-": nothing happens
wires() {
    start_ready wire-c "$NS_O" "$WIRE" "$SEED" "${1/#-/0,0,0,0}" c0-w p0-w
    start_ready wire-o "$NS_C" "$WIRE" "$((SEED + 1))" "${2/#-/0,0,0,0}" \
        p1-w o0-w
}

# harmed WIRE NAME - how many packets
harmed() { sed -n '$p' "$DIR/wire-$1.out" | jq ".$2"; }

wires_stop() {
    local name

    stop_clean wire-c wire-o
    for name in "$@"; do
        [ "$(harmed "$name" lost)" -gt 0 ] || bad "wire-$name loses nothing"
        [ "$(harmed "$name" damaged)" -gt 0 ] ||
            bad "wire-$name damages nothing"
    done
    note "client's wire: $(tail -n 1 "$DIR/wire-c.out")"
    note "origin's wire: $(tail -n 1 "$DIR/wire-o.out")"
}

# mover_rules FAMILY - a rule for each pair of ends
mover_rules() {
    local i host=$ORIGIN4

    [ "$1" = 4 ] || host=[$ORIGIN6]
    for ((i = 0; i < MOVER_PAIRS; i++)); do
        printf 'tcp:%s %s %s off ppv2\n' $((12000 + i)) "$host" $((22000 + i))
    done
}

# movers_over FAMILY COUNT [bulk] - ends in pairs, each pair COUNT connections
# one after the other
movers_over() {
    local family=$1 vip=$VIP4 host=$ORIGIN4 i pids=()
    shift

    [ "$family" = 4 ] || { vip=$VIP6 host=$ORIGIN6; }
    for ((i = 0; i < MOVER_PAIRS; i++)); do
        timeout 300 "$MOVERS" --wire "$NS_C" "$NS_O" "$vip" "$host" \
            $((12000 + i)) $((22000 + i)) "$1" $((SEED + i)) "${@:2}" \
            >&2 &
        pids+=($!)
    done
    for i in "${!pids[@]}"; do
        wait "${pids[i]}" || bad "ends $i, seed $((SEED + i))"
    done
}

# tcp_over FAST-PATH FAMILY CLIENT-PERCENTS ORIGIN-PERCENTS COUNT [bulk]
tcp_over() {
    local fast_path=$1 family=$2 client=$3 origin=$4 harmed=()
    shift 4

    [ "$client" = - ] || harmed+=(c)
    [ "$origin" = - ] || harmed+=(o)
    wires "$client" "$origin"
    mover_rules "$family" >"$DIR/rules"
    # a reset that the wire has lost leaves a connection: not waited for long
    start_ready proxy "$NS_P" "$TP_PROXY" -v --fast-path "$fast_path" --drain 2s \
        -f "$DIR/rules"
    movers_over "$family" "$@"
    stop_clean proxy
    wires_stop "${harmed[@]}"
    [ "$(counted tcp_fast)" -gt 0 ] || bad "none went over"
    note "$(counted tcp_fast) of $(counted tcp_accepted) went over"
}

# without OPTION CASE... - the case, where neither end has the TCP option
without() {
    local option=$1 ns
    shift

    for ns in "$NS_C" "$NS_O"; do
        ns_exec "$ns" sysctl -q -w "net.ipv4.$option=0"
    done
    "$@"
    for ns in "$NS_C" "$NS_O"; do
        ns_exec "$ns" sysctl -q -w "net.ipv4.$option=1"
    done
}

# uncut CASE... - the case, where no end leaves cutting and sums to a card
uncut() {
    in_client "$E2E_ROOT/tests/e2e/offload.py" c0 checksum off || bad "c0"
    in_origin "$E2E_ROOT/tests/e2e/offload.py" o0 checksum off || bad "o0"
    "$@"
    in_client "$E2E_ROOT/tests/e2e/offload.py" c0 checksum on || bad "c0 on"
    in_origin "$E2E_ROOT/tests/e2e/offload.py" o0 checksum on || bad "o0 on"
}

# udp_over MODE FAMILY SOCKETS COUNT - numbered datagrams, see udp_order.py
udp_over() {
    local carries=none vip=$VIP4 host=$ORIGIN4 at=$ORIGIN4 status=0

    case $1 in spp) carries=spp ;; ppv2) carries=every ;; esac
    [ "$2" = 4 ] || { vip=$VIP6 host=$ORIGIN6 at=[$ORIGIN6]; }
    start_ready echo "$NS_O" "$ORDER" origin "$host" 7001 $carries
    start_ready proxy "$NS_P" "$TP_PROXY" -v --fast-path always \
        --ext --udp-header every --rule "udp:11001 $at 7001 off $1"
    in_client "$ORDER" client "$vip" 11001 - "$3" "$4" 1 0 >"$DIR/client" \
        2>"$DIR/client.err" || status=$?
    expect "client ($(cat "$DIR/client.err"))" "$status" 0
    stop_clean proxy echo
    [ "$(counted udp_fast_datagrams)" -gt $(($3 * $4)) ] ||
        bad "$(counted udp_fast_datagrams) were forwarded"
}

# What arrives is whole, no datagram comes twice, none after a later one.
udp_gaps() {
    wires 2,0,0,2 2,0,0,2
    UDP_WIRE=gaps udp_over "$@"
    wires_stop c o
}

# as_seen NAME FILTER - clients and numbers of the datagrams of a capture, those
# of each client in their order
as_seen() {
    tshark -r "$DIR/$1.pcap" -Y "$2" -T fields -e udp.payload 2>/dev/null |
        awk '{ print substr($1, 33, 4), substr($1, 41, 8) }' | sort -s -k 1,1
}

# same_order NAME FILTER NAME FILTER
same_order() {
    as_seen "$1" "$2" >"$DIR/came"
    as_seen "$3" "$4" >"$DIR/went"
    cmp -s "$DIR/came" "$DIR/went" ||
        bad "$4: $(diff "$DIR/came" "$DIR/went" | head -n 5)"
    ! sort -c -u "$DIR/came" 2>/dev/null || bad "$2: nothing out of order"
}

# What the client's wire did to datagrams, and nothing else, is there on the
# origin's link, and the reverse.
udp_order() {
    wires 1,5,10,0 1,5,10,0
    CAPTURE_BYTES=200 capture p0 "$NS_P" p0 udp
    CAPTURE_BYTES=200 capture p1 "$NS_P" p1 udp
    UDP_WIRE=any udp_over off 4 "$@"
    capture_stop p0 p1
    stop_clean wire-c wire-o
    same_order p0 'udp.dstport == 11001' p1 'udp.dstport == 7001'
    same_order p1 'udp.srcport == 7001' p0 'udp.srcport == 11001'
}
