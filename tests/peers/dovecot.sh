# shellcheck shell=bash disable=SC2034,SC2154 # read, or set, by peer.sh
# SPDX-License-Identifier: BSD-2-Clause
# dovecot.sh - its IMAP server, which trusts the proxy alone
PEER_NAME=Dovecot
PEER_PACKAGE=dovecot-imapd
LOGOUT=61204c4f474f55540d0a # "a LOGOUT", CRLF

dovecot_conf() {
    cat <<TEXT
base_dir = $DIR/run
state_dir = $DIR/state
log_path = $DIR/dovecot.log
protocols = imap
listen = *, ::
ssl = no
haproxy_trusted_networks = $EGRESS4 $EGRESS6
haproxy_timeout = 5s
passdb {
    driver = static
    args = nopassword=y
}
userdb {
    driver = static
    args = uid=nobody gid=nogroup home=$DIR/home
}
service imap-login {
    service_count = 0
    process_min_avail = 1
    client_limit = 4096
    inet_listener imap {
        port = 20500
        haproxy = yes
    }
    inet_listener imaps {
        port = 0
    }
}
service anvil {
    client_limit = 8192
}
TEXT
}

peer_start() {
    dovecot_conf >"$DIR/dovecot.conf"
    mkdir "$DIR/run" "$DIR/state" "$DIR/home"
    : >"$DIR/dovecot.log"
    peer_run dovecot -F -c "$DIR/dovecot.conf"
}

service imap "Dovecot" tcp "ppv1 ppv2" 20500 imap \
    dovecot.log 'imap-login: .* rip=@A,' \
    --probe "raw:$LOGOUT" --oracle 'log:@DIR/dovecot.log: rip=([0-9a-f.:]+),'
# the probe raw cannot know that the greeting comes before it reads
S_SKIP[imap]=order/second-header
