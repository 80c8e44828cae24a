# shellcheck shell=bash disable=SC2034,SC2154 # read, or set, by peer.sh
# SPDX-License-Identifier: BSD-2-Clause
# dnsdist.sh - a name server that takes the header over UDP and TCP, from the
# proxy alone
PEER_NAME=dnsdist
PEER_PACKAGE=dnsdist

dnsdist_conf() {
    cat <<TEXT
setSecurityPollSuffix("")
setLocal("0.0.0.0:20700")
addLocal("[::]:20700")
setACL({"0.0.0.0/0", "::/0"})
setProxyProtocolACL({"$EGRESS4/32", "$EGRESS6/128"})
setMaxTCPQueuedConnections(4096)
setTCPRecvTimeout(4)
addAction(AllRule(), LogAction("$DIR/dnsdist.log", false, true, false))
addAction(AllRule(), RCodeAction(DNSRCode.NXDOMAIN))
TEXT
}

peer_start() {
    dnsdist_conf >"$DIR/dnsdist.conf"
    : >"$DIR/dnsdist.log"
    start peer "$NS_O" dnsdist --supervised --disable-syslog \
        -C "$DIR/dnsdist.conf"
}

DNSDIST_LOG='log:@DIR/dnsdist.log:Packet from \[?([0-9a-f.:]+)\]?:([0-9]+) for'
service tcp "dnsdist TCP" tcp ppv2 20700 dns \
    dnsdist.log 'Packet from \[?@A\]?:@P for' \
    --probe dns --oracle "$DNSDIST_LOG"
service udp "dnsdist UDP" udp ppv2 20700 dns-udp \
    dnsdist.log 'Packet from \[?@A\]?:@P for' \
    --probe dns --oracle "$DNSDIST_LOG"
