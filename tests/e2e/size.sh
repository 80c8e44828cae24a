#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# size.sh - what t-size.sh and all-size.sh share: many connections, datagrams
# and seconds through the proxy. Sourced, never run.
#
# The release build is tested: a load is to be met, not an address sanitizer.
#
# The namespaces have a small table of UDP sockets: what meets another socket in
# its chain once in a million times elsewhere does so all the time here. Theirs
# is what their parent says, so the script goes on in a namespace of its own.
if [ -z "${SIZE_APART:-}" ]; then
    SIZE_APART=yes exec unshare --net "$0" "$@"
fi
# not before Linux 6.2
sysctl -q -w net.ipv4.udp_child_hash_entries=128 2>/dev/null
# shellcheck source=toa.sh
TP_BUILD=${TP_BUILD:-$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/build/release}
. "$(dirname "${BASH_SOURCE[0]}")/toa.sh"

SRC4=198.18.0.0/18 # 16,382 addresses that can be bound
SRC6=fd00:c::/114  # 16,383
MODES="off toa ppv1 ppv2"
declare -A PORT=([off]=10001 [toa]=10002 [ppv1]=10003 [ppv2]=10004)
declare -A UDP_PORT=([ppv2]=11001 [spp]=11002)

# The proxy closes first towards the origin, from one address: its ports are
# soon used again.
size_begin() {
    local ns

    toa_begin "$TP_PROXY" "$TP_ORIGIN" "$TP_CLIENT"
    for ns in "$NS_C" "$NS_P" "$NS_O"; do
        ns_exec "$ns" sysctl -q -w net.ipv4.tcp_tw_reuse=1 \
            net.ipv4.ip_local_port_range="12000 65535"
    done
    load_reader --trust "$EGRESS4,$EGRESS6"
    # shellcheck disable=SC2119 # it takes options, not the script's
    load_writer
    within origin start_ready toa "$NS_O" "$TP_ORIGIN" --mode toa \
        --reply whoami 20002
    start_ready off "$NS_O" "$TP_ORIGIN" --mode off 20001
    start_ready header "$NS_O" "$TP_ORIGIN" --mode auto --reply whoami \
        --idle-timeout 1h 20003
    start_ready udp-v2 "$NS_O" "$TP_ORIGIN" -u --mode ppv2 --reply whoami \
        --udp-sessions 65536 21001
    start_ready udp-spp "$NS_O" "$TP_ORIGIN" -u --mode spp --reply whoami \
        --udp-sessions 65536 21002
    within proxy start_ready proxy "$NS_P" "$TP_PROXY" --ext \
        --udp-idle 2s --idle-timeout 1h \
        -r "tcp:10001 $ORIGIN4 20001 off off" \
        -r "tcp:10002 $ORIGIN4 20002 off toa" \
        -r "tcp:10003 $ORIGIN4 20003 off ppv1" \
        -r "tcp:10004 $ORIGIN4 20003 off ppv2" \
        -r "udp:11001 $ORIGIN4 21001 off ppv2" \
        -r "udp:11002 $ORIGIN4 21002 off spp"
}

# fact JQ - of the summary
fact() { jq -r "$1" "$DIR/summary"; }

# client_run OPTION... - its summary in $DIR/summary
client_run() {
    local status=0

    in_client "$TP_CLIENT" -J -q --timeout 20s "$@" >"$DIR/summary" \
        2>"$DIR/summary.err" </dev/null || status=$?
    expect "tp-client's exit status ($(tail -n 1 "$DIR/summary.err"))" \
        "$status" 0
    expect "failed connections" "$(fact .failed)" 0
}

# connections MODE VIP SRC N
connections() {
    local mode=$1 vip=$2 src=$3 n=$4
    local who=(--whoami)

    [ "$mode" != off ] || who=()
    client_run "$vip" "${PORT[$mode]}" -c "$n" -C 64 --src "$src" "${who[@]}"
    expect "requests" "$(fact .requests)" "$n"
    [ "$mode" = off ] || expect "identities checked, wrong, missing" \
        "$(fact '.client_ip | "\(.checked) \(.wrong) \(.missing)"')" "$n 0 0"
}

# million CONCURRENCY - short connections of 131,069 addresses of both families,
# straight to an origin: one address has ports for 53,536 of them. The origin's
# port is none that the proxy's connections can have had.
million() {
    local vip n=500000

    in_client sysctl -q -w net.ipv4.tcp_tw_reuse=0
    start_ready direct "$NS_P" "$TP_ORIGIN" -t --mode off --reply whoami 10009
    for vip in "$VIP4" "$VIP6"; do
        client_run "$vip" 10009 -c "$n" -C "$1" --whoami \
            --src 198.18.0.0/16,fd00:c::/112
        expect "identities checked, wrong, missing" \
            "$(fact '.client_ip | "\(.checked) \(.wrong) \(.missing)"')" \
            "$n 0 0"
    done
    stop_clean direct
    in_client sysctl -q -w net.ipv4.tcp_tw_reuse=1
}

# datagrams MODE VIP SRC N - of 10,000 clients, each N times 1/10,000; one of
# them first, alone: hundreds at once are more than may wait while a neighbour's
# address is asked for
datagrams() {
    local mode=$1 vip=$2 src=$3 n=$4
    local clients=$((n < 100000 ? n / 10 : 10000))

    few_left
    client_run -u "$vip" "${UDP_PORT[$mode]}" --src "$src" --whoami
    client_run -u "$vip" "${UDP_PORT[$mode]}" -c "$clients" -C 100 \
        -n $((n / clients)) --window 4 -m 200 --src "$src" --whoami
    expect "datagrams answered" "$(fact .requests)" "$n"
    expect "lost, duplicated, reordered, merged, cut" "$(fact \
        '"\(.lost) \(.duplicates) \(.reordered) \(.merged) \(.cut)"')" \
        "0 0 0 0 0"
    expect "identities checked, wrong, missing" \
        "$(fact '.client_ip | "\(.checked) \(.wrong) \(.missing)"')" \
        "$clients 0 0"
}

few_fds() { [ "$(fd_count proxy)" -lt 200 ]; }

# few_left - what the case before left open would be too much with what comes
few_left() {
    wait_for 20 few_fds || bad "$(fd_count proxy) descriptors stay open"
}

# size_cases CONNECTIONS DATAGRAMS - of each kind
size_cases() {
    local mode

    for mode in $MODES; do
        run_case "$1 connections, $mode, v4" \
            connections "$mode" "$VIP4" "$SRC4" "$1"
        run_case "$1 connections, $mode, v6" \
            connections "$mode" "$VIP6" "$SRC6" "$1"
    done
    for mode in ppv2 spp; do
        run_case "$2 datagrams, $mode, v4" \
            datagrams "$mode" "$VIP4" "$SRC4" "$2"
        run_case "$2 datagrams, $mode, v6" \
            datagrams "$mode" "$VIP6" "$SRC6" "$2"
    done
}

# proxy_bytes - memory of the proxy's own; its part of libraries would grow as
# other processes end
proxy_bytes() {
    awk '/^Pss_(Anon|Shmem):/ { n += $2 } END { print n * 1024 }' \
        "/proc/${PID[proxy]}/smaps_rollup"
}

# clients_here N - are so many connected through the proxy, and no more?
clients_here() {
    [ "$(ns_exec "$NS_P" ss -Htn state established '( sport = :10004 )' |
        wc -l)" -ge "$1" ]
}

# steady IDLE ACTIVE SECONDS - connections that stay, idle and busy: the
# proxy's memory does not grow after a third of the time (2 %, 64 KiB). The
# samples stay in out/size, drawn where gnuplot is.
steady() {
    local idle=$1 active=$2 seconds=$3
    local data=$E2E_ROOT/out/size/memory.tsv
    local begin=$SECONDS

    mkdir -p "$(dirname "$data")"
    printf '# seconds\tbytes\n' >"$data"
    few_left
    start idle "$NS_C" "$TP_CLIENT" -J -q "$VIP4" "${PORT[ppv2]}" -c "$idle" \
        -C "$idle" --hold $((seconds + 60))s --timeout $((seconds + 120))s \
        --src "$SRC4" --whoami
    wait_for 60 clients_here "$idle" || bad "the idle ones do not come"
    start active "$NS_C" "$TP_CLIENT" -J -q "$VIP6" "${PORT[ppv2]}" \
        -c "$active" -C "$active" -d "${seconds}s" -n 1000000 -R 2000 \
        --src "$SRC6" --whoami
    wait_for 60 clients_here $((idle + active)) ||
        bad "the active ones do not come"
    while ! gone_or_zombie "${PID[active]}"; do
        printf '%s\t%s\n' $((SECONDS - begin)) "$(proxy_bytes)" >>"$data"
        # few processes: a shell that starts thousands meets its own pids again
        timeout 2 tail --pid="${PID[active]}" -f /dev/null
    done
    clients_here "$idle" || bad "not all idle ones lived to the end"
    wait "${PID[active]}" 2>/dev/null
    expect "the active ones ($(cat "$DIR/active.err"))" $? 0
    expect "wrong, missing" "$(jq -r '.client_ip | "\(.wrong) \(.missing)"' \
        "$DIR/active.out")" "0 0"
    jq -r '"\(.requests) requests, p99 \(.latency_us.p99) us"' \
        "$DIR/active.out" >&2
    stop idle
    steady_judge "$data"
    steady_draw "$data"
}

steady_judge() {
    awk '!/^#/ { v[n++] = $2 }
        END {
            third = int(n / 3)
            if (n < 6) { print "only " n + 0 " samples"; exit }
            for (i = third; i < n; i++)
                if (v[i] > v[third] * 1.02 + 65536) {
                    print v[third] " bytes, then " v[i]
                    exit
                }
            printf "%d samples, %d bytes at the end\n", n, v[n - 1] \
                >"/dev/stderr"
        }' "$1" >"$DIR/judged"
    [ ! -s "$DIR/judged" ] || bad "memory grows: $(cat "$DIR/judged")"
}

steady_draw() {
    command -v gnuplot >/dev/null || return 0
    gnuplot <<TEXT
set terminal svg size 720,300 dynamic
set output '${1%.tsv}.svg'
set xlabel 'seconds'
set ylabel 'MB of user memory'
set yrange [0:*]
set key off
plot '$1' using 1:(\$2 / 1e6) with lines lw 2
TEXT
}
