#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-toa.sh - from client through tp-proxy to origin with the address in TCP
# options: families, listeners, sizes, placements; loading, replacing, removing
# shellcheck source=toa.sh
. "$(dirname "$0")/toa.sh"

OUT4=10.2.0.2

# ports 10044.. by origin address and listener, see rules
rules() {
    cat <<TEXT
tcp:10044 $ORIGIN4 21004 off toa
tcp:10046 $ORIGIN4 21046 off toa
tcp:10066 $ORIGIN6 21006 off toa
tcp:10068 $ORIGIN6 21046 off toa
TEXT
}
declare -A RULE=([4-4]=10044 [4-dual]=10046 [6-6]=10066 [6-dual]=10068)

# proxy_start [OPTION...] - as a user without privileges
proxy_start() {
    rules >"$DIR/rules"
    within proxy start_ready proxy "$NS_P" "$TP_PROXY" -f "$DIR/rules" \
        --user nobody --header-wait 1ms "$@"
}

# ask VIP PORT SOURCE BYTES - our own end and the origin's line about us
ask() { in_client "$TOA_PY" ask "$@" || bad "client failed"; }

# cell CLIENT ORIGIN LISTENER BYTES
cell() {
    local client=$1 origin=$2 listener=$3 size=$4
    local vip=$VIP4 source=198.18.$origin.$client
    local reply own line

    [ "$client" = 4 ] || { vip=$VIP6 source=fd00:c::$origin; }
    reply=$(ask "$vip" "${RULE[$origin-$listener]}" "$source" "$size")
    own=${reply%%$'\t'*}
    line=${reply#*$'\t'}
    if [ "$client" = 6 ] && [ "$listener" = 4 ]; then
        # what no sockaddr_in can hold is for getsockopt
        expect_match accept "$(jq -r .accept <<<"$line")" "^$OUT4 "
        expect lookup "$(jq -r .lookup <<<"$line")" "$own"
        return
    fi
    [ "$listener" = 4 ] || [ "$client" = 6 ] || own=::ffff:$own
    expect accept "$(jq -r .accept <<<"$line")" "$own"
    expect getpeername "$(jq -r .getpeername <<<"$line")" "$own"
    expect lookup "$(jq -r .lookup <<<"$line")" 92
}

matrix() {
    local client where size

    for client in 4 6; do
        for where in "4 4" "4 dual" "6 6" "6 dual"; do
            for size in 0 1 1448 65536; do
                # shellcheck disable=SC2086 # two words
                run_case "client v$client, origin v${where/ / on }, $size bytes" \
                    cell "$client" $where "$size"
            done
        done
    done
}

counters_of_matrix() {
    expect_counter syn_recv_sock_toa 32
    expect_counter syn_recv_sock_no_toa 0
    # all but the four of IPv6 clients on AF_INET: accept, getpeername; those:
    # getsockopt
    expect_counter getname_toa_ok $((28 * 2 + 4))
    expect_counter getname_toa_mismatch $((4 * 2))
    expect_counter getname_toa_empty 0
    # all but IPv4 clients on AF_INET
    expect_counter ip6_address_alloc 28
    expect_invariants
    expect_counter untrusted 0
    expect_counter malformed 0
    expect no_room "$(writer_counter no_room)" 0
    expect connections "$(writer_counter connections)" 32
}

# In the wire's own words: the text of the product's /proc file (seed/61)
product_format() {
    local head='^ {34}(CPU[0-9]+ {7})+$' row='^[a-z0-9_]{1,25} *:( *[0-9]+ )+$'
    local text names

    text=$(toa stats)
    sed -n 1p <<<"$text" | grep -qE "$head" || bad "header: $text"
    names=$(sed -n '2,9p' <<<"$text" | sed 's/ *:.*//' | tr '\n' ' ')
    expect rows "$names" "syn_recv_sock_toa syn_recv_sock_no_toa \
getname_toa_ok getname_toa_mismatch getname_toa_bypass getname_toa_empty \
ip6_address_alloc ip6_address_free "
    [ "$(sed -n '2,9p' <<<"$text" | grep -cE "$row")" = 8 ] || bad "$text"
    expect "line 10" "$(sed -n 10p <<<"$text")" ""
    expect columns "$(sed -n 2p <<<"$text" | sed 's/.*://' | wc -w)" "$(nproc)"
}

# stats --watch: again and again, until it is interrupted
watch() {
    local pid status=0

    "$TP_TOA" --pin "$PIN" stats --watch >"$DIR/watch" 2>"$DIR/watch.err" &
    pid=$!
    wait_for 10 has_lines "$DIR/watch" '^syn_recv_sock_toa ' 3 ||
        bad "it does not go on: $(cat "$DIR/watch.err")"
    kill -INT "$pid"
    wait_for 5 gone_or_zombie "$pid" || bad "it cannot be interrupted"
    wait "$pid" || status=$?
    expect "exit status" "$status" 0
}

# placement PROXY-LIST READER-LIST EXPECTED - which segments carry it
placement() {
    local seen

    stop proxy
    load_reader --trust "$OUT4,$EGRESS6" --from "$2"
    start_origin --first-read
    capture back "$NS_P" p1 tcp
    proxy_start --toa-on "$1" || return
    seen=$(ask "$VIP4" 10044 198.18.4.4 3000)
    expect "IPv4" "$(jq -r .getpeername <<<"${seen#*$'\t'}")" "${seen%%$'\t'*}"
    seen=$(ask "$VIP6" 10066 fd00:c::66 3000)
    expect "IPv6" "$(jq -r .getpeername <<<"${seen#*$'\t'}")" "${seen%%$'\t'*}"
    stop proxy
    capture_stop back
    for seen in 8 20; do
        expect "segments with length $seen" "$(segments "$seen")" "$3"
    done
}

# segments LENGTH - kinds of segments from the proxy with such an option:
# s(yn), a(ck), d(ata), before the origin's first byte
segments() {
    tshark -n -r "$DIR/back.pcap" -Y tcp -T fields -e tcp.option_kind \
        -e tcp.option_len -e tcp.flags.syn -e tcp.len 2>/dev/null |
        awk -v len="$1" '$1 ~ /,200$/ && $2 ~ ("," len "$") {
            print ($3 == 1 ? "s" : $4 > 0 ? "d" : "a") }' |
        sort -u | tr -d '\n'
}

# full segments leave room for the option
mss() {
    local largest

    load_reader --trust "$OUT4,$EGRESS6"
    start_origin
    ip -n "$NS_P" link set p1 gso_max_segs 1
    capture back "$NS_P" p1 tcp
    proxy_start || return
    cell 6 4 dual 65536
    capture_stop back
    largest=$(tshark -n -r "$DIR/back.pcap" -Y "ip.src == $OUT4" \
        -T fields -e ip.len 2>/dev/null | sort -n | tail -n 1)
    expect "the largest packet" "$largest" 1500
    expect no_room "$(writer_counter no_room)" 0
}

# start_origin [OPTION...]
start_origin() {
    within origin start_ready origin "$NS_O" "$TOA_PY" origin "$@" \
        4:21004 6:21006 dual:21046
}

# A connection that was open before its reader was replaced keeps its address
upgrade() {
    load_reader --trust "$OUT4"
    start_origin
    rm -f "$DIR/end"
    within proxy start held "$NS_P" "$TOA_PY" mark "$ORIGIN4" 21046 \
        192.0.2.7 777 --hold "$DIR/end"
    wait_for 10 said held accept || bad "no connection"
    toa load --cgroup "$CGROUP/origin" --trust "$OUT4" --kind 200,254 \
        2>"$DIR/load.err" || bad "second load: $(cat "$DIR/load.err")"
    expect_match said "$(cat "$DIR/load.err")" "reader replaced"
    expect kinds "$(toa status -J | jq -c .kinds)" "[200,254]"
    expect live "$(toa list -J | jq -r '"\(.client) \(.from) \(.local)"')" \
        "192.0.2.7:777 ack $ORIGIN4:21046"
    expect_counter ip6_address_alloc 1
    expect_counter ip6_address_free 0
    touch "$DIR/end"
    expect_counter ip6_address_free 1
    expect "live then" "$(toa list | wc -l)" 0
    ! toa load --cgroup "$CGROUP/proxy" 2>"$DIR/load.err" ||
        bad "a reader moved to another cgroup"
    expect_match said "$(cat "$DIR/load.err")" "unload it first"
}

# nothing is left of an unloaded reader and writer
unload() {
    local before after

    load_reader
    load_writer
    toa unload 2>/dev/null || bad unload
    toa writer unload 2>/dev/null || bad "writer unload"
    [ ! -e "$PIN" ] || bad "left: $(find "$PIN")"
    before=$(bpftool cgroup tree "$CGROUP" 2>/dev/null | grep -c cgroup_)
    after=$(bpftool prog list | grep -cE 'name (reader|writer)_' || true)
    expect "programs in the cgroup" "$before" 0
    wait_for 5 no_programs || bad "programs left: $after"
    toa unload 2>/dev/null
    expect "second unload" $? 5
    toa stats 2>/dev/null
    expect "stats then" $? 5
    load_reader
    load_writer
}
no_programs() { ! bpftool prog list | grep -qE 'name (reader|writer)_'; }

# a rule that asks for TOA never goes without
no_writer() {
    toa writer unload 2>/dev/null
    rules >"$DIR/rules"
    within proxy start proxy "$NS_P" "$TP_PROXY" -f "$DIR/rules" --user nobody
    wait_for 10 gone_or_zombie "${PID[proxy]}" || bad "tp-proxy runs"
    stop proxy
    [ "${STATUS[proxy]}" != 0 ] || bad "tp-proxy left with 0"
    expect_match "said" "$(cat "$DIR/proxy.err")" "tp-toa writer load"
    load_writer
}

# The shim serves one user only, and only what it understands
shim() {
    local line

    load_writer --user nobody
    line=$(within proxy in_proxy "$TOA_PY" mark "$ORIGIN4" 21004 192.0.2.7 1)
    expect "another user" "$line" "errno 1"
    load_writer
    for bad in "--kind 8" "--kind 34" "--place 0" "--place 8"; do
        # shellcheck disable=SC2086 # two words
        line=$(within proxy in_proxy "$TOA_PY" mark "$ORIGIN4" 21004 \
            192.0.2.7 1 $bad)
        expect "$bad" "$line" "errno 22"
    done
    line=$(within proxy in_proxy "$TOA_PY" mark "$ORIGIN4" 21004 192.0.2.7 1 \
        --mptcp)
    [ "$line" = "errno 95" ] || [ "$line" = "" ] || bad "MPTCP: $line"
    line=$(within outside in_proxy "$TOA_PY" mark "$ORIGIN4" 21004 192.0.2.7 1)
    expect "outside the cgroup" "$line" "errno 92"
    expect refused "$(writer_counter refused)" "5"
}

# The verifier's work is held, so that it does not creep up unseen; a load
# stays under a second
limits() {
    local insns begin took

    begin=${EPOCHREALTIME/[.,]/}
    load_reader
    load_writer
    took=$(((${EPOCHREALTIME/[.,]/} - begin) / 1000))
    [ "$took" -lt 1000 ] || bad "loading took $took ms"
    insns=$(for name in reader_sockops writer_sockops; do
        bpftool prog show name "$name" -j |
            jq -r 'if type == "array" then .[-1] else . end |
                .verified_insns // empty'
    done | sort -n | tail -n 1)
    insns=${insns:-$(verified_insns)}
    note "loaded in $took ms, at most $insns instructions verified"
    [ "${insns:-0}" -gt 0 ] || bad "verified instructions are not known"
    [ "${insns:-0}" -le 60000 ] || bad "$insns instructions verified"
}

# bpftool of Debian 12 does not print it; fdinfo of a pinned program does
verified_insns() {
    python3 - "$PIN" <<'PY'
import ctypes, os, re, sys
libc = ctypes.CDLL(None, use_errno=True)
most = 0
for side, prog in (("reader", "reader_sockops"), ("writer", "writer_sockops")):
    path = f"{sys.argv[1]}/{side}/{prog}".encode()
    buf = ctypes.create_string_buffer(path)
    attr = (ctypes.c_uint64 * 16)(ctypes.addressof(buf))
    link = libc.syscall(321, 7, attr, 128)  # BPF_OBJ_GET
    info = open(f"/proc/self/fdinfo/{link}").read()
    prog_id = int(re.search(r"prog_id:\s*(\d+)", info)[1])
    attr = (ctypes.c_uint32 * 32)(prog_id)
    fd = libc.syscall(321, 13, attr, 128)  # BPF_PROG_GET_FD_BY_ID
    info = open(f"/proc/self/fdinfo/{fd}").read()
    most = max(most, int(re.search(r"verified_insns:\s*(\d+)", info)[1]))
print(most)
PY
}

toa_begin "$TP_PROXY"
load_writer
run_case "a rule in mode toa needs a writer" no_writer
load_reader --trust "$OUT4,$EGRESS6"
start_origin
proxy_start
matrix
run_case "counters of all these, all closed" counters_of_matrix
run_case "the product's text format" product_format
run_case "stats go on being shown" watch
run_case "clean end" stop_clean proxy
run_case "on ack,data" placement ack,data ack,data ad
run_case "on ack" placement ack ack a
run_case "on data" placement data data,ack d
run_case "on syn" placement syn syn s
run_case "on all" placement syn,ack,data syn,ack,data ads
run_case "full segments fit the MTU" mss
run_case "replaced under a live connection" upgrade
run_case "the shim refuses" shim
run_case "verifier and load time" limits
run_case "unloaded without a trace" unload
e2e_end
