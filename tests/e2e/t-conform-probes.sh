#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-conform-probes.sh - each probe of tp-conform origin before a real server of
# its protocol: behind a front that takes the PROXY header it passes, behind
# one that does not the page says so, and nothing counts as failed
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
PATH=$PATH:/usr/sbin

TP_CONFORM=$TP_BUILD/conform/tp-conform
# a front takes the header, the port above it does not
HTTP=20000 TLS=20010 SSH=20020 REDIS=20030 SMTP=20040 DNS=20050 RAW=20060
PING=50494e470d0a # "PING", CRLF
PONG=2b504f4e47   # "+PONG"

# front PORT SERVER - a pair of them
front() {
    local port=$1 server=$2

    cat <<TEXT
frontend f$port
    bind 0.0.0.0:$port accept-proxy
    default_backend b$port
frontend f$((port + 1))
    bind 0.0.0.0:$((port + 1))
    default_backend b$port
backend b$port
    server s $server
TEXT
}

# haproxy_conf PORT SERVER-PORT... - fronts, and servers on the loopback
haproxy_conf() {
    cat <<'TEXT'
global
    maxconn 4000
    log stdout format raw local0
defaults
    mode tcp
    log global
    log-format "client=%ci port=%cp"
    timeout connect 1s
    timeout client 4s
    timeout server 4s
TEXT
    while [ $# -gt 0 ]; do
        front "$1" "127.0.0.1:$2"
        shift 2
    done
}

nginx_conf() {
    nginx_head 1000
    cat <<TEXT
stream {
    ssl_certificate $DIR/cert.pem;
    ssl_certificate_key $DIR/cert.key;
    proxy_timeout 4s;
    log_format client 'client=\$proxy_protocol_addr port=\$proxy_protocol_port';
    access_log $DIR/tls.log client;
    server {
        listen $TLS ssl proxy_protocol;
        proxy_pass 127.0.0.1:21000;
    }
    server {
        listen $((TLS + 1)) ssl;
        proxy_pass 127.0.0.1:21000;
    }
}
http {
    access_log off;
    server {
        listen 127.0.0.1:21000;
        return 200 "hello\n";
    }
}
TEXT
}

postfix_conf() {
    cat >"$DIR/postfix/main.cf" <<TEXT
compatibility_level = 3.6
queue_directory = $DIR/spool
data_directory = $DIR/data
maillog_file = $DIR/maillog
maillog_file_prefixes = $DIR
myhostname = peer.example
mydestination =
alias_maps =
local_recipient_maps =
inet_interfaces = all
inet_protocols = all
smtpd_peername_lookup = no
smtpd_tls_security_level = none
smtpd_client_connection_count_limit = 0
smtpd_upstream_proxy_timeout = 4s
TEXT
    cat >"$DIR/postfix/master.cf" <<TEXT
$SMTP   inet       n - n - 100 smtpd
        -o smtpd_upstream_proxy_protocol=haproxy
$((SMTP + 1))   inet       n - n - 100 smtpd
cleanup unix       n - n - 0 cleanup
rewrite unix       - - n - - trivial-rewrite
anvil   unix       - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
TEXT
}

unbound_conf() {
    cat <<TEXT
server:
  interface: $ORIGIN4@$DNS
  interface: $ORIGIN4@$((DNS + 1))
  proxy-protocol-port: $DNS
  access-control: 0.0.0.0/0 allow
  username: ""
  chroot: ""
  directory: "$DIR"
  pidfile: ""
  do-daemonize: no
  use-syslog: no
  logfile: "$DIR/unbound.log"
  log-queries: yes
  num-threads: 1
  tcp-idle-timeout: 4000
  module-config: "iterator"
  local-zone: "." static
TEXT
}

# ask NAME ARGUMENT... - all are asked before any answer is looked at
ask() {
    local name=$1
    shift

    in_proxy "$TP_CONFORM" origin -J -W 1s --oracle-wait 400ms "$@" \
        >"$DIR/$name.json" 2>"$DIR/$name.err"
    echo $? >"$DIR/$name.status"
}

# what is wanted of fronts that take both versions, and of one of v2
BOTH="ppv1/valid ppv2/valid ppv2/local/empty trust/no-header/probe"
V2="ppv2/valid ppv2/local/empty trust/no-header/probe"
UDP="udp/valid/v4 udp/valid/v6 udp/valid/local udp/bad/version"

# ask_both NAME PORT PROBE ORACLE [WANTED] [-u] - the front that takes the
# header, and, with an oracle and without, the one that does not
ask_both() {
    local name=$1 port=$2 probe=$3 oracle=$4 wanted=${5:-$BOTH}

    # shellcheck disable=SC2086 # a list
    ask "$name" --probe "$probe" --oracle "$oracle" ${6:+"$6"} \
        "$ORIGIN4:$port" $wanted
    ask "$name-without" --probe "$probe" --oracle "$oracle" ${6:+"$6"} \
        "$ORIGIN4:$((port + 1))"
    ask "$name-blind" --probe "$probe" ${6:+"$6"} "$ORIGIN4:$((port + 1))"
}

# the origins whose logs are one have to wait for each other
ask_all() {
    local front="client=([0-9a-f.:]+) port=([0-9]+)"
    local query="log:$DIR/unbound.log: info: ([0-9a-f.:]+) \. NS IN"
    local lanes=()

    {
        ask_both http "$HTTP" http "log:$DIR/front.out:$front"
        ask_both ssh "$SSH" ssh "log:$DIR/front.out:$front"
    } &
    lanes+=($!)
    {
        ask_both redis "$REDIS" redis "log:$DIR/redis-front.out:$front"
        ask_both raw "$RAW" "raw:$PING:$PONG" "log:$DIR/redis-front.out:$front"
        ask raw-any --probe "raw:$PING" "$ORIGIN4:$((RAW + 1))"
    } &
    lanes+=($!)
    ask_both tls "$TLS" tls "log:$DIR/tls.log:$front" &
    lanes+=($!)
    ask_both smtp "$SMTP" smtp "log:$DIR/maillog:postfix" &
    lanes+=($!)
    {
        ask_both dns "$DNS" dns "$query" "$V2"
        ask_both dns-udp "$DNS" dns "$query" "$UDP" -u
    } &
    lanes+=($!)
    wait "${lanes[@]}"
}

page_of() { tail -n 1 "$DIR/$1.json"; }

# takes NAME - the claimed client is believed, the header never reaches the
# server, and who sends none is not served
takes() {
    expect "$1: exit status" "$(cat "$DIR/$1.status")" 0
    expect "$1: passed" "$(jq -r 'select(.type == "case" and
        .status != "pass" and .status != "info") | .id + " " + .got' \
        "$DIR/$1.json")" ""
    [ "$(grep -c 'the claimed client' "$DIR/$1.json")" -ge 2 ] ||
        bad "$1: the claimed client is not seen"
    expect_match "$1: the page" "$(page_of "$1")" 'The origin understands'
}

# lacks NAME WHY
lacks() {
    expect "$1: exit status" "$(cat "$DIR/$1.status")" 5
    expect_match "$1: the page" "$(page_of "$1")" "Nothing to judge: $2"
    expect_match "$1: no case" "$(page_of "$1")" \
        '"tests":0,"passed":0,"failed":0'
}

both() {
    takes "$1"
    lacks "$1-without" 'the origin does not take a (PROXY|PPv2) header'
    lacks "$1-blind" 'the origin does not take a (PROXY|PPv2) header'
}

# the bytes of the answer are told, or not
raw() {
    both raw
    lacks raw-any 'the origin answers with a header and without one'
}

listens() { in_origin ss -Hln "--$1" "sport = :$2" | grep -q .; }

e2e_begin "$TP_CONFORM"
chmod 755 "$DIR"
mkdir -p "$DIR/postfix" "$DIR/spool" "$DIR/data" /run/sshd
chown postfix "$DIR/data"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
    -subj /CN=peer.example -days 2 -keyout "$DIR/cert.key" \
    -out "$DIR/cert.pem" 2>/dev/null || note "no certificate"
ssh-keygen -q -t ed25519 -N '' -f "$DIR/key" </dev/null
haproxy_conf $HTTP 21000 $SSH 21020 >"$DIR/front.conf"
haproxy_conf $REDIS 21030 $RAW 21030 >"$DIR/redis-front.conf"
nginx_conf >"$DIR/nginx.conf"
postfix_conf
unbound_conf >"$DIR/unbound.conf"
: >"$DIR/maillog"
start front "$NS_O" haproxy -db -f "$DIR/front.conf"
start redis-front "$NS_O" haproxy -db -f "$DIR/redis-front.conf"
start nginx "$NS_O" nginx -p "$DIR" -c "$DIR/nginx.conf" \
    -e "$DIR/nginx-error.log" -g 'daemon off;'
start sshd "$NS_O" "$(command -v sshd)" -D -e -f /dev/null -h "$DIR/key" \
    -p 21020 -o PidFile=none -o MaxStartups=1000
start redis "$NS_O" redis-server --port 21030 --bind 127.0.0.1 --save '' \
    --appendonly no --dir "$DIR"
start unbound "$NS_O" unbound -d -c "$DIR/unbound.conf"
# it leaves processes behind: they go with their namespace
start postfix "$NS_O" unshare --pid --fork --kill-child --mount-proc \
    postfix -c "$DIR/postfix" start-fg
for port in $HTTP $TLS $SSH $REDIS $SMTP $DNS 21000 21020 21030; do
    wait_for 30 listens tcp "$port" || note "nobody listens on $port"
done
wait_for 10 listens udp $DNS || note "nobody listens on $DNS/udp"

ask_all
run_case "http: nginx behind haproxy" both http
run_case "tls: nginx ends it" both tls
run_case "ssh: sshd behind haproxy" both ssh
run_case "redis: redis-server behind haproxy" both redis
run_case "smtp: postfix" both smtp
run_case "dns over TCP: unbound" both dns
run_case "dns over UDP: unbound" both dns-udp
run_case "raw: PING of redis-server behind haproxy" raw
e2e_end
