#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-live.sh - what the API tells of the data path: counters of each rule, the
# last connections and what the origin was told, /metrics
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

API=127.0.0.1:8080
PROXY=

serve() {
    start_ready proxy "$NS_P" "$TP_PROXY" serve --state "$DIR/state" \
        --ext -t 2 --api "$API" --udp-idle 300ms "$@"
}

# call ACTION [BODY] - with ' for "; the object Response is in $ANSWER
call() {
    local body=${2:-"{}"}

    ANSWER=$(in_proxy python3 "$E2E_ROOT/tests/control/tc3.py" "$DIR/state" \
        "$DIR/state/api.sock" "$1" "${body//\'/\"}" 2>>"$DIR/tc3.err")
}
answer() { jq -r "$1" <<<"$ANSWER"; }

# rule PORT MODE PROTOCOL ORIGIN_PORT - its id is in $RULE when it is online
rule() {
    call CreateL4ProxyRules "{'ZoneId':'z','ProxyId':'$PROXY',
        'L4ProxyRules':[{'Protocol':'$3','PortRange':['$1'],
        'OriginType':'IP_DOMAIN','OriginValue':['$ORIGIN4'],
        'OriginPortRange':'$4','ClientIPPassThroughMode':'$2'}]}"
    RULE=$(answer '.L4ProxyRuleIds[0]')
    wait_for 5 is_online "$RULE" || bad "rule $1 is not online: $ANSWER"
}
is_online() {
    call DescribeL4ProxyRules "{'ZoneId':'z','ProxyId':'$PROXY',
        'Filters':[{'Name':'rule-id','Values':['$1']}]}"
    [ "$(answer '.L4ProxyRules[0].Status')" = online ]
}
no_progress() {
    call DescribeL4Proxy "{'ZoneId':'z'}"
    [ "$(answer '.L4Proxies[0].Status')" = online ]
}
switch() {
    call ModifyL4ProxyRulesStatus "{'ZoneId':'z','ProxyId':'$PROXY',
        'RuleIds':['$1'],'Status':'$2'}"
}

# count RULE PATH - a number of the rule, "none" if it is not listed
count() {
    call TpDescribeStatistics "{'RuleIds':['$1']}"
    answer "(.Rules[0] // {\"none\":1}) | if .none then \"none\" else .$2 end"
}
counts() { [ "$(count "$1" "$2")" = "$3" ]; }
# counted RULE PATH NUMBER - soon
counted() {
    wait_for 5 counts "$@" || expect "$2 of $1" "$(count "$1" "$2")" "$3"
}

# newest RULE - its newest connection is in $ANSWER
newest() {
    call TpDescribeConnections "{'RuleId':'$1','Limit':1}"
    ANSWER=$(answer '.Connections[0]')
}
client() { in_client "$TP_CLIENT" -q --src "$CLIENT4" "$@" || bad "client $*"; }

rules() {
    call CreateL4Proxy "{'ZoneId':'z','ProxyName':'one',
        'Area':'overseas','Ipv6':'on'}"
    PROXY=$(answer .ProxyId)
    wait_for 5 no_progress || bad "the instance is not online"
    rule 12001 PPV2 TCP 21001
    TCP=$RULE
    rule 12002 SPP UDP 21002
    UDP=$RULE
    rule 12003 OFF TCP 21009
    DEAD=$RULE
    rule 12004 OFF TCP 21004
    PLAIN=$RULE
}

tcp() {
    local from

    expect "before" "$(count "$TCP" Connections)" 0
    client -c 3 -m 100 --whoami "$VIP4" 12001
    counted "$TCP" ActiveConnections 0
    expect "connections" "$(count "$TCP" Connections)" 3
    expect "headers" "$(count "$TCP" Headers.PPV2)" 3
    expect "headers v1" "$(count "$TCP" Headers.PPV1)" 0
    expect "bytes up" "$(count "$TCP" BytesUp)" 300
    newest "$TCP"
    expect "mode" "$(answer .Mode)" PPV2
    expect "closed" "$(answer .Open)" false
    expect "dialled" "$(answer .Listen)" "$VIP4:12001"
    expect "origin" "$(answer .Origin)" "$ORIGIN4:21001"
    expect "bytes of one" "$(answer .BytesUp)" 100
    expect_match "reason" "$(answer .Reason)" '^(up|down):.*peer_close$'
    from=$(answer .Client)
    expect_match "client" "$from" '^198\.18\.'
    expect "told" "$(answer .Told)" "$from"
    expect "its instance" "$(answer .ProxyId)" "$PROXY"
}

udp() {
    client -u -c 2 -n 3 -m 50 --window 1 --whoami "$VIP4" 12002
    counted "$UDP" ActiveSessions 0
    expect "sessions" "$(count "$UDP" Sessions)" 2
    expect "a header on each datagram" "$(count "$UDP" Headers.SPP)" 6
    expect "bytes up" "$(count "$UDP" BytesUp)" 300
    newest "$UDP"
    expect "mode" "$(answer .Mode)" SPP
    expect "told" "$(answer .Told)" "$(answer .Client)"
    expect "bytes of one" "$(answer .BytesUp)" 150
    expect "reason" "$(answer .Reason)" down:net_exception_timeout
}

# What is open shows what it has moved so far.
open() {
    start held "$NS_C" "$TP_CLIENT" --src "$CLIENT6" -c 1 -m 64 --hold 30s \
        "$VIP6" 12004
    wait_for 10 said held 'holding 1 conn' || bad "no connection is held"
    newest "$PLAIN"
    expect "open" "$(answer .Open)" true
    expect_match "client" "$(answer .Client)" '^\[fd00:c:'
    expect "mode off tells nothing" "$(answer .Told)" ""
    expect "bytes so far" "$(answer .BytesUp) $(answer .BytesDown)" "64 64"
    expect "reason" "$(answer .Reason)" -
    expect "active" "$(count "$PLAIN" ActiveConnections)" 1
}

# Paused, its connection goes on; resumed, its numbers do.
lasting() {
    switch "$PLAIN" offline
    switch "$DEAD" offline
    counted "$DEAD" Connections none
    expect "paused, with a connection" "$(count "$PLAIN" Connections)" 1
    stop held
    counted "$PLAIN" Connections none
    switch "$PLAIN" online
    switch "$DEAD" online
    counted "$PLAIN" ActiveConnections 0
    expect "after the pause" "$(count "$PLAIN" Connections)" 1
    expect "of another rule" "$(count "$TCP" Connections)" 3
}

refused() {
    local text

    in_client "$TP_CLIENT" -q --src "$CLIENT4" -c 1 "$VIP4" 12003 2>/dev/null
    counted "$DEAD" Refused.NoOrigin 1
    newest "$DEAD"
    expect "reason" "$(answer .Reason)" up:create_peer_channel_exception
    expect "told" "$(answer .Told)" ""
    text=$(in_proxy curl -s "http://$API/metrics")
    expect_match "its metric" "$text" "^tp_proxy_rule_refused_total{proxy=\"\
$PROXY\",rule=\"$DEAD\",protocol=\"tcp\",reason=\"no_origin\"} 1\$"
    expect_match "of bytes" "$text" "^tp_proxy_rule_bytes_total{proxy=\"\
$PROXY\",rule=\"$UDP\",protocol=\"udp\",direction=\"up\"} 300\$"
    expect "lines of another form" "$(grep -vcE \
        '^(# (HELP|TYPE) tp_proxy_.*|tp_proxy_[a-z0-9_]+(\{[^}]*\})? [0-9]+)$' \
        <<<"$text")" 0
}

# ctl ARGUMENT... - its output is in $SAID, its status in $LEFT
ctl() {
    LEFT=0
    SAID=$(in_proxy "$TP_PROXY" ctl --state "$DIR/state" --zone z "$@" 2>&1 \
        </dev/null) || LEFT=$?
}

# The same for people
from_terminal() {
    local a='[0-9a-f.:]+'

    ctl stats
    expect_match "TCP" "$SAID" "^$TCP +$PROXY +TCP +0 +3 +300 +[0-9]+ +3 +0\$"
    expect_match "UDP" "$SAID" "^$UDP +$PROXY +UDP +0 +2 +300 +[0-9]+ +6 +0\$"
    expect_match "refused" "$SAID" "^$DEAD +$PROXY +TCP +0 +.* 1\$"
    expect_match "the sum" "$SAID" '^all +0 +[0-9]+ +[0-9]+ .* 1$'
    ctl stats one
    expect_match "of one" "$SAID" "^$TCP "
    [[ $SAID != *$'\n'all* ]] || bad "an instance has the sum of all"
    ctl stats one -J
    expect "as JSON" "$(jq -r ".Rules[] | select(.RuleId == \"$TCP\") |
        .BytesUp" <<<"$SAID")" 300
    ctl connections one
    expect_match "UDP" "$SAID" "^20[0-9T:.-]+Z +$UDP +UDP +SPP +($a) +$a +\
$VIP4:12002 +$ORIGIN4:21002 +150 +[0-9]+ +down:net_exception_timeout\$"
    expect_match "told nothing" "$SAID" "^20.* $PLAIN +TCP +OFF +[^ ]+ +- "
    ctl connections -J
    expect "as JSON" "$(jq -r '.Connections | length' <<<"$SAID")" \
        "$(jq -r .TotalCount <<<"$SAID")"
    ctl stats nobody
    expect "no such instance" "$LEFT" 2
    ctl connections one two
    expect "two of them" "$LEFT" 2
}

# More connections than the ring holds; totals have them all.
ring() {
    client -c 300 -C 20 -m 1 --whoami "$VIP4" 12001
    counted "$TCP" ActiveConnections 0
    call TpDescribeConnections
    expect "the ring" "$(answer '.Connections | length')" 256
    expect "newest first" "$(answer '[.Connections[].ConnectTime] |
        . == (sort | reverse)')" true
    expect "no session twice" "$(answer '[.Connections[].SessionId] |
        unique | length')" 256
    call TpDescribeStatistics "{'RuleIds':[]}"
    expect "all rules" "$(answer .Totals.Connections)" 305
    expect "told" "$(answer .Totals.Headers.PPV2)" 303
}

limited() {
    stop proxy
    serve --max-conns 1
    wait_for 5 no_progress || bad "it does not come back"
    expect "anew" "$(count "$PLAIN" Connections)" 0
    start held "$NS_C" "$TP_CLIENT" --src "$CLIENT4" -c 1 --hold 30s \
        "$VIP4" 12004
    wait_for 10 said held 'holding 1 conn' || bad "no connection is held"
    in_client "$TP_CLIENT" -q --src "$CLIENT4" -c 2 -C 1 "$VIP4" 12004 \
        2>/dev/null
    in_client "$TP_CLIENT" -q -u --src "$CLIENT4" -c 1 -W 300ms "$VIP4" \
        12002 2>/dev/null
    counted "$PLAIN" Refused.Limit 2
    expect "datagrams" "$(count "$UDP" Refused.Limit)" 1
    stop held
}

e2e_begin "$TP_PROXY" "$TP_ORIGIN" "$TP_CLIENT"
start_ready origin1 "$NS_O" "$TP_ORIGIN" -t --mode ppv2 --reply whoami 21001
start_ready origin2 "$NS_O" "$TP_ORIGIN" -u --mode spp --reply whoami 21002
start_ready origin4 "$NS_O" "$TP_ORIGIN" -t --mode off 21004
serve
run_case "rules" rules
run_case "TCP: counters, and what the origin was told" tcp
run_case "UDP: sessions, a header on each datagram" udp
run_case "a connection that is open" open
run_case "counters outlive a pause" lasting
run_case "no origin, and the metrics" refused
run_case "from a terminal: stats, connections" from_terminal
run_case "the last 256, newest first" ring
run_case "refused at the limit" limited
stop_clean proxy origin1 origin2 origin4
e2e_end
