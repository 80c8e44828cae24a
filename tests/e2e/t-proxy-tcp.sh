#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-proxy-tcp.sh - what tp-proxy does with one TCP connection: ends, resets,
# pauses, time limits, headers, reloads
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

ACT=$E2E_ROOT/tests/e2e/act.py
LOG_NAMES="v ClientRealIP ClientRegion ConnectTimeStamp DisconnetReason
DisconnetTimeStamp EdgeIP ForwardPort ForwardProtocol LogTimeStamp
ReceivedBytes SentBytes ServiceID SessionID ClientPort"
NOBODY=10.2.0.99 # an origin address at which nobody answers

# forwarding ports 11001... go to a scripted origin on 20000; 12001... to
# tp-origin, one that echoes and one that says whom it serves
rules() {
    cat <<TEXT
tcp:11001 $ORIGIN4 20000 off off
tcp:11002 $ORIGIN4 20000 off ppv1
tcp:11003 $ORIGIN4 20000 off ppv2
tcp:11004 $ORIGIN4 20999 off ppv2 nobody listens
tcp:11005 $NOBODY 20000 off ppv2 nobody answers
tcp:12001 $ORIGIN4 21001 off off
tcp:12002 $ORIGIN4 21002 off ppv1
tcp:12003 $ORIGIN4 21003 off ppv2 a tag
tcp:12080-12090 $ORIGIN6 21090-21100 off ppv2
TEXT
}

# proxy_start [OPTION...] - with the rules above
proxy_start() {
    rules >"$DIR/rules"
    start_ready proxy "$NS_P" "$TP_PROXY" -f "$DIR/rules" \
        --log "$DIR/proxy.log" "$@"
}

# origin_act ACTION... - the scripted origin, for one connection
origin_act() {
    start_ready act "$NS_O" "$ACT" accept "$ORIGIN4" 20000 "$@"
}

# client_act PORT ACTION... - a scripted client; its output in $DIR/client.out
client_act() {
    local port=$1
    shift

    LOGGED=$(line_count "$DIR/proxy.log" '')
    in_client "$ACT" connect "$VIP4" "$port" --src 198.18.1.1 "$@" \
        >"$DIR/client.out" 2>"$DIR/client.err" </dev/null ||
        bad "client: $(cat "$DIR/client.err")"
}

# the scripted origin has done all its actions
origin_done() {
    local pid=${PID[act]}

    wait_for 15 gone_or_zombie "$pid" || bad "the origin does not come to an end"
    stop act
    expect "origin's end ($(tail -n 1 "$DIR/act.err"))" "${STATUS[act]}" 0
}

last_log() { tail -n 1 "$DIR/proxy.log"; }
# the last line, which the last client has added
reason_is() {
    has_lines "$DIR/proxy.log" '' $((LOGGED + 1)) &&
        last_log | grep -qF "\"DisconnetReason\":\"$1\""
}

# expect_reason REASON - in the access log, at last
expect_reason() {
    wait_for 5 reason_is "$1" || bad "logged: $(last_log), wanted $1"
}

half_close() {
    origin_act expect:request eof send:answer fin
    client_act 11001 send:request fin expect:answer eof
    origin_done
}

half_close_by_origin() {
    origin_act send:answer fin expect:request eof
    client_act 11001 expect:answer eof send:request fin
    origin_done
}

# the client says nothing, and is answered
half_close_before_any_byte() {
    origin_act header eof send:answer fin
    client_act "$1" fin expect:answer eof
    origin_done
}

reset_by_client() {
    rm -f "$DIR/got"
    origin_act expect:abc touch:"$DIR/got" reset
    client_act 11001 send:abc wait:"$DIR/got" abort
    origin_done
    expect_reason down:net_exception_peer_error
}

reset_by_origin() {
    origin_act expect:abc abort
    client_act 11001 send:abc reset
    origin_done
    expect_reason up:net_exception_peer_error
}

# the client goes away while what it sent waits for an origin that does not
# read: no orderly end tells that origin that this was all
reset_behind_a_backlog() {
    origin_act wait:"$DIR/aborted" reset
    client_act 11001 stall abort
    touch "$DIR/aborted"
    origin_done
    expect_reason down:net_exception_peer_error
}

# the client goes away before the origin answers
reset_while_connecting() {
    ip -n "$NS_P" neigh replace "$NOBODY" lladdr 02:00:00:00:00:99 dev p1
    client_act 11005 send:abc abort
    expect_reason down:net_exception_peer_error
}

connection_refused() {
    client_act 11004 send:abc reset
    expect_reason up:create_peer_channel_exception
}

# a neighbour that is there by word only: what is sent to it is lost
connect_timeout() {
    local begin=${EPOCHREALTIME/[.,]/} took

    ip -n "$NS_P" neigh replace "$NOBODY" lladdr 02:00:00:00:00:99 dev p1
    client_act 11005 send:abc reset
    took=$(((${EPOCHREALTIME/[.,]/} - begin) / 1000))
    if [ "$took" -lt 600 ] || [ "$took" -ge 3000 ]; then
        bad "took $took ms"
    fi
    expect_reason up:net_exception_timeout
}

idle_timeout() {
    origin_act expect:abc reset
    client_act 11001 send:abc reset
    origin_done
    wait_for 5 reason_is down:net_exception_timeout ||
        bad "logged: $(last_log)"
}

# forged MODE PORT TEXT - what the client sends is payload, and the origin is
# told the client's real address
forged() {
    local who

    client_act "$2" send:"$3" fin all
    who=$(head -n 1 "$DIR/client.out")
    expect "client" "$(jq -r .client <<<"$who")" 198.18.1.1
    expect "mode" "$(jq -r .mode <<<"$who")" "$1"
    expect "destination" "$(jq -r '"\(.dst) \(.dport)"' <<<"$who")" \
        "$VIP4 $2"
    tail -n +2 "$DIR/client.out" >"$DIR/echo"
    # shellcheck disable=SC2059 # escapes are wanted
    printf "$3" | cmp -s - "$DIR/echo" ||
        bad "payload: $(head -c 200 "$DIR/echo" | od -c | head -n 5)"
}

FORGED1='PROXY TCP4 1.2.3.4 5.6.7.8 1111 2222\r\nhello'
FORGED2='\r\n\r\n\000\r\nQUIT\n\x21\x11\000\x0c\x01\x02\x03\x04\x05\x06\x07\x08\x09\x09\x09\x09hello'

# the origin speaks first, as soon as it has the header, and the client says
# nothing before it has heard that
origin_first() {
    origin_act header send:'220 ready\r\n' expect:QUIT eof
    client_act "$1" expect:'220 ready\r\n' send:QUIT fin eof
    origin_done
}

# the header is there before the client has said anything
header_at_once() {
    rm -f "$DIR/got"
    origin_act header touch:"$DIR/got" expect:abc eof
    client_act 11003 wait:"$DIR/got" send:abc fin eof
    origin_done
}

# one_segment PORT BYTES - the header and the first client bytes share one
one_segment() {
    local lens

    capture seg "$NS_P" p1 "tcp dst port 20000"
    origin_act header expect:abc eof
    client_act "$1" send:abc fin eof
    origin_done
    capture_stop seg
    lens=$(tshark -n -r "$DIR/seg.pcap" -Y 'tcp.len > 0' -T fields \
        -e tcp.len 2>/dev/null)
    expect "payload lengths towards the origin" "$lens" "$2"
}

# a byte for each client port: ppv1's length depends on its digits
one_segment_v1() {
    local len

    capture seg "$NS_P" p1 "tcp dst port 20000"
    origin_act header expect:abc eof
    client_act 11002 send:abc fin eof
    origin_done
    capture_stop seg
    len=$(($(head -c -1 "$DIR/act.out" | wc -c) / 2 + 3))
    expect "payload lengths towards the origin" "$(tshark -n \
        -r "$DIR/seg.pcap" -Y 'tcp.len > 0' -T fields -e tcp.len \
        2>/dev/null)" "$len"
}

rss_kib() { awk '/^RssAnon/ { print $2 }' "/proc/${PID[proxy]}/status"; }

# a receiver that does not read stops the sender, not the proxy's memory
back_pressure() {
    local before after taken limit

    # four sockets' buffers may fill, and what the proxy keeps of one stream
    limit=$(in_proxy sysctl -n net.ipv4.tcp_rmem net.ipv4.tcp_wmem |
        awk '{ n += $3 } END { print 2 * n + 2 * 1048576 }')
    before=$(rss_kib)
    origin_act wait:"$DIR/go" take:1000000 touch:"$DIR/taken" \
        wait:"$DIR/end" abort
    start stalled "$NS_C" "$ACT" connect "$VIP4" 11001 stall \
        wait:"$DIR/taken" touch:"$DIR/end" reset
    wait_for 20 test -s "$DIR/stalled.out" || bad "the sender never stalls"
    taken=$(cat "$DIR/stalled.out")
    after=$(rss_kib)
    [ "$taken" -lt "$limit" ] || bad "$taken bytes went without a reader"
    [ $((after - before)) -lt 4096 ] ||
        bad "the proxy grew by $((after - before)) KiB"
    touch "$DIR/go"
    wait_for 15 gone_or_zombie "${PID[stalled]}"
    stop stalled
    expect "sender's end ($(cat "$DIR/stalled.err"))" "${STATUS[stalled]}" 0
    origin_done
    note "stalled after $taken bytes; the proxy grew by" \
        "$((after - before)) KiB"
}

# every port of a range is forwarded to its own, k further
port_range() {
    local k who

    for k in 0 1 2 3 4 5 6 7 8 9 10; do
        client_act $((12080 + k)) send:x fin all
        who=$(head -n 1 "$DIR/client.out")
        expect "ports" "$(jq -r '"\(.dport) \(.lport)"' <<<"$who")" \
            "$((12080 + k)) $((21090 + k))"
    done
}

log_names() {
    local line=$DIR/line name

    client_act 12003 send:hello fin all
    wait_for 5 last_log_has '"ForwardPort":12003' || bad "no log line"
    last_log >"$line"
    for name in $LOG_NAMES; do
        jq -e "has(\"$name\")" "$line" >/dev/null || bad "no $name"
    done
    expect "values" "$(jq -r '"\(.v) \(.ClientRealIP) \(.EdgeIP) " +
        "\(.ForwardPort) \(.ForwardProtocol) \(.SentBytes)"' "$line")" \
        "1 198.18.1.1 $VIP4 12003 TCP 5"
    expect "values of ours" "$(jq -r '"\(.OriginIP) \(.OriginPort) " +
        "\(.PassMode) \(.RuleTag) \(.ReceivedBytes > 0)"' "$line")" \
        "$ORIGIN4 21003 ppv2 a tag true"
    expect_match "end" "$(jq -r .DisconnetTimeStamp "$line")" \
        '^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z$'
    expect_match "time" "$(jq -r .ConnectTimeStamp "$line")" \
        '^20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z$'
}

last_log_has() { last_log | grep -qF "$1"; }

log_rotation() {
    mv "$DIR/proxy.log" "$DIR/proxy.log.1"
    kill -USR1 "${PID[proxy]}"
    wait_for 5 test -e "$DIR/proxy.log" || bad "no new log"
    client_act 12003 send:x fin all
    wait_for 5 has_lines "$DIR/proxy.log" '"ForwardPort":12003' 1 ||
        bad "not in the new log"
    rm "$DIR/proxy.log.1"
}

# a connection that stands while something happens to the proxy; it sends
# again when $DIR/again is there, and ends
hold_open() {
    rm -f "$DIR/held" "$DIR/again"
    start held "$NS_C" "$ACT" connect "$VIP4" 12001 send:one expect:one \
        touch:"$DIR/held" wait:"$DIR/again" send:two expect:two fin eof
    wait_for 10 test -e "$DIR/held" || bad "held: $(cat "$DIR/held.err")"
}

held_end() {
    touch "$DIR/again"
    wait_for 15 gone_or_zombie "${PID[held]}" || bad "it never ends"
    stop held
    expect "held connection's end ($(cat "$DIR/held.err"))" \
        "${STATUS[held]}" 0
}

connects() { in_client "$ACT" connect "$VIP4" "$1" send:x expect:x fin eof; }
refused() { ! in_client "$ACT" connect "$VIP4" "$1" 2>/dev/null; }

reload() {
    hold_open
    rules | sed 's/^tcp:12001 /tcp:12501 /' >"$DIR/rules"
    kill -HUP "${PID[proxy]}"
    wait_for 5 connects 12501 || bad "the new port is not there"
    wait_for 5 refused 12001 || bad "the old port is still there"
    held_end
    rules >"$DIR/rules"
    kill -HUP "${PID[proxy]}"
    wait_for 5 connects 12001 || bad "the port does not come back"
    wait_for 5 refused 12501 || bad "12501 is still there"
}

bad_reload() {
    hold_open
    { rules && echo 'tcp:3943 10.2.0.10 80 off off'; } >"$DIR/rules"
    kill -HUP "${PID[proxy]}"
    wait_for 5 said proxy 'RulePortInteger' || bad "not complained about"
    connects 12001 || bad "an old port is gone"
    held_end
    rules >"$DIR/rules"
}

leg_is_kept() {
    in_proxy ss -Htno state established "$1" |
        grep -qE 'timer:\(keepalive,([1-5]?[0-9]sec|1min|60sec),0\)'
}

# both legs of a connection are probed after a minute at the most; the origin's
# is told so once the connection has lasted a moment
keepalive() {
    local leg

    hold_open
    for leg in "sport = :12001" "dport = :21001"; do
        wait_for 10 leg_is_kept "$leg" || bad "no keepalive on $leg"
    done
    held_end
}

# SIGTERM: no new connections, those that stand come to their end
drain() {
    hold_open
    kill -TERM "${PID[proxy]}"
    wait_for 5 refused 12001 || bad "it still accepts"
    [ -d "/proc/${PID[proxy]}" ] || bad "it did not wait"
    held_end
    stop_clean proxy
}

# session persistence over a group of three
persistence() {
    local port=$1 wanted=$2
    local n origins

    for n in $(seq 1 20); do
        for _ in 1 2 3 4 5; do
            in_client "$ACT" connect "$VIP4" "$port" --src "198.18.9.$n" \
                send:x fin line 2>>"$DIR/client.err"
        done | jq -r .local | sort -u | wc -l
    done >"$DIR/spread"
    origins=$(sort "$DIR/spread" | uniq -c | sort -rn | awk '{ print $2 }' |
        head -n 1)
    case $wanted in
    one) expect "origins per client" "$(sort -u "$DIR/spread")" 1 ;;
    several) [ "$origins" = 3 ] || bad "origins per client: $origins" ;;
    esac
}

# all three are used, persistent or not
all_used() {
    expect "origins in use" "$(for n in $(seq 1 40); do
        in_client "$ACT" connect "$VIP4" 13001 --src "198.18.9.$n" \
            send:x fin line
    done 2>/dev/null | jq -r .local | sort | uniq -c | wc -l)" 3
}

# one member of the group refuses: nobody notices; when it is back it is used
failed_origin() {
    local n bad_n=0

    stop_clean origin-12
    for n in $(seq 1 30); do
        in_client "$ACT" connect "$VIP4" 13001 --src "198.18.8.$n" \
            send:x fin line >"$DIR/line" 2>>"$DIR/client.err" ||
            bad_n=$((bad_n + 1))
    done
    expect "clients that failed" "$bad_n" 0
    group_member 12
    wait_for 10 used_again || bad "10.2.0.12 is not used again"
}

used_again() {
    local n

    for n in $(seq 1 6); do
        in_client "$ACT" connect "$VIP4" 13002 --src "198.18.8.$n" \
            send:x fin line 2>/dev/null
    done >"$DIR/again"
    grep -qF '"local":"10.2.0.12"' "$DIR/again"
}

group_member() {
    start_ready "origin-$1" "$NS_O" "$TP_ORIGIN" -t --mode ppv2 \
        --reply whoami -l "10.2.0.$1" 22000
}

group_rules() {
    cat <<TEXT
og:web = 10.2.0.10, 10.2.0.11, 10.2.0.12
tcp:13001 og:web 22000 on ppv2
tcp:13002 og:web 22000 off ppv2
TEXT
}

# Bytes that a client sends before any address answers go, whole and once, to
# the one that does. Both addresses take turns, so one client in two meets the
# one that keeps silent first.
early_bytes() {
    ip -n "$NS_P" neigh replace "$NOBODY" lladdr 02:00:00:00:00:99 dev p1
    start_ready early "$NS_P" "$TP_PROXY" --connect-timeout 200ms --retry 1ms \
        --rule "og:far = $NOBODY, $ORIGIN4" -v \
        --rule 'tcp:13005 og:far 20000 off ppv2'
    for _ in 1 2 3 4; do
        origin_act header expect:abc eof
        client_act 13005 send:abc fin eof
        origin_done
    done
    stop_clean early
    said early '"tcp_headers":4,"tcp_headers_alone":0' ||
        bad "not 4 headers, or some of them alone"
    said early '"tcp_accepted":4,"tcp_closed":4,"tcp_reset":0' ||
        bad "not 4 orderly connections"
    said early '"tcp_bytes_up":12,"tcp_bytes_down":0,' || bad "not 12 bytes up"
    said early '"tcp_connect_failed":[1-9]' || bad "all met the right one"
}

# fifo_start NAME - a pipe, held open by somebody who does not read
fifo_start() {
    mkfifo "$DIR/$1.fifo"
    # shellcheck disable=SC2034 # to the end
    exec {fifo_fd}<>"$DIR/$1.fifo"
}

# fifo_read NAME LINES - its lines, at last, in $DIR/from-NAME.out
fifo_read() {
    start "from-$1" "$NS_P" cat "$DIR/$1.fifo"
    wait_for 10 has_lines "$DIR/from-$1.out" '^\{' "$2" ||
        bad "$1: $(wc -l <"$DIR/from-$1.out") lines of $2"
}

# Nobody reads the logs, of which a pipe takes 64 KiB: connections go on, and
# no line is missing when somebody does.
slow_reader() {
    local n=600 name

    for name in tp-proxy tp-origin; do
        fifo_start "$name"
    done
    start_ready slow-origin "$NS_O" "$TP_ORIGIN" -t --mode ppv2 \
        --log "$DIR/tp-origin.fifo" 21201
    start_ready slow-proxy "$NS_P" "$TP_PROXY" --log "$DIR/tp-proxy.fifo" \
        --rule "tcp:13006 $ORIGIN4 21201 off ppv2"
    in_client "$TP_CLIENT" "$VIP4" 13006 -c "$n" -C 50 -m 1 -q \
        --log "$DIR/slow-client.log" >/dev/null 2>"$DIR/slow-client.err" ||
        bad "client: $(tail -n 2 "$DIR/slow-client.err")"
    for name in tp-proxy tp-origin; do
        fifo_read "$name" "$n"
        ! grep -v '"SessionID"\|"reason":"closed"' "$DIR/from-$name.out" ||
            bad "$name: another line"
    done
    stop_clean slow-proxy slow-origin
}

counters() {
    kill -USR2 "${PID[proxy]}"
    wait_for 5 said proxy '^\{"v":1,' || bad "no counters"
    grep -hE '^\{"v":1,' "$DIR/proxy.err" "$DIR/proxy.out" | tail -n 1 |
        jq -e . >/dev/null || bad "the counters are not JSON"
}

clean_counters() {
    stop_clean proxy
    said proxy '"tcp_timeout_idle":1,"tcp_headers":3,"tcp_headers_alone":3,' ||
        bad "counters: $(tail -n 1 "$DIR/proxy.err")"
}

e2e_begin "$TP_PROXY" "$TP_ORIGIN" "$TP_CLIENT"
start_ready origin-off "$NS_O" "$TP_ORIGIN" -t --mode off 21001
start_ready origin-v1 "$NS_O" "$TP_ORIGIN" -t --mode ppv1 --reply whoami 21002
# shellcheck disable=SC2046 # a list of ports
start_ready origin-v2 "$NS_O" "$TP_ORIGIN" -t --mode ppv2 --reply whoami \
    21003 $(seq 21090 21100)

# ---- with default times ----
proxy_start --connect-timeout 700ms --header-wait 300ms
run_case "half-close by the client" half_close
run_case "half-close by the origin" half_close_by_origin
run_case "half-close before any byte, ppv1" half_close_before_any_byte 11002
run_case "half-close before any byte, ppv2" half_close_before_any_byte 11003
run_case "reset by the client" reset_by_client
run_case "reset by the client behind a backlog" reset_behind_a_backlog
run_case "reset by the client while connecting" reset_while_connecting
run_case "reset by the origin" reset_by_origin
run_case "origin refuses: reset" connection_refused
run_case "origin silent: connect timeout, reset" connect_timeout
run_case "forged v1 header through ppv1" forged ppv1 12002 "$FORGED1"
run_case "forged v1 header through ppv2" forged ppv2 12003 "$FORGED1"
run_case "forged v2 header through ppv1" forged ppv1 12002 "$FORGED2"
run_case "forged v2 header through ppv2" forged ppv2 12003 "$FORGED2"
run_case "first-data: origin speaks first, ppv1" origin_first 11002
run_case "first-data: origin speaks first, ppv2" origin_first 11003
run_case "first-data: header with the first bytes, ppv2" one_segment 11003 31
run_case "first-data: header with the first bytes, ppv1" one_segment_v1
run_case "back-pressure" back_pressure
run_case "port range with an offset" port_range
run_case "access log: names and values" log_names
run_case "access log: rotation on SIGUSR1" log_rotation
run_case "access log: nobody is kept waiting by its reader" slow_reader
run_case "counters on SIGUSR2" counters
run_case "keepalive on both legs" keepalive
run_case "reload keeps connections, applies rules" reload
run_case "reload of a bad file changes nothing" bad_reload
run_case "SIGTERM drains" drain

# ---- other times ----
proxy_start --header-timing connect --idle-timeout 1s -v
run_case "connect: origin speaks first, ppv1" origin_first 11002
run_case "connect: origin speaks first, ppv2" origin_first 11003
run_case "connect: header before any client byte" header_at_once
run_case "idle timeout" idle_timeout
run_case "clean end, and counters" clean_counters

# ---- groups ----
for member in 10 11 12; do
    group_member "$member"
done
group_rules >"$DIR/group-rules"
start_ready proxy "$NS_P" "$TP_PROXY" -f "$DIR/group-rules" --retry 1s
run_case "persistence on: one origin per client" persistence 13001 one
run_case "persistence off: several origins per client" persistence 13002 \
    several
run_case "persistence on: all origins are used" all_used
run_case "a failed origin is skipped, and retried" failed_origin
run_case "early bytes go to the address that answers" early_bytes
run_case "clean end of all" stop_clean proxy origin-off origin-v1 origin-v2 \
    origin-10 origin-11 origin-12
e2e_end
