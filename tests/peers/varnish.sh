# shellcheck shell=bash disable=SC2034,SC2154 # read, or set, by peer.sh
# SPDX-License-Identifier: BSD-2-Clause
# varnish.sh - with PROXY listeners, which have no list of whom to trust
PEER_NAME=Varnish
PEER_PACKAGE=varnish

varnish_vcl() {
    cat <<'TEXT'
vcl 4.1;
import std;
backend default none;
sub vcl_recv { return (synth(200)); }
sub vcl_synth {
    set resp.body = "client=" + client.ip + " port=" +
        std.port(client.ip) + {"
"};
    return (deliver);
}
TEXT
}

peer_start() {
    varnish_vcl >"$DIR/default.vcl"
    peer_run varnishd -F -n "$DIR/varnish" -f "$DIR/default.vcl" \
        -s malloc,16m -l 1m -p thread_pools=1 -p thread_pool_min=50 \
        -a four=0.0.0.0:20300,PROXY -a "six=[::]:20300,PROXY"
}

service http "Varnish" tcp "ppv1 ppv2" 20300 http \
    answer '^client=@A port=@P$' \
    --oracle 'http:/:client=([0-9a-f.:]+) port=([0-9]+)'
