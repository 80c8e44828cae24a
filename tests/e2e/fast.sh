#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# fast.sh - what the scripts about the fast path share: connections that are
# joined below the sockets. Sourced, never run.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

MOVERS=$E2E_ROOT/tests/e2e/movers.py
SEED=${SEED:-$RANDOM}

# fast_start OPTION... - the proxy, with a rule for tp-origin and one for act.py
fast_start() {
    rm -f "$DIR/log"
    start_ready proxy "$NS_P" "$TP_PROXY" -v --threads 1 --log "$DIR/log" \
        --rule "tcp:11001 $ORIGIN4 20001 off ppv2" \
        --rule "tcp:11002 $ORIGIN4 20002 off off" \
        --rule "tcp:11003 $ORIGIN6 20001 off ppv2" "$@"
}

origins_start() {
    start_ready origin "$NS_O" "$TP_ORIGIN" -t --mode ppv2 20001
}

# links - programs that the proxy has at interfaces
links() {
    find "/proc/${PID[proxy]}/fd" -lname 'anon_inode:bpf_link' | wc -l
}

has_no_links() { [ "$(links)" -eq 0 ]; }

# pair_done - both ends of a connection, held and act, go on by $DIR/go, and both
# end as they should
pair_done() {
    touch "$DIR/go"
    for name in held act; do
        wait_for 15 gone_or_zombie "${PID[$name]}" || bad "$name does not end"
        stop "$name"
        expect "$name ($(tail -n 1 "$DIR/$name.err"))" "${STATUS[$name]}" 0
    done
}

# counted NAME - the counter when the proxy has stopped
counted() {
    sed -nE "s/.*\"$1\":([0-9]+).*/\1/p" "$DIR/proxy.err" | tail -n 1
}

# logged_bytes NAME - the sum of the field over all lines of the access log
logged_bytes() { jq -s "map(.$1) | add" "$DIR/log"; }

# converse HOST PORT CONNECTIONS:AT-A-TIME:MESSAGES:BYTES... - whose echo is
# compared; adds what is sent to SENT, and the connections to CONNS
converse() {
    local host=$1 port=$2 spec c at n m

    shift 2
    for spec; do
        IFS=: read -r c at n m <<<"$spec"
        in_client timeout 100 "$TP_CLIENT" -q -c "$c" -C "$at" -n "$n" \
            -m "$m" --rst "$host" "$port" >&2 ||
            bad "$spec: tp-client leaves with $?"
        SENT=$((SENT + c * n * m))
        CONNS=$((CONNS + c))
    done
}

# promoted WANTED SPEC... - every byte there, once, in order, and counted; WANTED
# connections went over
promoted() {
    local wanted=$1
    shift

    SENT=0 CONNS=0
    fast_start --fast-path always
    converse "$VIP4" 11001 "$@"
    converse "$VIP6" 11003 100:4:3:500 20:2:2:100000
    stop_clean proxy
    expect "bytes up" "$(counted tcp_bytes_up)" "$SENT"
    expect "bytes down" "$(counted tcp_bytes_down)" "$SENT"
    expect "logged up" "$(logged_bytes SentBytes)" "$SENT"
    expect "logged down" "$(logged_bytes ReceivedBytes)" "$SENT"
    [ "$(counted tcp_fast)" -ge "$wanted" ] ||
        bad "$(counted tcp_fast) of $CONNS connections went over"
    expect "connections that could not" "$(counted tcp_fast_none)" 0
    note "$CONNS connections, $(counted tcp_fast) of them went over," \
        "$(counted tcp_bytes_fast) of $((2 * SENT)) bytes"
}

# movers COUNT - random lengths and times, both ways at once, half-closes and
# resets in the middle
movers() {
    start_ready proxy "$NS_P" "$TP_PROXY" -v --threads 1 --fast-path always \
        --rule "tcp:11001 127.0.0.1 20001 off ppv2"
    in_proxy "$MOVERS" 11001 20001 "$1" "$SEED" >&2 ||
        bad "small connections, seed $SEED"
    in_proxy "$MOVERS" 11001 20001 $(($1 / 20)) "$SEED" bulk >&2 ||
        bad "bulk, seed $SEED"
    stop_clean proxy
    [ "$(counted tcp_bytes_fast)" -gt 0 ] || bad "nothing was redirected"
}
