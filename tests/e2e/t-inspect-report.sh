#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-inspect-report.sh - reports, comments and excerpts of a capture of tp-proxy
# at work, of which every second connection goes round the proxy
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

CONNS=100

# inspect STATUS ARG... - tp-inspect on the capture
inspect() {
    local status=0 want=$1
    shift

    "$TP_INSPECT" -q -r "$DIR/world.pcap" "$@" "tcp port 20000" \
        >"$DIR/inspect.out" 2>"$DIR/inspect.err" || status=$?
    expect "exit of $* ($(tail -n 1 "$DIR/inspect.err"))" "$status" "$want"
}

# findings FILE - of a page
findings() { grep -c '<details class="finding"' "$1"; }

traffic() {
    capture world "$NS_P" p1
    in_client "$TP_CLIENT" -q "$VIP4" 10001 --src "$CLIENT4" -c "$CONNS" \
        -C 20 -m 50 -n 1 2>"$DIR/client.err" ||
        bad "client: $(tail -n 2 "$DIR/client.err")"
    in_proxy "$TP_CLIENT" -q "$ORIGIN4" 20000 -c "$CONNS" -C 20 -m 50 -n 1 \
        2>"$DIR/direct.err" || bad "direct: $(tail -n 2 "$DIR/direct.err")"
    capture_stop world
    inspect 1 --summary -J
    expect "flows with a header" \
        "$(jq .modes.ppv2.OK "$DIR/inspect.out")" "$CONNS"
    expect "flows without" "$(jq .modes.none.MISSING "$DIR/inspect.out")" \
        "$CONNS"
    expect "clients" "$(jq '.top_clients | length' "$DIR/inspect.out")" 10
    expect "delays" "$(jq .header_us.count "$DIR/inspect.out")" "$CONNS"
}

page() {
    inspect 1 --report "$DIR/page.html"
    expect "findings" "$(findings "$DIR/page.html")" "$CONNS"
    expect "plots" "$(grep -c '<svg' "$DIR/page.html")" 2
    expect "things that are loaded" \
        "$(grep -cE ' (src|style)=| href="[^#]|@import|url\(' "$DIR/page.html")" 0
}

# bad_gnuplot COMMAND - a gnuplot that does that
bad_gnuplot() {
    local begin=$SECONDS

    mkdir -p "$DIR/bin"
    printf '#!/bin/sh\n%s\n' "$1" >"$DIR/bin/gnuplot"
    chmod +x "$DIR/bin/gnuplot"
    PATH=$DIR/bin:$PATH inspect 1 --report "$DIR/bad.html"
    expect "page without plots" \
        "$(grep -c 'gnuplot is there and did not draw' "$DIR/bad.html")" 1
    expect "findings" "$(findings "$DIR/bad.html")" "$CONNS"
    [ $((SECONDS - begin)) -lt 20 ] || bad "it took too long"
}

comments() {
    inspect 1 --annotate "$DIR/said.pcapng"
    tshark -n -r "$DIR/said.pcapng" -T fields -e frame.comment \
        >"$DIR/comments" 2>/dev/null
    expect "packets" "$(wc -l <"$DIR/comments")" \
        "$(tshark -n -r "$DIR/world.pcap" 2>/dev/null | wc -l)"
    expect "carriers" "$(grep -c 'carries a ppv2 header' "$DIR/comments")" \
        "$CONNS"
    expect "findings" "$(grep -c ': MISSING: ' "$DIR/comments")" "$CONNS"
}

excerpt() {
    inspect 1 --write-bad "$DIR/bad.pcap"
    "$TP_INSPECT" -q -J -r "$DIR/bad.pcap" >"$DIR/bad.out"
    expect "flows" "$(grep -c '"verdict":"MISSING"' "$DIR/bad.out")" "$CONNS"
    expect "verdicts" "$(tail -n 1 "$DIR/bad.out" | jq -c .verdicts)" \
        "{\"MISSING\":$CONNS}"
}

e2e_begin "$TP_INSPECT" "$TP_CLIENT" "$TP_ORIGIN" "$TP_PROXY"
start_ready origin "$NS_O" "$TP_ORIGIN" --mode auto --reply echo 20000
start_ready proxy "$NS_P" "$TP_PROXY" --rule "tcp:10001 $ORIGIN4 20000 off ppv2"
run_case "a summary of what went through and round the proxy" traffic
run_case "a page with plots and each finding" page
run_case "a page although gnuplot hangs" bad_gnuplot 'exec sleep 60'
run_case "a page although gnuplot never stops talking" \
    bad_gnuplot 'exec yes "<svg>"'
run_case "a page although gnuplot fails" bad_gnuplot 'echo "<svg></svg>"; exit 1'
run_case "comments that tshark shows" comments
run_case "an excerpt with all that is wrong" excerpt
stop_clean proxy
stop_clean origin
e2e_end
