#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-toa-edge.sh - TOA where it is hard: lost segments, SYN cookies, deferred
# accepts, Fast Open, MPTCP, no room; and where somebody lies
# shellcheck source=toa.sh
. "$(dirname "$0")/toa.sh"

FAKE=192.0.2.66 # an address that nobody has, routed to the proxy's side

# mark ARGUMENT... - a proxy's connection; the origin's line about it
mark() {
    within proxy in_proxy "$TOA_PY" mark "$@" 2>"$DIR/mark.err" ||
        bad "client: $(cat "$DIR/mark.err")"
}
raw() {
    in_proxy "$TOA_PY" raw "$FAKE" "$ORIGIN4" "$@" 2>"$DIR/raw.err" ||
        bad "raw client: $(cat "$DIR/raw.err")"
}
field() { jq -r ".$1" <<<"$2"; }

# reader LINE FIELD PATTERN
said_field() { expect_match "$2" "$(field "$2" "$1")" "$3"; }

# origin_start ADDRESS... [OPTION...]
origin_start() {
    within origin start_ready origin "$NS_O" "$TOA_PY" origin "$@"
}
fresh() {
    # shellcheck disable=SC2119 # no option is needed
    load_writer
    load_reader --trust "$EGRESS4,$EGRESS6,$FAKE" "$@"
}

nft_origin() { in_origin nft "$@"; }
lost_ack() {
    local line

    fresh
    origin_start 4:21004
    nft_origin add table inet lossy
    nft_origin 'add chain inet lossy in { type filter hook input priority 0; }'
    # handshake ACKs: no payload, nothing but ACK
    nft_origin add rule inet lossy in tcp dport 21004 \
        'tcp flags & (syn|ack|psh|fin|rst) == ack' counter drop
    line=$(mark "$ORIGIN4" 21004 192.0.2.7 777)
    nft_origin list table inet lossy >"$DIR/lossy"
    nft_origin delete table inet lossy
    grep -qE 'counter packets [1-9]' "$DIR/lossy" || bad "nothing was dropped"
    expect accept "$(field accept "$line")" "192.0.2.7 777"
}

defer_accept() {
    local line

    fresh
    origin_start --defer 4:21004
    line=$(mark "$ORIGIN4" 21004 192.0.2.7 777)
    expect accept "$(field accept "$line")" "192.0.2.7 777"
}

syncookies() {
    local line address client

    fresh
    origin_start 4:21004 dual:21046
    in_origin sysctl -q -w net.ipv4.tcp_syncookies=2
    for address in "$ORIGIN4" "$ORIGIN6"; do
        for client in 192.0.2.7 2001:db8::7; do
            line=$(mark "$address" 21046 "$client" 777)
            said_field "$line" accept "^(::ffff:)?$client 777\$"
        done
    done
    # what the SYN carries is gone with a cookie: no address, not a wrong one
    fresh --from syn
    origin_start 4:21004
    line=$(mark "$ORIGIN4" 21004 192.0.2.7 777 --place 1)
    in_origin sysctl -q -w net.ipv4.tcp_syncookies=1
    said_field "$line" accept "^$EGRESS4 "
    expect_counter syn_recv_sock_toa 0
}

# With data in the SYN the connection exists before the segments that carry the
# option by default: the answer may leave before they come.
fast_open() {
    local line n

    in_origin sysctl -q -w net.ipv4.tcp_fastopen=3
    in_proxy sysctl -q -w net.ipv4.tcp_fastopen=1
    fresh
    origin_start --tfo --first-read 4:21004
    # the first connection fetches the cookie, the second sends data in its SYN
    for n in 1 2; do
        line=$(mark "$ORIGIN4" 21004 192.0.2.7 777 --tfo --send 100)
    done
    expect_counter tfo 1
    said_field "$line" accept "^$EGRESS4 "
    said_field "$line" getpeername "^($EGRESS4 [0-9]+|192.0.2.7 777)\$"
    expect_match diagnosis "$(toa stats --diagnose)" 'tfo: 1 '
    # unless the SYN carries it too
    fresh --from syn,ack,data
    origin_start --tfo --first-read 4:21004
    line=$(mark "$ORIGIN4" 21004 192.0.2.7 777 --tfo --send 100 --place 7)
    expect_counter tfo 1
    expect accept "$(field accept "$line")" "192.0.2.7 777"
    # a cookie leaves no room for an IPv6 address in the SYN, which is said
    n=$(writer_counter no_room)
    line=$(mark "$ORIGIN4" 21004 2001:db8::7 777 --tfo --send 100 --place 7)
    said_field "$line" accept "^$EGRESS4 "
    [ "$(writer_counter no_room)" -gt "$n" ] || bad "no_room is not counted"
    expect no_room "$(counter no_room)" "$(writer_counter no_room)"
}

mptcp() {
    local line

    fresh
    in_origin sysctl -q -w net.mptcp.enabled=1
    origin_start --mptcp 4:21004 || return
    line=$(mark "$ORIGIN4" 21004 192.0.2.7 777)
    # a plain TCP connection to an MPTCP socket works
    expect accept "$(field accept "$line")" "192.0.2.7 777"
    expect_counter mptcp 0
    # one that is MPTCP is asked for at another socket: the peer, and it is said
    in_proxy sysctl -q -w net.mptcp.enabled=1
    line=$(mark "$ORIGIN4" 21004 192.0.2.7 777 --plain --mptcp)
    said_field "$line" accept "^$EGRESS4 "
    said_field "$line" getpeername "^$EGRESS4 "
    expect_counter mptcp 1
    [ "$(counter getname_toa_bypass)" -gt 0 ] || bad "no bypass is counted"
    expect_match diagnosis "$(toa stats --diagnose)" 'bypass: .*MPTCP'
}

# A listener made outside the cgroup: the proxy's address, and it is said
outside() {
    local line text

    fresh
    stop origin
    within outside start_ready origin "$NS_O" "$TOA_PY" origin 4:21004
    line=$(mark "$ORIGIN4" 21004 192.0.2.7 777)
    said_field "$line" accept "^$EGRESS4 "
    text=$(toa_in_origin stats --diagnose)
    expect "status" $? 1
    expect_match "diagnosis" "$text" 'no_connections'
    expect_match "diagnosis" "$text" \
        'listener_outside: 0\.0\.0\.0:21004 .* outside the cgroup'
    stop origin
    origin_start 4:21004
    line=$(mark "$ORIGIN4" 21004 192.0.2.7 777)
    text=$(toa_in_origin stats --diagnose)
    expect "status when all is well" $? 0
    expect_match "diagnosis" "$text" 'healthy'
}

# 1,000 connections at a time through the proxy, each with its own address
many() {
    fresh
    origin_start 4:21004 dual:21046
    printf 'tcp:10004 %s 21004 off toa\ntcp:10046 %s 21046 off toa\n' \
        "$ORIGIN4" "$ORIGIN6" >"$DIR/rules"
    within proxy start_ready proxy "$NS_P" "$TP_PROXY" -f "$DIR/rules" \
        --user nobody || return
    expect "told right" "$(in_client "$TOA_PY" many "$VIP4" 10004 1000 \
        198.18.8.1)" "1000 of 1000"
    expect "told right on IPv6" "$(in_client "$TOA_PY" many "$VIP4" 10046 \
        1000 198.18.16.1)" "1000 of 1000"
    expect_counter syn_recv_sock_toa 2000
    expect_counter ip6_address_alloc 1000
    expect_invariants
    stop proxy
}

# ---- spoofing ----

# an untrusted peer with a TOA is not believed
untrusted() {
    local line

    load_reader --trust 10.99.0.0/16
    origin_start 4:21004
    line=$(mark "$ORIGIN4" 21004 192.0.2.7 777)
    said_field "$line" accept "^$EGRESS4 "
    expect_counter untrusted 1
    expect_counter syn_recv_sock_toa 0
    expect_counter syn_recv_sock_no_toa 1
    expect_match diagnosis "$(toa stats --diagnose)" 'untrusted: 1 '
    # any, said aloud
    load_reader --trust any
    expect_match "warning" "$(cat "$DIR/load.err")" 'any client'
    origin_start 4:21004
    line=$(mark "$ORIGIN4" 21004 192.0.2.7 777)
    expect accept "$(field accept "$line")" "192.0.2.7 777"
}

# c8 08 PORT IP of 1.2.3.4:1111
LIE=c808045701020304
OTHER=c808045701020305

# What a client of the proxy puts into its options stays with the proxy
client_lies() {
    local line

    fresh
    origin_start 4:21004
    printf 'tcp:10004 %s 21004 off toa\ntcp:10005 %s 21004 off off\n' \
        "$ORIGIN4" "$ORIGIN4" >"$DIR/rules"
    within proxy start_ready proxy "$NS_P" "$TP_PROXY" -f "$DIR/rules" || return
    ip -n "$NS_P" route replace "$FAKE" via "$CLIENT_LINK4"
    capture back "$NS_P" p1 tcp
    line=$(in_client "$TOA_PY" raw "$FAKE" "$VIP4" 10004 --syn "$LIE" \
        --ack "$LIE" --data "$LIE")
    said_field "$line" accept "^$FAKE "
    line=$(in_client "$TOA_PY" raw "$FAKE" "$VIP4" 10005 --syn "$LIE" \
        --ack "$LIE" --data "$LIE")
    said_field "$line" accept "^$EGRESS4 "
    capture_stop back
    ip -n "$NS_P" route del "$FAKE"
    stop proxy
    ! tshark -n -r "$DIR/back.pcap" -x 2>/dev/null | grep -q '01 02 03 04' ||
        bad "the lie reached the origin's side"
}

# ---- crafted segments ----

# crafted COUNTER WANT OPTIONS... - WANT: address that accept returns
crafted() {
    local counter=$1 want=$2
    local line
    shift 2

    fresh --kind 200,253,254,28
    origin_start 4:21004
    line=$(raw 21004 "$@")
    said_field "$line" accept "^$want\$"
    [ "$counter" = none ] || expect_counter "$counter" 1
}
PEER="$FAKE [0-9]+"

crafted_all() {
    run_case "raw: in the handshake's ACK" crafted syn_recv_sock_toa \
        "1.2.3.4 1111" --ack "$LIE"
    run_case "raw: in the SYN only, which is not read" crafted \
        syn_recv_sock_no_toa "$PEER" --syn "$LIE"
    run_case "raw: twice alike" crafted syn_recv_sock_toa "1.2.3.4 1111" \
        --ack "$LIE$LIE"
    run_case "raw: two that contradict each other" crafted duplicate "$PEER" \
        --ack "$LIE$OTHER"
    run_case "raw: five that agree fill the space" crafted duplicate "$PEER" \
        --ack "$LIE$LIE$LIE$LIE$LIE"
    run_case "raw: a later one that contradicts" crafted duplicate \
        "1.2.3.4 1111" --ack "$LIE" --data "$OTHER"
    run_case "raw: length 0" crafted malformed "$PEER" --ack c800000000000000
    run_case "raw: length 1" crafted malformed "$PEER" --ack c801045701020304
    run_case "raw: a length of nobody's" crafted malformed "$PEER" \
        --ack c8070457010203
    run_case "raw: overruns" crafted malformed "$PEER" --ack 0101c808
    run_case "raw: kind at the very end" crafted malformed "$PEER" \
        --ack 010101c8
    run_case "raw: port 0" crafted malformed "$PEER" --ack c808000001020304
    run_case "raw: 0.0.0.0" crafted malformed "$PEER" --ack c808045700000000
    run_case "raw: behind NOPs and a timestamp" crafted syn_recv_sock_toa \
        "1.2.3.4 1111" --ack 0101080a0000000100000000$LIE
    run_case "raw: behind EOL" crafted syn_recv_sock_no_toa "$PEER" \
        --ack 00000000$LIE
    run_case "raw: kind 254" crafted syn_recv_sock_toa "1.2.3.4 1111" \
        --ack fe08045701020304
    run_case "raw: kind 254, port 63881, is no Fast Open" crafted \
        syn_recv_sock_toa "1.2.3.4 63881" --ack fe08f98901020304
    run_case "raw: kind 254 with destination" crafted syn_recv_sock_toa \
        "1.2.3.4 1111" --ack fe100457010203040000005005060708
    run_case "raw: kind 253" crafted syn_recv_sock_toa "1.2.3.4 1111" \
        --ack fd08045701020304
    run_case "raw: kind 28 has no port" crafted syn_recv_sock_toa \
        "1.2.3.4 [0-9]+" --ack 1c070101020304
    run_case "raw: kind 28, unknown version" crafted malformed "$PEER" \
        --ack 1c070901020304
    run_case "raw: kind 28, User Timeout" crafted syn_recv_sock_no_toa \
        "$PEER" --ack 1c048064
    run_case "raw: another kind" crafted syn_recv_sock_no_toa "$PEER" \
        --ack c908045701020304
}

saved_syn() {
    local line

    fresh --from syn
    origin_start 4:21004
    line=$(raw 21004 --syn "$LIE")
    said_field "$line" accept "^1.2.3.4 1111\$"
    expect_counter from_syn 1
    # kind 254 in a SYN that may be Fast Open is not believed
    fresh --from syn --kind 254
    origin_start 4:21004
    line=$(raw 21004 --syn fe08f98901020304)
    said_field "$line" accept "^$PEER\$"
}

toa_begin "$TP_PROXY"
ip -n "$NS_O" route add "$FAKE/32" via "$EGRESS4"
in_origin sysctl -q -w net.ipv4.conf.all.rp_filter=0
# shellcheck disable=SC2119 # no option is needed
load_writer
run_case "handshake ACKs lost" lost_ack
run_case "TCP_DEFER_ACCEPT" defer_accept
run_case "SYN cookies" syncookies
run_case "TCP Fast Open" fast_open
run_case "MPTCP listener, plain and MPTCP client" mptcp
run_case "listener outside the cgroup" outside
run_case "1,000 at a time, none mixed up" many
run_case "untrusted peer" untrusted
run_case "client's own options" client_lies
crafted_all
run_case "from the saved SYN" saved_syn
e2e_end
