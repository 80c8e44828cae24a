#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# all-bench.sh - the benchmarks run, with either referee, and clean up after
# themselves; what they measure here is of no interest
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

BENCH=$E2E_ROOT/tests/bench/bench.py
SHORT=(-r 1 -s 0.2 -q -n -f 9)

# bench NAME [OPTION...] - its lines in $DIR/NAME.ndjson
bench() {
    "$BENCH" "$1" "$TP_BUILD" "${SHORT[@]}" -o "$DIR" "${@:2}" \
        >"$DIR/bench.out" 2>"$DIR/bench.err" ||
        bad "status $?: $(tail -n 3 "$DIR/bench.err")"
}
# who_ran NAME ROW LAYOUT - contenders with figures, in order
who_ran() {
    jq -r --arg row "$2" --arg layout "$3" 'select(.row == $row and
        .layout == $layout and .is_kept and .figures.rate > 0) | .who' \
        "$DIR/$1.ndjson" | sort | paste -sd,
}

proxies() {
    local layout

    bench proxy -w -k rr64
    for layout in pinned free; do
        expect "$layout" "$(who_ran proxy rr64 "$layout")" \
            "haproxy,haproxy, busy polling,nginx,tp-proxy,tp-proxy, TOA"
    done
    grep -q '^| requests on 64 connections, free: tp-proxy to ' \
        "$DIR/bench.out" || bad "no goals: $(cat "$DIR/bench.out")"
    expect referee "$(head -n 1 "$DIR/proxy.ndjson" | jq -r .referee)" \
        "wrk, nginx"
}

# Only where the neutral programs lie beside the repository: every row; one
# that a contender cannot run is a failure.
refload() {
    local all="nginx,tp-proxy,tp-proxy, --udp-gso,tp-proxy, SPP"
    local rows="crr down1 down8 idle open rr1 rr1000 rr64 rules udp1000 udp16"

    bench proxy
    expect free "$(who_ran proxy udp16 free)" "$all,tp-proxy, SPP, --udp-gso"
    expect rows "$(jq -r 'select(.row).row' "$DIR/proxy.ndjson" | sort -u |
        paste -sd ' ')" "$rows up1 up8"
}

clients() {
    local row both="tp-client, all checked,tp-client, nothing checked"

    bench client -w -k checks,checks-toa,checks-ppv1,checks-udp-spp
    expect free "$(who_ran client checks free)" "$both"
    for row in checks checks-toa checks-ppv1 checks-udp-spp; do
        expect "$row" "$(who_ran client "$row" pinned)" "$both"
    done
}

leftovers() {
    pgrep -f "$DIR/inner/tp-bench"
    ls -d "$DIR"/inner/* /sys/fs/cgroup/{,unified/}"tp-bench-$1" 2>/dev/null
}
loads() { pgrep -f "$DIR/inner/tp-bench.*[r]efload|[w]rk .*$DIR/inner" >&2; }

# interrupted while a load runs
interrupted() {
    local pid status=0

    mkdir "$DIR/inner"
    TMPDIR=$DIR/inner "$BENCH" proxy "$TP_BUILD" -k rr64 -s 30 -q -n -w \
        -o "$DIR" >"$DIR/bench.out" 2>"$DIR/bench.err" &
    pid=$!
    wait_for 20 loads || bad "it does not run: $(cat "$DIR/bench.err")"
    kill -"$1" "$pid"
    wait "$pid" || status=$?
    expect status "$status" 130
    [ -z "$(leftovers "$pid")" ] || bad "left: $(leftovers "$pid")"
    rm -rf "$DIR/inner"
}

e2e_begin "$TP_PROXY" "$TP_ORIGIN" "$TP_CLIENT"
run_case "proxies, with wrk and nginx as referee" proxies
[ ! -e "$E2E_ROOT/../shared/bench/refload.c" ] ||
    run_case "every row of proxies, with refload and refsink" refload
run_case "clients" clients
run_case "interrupted, it leaves nothing" interrupted INT
run_case "terminated, it leaves nothing" interrupted TERM
e2e_end
