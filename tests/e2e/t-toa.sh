#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-toa.sh - from client through tp-proxy to origin with the address in TCP
# options: families, listeners, sizes, placements; loading, replacing, removing
# shellcheck source=toa.sh
. "$(dirname "$0")/toa.sh"

OUT4=10.2.0.2
EFAULT=14 EINVAL=22 ENOTCONN=107

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
    expect lookup "$(jq -r .lookup <<<"$line")" "$EFAULT"
}

matrix() {
    local client where size

    for client in 4 6; do
        for where in "4 4" "4 dual" "6 6" "6 dual"; do
            for size in 0 1 1448 65536 10485760; do
                # shellcheck disable=SC2086 # two words
                run_case "client v$client, origin v${where/ / on }, $size bytes" \
                    cell "$client" $where "$size"
            done
        done
    done
}

counters_of_matrix() {
    expect_counter syn_recv_sock_toa 40
    expect_counter syn_recv_sock_no_toa 0
    # all but the five of IPv6 clients on AF_INET: accept, getpeername; those:
    # getsockopt
    expect_counter getname_toa_ok $((35 * 2 + 5))
    expect_counter getname_toa_mismatch $((5 * 2))
    expect_counter getname_toa_empty 0
    # all but IPv4 clients on AF_INET
    expect_counter ip6_address_alloc 35
    expect_invariants
    expect_counter untrusted 0
    expect_counter malformed 0
    expect no_room "$(writer_counter no_room)" 0
    expect connections "$(writer_counter connections)" 40
}

# Any port is as good as another to the proxy's sockets: others get the even ones
# first (Linux 6.3 and later)
any_port() {
    local odd i

    knows_port_range || return 0
    for ((i = 0; i < 8; i++)); do
        ask "$VIP4" 10044 198.18.4.4 0 >/dev/null
    done
    odd=$(in_proxy ss -Htan 'dport >= 21000 and dport <= 21999' |
        awk '{ sub(/.*:/, "", $4); odd += $4 % 2 } END { print odd + 0 }')
    [ "$odd" -gt 0 ] || bad "even ports only"
}
knows_port_range() {
    python3 -c 'import socket; socket.socket().getsockopt(0, 51)' 2>/dev/null
}

# Clients that are slower than the proxy's connection: one setsockopt(2) names
# the client, and there is a second one only where more bytes follow
calls_of_slow_clients() {
    local stats id i

    id=$(bpftool -j link show pinned "$PIN/writer/writer_setsockopt" |
        jq .prog_id)
    stats=$(sysctl -n kernel.bpf_stats_enabled)
    sysctl -q -w kernel.bpf_stats_enabled=1
    for i in 1 2 3 4; do
        in_client "$TOA_PY" turns "$VIP4" 10044 198.18.4.4 1 || bad "turn $i"
    done
    expect "calls of four that say one thing" "$(runs "$id")" 4
    in_client "$TOA_PY" turns "$VIP4" 10044 198.18.4.4 3 || bad "three turns"
    expect "and of one that says three" "$(runs "$id")" 6
    sysctl -q -w kernel.bpf_stats_enabled="$stats"
}
runs() { bpftool -j prog show id "$1" | jq '.run_cnt // 0'; }

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

# Reader and writer are replaced again and again while connections are made:
# each of them is told its own address
replaced_under_load() {
    local i told

    stop proxy
    load_writer
    load_reader --trust "$OUT4"
    start_origin
    proxy_start || return
    rm -f "$DIR/end"
    start steady "$NS_C" "$TOA_PY" steady "$VIP4" 10044 198.18.4.4 "$DIR/end"
    for i in 1 2 3 4 5 6; do
        toa load --cgroup "$CGROUP/origin" --trust "$OUT4" \
            2>"$DIR/load.err" || bad "load $i: $(cat "$DIR/load.err")"
        toa writer load --cgroup "$CGROUP/proxy" 2>"$DIR/load.err" ||
            bad "writer load $i: $(cat "$DIR/load.err")"
    done
    told=$(steady_end)
    expect_match "right, wrong, refused" "$told" '^[1-9][0-9]* 0 0$'
    expect_counter syn_recv_sock_toa "${told%% *}"
    expect_counter syn_recv_sock_no_toa 0
    stop proxy
}

steady_end() {
    touch "$DIR/end"
    wait_for 20 gone_or_zombie "${PID[steady]}" || bad "the client does not end"
    cat "$DIR/steady.out" "$DIR/steady.err"
}

# The writer goes while connections are made: from then on clients are refused,
# and nobody comes to the origin without an address
unloaded_under_load() {
    local told

    load_writer
    load_reader --trust "$OUT4"
    start_origin
    proxy_start || return
    rm -f "$DIR/end"
    start steady "$NS_C" "$TOA_PY" steady "$VIP4" 10044 198.18.4.4 "$DIR/end"
    wait_for 10 counter_above syn_recv_sock_toa 50 || bad "no connections"
    toa writer unload 2>"$DIR/load.err" || bad "unload"
    expect_match said "$(cat "$DIR/load.err")" 'writer unloaded'
    told=$(steady_end)
    expect_match "right, wrong, refused" "$told" '^[1-9][0-9]* 0 [1-9]'
    expect_counter syn_recv_sock_toa "${told%% *}"
    expect_counter syn_recv_sock_no_toa 0
    kill -USR2 "${PID[proxy]}"
    wait_for 5 said proxy '"tcp_toa_failed":[1-9]' || bad "not counted"
    said proxy 'mode toa are refused.*tp-toa writer load' || bad "not said"
    stop proxy
    load_writer
}

# A connection whose handshake is under way when the writer is told to go
unload_waits() {
    local line unloading

    load_writer
    load_reader --trust "$OUT4"
    start_origin
    in_origin nft add table inet late
    in_origin nft 'add chain inet late in { type filter hook input priority 0; }'
    in_origin nft add rule inet late in tcp dport 21004 counter drop
    within proxy start held "$NS_P" "$TOA_PY" mark "$ORIGIN4" 21004 \
        192.0.2.7 777
    wait_for 5 has_dropped || bad "no SYN"
    toa writer unload 2>"$DIR/load.err" &
    unloading=$!
    wait_for 5 not_there "$PIN/writer/writer_setsockopt" || bad "it goes on"
    line=$(within proxy in_proxy "$TOA_PY" mark "$ORIGIN4" 21046 192.0.2.8 1)
    expect "another one" "$line" "errno 92"
    in_origin nft delete table inet late
    wait_for 10 gone_or_zombie "$unloading" || bad "it does not go"
    wait_for 5 gone_or_zombie "${PID[held]}" || bad "no connection"
    stop held
    expect_match "told" "$(cat "$DIR/held.out")" '"accept": "192.0.2.7 777"'
    expect_match "said" "$(cat "$DIR/load.err")" '^tp-toa: writer unloaded$'
    load_writer
}
has_dropped() {
    in_origin nft list table inet late | grep -qE 'counter packets [1-9]'
}
not_there() { [ ! -e "$1" ]; }
counter_above() { [ "$(counter "$1")" -gt "$2" ]; }

# As tp-toa(1) has it: a user with nothing but a file's three capabilities
without_root() {
    local dir=$DIR/bpf/nobody

    chmod 711 "$DIR"
    mkdir -p "$dir" && chown nobody "$dir"
    cp "$TP_TOA" "$DIR/tp-toa-caps"
    setcap cap_bpf,cap_net_admin,cap_perfmon+ep "$DIR/tp-toa-caps"
    unprivileged load --cgroup "$CGROUP/outside" --trust 192.0.2.0/24
    unprivileged load --cgroup "$CGROUP/outside" --trust any
    unprivileged writer load --cgroup "$CGROUP/outside"
    unprivileged status
    unprivileged stats
    unprivileged list
    unprivileged check --cgroup "$CGROUP/outside"
    unprivileged unload
    unprivileged writer unload
    [ ! -e "$dir/tp" ] || bad "left: $(find "$dir/tp")"
    # and without them it says what is missing
    cp "$TP_TOA" "$DIR/tp-toa-bare"
    ! as_nobody "$DIR/tp-toa-bare" --pin "$dir/tp" load \
        --cgroup "$CGROUP/outside" >"$DIR/bare" 2>&1 ||
        bad "loaded without a capability"
    expect_match "said" "$(cat "$DIR/bare")" 'CAP_BPF.*tp-toa check'
    ! as_nobody "$DIR/tp-toa-bare" --pin "$dir/tp" check \
        --cgroup "$CGROUP/outside" >"$DIR/bare" 2>&1 ||
        bad "check is content without a capability"
    expect_match "said" "$(cat "$DIR/bare")" \
        'setcap cap_bpf,cap_net_admin,cap_perfmon'
}
# LeakSanitizer cannot look into a program with capabilities
as_nobody() {
    ASAN_OPTIONS=detect_leaks=0 setpriv --reuid nobody --regid nogroup \
        --clear-groups "$@"
}
unprivileged() {
    as_nobody "$DIR/tp-toa-caps" --pin "$DIR/bpf/nobody/tp" "$@" \
        >"$DIR/caps.out" 2>&1 || bad "$*: $(cat "$DIR/caps.out")"
}

# The command's processes hold no more than the three, and what root's files
# in bpffs take
drops() {
    local caps pid

    "$TP_TOA" --pin "$PIN" stats --watch >"$DIR/watch" 2>&1 &
    pid=$!
    wait_for 10 has_lines "$DIR/watch" '^syn_recv_sock_toa ' 1 ||
        bad "no stats: $(cat "$DIR/watch")"
    caps=$(sed -n 's/^CapEff:[[:space:]]*//p' "/proc/$pid/status")
    kill -INT "$pid"
    wait "$pid"
    # CAP_DAC_OVERRIDE 1, CAP_NET_ADMIN 12, CAP_PERFMON 38, CAP_BPF 39
    expect capabilities "$caps" \
        "$(printf '%016x' $((1 << 1 | 1 << 12 | 1 << 38 | 1 << 39)))"
}

# DPVS's errors: no address here; IPv4, which accept has; not connected
lookup_errors() {
    local line

    load_writer
    load_reader --trust "$OUT4"
    start_origin
    line=$(within proxy in_proxy "$TOA_PY" mark "$ORIGIN4" 21004 192.0.2.7 1 \
        --plain)
    expect "none" "$(jq .lookup <<<"$line")" "$EINVAL"
    expect_counter getname_toa_empty 3
    line=$(within proxy in_proxy "$TOA_PY" mark "$ORIGIN4" 21046 2001:db8::7 1)
    expect "IPv6 client on AF_INET6" "$(jq .lookup <<<"$line")" "$EFAULT"
    line=$(within origin in_origin "$TOA_PY" lookups "$ORIGIN4" 21004)
    expect "others" "$line" "$ENOTCONN $EINVAL $EINVAL $EINVAL"
    line=$(within outside in_origin "$TOA_PY" lookups "$ORIGIN4" 21004)
    expect "no reader" "$line" "92 92 92 92"
}

# A connection that is reset before it is accepted has its client all the same
reset_before_accept() {
    load_reader --trust "$OUT4"
    rm -f "$DIR/end"
    within origin start_ready late "$NS_O" "$TOA_PY" late 21047 "$DIR/end" ||
        return
    within proxy in_proxy "$TOA_PY" mark "$ORIGIN4" 21047 192.0.2.7 777 --abort
    within proxy in_proxy "$TOA_PY" mark "$ORIGIN4" 21047 2001:db8::7 1 --abort
    expect_counter syn_recv_sock_toa 2
    expect_counter ip6_address_free 2
    expect "live" "$(toa list | wc -l)" 0
    touch "$DIR/end"
    wait_for 10 gone_or_zombie "${PID[late]}" || bad "nothing to accept"
    stop late
    expect "accepted" "$(sed 1d "$DIR/late.out")" "::ffff:192.0.2.7 777
2001:db8::7 1"
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
    # nor does it become one of a proxy that runs
    printf 'tcp:10044 %s 21004 off off\n' "$ORIGIN4" >"$DIR/rules"
    # whose user reads the rules again
    within proxy start_ready proxy "$NS_P" "$TP_PROXY" -f "$DIR/rules" ||
        return
    start_origin
    rules >"$DIR/rules"
    kill -HUP "${PID[proxy]}"
    wait_for 10 said proxy 'tp-toa writer load' || bad "the reload says nothing"
    expect_match "the old rule" "$(ask "$VIP4" 10044 198.18.4.4 1)" "\"$OUT4 "
    ! in_client "$TOA_PY" ask "$VIP4" 10046 198.18.4.4 1 2>/dev/null ||
        bad "a rule in mode toa forwards"
    # with a writer it does
    load_writer
    kill -HUP "${PID[proxy]}"
    wait_for 10 asks "$VIP4" 10046 198.18.4.4 1 || bad "the reload fails"
    stop proxy
    load_writer
}
asks() { in_client "$TOA_PY" ask "$@"; }

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
    line=$(within proxy in_proxy "$TOA_PY" mark "$ORIGIN4" 21004 192.0.2.7 1 \
        --ports 40000 40001)
    expect "named with a range of ports" "$(jq -r .accept <<<"$line")" \
        "192.0.2.7 1"
    if knows_port_range; then
        line=$(within proxy in_proxy "$TOA_PY" mark "$ORIGIN4" 21004 \
            192.0.2.7 1 --ports 40001 40000)
        expect "a range that is none" "$line" "errno 22"
    fi
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
run_case "any port for a connection" any_port
run_case "no call but to name the client" calls_of_slow_clients
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
run_case "replaced again and again while connections are made" \
    replaced_under_load
run_case "writer unloaded while connections are made" unloaded_under_load
run_case "a writer that leaves waits for handshakes" unload_waits
run_case "getsockopt's errors are those of DPVS" lookup_errors
run_case "reset before it is accepted" reset_before_accept
run_case "the shim refuses" shim
run_case "capabilities that are not needed are given up" drops
run_case "without root, by a file's capabilities" without_root
run_case "verifier and load time" limits
run_case "unloaded without a trace" unload
e2e_end
