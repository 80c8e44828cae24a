#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# idle.sh - what 9,000 idle connections cost a proxy in memory of its own:
# tp-proxy, and haproxy and nginx as Debian ships them, in the same run
#
# Each proxy is started fresh, its memory is read (user space PSS, kernel
# buffers do not count), 9,000 clients connect through it and have one echo
# each, and when nothing moves any more its memory is read again. The table
# goes to stdout and into docs/performance.md. Exit status 1 if tp-proxy needs
# more than 512 bytes a connection.
set -uo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
TP_BUILD=${TP_BUILD:-$HERE/../../build/release}
# shellcheck source=../e2e/lib.sh
. "$HERE/../e2e/lib.sh"

CONNS=${CONNS:-9000}
RUNS=${RUNS:-3}
GOAL_BYTES=${GOAL_BYTES:-512}
DOC=$E2E_ROOT/docs/performance.md
RESULTS=

haproxy_conf() {
    cat <<TEXT
global
    maxconn 9600
    nbthread 1
defaults
    mode tcp
    timeout connect 5s
    timeout client 10m
    timeout server 10m
frontend front
    bind :::10000 v4v6
    default_backend back
backend back
    server real $ORIGIN4:20000 send-proxy-v2
TEXT
}

nginx_conf() {
    nginx_head 19900
    cat <<TEXT
stream {
    server {
        listen 10000 backlog=4096;
        proxy_pass $ORIGIN4:20000;
        proxy_timeout 10m;
        proxy_protocol on;
    }
}
TEXT
}

# the process $1 and its children
family() {
    printf '%s ' "$1"
    pgrep -P "$1" | tr '\n' ' '
}

pss_bytes() {
    local pid total=0 kib

    for pid in $(family "${PID[proxy]}"); do
        kib=$(awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup")
        total=$((total + kib * 1024))
    done
    printf '%d' "$total"
}

listens() { in_proxy ss -Hltn 'sport = :10000' | grep -q .; }
established() {
    in_proxy ss -Htn state established "$1" | wc -l
}
all_there() {
    [ "$(established 'sport = :10000')" -ge "$CONNS" ] &&
        [ "$(established 'dport = :20000')" -ge "$CONNS" ]
}

cpu_ticks() {
    local pid
    for pid in $(family "${PID[proxy]}") "${PID[client]}" "${PID[origin]}"; do
        awk '{ print $14 + $15 }' "/proc/$pid/stat"
    done | awk '{ n += $1 } END { print n }'
}

# nobody has used the processor for half a second: all echoes are done
quiet() {
    local before=$CPU_TICKS

    CPU_TICKS=$(cpu_ticks)
    [ "$before" = "$CPU_TICKS" ] || {
        read -r -t 0.5 <> <(:)
        return 1
    }
}

proxy_up() {
    case $1 in
    tp-proxy*)
        start_ready proxy "$NS_P" "$TP_PROXY" --threads "${1#* }" \
            --idle-timeout 10m --rule "tcp:10000 $ORIGIN4 20000 off ppv2"
        ;;
    haproxy) start proxy "$NS_P" haproxy -db -f "$DIR/haproxy.conf" ;;
    nginx)
        start proxy "$NS_P" nginx -p "$DIR" -c "$DIR/nginx.conf" \
            -e "$DIR/nginx-error.log" -g 'daemon off;'
        ;;
    esac
    wait_for 10 listens || bad "$1 does not listen: $(cat "$DIR/proxy.err")"
}

# measure NAME - one run: "BASE_BYTES BYTES_A_CONNECTION" into $RESULTS
measure() {
    local base loaded

    start_ready origin "$NS_O" "$TP_ORIGIN" -t --mode auto \
        --idle-timeout 10m 20000
    proxy_up "$1"
    # what one connection needs once for all belongs to the base
    in_client "$TP_CLIENT" "$VIP4" 10000 -q >/dev/null 2>&1
    base=$(pss_bytes)
    start client "$NS_C" "$TP_CLIENT" "$VIP4" 10000 -c "$CONNS" \
        -C "$CONNS" -R 4000 -m 64 --src "$CLIENT4" --hold 60s
    wait_for 40 all_there || bad "only $(established 'sport = :10000') of" \
        "$CONNS clients and $(established 'dport = :20000') origins"
    CPU_TICKS=none
    wait_for 20 quiet || bad "it does not come to rest"
    all_there || bad "connections were lost"
    loaded=$(pss_bytes)
    RESULTS+="$1|$base|$(((loaded - base) / CONNS))"$'\n'
    note "$1: $base bytes, then $(((loaded - base) / CONNS)) a connection"
    note "$(in_proxy ss -s | sed -n 2p)"
    stop client KILL
    stop proxy
    stop origin KILL
}

# of the values on stdin: "min / **median** / max"
spread() {
    sort -n | awk '{ v[NR] = $1 }
        END { printf "%s / **%s** / %s", v[1], v[int((NR + 1) / 2)], v[NR] }'
}

row() {
    local lines
    lines=$(grep "^$1|" <<<"$RESULTS")
    printf '| %s | %s | %s |\n' "${1/tp-proxy /tp-proxy, threads: }" \
        "$(cut -d'|' -f3 <<<"$lines" | spread)" \
        "$(cut -d'|' -f2 <<<"$lines" |
            awk '{ printf "%.1f\n", $1 / 1048576 }' | spread)"
}

table() {
    printf 'Measured on %s: %s, %s CPUs, Linux %s;\n' "$(date -u +%F)" \
        "$(sed -nE 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)" \
        "$(nproc)" "$(uname -r | cut -d. -f1,2)"
    printf '%s (release), haproxy %s, nginx %s.\n\n' \
        "$("$TP_PROXY" --version | head -n 1)" \
        "$(haproxy -v | sed -nE 's/.*version ([^ -]*).*/\1/p' | head -n 1)" \
        "$(nginx -v 2>&1 | sed 's,.*/,,')"
    printf '| %s idle connections | bytes each | MB before |\n' "$CONNS"
    printf '|---|---|---|\n'
    local name
    for name in "${NAMES[@]}"; do
        row "$name"
    done
}

# the lines between the marks of the document are this table
write_doc() {
    local text=$1

    if [ ! -f "$DOC" ] || [ "$CONNS $RUNS ${#NAMES[@]}" != "9000 3 4" ]; then
        return 0
    fi
    awk -v table="$text" '
        /<!-- idle: end -->/ { skip = 0 }
        !skip { print }
        /<!-- idle: begin -->/ { skip = 1; print table }' \
        "$DOC" >"$DIR/doc" && cat "$DIR/doc" >"$DOC"
}

e2e_begin "$TP_PROXY" "$TP_ORIGIN" "$TP_CLIENT"
CASE="idle connections"
haproxy_conf >"$DIR/haproxy.conf"
nginx_conf >"$DIR/nginx.conf"
NAMES=("tp-proxy 1" "tp-proxy 2" haproxy nginx)
[ $# = 0 ] || NAMES=("$@")
# ports of one run are free for the next
in_proxy sysctl -q -w net.ipv4.tcp_max_tw_buckets=0
for ((run = 0; run < RUNS; run++)); do
    for name in "${NAMES[@]}"; do
        measure "$name"
    done
done
[ -z "$CASE_BAD" ] || {
    E2E_FAILED=1
    exit 1
}
TEXT=$(table)
printf '%s\n' "$TEXT"
write_doc "$TEXT"
! awk -F'|' -v goal="$GOAL_BYTES" '/^tp-proxy/ && $3 > goal' <<<"$RESULTS" |
    grep . || {
    printf 'over the goal of %d bytes a connection\n' "$GOAL_BYTES"
    exit 1
}
