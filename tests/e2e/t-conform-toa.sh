#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-conform-toa.sh - tp-conform proxy reads the TCP option itself, in any
# segment; broken origins and proxies of mode toa fail in the cases that
# tests/conform/confidence.txt names for them, and in those alone
# shellcheck source=toa.sh
. "$(dirname "$0")/toa.sh"

TP_CONFORM=$TP_BUILD/conform/tp-conform
PORT=12000
RAW4=10.2.0.77 # nobody's

# option PLACE - a healthy proxy's is read there
option() {
    within proxy start_ready proxy "$NS_P" "$TP_PROXY" -t 1 --toa-on "$1" \
        --rule "tcp:$PORT 127.0.0.1 $((PORT + 1)) off toa" || return 0
    in_proxy "$TP_CONFORM" proxy -J --mode toa --origin-listen \
        "127.0.0.1:$((PORT + 1))" -W 300ms --source "$EGRESS4" \
        "$VIP4:$PORT" >"$DIR/judge.json" 2>"$DIR/judge.err"
    expect "exit status" $? 0
    expect "status" "$(jq -r 'select(.id == "toa/sent/client") | .status' \
        "$DIR/judge.json")" pass
    stop_clean proxy
}

broken_ones() {
    NS_P=$NS_P NS_O=$NS_O CGROUP=$CGROUP ORIGIN4=$ORIGIN4 EGRESS4=$EGRESS4 \
        VIP4=$VIP4 "$E2E_ROOT/tests/conform/confidence.py" "$TP_BUILD" --toa \
        >"$DIR/confidence.out" 2>&1 || bad "$(cat "$DIR/confidence.out")"
    note "$(tail -n 1 "$DIR/confidence.out")"
}

# What the counters of the kernel's reader say, in a copy of them that is new
# whenever the judge looks
counters() {
    load_reader --trust "$RAW4"
    within origin start_ready origin "$NS_O" "$TP_ORIGIN" --mode off \
        --reply whoami -t 20004
    "$E2E_ROOT/tests/e2e/toa.py" copy-stats "$DIR/toa_stats" "$TP_TOA" --pin \
        "$PIN" stats &
    PID[stats]=$!
    wait_for 5 test -s "$DIR/toa_stats" || bad "no copy of the counters"
    in_proxy "$TP_CONFORM" origin -J --mode toa --probe echo --oracle \
        "toa-stats:$DIR/toa_stats" --oracle-wait 600ms --raw-source "$RAW4" \
        -i p1 "$ORIGIN4:20004" toa/valid >"$DIR/stats.json" 2>"$DIR/stats.err"
    expect "exit status" $? 0
    expect "passed" "$(jq -r 'select(.status == "pass") | .got' \
        "$DIR/stats.json" | grep -c 'getname_toa_ok +1, ')" 3
    stop stats
    stop_clean origin
}

toa_begin "$TP_PROXY" "$TP_CONFORM" "$TP_ORIGIN" "$TP_CLIENT"
# shellcheck disable=SC2119 # it needs no option
load_writer
for place in syn ack data; do
    run_case "in $place" option "$place"
done
run_case "toa-stats" counters
run_case "broken origins and proxies" broken_ones
e2e_end
