# shellcheck shell=bash disable=SC2034,SC2154 # read, or set, by peer.sh
# SPDX-License-Identifier: BSD-2-Clause
# postfix.sh - its smtpd, which speaks first
PEER_NAME=Postfix
PEER_PACKAGE=postfix

postfix_main() {
    cat <<TEXT
compatibility_level = 3.6
queue_directory = $DIR/spool
data_directory = $DIR/data
maillog_file = $DIR/maillog
maillog_file_prefixes = $DIR
myhostname = peer.example
mydestination =
alias_maps =
local_recipient_maps =
inet_interfaces = all
inet_protocols = all
smtpd_peername_lookup = no
smtpd_tls_security_level = none
smtpd_client_connection_count_limit = 0
smtpd_upstream_proxy_protocol = haproxy
smtpd_upstream_proxy_timeout = 5s
TEXT
}

postfix_master() {
    cat <<'TEXT'
20400   inet       n - n - 300 smtpd
cleanup unix       n - n - 0 cleanup
rewrite unix       - - n - - trivial-rewrite
anvil   unix       - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
TEXT
}

peer_start() {
    mkdir "$DIR/postfix" "$DIR/spool" "$DIR/data"
    chown postfix "$DIR/data"
    postfix_main >"$DIR/postfix/main.cf"
    postfix_master >"$DIR/postfix/master.cf"
    : >"$DIR/maillog"
    peer_run postfix -c "$DIR/postfix" start-fg
}

service smtp "Postfix" tcp "ppv1 ppv2" 20400 smtp \
    maillog 'connect from unknown\[@A\]' \
    --probe smtp --oracle "log:@DIR/maillog:postfix" --crowd 200
