# shellcheck shell=bash disable=SC2034,SC2154 # read, or set, by peer.sh
# SPDX-License-Identifier: BSD-2-Clause
# nginx.sh - as an HTTP server, and as a TCP proxy before one
PEER_NAME=nginx
PEER_PACKAGE=nginx

nginx_conf() {
    nginx_head 4096 "nobody nogroup"
    cat <<TEXT
stream {
    set_real_ip_from $EGRESS4;
    set_real_ip_from $EGRESS6;
    log_format client '\$remote_addr \$remote_port';
    access_log $DIR/stream.log client;
    proxy_protocol_timeout 5s;
    server {
        listen 20001 proxy_protocol;
        listen [::]:20001 proxy_protocol;
        proxy_timeout 5s;
        proxy_pass 127.0.0.1:20002;
    }
}
http {
    access_log off;
    client_header_timeout 5s;
    real_ip_header proxy_protocol;
    server {
        listen 20000 proxy_protocol;
        listen [::]:20000 proxy_protocol;
        set_real_ip_from $EGRESS4;
        set_real_ip_from $EGRESS6;
        return 200 "client=\$remote_addr port=\$remote_port\n";
    }
    server {
        listen 127.0.0.1:20002;
        return 200 "hello\n";
    }
}
TEXT
}

peer_start() {
    nginx_conf >"$DIR/nginx.conf"
    : >"$DIR/stream.log"
    peer_run nginx -p "$DIR" -c "$DIR/nginx.conf" \
        -e "$DIR/nginx-error.log" -g 'daemon off;'
}

service http "nginx http" tcp "ppv1 ppv2" 20000 http \
    answer '^client=@A port=@P$' \
    --oracle 'http:/:client=([0-9a-f.:]+) port=([0-9]+)'
service stream "nginx stream" tcp "ppv1 ppv2" 20001 http \
    stream.log '^@A @P$' \
    --probe http --oracle "log:@DIR/stream.log:^([0-9a-f.:]+) ([0-9]+)"
