# shellcheck shell=bash disable=SC2034,SC2154 # read, or set, by peer.sh
# SPDX-License-Identifier: BSD-2-Clause
# haproxy.sh - as an HTTP server that expects the header from the proxy alone
PEER_NAME=HAProxy
PEER_PACKAGE=haproxy

haproxy_conf() {
    cat <<TEXT
global
    maxconn 4000
defaults
    mode http
    timeout connect 5s
    timeout client 5s
    timeout server 5s
    timeout http-request 5s
frontend front
    bind 0.0.0.0:20100
    bind [::]:20100 v6only
    tcp-request connection expect-proxy layer4 if { src $EGRESS4 $EGRESS6 }
    http-request return status 200 content-type text/plain lf-string "client=%[src] port=%[src_port]\n"
TEXT
}

peer_start() {
    haproxy_conf >"$DIR/haproxy.conf"
    peer_run haproxy -db -f "$DIR/haproxy.conf"
}

service http "HAProxy" tcp "ppv1 ppv2" 20100 http \
    answer '^client=@A port=@P$' \
    --oracle 'http:/:client=([0-9a-f.:]+) port=([0-9]+)'
