#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-api.sh - the API and clients that mean no good: signatures, replays, sizes,
# slow ones, many; memory stays bounded and the data path does not notice. TLS.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

API=127.0.0.1:8080
# What the process may grow by, whatever they do: bodies of 8 MiB, 128
# connections, and what a sanitizer adds. Memory that is free again would count
# for as long as that one keeps it back.
GROWTH_MAX_KB=40960
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}quarantine_size_mb=4

serve() {
    start_ready proxy "$NS_P" "$TP_PROXY" serve --state "$DIR/state" \
        --ext -t 1 --api "$API" "$@"
}
ctl() {
    in_proxy "$TP_PROXY" ctl --state "$DIR/state" "$@" 2>>"$DIR/ctl.err"
}
abuse() {
    in_proxy python3 "$E2E_ROOT/tests/control/abuse.py" "$DIR/state" "$API" \
        "$1" >"$DIR/$1.said" 2>"$DIR/$1.err" </dev/null ||
        bad "$1: $(tail -n 1 "$DIR/$1.err")"
}
# has WHAT NAME VALUE - what it printed
has() { expect "$2" "$(sed -n "s/^$2 //p" "$DIR/$1.said")" "$3"; }

# hold WHAT - in the background, until let_go
hold() {
    mkfifo "$DIR/$1.in"
    start "$1" "$NS_P" sh -c "exec python3 '$E2E_ROOT/tests/control/abuse.py' \
        '$DIR/state' $API $1 <'$DIR/$1.in'"
    exec 7>"$DIR/$1.in"
    wait_for 30 said "$1" ready || bad "$1 did not start"
}
let_go() {
    echo >&7
    exec 7>&-
    wait "${PID[$1]}"
    unset "PID[$1]"
}

rss_kb() { awk '/^VmRSS/ { print $2 }' "/proc/${PID[proxy]}/status"; }

# The data path, and the API on its other socket
unharmed() {
    local growth=$(($(rss_kb) - RSS))

    in_client "$TP_CLIENT" -q --src "$CLIENT4" -c 20 -C 10 -n 5 --whoami \
        "$VIP4" 12001 || bad "the data path: $1"
    ctl list -J >/dev/null || bad "the local socket does not answer: $1"
    [ "$growth" -lt "$GROWTH_MAX_KB" ] || bad "$growth kB more memory: $1"
    note "$1: $growth kB more"
}

rules() {
    ctl create one >/dev/null
    wait_for 5 is_online || bad "no instance"
    ctl rule add one "tcp:12001 $ORIGIN4 21001 off ppv2" >/dev/null ||
        bad "no rule"
    wait_for 5 rule_is_online || bad "the rule is not online"
    # a held connection that must see nothing of all this
    start held "$NS_C" "$TP_CLIENT" --src "$CLIENT4" -c 5 --hold 100s \
        --whoami "$VIP4" 12001
    wait_for 10 said held 'holding 5 conn' || bad "none is held"
    RSS=$(rss_kb)
    start slow "$NS_P" python3 "$E2E_ROOT/tests/control/abuse.py" \
        "$DIR/state" "$API" slow
}
is_online() { [ "$(ctl list -J | jq -r '.[0].Status')" = online ]; }
rule_is_online() {
    [ "$(ctl rule list one -J | jq -r '.[0].Status')" = online ]
}

signatures() {
    abuse signatures
    has signatures good ok
    has signatures body AuthFailure.SignatureFailure
    has signatures key AuthFailure.SignatureFailure
    has signatures id AuthFailure.SecretIdNotFound
    has signatures host AuthFailure.SignatureFailure
    has signatures past AuthFailure.SignatureExpire
    has signatures future AuthFailure.SignatureExpire
    has signatures near ok
    has signatures date AuthFailure.SignatureFailure
    has signatures unsigned AuthFailure.InvalidAuthorization
    has signatures garbage AuthFailure.InvalidAuthorization
}

replay() {
    abuse replay
    has replay first ok
    has replay again AuthFailure.SignatureReplayed
    has replay later AuthFailure.SignatureReplayed
    has replay read ok
    has replay reread ok
    expect "groups" "$(ctl group list --zone z -J | jq length)" 1
}

sizes() {
    abuse sizes
    has sizes whole ok
    has sizes over RequestSizeLimitExceeded
    has sizes chunks RequestSizeLimitExceeded
}

bodies() {
    hold bodies
    unharmed "100 long bodies"
    let_go bodies
    expect_match "refused" "$(cat "$DIR/bodies.out")" \
        '^got RequestLimitExceeded 9[0-9]$'
    expect_match "some are taken" "$(cat "$DIR/bodies.out")" '^got Inv.* [1-9]$'
    # their memory is free again
    abuse sizes
    has sizes whole ok
}

idle() {
    hold idle
    unharmed "1,000 idle connections"
    [ "$(fd_count proxy)" -lt 250 ] ||
        bad "$(fd_count proxy) descriptors with 1,000 idle connections"
    let_go idle
    wait_for 30 healthy || bad "the API does not come back"
}
healthy() { in_proxy curl -sf -m 1 "http://$API/healthz"; }

are_cut() {
    in_proxy curl -s "http://$API/metrics" |
        grep -qE '^tp_proxy_api_refused_slow_total [3-9]$'
}
slow() {
    wait_for 40 has_lines "$DIR/slow.out" '^cut ' 2 ||
        bad "still there: $(cat "$DIR/slow.out")"
    # who does not read does not see it either
    wait_for 40 are_cut || bad "who does not read is not cut"
    unharmed "slow clients"
    stop slow
    kill -0 "${PID[held]}" || bad "the held connections are gone"
    expect "held" "$(in_proxy curl -s "http://$API/metrics" | sed -n \
        's/^tp_proxy_rule_connections_open{.*} //p')" 5
    stop held
}

tls() {
    local said

    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
        -nodes -days 1 -subj /CN=tp -addext "subjectAltName=IP:127.0.0.1" \
        -keyout "$DIR/key.pem" -out "$DIR/cert.pem" 2>/dev/null
    stop proxy
    serve --api-cert "$DIR/cert.pem" --api-key "$DIR/key.pem"
    said=$(in_proxy curl -s --cacert "$DIR/cert.pem" "https://$API/healthz")
    expect "curl" "$said" ok
    in_proxy curl -s "https://$API/healthz" &&
        bad "a certificate that nobody signed is trusted"
    said=$(in_proxy curl -s "http://$API/healthz")
    expect "without TLS" "$said" ""
    said=$(NODE_EXTRA_CA_CERTS=$DIR/cert.pem in_proxy node \
        "$E2E_ROOT/tests/control/sdk.cjs" "$DIR/state" "https://$API" \
        DescribeL4Proxy '{"ZoneId":"zone-local"}')
    expect "the SDK" "$(jq -r '.ok.L4Proxies[0].ProxyName' <<<"$said")" one
    stop proxy
    LEFT=0
    in_proxy "$TP_PROXY" serve --state "$DIR/state" --api "$API" \
        --api-cert "$DIR/key.pem" --api-key "$DIR/key.pem" \
        2>"$DIR/tls.err" || LEFT=$?
    expect "no certificate" "$LEFT" 3
    expect_match "its reason" "$(cat "$DIR/tls.err")" 'certificate'
}

# Started by root: the ports below 1024 stay possible, root does not stay
dropped() {
    chmod 711 "$DIR" # on the way to the state, which is that user's
    serve --user nobody
    expect "user" "$(awk '/^Uid/ { print $2, $3, $4, $5 }' \
        "/proc/${PID[proxy]}/status" | tr ' ' '\n' | sort -u)" \
        "$(id -u nobody)"
    ctl rule add one "tcp:99 $ORIGIN4 21001 off ppv2" >/dev/null ||
        bad "no rule can be added"
    wait_for 5 low_port || bad "no port below 1024"
    stop_clean proxy
}
low_port() {
    in_client "$TP_CLIENT" -q --src "$CLIENT4" -c 1 --whoami "$VIP4" 99
}

files() {
    local file

    for file in state.db state.db-wal state.db-shm credentials api.sock; do
        expect "$file" "$(stat -c %a "$DIR/state/$file")" 600
    done
}

e2e_begin "$TP_PROXY" "$TP_ORIGIN" "$TP_CLIENT"
NODE_PATH=$E2E_ROOT/build/sdk/node_modules
export NODE_PATH
if ! node -e 'require("tencentcloud-sdk-nodejs-teo")' 2>/dev/null; then
    note "the product's SDK is not installed: './run check' does it"
    exit 77
fi
start_ready origin "$NS_O" "$TP_ORIGIN" -t --mode ppv2 --reply whoami 21001
serve
run_case "a rule, and who holds connections" rules
run_case "state files are the owner's" files
run_case "signatures" signatures
run_case "a request that comes again" replay
run_case "sizes" sizes
run_case "100 long bodies that do not end" bodies
run_case "1,000 idle connections" idle
run_case "a byte a second" slow
run_case "TLS, with curl and with the SDK" tls
run_case "not root" dropped
stop_clean proxy origin
e2e_end
