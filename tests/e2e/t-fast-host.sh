#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-fast-host.sh - the fast path and the host that it is on: bridges, address
# translation, connection tracking, packet filters, and forged segments
# shellcheck source=fast.sh
. "$(dirname "$0")/fast.sh"

ACT=$E2E_ROOT/tests/e2e/act.py
ORDER=$E2E_ROOT/tests/e2e/udp_order.py

# tcp_both CONNECTIONS - over IPv4 and IPv6
tcp_both() {
    local host

    for host in "$VIP4 11001" "$VIP6 11003"; do
        # shellcheck disable=SC2086 # words
        in_client timeout 20 "$TP_CLIENT" -q -c "$1" -C 4 -n 8 -m 700 \
            $host >&2 || bad "$host: tp-client leaves with $?"
    done
}

# proxy_addrs INTERFACE - that towards the client, and the way there
proxy_addrs() {
    in_proxy ip addr add 10.1.0.2/24 dev "$1"
    in_proxy ip addr add fd00:1::2/64 dev "$1" nodad
    in_proxy ip route replace "$CLIENT4" via "$CLIENT_LINK4"
    in_proxy ip route replace "$CLIENT6" via "$CLIENT_LINK6"
}

# A port of a bridge knows no neighbour: the bridge does, and what it learns of
# addresses comes from what is received.
bridge() {
    in_proxy ip link add br0 type bridge
    in_proxy ip link set p0 master br0
    in_proxy ip link set br0 up
    in_proxy ip addr flush dev p0
    proxy_addrs br0
    fast_start --fast-path always
    tcp_both 20
    stop_clean proxy
    [ "$(counted tcp_fast)" -ge 20 ] || bad "$(counted tcp_fast) went over"
    in_proxy ip link del br0
    # anew, with its link-local address
    in_proxy ip link set p0 down
    in_proxy ip link set p0 up
    proxy_addrs p0
}

# nat RULES - of a table ip or inet nat
nat() {
    in_proxy nft -f - <<END
table inet nat {
    $1
}
END
}
nat_gone() { in_proxy nft delete table inet nat; }

# What this host redirects to the proxy has other addresses on the wire than at
# the proxy's sockets, in one direction or in both.
redirected() {
    nat 'chain out { type nat hook output priority -100;
            meta l4proto { tcp, udp } th dport 8080 redirect to :11001; }
        chain in { type nat hook prerouting priority -100;
            meta l4proto { tcp, udp } th dport 8080 redirect to :11001; }'
    start_ready here "$NS_P" "$TP_ORIGIN" -t --mode ppv2 20001
    start_ready proxy "$NS_P" "$TP_PROXY" -v --threads 1 --fast-path always \
        --rule "tcp:11001 127.0.0.1 20001 off ppv2"
    in_proxy timeout 20 "$TP_CLIENT" -q -c 10 -n 20 -m 2000 127.0.0.1 8080 \
        >&2 || bad "on the loopback: tp-client leaves with $?"
    in_proxy timeout 20 "$TP_CLIENT" -q -c 10 -n 20 -m 2000 127.0.0.1 11001 \
        >&2 || bad "not redirected: tp-client leaves with $?"
    stop_clean proxy
    stop here
    expect "joined on the loopback" "$(counted tcp_fast)" 10
    fast_start --fast-path always
    in_client timeout 20 "$TP_CLIENT" -q -c 10 -n 20 -m 2000 "$VIP4" 8080 \
        >&2 || bad "from a client: tp-client leaves with $?"
    stop_clean proxy
    expect "joined for the client" "$(counted tcp_fast)" 0
    nat_gone
}

# udp_through NAMESPACE HOST PORT - sessions, each datagram compared
udp_through() {
    local status=0

    ns_exec "$1" "$ORDER" client "$2" "$3" - 10 100 8 0 >"$DIR/client" \
        2>"$DIR/client.err" || status=$?
    expect "client of $2 $3 ($(cat "$DIR/client.err"))" "$status" 0
}

# udp_here HOST OPTION... - a proxy and an origin on the loopback
udp_here() {
    local host=$1
    shift
    start_ready echo "$NS_P" "$ORDER" origin "$host" 7001 none
    start_ready proxy "$NS_P" "$TP_PROXY" -v --fast-path always "$@" \
        --rule "udp:11001 $host 7001 off off"
}

udp_redirected() {
    local host

    nat 'chain out { type nat hook output priority -100;
            udp dport 8080 redirect to :11001; }
        chain in { type nat hook prerouting priority -100;
            udp dport 8080 redirect to :11001; }'
    for host in 127.0.0.1 ::1; do
        udp_here "$host" -L "$host"
        udp_through "$NS_P" "$host" 8080
        udp_through "$NS_P" "$host" 11001
        stop_clean proxy echo
        [ "$(counted udp_fast_datagrams)" -gt 500 ] ||
            bad "those not redirected: $(counted udp_fast_datagrams)"
        [ "$(counted udp_fast_datagrams)" -le 2000 ] ||
            bad "those redirected, too: $(counted udp_fast_datagrams)"
    done
    start_ready echo "$NS_O" "$ORDER" origin "$ORIGIN4" 7001 none
    start_ready proxy "$NS_P" "$TP_PROXY" -v --fast-path always \
        --rule "udp:11001 $ORIGIN4 7001 off off"
    udp_through "$NS_C" "$VIP4" 8080
    stop_clean proxy echo
    expect "forwarded for the client" "$(counted udp_fast_datagrams)" 0
    nat_gone
}

FORGE='
import random, socket, struct, sys
src, sport, dst, dport = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
s.bind((src, 0))
ends = socket.inet_aton(src) + socket.inet_aton(dst)
def send(flags, seq, ack, payload):
    tcp = struct.pack("!HHIIHHHH", sport, dport, seq, ack, 0x5000 | flags,
                      65535, 0, 0) + payload
    data = ends + struct.pack("!HH", 6, len(tcp)) + tcp
    total = sum(struct.unpack(f"!{len(data) // 2}H", data)) % 0xffff
    s.sendto(tcp[:16] + struct.pack("!H", 0xffff - total) + tcp[18:], (dst, 0))
FIN, SYN, RST, ACK = 1, 2, 4, 16
for n in range(64):
    at = n << 26
    for flags in FIN | ACK, SYN, RST, RST | ACK, ACK:
        send(flags, at, random.getrandbits(32), b"forged" if flags == ACK else b"")
'

# port_of NAMESPACE ADDRESS PORT - of the end here of the connection to it
port_of() {
    ns_exec "$1" ss -tnH state connected dst "$2:$3" |
        awk '{ sub(/.*:/, "", $4); print $4; exit }'
}

# forged [half] - somebody who knows addresses and ports, but no numbers, from
# each side: the connection goes on, and its bytes are those of its ends. With
# half the client has ended by then.
forged() {
    local turns=() answers=() client egress asks=(send:seven) hears=(expect:seven)
    local early=() late=(fin) early_o=() late_o=(eof)

    if [ "${1:-}" = half ]; then
        asks=() hears=() early=(send:seven fin) late=()
        early_o=(expect:seven eof touch:"$DIR/heard") late_o=()
    fi

    for _ in {1..6}; do
        turns+=(send:ask expect:answer)
        answers+=(expect:ask send:answer)
    done
    fast_start --fast-path always
    rm -f "$DIR/held" "$DIR/go" "$DIR/heard"
    start_ready act "$NS_O" "$ACT" accept "$ORIGIN4" 20002 \
        "${answers[@]}" "${early_o[@]}" wait:"$DIR/go" "${hears[@]}" send:eight "${late_o[@]}"
    start held "$NS_C" "$ACT" connect "$VIP4" 11002 \
        "${turns[@]}" "${early[@]}" \
        touch:"$DIR/held" wait:"$DIR/go" "${asks[@]}" expect:eight \
        "${late[@]}" eof
    wait_for 10 test -e "$DIR/held" || bad "held: $(cat "$DIR/held.err")"
    [ "${1:-}" != half ] || wait_for 10 test -e "$DIR/heard" || bad "no end"
    client=$(port_of "$NS_C" "$VIP4" 11002)
    egress=$(port_of "$NS_P" "$ORIGIN4" 20002)
    in_client python3 -c "$FORGE" "$CLIENT_LINK4" "$client" "$VIP4" 11002 ||
        bad "no forgery by the client's neighbour"
    in_origin python3 -c "$FORGE" "$ORIGIN4" 20002 "$EGRESS4" "$egress" ||
        bad "no forgery by the origin's neighbour"
    # longer than segments of one that has ended are sent on
    in_proxy timeout 4 tcpdump -i lo -c 1 >/dev/null 2>&1
    pair_done
    stop_clean proxy
    expect "joined" "$(counted tcp_fast)" 1
    expect "bytes up" "$(counted tcp_bytes_up)" $((6 * 3 + 5))
    expect "bytes down" "$(counted tcp_bytes_down)" $((6 * 6 + 5))
}

# filter ADD|delete - a chain with a rule in it, as firewalls have
filter() {
    if [ "$1" = delete ]; then
        in_proxy nft delete table "${2:-inet}" filter
        return
    fi
    in_proxy nft -f - <<END
table ${2:-inet} filter {
    chain in { type filter hook input priority 0; ct state established accept; }
}
END
}

# some_of_both - connections and sessions, each for a moment
some_of_both() {
    in_client timeout 20 "$TP_CLIENT" -q -c 4 -n 60 -m 700 "$VIP4" 11001 >&2 ||
        bad "tp-client leaves with $?"
    udp_through "$NS_C" "$VIP4" 11001
}

# of TCP and UDP, at both hooks of the loopback and the two links
has_programs() { [ "$(links)" -eq 12 ]; }

# auto_joins WANTED OPTION... - connections and sessions with --fast-path auto;
# the first ones call the programs
auto_joins() {
    local wanted=$1
    shift

    start_ready echo "$NS_O" "$ORDER" origin "$ORIGIN4" 7001 none
    fast_start --rule "udp:11001 $ORIGIN4 7001 off off" "$@"
    some_of_both
    if [ "$wanted" = 1 ]; then
        wait_for 10 has_programs || bad "no programs"
        some_of_both
    fi
    stop_clean proxy echo
    expect "connections joined" $(($(counted tcp_fast) > 0)) "$wanted"
    expect "datagrams forwarded" $(($(counted udp_fast_datagrams) > 0)) \
        "$wanted"
    expect "connections that a filter kept" "$(counted tcp_fast_filtered)" \
        $((4 * (1 - wanted)))
    expect "sessions that a filter kept" \
        $(($(counted udp_fast_filtered) > 0)) $((1 - wanted))
}

# auto passes no filter by: not one of this family, not one that comes later,
# with privileges given up or not; and it says so, once.
filtered() {
    auto_joins 1
    filter add
    auto_joins 0 --user nobody
    expect "lines about it" "$(line_count "$DIR/proxy.err" 'packet filter')" 1
    auto_joins 0 --threads 2
    filter delete
    auto_joins 1 --user nobody
    filter add ip6
    auto_joins 1
    filter delete ip6
}

# Chains that change nothing for what is under way, as container hosts have
# them; tables of NAT and what is routed through.
harmless() {
    nat 'chain out { type nat hook output priority -100; tcp dport 1 redirect; }
        chain in { type nat hook prerouting priority -100; tcp dport 1 redirect; }
        chain post { type nat hook postrouting priority 100; ip saddr 172.17.0.0/16 masquerade; }
        chain through { type filter hook forward priority 0; policy drop; ct state established accept; }'
    auto_joins 1
    nat_gone
    in_proxy nft add table netdev early
    in_proxy nft 'add chain netdev early in { type filter hook ingress device p0 priority 0; }'
    auto_joins 0
    in_proxy nft delete table netdev early
}

# One that comes while the proxy runs, and goes again; UDP sessions come back to
# it, and what is dropped then does not get through.
later() {
    local n talk=()

    for n in {1..30}; do
        talk+=("send:$n" "expect:$n")
    done
    rm -f "$DIR/talked" "$DIR/go"
    start_ready echo "$NS_O" "$ACT" udp-log "$ORIGIN4" 7001 "$DIR/datagrams"
    fast_start --user nobody --rule "udp:11001 $ORIGIN4 7001 off off"
    start talker "$NS_C" "$ACT" udp "$VIP4" 11001 "${talk[@]}" \
        touch:"$DIR/talked" wait:"$DIR/go" send:lost quiet:500
    wait_for 10 test -e "$DIR/talked" || bad "$(cat "$DIR/talker.err")"
    filter add
    in_proxy nft add rule inet filter in udp dport 11001 drop
    wait_for 10 said proxy 'packet filter' || bad "it does not notice"
    touch "$DIR/go"
    wait_for 10 gone_or_zombie "${PID[talker]}"
    stop talker
    expect "talker ($(cat "$DIR/talker.err"))" "${STATUS[talker]}" 0
    in_client timeout 20 "$TP_CLIENT" -q -c 4 -n 60 "$VIP4" 11001 >&2 ||
        bad "tp-client leaves with $?"
    filter delete
    stop_clean proxy
    stop echo
    expect "joined" "$(counted tcp_fast)" 0
    expect "kept" "$(counted tcp_fast_filtered)" 4
}

tracked() { in_proxy grep -c "$1" /proc/net/nf_conntrack; }

# Connection tracking sees how a connection begins, and the sockets' resets at
# its end: nothing stays that is established.
tracking() {
    local act

    filter add
    fast_start --fast-path always --idle-timeout 1s
    tcp_both 5
    in_client timeout 20 "$TP_CLIENT" -q -c 5 -n 8 --rst "$VIP4" 11001 >&2 ||
        bad "with resets: tp-client leaves with $?"
    [ "$(tracked ASSURED)" -ge 30 ] || bad "$(tracked ASSURED) are tracked"
    expect "established, after ends and resets" "$(tracked ESTABLISHED)" 0
    for act in idle killed; do
        start_ready act "$NS_O" "$ACT" accept "$ORIGIN4" 20002 \
            expect:one send:two expect:three send:four reset
        start held "$NS_C" "$ACT" connect "$VIP4" 11002 send:one expect:two \
            send:three expect:four touch:"$DIR/$act" reset
        wait_for 10 test -e "$DIR/$act" || bad "$(cat "$DIR/held.err")"
        expect "$act: established before" "$(tracked ESTABLISHED)" 2
        [ "$act" = idle ] || kill -KILL "${PID[proxy]}"
        wait_for 15 gone_or_zombie "${PID[held]}" || bad "$act: no end"
        stop held
        stop act
        expect "$act: established" "$(tracked ESTABLISHED)" 0
    done
    stop proxy
    filter delete
}

e2e_begin "$TP_PROXY" "$TP_ORIGIN" "$TP_CLIENT"
origins_start
run_case "a bridge" bridge
run_case "TCP that is redirected" redirected
run_case "UDP that is redirected" udp_redirected
run_case "forged segments" forged
run_case "forged segments, half-closed" forged half
run_case "auto and a packet filter" filtered
run_case "auto and one that comes later" later
run_case "auto, NAT and chains that do not matter" harmless
run_case "connection tracking" tracking
e2e_end
