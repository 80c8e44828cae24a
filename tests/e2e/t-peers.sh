#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-peers.sh - nginx and haproxy as Debian ships them learn the client's
# address from tp-proxy, in front of python's http.server, driven by curl
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

NGINX_PORT=10000 # as the product's document writes it
HAPROXY_PORT=10100
CURL4=198.18.7.7
CURL6=fd00:c::77

# The configuration that the product's document gives to its users, with its
# log format (seed/68, 69); a second log adds the port, which that one leaves
# out.
nginx_conf() {
    nginx_head 256
    cat <<TEXT
stream {
    log_format basic '\$proxy_protocol_addr - \$remote_addr [\$time_local] '
                     '\$protocol \$bytes_sent \$bytes_received '
                     '\$session_time';
    log_format ports '\$proxy_protocol_addr \$proxy_protocol_port '
                     '\$proxy_protocol_server_addr '
                     '\$proxy_protocol_server_port';
    access_log $DIR/nginx-access.log basic;
    access_log $DIR/nginx-ports.log ports;
    upstream RealServer {
        hash \$remote_addr consistent;
        server 127.0.0.1:8888 max_fails=3 fail_timeout=30s;
    }
    server {
        listen $NGINX_PORT proxy_protocol;
        listen [::]:$NGINX_PORT proxy_protocol;
        proxy_connect_timeout 1s;
        proxy_timeout 3s;
        proxy_pass RealServer;
    }
}
TEXT
}

haproxy_conf() {
    cat <<TEXT
global
    maxconn 100
defaults
    mode tcp
    timeout connect 1s
    timeout client 3s
    timeout server 3s
frontend front
    bind 0.0.0.0:$HAPROXY_PORT accept-proxy
    bind [::]:$HAPROXY_PORT v6only accept-proxy
    log stdout format raw local0
    log-format "%ci %cp %fi %fp %B"
    default_backend back
backend back
    server real 127.0.0.1:8888
TEXT
}

RULES="tcp:11000 $ORIGIN4 $NGINX_PORT off ppv1 nginx
tcp:11001 $ORIGIN4 $NGINX_PORT off ppv2 nginx
tcp:11002 $ORIGIN6 $NGINX_PORT off ppv1 nginx
tcp:11003 $ORIGIN6 $NGINX_PORT off ppv2 nginx
tcp:12000 $ORIGIN4 $HAPROXY_PORT off ppv1 haproxy
tcp:12001 $ORIGIN4 $HAPROXY_PORT off ppv2 haproxy
tcp:12002 $ORIGIN6 $HAPROXY_PORT off ppv1 haproxy
tcp:12003 $ORIGIN6 $HAPROXY_PORT off ppv2 haproxy"

answers() { in_origin curl -s -o /dev/null -m 2 "http://127.0.0.1:8888/"; }
listens() { in_origin ss -Hltn "sport = :$1" | grep -q .; }

# fetch CLIENT_ADDRESS VIP PORT - the page arrives whole; the port that curl
# had goes into $CLIENT_PORT
fetch() {
    local host=$2

    [[ $host != *:* ]] || host="[$host]"
    CLIENT_PORT=$(in_client curl -sS -g -m 10 --interface "$1" \
        -o "$DIR/got" -w '%{local_port}' "http://$host:$3/page") ||
        bad "curl failed"
    cmp -s "$DIR/www/page" "$DIR/got" || bad "the page is not what was served"
}

# nginx_saw CLIENT EGRESS VIP PORT
nginx_saw() {
    local client=$1 egress=$2 vip=$3 port=$4

    wait_for 5 has_lines "$DIR/nginx-access.log" "^$client - $egress \[" 1 ||
        bad "log: $(tail -n 1 "$DIR/nginx-access.log")"
    wait_for 5 has_lines "$DIR/nginx-ports.log" \
        "^$client $CLIENT_PORT $vip $port\$" 1 ||
        bad "no $client $CLIENT_PORT $vip $port in the log, but $(
            tail -n 1 "$DIR/nginx-ports.log"
        )"
    : >"$DIR/nginx-access.log"
    : >"$DIR/nginx-ports.log"
}

# haproxy_saw CLIENT VIP PORT
haproxy_saw() {
    wait_for 5 has_lines "$DIR/haproxy.out" "^$1 $CLIENT_PORT $2 $3 " 1 ||
        bad "no $1 $CLIENT_PORT $2 $3 in the log, but $(
            tail -n 1 "$DIR/haproxy.out"
        )"
}

# peer_case PEER PORT CLIENT VIP EGRESS
peer_case() {
    fetch "$3" "$4" "$2"
    case $1 in
    nginx) nginx_saw "$3" "$5" "$4" "$2" ;;
    haproxy) haproxy_saw "$3" "$4" "$2" ;;
    esac
}

# without the proxy between them, both refuse a client that sends no header:
# what they say above comes from the header, not from somewhere else
no_header_is_refused() {
    ! in_proxy curl -s -m 3 -o /dev/null "http://$ORIGIN4:$NGINX_PORT/" ||
        bad "nginx served a client without a header"
    ! in_proxy curl -s -m 3 -o /dev/null "http://$ORIGIN4:$HAPROXY_PORT/" ||
        bad "haproxy served a client without a header"
    : >"$DIR/nginx-access.log"
    : >"$DIR/nginx-ports.log"
}

e2e_begin "$TP_PROXY"
ip -n "$NS_C" -6 addr add "$CURL6/128" dev lo nodad
mkdir "$DIR/www"
head -c 300000 /dev/urandom >"$DIR/www/page"
nginx_conf >"$DIR/nginx.conf"
haproxy_conf >"$DIR/haproxy.conf"
printf '%s\n' "$RULES" >"$DIR/rules"

start http "$NS_O" python3 -u -m http.server 8888 --directory "$DIR/www"
start nginx "$NS_O" nginx -p "$DIR" -c "$DIR/nginx.conf" \
    -e "$DIR/nginx-error.log" -g 'daemon off;'
start haproxy "$NS_O" haproxy -db -f "$DIR/haproxy.conf"
start_ready proxy "$NS_P" "$TP_PROXY" -f "$DIR/rules"
wait_for 10 answers || note "http.server does not answer"
wait_for 10 listens "$NGINX_PORT" || note "nginx: $(cat "$DIR/nginx.err")"
wait_for 10 listens "$HAPROXY_PORT" || note "haproxy: $(cat "$DIR/haproxy.err")"

run_case "no header is refused" no_header_is_refused
while read -r ports origin _ _ mode peer; do
    port=${ports#tcp:}
    egress=$EGRESS4
    [[ $origin != *:* ]] || egress=$EGRESS6
    run_case "$peer $mode, client v4, origin $origin" \
        peer_case "$peer" "$port" "$CURL4" "$VIP4" "$egress"
    run_case "$peer $mode, client v6, origin $origin" \
        peer_case "$peer" "$port" "$CURL6" "$VIP6" "$egress"
done <<<"$RULES"
run_case "clean end" stop_clean proxy
e2e_end
