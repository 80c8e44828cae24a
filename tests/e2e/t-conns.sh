#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-conns.sh - 10,000 connections from 1,000 source addresses in PPV2: the
# origin is told the right address of each, and no descriptor stays open
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

CONNS=10000

# 198.18.4.0/22 has 1,022 addresses that can be bound, fd00:c::/118 1,023
crowd() {
    local vip=$1 src=$2
    local status=0 proxy_fds origin_fds clients

    proxy_fds=$(fd_count proxy)
    origin_fds=$(fd_count origin)
    in_client "$TP_CLIENT" "$vip" 10000 -c "$CONNS" -C 500 -m 100 \
        --src "$src" --whoami --timeout 20s >"$DIR/summary" \
        2>"$DIR/summary.err" </dev/null || status=$?
    expect "tp-client's exit status" "$status" 0
    expect "identities" "$(grep '^client-ip:' "$DIR/summary")" \
        "client-ip: $CONNS checked, 0 wrong, 0 missing"
    wait_for 15 same_fds proxy "$proxy_fds" ||
        bad "tp-proxy had $proxy_fds descriptors, has $(fd_count proxy)"
    wait_for 15 same_fds origin "$origin_fds" ||
        bad "tp-origin had $origin_fds descriptors, has $(fd_count origin)"
    wait_for 5 has_lines "$DIR/origin.log" '"type":"conn"' "$CONNS" ||
        bad "$(line_count "$DIR/origin.log" '"type":"conn"') log lines"
    clients=$(jq -r 'select(.verdict == "ok" and .mode == "ppv2") | .client' \
        "$DIR/origin.log" | sort | uniq -c)
    [ "$(wc -l <<<"$clients")" -ge 1000 ] ||
        bad "only $(wc -l <<<"$clients") different clients"
    expect "connections the origin took" \
        "$(awk '{ n += $1 } END { print n }' <<<"$clients")" "$CONNS"
    head -n 4 "$DIR/summary" >&2
    : >"$DIR/origin.log"
}

same_fds() { [ "$(fd_count "$1")" = "$2" ]; }

e2e_begin "$TP_PROXY" "$TP_ORIGIN" "$TP_CLIENT"
start_ready origin "$NS_O" "$TP_ORIGIN" --mode ppv2 --reply whoami -t \
    --log "$DIR/origin.log" 20000
start_ready proxy "$NS_P" "$TP_PROXY" --log "$DIR/proxy.log" \
    --rule "tcp:10000 $ORIGIN4 20000 off ppv2"
run_case "$CONNS connections from 1,022 IPv4 addresses" \
    crowd "$VIP4" 198.18.4.0/22
run_case "$CONNS connections from 1,023 IPv6 addresses" \
    crowd "$VIP6" fd00:c::/118
run_case "clean end" stop_clean proxy origin
e2e_end
