#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-fast.sh - connections whose sockets are joined in the kernel: nothing is
# lost, doubled or out of order when they are, nor at any of their ends; slow
# readers hold a bounded number of bytes; and what happens without privileges
# shellcheck source=fast.sh
. "$(dirname "$0")/fast.sh"

ACT=$E2E_ROOT/tests/e2e/act.py
# of the program, in bytes: fast_shared.h
UNACKED_MAX=65536

# origin_act ACTION... - the scripted origin of port 11002, for one connection
origin_act() {
    start_ready act "$NS_O" "$ACT" accept "$ORIGIN4" 20002 "$@"
}

# A few turns, after which the program redirects
ORIGIN_TURNS=(expect:one send:two expect:three send:four)
CLIENT_TURNS=(send:one expect:two send:three expect:four)

# client_act ACTION... - after the turns
client_act() {
    in_client "$ACT" connect "$VIP4" 11002 "${CLIENT_TURNS[@]}" "$@" \
        >"$DIR/client.out" 2>"$DIR/client.err" </dev/null ||
        bad "client: $(cat "$DIR/client.err")"
}

origin_done() {
    wait_for 15 gone_or_zombie "${PID[act]}" ||
        bad "the origin does not come to an end"
    stop act
    expect "origin's end ($(tail -n 1 "$DIR/act.err"))" "${STATUS[act]}" 0
}

last_reason_is() {
    tail -n 1 "$DIR/log" | grep -qF "\"DisconnetReason\":\"$1\""
}

expect_reason() {
    wait_for 5 last_reason_is "$1" ||
        bad "logged: $(tail -n 1 "$DIR/log"), wanted $1"
}

# acts SIDE ACTION... -- ACTION... - after the turns, those of client or origin
# and then those of the other
acts() {
    local side=$1 its=()

    shift
    while [ "$1" != -- ]; do
        its+=("$1")
        shift
    done
    shift
    if [ "$side" = client ]; then
        origin_act "${ORIGIN_TURNS[@]}" "$@"
        client_act "${its[@]}"
    else
        origin_act "${ORIGIN_TURNS[@]}" "${its[@]}"
        client_act "$@"
    fi
    origin_done
}

# half_close SIDE WORD - SIDE ends first, for which the log's word is WORD
half_close() {
    acts "$1" fill:100000 fin take:100000 eof -- \
        take:100000 eof fill:100000 fin
    expect_reason "$2:net_exception_peer_close"
}

# an end right behind the last byte
both_close() {
    local n

    for n in 1 2 3 4 5 6 7 8; do
        origin_act "${ORIGIN_TURNS[@]}" fill:$((n * 9000)) fin all
        client_act fill:$((n * 7000)) fin all
        origin_done
        expect "bytes to the client" "$(stat -c %s "$DIR/client.out")" \
            $((n * 9000))
        expect "bytes to the origin" "$(stat -c %s "$DIR/act.out")" \
            $((n * 7000))
    done
}

reset() {
    rm -f "$DIR/got"
    acts "$1" fill:50000 wait:"$DIR/got" abort -- \
        take:50000 touch:"$DIR/got" reset
    expect_reason "$2:net_exception_peer_error"
}

# TERM: what stands goes on until its end, or until the drain is over
drain() {
    rm -f "$DIR/held" "$DIR/again"
    origin_act "${ORIGIN_TURNS[@]}" expect:five send:six eof
    start held "$NS_C" "$ACT" connect "$VIP4" 11002 "${CLIENT_TURNS[@]}" \
        touch:"$DIR/held" wait:"$DIR/again" send:five expect:six fin eof
    wait_for 10 test -e "$DIR/held" || bad "held: $(cat "$DIR/held.err")"
    kill -TERM "${PID[proxy]}"
    wait_for 5 said proxy 'stopping: 1 connections' || bad "it does not drain"
    touch "$DIR/again"
    wait_for 15 gone_or_zombie "${PID[held]}" || bad "it never ends"
    stop held
    expect "held ($(cat "$DIR/held.err"))" "${STATUS[held]}" 0
    origin_done
    stop_clean proxy
    [ "$(counted tcp_bytes_fast)" -gt 0 ] || bad "nothing was redirected"
}

# What the process does not see keeps a connection from being idle. Lines of
# the access log in between add up to what was sent.
idle() {
    fast_start --fast-path always --idle-timeout 1s --log-interval 200ms
    in_client "$TP_CLIENT" -q -n 9 --think 200ms "$VIP4" 11001 >&2 ||
        bad "the connection did not last"
    origin_act "${ORIGIN_TURNS[@]}" reset
    client_act reset
    origin_done
    wait_for 5 last_reason_is down:net_exception_timeout ||
        bad "logged: $(tail -n 1 "$DIR/log")"
    stop_clean proxy
    expect "idle ones" "$(counted tcp_timeout_idle)" 1
    expect "logged up" "$(logged_bytes SentBytes)" $((9 * 64 + 8))
    expect "logged down" "$(logged_bytes ReceivedBytes)" $((9 * 64 + 7))
    [ "$(wc -l <"$DIR/log")" -gt 3 ] || bad "no lines in between"
}

rss_kib() { awk '/^RssAnon/ { print $2 }' "/proc/${PID[proxy]}/status"; }

# A receiver that does not read stops the sender. The program has redirected
# what the receiver's own buffer took and its bound, no more, and left the rest
# to the process; nothing is lost over it.
slow_reader() {
    local before after taken most

    most=$(in_origin sysctl -n net.ipv4.tcp_rmem | awk '{ print $3 }')
    fast_start --fast-path always --buffers 1m
    before=$(rss_kib)
    rm -f "$DIR/go"
    origin_act "${ORIGIN_TURNS[@]}" wait:"$DIR/go" all
    start stalled "$NS_C" "$ACT" connect "$VIP4" 11002 "${CLIENT_TURNS[@]}" \
        stall wait:"$DIR/go" fin eof
    wait_for 20 test -s "$DIR/stalled.out" || bad "the sender never stalls"
    after=$(rss_kib)
    taken=$(cat "$DIR/stalled.out")
    [ $((after - before)) -lt 4096 ] ||
        bad "the proxy grew by $((after - before)) KiB"
    touch "$DIR/go"
    wait_for 15 gone_or_zombie "${PID[stalled]}"
    stop stalled
    expect "sender's end ($(cat "$DIR/stalled.err"))" "${STATUS[stalled]}" 0
    origin_done
    expect "bytes that arrived" "$(stat -c %s "$DIR/act.out")" "$taken"
    stop_clean proxy
    [ "$(counted tcp_bytes_fast)" -le $((most + UNACKED_MAX)) ] ||
        bad "$(counted tcp_bytes_fast) bytes were redirected"
    note "stalled after $taken bytes, of which $(counted tcp_bytes_fast)" \
        "were redirected; the proxy grew by $((after - before)) KiB"
}

# one connection after the other that is worth it goes over, by itself
automatic() {
    SENT=0 CONNS=0
    fast_start
    converse "$VIP4" 11001 1:1:20000:64
    stop_clean proxy
    [ "$(counted tcp_fast)" -ge 1 ] || bad "it did not go over"
    expect "bytes up" "$(counted tcp_bytes_up)" "$SENT"
    expect "bytes down" "$(counted tcp_bytes_down)" "$SENT"
    fast_start --fast-path off
    converse "$VIP4" 11001 1:1:2000:64
    stop_clean proxy
    expect "with off" "$(counted tcp_fast)" 0
    fast_start --fast-path always --fault apart
    converse "$VIP4" 11001 10:1:3:64
    stop_clean proxy
    expect "wrong on purpose" "$(counted tcp_fast)" 0
}

spinners() { grep -lx tp-spin "/proc/${PID[proxy]}/task/"*/comm | wc -l; }

# one that is redirected, with a thread that keeps a CPU awake for it or without
awake() {
    SENT=0 CONNS=0
    fast_start --busy-poll 1000
    expect "threads that spin" "$(spinners)" 1
    converse "$VIP4" 11001 1:1:20000:64 1:1:3000:9000
    stop_clean proxy
    [ "$(counted tcp_fast)" -ge 1 ] || bad "it did not go over"
    expect "bytes up" "$(counted tcp_bytes_up)" "$SENT"
    expect "bytes down" "$(counted tcp_bytes_down)" "$SENT"
    SENT=0
    fast_start --fast-spin off
    expect "threads with off" "$(spinners)" 0
    converse "$VIP4" 11001 1:1:20000:64
    stop_clean proxy
    [ "$(counted tcp_fast)" -ge 1 ] || bad "it did not go over with off"
    expect "bytes up with off" "$(counted tcp_bytes_up)" "$SENT"
    expect "bytes down with off" "$(counted tcp_bytes_down)" "$SENT"
    fast_start --fast-path off
    expect "threads without a fast path" "$(spinners)" 0
    stop_clean proxy
}

# bpf_fds RULES OPTION... - BPF_FDS is how many there are with these rules
bpf_fds() {
    printf '%s\n' "$1" >"$DIR/some-rules"
    shift
    BPF_FDS=none
    start_ready proxy "$NS_P" "$TP_PROXY" --steer off "$@" || return
    BPF_FDS=$(find "/proc/${PID[proxy]}/fd" -lname 'anon_inode:bpf*' | wc -l)
    stop_clean proxy
}

# The program is loaded where a connection may come to need it.
loaded() {
    local udp="udp:11001 $ORIGIN4 20001 off ppv2"
    local tcp="tcp:11001 $ORIGIN4 20001 off ppv2"

    bpf_fds '' --rule "$udp" --udp-gso
    expect "UDP alone, for good, in runs" "$BPF_FDS" 0
    bpf_fds '' --rule "$udp"
    [ "$BPF_FDS" -gt 0 ] || bad "not for UDP"
    bpf_fds '' --rule "$tcp" --fast-path off
    expect "off" "$BPF_FDS" 0
    bpf_fds '' --rule "$udp" --rule "$tcp"
    [ "$BPF_FDS" -gt 0 ] || bad "not for TCP"
    bpf_fds "$udp" -f "$DIR/some-rules"
    [ "$BPF_FDS" -gt 0 ] || bad "not for a file that can become another"
}

# The programs are at the interfaces while connections need them, and again
# when others do; root is no longer needed for that.
on_demand() {
    SENT=0 CONNS=0
    fast_start --steer off --user nobody
    wait_for 5 has_no_links || bad "$(links) programs at the start"
    converse "$VIP4" 11001 200:8:3:64
    expect "for short connections" "$(links)" 0
    converse "$VIP4" 11001 1:1:20000:64
    has_no_links && bad "none for one that lasts"
    wait_for 20 has_no_links || bad "$(links) programs that nobody needs"
    converse "$VIP4" 11001 1:1:20000:64
    has_no_links && bad "none for the next one"
    stop_clean proxy
    expect "that went over" "$(counted tcp_fast)" 2
    expect "bytes up" "$(counted tcp_bytes_up)" "$SENT"
    expect "bytes down" "$(counted tcp_bytes_down)" "$SENT"
}

unprivileged() {
    local nobody=(setpriv --reuid nobody --clear-groups --inh-caps=-all
        --bounding-set=-all)

    SENT=0 CONNS=0
    start_ready proxy "$NS_P" "${nobody[@]}" "$TP_PROXY" -v -v \
        --rule "tcp:11001 $ORIGIN4 20001 off ppv2"
    converse "$VIP4" 11001 1:1:2000:64
    stop_clean proxy
    said proxy 'no fast path \(' || bad "it does not say so"
    expect "without privileges" "$(counted tcp_fast)" 0
    in_proxy "${nobody[@]}" "$TP_PROXY" --fast-path always \
        --rule "tcp:11001 $ORIGIN4 20001 off ppv2" 2>"$DIR/always.err"
    expect "status" $? 3
    expect_match "reason and way out" "$(cat "$DIR/always.err")" \
        'not permitted.*CAP_BPF.*--fast-path auto'
}

e2e_begin "$TP_PROXY" "$TP_ORIGIN" "$TP_CLIENT"
origins_start
run_case "thousands go over, every byte compared and counted" promoted 1800 \
    1500:1:2:1 1000:8:3:500 500:4:2:5000 300:16:2:20000 300:3:2:66000 \
    50:8:2:300000
run_case "random lengths, times and resets, both ways at once" movers 200
fast_start --fast-path always
run_case "half-close by the client" half_close client down
run_case "half-close by the origin" half_close origin up
run_case "both close behind their last byte" both_close
run_case "reset by the client" reset client down
run_case "reset by the origin" reset origin up
run_case "drain" drain
run_case "idle timeout, and lines of the log in between" idle
run_case "a slow reader" slow_reader
run_case "auto, off, and with faults" automatic
run_case "a CPU is kept awake" awake
run_case "loaded where it may be of use" loaded
run_case "programs are there on demand" on_demand
run_case "without privileges" unprivileged
e2e_end
