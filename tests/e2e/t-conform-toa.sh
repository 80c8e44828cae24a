#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-conform-toa.sh - tp-conform proxy reads the TCP option itself: in any
# segment, in a healthy proxy's and in wrong ones
# shellcheck source=toa.sh
. "$(dirname "$0")/toa.sh"

TP_CONFORM=$TP_BUILD/conform/tp-conform
PORT=12000

# judge MODE [OPTION...] - of tp-proxy in mode toa
judge() {
    local mode=$1
    shift

    in_proxy "$TP_CONFORM" proxy -J --mode "$mode" --origin-listen \
        "127.0.0.1:$((PORT + 1))" -W 300ms --source "$EGRESS4" \
        "$VIP4:$PORT" "$@" >"$DIR/judge.json" 2>"$DIR/judge.err"
}

status_of() {
    jq -r "select(.id == \"toa/sent/client\") | .status" "$DIR/judge.json"
}

# option PLACE FAULT STATUS - what the judge says of a proxy
option() {
    within proxy start_ready proxy "$NS_P" "$TP_PROXY" -t 1 --toa-on "$1" \
        --rule "tcp:$PORT 127.0.0.1 $((PORT + 1)) off toa" \
        ${2:+--fault "$2"} || return 0
    judge toa
    expect "exit status" $? "$([ "$3" = fail ] && echo 1 || echo 0)"
    expect "status" "$(status_of)" "$3"
    expect "failed" "$(jq -r 'select(.status == "fail") | .id' \
        "$DIR/judge.json")" "$([ "$3" = fail ] && echo toa/sent/client)"
    stop_clean proxy
}

toa_begin "$TP_PROXY" "$TP_CONFORM"
# shellcheck disable=SC2119 # it needs no option
load_writer
for place in syn ack data; do
    run_case "in $place" option "$place" "" pass
done
run_case "wrong-addr" option ack,data wrong-addr fail
run_case "wrong-port" option ack,data wrong-port fail
run_case "no-header" option ack,data no-header fail
run_case "swap-addr" option syn swap-addr fail
e2e_end
