#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-conform-toa.sh - tp-conform proxy reads the TCP option itself, in any
# segment; broken origins and proxies of mode toa fail in the cases that
# tests/conform/confidence.txt names for them, and in those alone
# shellcheck source=toa.sh
. "$(dirname "$0")/toa.sh"

TP_CONFORM=$TP_BUILD/conform/tp-conform
PORT=12000

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

toa_begin "$TP_PROXY" "$TP_CONFORM" "$TP_ORIGIN" "$TP_CLIENT"
# shellcheck disable=SC2119 # it needs no option
load_writer
for place in syn ack data; do
    run_case "in $place" option "$place"
done
run_case "broken origins and proxies" broken_ones
e2e_end
