#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# all-sources.sh - 65,000 connections from as many source addresses, IPv4 and
# IPv6, in PPV2: the origin is told the right address of each, and each is
# another one
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

CONNS=65000

# 198.18.0.0/16 has 65,534 addresses that can be bound, fd00:c::/112 65,535
crowd() {
    local vip=$1 src=$2
    local status=0 clients

    : >"$DIR/origin.log"
    in_client "$TP_CLIENT" "$vip" 10000 -c "$CONNS" -C 500 --src "$src" \
        --whoami --timeout 20s >"$DIR/summary" </dev/null || status=$?
    expect "tp-client's exit status" "$status" 0
    expect "identities" "$(grep '^client-ip:' "$DIR/summary")" \
        "client-ip: $CONNS checked, 0 wrong, 0 missing"
    wait_for 15 has_lines "$DIR/origin.log" '"type":"conn"' "$CONNS" ||
        bad "$(line_count "$DIR/origin.log" '"type":"conn"') log lines"
    clients=$(jq -r 'select(.verdict == "ok" and .mode == "ppv2") | .client' \
        "$DIR/origin.log" | sort -u | wc -l)
    expect "different clients at the origin" "$clients" "$CONNS"
    head -n 4 "$DIR/summary" >&2
}

# An address that has no port left is told before anything starts.
few_ports() {
    local status=0

    in_client sysctl -qw net.ipv4.ip_local_port_range="40000 40099"
    in_client "$TP_CLIENT" "$VIP4" 10000 -c 101 -C 101 --src 198.18.0.1 \
        >"$DIR/summary" 2>"$DIR/summary.err" </dev/null || status=$?
    expect "exit status" "$status" 2
    grep -q 'net.ipv4.ip_local_port_range' "$DIR/summary.err" ||
        bad "the message does not name the sysctl: $(cat "$DIR/summary.err")"
    expect "summary" "$(cat "$DIR/summary")" ""
    status=0
    in_client "$TP_CLIENT" "$VIP4" 10000 -c 200 -C 200 --whoami \
        --src 198.18.0.1,198.18.0.2 >"$DIR/summary" </dev/null || status=$?
    expect "exit status with two addresses" "$status" 0
    expect "identities" "$(grep '^client-ip:' "$DIR/summary")" \
        "client-ip: 200 checked, 0 wrong, 0 missing"
}

e2e_begin "$TP_PROXY" "$TP_ORIGIN" "$TP_CLIENT"
# the proxy has one address towards the origin, whose ports would all be waiting
in_proxy sysctl -qw net.ipv4.ip_local_port_range="1024 65535" \
    net.ipv4.tcp_tw_reuse=1
start_ready origin "$NS_O" "$TP_ORIGIN" --mode ppv2 --reply whoami -t \
    --log "$DIR/origin.log" 20000
start_ready proxy "$NS_P" "$TP_PROXY" --rule "tcp:10000 $ORIGIN4 20000 off ppv2"
run_case "$CONNS connections from $CONNS IPv4 addresses" \
    crowd "$VIP4" 198.18.0.0/16
run_case "$CONNS connections from $CONNS IPv6 addresses" \
    crowd "$VIP6" fd00:c::/112
run_case "few ports: told before the start, and two addresses have twice" \
    few_ports
run_case "clean end" stop_clean proxy origin
e2e_end
