#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-conform-toa.sh - tp-conform proxy reads the TCP option itself, in any
# segment; tp-conform origin judges by a reader's counters; broken origins and
# proxies of mode toa fail in the cases that tests/conform/confidence.txt names
# for them, and in those alone
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
    by_counters right 0 toa/valid toa/none toa/bad/short toa/bad/overrun
    expect "right: named" "$(grep -c 'getname_toa_ok +1, ' \
        "$DIR/right.json")" 3
    expect "right: not named" "$(jq -r 'select(.id == "toa/none" or
        .id == "toa/bad/short" or .id == "toa/bad/overrun") | .status + " " +
        .got' "$DIR/right.json" | grep -c \
        '^pass .*getname_toa_ok +0, .* empty +[1-9]')" 3
    expect "right: all" "$(jq -r 'select(.type == "case") | .status' \
        "$DIR/right.json" | sort | uniq -c | tr -s ' ')" " 6 pass"
    # an IPv6 client has no place in an AF_INET socket's answer
    within origin start_ready origin "$NS_O" "$TP_ORIGIN" --mode off \
        --reply whoami -l "$ORIGIN4" -t 20004
    by_counters narrow 0 toa/valid/ack toa/family/v6
    expect_match "narrow: mismatch" "$(jq -r 'select(.id == "toa/family/v6") |
        .status + " " + .got' "$DIR/narrow.json")" \
        '^info .*getname_toa_ok \+0, mismatch \+[1-9]'
    stop stats
    stop_clean origin
}

# by_counters NAME STATUS CASE... - the verdict goes to $DIR/NAME.json
by_counters() {
    local name=$1 status=$2
    shift 2

    in_proxy "$TP_CONFORM" origin -J --mode toa --probe echo --oracle \
        "toa-stats:$DIR/toa_stats" --oracle-wait 2s --raw-source "$RAW4" \
        -i p1 "$ORIGIN4:20004" "$@" >"$DIR/$name.json" 2>"$DIR/$name.err"
    expect "$name: exit status" $? "$status"
}

# A reader that does not do its work, which is tp-origin's: what it named is
# counted as a reader of the kernel counts it.
counters_of() {
    local name=$1 status=$2 failing=$3
    shift 3

    rm -f "$DIR/toa_stats"
    : >"$DIR/$name.log"
    start_ready origin "$NS_O" "$TP_ORIGIN" --mode toa --toa-from pcap \
        --reply whoami --log "$DIR/$name.log" -t "$@" 20004
    count_named "$DIR/$name.log" "$DIR/toa_stats" &
    PID[stats]=$!
    wait_for 5 test -s "$DIR/toa_stats" || bad "no counters"
    by_counters "$name" "$status" toa/valid/ack toa/none toa/bad/short
    expect "$name: fail" "$(jq -r 'select(.status == "fail") | .id' \
        "$DIR/$name.json")" "$failing"
    expect "$name: pass" "$(jq -r 'select(.status == "pass") | .id' \
        "$DIR/$name.json" | wc -l)" "$([ -z "$failing" ] && echo 4 || echo 3)"
    stop stats
    stop_clean origin
}

# count_named LOG FILE - keep a toa_stats table of a log of tp-origin
count_named() {
    exec python3 - "$@" <<'PY'
import json, os, sys, time
while True:
    lines = [json.loads(x) for x in open(sys.argv[1]) if x.endswith("}\n")]
    named = sum(x.get("client", x["peer"]) != x["peer"] for x in lines
                if x["type"] == "conn")
    with open(sys.argv[2] + ".new", "w") as f:
        f.write("                  CPU0\n"
                f"getname_toa_ok : {named}\n"
                f"getname_toa_empty : {len(lines) - named}\n")
    os.rename(sys.argv[2] + ".new", sys.argv[2])
    time.sleep(0.02)
PY
}

wrong_counters() {
    counters_of healthy 0 ""
    counters_of stale 1 toa/none --fault toa-stale
    counters_of short 1 toa/bad/short --fault toa-length
}

toa_begin "$TP_PROXY" "$TP_CONFORM" "$TP_ORIGIN" "$TP_CLIENT"
# shellcheck disable=SC2119 # it needs no option
load_writer
for place in syn ack data; do
    run_case "in $place" option "$place"
done
run_case "toa-stats of the kernel's reader" counters
run_case "toa-stats of a wrong reader" wrong_counters
run_case "broken origins and proxies" broken_ones
e2e_end
