#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-toa-peers.sh - programs that nobody here wrote, unmodified, see the real
# client behind tp-proxy in mode toa, and pass tp-conform; and the product's
# three samples
# shellcheck source=toa.sh
. "$(dirname "$0")/toa.sh"

JAVA=$TP_BUILD/toa/examples/EchoServer.java
TP_CONFORM=$TP_BUILD/conform/tp-conform
RAW4=10.2.0.77 # nobody's: tp-conform writes its segments itself
RESULTS=$E2E_ROOT/out/peers/toa.jsonl
LISTEN4=$TP_BUILD/toa/toa-listen4
LISTEN6=$TP_BUILD/toa/toa-listen6
CURL4=198.18.7.7
CURL6=fd00:c::77

# forwarding port: origin family, then which program
rules() {
    cat <<TEXT
tcp:10000 $ORIGIN4 20000 off toa http.server
tcp:10001 $ORIGIN6 20001 off toa http.server on ::
tcp:10022 $ORIGIN4 20022 off toa sshd
tcp:10023 $ORIGIN6 20022 off toa sshd
tcp:10080 $ORIGIN4 20080 off toa nginx
tcp:10081 $ORIGIN6 20080 off toa nginx
tcp:10057 $ORIGIN4 20057 off toa listen4
tcp:10058 $ORIGIN4 20058 off toa listen6
tcp:10059 $ORIGIN4 20059 off toa Java
TEXT
}

# send_line VIP PORT SOURCE - one line; prints our own end and what came back
send_line() {
    in_client /usr/bin/python3 - "$@" <<'PY'
import socket, sys
vip, port, source = sys.argv[1:]
s = socket.socket(socket.AF_INET6 if ":" in vip else socket.AF_INET)
if ":" in vip:
    s.setsockopt(socket.IPPROTO_IPV6, 78, 1)
s.settimeout(20)
s.bind((source, 0))
s.connect((vip, int(port)))
print(*s.getsockname()[:2])
s.sendall(b"hello\r\n")
s.shutdown(socket.SHUT_WR)
try:
    while s.recv(4096):
        pass
except ConnectionResetError:
    pass
PY
}

# conform NAME PACKAGE ORIGIN-PORT PROBE ORACLE SHOWN - in mode toa; what was
# found goes to docs/peers.md, see tests/peers/table.py
conform() {
    local name=$1 package=$2 port=$3 probe=$4 oracle=$5 shown=$6
    local out=$DIR/conform-$port.json

    in_proxy "$TP_CONFORM" origin -J --mode toa --raw-source "$RAW4" -i p1 \
        --oracle-wait 400ms --probe "$probe" --oracle "$oracle" \
        "$ORIGIN4:$port" >"$out" 2>"${out%.json}.err" ||
        bad "tp-conform: status $?: $(jq -r \
            'select(.status == "fail") | .id + ": " + .got' "$out") $(
            tail -n 2 "${out%.json}.err"
        )"
    expect_match "tp-conform" "$(tail -n 1 "$out")" '"failed":0,.*"verdict"'
    [ -z "$CASE_BAD" ] || return 0
    # shellcheck disable=SC2016 # dpkg-query expands it
    jq -c --arg n "$name" --arg k "$package" --arg s "$shown" --arg r "$(
        dpkg-query -W -f '${Version}' "$package"
    )" 'select(.type == "summary") | {v: 1, type: "toa", name: $n,
        package: $k, version: $r, shown: $s, passed: .passed,
        failed: .failed}' "$out" >>"$RESULTS"
}

peers_page() {
    "$E2E_ROOT/tests/peers/table.py" --check "$E2E_ROOT/docs/peers.md" \
        "$RESULTS" >&2 || bad "docs/peers.md says otherwise"
}

# The product's own acceptance test (seed/54)
http_server() {
    within origin start http4 "$NS_O" /usr/bin/python3 -u -m http.server \
        -d "$DIR/www" -b 0.0.0.0 20000
    within origin start http6 "$NS_O" /usr/bin/python3 -u -m http.server \
        -d "$DIR/www" -b :: 20001
    wait_for 20 said http4 Serving || bad "http.server does not come up"
    wait_for 20 said http6 Serving || bad "http.server does not come up"
    in_client curl -sS -o "$DIR/got" --interface "$CURL4" \
        "http://$VIP4:10000/" || bad "curl over IPv4"
    grep -qE "^${CURL4//./\\.} - - \[.*\] \"GET / HTTP/1.1\" 200" \
        "$DIR/http4.err" || bad "logged: $(tail -n 2 "$DIR/http4.err")"
    in_client curl -sS -o "$DIR/got" --interface "$CURL4" \
        "http://$VIP4:10001/" || bad "curl over IPv4, origin IPv6"
    grep -qF "::ffff:$CURL4 - - [" "$DIR/http6.err" ||
        bad "logged: $(tail -n 2 "$DIR/http6.err")"
    in_client "$TOA_PY" get "$VIP6" 10001 "$CURL6" >"$DIR/got" || bad "client over IPv6"
    grep -qF "$CURL6 - - [" "$DIR/http6.err" ||
        bad "logged: $(tail -n 2 "$DIR/http6.err")"
    conform "Python http.server" python3 20000 http \
        "log:$DIR/http4.err:python" "its log"
    stop http4
    stop http6
}

nginx_has() {
    cat >"$DIR/nginx.conf" <<TEXT
user root;
worker_processes 1;
pid $DIR/nginx.pid;
error_log $DIR/nginx-error.log notice;
events { worker_connections 256; }
http {
    log_format client '\$remote_addr \$remote_port \$status';
    access_log $DIR/nginx-access.log client;
    server {
        listen 20080;
        listen [::]:20080;
        return 200 "\$remote_addr";
    }
}
TEXT
    within origin start nginx "$NS_O" nginx -p "$DIR" -c "$DIR/nginx.conf" \
        -e "$DIR/nginx-error.log" -g 'daemon off;'
    wait_for 20 in_origin bash -c "exec 3<>/dev/tcp/$ORIGIN4/20080" ||
        bad "nginx does not come up: $(tail -n 2 "$DIR/nginx-error.log")"
    expect "\$remote_addr" "$(in_client curl -sS --interface "$CURL4" \
        "http://$VIP4:10080/")" "$CURL4"
    expect "\$remote_addr on IPv6" "$(in_client "$TOA_PY" get "$VIP6" 10081 \
        "$CURL6")" "$CURL6"
    conform nginx nginx 20080 http 'http:/:([0-9.]+)$' "\`\$remote_addr\`"
    stop nginx QUIT
}

sshd_logs() {
    local sshd own

    sshd=$(PATH=$PATH:/usr/sbin command -v sshd)
    mkdir -p /run/sshd
    ssh-keygen -q -t ed25519 -N '' -f "$DIR/key" </dev/null
    chmod 600 "$DIR/key"
    within origin start sshd "$NS_O" "$sshd" -D -e -f /dev/null \
        -h "$DIR/key" -p 20022 -o PidFile=none -o LogLevel=VERBOSE
    wait_for 20 said sshd 'Server listening on 0.0.0.0 port 20022' ||
        bad "sshd does not come up: $(cat "$DIR/sshd.err")"
    own=$(send_line "$VIP4" 10022 "$CURL4")
    wait_for 10 said sshd "Connection from $CURL4 port ${own#* } " ||
        bad "logged: $(tail -n 3 "$DIR/sshd.err")"
    own=$(send_line "$VIP6" 10023 "$CURL6")
    wait_for 10 said sshd "Connection from $CURL6 port ${own#* } " ||
        bad "logged: $(tail -n 3 "$DIR/sshd.err")"
    conform "OpenSSH server" openssh-server 20022 ssh \
        "log:$DIR/sshd.err:Connection from ([0-9a-f.:]+) port ([0-9]+)" \
        "its log"
    stop sshd
}

# sample PROGRAM RULE-PORT VIP SOURCE PRELOAD - its output; our own end in $OWN
sample() {
    local program=$1 port=$2 vip=$3 source=$4

    rm -f "$DIR/sample.out"
    within origin start sample "$NS_O" ${5:+env "LD_PRELOAD=$5"} \
        "$program" $((port + 10000))
    wait_for 10 in_origin sh -c "ss -Hltn sport = :$((port + 10000)) | grep -q ." ||
        bad "$program does not listen"
    OWN=$(send_line "$vip" "$port" "$source")
    wait_for 10 gone_or_zombie "${PID[sample]}" || bad "$program does not end"
    stop sample
    SAID=$(cat "$DIR/sample.out")
}

# seed/57
sample4() {
    local proxy

    sample "$LISTEN4" 10057 "$VIP4" "$CURL4" "$LIBTPTOA"
    expect "IPv4 client" "$SAID" \
        "AF_INET accept getpeername ${OWN/ / : } successful"
    sample "$LISTEN4" 10057 "$VIP6" "$CURL6" "$LIBTPTOA"
    expect "IPv6 client" "$SAID" \
        "AF_INET6 accept getpeername ${OWN/ / : } successful"
    # without the preloaded library: the proxy, as a stock kernel has it
    sample "$LISTEN4" 10057 "$VIP6" "$CURL6"
    proxy=${EGRESS4//./\\.}
    expect_match "IPv6 client, no library" "$SAID" \
        "^AF_INET accept getpeername $proxy : [0-9]+ successful\$"
}

# seed/58
sample6() {
    sample "$LISTEN6" 10058 "$VIP4" "$CURL4"
    expect "IPv4 client" "$SAID" "accept ::ffff:${OWN/ / : } successful
connect $CURL4 successful"
    sample "$LISTEN6" 10058 "$VIP6" "$CURL6"
    expect "IPv6 client" "$SAID" "accept ${OWN/ / : } successful"
}

# seed/59
java_sample() {
    local own

    within origin start java "$NS_O" java "$JAVA" 20059
    wait_for 60 said java 'Server is listening on port 20059' ||
        bad "java: $(cat "$DIR/java.err")"
    own=$(send_line "$VIP4" 10059 "$CURL4")
    wait_for 10 said java "^New client connected: /${own/ /:}\$" ||
        bad "$(cat "$DIR/java.out")"
    own=$(send_line "$VIP6" 10059 "$CURL6")
    wait_for 10 said java "^New client connected: /\[?fd00:c:0:0:0:0:0:77\]?:${own#* }\$" ||
        bad "$(cat "$DIR/java.out")"
    conform "Java ServerSocket" openjdk-17-jdk-headless 20059 echo \
        "log:$DIR/java.out:connected: /\[?([0-9a-f.:]+)\]?:([0-9]+)" \
        "\`getRemoteSocketAddress\`"
    stop java
}

# accept, accept4 and getpeername through libtptoa.so, with room for so much
preload() {
    within origin start preload "$NS_O" env "LD_PRELOAD=$LIBTPTOA" \
        "$TOA_PY" truncation 20057
    wait_for 10 said preload ready || bad "$(cat "$DIR/preload.err")"
    for _ in 1 2 3 4; do
        send_line "$VIP6" 10057 "$CURL6" >/dev/null &
    done
    wait_for 10 gone_or_zombie "${PID[preload]}" || bad "it does not end"
    stop preload
    # room, family, length that was returned, bytes behind the room untouched
    expect "what fits" "$(sed 1d "$DIR/preload.out")" "accept 16 2 16 True
accept4 16 2 16 True
accept 28 10 28 True
accept4 28 10 28 True
getpeername 0 -1 16 True
getpeername 8 2 16 True
getpeername 16 2 16 True
getpeername 27 2 16 True
getpeername 28 10 28 True
getpeername 128 10 28 True"
}

toa_begin "$TP_PROXY" "$TP_CONFORM" "$LISTEN4" "$LISTEN6"
mkdir -p "${RESULTS%/*}"
: >"$RESULTS"
mkdir "$DIR/www"
echo hello >"$DIR/www/index.html"
# shellcheck disable=SC2119 # no option is needed
load_writer
load_reader --trust "$EGRESS4,$EGRESS6,$RAW4"
rules >"$DIR/rules"
within proxy start_ready proxy "$NS_P" "$TP_PROXY" -f "$DIR/rules" \
    --user nobody
run_case "python3 -m http.server logs it" http_server
run_case "nginx has it in \$remote_addr" nginx_has
run_case "sshd logs it" sshd_logs
run_case "the product's sample on AF_INET" sample4
run_case "the product's sample on AF_INET6" sample6
run_case "the product's sample in Java" java_sample
run_case "libtptoa.so and short buffers" preload
[ -n "${ONLY:-}" ] || run_case "docs/peers.md is current" peers_page
run_case "invariants" expect_invariants
run_case "clean end" stop_clean proxy
e2e_end
