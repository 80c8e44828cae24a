#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-toa-tools.sh - TOA with the tools alone: tp-origin's other two ways to read
# it, tp-client raw, tp-inspect, tp-toa check and the ways out it names
# shellcheck source=toa.sh
. "$(dirname "$0")/toa.sh"

FAKE4=10.2.0.77 # addresses of the link that nobody has
FAKE6=fd00:2::77
CLAIM4=192.0.2.9
CLAIM6=2001:db8::9

# origin_ways WAY FAMILY - tp-origin without any eBPF, behind tp-proxy
origin_ways() {
    local way=$1 family=$2
    local vip=$VIP4 to=$ORIGIN4 source=198.18.3.3
    local privileges=()

    [ "$family" = 4 ] || { vip=$VIP6 to=$ORIGIN6 source=fd00:c::33; }
    # the one that reads the kernel's copy of the SYN needs no privilege
    [ "$way" = pcap ] || privileges=(setpriv --reuid nobody --regid nogroup
        --clear-groups --bounding-set=-all)
    stop proxy
    start_ready origin "$NS_O" "${privileges[@]}" "$TP_ORIGIN" --mode toa \
        --toa-from "$way" --trust "$EGRESS4,$EGRESS6" --require \
        --reply whoami 20000 || return
    printf 'tcp:10000 %s 20000 off toa\n' "$to" >"$DIR/rules"
    capture back "$NS_P" p1 tcp
    within proxy start_ready proxy "$NS_P" "$TP_PROXY" -f "$DIR/rules" \
        --toa-on "$([ "$way" = pcap ] && echo ack,data || echo syn)" || return
    in_client "$TP_CLIENT" -q --whoami --src "$source" -c 20 "$vip" 10000 \
        >"$DIR/client.out" 2>"$DIR/client.err" ||
        bad "client: $(tail -n 2 "$DIR/client.err")"
    stop_clean proxy origin
    capture_stop back
    shown "$way" "$source"
}

# shown WAY CLIENT - tp-inspect names the client of each flow, and the segments
# that carried it
shown() {
    local segments='1 false' got

    # payload carries it too, unless the origin spoke first
    [ "$1" != pcap ] || segments='0 true'
    "$TP_INSPECT" -q -J --mode toa -r "$DIR/back.pcap" 'not udp' \
        >"$DIR/flows" 2>"$DIR/inspect.err" ||
        bad "tp-inspect: $? $(cat "$DIR/inspect.err")"
    got=$(jq -r 'select(.type == "flow") | "\(.client) \(.toa.vendor)" +
        " \(.toa.segments | "\(.syn) \(.ack > 0)")"' \
        "$DIR/flows" | sort | uniq -c | sed 's/^ *//')
    expect_match "flows" "$got" "^20 $2 .*Tencent.* $segments\$"
}

# raw_origin KINDS [OPTION...] - an origin with a reader that believes the link
raw_origin() {
    local kinds=$1
    shift

    load_reader --kind "$kinds" --trust 10.2.0.0/24,fd00:2::/64 "$@"
    within origin start_ready origin "$NS_O" "$TP_ORIGIN" --mode toa \
        --reply whoami 20000 || return
}

# raw WANT OPTION... - whom accept named, and getpeername
raw() {
    local want=$1 source=$FAKE4 to=$ORIGIN4
    shift

    [ "${RAW_FAMILY:-4}" = 4 ] || { source=$FAKE6 to=$ORIGIN6; }
    in_proxy "$TP_CLIENT" raw -q --src "$source" --payload x -W 5s \
        --expect-client "$want" "$@" "$to" 20000 \
        >"$DIR/raw.out" 2>"$DIR/raw.err" ||
        bad "$* is not $want: $(tail -n 2 "$DIR/raw.err")"
}

# Each layout that tells a client, from and to either family
# hex: port 1111 is 0457, 192.0.2.9 is c0000209
layouts() {
    local v6=20010db8000000000000000000000009

    raw_origin 28,200,249,252,253,254 || return
    for RAW_FAMILY in 4 6; do
        raw "$CLAIM4:1111" --opt ack=c8080457c0000209
        raw "[$CLAIM6]:1111" --opt "ack=c8140457$v6"
        raw "$CLAIM4:1111" --opt ack=fe080457c0000209
        raw "[$CLAIM6]:1111" --opt "ack=fe140457$v6"
        raw "$CLAIM4:1111" --opt ack=fe100457c00002090000005005060708
        raw "$CLAIM4:1111" --opt ack=fd080457c0000209
        raw "[$CLAIM6]:1111" --opt "ack=fd140457$v6"
        # no port: the peer's own stands
        raw "$CLAIM4" --opt ack=1c0701c0000209
        raw "$CLAIM6" --opt "ack=1c1302$v6"
        # with more than the client in it
        raw "$CLAIM4:1111" --opt ack=fc140457c00002090000000106060606005001
        raw "[$CLAIM6]:1111" --syn-opts none \
            --opt "ack=f9280457${v6}00000100${v6}"
    done
    RAW_FAMILY=4
    expect_counter malformed 0
    expect_counter duplicate 0
    expect_counter syn_recv_sock_no_toa 0
}

# Where tp-client raw puts it, and what a lost ACK makes of it
raw_places() {
    raw_origin 200 --from syn,ack,data || return
    for RAW_FAMILY in 4 6; do
        raw "$CLAIM4:1111" --toa "syn=200:$CLAIM4:1111"
        raw "$CLAIM4:1111" --toa "ack=200:$CLAIM4:1111"
        raw "$CLAIM4:1111" --toa "ack,data=200:$CLAIM4:1111" --drop ack
    done
    RAW_FAMILY=4
    # the first wins, and the other is told
    raw "$CLAIM4:1111" --toa "ack=200:$CLAIM4:1111" \
        --toa "data=200:192.0.2.66:6"
    expect_counter duplicate 1
    # two at once: neither
    raw "$FAKE4" --toa "ack=200:$CLAIM4:1111" --toa "ack=200:192.0.2.66:6"
    raw "$FAKE4" --toa "ack=200:[$CLAIM6]:1111" --toa "ack=200:192.0.2.66:6"
    expect_counter duplicate 3
    expect_counter from_syn 2
}

# Peers on loopback need no --trust, others do
loopback() {
    load_reader
    within origin start_ready origin "$NS_O" "$TOA_PY" origin dual:20000
    toa writer load --instance lo --cgroup "$CGROUP/outside" 2>/dev/null
    for to in 127.0.0.1 ::1; do
        expect_match "$to" "$(within outside in_origin "$TOA_PY" mark "$to" \
            20000 192.0.2.7 777)" '"accept": "::ffff:192.0.2.7 777"'
    done
    expect_match "another" "$(within outside in_origin "$TOA_PY" mark \
        "$ORIGIN4" 20000 192.0.2.7 777)" "\"accept\": \"::ffff:$ORIGIN4 "
    expect_counter untrusted 1
    toa writer unload --instance lo 2>/dev/null
}

# lacking COMMAND... - tp-toa check in a mount namespace that COMMAND changed
lacking() {
    # shellcheck disable=SC2016 # for the inner shell
    unshare -m sh -c 'eval "$1" && shift && exec "$@"' sh "$1" \
        setarch --uname-2.6 "$TP_TOA" --pin "$PIN" check 2>&1
}

ways_out() {
    local said status=0

    toa check --cgroup "$CGROUP" >"$DIR/check" 2>&1 ||
        bad "it lacks something: $(cat "$DIR/check")"
    said=$(lacking "umount -l $CGROUP_ROOT && mount -t tmpfs none \
        /sys/kernel/btf && umount -l $DIR/bpf") || status=$?
    expect "status" "$status" 1
    expect_match "kernel" "$said" '^LACK +kernel 5.18 or later +2\.6'
    expect_match "kernel" "$said" '-> a newer kernel'
    expect_match "cgroup" "$said" '^LACK +cgroup v2'
    expect_match "cgroup" "$said" '-> mount -t cgroup2 none'
    expect_match "BTF" "$said" '^LACK +BTF +not there'
    expect_match "BTF" "$said" '-> a kernel with CONFIG_DEBUG_INFO_BTF=y'
    said=$(toa check -J --cgroup /tmp | jq -r 'select(.ok == false) |
        "\(.what): \(.way_out)"')
    expect_match "no cgroup" "$said" '^cgroup v2: name a folder of cgroup v2'
    said=$(toa load --cgroup /tmp 2>&1)
    expect "status of load" $? 3
    expect_match "load" "$said" 'not a folder of cgroup v2'
    said=$(toa load --kind 2 2>&1)
    expect "status of a wrong kind" $? 2
    [ -n "$said" ] || bad "nothing is said of a wrong kind"
}

# The wrong kind: nobody has an address, and that is said
wrong_kind() {
    raw_origin 254 || return
    raw "$FAKE4" --toa "ack=200:$CLAIM4:1111"
    expect_match "diagnosis" "$(toa stats --diagnose)" \
        'none_with_address: .*--kind'
}

toa_begin "$TP_PROXY" "$TP_ORIGIN" "$TP_CLIENT" "$TP_INSPECT"
# shellcheck disable=SC2119 # no option is needed
load_writer
for family in 4 6; do
    run_case "tp-origin reads the saved SYN, v$family" \
        origin_ways saved-syn "$family"
    run_case "tp-origin reads beside the socket, v$family" \
        origin_ways pcap "$family"
done
run_case "each layout, from tp-client raw" layouts
run_case "each place, from tp-client raw" raw_places
run_case "loopback is believed" loopback
run_case "the wrong kind" wrong_kind
run_case "what lacks has a way out" ways_out
e2e_end
