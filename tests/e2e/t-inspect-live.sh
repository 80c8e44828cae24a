#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-inspect-live.sh - tp-inspect on an interface: the same verdicts as from
# tcpdump's file, rings, drops, privileges, signals, --top
# shellcheck disable=SC2317 # run_case calls them
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

CONNS=20

rules() {
    cat <<TEXT
tcp:10001 $ORIGIN4 20000 off ppv1
tcp:10002 $ORIGIN6 20000 off ppv2
udp:10003 $ORIGIN4 20000 off spp
tcp:10004 $ORIGIN4 20001 off off
TEXT
}

# live INTERFACE [OPTION...] - in the proxy's namespace; it is ready when it
# captures
live() {
    local interface=$1
    shift

    start live "$NS_P" "$TP_INSPECT" -i "$interface" "$@"
    wait_for 15 said live 'capturing on' ||
        bad "it does not capture: $(tail -n 2 "$DIR/live.err")"
}

# live_end STATUS - by SIGINT
live_end() {
    stop live INT
    expect "exit ($(tail -n 3 "$DIR/live.err"))" "${STATUS[live]}" "$1"
}

# clients PORT [OPTION...] - through the proxy
clients() {
    local port=$1
    shift

    in_client "$TP_CLIENT" -q "$VIP4" "$port" --src "$CLIENT4" -c "$CONNS" \
        -C 5 -m 200 -n 2 "$@" 2>"$DIR/client.err" ||
        bad "client: $(tail -n 2 "$DIR/client.err")"
}

# flows FILE [SELECTION] - what matters of each, whatever the frames' numbers
flows() {
    jq -c "select(.type == \"flow\" and .dport != 9 and (${2:-true})) |
        [.transport, .src, .sport, .dst, .dport, .mode, .client, .cport,
        .verdict, .sent.payloads]" "$1" | sort
}

# A flow is told when it ends; one that was closed after it was silent for
# some seconds. At the end all are.
same_as_tcpdump() {
    # shellcheck disable=SC2034 # capture reads it
    CAPTURE_BYTES=0
    capture back "$NS_P" p1
    live p1 -J -w "$DIR/live.pcap"
    clients 10001
    clients 10002
    clients 10003 -u
    wait_for 10 grep -q ' packets' "$DIR/live.err"
    capture_stop back
    wait_for 10 file_has_end "$DIR/live.pcap" || bad "-w does not end"
    # the datagram to port 9, by which the captures end, has no header
    live_end 1
    "$TP_INSPECT" -q -J -r "$DIR/back.pcap" >"$DIR/back.jsonl"
    "$TP_INSPECT" -q -J -r "$DIR/live.pcap" >"$DIR/again.jsonl"
    expect "flows" "$(flows "$DIR/back.jsonl" | wc -l)" $((3 * CONNS))
    flows "$DIR/back.jsonl" >"$DIR/want"
    flows "$DIR/live.out" | diff "$DIR/want" - >&2 || bad "live and tcpdump"
    flows "$DIR/again.jsonl" | diff "$DIR/want" - >&2 || bad "-w and tcpdump"
    expect "verdicts" "$(jq -r 'select(.type == "flow" and .dport != 9) |
        .verdict' "$DIR/live.out" | sort -u)" OK
    expect_match "drops" "$(jq -c 'select(.type == "summary") | .live' \
        "$DIR/live.out")" '^\{"received":[0-9]+,"dropped":0,"if_dropped":0\}$'
    expect_match "tshark opens it" "$(tshark -r "$DIR/live.pcap" 2>/dev/null |
        wc -l)" '^[0-9]{3,}$'
}
file_has_end() { tail -c 2000 "$1" | grep -qa tp-capture-end; }

# told COUNT - so many flows are OK so far
told() {
    (($(flows "$DIR/live.out" '.verdict == "OK"' | wc -l) >= $1))
}

# No frame has to come for a flow that is over to be told.
idle() {
    live p1 -J tcp port 20000
    clients 10001
    wait_for 20 told "$CONNS" ||
        bad "$(flows "$DIR/live.out" | wc -l) flows of an idle interface"
    expect "it goes on" "$(grep -c '"summary"' "$DIR/live.out")" 0
    live_end 0
}

# Frames that come one by one, so that there is always one within 100 ms, do not
# hold up what is over.
trickle() {
    live p1 -J --idle 1s "udp and (port 20000 or dst port 9)"
    clients 10003 -u -c 1 -n 1
    start trickle "$NS_P" python3 -c "$TRICKLE" "$ORIGIN4"
    wait_for 4 told 1 || bad "no flow is told between few frames"
    expect "it goes on" "$(grep -c '"summary"' "$DIR/live.out")" 0
    stop trickle
    live_end 1 # none of them names a client
}
TRICKLE='
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(100):
    s.sendto(b"x", (sys.argv[1], 9))
    time.sleep(0.09)'

reaches() {
    in_proxy bash -c "echo >/dev/udp/$1/9"
    ip -n "$NS_P" neighbour show "$1" | grep -q lladdr
}

# A packet of a bridge is captured on the bridge and on its port.
copies() {
    ip -n "$NS_P" link add br9 type bridge
    ip -n "$NS_P" link add v9 master br9 type veth peer name w9 netns "$NS_O"
    ip -n "$NS_P" address add 10.9.9.1/24 dev br9
    ip -n "$NS_O" address add 10.9.9.2/24 dev w9
    ip -n "$NS_P" link set br9 up
    ip -n "$NS_P" link set v9 up
    ip -n "$NS_O" link set w9 up
    wait_for 15 reaches 10.9.9.2 || bad "no bridge"
    live any udp port 9
    in_proxy bash -c 'echo 1 >/dev/udp/10.9.9.2/9; echo 2 >/dev/udp/10.9.9.2/9'
    live_end 1
    expect_match "words" "$(cat "$DIR/live.err")" \
        '2 packets are copies of one that another interface brought.*inbound'
    live br9 udp port 9
    in_proxy bash -c 'echo 1 >/dev/udp/10.9.9.2/9'
    live_end 1
    expect "none" "$(grep -c copies "$DIR/live.err")" 0
    ip -n "$NS_P" link del br9
    ip -n "$NS_P" link del v9
}

# Both legs through one pseudo-interface, a filter in the kernel, a finding.
any_with_filter() {
    live any -J tcp port 20001
    clients 10004
    live_end 1
    expect "flows" "$(flows "$DIR/live.out" '.verdict == "MISSING"' | wc -l)" \
        "$CONNS"
    expect "others" "$(flows "$DIR/live.out" '.dport != 20001' | wc -l)" 0
}

ring() {
    mkdir "$DIR/ring"
    live p1 -B 65536 -w "$DIR/ring/f" -C 1 -W 3 tcp
    # more than three files hold
    clients 10001 -m 60000 -n 8
    live_end 0
    expect "files" "$(cd "$DIR/ring" && echo *)" "f0 f1 f2"
    for file in "$DIR"/ring/f?; do
        [ "$(stat -c %s "$file")" -lt 1200000 ] || bad "$file is too large"
        tcpdump -r "$file" -w /dev/null 2>/dev/null || bad "$file is broken"
    done
    # by time: the first only
    live p1 -w "$DIR/ring/t%s" -G 3600 -W 1 tcp
    clients 10001
    live_end 0
    expect_match "file" "$(cd "$DIR/ring" && echo t*)" '^t[0-9]{10}$'
}

# field NAME - of the program's status; ip netns exec has become the program
field() { sed -n "s/^$1:[[:space:]]*//p" "/proc/${PID[live]}/status"; }

privileges() {
    live p1
    expect "capabilities" "$(field CapEff)" 0000000000000000
    expect "and no way to new ones" "$(field NoNewPrivs)" 1
    live_end 5
    live p1 -w "$DIR/ring/root"
    expect "only to write files" "$(field CapEff)" 0000000000000002
    live_end 5
    mkdir "$DIR/nobody"
    chmod 755 "$DIR"
    chown nobody "$DIR/nobody"
    live p1 -Z nobody -w "$DIR/nobody/file"
    expect "capabilities" "$(field CapEff)" 0000000000000000
    expect "user" "$(field Uid | cut -f1)" "$(id -u nobody)"
    live_end 5
    expect "owner" "$(stat -c %U "$DIR/nobody/file")" nobody
}

# fails STATUS PATTERN OPTION...
fails() {
    local want=$1 pattern=$2 got=0
    shift 2

    in_proxy "$@" >"$DIR/fails.out" 2>"$DIR/fails.err" </dev/null || got=$?
    expect "exit of ${*:2}" "$got" "$want"
    expect_match "${*:2}" "$(cat "$DIR/fails.err")" "$pattern"
    expect "lines of ${*:2}" "$(grep -c . "$DIR/fails.err")" "${LINES_WANTED:-1}"
}

refused() {
    local nobody=(setpriv --reuid nobody --clear-groups --inh-caps=-all
        --bounding-set=-all)

    fails 3 'p7: no such interface; -D' "$TP_INSPECT" -i p7
    fails 3 'that is a file; -r' "$TP_INSPECT" -i "$DIR/fails.out"
    fails 3 'p1: not permitted to capture; .* setcap' "${nobody[@]}" \
        "$TP_INSPECT" -i p1
    fails 3 '/nonexistent/f: No such file' "$TP_INSPECT" -q -i p1 -w \
        /nonexistent/f
    fails 2 "filter 'port what'" "$TP_INSPECT" -i p1 port what
    fails 2 'user nosuchuser: there is none' "$TP_INSPECT" -i p1 -Z nosuchuser
    LINES_WANTED=2
    fails 2 'exclude' "$TP_INSPECT" -i p1 -r "$DIR/back.pcap"
    fails 2 'for a live capture' "$TP_INSPECT" -r "$DIR/back.pcap" -w x
    fails 2 'needs -C or -G' "$TP_INSPECT" -i p1 -w x -W 3
    fails 2 'about the file of -w' "$TP_INSPECT" -i p1 -C 1
    fails 2 'needs a terminal' "$TP_INSPECT" -i p1 --top
    LINES_WANTED=1
    in_proxy "$TP_INSPECT" -D >"$DIR/list"
    expect_match "-D" "$(cat "$DIR/list")" '^p1 +up'
    # who makes an interface chooses its name
    ip -n "$NS_P" link add $'e\e[31m' type veth peer name e2
    in_proxy "$TP_INSPECT" -D >"$DIR/list"
    expect_match "-D" "$(cat "$DIR/list")" '^e.x1b.31m +down'
    fails 3 '^tp-inspect: error: e.x1b.31m: .*ip link set e.x1b.31m up$' \
        "$TP_INSPECT" -i $'e\e[31m'
    ip -n "$NS_P" link del $'e\e[31m'
}

count() {
    start live "$NS_P" "$TP_INSPECT" -i p1 -J -c 7 tcp
    wait_for 15 said live 'capturing on' || bad "it does not capture"
    clients 10001
    wait_for 15 gone_or_zombie "${PID[live]}" || bad "-c does not end it"
    stop live
    expect "frames" "$(jq 'select(.type == "summary") | .frames' \
        "$DIR/live.out")" 7
}

# What is known is asked for, again and again, and capturing goes on.
snapshot() {
    live p1 -J tcp port 20000
    clients 10001
    wait_for 10 ask_snapshot "after [0-9]+ frames:"
    wait_for 10 ask_snapshot "^$CONNS flows, $CONNS ok" ||
        bad "snapshot: $(tail -n 3 "$DIR/live.err")"
    clients 10002
    wait_for 10 ask_snapshot "^$((2 * CONNS)) flows, $((2 * CONNS)) ok" ||
        bad "snapshot: $(tail -n 3 "$DIR/live.err")"
    live_end 0
    expect "flows" "$(flows "$DIR/live.out" | wc -l)" $((2 * CONNS))
}
ask_snapshot() {
    kill -USR1 "${PID[live]}"
    said live "$1"
}

interface_goes() {
    ip -n "$NS_P" link add gone0 type veth peer name gone1
    ip -n "$NS_P" link set gone0 up
    live gone0 -J
    ip -n "$NS_P" link del gone0
    wait_for 15 gone_or_zombie "${PID[live]}" || bad "it goes on"
    stop live
    expect "exit" "${STATUS[live]}" 3
    expect_match "words" "$(cat "$DIR/live.err")" 'gone0: .*(disappeared|down)'
    expect "summaries" "$(grep -c '"type":"summary"' "$DIR/live.out")" 1
}

# What the kernel could not keep may have been a finding.
drops() {
    live p1 -J -B 1 tcp port 20000
    kill -STOP "${PID[live]}"
    clients 10001 -c 200 -m 20000 -n 8
    kill -CONT "${PID[live]}"
    live_end 5
    expect_match "words" "$(cat "$DIR/live.err")" '[1-9][0-9]* dropped by the k'
    expect_match "counts" "$(jq -c 'select(.type == "summary") |
        [.exit, .live.dropped > 0]' "$DIR/live.out")" '^\[5,true\]$'
}

# More flows than are kept: those that were closed go, and are told.
few_flows() {
    live p1 -J --max-flows 64 tcp port 20000
    clients 10001 -c 200
    live_end "${1:-0}"
    expect "flows" "$(flows "$DIR/live.out" '.verdict == "OK"' | wc -l)" 200
}

top() {
    start top "$NS_P" "$E2E_ROOT/tests/e2e/top.py" \
        'MISSING +20 +20 +0\n(.*\n)*last findings:\n(TCP .*MISSING.*\n?)+' \
        "$TP_INSPECT" -i p1 --top 'tcp portrange 20000-20001'
    wait_for 10 inspector_runs || bad "it does not run"
    clients 10002
    clients 10004
    wait_for 40 gone_or_zombie "${PID[top]}"
    stop top
    expect "exit ($(cat "$DIR/top.err"))" "${STATUS[top]}" 1
    expect_match "screen" "$(cat "$DIR/top.out")" '^OK +20 +0 +20$'
}
inspector_runs() { in_proxy grep -q ' 0003 ' /proc/net/packet; }

e2e_begin "$TP_PROXY" "$TP_ORIGIN" "$TP_CLIENT" "$TP_INSPECT"
rules >"$DIR/rules"
start_ready origin "$NS_O" "$TP_ORIGIN" --reply echo 20000
start_ready origin-off "$NS_O" "$TP_ORIGIN" --mode off --reply echo 20001
start_ready proxy "$NS_P" "$TP_PROXY" --ext -f "$DIR/rules"

run_case "the same as from tcpdump's file" same_as_tcpdump
run_case "nothing comes any more" idle
run_case "few frames, one by one" trickle
run_case "copies of a bridge's packets" copies
run_case "any interface, a filter" any_with_filter
run_case "a ring of files" ring
run_case "privileges" privileges
run_case "what is refused, and the way out" refused
run_case "so many frames" count
run_case "snapshots" snapshot
run_case "the interface goes" interface_goes
run_case "the kernel drops" drops
run_case "more flows than are kept" few_flows
run_case "top" top

stop_clean proxy origin origin-off
e2e_end
