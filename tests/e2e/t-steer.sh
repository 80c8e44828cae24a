#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-steer.sh - tens of thousands of ports on a few sockets: each forwards by
# its own rule, what others have bound is found out, and without the privilege
# it takes, or after kill -9, all is as if it had never been
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

ACT=$E2E_ROOT/tests/e2e/act.py

# 40,000 ports over TCP in two ranges, 20,000 over UDP, and one range that is
# mapped port by port
rules() {
    printf '%s\n' "tcp:10000-29999 $ORIGIN4 9001 off ppv2" \
        "tcp:36001-55999 $ORIGIN6 9001 off ppv2" \
        "udp:10000-29999 $ORIGIN4 9001 off ppv2" \
        "tcp:30000-30999 $ORIGIN4 9100-10099 off ppv2" \
        'tcp:9901 10.2.0.11 9001 off ppv2'
}

counter() {
    local before

    before=$(line_count "$DIR/proxy.err" '^\{"v":1,')
    kill -USR2 "${PID[proxy]}"
    wait_for 5 has_lines "$DIR/proxy.err" '^\{"v":1,' $((before + 1)) || return
    grep -E '^\{"v":1,' "$DIR/proxy.err" | tail -n 1 | jq -r ".$1"
}

# reload - and wait until the rules of $DIR/rules are in force
reload() {
    local before

    before=$(line_count "$DIR/proxy.err" 'reloaded:|reload refused')
    kill -HUP "${PID[proxy]}"
    wait_for 10 has_lines "$DIR/proxy.err" 'reloaded:|reload refused' \
        $((before + 1)) || bad "no reload"
}

# whoami PORT [OPTION...] - the origin must name the client's real address
whoami() {
    local port=$1
    shift

    in_client "$TP_CLIENT" -q --src "$CLIENT4" -c 3 --whoami "$@" "$VIP4" \
        "$port" >"$DIR/said" 2>&1 || bad "port $port, IPv4 $*: $(cat "$DIR/said")"
    in_client "$TP_CLIENT" -q --src "$CLIENT6" -c 3 --whoami "$@" "$VIP6" \
        "$port" >"$DIR/said" 2>&1 || bad "port $port, IPv6 $*: $(cat "$DIR/said")"
}

connects() { in_client "$ACT" connect "$1" "$2" send:x expect:x 2>/dev/null; }
refused() {
    ! in_client "$ACT" connect "$1" "$2" send:x expect:x 2>"$DIR/said" ||
        bad "$1 port $2 still forwards"
}

random_ports() { shuf -n "$3" -i "$1-$2"; }

stands() {
    local began=${EPOCHREALTIME/[.,]/}

    rules >"$DIR/rules"
    start_ready proxy "$NS_P" "$TP_PROXY" -t 2 --udp-idle 2s \
        -f "$DIR/rules"
    note "61,001 ports stand after $(((${EPOCHREALTIME/[.,]/} - began) / 1000)) ms"
    [ "$(fd_count proxy)" -lt 100 ] || bad "$(fd_count proxy) descriptors"
    expect "sockets of steered ports" \
        "$(in_proxy ss -Hltun '( sport < 65000 )' | wc -l)" 0
}

forwards() {
    local port

    for port in 10000 29999 $(random_ports 10001 29998 8); do
        whoami "$port"
        whoami "$port" -u
    done
    for port in 36001 55999 9901 $(random_ports 36002 55998 8); do
        whoami "$port"
    done
    # 30017 goes to 9117, where an origin is; its neighbours go elsewhere
    whoami 30017
    refused "$VIP4" 30016
    for port in 9999 31000 36000 56000 9902; do
        refused "$VIP4" "$port"
        refused "$VIP6" "$port"
    done
}

# answers leave from the port that was asked, also from several at a time
udp_answers() {
    local port

    for port in $(random_ports 10000 29999 5); do
        in_client "$TP_CLIENT" -q -u --src "$CLIENT4" -c 20 -n 5 --whoami \
            "$VIP4" "$port" >"$DIR/said" 2>&1 || bad "$port: $(cat "$DIR/said")"
    done
    wait_for 10 udp_sockets_gone || bad "sockets of ports without sessions: $(
        in_proxy ss -Hlun '( sport < 65000 )'
    )"
}
udp_sockets_gone() {
    [ "$(in_proxy ss -Hlun '( sport < 65000 )' | wc -l)" = 0 ]
}

# Rules come and go beside connections that stay.
unharmed() {
    local resets

    resets=$(counter tcp_reset)
    start held "$NS_C" "$TP_CLIENT" --src "$CLIENT4" -c 5 -C 5 --hold 3s \
        --whoami "$VIP4" 20000
    wait_for 10 said held '^.*holding 5 connections' || bad "none is held"
    rules | sed '/^tcp:36001/d; s/^tcp:9901/tcp:9902/' >"$DIR/rules"
    printf '%s\n' "tcp:40000-44999 $ORIGIN4 9001 off ppv2" >>"$DIR/rules"
    reload
    refused "$VIP4" 36001
    refused "$VIP4" 9901
    whoami 9902
    whoami 40000
    wait "${PID[held]}" || bad "held connections: $(cat "$DIR/held.err")"
    unset 'PID[held]'
    expect "reset connections" "$(counter tcp_reset)" "$resets"
}

# occupied KIND ADDRESS [OPTION...] - a socket on a port of a range, found out
# KIND: tcp, udp, or bound: TCP that does not listen
occupied() {
    local said status=0

    start server "$NS_P" python3 -c '
import socket, sys, time
kind = socket.SOCK_DGRAM if sys.argv[3] == "udp" else socket.SOCK_STREAM
family = socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET
s = socket.socket(family, kind)
s.bind((sys.argv[1], int(sys.argv[2])))
if sys.argv[3] == "tcp":
    s.listen()
print("ready", flush=True)
time.sleep(60)' "$2" 12345 "$1"
    wait_for 10 said server ready || bad "no server"
    said=$(in_proxy timeout 10 "$TP_PROXY" "${@:3}" \
        -r "udp:12000-12999 $ORIGIN4 9001 off off" \
        -r "tcp:12000-12999 $ORIGIN4 9001 off off" 2>&1) || status=$?
    stop server
    expect "$1 $2: exit status" "$status" 3
    expect_match "$1 $2" "$said" "cannot listen on ${1/bound/tcp} port 12345: .*in use"
}

conflicts() {
    occupied tcp 0.0.0.0
    occupied tcp 127.0.0.1
    occupied tcp ::1
    occupied bound ::
    occupied udp 0.0.0.0
    occupied udp ::
    occupied tcp "$VIP4" -L "$VIP4" -L "$VIP6"
}

# A rule alone fails for a port that is taken; the others serve.
conflict_of_one() {
    local rule

    start server "$NS_P" python3 -m http.server 12345
    wait_for 10 in_proxy bash -c ': </dev/tcp/127.0.0.1/12345' ||
        bad "no server"
    serve
    ctl create one --ipv6 on >"$DIR/said" 2>&1 || bad "$(cat "$DIR/said")"
    printf '%s\n' "tcp:10000-11999 $ORIGIN4 9001 off ppv2" \
        "tcp:12000-12999 $ORIGIN4 9001 off ppv2" \
        "tcp:13000-13999 $ORIGIN4 9001 off ppv2" |
        ctl rule import one - >"$DIR/said" 2>&1 || bad "$(cat "$DIR/said")"
    wait_for 5 statuses_are 'online fail online' || bad "$(statuses)"
    expect "sockets" \
        "$(in_proxy ss -Hltn '( sport >= 10000 and sport < 14000 )' |
            awk '{ print $4 }')" 0.0.0.0:12345
    whoami 10500
    whoami 13500
    expect_match "the server is not shadowed" \
        "$(in_proxy curl -s http://127.0.0.1:12345/)" 'Directory listing'
    expect_match "the reason" "$(cat "$DIR/proxy.err")" \
        'rule rule-.*: cannot listen on tcp port 12345: .*in use'
    # it can be tried again
    stop server
    rule=$(ctl rule list one -J | jq -r '.[] | select(.Status == "fail").RuleId')
    ctl rule resume one "$rule" >"$DIR/said" 2>&1 || bad "$(cat "$DIR/said")"
    wait_for 5 statuses_are 'online online online' || bad "$(statuses)"
    whoami 12345
    ctl disable one >"$DIR/said" 2>&1 || bad "$(cat "$DIR/said")"
    wait_for 5 no_whoami 12345 || bad "still there"
}

# 2,000 rules of 20 ports each
thousands() {
    local began i

    ctl create all >"$DIR/said" 2>&1 || bad "$(cat "$DIR/said")"
    for ((i = 0; i < 2001; i++)); do
        [ "$i" = 1300 ] || printf 'tcp:%d-%d %s 9001 off ppv2\n' \
            $((10000 + 20 * i)) $((10019 + 20 * i)) "$ORIGIN4"
    done >"$DIR/import"
    began=${EPOCHREALTIME/[.,]/}
    ctl rule import all "$DIR/import" >"$DIR/said" 2>&1 ||
        bad "$(cat "$DIR/said")"
    note "2,000 rules are stored after $(since "$began") ms"
    began=${EPOCHREALTIME/[.,]/}
    wait_for 30 connects_to_all || bad "not all stand"
    note "they listen on 40,000 ports $(since "$began") ms later"
    stop proxy KILL
    began=${EPOCHREALTIME/[.,]/}
    serve
    note "and $(since "$began") ms after a start"
    connects_to_all || bad "not all stand after kill -9"
    began=${EPOCHREALTIME/[.,]/}
    ctl rule pause all "$(ctl rule list all -J | jq -r '.[1000].RuleId')" \
        >"$DIR/said" 2>&1 || bad "$(cat "$DIR/said")"
    wait_for 10 no_whoami 30000 || bad "one of 2,000 is not paused"
    note "one of them is paused after $(since "$began") ms"
    connects_to 30020 || bad "its neighbour is gone"
    stop_clean proxy
}
since() { printf '%s' $(((${EPOCHREALTIME/[.,]/} - $1) / 1000)); }
connects_to() {
    in_client "$TP_CLIENT" -q --src "$CLIENT4" -c 1 --whoami "$VIP4" "$1" \
        >/dev/null 2>&1
}
no_whoami() { ! connects_to "$1"; }
connects_to_all() {
    connects_to 10000 && connects_to 30000 && connects_to 50019
}

serve() {
    start_ready proxy "$NS_P" "$TP_PROXY" serve --state "$DIR/state" -t 1 \
        --quota 2
}
ctl() { in_proxy "$TP_PROXY" ctl --state "$DIR/state" "$@"; }
statuses() { ctl rule list one -J | jq -r '[.[].Status] | join(" ")'; }
statuses_are() { [ "$(statuses)" = "$1" ]; }

# With --listen only these addresses are served.
addresses() {
    start_ready proxy "$NS_P" "$TP_PROXY" -t 2 -L "$VIP4" -L "$VIP6" \
        --steer always -r "tcp:12345 $ORIGIN4 9001 off ppv2" \
        -r "udp:12345 $ORIGIN4 9001 off ppv2"
    whoami 12345
    whoami 12345 -u
    refused 10.1.0.2 12345
    refused fd00:1::2 12345
    stop_clean proxy
}

# Nothing is left of a process that had no time to clean up.
killed() {
    start_ready proxy "$NS_P" "$TP_PROXY" -t 1 \
        -r "tcp:10000-29999 $ORIGIN4 9001 off ppv2"
    whoami 12345
    stop proxy KILL
    refused "$VIP4" 12345
    start_ready server "$NS_P" "$TP_ORIGIN" -t --mode off 12345
    connects "$VIP4" 12345 || bad "another server does not get the port"
    stop server
}

# without_root OPTION... - status in $LEFT, words in $SAID
without_root() {
    LEFT=0
    SAID=$(in_proxy setpriv --reuid 65534 --regid 65534 --clear-groups \
        --no-new-privs timeout 10 "$TP_PROXY" -t 1 "$@" 2>&1 </dev/null) ||
        LEFT=$?
}

unprivileged() {
    without_root -r "tcp:10000-29999 $ORIGIN4 9001 off off"
    expect "exit status" "$LEFT" 3
    expect_match "words" "$SAID" \
        '20000 listening sockets are needed .*ulimit -n.*root .*--steer auto'
    without_root --steer always -r "tcp:12345 $ORIGIN4 9001 off off"
    expect "exit status" "$LEFT" 3
    expect_match "words" "$SAID" 'cannot steer ports: .*CAP_BPF'
    # one socket a port
    start_ready proxy "$NS_P" setpriv --reuid 65534 --regid 65534 \
        --clear-groups --no-new-privs "$TP_PROXY" -t 1 \
        -r "tcp:10000-11999 $ORIGIN4 9001 off ppv2"
    expect_match "words" "$(cat "$DIR/proxy.err")" 'ports are not steered'
    [ "$(in_proxy ss -Hltn | wc -l)" -ge 2000 ] || bad "no sockets"
    whoami 10999
    stop_clean proxy
}

e2e_begin "$TP_PROXY" "$TP_ORIGIN" "$TP_CLIENT"
start probe "$NS_P" "$TP_PROXY" --steer always --drain 0s \
    --rule 'tcp:1 127.0.0.1 1 off off'
wait_for 10 said probe 'ready|cannot steer'
if said probe 'cannot steer'; then
    note "this kernel has no sk_lookup: $(cat "$DIR/probe.err")"
    exit 77
fi
stop probe
start_ready origin "$NS_O" "$TP_ORIGIN" --mode ppv2 --reply whoami 9001 9117
run_case "61,001 ports stand, on a few descriptors" stands
run_case "ports at random forward by their rules" forwards
run_case "UDP answers leave from the port that was asked" udp_answers
run_case "connections of other rules are not touched" unharmed
stop_clean proxy
run_case "a port that somebody else has is found out" conflicts
run_case "a rule fails by itself, and can be tried again" conflict_of_one
run_case "2,000 rules on 40,000 ports" thousands
run_case "only the addresses of --listen" addresses
run_case "kill -9 leaves nothing" killed
run_case "without privileges: a socket a port, or a clear error" unprivileged
stop_clean origin
e2e_end
