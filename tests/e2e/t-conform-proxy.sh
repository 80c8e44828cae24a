#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-conform-proxy.sh - tp-conform proxy before proxies that nobody here wrote:
# haproxy (send-proxy, send-proxy-v2 with CRC32C and unique id) and nginx
# stream (proxy_protocol on), as Debian ships them; tshark reads the headers of
# the same connections and must agree
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

TP_CONFORM=$TP_BUILD/conform/tp-conform
# at the proxy; our origin is on the port above
V1=12000 V2=12010 EXTRA=12020 DUAL=12030 NGINX=12040 NGINX_HALF=12050 OURS=12060

haproxy_conf() {
    local options="proxy-v2-options crc32c,unique-id"

    cat <<TEXT
global
    maxconn 600
defaults
    mode tcp
    timeout connect 1s
    timeout client 20s
    timeout server 20s
    retries 0
frontend v1
    bind 0.0.0.0:$V1
    bind [::]:$V1 v6only
    default_backend v1
backend v1
    server s 127.0.0.1:$((V1 + 1)) send-proxy
frontend v2
    bind 0.0.0.0:$V2
    bind [::]:$V2 v6only
    default_backend v2
backend v2
    server s 127.0.0.1:$((V2 + 1)) send-proxy-v2
frontend dual
    bind :::$DUAL v4v6
    default_backend dual
backend dual
    server s 127.0.0.1:$((DUAL + 1)) send-proxy-v2
frontend extra
    bind 0.0.0.0:$EXTRA
    bind [::]:$EXTRA v6only
    unique-id-format %[uuid()]
    default_backend extra
backend extra
    server s 127.0.0.1:$((EXTRA + 1)) send-proxy-v2 $options
TEXT
}

nginx_conf() {
    nginx_head 1200
    cat <<TEXT
stream {
    server {
        listen $NGINX;
        listen [::]:$NGINX;
        proxy_connect_timeout 1s;
        proxy_protocol on;
        proxy_pass 127.0.0.1:$((NGINX + 1));
    }
    server {
        listen $NGINX_HALF;
        listen [::]:$NGINX_HALF;
        proxy_connect_timeout 1s;
        proxy_protocol on;
        proxy_half_close on;
        proxy_pass 127.0.0.1:$((NGINX_HALF + 1));
    }
}
TEXT
}

# judge NAME PORT [OPTION...] - into $DIR/NAME.json, the capture beside it
judge() {
    local name=$1 port=$2
    shift 2

    capture "cap-$name" "$NS_P" lo tcp port $((port + 1))
    in_proxy "$TP_CONFORM" proxy -J --origin-listen "127.0.0.1:$((port + 1))" \
        -W 700ms --source "$EGRESS4" --source "$EGRESS6" \
        --also "[$VIP6]:$port" \
        "$@" "$VIP4:$port" >"$DIR/$name.json" 2>"$DIR/$name.err"
    echo $? >"$DIR/$name.status"
    wait_for 5 capture_has "cap-$name" || bad "an empty capture"
    stop "cap-$name" INT
}
capture_has() { [ "$(stat -c %s "$DIR/$1.pcap")" -gt 2000 ]; }

# with NAME STATUS - ids of the cases with it, one a line
with() {
    jq -r "select(.type == \"case\" and .status == \"$2\") | .id" \
        "$DIR/$1.json"
}
got() {
    jq -r "select(.type == \"case\" and .id == \"$2\") | .got" \
        "$DIR/$1.json"
}

# what tshark reads in the first header: "source destination", as endpoints
tshark_saw() {
    tshark -r "$DIR/cap-$1.pcap" -o tcp.try_heuristic_first:TRUE \
        -Y proxy.srcport -T fields -E occurrence=f -E separator=, \
        -e proxy.src.ipv4 -e proxy.src.ipv6 -e proxy.srcport \
        -e proxy.dst.ipv4 -e proxy.dst.ipv6 -e proxy.dstport 2>/dev/null |
        awk -F, 'NR == 1 {
            print ($1 ? $1 : "[" $2 "]") ":" $3,
                ($4 ? $4 : "[" $5 "]") ":" $6 }'
}

# peer NAME PORT MODE FAILS [OPTION...] - FAILS: the ids that must fail
peer() {
    local name=$1 port=$2 mode=$3 fails=$4
    shift 4

    judge "$name" "$port" "$@"
    expect "mode" "$(got "$name" "$mode/sent/header")" "PP${mode#pp}"
    expect "failed" "$(with "$name" fail | sort | paste -sd' ')" "$fails"
    expect "inconclusive" "$(with "$name" inconclusive | paste -sd' ')" \
        "${INCONCLUSIVE:-}"
    [ "$(with "$name" pass | wc -l)" -ge 28 ] ||
        bad "passed: $(with "$name" pass | wc -l)"
    expect "tshark" "$(tshark_saw "$name")" \
        "$(got "$name" "$mode/sent/client-addr") $(
            got "$name" "$mode/sent/destination"
        )"
}

# found NAME PACKAGE TITLE - for docs/peers.md, see tests/peers/table.py
found() {
    # shellcheck disable=SC2016 # dpkg-query expands it
    jq -cn --arg k "$2" --arg t "$3" --arg r "$(
        dpkg-query -W -f '${Version}' "$2"
    )" '{v: 1, type: "proxy", title: $t, package: $k, version: $r}'
    jq -c 'select(.type == "case" or .type == "summary")' "$DIR/$1.json"
}

peers_page() {
    local results=$E2E_ROOT/out/peers

    mkdir -p "$results"
    {
        found haproxy-v1 haproxy "HAProxy, send-proxy"
        found haproxy-v2 haproxy "HAProxy, send-proxy-v2"
        found haproxy-extra haproxy "HAProxy, crc32c, unique-id"
        found haproxy-dual haproxy "HAProxy, dual-stack"
        found nginx nginx "nginx, proxy_protocol on"
        found nginx-half nginx "nginx, proxy_half_close on"
    } >"$results/proxies.jsonl"
    "$E2E_ROOT/tests/peers/table.py" --check "$E2E_ROOT/docs/peers.md" \
        "$results/proxies.jsonl" >&2 || bad "docs/peers.md says otherwise"
}

crc_is_seen() {
    expect "crc" "$(got haproxy-extra ppv2/sent/crc)" "it matches"
    expect "bytes" "$(got haproxy-extra ppv2/sent/small)" "74 bytes"
}

ours() {
    start_ready ours "$NS_P" "$TP_PROXY" -t 1 \
        --rule "tcp:$OURS 127.0.0.1 $((OURS + 1)) off ppv2"
    peer ours "$OURS" ppv2 ""
    expect "status" "$(cat "$DIR/ours.status")" 0
    stop_clean ours
}

nobody() {
    in_proxy "$TP_CONFORM" proxy --origin-listen 127.0.0.1:13001 -W 300ms \
        "$VIP4:13000" >"$DIR/nobody.out" 2>&1
    expect "status" $? 3
}

e2e_begin "$TP_CONFORM" "$TP_PROXY"
haproxy_conf >"$DIR/haproxy.cfg"
nginx_conf >"$DIR/nginx.conf"
start haproxy "$NS_P" haproxy -db -f "$DIR/haproxy.cfg"
start nginx "$NS_P" nginx -c "$DIR/nginx.conf" -g 'daemon off;'
for port in $V1 $V2 $EXTRA $DUAL $NGINX $NGINX_HALF; do
    wait_for 10 in_proxy bash -c "exec 3<>/dev/tcp/127.0.0.1/$port" ||
        bad "nobody listens on $port"
done

# haproxy tells a reset of its server's to the client as an orderly end, nginx
# tells neither side's, and its TCP sessions end with the first FIN unless
# proxy_half_close is on; on a dual-stack socket haproxy names IPv4 clients as
# ::ffff:a.b.c.d
run_case "haproxy, send-proxy" peer haproxy-v1 $V1 ppv1 \
    "life/relay/origin-reset"
run_case "haproxy, send-proxy-v2" peer haproxy-v2 $V2 ppv2 \
    "life/relay/origin-reset"
run_case "haproxy, send-proxy-v2, crc32c, unique-id" peer haproxy-extra \
    $EXTRA ppv2 "life/relay/origin-reset"
run_case "haproxy's CRC32C is right" crc_is_seen
run_case "haproxy, dual-stack socket" peer haproxy-dual $DUAL ppv2 \
    "life/relay/origin-reset ppv2/sent/family"
run_case "nginx, proxy_protocol on" peer nginx $NGINX ppv1 \
    "$(echo life/relay/{after-client,after-origin}-end \
        life/relay/{client,origin}-reset)"
run_case "nginx, proxy_half_close on" peer nginx-half $NGINX_HALF ppv1 \
    "life/relay/client-reset life/relay/origin-reset"
run_case "docs/peers.md is current" peers_page
run_case "tp-proxy" ours
run_case "nobody there: unreachable" nobody
e2e_end
