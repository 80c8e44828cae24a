#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-fast-wire.sh - connections whose legs are joined below the sockets, as the
# wire has it: loss, other scales of windows, no timestamps, giants and none,
# checksums, what captures show, ports that come back, and a proxy that dies
# shellcheck source=fast.sh
. "$(dirname "$0")/fast.sh"

ACT=$E2E_ROOT/tests/e2e/act.py
OFFLOAD=$E2E_ROOT/tests/e2e/offload.py
TURNS=() ANSWERS=()
for n in {1..6}; do
    TURNS+=("send:ask$n" "expect:answer$n")
    ANSWERS+=("expect:ask$n" "send:answer$n")
done

# both_move SPEC... - over IPv4 and IPv6, compared and counted
both_move() {
    SENT=0 CONNS=0
    converse "$VIP4" 11001 "$@"
    converse "$VIP6" 11003 "$@"
    stop_clean proxy
    expect "bytes up" "$(counted tcp_bytes_up)" "$SENT"
    expect "bytes down" "$(counted tcp_bytes_down)" "$SENT"
}

expect_joined() {
    [ "$(counted tcp_fast)" -gt 0 ] || bad "none went over"
    expect "that could not" "$(counted tcp_fast_none)" 0
}

# number NAMESPACE NAME - a counter of the kernel there
number() { ns_exec "$1" nstat -asz "$2" | awk -v n="$2" '$1 == n { print $2 }'; }

loss_in() {
    ns_exec "$1" nft -f - <<'END'
table inet lossy {
    chain in {
        type filter hook input priority 0;
        meta l4proto tcp numgen random mod 100 < 4 counter drop
    }
}
END
}

# The ends find out by themselves, with SACK blocks that were rewritten.
loss() {
    fast_start --fast-path always
    loss_in "$NS_C" && loss_in "$NS_O" || return
    both_move 12:12:12:4000 2:2:2:300000
    ns_exec "$NS_C" nft delete table inet lossy
    ns_exec "$NS_O" nft delete table inet lossy
    expect_joined
    [ "$(number "$NS_C" TcpExtTCPSackRecovery)" -gt 0 ] ||
        bad "the client has had no SACK block"
    note "$(number "$NS_C" TcpRetransSegs) retransmissions by the client," \
        "$(number "$NS_O" TcpRetransSegs) by the origin"
}

# scales MAX NAMESPACE... - the largest receive buffer, from which the scale is
scales() {
    local max=$1 ns

    shift
    for ns; do
        ns_exec "$ns" sysctl -q -w net.ipv4.tcp_rmem="4096 131072 $max"
    done
}

windows() {
    scales 262144 "$NS_C"
    scales 33554432 "$NS_O"
    fast_start --fast-path always
    both_move 10:2:4:1000 4:2:4:400000
    expect_joined
    scales 33554432 "$NS_C"
    scales 131072 "$NS_O"
    fast_start --fast-path always
    both_move 10:2:4:1000 4:2:4:400000
    expect_joined
    scales 6291456 "$NS_C" "$NS_O"
}

# option NAME VALUE NAMESPACE...
option() {
    local name=$1 value=$2 ns

    shift 2
    for ns; do
        ns_exec "$ns" sysctl -q -w "net.ipv4.$name=$value"
    done
}

# What only one leg has cannot be translated.
options() {
    local name

    for name in tcp_timestamps tcp_sack; do
        option "$name" 0 "$NS_O"
        fast_start --fast-path always
        both_move 4:2:4:3000
        expect "joined, $name with one" "$(counted tcp_fast)" 0
        option "$name" 0 "$NS_C"
        fast_start --fast-path always
        both_move 4:2:4:3000 2:1:3:100000
        expect_joined
        option "$name" 1 "$NS_C" "$NS_O"
    done
}

# Checksums that nobody has filled in are only right for those who do not look.
checksums() {
    local bad_c bad_o

    in_client "$OFFLOAD" c0 checksum off || bad "c0"
    in_origin "$OFFLOAD" o0 checksum off || bad "o0"
    bad_c=$(number "$NS_C" TcpInCsumErrors)
    bad_o=$(number "$NS_O" TcpInCsumErrors)
    fast_start --fast-path always
    both_move 20:4:6:700 4:2:3:200000
    expect_joined
    expect "at the client" "$(number "$NS_C" TcpInCsumErrors)" "$bad_c"
    expect "at the origin" "$(number "$NS_O" TcpInCsumErrors)" "$bad_o"
    in_client "$OFFLOAD" c0 checksum on || bad "c0 again"
    in_origin "$OFFLOAD" o0 checksum on || bad "o0 again"
}

giants() {
    in_client ip link set c0 gso_max_segs 1
    fast_start --fast-path always
    both_move 4:2:3:300000
    expect_joined
    in_origin ip link set o0 gso_max_segs 1
    fast_start --fast-path always
    both_move 4:2:3:300000
    expect_joined
    in_client ip link set c0 gso_max_segs 65535
    in_origin ip link set o0 gso_max_segs 65535
    # a smaller link at the origin: what the client sends would not fit
    in_origin ip link set o0 mtu 1400
    in_proxy ip link set p1 mtu 1400
    fast_start --fast-path always
    both_move 4:2:3:30000
    expect "joined, other MTUs" "$(counted tcp_fast)" 0
    in_origin ip link set o0 mtu 1500
    in_proxy ip link set p1 mtu 1500
}

# Behind a router an MTU may be smaller than anyone here knows.
gateway() {
    fast_start --fast-path always
    in_client "$TP_CLIENT" -q -n 9 --src 198.18.0.1 "$VIP4" 11001 >&2 ||
        bad "tp-client"
    stop_clean proxy
    expect "joined" "$(counted tcp_fast)" 0
}

# A pair of a dual-stack world has no translation at all.
families() {
    fast_start --fast-path always
    in_client "$TP_CLIENT" -q -n 9 "$VIP6" 11001 >&2 || bad "tp-client"
    stop_clean proxy
    expect "joined" "$(counted tcp_fast)" 0
    expect "that could not" "$(counted tcp_fast_none)" 1
}

# seen FILE FILTER - segments of the capture
seen() { tshark -n -r "$1" -o ip.check_checksum:TRUE -Y "$2" 2>/dev/null | wc -l; }

# Both legs can be seen on a loopback, whole and right.
loopback() {
    local from_proxy gaps

    start_ready here "$NS_P" "$TP_ORIGIN" -t --mode ppv2 20001
    start_ready proxy "$NS_P" "$TP_PROXY" -v --threads 1 --fast-path always \
        --rule "tcp:11001 127.0.0.1 20001 off ppv2"
    capture lo "$NS_P" lo tcp
    in_proxy "$TP_CLIENT" -q -n 50 --rst 127.0.0.1 11001 >&2 || bad "tp-client"
    capture_stop lo
    stop_clean proxy
    stop here
    expect_joined
    from_proxy=$(seen "$DIR/lo.pcap" 'tcp.dstport==20001 && tcp.len>0')
    [ "$from_proxy" -ge 50 ] || bad "$from_proxy segments to the origin"
    expect "to the proxy" \
        "$(seen "$DIR/lo.pcap" 'tcp.dstport==11001 && tcp.len>0')" 50
    expect "bad checksums" "$(seen "$DIR/lo.pcap" ip.checksum.status==0)" 0
    gaps='tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment'
    expect "gaps" "$(seen "$DIR/lo.pcap" "$gaps || tcp.analysis.retransmission")" 0
}

# One proxy behind another on the same host, and behind that one of another
# process: what one has rewritten is for the next.
chain() {
    start_ready here "$NS_P" "$TP_ORIGIN" -t --mode ppv2 20001
    start_ready last "$NS_P" "$TP_PROXY" -v --threads 1 --fast-path always \
        --rule "tcp:11003 127.0.0.1 20001 off ppv2"
    start_ready proxy "$NS_P" "$TP_PROXY" -v --threads 2 --fast-path always \
        --rule "tcp:11001 127.0.0.1 11002 off off" \
        --rule "tcp:11002 127.0.0.1 11003 off off"
    in_proxy timeout 60 "$TP_CLIENT" -q -c 200 -C 8 -n 40 -m 500 --rst \
        127.0.0.1 11001 >&2 || bad "tp-client leaves with $?"
    stop_clean proxy last
    stop here
    expect_joined
    expect "bytes up" "$(counted tcp_bytes_up)" $((2 * 200 * 40 * 500))
    expect "bytes down" "$(counted tcp_bytes_down)" $((2 * 200 * 40 * 500))
}

sent_all() {
    in_proxy ss -tnH state established |
        awk '$2 > 0 { bad = 1 } END { exit bad || !NR }'
}

# joined_pair - one connection that is joined, and stays until $DIR/go
joined_pair() {
    rm -f "$DIR/go" "$DIR/held"
    start_ready act "$NS_O" "$ACT" accept "$ORIGIN4" 20002 "${ANSWERS[@]}" "$@"
    start held "$NS_C" "$ACT" connect "$VIP4" 11002 "${TURNS[@]}" \
        touch:"$DIR/held" wait:"$DIR/go" "${AFTER[@]}"
    wait_for 10 test -e "$DIR/held" || bad "held: $(cat "$DIR/held.err")"
}

# Turns for --fast-path auto: the last ones wait until the programs are there.
late_turns() {
    local n

    for n in {1..26}; do
        [ "$n" -lt 20 ] || TURNS+=(quiet:100)
        TURNS+=("send:ask$n" "expect:answer$n")
        ANSWERS+=("expect:ask$n" "send:answer$n")
    done
}

# What the client acknowledged in the segment that changed all, the socket has
# not seen. It sends again, and is told. An end acknowledges with what it sends
# only after some turns: so the change has to come late.
settled() {
    local TURNS=() ANSWERS=()

    late_turns
    fast_start --fast-path auto
    AFTER=(send:five expect:six fin eof)
    joined_pair expect:five send:six eof
    wait_for 10 sent_all || bad "sockets send for ever: $(in_proxy ss -tn)"
    pair_done
    stop_clean proxy
    expect "joined" "$(counted tcp_fast)" 1
}

killed_under_way() {
    kill -KILL "${PID[proxy]}"
    wait_for 5 gone_or_zombie "${PID[proxy]}"
    stop proxy
    pair_done
}

killed() {
    fast_start --fast-path always
    AFTER=(send:five reset)
    joined_pair reset
    killed_under_way
}

# The programs were away, and came back after the sockets of the connection.
killed_later() {
    local TURNS=() ANSWERS=()

    late_turns
    fast_start --fast-path auto
    wait_for 20 has_no_links || bad "programs that nobody needs"
    AFTER=(send:five reset)
    joined_pair reset
    killed_under_way
}

# The client has ended by then, and waits for what the origin still has to say.
killed_half() {
    fast_start --fast-path always
    AFTER=(reset)
    TURNS+=(send:five fin)
    rm -f "$DIR/heard"
    joined_pair expect:five eof touch:"$DIR/heard" wait:"$DIR/go"
    wait_for 10 test -e "$DIR/heard" || bad "no end"
    killed_under_way
    unset "TURNS[-1]" "TURNS[-1]"
}

# The same ports again, at once: a SYN ends what is left of the last one.
ports() {
    fast_start --fast-path always
    in_client python3 - "$VIP4" 11001 <<'END' >&2 || bad "the same port again"
import socket, struct, sys
for turn in range(30):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.settimeout(10)
    s.bind(("", 45678))
    s.connect((sys.argv[1], int(sys.argv[2])))
    for n in range(6):
        text = b"%d of %d" % (n, turn)
        s.sendall(text)
        if s.recv(len(text), socket.MSG_WAITALL) != text:
            sys.exit(f"another answer in turn {turn}")
    s.close()
END
    stop_clean proxy
    [ "$(counted tcp_fast)" -gt 15 ] || bad "$(counted tcp_fast) went over"
}

e2e_begin "$TP_PROXY" "$TP_ORIGIN" "$TP_CLIENT"
origins_start
run_case "segments that get lost" loss
run_case "other scales of windows" windows
run_case "timestamps and SACK, with one end or none" options
run_case "checksums" checksums
run_case "giants and none, and links that differ" giants
run_case "behind a gateway" gateway
run_case "IPv6 to IPv4" families
run_case "a capture on the loopback" loopback
run_case "one proxy behind another" chain
run_case "sockets come to rest" settled
run_case "the same ports again" ports
run_case "the proxy is killed" killed
run_case "the proxy is killed, with programs that came later" killed_later
run_case "the proxy is killed, one end has ended" killed_half
e2e_end
