# shellcheck shell=bash disable=SC2034,SC2154 # read, or set, by peer.sh
# SPDX-License-Identifier: BSD-2-Clause
# dnsdist.sh - a name server that takes the header over UDP and TCP, from the
# proxy alone; and one that sends it, in place of tp-proxy
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
    peer_run dnsdist --supervised --disable-syslog \
        -C "$DIR/dnsdist.conf"
}

# It forwards queries alone: over UDP tp-conform plays its client and origin
# with them, on a port of its own; of TCP the capture is judged.
sender_conf() {
    cat <<TEXT
setSecurityPollSuffix("")
setLocal("$VIP4:20710")
addLocal("[$VIP6]:20710")
addLocal("$VIP4:20712")
addLocal("[$VIP6]:20712")
setACL({"0.0.0.0/0", "::/0"})
newServer({address="$ORIGIN4:20700", useProxyProtocol=true}):setUp()
newServer({address="127.0.0.1:20711", useProxyProtocol=true,
    pool="conform"}):setUp()
addAction(DSTPortRule(20712), PoolAction("conform"))
TEXT
}

# sender_judged FAMILY SOURCE TARGET - tp-conform finds nothing wrong
sender_judged() {
    local status=0 out=$DIR/proxy-$1.json

    in_proxy "$TP_CONFORM" proxy -J -u --payload dns -m ppv2 -W 700ms \
        --origin-listen 127.0.0.1:20711 --source "$2" "$3" \
        >"$out" 2>"${out%.json}.err" || status=$?
    expect status "$status" 0
    expect "not passed" "$(jq -r 'select(.type == "case" and
        (.status | IN("pass", "info", "skip") | not)) |
        .id + ": " + .got' "$out")" ""
    expect skipped "$(jq -r 'select(.status == "skip") | .id' "$out" |
        sort | paste -sd' ')" \
        "udp/relay/big udp/relay/empty udp/sent/crc udp/sent/idle"
    [ "$1" != IPv4 ] || jq -cn '{v: 1, type: "proxy", service: "send-udp",
        title: "dnsdist, useProxyProtocol, UDP"}' | tell "$NAME.jsonl"
    # of the other family, its addresses alone
    jq -c --arg f "$1" '. + {service: "send-udp"} | if $f == "IPv4" then .
        else select(.type == "case" and (.id |
            test("^udp/sent/(client-(addr|port)|destination|family)$"))) |
        .id += "-also" end' "$out" | tell "$NAME.jsonl"
}

# sends PROTO VIP SOURCE - the origin learns it; what was sent is in line
sends() {
    local ask=dns own

    [ "$1" = tcp ] || ask=dns-udp
    own=$(in_client "$PEERS/ask.py" "$ask" "$2" 20710 "$3" 2>&1) ||
        bad "no answer: $own"
    own=$(head -n 1 <<<"$own")
    wait_for 5 has_lines "$DIR/dnsdist.log" \
        "Packet from \\[?${3//./\\.}\\]?:${own#* } for" 1 ||
        bad "not learned: $(tail -n 1 "$DIR/dnsdist.log")"
}

# flows_are NAME FILTER COUNT - so many flows to the origin fit the filter
flows_are() {
    expect "$1" "$(jq -s "[.[] | select(.type == \"flow\" and
        .dport == 20700 and .verdict == \"OK\" and ($2))] | length" \
        "$DIR/sent.json")" "$3"
}

headers_are_right() {
    capture_stop sent
    # what ends the capture is a flow without a header
    "$TP_INSPECT" -r "$DIR/sent.pcap" -J >"$DIR/sent.json" \
        2>"$DIR/sent.err"
    flows_are "each datagram with a header" '.transport == "UDP" and
        .mode == "ppv2" and .protocol == "dgram" and
        .hdr_count == 4 and .sent.payloads == 4' 1
    flows_are "the client over TCP" '.transport == "TCP" and
        .mode == "ppv2" and .protocol == "stream" and .hdr_count == 1 and
        (.client + " " + .via | IN("'"$SOURCE4 $VIP4"'",
        "'"$SOURCE6 $VIP6"'"))' 2
    flows_are "flows" true 3
    [ -z "$CASE_BAD" ] || return 0
    sender_found
}

# sender_found - all was as it has to be, over TCP
sender_found() {
    jq -cn '{v: 1, type: "proxy", service: "send-tcp",
        title: "dnsdist, useProxyProtocol, TCP"}' | tell "$NAME.jsonl"
    jq -cn '
        ({id: "ppv2/sent/header", got: "PPv2"},
        {id: "ppv2/sent/client-addr"}, {id: "ppv2/sent/client-port"},
        {id: "ppv2/sent/client-addr-also"},
        {id: "ppv2/sent/destination"},
        {id: "sent/where", got: "its begin"}) |
        {v: 1, type: "case", service: "send-tcp", status: "pass",
        failed: 0} + .' |
        tell "$NAME.jsonl"
}

peer_more() {
    sender_conf >"$DIR/sender.conf"
    start sender "$NS_P" dnsdist --supervised --disable-syslog \
        -C "$DIR/sender.conf"
    wait_for 30 in_proxy bash -c "exec 3<>/dev/tcp/$VIP4/20710" ||
        bad "the sender does not come up: $(tail -n 3 "$DIR/sender.err")"
    run_case "sends: tp-conform, UDP" sender_judged IPv4 "$EGRESS4" \
        "$VIP4:20712"
    run_case "sends: tp-conform, UDP, IPv6" sender_judged IPv6 "$EGRESS6" \
        "[$VIP6]:20712"
    capture sent "$NS_P" p1 port 20700
    run_case "sends: UDP, IPv4 client" sends udp "$VIP4" "$SOURCE4"
    run_case "sends: UDP, IPv6 client" sends udp "$VIP6" "$SOURCE6"
    run_case "sends: TCP, IPv4 client" sends tcp "$VIP4" "$SOURCE4"
    run_case "sends: TCP, IPv6 client" sends tcp "$VIP6" "$SOURCE6"
    run_case "sends: headers" headers_are_right
}

DNSDIST_LOG='log:@DIR/dnsdist.log:Packet from \[?([0-9a-f.:]+)\]?:([0-9]+) for'
service tcp "dnsdist TCP" tcp ppv2 20700 dns \
    dnsdist.log 'Packet from \[?@A\]?:@P for' \
    --probe dns --oracle "$DNSDIST_LOG"
service udp "dnsdist UDP" udp ppv2 20700 dns-udp \
    dnsdist.log 'Packet from \[?@A\]?:@P for' \
    --probe dns --oracle "$DNSDIST_LOG"
