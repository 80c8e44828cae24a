#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-resolve.sh - origins that are domains, with unbound as the name server:
# addresses are found, followed when their TTL is over, and kept while the
# name server is away or fails
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

DNS=127.0.0.1:5300

dns_conf() {
    cat >"$DIR/unbound.conf" <<END
server:
  interface: 127.0.0.1@5300
  access-control: 127.0.0.0/8 allow
  username: ""
  chroot: ""
  directory: "$DIR"
  pidfile: "$DIR/unbound.pid"
  do-daemonize: no
  use-syslog: no
  verbosity: 1
  num-threads: 1
  module-config: "iterator"
  local-zone: "example." static
  local-data: "four.example. 1 IN A 10.2.0.10"
  local-data: "six.example. 1 IN AAAA fd00:2::10"
  local-data: "both.example. 1 IN A 10.2.0.10"
  local-data: "both.example. 1 IN AAAA fd00:2::10"
  local-data: "slow.example. 3600 IN A 10.2.0.10"
remote-control:
  control-enable: yes
  control-use-cert: no
  control-interface: $DIR/unbound.ctl
END
}

dns_start() {
    start dns "$NS_P" unbound -d -c "$DIR/unbound.conf"
    wait_for 15 dns status || bad "unbound does not start: $(
        tail -n 3 "$DIR/dns.err"
    )"
}

dns() { in_proxy unbound-control -q -c "$DIR/unbound.conf" "$@"; }

# dns_set NAME TTL TYPE ADDR [TYPE ADDR]... - nothing else has that name
dns_set() {
    local name=$1 ttl=$2
    shift 2

    dns local_data_remove "$name"
    while [ $# -gt 0 ]; do
        dns local_data "$name $ttl IN $1 $2" || bad "unbound refuses $name"
        shift 2
    done
}

# reached PORT - the origin's address that a connection came out at, or nothing
reached() {
    # shellcheck disable=SC2016 # for the inner shell
    in_client timeout 5 bash -c '
        exec 3<>"/dev/tcp/$0/$1" && echo x >&3 && head -n 1 <&3' \
        "$VIP4" "$1" 2>/dev/null |
        jq -r .local
}

reaches() { [ "$(reached "$1")" = "$2" ]; }

# reach_only PORT ADDR... - all of these, by turns, and no other
reach_only() {
    local port=$1 got
    shift

    got=$(for _ in 1 2 3 4 5 6; do reached "$port"; done | sort -u)
    expect "origins of port $port" "$got" "$(printf '%s\n' "$@" | sort -u)"
}

found_at_start() {
    reach_only 10001 10.2.0.10
    reach_only 10002 fd00:2::10
    reach_only 10003 10.2.0.10 fd00:2::10
    # a group: a domain of two addresses and a literal one
    reach_only 10005 10.2.0.10 fd00:2::10 10.2.0.12
}

# The TTL is a second; what is asked for again is soon known.
change_is_followed() {
    dns_set four.example 1 A 10.2.0.11
    wait_for 10 reaches 10001 10.2.0.11 || bad "still $(reached 10001)"
    reach_only 10001 10.2.0.11
}

families_come_and_go() {
    dns_set both.example 1 AAAA fd00:2::11
    wait_for 10 alone 10003 fd00:2::11 || bad "still $(reached 10003)"
    reach_only 10003 fd00:2::11
    reach_only 10005 fd00:2::11 10.2.0.12
    dns_set both.example 1 A 10.2.0.11 AAAA fd00:2::12
    wait_for 10 reaches 10003 10.2.0.11 || bad "no IPv4 yet"
    reach_only 10003 10.2.0.11 fd00:2::12
}

# alone PORT ADDR - three times in a row
alone() { reaches "$@" && reaches "$@" && reaches "$@"; }

# A long TTL is bounded by --dns-ttl-max.
ttl_is_bounded() {
    dns_set slow.example 3600 A 10.2.0.12
    wait_for 15 reaches 10004 10.2.0.12 || bad "still $(reached 10004)"
}

domain_that_vanishes() {
    dns_set four.example 1
    wait_for 10 said proxy 'domain four\.example: .* stay in use' ||
        bad "nothing is said of four.example"
    reach_only 10001 10.2.0.11
    dns_set four.example 1 A 10.2.0.10
    wait_for 40 reaches 10001 10.2.0.10 || bad "still $(reached 10001)"
}

server_that_is_away() {
    stop dns
    wait_for 20 said proxy 'domain six\.example: .* stay in use' ||
        bad "nothing is said of six.example"
    reach_only 10002 fd00:2::10
    reach_only 10003 10.2.0.11 fd00:2::12
    sed -i 's/\(six.example. 1 IN AAAA\) .*"/\1 fd00:2::12"/' \
        "$DIR/unbound.conf"
    dns_start
    wait_for 60 reaches 10002 fd00:2::12 || bad "still $(reached 10002)"
}

# A proxy starts without its name server, and connects once it is there.
late_server() {
    stop_clean proxy
    stop dns
    start_ready proxy "$NS_P" "$TP_PROXY" -f "$DIR/rules" --resolver "$DNS" \
        --dns-ttl-max 2s
    expect "before there is a server" "$(reached 10002)" ""
    dns_start
    wait_for 60 reaches 10002 fd00:2::12 || bad "not reached"
    stop_clean proxy
}

command -v unbound unbound-control jq >/dev/null || {
    note "needs unbound and jq"
    exit 77
}
e2e_begin "$TP_PROXY" "$TP_ORIGIN"
dns_conf
dns_start
cat >"$DIR/rules" <<END
tcp:10001 four.example 20000 off off
tcp:10002 six.example 20000 off off
tcp:10003 both.example 20000 off off
tcp:10004 slow.example 20000 off off
tcp:10005 og:mixed 20000 off off
og:mixed = both.example, 10.2.0.12
END
start_ready origin "$NS_O" "$TP_ORIGIN" --reply whoami 20000
start_ready proxy "$NS_P" "$TP_PROXY" -f "$DIR/rules" --resolver "$DNS" \
    --dns-ttl-max 2s

run_case "A, AAAA, both, and a group" found_at_start
run_case "a change is followed after its TTL" change_is_followed
run_case "families come and go" families_come_and_go
run_case "a long TTL is bounded" ttl_is_bounded
run_case "a domain that vanishes keeps its addresses" domain_that_vanishes
run_case "a name server that is away" server_that_is_away
run_case "a name server that comes late" late_server
stop_clean origin
e2e_end
