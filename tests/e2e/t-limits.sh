#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-limits.sh - at its limits tp-proxy refuses what is new, counts it, and does
# no harm to what stands
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

ACT=$E2E_ROOT/tests/e2e/act.py

# counter NAME - its value now
counter() {
    local before

    before=$(line_count "$DIR/proxy.err" '^\{"v":1,')
    kill -USR2 "${PID[proxy]}"
    wait_for 5 has_lines "$DIR/proxy.err" '^\{"v":1,' $((before + 1)) || return
    grep -E '^\{"v":1,' "$DIR/proxy.err" | tail -n 1 | jq -r ".$1"
}
counter_is() { [ "$(counter "$1")" = "$2" ]; }
counter_above() { [ "$(counter "$1")" -gt "$2" ]; }

# proxy_start PREFIX... -- OPTION... - the prefix sets a limit
proxy_start() {
    local prefix=()

    while [ "$1" != -- ]; do
        prefix+=("$1")
        shift
    done
    shift
    start_ready proxy "$NS_P" "${prefix[@]}" "$TP_PROXY" -t 1 "$@" \
        --rule "tcp:11001 $ORIGIN4 21001 off ppv2" \
        --rule "udp:11001 $ORIGIN4 21001 off ppv2"
}

# hold N - that many connections, each echoed once and then held
hold() {
    start held "$NS_C" "$TP_CLIENT" -q -c "$1" -C "$1" --hold 60s \
        "$VIP4" 11001
}

new_one_is_refused() {
    in_client "$ACT" connect "$VIP4" 11001 send:x reset 2>>"$DIR/refused.err"
}

# the held connections still carry bytes: the client is told to end, which
# closes each in order
held_unharmed() {
    expect "connections that were reset" "$(counter tcp_reset)" 0
    stop held
    wait_for 10 counter_is conns_left "$1" || bad "not all were given back"
}

limit_of_connections() {
    proxy_start -- --max-conns 20
    hold 20
    wait_for 10 counter_is conns_left 0 || bad "not 20 connections"
    new_one_is_refused || bad "the 21st: $(cat "$DIR/refused.err")"
    counter_is tcp_refused_limit 1 || bad "not counted"
    held_unharmed 20
    in_client "$ACT" connect "$VIP4" 11001 send:x expect:x fin eof ||
        bad "no room again"
    stop_clean proxy
}

# 160 descriptors: the number of connections that fit is said at start
limit_of_descriptors() {
    local most

    proxy_start prlimit --nofile=160:160 --
    most=$(sed -nE 's/.* at most ([0-9]+) connections.*/\1/p' \
        "$DIR/proxy.err")
    expect_match "at most" "$most" '^[1-9][0-9]$'
    hold "$most"
    wait_for 10 counter_is conns_left 0 || bad "not $most connections"
    new_one_is_refused || bad "one more: $(cat "$DIR/refused.err")"
    counter_above tcp_refused_limit 0 || bad "not counted"
    held_unharmed "$most"
    stop_clean proxy
}

# datagrams of clients beyond the limit are dropped; sessions go on
limit_of_sessions() {
    proxy_start -- --max-conns 5
    start held "$NS_C" "$TP_CLIENT" -q -u -c 5 -C 5 --hold 60s "$VIP4" 11001
    wait_for 10 counter_is conns_left 0 || bad "not 5 sessions"
    in_client "$ACT" udp "$VIP4" 11001 send:x quiet:200 ||
        bad "the sixth was answered"
    counter_is udp_refused_limit 1 || bad "not counted"
    stop held
    stop_clean proxy
}

ports_beyond_descriptors() {
    local status=0

    in_proxy prlimit --nofile=160:160 "$TP_PROXY" -t 1 --steer off \
        --rule "tcp:11000-11200 $ORIGIN4 21000-21200 off ppv2" \
        2>"$DIR/many.err" || status=$?
    expect "exit status" "$status" 3
    expect_match "message" "$(cat "$DIR/many.err")" \
        '201 listening sockets .*ulimit -n.*--steer auto'
}

# a port that is taken: named, nothing half-started
port_is_taken() {
    local status=0

    proxy_start --
    start taken "$NS_P" python3 -c 'import socket, time
s = socket.socket()
s.bind(("0.0.0.0", 11900))
s.listen()
print("ready", flush=True)
time.sleep(60)'
    wait_for 10 said taken ready || bad "the port is not taken"
    in_proxy "$TP_PROXY" --rule "tcp:11800 $ORIGIN4 1 off off" \
        --rule "tcp:11900 $ORIGIN4 1 off off" 2>"$DIR/port.err" || status=$?
    expect "exit status" "$status" 3
    expect_match "message" "$(cat "$DIR/port.err")" \
        'cannot listen on tcp \* port 11900: Address already in use'
    stop taken
    stop_clean proxy
}

# an ICMP error of the origin's host reaches the client
icmp_reaches_the_client() {
    local vip

    proxy_start -- --rule "udp:11002 $ORIGIN6 21999 off ppv2" \
        --rule "udp:11003 $ORIGIN4 21999 off ppv2"
    for vip in "$VIP4" "$VIP6"; do
        in_client python3 - "$vip" >"$DIR/icmp" 2>&1 <<'PY' || true
import socket, sys
for port in 11002, 11003:
    s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else
                      socket.AF_INET, socket.SOCK_DGRAM)
    s.settimeout(5)
    s.connect((sys.argv[1], port))
    s.send(b"x")
    try:
        print(s.recv(100))
    except OSError as e:
        print(type(e).__name__)
PY
        expect "client at $vip" "$(tr '\n' ' ' <"$DIR/icmp")" \
            "ConnectionRefusedError ConnectionRefusedError "
    done
    counter_is udp_icmp_sent 4 || bad "sent: $(counter udp_icmp_sent)"
    stop_clean proxy
}

e2e_begin "$TP_PROXY" "$TP_ORIGIN" "$TP_CLIENT"
start_ready origin "$NS_O" "$TP_ORIGIN" --mode ppv2 --reply echo 21001

run_case "limit of connections" limit_of_connections
run_case "limit of descriptors" limit_of_descriptors
run_case "limit of sessions" limit_of_sessions
run_case "more ports than descriptors" ports_beyond_descriptors
run_case "a port that is taken" port_is_taken
run_case "an origin's ICMP error reaches the client" icmp_reaches_the_client

stop_clean origin
e2e_end
