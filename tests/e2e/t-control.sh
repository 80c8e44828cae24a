#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-control.sh - tp-proxy serve, driven by the product's own SDK: what the API
# says is what the data path does, and stays so over kill -9
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

SDK=$E2E_ROOT/tests/control/sdk.cjs
API=127.0.0.1:8080
ZONE=zone-test
NODE_PATH=$E2E_ROOT/build/sdk/node_modules
export NODE_PATH

serve() {
    start_ready proxy "$NS_P" "$TP_PROXY" serve --state "$DIR/state" \
        --api "$API" -t 1 --quota 2 --resolver 127.0.0.1:5300 "$@"
}

# call ACTION BODY [KEY [SKEW]] - BODY without its ZoneId and braces, ' for ".
# The answer is in $ANSWER.
call() {
    local body="{'ZoneId':'$ZONE'${2:+,$2}}"

    ANSWER=$(in_proxy node "$SDK" "$DIR/state" "$API" "$1" \
        "${body//\'/\"}" "${@:3}" 2>>"$DIR/sdk.err")
    # the same call in the same second has the same signature
    if [ "$(code)" = AuthFailure.SignatureReplayed ]; then
        wait_for 2 second_is_over "$EPOCHSECONDS"
        REPLAYS=$((REPLAYS + 1))
        [ "$REPLAYS" -gt 20 ] || call "$@"
    fi
}
REPLAYS=0
second_is_over() { [ "$EPOCHSECONDS" != "$1" ]; }
answer() { jq -r "$1" <<<"$ANSWER"; }
code() { answer '.code // "ok"'; }

# refused CODE ACTION BODY...
refused() {
    local want=$1
    shift
    call "$@"
    expect "$1" "$(code)" "$want"
    [ "$want" = ok ] || [ -n "$(answer '.message // ""')" ] ||
        bad "$1: no message with $want"
}

status_of() {
    call DescribeL4ProxyRules "'ProxyId':'$PROXY','Offset':0,'Limit':20"
    answer ".ok.L4ProxyRules[] | select(.RuleId == \"$1\") | .Status"
}
reason_of() {
    call DescribeL4ProxyRules "'ProxyId':'$PROXY','Offset':0,'Limit':20"
    answer ".ok.L4ProxyRules[] | select(.RuleId == \"$1\") | .TpReason"
}
has_status() { [ "$(status_of "$1")" = "$2" ]; }
proxy_status() {
    call DescribeL4Proxy
    answer ".ok.L4Proxies[] | select(.ProxyId == \"$PROXY\") | .Status"
}
proxy_has_status() { [ "$(proxy_status)" = "$1" ]; }

# Who the origin says we are, through rule port 12001
whoami_is() {
    local said

    said=$(in_client "$TP_CLIENT" -q --src "$1" -c 1 --whoami "$2" 12001 \
        2>&1) || bad "through the rule as $1: $said"
}

instance() {
    refused InvalidParameter.ProxyNameNotMatched CreateL4Proxy \
        "'ProxyName':'Bad','Area':'overseas'"
    refused OperationDenied.StaticIpAreaConflict CreateL4Proxy \
        "'ProxyName':'one','Area':'mainland','StaticIp':'on'"
    refused OperationDenied.Ipv6StaticIpConflict CreateL4Proxy \
        "'ProxyName':'one','Area':'overseas','StaticIp':'on','Ipv6':'on'"
    refused OperationDenied.AccelerateMainlandIpv6Conflict CreateL4Proxy \
        "'ProxyName':'one','Area':'overseas','Ipv6':'on',
         'AccelerateMainland':'on'"
    refused OperationDenied.AccelerateMainlandDisable CreateL4Proxy \
        "'ProxyName':'one','Area':'global','AccelerateMainland':'on'"
    refused OperationDenied.Ipv6AdvancedConflict CreateL4Proxy \
        "'ProxyName':'one','Area':'global','Ipv6':'on',
         'DDosProtectionConfig':{'LevelOverseas':'ANYCAST300'}"
    refused ok CreateL4Proxy "'ProxyName':'one','Area':'overseas'"
    PROXY=$(answer .ok.ProxyId)
    refused InvalidParameter.ProxyNameDuplicating CreateL4Proxy \
        "'ProxyName':'one','Area':'overseas'"
    refused ok CreateL4Proxy "'ProxyName':'two','Area':'overseas'"
    OTHER=$(answer .ok.ProxyId)
    refused LimitExceeded.UserQuotaLimited CreateL4Proxy \
        "'ProxyName':'three','Area':'overseas'"
    wait_for 5 proxy_has_status online || bad "status $(proxy_status)"
}

# rule PORT ORIGIN [MORE]
rule() {
    printf "{'Protocol':'TCP','PortRange':['%s'],'OriginType':'IP_DOMAIN',
        'OriginValue':['%s'],'OriginPortRange':'21001'%s}" \
        "$1" "$2" "${3:+,$3}"
}

rules_refused() {
    local origin=$ORIGIN4

    while read -r want body; do
        [ -n "$want" ] || continue
        refused "$want" CreateL4ProxyRules \
            "'ProxyId':'$PROXY','L4ProxyRules':[$body]"
    done <<TEXT
InvalidParameter.RulePortInteger $(rule 65000 "$origin" | tr '\n' ' ')
InvalidParameter.RulePortGroup $(rule 90-80 "$origin" | tr '\n' ' ')
InvalidParameter.InvalidRuleProto $(rule 80 "$origin" "'RuleTag':'a'" |
        tr '\n' ' ' | sed "s/'TCP'/'SCTP'/")
InvalidParameter.RuleOriginFormatError $(rule 80 "not a host" | tr '\n' ' ')
InvalidParameter.OriginL4RecordIPV4MixDomain $(rule 80 \
        "$origin','a.example.com" | tr '\n' ' ')
InvalidParameter.OriginL4RecordMultiDomain $(rule 80 \
        "b.example.com','a.example.com" | tr '\n' ' ')
InvalidParameterValue.OriginGroupNotExists $(rule 80 og-none |
        tr '\n' ' ' | sed s/IP_DOMAIN/ORIGIN_GROUP/)
InvalidParameter.ParameterError $(rule 80 "$origin" \
        "'ClientIPPassThroughMode':'SPP'" | tr '\n' ' ')
MissingParameter {'Protocol':'TCP'}
TEXT
}

rules() {
    local failed

    refused ok CreateL4ProxyRules "'ProxyId':'$PROXY','L4ProxyRules':[$(
        rule 12001 "$ORIGIN4" "'ClientIPPassThroughMode':'PPV2'"
    ),$(rule 12002 "$ORIGIN4" "'ClientIPPassThroughMode':'PPV2'")]"
    RULE=$(answer '.ok.L4ProxyRuleIds[0]')
    wait_for 5 has_status "$RULE" online ||
        bad "the rule is $(status_of "$RULE")"
    whoami_is "$CLIENT4" "$VIP4"
    in_client "$TP_CLIENT" -q --src "$CLIENT6" -c 1 "$VIP6" 12001 \
        >/dev/null 2>&1 && bad "IPv6 without IPv6 access"
    expect_match "refused for IPv6" "$(in_proxy curl -s "http://$API/metrics")" \
        "^tp_proxy_rule_refused_total\{.*\"$RULE\".*reason=\"ipv6\"\} 1\$"
    refused ok ModifyL4Proxy "'ProxyId':'$PROXY','Ipv6':'on'"
    wait_for 5 proxy_has_status online || bad "status $(proxy_status)"
    whoami_is "$CLIENT6" "$VIP6"
    refused InvalidParameter.RulePortDuplicating CreateL4ProxyRules \
        "'ProxyId':'$PROXY','L4ProxyRules':[$(rule 12000-12002 "$ORIGIN4")]"
    # a port that another program has
    refused ok CreateL4ProxyRules \
        "'ProxyId':'$PROXY','L4ProxyRules':[$(rule 8080 "$ORIGIN4")]"
    failed=$(answer '.ok.L4ProxyRuleIds[0]')
    wait_for 5 has_status "$failed" fail ||
        bad "a port that is in use does not give fail"
    expect_match "why" "$(reason_of "$failed")" \
        'cannot listen on tcp .*port 8080: .*in use'
    expect_match "why, in ctl's table" "$(in_proxy "$TP_PROXY" ctl --state \
        "$DIR/state" --zone "$ZONE" rule list one)" \
        "^$failed .* fail +cannot listen on tcp .*port 8080: .*in use"
    whoami_is "$CLIENT4" "$VIP4"
}

# Connections of a rule go on while others come and go.
unharmed() {
    start held "$NS_C" "$TP_CLIENT" --src "$CLIENT4" -c 5 -C 5 --hold 3s \
        --whoami "$VIP4" 12002
    wait_for 10 said held '^.*holding 5 connections' || bad "none is held"
    refused ok CreateL4ProxyRules \
        "'ProxyId':'$PROXY','L4ProxyRules':[$(rule 12005 "$ORIGIN4")]"
    wait_for 5 has_status "$(answer '.ok.L4ProxyRuleIds[0]')" online ||
        bad "the other rule is not there"
    wait "${PID[held]}" || bad "held connections: $(cat "$DIR/held.err")"
    unset 'PID[held]'
}

# names_dns - a name server that has one address for every name
names_dns() {
    start dns "$NS_P" python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 5300))
print("ready", flush=True)
while True:
    q, peer = s.recvfrom(512)
    end = 12
    while q[end]:
        end += q[end] + 1
    end += 5
    is_a = q[end - 4:end - 2] == b"\0\1"
    a = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + socket.inet_aton(sys.argv[1])
    s.sendto(q[:2] + b"\x81\x80\0\1\0" + (b"\1" if is_a else b"\0") +
             b"\0\0\0\0" + q[12:end] + (a if is_a else b""), peer)' "$1"
    wait_for 10 said dns ready || bad "no name server"
}

# A name that is not resolved holds up its own rule, and no other change.
unresolved() {
    local named began

    refused ok CreateL4ProxyRules \
        "'ProxyId':'$PROXY','L4ProxyRules':[$(rule 12020 name.example \
            "'ClientIPPassThroughMode':'PPV2'")]"
    named=$(answer '.ok.L4ProxyRuleIds[0]')
    began=${EPOCHREALTIME/[.,]/}
    refused ok CreateL4ProxyRules \
        "'ProxyId':'$PROXY','L4ProxyRules':[$(rule 12021 "$ORIGIN4")]"
    wait_for 15 has_status "$(answer '.ok.L4ProxyRuleIds[0]')" online ||
        bad "the other rule is not there"
    note "beside a name that nobody resolves a rule is online after $((
        (${EPOCHREALTIME/[.,]/} - began) / 1000)) ms"
    expect "the rule with a name" "$(status_of "$named")" progress
    expect_match "why" "$(reason_of "$named")" 'not resolved'
    names_dns "$ORIGIN4"
    wait_for 15 has_status "$named" online || bad "$(status_of "$named")"
    in_client "$TP_CLIENT" -q --src "$CLIENT4" -c 1 --whoami "$VIP4" 12020 \
        >/dev/null 2>&1 || bad "the name is not used"
    # the next change finds it resolved, with no name server there
    stop dns
    refused ok CreateL4ProxyRules \
        "'ProxyId':'$PROXY','L4ProxyRules':[$(rule 12022 "$ORIGIN4")]"
    wait_for 5 has_status "$(answer '.ok.L4ProxyRuleIds[0]')" online ||
        bad "the third rule is not there"
    in_client "$TP_CLIENT" -q --src "$CLIENT4" -c 1 --whoami "$VIP4" 12020 \
        >/dev/null 2>&1 || bad "a change forgets addresses"
}

# came_out CLIENT - the origin's address that a client is sent to
came_out() {
    in_client curl -s --max-time 5 --interface "$1" "http://$VIP4:12030/"
}

# One client, one origin; many clients, several.
persistent() {
    local n first client seen

    for n in 10 11 12; do
        start_ready "http$n" "$NS_O" python3 -c '
import http.server, sys
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(sys.argv[1].encode())
s = http.server.HTTPServer((sys.argv[1], 8000), H)
print("ready", flush=True)
s.serve_forever()' "10.2.0.$n"
    done
    refused InvalidParameter.ParameterError CreateL4ProxyRules \
        "'ProxyId':'$PROXY','L4ProxyRules':[$(rule 12030 "$ORIGIN4" \
            "'SessionPersist':'on','SessionPersistTime':29")]"
    refused ok CreateL4ProxyRules "'ProxyId':'$PROXY','L4ProxyRules':[$(
        rule 12030 "10.2.0.10','10.2.0.11','10.2.0.12" \
            "'SessionPersist':'on','SessionPersistTime':30" |
            sed "s/'21001'/'8000'/"
    )]"
    wait_for 5 has_status "$(answer '.ok.L4ProxyRuleIds[0]')" online ||
        bad "not online"
    for client in 198.18.7.{1..12}; do
        first=$(came_out "$client")
        expect_match "$client" "$first" '^10\.2\.0\.1[012]$'
        for n in 1 2 3; do
            expect "$client again" "$(came_out "$client")" "$first"
        done
        seen+=" $first"
    done
    [ "$(tr ' ' '\n' <<<"$seen" | sort -u | wc -l)" -gt 2 ] ||
        bad "all clients are at$seen"
    stop http10
    stop http11
    stop http12
}

paused() {
    refused ok ModifyL4ProxyRulesStatus \
        "'ProxyId':'$PROXY','RuleIds':['$RULE'],'Status':'offline'"
    wait_for 5 has_status "$RULE" offline || bad "not offline"
    in_client "$TP_CLIENT" -q -c 1 "$VIP4" 12001 2>/dev/null &&
        bad "a paused rule still forwards"
    refused ok ModifyL4ProxyRulesStatus \
        "'ProxyId':'$PROXY','RuleIds':['$RULE'],'Status':'online'"
    wait_for 5 has_status "$RULE" online || bad "not online again"
    whoami_is "$CLIENT4" "$VIP4"
    refused UnsupportedOperation DeleteL4ProxyRules \
        "'ProxyId':'$PROXY','RuleIds':['$RULE']"
}

killed() {
    stop proxy KILL
    serve
    wait_for 5 has_status "$RULE" online ||
        bad "after kill -9 the rule is $(status_of "$RULE")"
    whoami_is "$CLIENT4" "$VIP4"
}

signatures() {
    local request=(in_proxy curl -s "http://$API/")

    refused AuthFailure.SignatureFailure DescribeL4Proxy "" wrong
    refused AuthFailure.SignatureExpire DescribeL4Proxy "" "" -400
    refused AuthFailure.SignatureExpire DescribeL4Proxy "" "" 400
    refused ok DescribeL4Proxy "" "" -200
    ANSWER=$("${request[@]}" -d '{}')
    expect_match "no signature" "$ANSWER" AuthFailure.InvalidAuthorization
    ANSWER=$(head -c 2000000 /dev/zero | "${request[@]}" --data-binary @-)
    expect_match "2 MB" "$ANSWER" RequestSizeLimitExceeded
    expect "healthz" "$(in_proxy curl -s "http://$API/healthz")" ok
}

ended() {
    refused FailedOperation DeleteL4Proxy "'ProxyId':'$PROXY'"
    refused ok ModifyL4ProxyStatus "'ProxyId':'$PROXY','Status':'offline'"
    wait_for 5 proxy_has_status offline || bad "not offline"
    in_client "$TP_CLIENT" -q -c 1 "$VIP4" 12001 2>/dev/null &&
        bad "an instance that is offline still forwards"
    refused OperationDenied.L4ProxyInOfflineStatus CreateL4ProxyRules \
        "'ProxyId':'$PROXY','L4ProxyRules':[$(rule 80 "$ORIGIN4")]"
    refused ok DeleteL4Proxy "'ProxyId':'$PROXY'"
    refused ResourceNotFound DeleteL4Proxy "'ProxyId':'$PROXY'"
}

# --settle: what is deployed stays in progress for its time
settled() {
    stop proxy
    serve --settle 4s
    refused ok CreateL4Proxy "'ProxyName':'slow','Area':'overseas'"
    PROXY=$(answer .ok.ProxyId)
    expect "status at once" "$(proxy_status)" progress
    refused OperationDenied.L4ProxyInProcessStatus ModifyL4ProxyStatus \
        "'ProxyId':'$PROXY','Status':'offline'"
    wait_for 15 proxy_has_status online || bad "it never settles"
}

# ctl ARGUMENT... - its output is in $SAID, its status in $LEFT
ctl() {
    LEFT=0
    SAID=$(in_proxy "$TP_PROXY" ctl --state "$DIR/state" --zone zone-ctl \
        "$@" 2>&1 </dev/null) || LEFT=$?
}

from_terminal() {
    local rule text

    printf '%s\n' 'og:web = 10.2.0.10, 10.2.0.11' \
        'tcp:13001 og:web 21001 on ppv2' \
        "tcp:13002-13003 $ORIGIN4 21001-21002 off ppv1 a tag" >"$DIR/batch"
    ctl disable nobody
    expect "status" "$LEFT" 2
    refused ok ModifyL4ProxyStatus "'ProxyId':'$OTHER','Status':'offline'"
    wait_for 5 gone_offline "$OTHER" || bad "the other one is not offline"
    refused ok DeleteL4Proxy "'ProxyId':'$OTHER'"
    ctl create from-terminal --ipv6 on
    expect "create" "$LEFT" 0
    ctl rule import from-terminal "$DIR/batch"
    expect "import: $SAID" "$LEFT" 0
    ctl rule export from-terminal
    expect "export" "$SAID" "$(cat "$DIR/batch")"
    ctl rule add from-terminal "tcp:13001 $ORIGIN4 1 off off" nonsense
    expect "a port twice" "$LEFT" 2
    expect_match "its code" "$SAID" '^1:5: InvalidParameter.RulePortDuplicat'
    expect_match "each line" "$SAID" '^2:[0-9]+: InvalidParameter'
    in_client "$TP_CLIENT" -q --src "$CLIENT6" -c 1 --whoami "$VIP6" 13001 ||
        bad "the rule does not forward"
    ctl rule list from-terminal -J
    rule=$(jq -r '.[0].RuleId' <<<"$SAID")
    ctl rule edit from-terminal "$rule" mode=ppv1 ports=13009
    expect "edit: $SAID" "$LEFT" 0
    ctl rule list from-terminal
    expect_match "the table" "$SAID" "^$rule +tcp:13009 .* PPV1 +online"
    ctl rule delete from-terminal "$rule"
    expect "without --yes" "$LEFT" 2
    ctl rule delete from-terminal "$rule" --yes
    expect_match "not paused" "$SAID" 'UnsupportedOperation: '
    ctl rule pause from-terminal "$rule"
    ctl rule delete from-terminal "$rule" -y
    expect "delete: $SAID" "$LEFT" 0
    text=$(in_proxy "$TP_PROXY" ctl --state "$DIR/state" --zone zone-ctl \
        --endpoint "http://$API" show from-terminal)
    expect_match "show over TCP" "$text" '^IPv6 +on$'
    ctl rule list nobody
    expect_match "an instance that is not there" "$SAID" "no instance 'nobody'"
}
gone_offline() {
    call DescribeL4Proxy "'Filters':[{'Name':'proxy-id','Values':['$1']}]"
    [ "$(answer '.ok.L4Proxies[0].Status')" = offline ]
}

# The state is the user's, and what is left of root is one capability.
without_root() {
    local pid file

    stop proxy
    chmod 711 "$DIR"
    serve --user nobody
    pid=$(in_proxy ss -Hltnp sport = 8080 | sed -nE 's/.*pid=([0-9]+).*/\1/p')
    expect "its user" "$(ps -o user= -p "$pid")" nobody
    expect "its capabilities" \
        "$(sed -n 's/^CapEff:\t//p' "/proc/$pid/status")" 0000000000000400
    expect "the directory" "$(stat -c '%U %a' "$DIR/state")" 'nobody 700'
    for file in "$DIR"/state/*; do
        expect "$file" "$(stat -c '%U %a' "$file")" 'nobody 600'
    done
    # a change is stored, and a port below 1024 bound, without root
    refused ok CreateL4ProxyRules \
        "'ProxyId':'$PROXY','L4ProxyRules':[$(rule 81 "$ORIGIN4")]"
    wait_for 5 has_status "$(answer '.ok.L4ProxyRuleIds[0]')" online ||
        bad "port 81 is not bound"
    # and many ports steered
    refused ok CreateL4ProxyRules \
        "'ProxyId':'$PROXY','L4ProxyRules':[$(
            rule 14000-15999 "$ORIGIN4" \
                "'ClientIPPassThroughMode':'PPV2'" |
                sed "s/'21001'/'21001-23000'/"
        )]"
    wait_for 5 has_status "$(answer '.ok.L4ProxyRuleIds[0]')" online ||
        bad "2,000 ports are not steered"
    in_client "$TP_CLIENT" -q --src "$CLIENT4" -c 1 --whoami "$VIP4" 14000 \
        >/dev/null 2>&1 || bad "a steered port does not forward"
    stop proxy
    [ ! -e "$DIR/state/api.sock" ] || bad "the socket is left"
    # another user's directory is not touched
    mkdir "$DIR/other"
    chown 12345 "$DIR/other"
    in_proxy "$TP_PROXY" serve --state "$DIR/other" --user nobody \
        >"$DIR/said" 2>&1
    expect "status" $? 3
    expect_match "words" "$(cat "$DIR/said")" "cannot give .* to user nobody"
    serve --user nobody
    whoami_is "$CLIENT4" "$VIP4"
}

second_refused() {
    local said status=0

    said=$(in_proxy "$TP_PROXY" serve --state "$DIR/state" 2>&1) || status=$?
    expect "status" "$status" 3
    expect_match "a second one" "$said" 'another process'
}

e2e_begin "$TP_PROXY" "$TP_ORIGIN" "$TP_CLIENT"
if ! node -e 'require("tencentcloud-sdk-nodejs-teo")' 2>/dev/null; then
    note "the product's SDK is not installed: './run check' does it"
    exit 77
fi
start_ready origin "$NS_O" "$TP_ORIGIN" -t --mode ppv2 --reply whoami 21001
serve
run_case "an instance, and what is refused" instance
run_case "rules that are refused, each with its code" rules_refused
run_case "rules forward, or fail by themselves" rules
run_case "connections of other rules are not touched" unharmed
run_case "a name holds up its own rule only" unresolved
run_case "a client stays with its origin" persistent
run_case "a rule is paused and resumed" paused
run_case "signatures, sizes" signatures
run_case "kill -9: all is there again" killed
run_case "without root: the state, ports, steering" without_root
run_case "one process a state" second_refused
run_case "from a terminal: ctl" from_terminal
run_case "an instance is disabled and deleted" ended
run_case "progress takes its time with --settle" settled
stop_clean proxy origin
e2e_end
