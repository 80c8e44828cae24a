#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-inspect-join.sh - from captures of both sides of tp-proxy alone: whose
# connection is whose, and does the origin learn it
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

CONNS=20

rules() {
    cat <<TEXT
tcp:10001 $ORIGIN4 20000 off ppv1
tcp:10002 $ORIGIN4 20000 off ppv2
tcp:10003 $ORIGIN6 20000 off ppv2
tcp:10004 $ORIGIN4 20001 off off
udp:10005 $ORIGIN4 20000 off ppv2
udp:10006 $ORIGIN6 20000 off spp
TEXT
}

# traffic PORT VIP SRC [OPTION...] - $CONNS clients through the proxy, with a
# capture of each side in front.pcap and back.pcap, their log in client.log
traffic() {
    local port=$1 vip=$2 src=$3
    shift 3

    rm -f "$DIR/client.log"
    CAPTURE_BYTES=2000
    capture front "$NS_P" p0
    capture back "$NS_P" p1
    in_client "$TP_CLIENT" -q "$vip" "$port" --src "$src" -c "$CONNS" -C 5 \
        -m 200 -n 2 --log "$DIR/client.log" "$@" \
        >"$DIR/client.out" 2>"$DIR/client.err" ||
        bad "client: $(tail -n 2 "$DIR/client.err")"
    capture_stop front back
}

# join STATUS [FRONT BACK] - its output in join.out; both captures hold what
# ends them, a datagram that is nobody's
join() {
    local status=0

    "$TP_INSPECT" -q -J --join \
        "front=$DIR/${2:-front.pcap},back=$DIR/${3:-back.pcap}" \
        "(tcp or udp) and not port 9" >"$DIR/join.out" 2>"$DIR/join.err" ||
        status=$?
    expect "exit of join ($(tail -n 1 "$DIR/join.err"))" "$status" "$1"
}

# pairs FILTER - how many
pairs() { jq -c "select(.type == \"pair\" and ($1))" "$DIR/join.out" | wc -l; }
summary() { jq -r "select(.type == \"join\") | $1" "$DIR/join.out"; }

named() {
    traffic "$@"
    join 0
    expect "pairs" "$(pairs '.by == "claim" and .payload == "same" and
        .verdict == "OK"')" "$CONNS"
    expect "clients" "$(pairs '.client == .front.src and
        .cport == .front.sport')" "$CONNS"
    expect "clocks" "$(summary .clock_us)" 0
}

# the origin's machine an hour ahead, and three days behind
clocks() {
    local by

    traffic 10002 "$VIP4" "$CLIENT4"
    for by in 3600 -259200; do
        editcap -F pcap -t "$by" "$DIR/back.pcap" "$DIR/shifted.pcap" \
            2>"$DIR/editcap.err" || bad "$(cat "$DIR/editcap.err")"
        join 0 front.pcap shifted.pcap
        expect "pairs" "$(pairs '.by == "claim" and
            (.evidence | index("timing"))')" "$CONNS"
        expect "clock" "$(summary "(.clock_us / 1000000 + 0.5 | floor) -
            ($by)")" 0
    done
}

# both sides in one file
together() {
    traffic 10002 "$VIP4" "$CLIENT4"
    mergecap -F pcap -w "$DIR/both.pcap" "$DIR/front.pcap" "$DIR/back.pcap"
    status=0
    "$TP_INSPECT" -q -J --join "both=$DIR/both.pcap" \
        "tcp port 10002 or tcp port 20000" >"$DIR/join.out" || status=$?
    expect "exit" "$status" 0
    expect "pairs" "$(pairs '.verdict == "OK"')" "$CONNS"
}

# Captures that cut packets: what is left of the datagrams is the same. And the
# captures in the wrong order.
cut() {
    local side status=0

    traffic 10005 "$VIP4" "$CLIENT4" -u
    for side in front back; do
        editcap -F pcap -s 96 "$DIR/$side.pcap" "$DIR/$side.cut.pcap" \
            2>"$DIR/editcap.err" || bad "$(cat "$DIR/editcap.err")"
    done
    join 0 front.cut.pcap back.cut.pcap
    expect "pairs" "$(pairs '.by == "claim" and .payload == "same"')" "$CONNS"
    "$TP_INSPECT" -q --join "front=$DIR/back.pcap,back=$DIR/front.pcap" \
        >"$DIR/join.out" 2>"$DIR/join.err" || status=$?
    expect "exit of the wrong order" "$status" 2
    expect_match "words" "$(cat "$DIR/join.err")" 'the other way round'
    expect "pairs of the wrong order" "$(wc -l <"$DIR/join.out")" 0
}

# without a header only payload tells; what tp-client says differs
unnamed() {
    traffic 10004 "$VIP4" "$CLIENT4"
    join 1
    expect "pairs" "$(pairs '.by == "payload" and .verdict == "MISSING"')" \
        "$CONNS"
}

# the right clients named to the wrong connections, and wrong clients
faulty() {
    start_ready proxy "$NS_P" "$TP_PROXY" --ext -f "$DIR/rules" --fault "$1"
    traffic 10002 "$VIP4" "$CLIENT4"
    join 1
    expect "pairs" "$(pairs '.by == "payload" and .verdict == "MISMATCH" and
        .anomaly == "flow.other_client"')" "$2"
}

# another client of the moment is named, where there is one: never a pair by the
# claim alone
mixed_up() {
    start_ready proxy "$NS_P" "$TP_PROXY" --ext -f "$DIR/rules" \
        --fault mix-clients
    traffic 10002 "$VIP4" "$CLIENT4"
    join 1
    expect "pairs" "$(pairs '.payload == "same" and ((.verdict == "OK") ==
        (.client == .front.src and .cport == .front.sport))')" "$CONNS"
    [ "$(pairs '.anomaly == "flow.other_client"')" -ge 1 ] ||
        bad "no client is mixed up"
}

# --expect-from with the clients' own log, whole and without a line, and with
# one that did not come
expected() {
    local status

    traffic 10002 "$VIP4" "$CLIENT4"
    status=0
    "$TP_INSPECT" -q -r "$DIR/back.pcap" --mode ppv2 \
        --expect-from "$DIR/client.log" tcp >"$DIR/expect.out" || status=$?
    expect "exit" "$status" 0
    tail -n +2 "$DIR/client.log" >"$DIR/short.log"
    status=0
    "$TP_INSPECT" -q -r "$DIR/back.pcap" --mode ppv2 \
        --expect-from "$DIR/short.log" tcp >"$DIR/expect.out" || status=$?
    expect "exit without one" "$status" 1
    expect "mismatches" "$(line_count "$DIR/expect.out" 'flow.expect\b')" 1
    { cat "$DIR/client.log" && head -n 1 "$DIR/client.log" |
        jq -c '.sport = 1 | .eport = 1'; } >"$DIR/long.log"
    status=0
    "$TP_INSPECT" -r "$DIR/back.pcap" --mode ppv2 \
        --expect-from "$DIR/long.log" tcp >"$DIR/expect.out" \
        2>"$DIR/expect.err" || status=$?
    expect "exit with one more" "$status" 1
    expect "told" "$(line_count "$DIR/expect.err" 'no flow names 198')" 1
}

e2e_begin "$TP_PROXY" "$TP_ORIGIN" "$TP_CLIENT" "$TP_INSPECT"
rules >"$DIR/rules"
start_ready origin "$NS_O" "$TP_ORIGIN" --reply echo 20000
start_ready origin-off "$NS_O" "$TP_ORIGIN" --mode off --reply echo 20001
start_ready proxy "$NS_P" "$TP_PROXY" --ext -f "$DIR/rules"
run_case "TCP, version 1" named 10001 "$VIP4" "$CLIENT4"
run_case "TCP, version 2" named 10002 "$VIP4" "$CLIENT4"
run_case "TCP, IPv6 clients, IPv6 origin" named 10003 "$VIP6" "$CLIENT6"
run_case "UDP, version 2" named 10005 "$VIP4" "$CLIENT4" -u
run_case "UDP, SPP, IPv6" named 10006 "$VIP6" "$CLIENT6" -u
run_case "UDP, packets cut, the wrong order" cut
run_case "clocks apart" clocks
run_case "both in one file" together
run_case "no header" unnamed
run_case "expected clients" expected
run_case "a wrong port is named" faulty wrong-port "$CONNS"
run_case "client and server exchanged" faulty swap-addr "$CONNS"
run_case "clients mixed up" mixed_up
stop_clean proxy
stop_clean origin origin-off
e2e_end
