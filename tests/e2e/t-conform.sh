#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-conform.sh - what tp-conform says of origins: tp-origin in each mode, and
# nginx as the product's document sets it up, without proxy_protocol, trusting
# everybody, and trusting the proxy alone: four different pages, each right
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

TP_CONFORM=$TP_BUILD/conform/tp-conform
STRANGER4=10.2.0.3
STRANGER6=fd00:2::3

nginx_conf() {
    nginx_head 4096
    cat <<TEXT
stream {
    log_format basic '\$proxy_protocol_addr - \$remote_addr [\$time_local] '
                     '\$protocol \$bytes_sent \$bytes_received '
                     '\$session_time';
    access_log $DIR/nginx-access.log basic;
    upstream RealServer {
        hash \$remote_addr consistent;
        server 127.0.0.1:8888 max_fails=3 fail_timeout=30s;
    }
    server {
        listen 10000 proxy_protocol;
        listen [::]:10000 proxy_protocol;
        proxy_connect_timeout 1s;
        proxy_timeout 3s;
        proxy_pass RealServer;
    }
    server {
        listen 10001;
        proxy_connect_timeout 1s;
        proxy_timeout 3s;
        proxy_pass RealServer;
    }
    server {
        listen 10006 proxy_protocol;
        set_real_ip_from 10.2.0.0/24;
        proxy_protocol on;
        proxy_pass 127.0.0.1:8889;
    }
}
http {
    access_log off;
    real_ip_header proxy_protocol;
    server {
        listen 10002 proxy_protocol;
        set_real_ip_from 0.0.0.0/0;
        location / { return 200 "client=\$remote_addr\n"; }
    }
    server {
        listen 10003 proxy_protocol;
        set_real_ip_from $EGRESS4;
        location / {
            add_header X-Client \$remote_addr;
            return 200 "client=\$remote_addr\n";
        }
    }
}
TEXT
}

# conform NAME EXIT ARGUMENT... - the JSON Lines go to $DIR/NAME.json
conform() {
    local name=$1 status=$2
    shift 2

    in_proxy "$TP_CONFORM" origin -J --patience 1500ms --report \
        "$DIR/$name.html" -j "$DIR/$name.xml" "$@" \
        >"$DIR/$name.json" 2>"$DIR/$name.err"
    expect "$name: exit status" $? "$status"
    grep -qE 'Sanitizer|runtime error' "$DIR/$name.err" &&
        bad "$name: $(grep -m 3 -E 'Sanitizer|runtime error' "$DIR/$name.err")"
    return 0
}

# page NAME PATTERN - the summary of a run matches
page() {
    expect_match "$1" "$(tail -n 1 "$DIR/$1.json")" "$2"
}

# verdict_of NAME ID - "pass", "fail", ...
verdict_of() {
    jq -r --arg id "$2" 'select(.id == $id) | .status' "$DIR/$1.json"
}

# is NAME STATUS ID... - each of these cases ended so
is() {
    local name=$1 status=$2 id
    shift 2

    for id in "$@"; do
        expect "$name: $id" "$(verdict_of "$name" "$id")" "$status"
    done
}

our_origin() {
    local name=our-$1-$2
    shift 2

    conform "$name" 0 --oracle echo "$@"
    page "$name" '"failed":0'
    page "$name" '"inconclusive":0'
}

# an option in segments of a client that no kernel owns
our_origin_toa() {
    conform toa 0 --mode toa --oracle echo --raw-source 10.2.0.77 -i p1 \
        -W 1s "$ORIGIN4:20004"
    page toa 'understands TOA, as it should'
    is toa pass toa/valid/ack toa/none toa/bad/short toa/bad/overrun
    conform no-toa 5 --mode toa --oracle echo --raw-source 10.2.0.77 -i p1 \
        -W 1s "$ORIGIN4:20005"
}

nginx_document() {
    conform document 1 --oracle "log:$DIR/nginx-access.log:nginx" \
        "$ORIGIN4:10000"
    page document 'understands v1 and v2, with grave faults'
    page document '"header":"required"'
    page document '"trust":"not tested'
    page document '"behaves like":"nginx '
    page document 'refuses split headers'
    page document 'never checks CRC32C'
    page document '"silent client":"still open'
    is document pass ppv1/valid/tcp4 ppv1/valid/tcp6 ppv2/valid/tcp4 \
        ppv2/valid/tcp6 ppv2/local/empty ppv1/unknown/short \
        trust/no-header/probe trust/no-header/silent ppv1/line/lf-only \
        ppv2/version/other ppv1/port/65536 ppv1/order/second-header-v1
    is document fail ppv1/addr4/octet-256 ppv2/command/unknown \
        ppv1/family/mixed6 ppv2/crc/bad ppv2/family/unknown
    is document skip trust/untrusted/v1 trust/untrusted/v2
}

nginx_without() {
    conform without 5 --oracle "log:$DIR/nginx-access.log:nginx" \
        "$ORIGIN4:10001"
    page without 'Nothing to judge: the origin does not take a PROXY header'
    page without 'not turned on at this port'
    page without '"tests":0'
}

HTTP_ORACLE='http:/:^client=([0-9a-f.:]+)'

nginx_trusts_all() {
    conform trusts-all 1 --oracle "$HTTP_ORACLE" --untrusted "$STRANGER4" \
        "$ORIGIN4:10002"
    page trusts-all 'can be lied to by anybody'
    page trusts-all '"severity":"CRITICAL","text":"spoofable'
    is trusts-all fail trust/untrusted/v1 trust/untrusted/v2
}

nginx_trusts_one() {
    conform trusts-one 1 --oracle "$HTTP_ORACLE" --untrusted "$STRANGER4" \
        --source "$EGRESS4" "$ORIGIN4:10003"
    page trusts-one 'with grave faults'
    page trusts-one 'does not believe the untrusted address'
    is trusts-one pass trust/untrusted/v1 trust/untrusted/v2
}

# the other ways to read back whom the origin believed
oracles() {
    local wanted=(ppv1/valid/tcp4 ppv1/valid/dport-max ppv2/valid/tcp4)

    in_origin "$TP_CONFORM" origin -J --oracle pcap:lo "$ORIGIN4:10006" \
        "${wanted[@]}" >"$DIR/pcap.json" 2>"$DIR/pcap.err" ||
        bad "pcap: status $?: $(cat "$DIR/pcap.err")"
    expect pcap "$(grep -c 'the claimed client' "$DIR/pcap.json")" 3
    # a file that grows
    capture grows "$NS_O" lo
    in_origin "$TP_CONFORM" origin -J --oracle "pcap:$DIR/grows.pcap" \
        "$ORIGIN4:10006" "${wanted[@]}" >"$DIR/file.json" 2>"$DIR/file.err" ||
        bad "pcap of a file: status $?: $(cat "$DIR/file.err")"
    expect "pcap of a file" "$(grep -c 'the claimed client' \
        "$DIR/file.json")" 3
    stop grows INT
    # one that does not names nobody
    in_origin "$TP_CONFORM" origin -J --oracle "pcap:$DIR/grows.pcap" \
        "$ORIGIN4:10006" "${wanted[@]}" >"$DIR/old.json" 2>"$DIR/old.err"
    expect "pcap of a file that stands: exit status" $? 5
    # in a header of the answer
    conform header 0 --oracle 'http:/:^X-Client: ([0-9a-f.:]+)' \
        "$ORIGIN4:10003" ppv1/valid/tcp4 ppv1/valid/tcp6 ppv2/valid/tcp4 \
        ppv2/local/empty
    expect header "$(grep -c 'the claimed client' "$DIR/header.json")" 3
    expect_match "header: LOCAL" "$(jq -r \
        'select(.id == "ppv2/local/empty") | .status + " " + .got' \
        "$DIR/header.json")" "^pass served as 10\.2\.0\.2, the connection's"
    conform absent 5 --oracle 'http:/:^X-Nobody: ([0-9a-f.:]+)' \
        "$ORIGIN4:10003" ppv1/valid/tcp4
    conform cmd 0 --oracle "cmd:grep -h -- \$TP_CLAIM4 \
        $DIR/nginx-access.log | tail -n 1" "$ORIGIN4:10000" ppv2/valid/tcp4
    expect cmd "$(grep -c 'the claimed client' "$DIR/cmd.json")" 1
}

# each failed case has a capture of its own, which tp-inspect reads
captures() {
    conform kept 1 --oracle "$HTTP_ORACLE" --keep-pcap "$DIR/kept" \
        "$ORIGIN4:10003" ppv1/addr4/octet-256 ppv1/valid/tcp4
    expect captures "$(ls "$DIR/kept")" "ppv1-addr4-octet-256.pcap
ppv1-addr4-octet-256.pcap.txt"
    expect_match decoded "$(cat "$DIR/kept/"*.txt)" '> 10.2.0.10:10003 '
    expect verdict "$("$TP_INSPECT" -r "$DIR/kept/ppv1-addr4-octet-256.pcap" \
        -J 2>/dev/null | jq -r 'select(.type == "flow") | .verdict')" MALFORMED
    grep -q '<summary>capture</summary>' "$DIR/kept.html" ||
        bad "the page does not show the capture"
}

# what cannot be judged is said as such
wrong_ends() {
    conform nobody 3 "$ORIGIN4:9"
    expect_match nobody "$(cat "$DIR/nobody.err")" 'Connection refused'
    conform mode 5 --mode ppv1 "$ORIGIN4:20002"
    page mode 'does not take a PPv1 header'
    conform blind 5 --oracle 'http:/:nothing=([0-9.]+)' "$ORIGIN4:10003"
    page blind 'the oracle found nothing'
    conform usage 2 --oracle nonsense "$ORIGIN4:10003"
    conform usage 2 --mode spp "$ORIGIN4:10003"
    conform usage 2 "$ORIGIN4:10003" no/such/case
}

# our own programs, each requirement; docs/conformance.md says the same
own_programs() {
    # `ip netns exec` would hide the cgroups, and so TOA
    nsenter --net="/run/netns/$NS_O" "$TP_CONFORM" run -J \
        >"$DIR/run.json" 2>"$DIR/run.err" ||
        bad "tp-conform run: status $?: $(tail -n 3 "$DIR/run.err")"
    page run '"failed":0'
    "$E2E_ROOT/tests/conform/gen_conformance.py" <"$DIR/run.json" \
        >"$DIR/conformance.md"
    if [ "$(verdict_of run toa/run/client4)" = skip ] &&
        [ "${EXPECT_ALL_FEATURES:-0}" != 1 ]; then
        note "no TOA here: docs/conformance.md is not compared"
    else
        diff "$E2E_ROOT/docs/conformance.md" "$DIR/conformance.md" >&2 ||
            bad "docs/conformance.md is not what the run shows"
    fi
    [ -z "$(jq -r 'select(.type == "requirement" and .cases == "" and
        (.state == "held" or .state == "told")) | .id' "$DIR/run.json")" ] ||
        bad "held without a case"
}

rule_files() {
    printf '# two\nTCP:80 Example.COM 80 ON PPv1 x\n' >"$DIR/r1"
    printf 'tcp:80 example.com 80 on ppv1 x\nudp:53 192.0.2.1 53 off off\n' \
        >"$DIR/r2"
    printf 'tcp:65000 192.0.2.1 80 off off\n' >"$DIR/r3"
    "$TP_CONFORM" rules lint "$DIR/r1" >"$DIR/out" || bad "lint: $?"
    expect_match lint "$(cat "$DIR/out")" '^1 rules, .* 0 errors'
    "$TP_CONFORM" rules "$DIR/r3" >"$DIR/out"
    expect "lint: exit status" $? 2
    expect_match lint "$(cat "$DIR/out")" 'r3:1:5: InvalidParameter'
    "$TP_CONFORM" rules --strict lint "$DIR/r1" >"$DIR/out"
    expect "strict: exit status" $? 2
    "$TP_CONFORM" rules format "$DIR/r1" >"$DIR/r4" || bad "format: $?"
    expect format "$(cat "$DIR/r4")" 'tcp:80 example.com 80 on ppv1 x'
    "$TP_CONFORM" rules diff "$DIR/r1" "$DIR/r4" || bad "diff: $?"
    "$TP_CONFORM" rules diff "$DIR/r1" "$DIR/r2" >"$DIR/out"
    expect "diff: exit status" $? 1
    expect diff "$(cat "$DIR/out")" '+ udp:53 192.0.2.1 53 off off'
    "$TP_CONFORM" rules lint "$DIR/absent" 2>/dev/null
    expect "absent: exit status" $? 3
}

reports() {
    jq -e . "$DIR/document.json" >/dev/null || bad "JSON Lines"
    python3 - "$DIR/document.xml" "$DIR/document.html" <<'PY' ||
import sys, xml.dom.minidom, html.parser
suite = xml.dom.minidom.parse(sys.argv[1]).documentElement
cases = suite.getElementsByTagName("testcase")
assert int(suite.getAttribute("tests")) == len(cases) > 150
assert int(suite.getAttribute("failures")) == len(
    suite.getElementsByTagName("failure")) > 3
page = open(sys.argv[2], encoding="utf-8").read()
assert "with grave faults" in page and "ppv1/addr4/octet-256" in page
assert "http://" not in page.replace("http://www.w3.org", "")
PY
        bad "JUnit XML or the HTML page"
    in_proxy "$TP_CONFORM" origin --tap --mode ppv2 --oracle echo \
        "$ORIGIN4:20002" ppv2/valid >"$DIR/tap" || bad "TAP: status $?"
    expect TAP "$(grep -c '^ok ' "$DIR/tap")" "$(sed -n \
        's/^1\.\.//p' "$DIR/tap")"
    expect "dry run" "$(in_proxy "$TP_CONFORM" origin --dryrun \
        "$ORIGIN4:9" V1.4 | tail -n 1 | grep -c 'not run')" 1
}

e2e_begin "$TP_CONFORM" "$TP_ORIGIN"
ip -n "$NS_P" addr add "$STRANGER4/24" dev p1
ip -n "$NS_P" addr add "$STRANGER6/64" dev p1 nodad
nginx_conf >"$DIR/nginx.conf"

start_ready echo "$NS_O" "$TP_ORIGIN" -l 127.0.0.1 --mode off 8888
start_ready behind "$NS_O" "$TP_ORIGIN" -l 127.0.0.1 --mode ppv1 8889
start_ready ppv1 "$NS_O" "$TP_ORIGIN" --mode ppv1 --reply whoami \
    --header-timeout 4s --trust "$EGRESS4,$EGRESS6" 20001
start_ready ppv2 "$NS_O" "$TP_ORIGIN" --mode ppv2 --reply whoami \
    --header-timeout 4s --trust "$EGRESS4,$EGRESS6" 20002
start_ready spp "$NS_O" "$TP_ORIGIN" --mode spp --reply whoami \
    --trust "$EGRESS4,$EGRESS6" 20003
start_ready toa "$NS_O" "$TP_ORIGIN" --mode toa --toa-from pcap \
    --reply whoami 20004
start_ready off "$NS_O" "$TP_ORIGIN" --mode off --reply whoami 20005
start nginx "$NS_O" nginx -p "$DIR" -c "$DIR/nginx.conf" \
    -e "$DIR/nginx-error.log" -g 'daemon off;'
wait_for 10 in_origin bash -c ': >/dev/tcp/127.0.0.1/10003' ||
    note "nginx: $(cat "$DIR/nginx.err")"

run_case "our origin, ppv1, IPv4" our_origin ppv1 4 --mode ppv1 \
    --source "$EGRESS4" --untrusted "$STRANGER4" "$ORIGIN4:20001"
run_case "our origin, ppv2, IPv6" our_origin ppv2 6 --mode ppv2 \
    --source "$EGRESS6" --untrusted "$STRANGER6" "[$ORIGIN6]:20002"
run_case "our origin, ppv2 over UDP" our_origin ppv2 udp --mode ppv2 -u \
    --source "$EGRESS4" "$ORIGIN4:20002"
run_case "our origin, spp" our_origin spp udp --mode spp -u \
    --source "$EGRESS6" "[$ORIGIN6]:20003"
run_case "our origin, toa" our_origin_toa
run_case "nginx as in the document" nginx_document
run_case "nginx without proxy_protocol" nginx_without
run_case "nginx that trusts everybody" nginx_trusts_all
run_case "nginx that trusts the proxy" nginx_trusts_one
run_case "oracles: a capture, a header, a command" oracles
run_case "captures of what failed" captures
run_case "what cannot be judged" wrong_ends
run_case "reports" reports
run_case "our programs, each requirement" own_programs
run_case "rule files" rule_files
run_case "clean end" stop_clean echo behind ppv1 ppv2 spp toa off
e2e_end
