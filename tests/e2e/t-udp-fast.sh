#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-udp-fast.sh - UDP sessions that are forwarded in the kernel: no datagram is
# lost, changed, doubled or overtaken when that begins or is interrupted, what
# is counted is what was sent, checksums are right, and sessions end as ever
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

ORDER=$E2E_ROOT/tests/e2e/udp_order.py
ACT=$E2E_ROOT/tests/e2e/act.py

# what a mode puts into datagrams, for the origin
declare -A CARRIES=([off]=none [ppv2]=first [spp]=spp)

counted() {
    sed -nE "s/.*\"$1\":([0-9]+).*/\1/p" "$DIR/proxy.err" | tail -n 1
}

# proxy_start RULES OPTION...
proxy_start() {
    printf '%s\n' "$1" >"$DIR/rules"
    shift
    rm -f "$DIR/log"
    start_ready proxy "$NS_P" "$TP_PROXY" --ext -v --fast-path always \
        -f "$DIR/rules" --log "$DIR/log" "$@"
}

number() { jq -s "map(.$2) | add" "$DIR/$1"; }

# totals SENT - the proxy has stopped: its counters and the log's bytes are
# those of both ends, and most datagrams went by the kernel
totals() {
    expect "datagrams up" "$(counted udp_up)" "$1"
    expect "datagrams down" "$(counted udp_down)" "$1"
    expect "at the origin" "$(number origin.out datagrams)" "$1"
    expect "bytes up" "$(number log SentBytes)" \
        "$(number origin.out bytes)"
    expect "bytes down" "$(number log ReceivedBytes)" \
        "$(jq .bytes "$DIR/client")"
    [ "$(counted udp_fast_datagrams)" -gt "$1" ] ||
        bad "the kernel forwarded $(counted udp_fast_datagrams) of 2 * $1"
}

# origin_start NAMESPACE HOST PORT MODE - without its first line its output is
# JSON
origin_start() {
    start_ready origin "$1" "$ORDER" origin "$2" "$3" "$4"
}
origin_stop() {
    stop_clean origin
    sed -i /ready/d "$DIR/origin.out"
}

# exact MODE VIP SOURCES ORIGIN SOCKETS COUNT WINDOW LARGE OPTION...
exact() {
    local mode=$1 vip=$2 src=$3 origin=$4 n=$5 count=$6 window=$7 large=$8
    local carries=${CARRIES[$1]} status=0
    shift 8

    case "$*" in *every*) carries=every ;; esac
    origin_start "$NS_O" "$origin" 7001 "$carries"
    proxy_start "udp:11001 $origin 7001 off $mode" "$@"
    in_client "$ORDER" client "$vip" 11001 "$src" "$n" "$count" "$window" \
        "$large" >"$DIR/client" 2>"$DIR/client.err" || status=$?
    expect "client ($(cat "$DIR/client.err"))" "$status" 0
    stop_clean proxy
    origin_stop
    totals $((n * count))
}

headers() { expect "headers" "$(counted udp_headers)" "$1"; }

spp_exact() {
    exact spp "$@"
    headers $(($4 * $5))
}

every_exact() {
    exact ppv2 "$@" --udp-header every
    headers $(($4 * $5))
}

first_exact() {
    exact ppv2 "$@"
    headers "$4"
}

# Sessions beyond what there are slots for stay with the process.
crowd() {
    exact ppv2 "$VIP4" "$CLIENT4" "$ORIGIN4" 5000 24 1 0
    [ "$(counted udp_fast_none)" -gt 0 ] || bad "there was room for all"
}

# ends_meet FILE FILTER - datagrams of the capture
ends_meet() {
    tshark -o udp.check_checksum:TRUE -r "$1" -Y "$2" 2>/dev/null | wc -l
}

# Both legs are on the wire, each as a datagram that is right by itself.
captured() {
    local status=0

    origin_start "$NS_O" "$ORIGIN4" 7001 spp
    proxy_start "udp:11001 $ORIGIN4 7001 off spp"
    CAPTURE_BYTES=2000 capture leg-c "$NS_P" p0 udp
    CAPTURE_BYTES=2000 capture leg-o "$NS_P" p1 udp
    in_client "$ORDER" client "$VIP4" 11001 "$CLIENT4" 10 200 8 0 \
        >"$DIR/client" 2>"$DIR/client.err" || status=$?
    expect "client ($(cat "$DIR/client.err"))" "$status" 0
    capture_stop leg-c leg-o
    stop_clean proxy
    origin_stop
    totals 2000
    expect "client's leg" \
        "$(ends_meet "$DIR/leg-c.pcap" 'udp.port == 11001')" 4000
    expect "origin's leg" \
        "$(ends_meet "$DIR/leg-o.pcap" 'udp.port == 7001')" 4000
    for leg in leg-c leg-o; do
        expect "$leg: checksums that are not right" "$(ends_meet \
            "$DIR/$leg.pcap" 'udp.port != 9 && (udp.checksum.status != 1 ||
                ip.checksum.status == 0)')" 0
    done
    in_proxy "$TP_INSPECT" -r "$DIR/leg-o.pcap" 'port 7001' \
        >"$DIR/inspected" 2>&1
    expect "tp-inspect ($(tail -n 1 "$DIR/inspected"))" \
        "$(grep -c ' OK$' "$DIR/inspected")" 10
}

# All by the loopback, where sums are left to a card that is not there.
loopback() {
    local mode=$1 host=$2 status=0

    origin_start "$NS_P" "$host" 7001 "${CARRIES[$mode]}"
    proxy_start "udp:11001 $host 7001 off $mode" -L "$host"
    CAPTURE_BYTES=2000 capture lo "$NS_P" lo udp
    in_proxy "$ORDER" client "$host" 11001 - 10 400 8 3 \
        >"$DIR/client" 2>"$DIR/client.err" || status=$?
    expect "client ($(cat "$DIR/client.err"))" "$status" 0
    capture_stop lo
    stop_clean proxy
    origin_stop
    totals 4000
    expect "client's leg" \
        "$(ends_meet "$DIR/lo.pcap" 'udp.port == 11001')" 8000
    expect "origin's leg" \
        "$(ends_meet "$DIR/lo.pcap" 'udp.port == 7001')" 8000
    "$TP_INSPECT" -r "$DIR/lo.pcap" 'port 7001' >"$DIR/inspected" 2>&1
    expect "tp-inspect ($(tail -n 1 "$DIR/inspected"))" \
        "$(grep -c ' OK$' "$DIR/inspected")" 10
}

# One proxy behind another, on one loopback: what the first has rewritten is for
# the second.
chain() {
    local status=0

    origin_start "$NS_P" 127.0.0.1 7001 none
    start_ready last "$NS_P" "$TP_PROXY" -v --fast-path always \
        -L 127.0.0.1 --rule "udp:11002 127.0.0.1 7001 off off"
    proxy_start "udp:11001 127.0.0.1 11002 off off" -L 127.0.0.1
    in_proxy "$ORDER" client 127.0.0.1 11001 - 10 400 8 3 \
        >"$DIR/client" 2>"$DIR/client.err" || status=$?
    expect "client ($(cat "$DIR/client.err"))" "$status" 0
    stop_clean proxy last
    origin_stop
    totals 4000
}

# talk N - actions of a client that is answered N times
talk() {
    local i

    for ((i = 0; i < $1; i++)); do
        printf 'send:%s expect:%s ' "$i" "$i"
    done
}


# stats NAME - the running proxy's counter
stats() {
    local before

    before=$(line_count "$DIR/proxy.out" '"udp_fast"')
    before=$((before + $(line_count "$DIR/proxy.err" '"udp_fast"')))
    kill -USR2 "${PID[proxy]}"
    wait_for 10 stats_came "$before" || bad "no counters"
    cat "$DIR/proxy.err" "$DIR/proxy.out" |
        sed -nE "s/.*\"$1\":([0-9]+).*/\1/p" | tail -n 1
}
stats_came() {
    [ "$(cat "$DIR/proxy.err" "$DIR/proxy.out" | grep -c '"udp_fast"')" \
        -gt "$1" ]
}
has_forwarded() { [ "$(stats udp_fast_datagrams)" -gt 0 ]; }

# scripted OPTION... - a proxy before an origin that writes down what comes
scripted() {
    : >"$DIR/datagrams"
    start_ready log "$NS_O" "$ACT" udp-log "$ORIGIN4" 20000 "$DIR/datagrams"
    proxy_start "udp:11001 $ORIGIN4 20000 off ppv2
udp:11002 $ORIGIN4 20000 off off" "$@"
}

# talker NAME PORT ACTION... - a client that has been answered 30 times, by when
# it is forwarded; then ACTIONs
talker() {
    local name=$1 port=$2
    shift 2

    rm -f "$DIR/$name-talked" "$DIR/$name-go"
    # shellcheck disable=SC2046 # words
    start "$name" "$NS_C" "$ACT" udp "$VIP4" "$port" --src 198.18.2.1 \
        $(talk 30) touch:"$DIR/$name-talked" wait:"$DIR/$name-go" "$@"
    wait_for 10 test -e "$DIR/$name-talked" || bad "$(cat "$DIR/$name.err")"
    wait_for 10 has_forwarded || bad "nothing is forwarded"
}

# goes_on NAME - its ACTIONs are done
goes_on() {
    touch "$DIR/$1-go"
    wait_for 15 gone_or_zombie "${PID[$1]}"
    stop "$1"
    expect "client's end ($(cat "$DIR/$1.err"))" "${STATUS[$1]}" 0
}

# The origin's host says that the port is closed: the client hears it, and goes
# on when the origin is back.
icmp() {
    scripted
    # shellcheck disable=SC2046 # words
    talker away 11001 send:lost refused touch:"$DIR/lost" \
        wait:"$DIR/back" $(talk 20)
    stop log
    touch "$DIR/away-go"
    wait_for 10 test -e "$DIR/lost" || bad "$(cat "$DIR/away.err")"
    start_ready log "$NS_O" "$ACT" udp-log "$ORIGIN4" 20000 "$DIR/datagrams"
    touch "$DIR/back"
    goes_on away
    stop_clean proxy
    stop log
    rm -f "$DIR/lost" "$DIR/back"
    [ "$(counted udp_icmp_sent)" -gt 0 ] || bad "no ICMP was sent"
}

# Datagrams that the process does not see keep a session alive; without them it
# ends, and the next one begins with a header again.
idle() {
    local i words=()

    scripted --udp-idle 2s
    for ((i = 0; i < 6; i++)); do
        words+=(quiet:500 send:x expect:x)
    done
    talker slow 11001 "${words[@]}"
    goes_on slow
    wait_for 10 has_lines "$DIR/log" '"ForwardPort"' 1 || bad "no end"
    expect "sessions" "$(stats udp_sessions)" 1
    stop_clean proxy
    stop log
    expect "lines" "$(line_count "$DIR/log" '"ForwardPort"')" 1
    # 0 to 9, 10 to 29, and what came later
    expect "bytes up" "$(number log SentBytes)" 56
    expect "bytes down" "$(number log ReceivedBytes)" 56
    expect "datagrams with a header" \
        "$(line_count "$DIR/datagrams" ' 0d0a0d0a')" 1
}

# What was forwarded is in the lines of a session that goes on.
interval() {
    scripted --log-interval 500ms
    talker slow 11002 send:x expect:x
    wait_for 10 interval_sum 50 || bad "$(number log SentBytes) bytes"
    goes_on slow
    stop_clean proxy
    stop log
    expect "bytes" "$(number log SentBytes)" 51
}
interval_sum() { [ "$(number log SentBytes)" = "$1" ]; }

# A reload that keeps the port keeps the session; one without it ends that.
reload() {
    scripted
    talker one 11001 send:a expect:a
    talker two 11002 send:b refused
    printf 'udp:11001 %s 20000 off off\n' "$ORIGIN4" >"$DIR/rules"
    kill -HUP "${PID[proxy]}"
    wait_for 10 said proxy 'reloaded|1 rules' || bad "no reload"
    wait_for 10 has_lines "$DIR/log" '"ForwardPort":"?11002' 1 ||
        bad "the session of the port does not end: $(cat "$DIR/log")"
    goes_on two
    goes_on one
    expect "sessions" "$(stats udp_sessions)" 2
    stop_clean proxy
    stop log
}

# A session that is forwarded is waited for until it is silent.
drain() {
    local i words=()

    scripted
    for ((i = 0; i < 10; i++)); do
        words+=(send:x expect:x quiet:50)
    done
    talker busy 11001 "${words[@]}" touch:"$DIR/busy" "${words[@]}"
    touch "$DIR/busy-go"
    wait_for 10 test -e "$DIR/busy"
    kill -TERM "${PID[proxy]}"
    goes_on busy
    wait_for 10 gone_or_zombie "${PID[proxy]}" || bad "it does not end"
    stop_clean proxy
    stop log
    expect "bytes" "$(number log SentBytes)" 70
}

# until 20 in a row are answered, those that are lost meanwhile do not matter
PERSIST='
import pathlib, socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[2], 0))
s.connect((sys.argv[1], 11001))
s.settimeout(0.2)
def row(n, seconds):
    end = time.monotonic() + seconds
    got = 0
    while got < n:
        s.send(b"x")
        try:
            got = got + 1 if s.recv(100) else 0
        except OSError:
            got = 0
        if time.monotonic() > end:
            sys.exit(f"{got} in a row")
row(30, 10)
pathlib.Path(sys.argv[3]).touch()
while not pathlib.Path(sys.argv[4]).exists():
    time.sleep(0.02)
row(20, 10)
'

# The way to the client is another one while it is forwarded.
rerouted() {
    ip link add c1 netns "$NS_C" type veth peer name p2 netns "$NS_P"
    ip -n "$NS_C" addr add 10.3.0.1/24 dev c1
    ip -n "$NS_P" addr add 10.3.0.2/24 dev p2
    ip -n "$NS_C" link set c1 up
    ip -n "$NS_P" link set p2 up
    rm -f "$DIR/talked" "$DIR/routed"
    scripted
    start moved "$NS_C" python3 -c "$PERSIST" "$VIP4" 198.18.2.1 \
        "$DIR/talked" "$DIR/routed"
    wait_for 10 test -e "$DIR/talked" || bad "$(cat "$DIR/moved.err")"
    wait_for 10 has_forwarded || bad "nothing is forwarded"
    ip -n "$NS_C" route replace "$VIP4/32" via 10.3.0.2
    ip -n "$NS_P" link set p0 down
    ip -n "$NS_P" route replace "$CLIENT4" via 10.3.0.1
    touch "$DIR/routed"
    wait_for 15 gone_or_zombie "${PID[moved]}"
    stop moved
    expect "client's end ($(cat "$DIR/moved.err"))" "${STATUS[moved]}" 0
    expect "sessions" "$(stats udp_sessions)" 1
    stop_clean proxy
    stop log
    ip -n "$NS_P" link del p2
    ip -n "$NS_P" link set p0 up
    ip -n "$NS_P" addr add fd00:1::2/64 dev p0 nodad
    ip -n "$NS_P" route replace "$CLIENT4" via "$CLIENT_LINK4"
    ip -n "$NS_P" -6 route replace "$CLIENT6" via "$CLIENT_LINK6"
    ip -n "$NS_C" route replace "$VIP4/32" via 10.1.0.2
}

# Nothing is forwarded for a process that is gone.
killed() {
    scripted
    talker left 11001 send:lost refused
    stop proxy KILL
    goes_on left
    expect "programs" "$(in_proxy bpftool net show dev p0 | grep -c udp_fast)" 0
    stop log
}

unprivileged() {
    local nobody=(setpriv --reuid nobody --clear-groups --inh-caps=-all
        --bounding-set=-all)
    local rule="udp:11001 $ORIGIN4 20000 off off"

    start_ready log "$NS_O" "$ACT" udp-log "$ORIGIN4" 20000 "$DIR/datagrams"
    start_ready proxy "$NS_P" "${nobody[@]}" "$TP_PROXY" -v -v --rule "$rule"
    # shellcheck disable=SC2046 # words
    in_client "$ACT" udp "$VIP4" 11001 $(talk 30) || bad "client"
    stop_clean proxy
    stop log
    said proxy 'no fast path \(' || bad "it does not say so"
    expect "sessions that were handed over" "$(counted udp_fast)" 0
    in_proxy "${nobody[@]}" "$TP_PROXY" --fast-path always --rule "$rule" \
        2>"$DIR/always.err"
    expect "status" $? 3
    expect_match "reason and way out" "$(cat "$DIR/always.err")" \
        'not permitted.*CAP_BPF.*--fast-path auto'
}

without() {
    local option

    for option in "--fast-path=off" "--udp-gso"; do
        scripted "$option"
        # shellcheck disable=SC2046 # words
        in_client "$ACT" udp "$VIP4" 11002 $(talk 30) || bad "client"
        stop_clean proxy
        stop log
        expect "$option" "$(counted udp_fast)" 0
    done
}

e2e_begin "$TP_PROXY" "$TP_INSPECT"
# all sums are there on the wire, and are compared by who receives them
in_client "$ORDER" sums c0 || bad "sums"
in_proxy "$ORDER" sums p0 p1 || bad "sums"
in_origin "$ORDER" sums o0 || bad "sums"

run_case "exact: off, v4, one in thirty in fragments" \
    exact off "$VIP4" "$CLIENT4" "$ORIGIN4" 50 400 16 3
run_case "exact: off, v6, one in thirty in fragments" \
    exact off "$VIP6" "$CLIENT6" "$ORIGIN6" 50 400 16 3
run_case "exact: ppv2, v4" first_exact "$VIP4" "$CLIENT4" "$ORIGIN4" 200 100 8 1
run_case "exact: ppv2, v6" first_exact "$VIP6" "$CLIENT6" "$ORIGIN6" 200 100 8 1
run_case "exact: spp, v4" spp_exact "$VIP4" "$CLIENT4" "$ORIGIN4" 50 400 16 3
run_case "exact: spp, v6" spp_exact "$VIP6" "$CLIENT6" "$ORIGIN6" 50 400 16 3
run_case "exact: ppv2 every, v4" \
    every_exact "$VIP4" "$CLIENT4" "$ORIGIN4" 50 400 16 3
run_case "exact: more sessions than slots" crowd
run_case "both legs captured, spp" captured
run_case "loopback, ppv2, v4" loopback ppv2 127.0.0.1
run_case "loopback, spp, v6" loopback spp ::1
run_case "one proxy behind another" chain
run_case "origin away and back: ICMP is passed on" icmp
run_case "idle time, log and header" idle
run_case "lines of the log in between" interval
run_case "reload" reload
run_case "drain" drain
run_case "killed" killed
run_case "another route" rerouted
run_case "not with --fast-path off or --udp-gso" without
run_case "without privileges" unprivileged
e2e_end
