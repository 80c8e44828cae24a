#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-movers.sh - each way to move a connection's bytes, every byte compared:
# both directions at once, random lengths and times, half-closes, resets, and
# hardly any room for what is owed
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

ACT=$E2E_ROOT/tests/e2e/act.py
MOVERS=$E2E_ROOT/tests/e2e/movers.py
BULK=$E2E_ROOT/tests/e2e/bulk.py
COUNT=${COUNT:-150}
SEED=${SEED:-$RANDOM}

# relay COUNT OPTION... - a proxy with these options relays so many connections,
# small ones and a tenth as many of bulk
relay() {
    local count=$1

    shift
    start_ready proxy "$NS_P" "$TP_PROXY" -v --threads 1 --fast-path off \
        --rule "tcp:11001 127.0.0.1 20001 off ppv2" "$@"
    in_proxy "$MOVERS" 11001 20001 "$count" "$SEED" >&2 ||
        bad "small connections, seed $SEED"
    in_proxy "$MOVERS" 11001 20001 $((count / 10)) "$SEED" bulk >&2 ||
        bad "bulk, seed $SEED"
    stop proxy
}

# counted NAME - the counter in the last line of counters
counted() {
    sed -nE "s/.*\"$1\":([0-9]+).*/\1/p" "$DIR/proxy.err" | tail -n 1
}

copied() {
    relay "$COUNT" --splice off "$@"
    [ "$(counted tcp_bytes_spliced)" = 0 ] || bad "something was spliced"
}

spliced() {
    relay "$COUNT" "$@"
    [ "$(counted tcp_bytes_spliced)" -gt 0 ] || bad "nothing was spliced"
}

# room for nothing: the kernel keeps what a receiver does not take
cramped() {
    relay "$COUNT" --splice always --buffers 0
    [ "$(counted tcp_bytes_spliced)" = 0 ] || bad "a pipe beyond the bound"
    [ "$(counted tcp_pipes_none)" -gt 0 ] || bad "no pipe was refused"
}

# bulk_proxy OPTION... - a proxy for bulk.py
bulk_proxy() {
    start_ready proxy "$NS_P" "$TP_PROXY" -v --threads 1 --fast-path off \
        --rule "tcp:11001 127.0.0.1 20001 off off" "$@"
}

# long reads need streams that are fast: again, if others had the processor
long_reads() {
    local try

    for try in 1 2 3 4 5; do
        bulk_proxy "$@"
        in_proxy "$BULK" long 11001 20001 >&2 || bad "long, try $try"
        stop proxy
        [ "$(counted tcp_long_reads)" = 0 ] || return 0
    done
    bad "nothing was read in long pieces"
}

blocked() {
    local was

    was=$(in_proxy sysctl -n net.ipv4.tcp_wmem)
    in_proxy sysctl -qw net.ipv4.tcp_wmem="4096 16384 131072"
    bulk_proxy "$@"
    in_proxy "$BULK" blocked 11001 20001 "${PID[proxy]}" >&2 ||
        bad "while the origin takes nothing"
    stop proxy
    in_proxy sysctl -qw net.ipv4.tcp_wmem="$was"
}

# the name reaches both sockets of a connection
congestion() {
    local name leg

    name=$(in_proxy cat /proc/sys/net/ipv4/tcp_allowed_congestion_control)
    name=${name%% *}
    start_ready proxy "$NS_P" "$TP_PROXY" -L 127.0.0.1 \
        --rule "tcp:11001 127.0.0.1 20001 off off" --congestion "$name"
    start_ready act "$NS_P" "$ACT" accept 127.0.0.1 20001 line eof
    in_proxy "$ACT" connect 127.0.0.1 11001 'send:x\n' "wait:$DIR/seen" &
    PID[held]=$!
    for leg in "sport = :11001" "dport = :20001"; do
        wait_for 10 leg_has "$name" "$leg" || bad "not $name on $leg"
    done
    touch "$DIR/seen"
    wait "${PID[held]}"
    stop proxy
    in_proxy "$TP_PROXY" --rule "tcp:11001 127.0.0.1 20001 off off" \
        --congestion nosuch 2>"$DIR/nosuch.err"
    [ $? = 2 ] || bad "a name that does not exist"
    grep -q allowed_congestion "$DIR/nosuch.err" || bad "and no advice"
}

leg_has() {
    in_proxy ss -Htnio state established "$2" | grep -qw "$1"
}

e2e_begin "$TP_PROXY"
run_case "copy" copied
run_case "copy, 4 KiB to keep what is owed" copied --buffers 4k
run_case "auto: copy, then splice" spliced
run_case "splice always" spliced --splice always
run_case "splice, one pipe" spliced --splice always --buffers 1m
run_case "splice, no pipe" cramped
run_case "spinning before the sleep" spliced --busy-poll 200
run_case "bulk in long pieces" long_reads
run_case "bulk in long pieces, copied" long_reads --splice off
run_case "no waking while the origin takes nothing" blocked
run_case "and where bytes are copied" blocked --splice off
run_case "congestion control by name" congestion
e2e_end
