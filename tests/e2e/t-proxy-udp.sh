#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-proxy-udp.sh - what tp-proxy does with UDP sessions: which datagrams carry
# the header, when a session ends, what stays of datagrams
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

ACT=$E2E_ROOT/tests/e2e/act.py
V2=0d0a0d0a000d0a515549540a2112000c # PROXY, UDP over IPv4, 12 bytes follow
SRC=198.18.2.1
SRC_HEX=c6120201
VIP_HEX=cb007101

RULES="udp:11001 $ORIGIN4 20000 off ppv2
udp:11002 $ORIGIN4 20000 off spp
udp:11003 $ORIGIN4 20000 off off
udp:12001 $ORIGIN4 21001 off ppv2
udp:12002 $ORIGIN6 21002 off spp
udp:12003 $ORIGIN6 21003 off off"

proxy_start() {
    printf '%s\n' "$RULES" >"$DIR/rules"
    start_ready proxy "$NS_P" "$TP_PROXY" --ext -f "$DIR/rules" \
        --log "$DIR/proxy.log" "$@"
}

# an origin that writes each datagram down as "PEER PORT HEX", and answers
origin_start() {
    start_ready udp "$NS_O" "$ACT" udp-log "$ORIGIN4" 20000 "$DIR/datagrams"
}

# client PORT ACTION...
client() {
    local port=$1
    shift

    in_client "$ACT" udp "$VIP4" "$port" --src "$SRC" "$@" \
        >"$DIR/client.out" 2>"$DIR/client.err" </dev/null ||
        bad "client: $(cat "$DIR/client.err")"
}

# what the origin got since the last call, as "HEADER? PAYLOAD" of each:
# "v2:61" is a header that names the right client and VIP, and an "a"
heard() {
    local port=$1

    sed -E "s/^[^ ]* [^ ]* //
        s/^$V2$SRC_HEX${VIP_HEX}[0-9a-f]{4}$(printf %04x "$port")/v2:/
        s/^56ec0{20}ffff${SRC_HEX}0{20}ffff${VIP_HEX}[0-9a-f]{4}$(
        printf %04x "$port"
    )/spp:/" "$DIR/datagrams" | tr '\n' ' '
    : >"$DIR/datagrams"
}

first() {
    client 11001 send:a expect:a send:b expect:b send:c expect:c
    expect "datagrams" "$(heard 11001)" "v2:61 62 63 "
}

every() {
    client 11001 send:a expect:a send:b expect:b
    expect "datagrams" "$(heard 11001)" "v2:61 v2:62 "
}

# the scripted origin answers a header alone with an empty datagram
alone() {
    client 11001 send:a expect: expect:a send:b expect:b
    expect "datagrams" "$(heard 11001)" "v2: 61 62 "
}

off() {
    client 11003 send:a expect:a send:b expect:b
    expect "datagrams" "$(heard 11003)" "61 62 "
}

# the origin's answers carry the header as well (it sends back what it got),
# the client never sees one
spp() {
    client 11002 send:a expect:a send:b expect:b send: expect:
    expect "datagrams" "$(heard 11002)" "spp:61 spp:62 spp: "
}

# what comes back without the header of SPP comes from nobody
spp_bare() {
    client 11002 send:bare send:a expect:a
    expect "datagrams" "$(heard 11002)" "spp:62617265 spp:61 "
}

# a first datagram that the header makes too long is lost, and with it the
# header: the next one has to bring it
too_big() {
    client 11001 "send:$(head -c 65500 /dev/zero | tr '\0' x)" send:a expect:a \
        send:b expect:b
    expect "datagrams" "$(heard 11001)" "v2:61 62 "
}

# counted COUNTERS - the proxy, which has ended, says so
counted() {
    stop_clean proxy
    said proxy "$1" || bad "counters: $(tail -n 1 "$DIR/proxy.err")"
}

empty_first() {
    client 11001 send: expect: send:a expect:a
    expect "datagrams" "$(heard 11001)" "v2: 61 "
}

# after a silence of --udp-idle the session is a new one, and says so; a client
# that no other case has, lest the log's line is of another's session
idle_expiry() {
    local own=198.18.2.77 SRC_HEX=c612024d line

    start slow "$NS_C" "$ACT" udp "$VIP4" 11001 --src "$own" send:a expect:a \
        send:b expect:b wait:"$DIR/expired" send:c expect:c
    wait_for 10 has_lines "$DIR/proxy.log" "\"ClientRealIP\":\"$own\"" 1 ||
        bad "the session never ends"
    touch "$DIR/expired"
    wait_for 10 gone_or_zombie "${PID[slow]}"
    stop slow
    expect "client's end ($(cat "$DIR/slow.err"))" "${STATUS[slow]}" 0
    expect "datagrams" "$(heard 11001)" "v2:61 62 v2:63 "
    line=$(grep -F "\"ClientRealIP\":\"$own\"" "$DIR/proxy.log" | head -n 1)
    expect "session's line" "$(jq -r '"\(.ForwardPort) " +
        "\(.ForwardProtocol) \(.SentBytes) \(.ReceivedBytes)"' <<<"$line")" \
        "11001 UDP 2 2"
}

# icmp VIP SRC - the origin is away, its host says port unreachable, which the
# client is told; when the origin is back, the same two go on
icmp() {
    stop udp
    rm -f "$DIR/back" "$DIR/lost"
    start away "$NS_C" "$ACT" udp "$1" 11001 --src "$2" send:lost refused \
        touch:"$DIR/lost" wait:"$DIR/back" send:a expect:a send:b expect:b
    wait_for 10 test -e "$DIR/lost" || bad "$(cat "$DIR/away.err")"
    origin_start
    touch "$DIR/back"
    wait_for 15 gone_or_zombie "${PID[away]}"
    stop away
    expect "client's end ($(cat "$DIR/away.err"))" "${STATUS[away]}" 0
    : >"$DIR/datagrams"
}

# sizes PORT VIP SRC - each datagram comes back as it was, none merged or
# split; with 65,000 bytes IP fragments it on both links
sizes() {
    local size status

    for size in 0 1 100 1400 1472 9000 65000; do
        status=0
        in_client "$TP_CLIENT" -u "$2" "$1" --src "$3" -c 3 -n 5 \
            -m "$size" --window 1 --timeout 5s >"$DIR/sizes" 2>&1 || status=$?
        expect "$size bytes ($(grep -m 1 -E 'fail|lost' "$DIR/sizes"))" \
            "$status" 0
    done
}

# bursts PORT VIP SRC - the same for many datagrams at a time, which leave in
# runs; those of 3,000 bytes are beyond the MTU and cannot
bursts() {
    local size status

    for size in 1 100 1400 3000; do
        status=0
        in_client "$TP_CLIENT" -u "$2" "$1" --src "$3" -c 20 -n 50 \
            -m "$size" --window 10 --timeout 5s >"$DIR/bursts" 2>&1 ||
            status=$?
        expect "$size bytes ($(grep -m 1 -E 'fail|lost' "$DIR/bursts"))" \
            "$status" 0
    done
}

# crowd PORT VIP SRC... - many clients at a time, none is taken for another
crowd() {
    local port=$1 vip=$2 src=$3
    local status=0
    shift 3

    in_client "$TP_CLIENT" -u "$vip" "$port" --src "$src" -c 1000 -C 500 \
        -n 5 -m 200 --window 1 --timeout 10s "$@" >"$DIR/crowd" 2>&1 ||
        status=$?
    expect "exit status ($(tail -n 2 "$DIR/crowd"))" "$status" 0
}

crowd_ppv2() {
    crowd 12001 "$1" "$2" --whoami
    expect "identities" "$(grep '^client-ip' "$DIR/crowd")" \
        "client-ip: 1000 checked, 0 wrong, 0 missing"
}

crowd_spp() {
    crowd 12002 "$1" "$2" --whoami
    expect "identities" "$(grep '^client-ip' "$DIR/crowd")" \
        "client-ip: 1000 checked, 0 wrong, 0 missing"
}

# sessions are given back: after --udp-idle the descriptors are as before
sessions_end() {
    local before

    wait_for 20 idle_fds "$FDS" || bad "$(fd_count proxy) open, $FDS at first"
    before=$(fd_count proxy)
    crowd 12003 "$VIP4" "$CLIENT4"
    wait_for 20 idle_fds "$before" ||
        bad "$(fd_count proxy) open, $before before"
}
idle_fds() { [ "$(fd_count proxy)" -le "$1" ]; }

e2e_begin "$TP_PROXY" "$TP_ORIGIN" "$TP_CLIENT"
: >"$DIR/datagrams"
origin_start
start_ready origin-v2 "$NS_O" "$TP_ORIGIN" -u --mode ppv2 --reply whoami 21001
start_ready origin-spp "$NS_O" "$TP_ORIGIN" -u --mode spp --reply whoami 21002
start_ready origin-off "$NS_O" "$TP_ORIGIN" -u --mode off 21003
start_ready origin-echo "$NS_O" "$TP_ORIGIN" -u --mode ppv2 21004
start_ready origin-spp-echo "$NS_O" "$TP_ORIGIN" -u --mode spp 21005
RULES="$RULES
udp:12004 $ORIGIN4 21004 off ppv2
udp:12005 $ORIGIN4 21005 off spp"

# ---- a session remembers for a second ----
proxy_start --udp-idle 1s
FDS=$(fd_count proxy)
run_case "first: header on the first datagram only" first
run_case "first: an empty first datagram" empty_first
run_case "off: no header" off
run_case "spp: header on each, stripped from replies" spp
run_case "a header again after idle expiry" idle_expiry
run_case "origin away and back: ICMP is passed on, v4" icmp "$VIP4" "$SRC"
run_case "origin away and back: ICMP is passed on, v6" icmp "$VIP6" fd00:c::9
run_case "sessions end, descriptors are given back" sessions_end
run_case "clean end of the first proxy" stop_clean proxy

# ---- the usual time ----
proxy_start
run_case "datagram sizes, off" sizes 12003 "$VIP4" "$CLIENT4"
run_case "datagram sizes, ppv2" sizes 12004 "$VIP4" "$CLIENT4"
run_case "datagram sizes, spp" sizes 12005 "$VIP4" "$CLIENT4"
run_case "datagram sizes, ppv2, client v6" sizes 12004 "$VIP6" "$CLIENT6"
run_case "datagram sizes, spp, client v6" sizes 12005 "$VIP6" "$CLIENT6"
run_case "bursts, ppv2" bursts 12004 "$VIP4" "$CLIENT4"
run_case "bursts, spp, client v6" bursts 12005 "$VIP6" "$CLIENT6"
run_case "1,000 clients at a time, ppv2, v4" crowd_ppv2 "$VIP4" "$CLIENT4"
run_case "1,000 clients at a time, ppv2, v6" crowd_ppv2 "$VIP6" "$CLIENT6"
run_case "1,000 clients at a time, spp, v4" crowd_spp "$VIP4" "$CLIENT4"
run_case "1,000 clients at a time, spp, v6" crowd_spp "$VIP6" "$CLIENT6"
run_case "clean end of the second proxy" stop_clean proxy

proxy_start --udp-gso
run_case "--udp-gso: first, header on the first datagram only" first
run_case "--udp-gso: bursts, off" bursts 12003 "$VIP4" "$CLIENT4"
run_case "--udp-gso: bursts, ppv2" bursts 12004 "$VIP4" "$CLIENT4"
run_case "--udp-gso: bursts, spp" bursts 12005 "$VIP4" "$CLIENT4"
run_case "--udp-gso: bursts, spp, client v6" bursts 12005 "$VIP6" "$CLIENT6"
run_case "--udp-gso: 1,000 clients, spp, v4" crowd_spp "$VIP4" "$CLIENT4"
run_case "--udp-gso: origin away and back" icmp "$VIP4" "$SRC"
stop_clean proxy

proxy_start -v --udp-header every
run_case "every: header on each datagram" every
run_case "every: counters" counted \
    '"udp_sessions":1,.*"udp_up":2,"udp_down":2,"udp_headers":2,'
proxy_start -v --udp-header alone
run_case "alone: header in a datagram of its own" alone
run_case "alone: counters" counted \
    '"udp_sessions":1,.*"udp_up":2,"udp_down":3,"udp_headers":1,'
proxy_start -v
run_case "first: a first datagram that is too big" too_big
run_case "spp: a reply without the header" spp_bare
run_case "first, spp: counters" counted \
    '"udp_too_big":1,"udp_dropped":0,"spp_reply_bad":1,'
run_case "clean end of all" stop_clean proxy origin-v2 origin-spp origin-off \
    origin-echo origin-spp-echo
e2e_end
