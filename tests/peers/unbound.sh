# shellcheck shell=bash disable=SC2034,SC2154 # read, or set, by peer.sh
# SPDX-License-Identifier: BSD-2-Clause
# unbound.sh - a name server that takes the header over UDP and TCP
PEER_NAME=Unbound
PEER_PACKAGE=unbound

unbound_conf() {
    cat <<TEXT
server:
  interface: $ORIGIN4@20600
  interface: $ORIGIN6@20600
  proxy-protocol-port: 20600
  access-control: 0.0.0.0/0 allow
  access-control: ::0/0 allow
  username: ""
  chroot: ""
  directory: "$DIR"
  pidfile: "$DIR/unbound.pid"
  do-daemonize: no
  use-syslog: no
  logfile: "$DIR/unbound.log"
  log-queries: yes
  num-threads: 1
  incoming-num-tcp: 1500
  tcp-idle-timeout: 5000
  module-config: "iterator"
  local-zone: "." static
TEXT
}

peer_start() {
    unbound_conf >"$DIR/unbound.conf"
    : >"$DIR/unbound.log"
    peer_run unbound -d -c "$DIR/unbound.conf"
}

UNBOUND_LOG='log:@DIR/unbound.log: info: ([0-9a-f.:]+) \. NS IN'
service tcp "Unbound TCP" tcp ppv2 20600 dns \
    unbound.log ' info: @A \. NS IN' --probe dns --oracle "$UNBOUND_LOG"
service udp "Unbound UDP" udp ppv2 20600 dns-udp \
    unbound.log ' info: @A \. NS IN' --probe dns --oracle "$UNBOUND_LOG"
