#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-conform-options.sh - what each option of tp-conform origin does: --strict,
# --deadline, --tap, -J, -j, --report, --keep-pcap, --dryrun, -P, -q; the
# progress line of a terminal; the page in 80 columns, with the lines that mend; origins that are not there
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

TP_CONFORM=$TP_BUILD/conform/tp-conform
# as the configuration for each of them begins
PRODUCTS="nginx, stream
nginx, http
HAProxy
Envoy
Apache httpd
Varnish
Postfix
Dovecot
unbound
PowerDNS recursor
dnsdist
Go, pires/go-proxyproto
Java, Netty
Node.js"

# judge NAME STATUS ARGUMENT... - the page goes to $DIR/NAME.txt
judge() {
    local name=$1 status=$2
    shift 2

    in_origin "$TP_CONFORM" origin --no-like "$@" >"$DIR/$name.txt" \
        2>"$DIR/$name.err"
    expect "$name: exit status" $? "$status"
}

# said NAME PATTERN - somewhere on the page
page_says() {
    grep -qE -- "$2" "$DIR/$1.txt" || bad "$1: no '$2' on the page"
}

# a SHOULD that is not met fails strictly only
strict() {
    judge lenient 0 --mode ppv2 127.0.0.1:20001 ppv2/crc
    page_says lenient ', 0 failed, .*, 2 SHOULD not met'
    judge strict 1 --strict --mode ppv2 127.0.0.1:20001 ppv2/crc
    page_says strict ', 2 failed, '
}

deadline() {
    judge late 4 --deadline 300ms --mode ppv2 127.0.0.1:20001 \
        trust/no-header/patience
}

# what it is told of a silent client, and of sizes, is measured
measured() {
    judge measured 0 --mode ppv2 --oracle echo --patience 6s 127.0.0.1:20003 \
        trust/no-header/patience ppv2/arrival/partial-patience ppv2/size/grows
    page_says measured '^  silent client +ended after 3\.[5-9] s$'
    page_says measured '^  half a v2 header +ended after 3\.[5-9] s$'
    page_says measured '^  v2 size limit +takes less than 2048 bytes$'
}

# what an earlier case left in a log may come first
stale() {
    cat >"$DIR/stale.sh" <<'TEXT'
echo 192.0.2.1
now=${EPOCHREALTIME/./}
[ -s "$0.$TP_REAL_PORT" ] || echo "$now" >"$0.$TP_REAL_PORT"
[ $((now - $(cat "$0.$TP_REAL_PORT"))) -lt 300000 ] || echo 127.0.0.1
TEXT
    judge stale 0 --mode ppv2 --oracle-wait 10s \
        --oracle "cmd:bash $DIR/stale.sh" 127.0.0.1:20001 ppv2/local/empty
}

# an origin that anybody can lie to: the gravest comes first, then what to do
spoofable() {
    local product

    judge spoofable 1 --mode ppv2 --oracle echo --untrusted 127.0.0.66 \
        -j "$DIR/s.xml" --report "$DIR/s.html" 127.0.0.1:20002 \
        trust/untrusted trust/no-header/probe ppv2/valid ppv2/tlv
    page_says spoofable 'does not require it, and can be lied to by anybody\.'
    expect "the gravest" "$(grep -A 1 '^  severity  finding' \
        "$DIR/spoofable.txt" | tail -n 1 | awk '{ print $1 }')" CRITICAL
    while IFS= read -r product; do
        grep -qxF "  $product" "$DIR/spoofable.txt" ||
            bad "nothing for $product on the page"
        grep -qF "<summary>$product</summary>" "$DIR/s.html" ||
            bad "nothing for $product in HTML"
    done <<<"$PRODUCTS"
    # the lines of configuration are as long as they are
    expect "80 columns" "$(sed '/^  configuration that mends it/,$d' \
        "$DIR/spoofable.txt" | LC_ALL=C.UTF-8 awk 'length > 80')" ""
    # one page: nothing is fetched, both schemes are there
    expect "alone" "$(grep -oE '(src|href)=|url\(|<script|@import' \
        "$DIR/s.html")" ""
    grep -q 'prefers-color-scheme:dark' "$DIR/s.html" || bad "no dark scheme"
    expect "JUnit" "$(python3 -c 'import sys, xml.dom.minidom as m
print(len(m.parse(sys.argv[1]).getElementsByTagName("failure")) > 0)' \
        "$DIR/s.xml")" True
}

# a finding that the origin's administrator can mend, of one that takes none
enable() {
    local product

    judge off 5 --mode ppv1 127.0.0.1:20004
    page_says off 'The .*origin does not take|Nothing to judge'
    while IFS= read -r product; do
        [[ $product != Node.js ]] || product="Node.js, proxywrap"
        grep -qxF "  $product" "$DIR/off.txt" || bad "nothing for $product"
    done <<<"$PRODUCTS"
}

# the machine's formats say the same
formats() {
    local spec="ppv2/valid ppv2/crc" n

    # shellcheck disable=SC2086 # a list
    judge json 0 -J --mode ppv2 127.0.0.1:20001 $spec
    # shellcheck disable=SC2086 # a list
    judge tap 0 --tap --mode ppv2 127.0.0.1:20001 $spec
    n=$(jq -r 'select(.type == "case") | .id' "$DIR/json.txt" | wc -l)
    expect "TAP's plan" "$(sed -n 's/^1\.\.//p' "$DIR/tap.txt")" "$n"
    expect "TAP's lines" "$(grep -cE '^(not )?ok ' "$DIR/tap.txt")" "$n"
    expect "what is no failure" "$(grep -c '^not ok .*# TODO SHOULD' \
        "$DIR/tap.txt")" 2
    expect "versions" "$(jq -r .v "$DIR/json.txt" | sort -u)" 1
}

# nothing is sent
dry_run() {
    judge dry 0 --dryrun -v --mode ppv2 127.0.0.1:9 ppv2/crc
    expect "listed" "$(grep -cE '^ppv2/crc/[a-z0-9-]+ +(MUST|SHOULD|INFO) ' \
        "$DIR/dry.txt")" "$(sed -n 's/ cases, not run//p' "$DIR/dry.txt")"
    page_says dry 'send v2'
}

# progress NAME ARGUMENT... - stderr is a terminal, what it got is in
# $DIR/NAME.tty
progress() {
    local name=$1
    shift

    in_origin python3 - "$DIR/$name.tty" "$TP_CONFORM" origin --no-like "$@" \
        --mode ppv2 127.0.0.1:20001 ppv2/valid >"$DIR/$name.txt" <<'PY' ||
import os, pty, subprocess, sys
ours, theirs = pty.openpty()
run = subprocess.Popen(sys.argv[2:], stderr=theirs)
os.close(theirs)
text = b""
try:
    while more := os.read(ours, 4096):
        text += more
except OSError:  # EIO: the other end is closed
    pass
open(sys.argv[1], "wb").write(text)
sys.exit(run.wait())
PY
        bad "$name: status $?"
}

# one line that is written over, and on a terminal only
progress_line() {
    local n k

    progress tty
    n=$(sed -nE 's/^([0-9]+) tests, .*/\1/p' "$DIR/tty.txt")
    [ "${n:-0}" -gt 3 ] || bad "few cases: '$n'"
    for ((k = 1; k < n; k++)); do
        grep -qF "$k of $n cases"$'\r\e[K' "$DIR/tty.tty" ||
            bad "no '$k of $n cases' that is wiped out"
    done
    ! grep -qF "$n of $n cases" "$DIR/tty.tty" || bad "the last one is left"
    expect "lines" "$(grep -c . "$DIR/tty.tty")" 1
    progress quiet -q
    expect "-q" "$(cat "$DIR/quiet.tty")" ""
    judge pipe 0 --mode ppv2 127.0.0.1:20001 ppv2/valid
    expect "in a pipe" "$(cat "$DIR/pipe.err" "$DIR/pipe.txt" |
        grep -cE '[0-9] of [0-9]+ cases|'$'\e')" 0
}

# An origin that answers only when as many clients are there at the same time
# as are allowed: one after the other would never be served.
parallel() {
    start_ready crowd "$NS_O" python3 "$DIR/crowd.py" 20005
    judge ten 0 -P 10 -W 20s --deadline 30s --mode ppv1 127.0.0.1:20005 \
        ppv1/life/twenty-clients
    page_says ten '^1 tests, 1 passed, 0 failed'
    # and no more than that
    start_ready crowd "$NS_O" python3 "$DIR/crowd.py" 20005
    judge four 1 -P 4 -W 300ms --mode ppv1 127.0.0.1:20005 \
        ppv1/life/twenty-clients
    page_says four 'got: 20 of 20 otherwise, at 1: silent'
    stop crowd
}

crowd_py() {
    cat <<'PY'
import asyncio, sys
waiting = {}
is_first = True

async def client(reader, writer):
    global is_first
    data = b""
    while data.count(b"\n") < 2:
        more = await reader.read(4096)
        if not more or not (data + more).startswith(b"PROXY TCP4 "):
            return writer.close()
        data += more
    waiting[writer] = data.split(b"\n", 1)[1]
    # the first contact is alone
    if is_first or len(waiting) == 10:
        is_first = False
        for each, answer in waiting.items():
            each.write(answer)
        waiting.clear()
    await reader.read()
    waiting.pop(writer, None)
    writer.close()

async def main():
    server = await asyncio.start_server(client, "127.0.0.1", int(sys.argv[1]))
    print("ready", flush=True)
    await server.serve_forever()

asyncio.run(main())
PY
}

# nobody is there: said so, and no case failed
unreachable() {
    judge refused 3 --mode ppv2 127.0.0.1:9
    expect_match refused "$(cat "$DIR/refused.err")" 'Connection refused'
    judge refused6 3 --mode ppv2 '[::1]:9'
    judge refused-udp 3 -u --mode ppv2 127.0.0.1:9
    expect_match refused-udp "$(cat "$DIR/refused-udp.err")" \
        'Connection refused'
    judge no-route 3 --mode ppv2 192.0.2.1:9
    judge no-name 3 --mode ppv2 nowhere.invalid:9
    expect "no case" "$(cat "$DIR"/refused*.txt | grep -c ' failed')" 0
}

e2e_begin "$TP_CONFORM" "$TP_ORIGIN"
common=(-l 127.0.0.1 -t --reply whoami)
start_ready crc "$NS_O" "$TP_ORIGIN" "${common[@]}" --mode ppv2 \
    --fault ignores-crc 20001
start_ready anybody "$NS_O" "$TP_ORIGIN" "${common[@]}" --mode ppv2 \
    --fault accepts-none 20002
start_ready limits "$NS_O" "$TP_ORIGIN" "${common[@]}" --mode ppv2 \
    --header-timeout 3500ms --header-max 1500 20003
crowd_py >"$DIR/crowd.py"
start_ready off "$NS_O" "$TP_ORIGIN" "${common[@]}" --mode off 20004

run_case "--strict" strict
run_case "--deadline" deadline
run_case "patience and sizes are measured" measured
run_case "a line of an earlier case comes first" stale
run_case "a page for an origin that believes anybody" spoofable
run_case "a page for an origin that takes no header" enable
run_case "JSON Lines and TAP" formats
run_case "--dryrun" dry_run
run_case "the progress line" progress_line
run_case "-P: so many at a time" parallel
run_case "nobody there: unreachable" unreachable
run_case "clean end" stop_clean crc anybody limits off
e2e_end
