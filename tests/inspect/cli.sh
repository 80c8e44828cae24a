#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# cli.sh - exit statuses and messages of tp-inspect
#
# usage: cli.sh TP_INSPECT PCAPS
set -uo pipefail

INSPECT=$1
PCAPS=$2
FAILED=0
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

# expect STATUS PATTERN ARG... - exit status, and a pattern that stdout and
# stderr together must match
expect() {
    local status=$1 pattern=$2
    local said got=0
    shift 2

    said=$("$INSPECT" "$@" 2>&1 </dev/null) || got=$?
    if [ "$got" != "$status" ] || ! grep -qE -- "$pattern" <<<"$said"; then
        printf 'tp-inspect %s: exit %s (not %s), said:\n%s\n(not %s)\n' \
            "$*" "$got" "$status" "$said" "$pattern" >&2
        FAILED=1
    fi
}

first=$PCAPS/001-document-ppv1-tcp/input.pcap
none=$PCAPS/017-no-header/input.pcap

line='^TCP 43\.132\.85\.50:7502 > 10\.4\.0\.14:10000  ppv1'
line+='  client 119\.29\.135\.205:53859  via 43\.159\.115\.63:10000'
line+='  hdr 53B@frame 7  OK$'
expect 0 "$line" -r "$first" port 10000
expect 0 "$line" -n -q -r "$first" 'tcp port' 10000
expect 1 'none  MISSING at frame 12$' -r "$first"
expect 1 '^2 flows, 1 ok, 1 missing$' -r "$first"

expect 0 ' OK$' -r "$first" --expect 119.29.135.205 port 10000
expect 0 ' OK$' -r "$first" --expect 119.29.135.205:53859 port 10000
expect 1 ' MISMATCH flow.expect$' -r "$first" --expect 119.29.135.205:53860 port 10000
expect 1 ' MISMATCH flow.expect$' -r "$first" --expect 119.29.135.206 port 10000
expect 2 'excludes --expect-from' -r "$first" --expect 119.29.135.205 \
    --expect-from "$first"
expect 2 'input can be read once' -r - --expect-from -
expect 2 'line 1 is not a record' -r "$first" --expect-from "$first"
expect 2 'ADDR:PORT' -r "$first" --expect 119.29.135

expect 0 ' OK$' -r "$first" --mode ppv1 port 10000
expect 1 ' MISMATCH wrong_mode$' -r "$first" --mode ppv2 port 10000
expect 1 ' MISMATCH wrong_mode$' -r "$first" --mode off port 10000
expect 0 ' OK$' -r "$none" --mode off
expect 1 ' MISSING at frame 4$' -r "$none" --mode ppv1
expect 1 ' MISSING at frame 4$' -r "$none" --mode toa
expect 2 'mode' -r "$none" --mode tao

expect 0 'threads 2: one thread has read the file: it is small' \
    -r "$none" --mode off --threads 2
expect 0 'threads 2: one thread reads it: only a single file' \
    -r "$none" --mode off --threads 2 tcp
if "$INSPECT" -r "$none" --threads 1 2>&1 | grep -q threads ||
    "$INSPECT" -r "$none" 2>&1 | grep -q threads; then
    echo 'threads are told of unasked' >&2
    FAILED=1
fi

expect 2 'give a capture.*stands alone is a filter' "$first"
expect 2 '-E is about fields' -r "$first" -E header=y
expect 2 '-E is about fields' -r "$first" -J -E occurrence=f
expect 1 '^tp.flow,' -r "$first" -T csv -E header=y
expect 2 'shows no single flow' -r "$first" --summary --flow 1
expect 1 '^1 flow: 1 TCP' -r "$none" --summary
for both in '--annotate --write-bad' '--write-bad --report' '--report --annotate'; do
    expect 3 'is to be written twice' -r "$first" "${both% *}" "$WORK/twice" \
        "${both#* }" "$WORK/twice"
done
expect 1 MISSING -r "$first" --annotate /dev/null --write-bad /dev/null

vxlan=$PCAPS/065-vxlan/input.pcap
expect 1 ':8080  in vxlan 42  ppv2 .*  OK$' -r "$vxlan"
expect 1 ':4789  none  MISSING' -r "$vxlan" --no-tunnels
expect 1 'in vxlan 42' -r "$vxlan" --tunnel-port vxlan=8472,geneve=6082
for bad in vxlan gre=1 vxlan= vxlan=0 vxlan=65536 vxlan=1x 'vxlan=1,'; do
    expect 2 'vxlan=8472,geneve=6082' -r "$vxlan" --tunnel-port "$bad"
done

toa=$PCAPS/040-toa-ack-data/input.pcap
toa_line='^TCP 198\.51\.100\.5:32001 > 192\.0\.2\.10:8080  toa'
toa_line+='  client 203\.0\.113\.7:54321  kind 200/8 on ack,data \(3 segments\)'
toa_line+='  Tencent, UCloud, LVS \(2012\)  OK$'
expect 0 "$toa_line" -r "$toa"
expect 0 ' OK$' -r "$toa" --mode toa --expect 203.0.113.7:54321
expect 1 ' MISMATCH flow.expect$' -r "$toa" --expect 203.0.113.7:54320
expect 1 ' MISMATCH wrong_mode$' -r "$toa" --mode off
expect 1 ' MISMATCH wrong_mode$' -r "$toa" --mode ppv2
expect 1 ' MISMATCH wrong_mode$' -r "$first" --mode toa port 10000
expect 1 '  with 200/8 203\.0\.113\.7:54321\?  MISSING at frame 4 \(unsure' \
    -r "$toa" --toa-kind 254
expect 0 ' OK$' -r "$toa" --toa-kind 254,200
like=$PCAPS/049-toa-lookalike/input.pcap
expect 1 ' none  with 254/8 203\.0\.113\.7:63881\?  MISSING' \
    -r "$like" port 32032
expect 0 ' OK$' -r "$like" --toa-kind 254 port 32032
expect 0 '^6 flows, 6 ok$' -r "$like" --mode off
expect 0 '  client 203\.0\.113\.7  kind 28/7 on data .*\(likely\)' \
    -r "$PCAPS/045-toa-kind-28/input.pcap"
expect 0 '  with 201/6 VPC id; 202/8 virtual port, IPv4  OK$' \
    -r "$PCAPS/046-toa-vtoa/input.pcap"
expect 1 '  with 200/8 198\.51\.100\.66:1  DUPLICATE toa.contrary$' \
    -r "$PCAPS/047-toa-contrary/input.pcap"
expect 1 ' MALFORMED toa.length at byte 67 of frame 3$' \
    -r "$PCAPS/048-toa-malformed/input.pcap"
expect 1 '28B@frame 4  toa  client 198\.51\.100\.66:.* MISMATCH toa.header$' \
    -r "$PCAPS/050-toa-and-ppv2/input.pcap"
for kinds in '' 8 256 '200,' ,200 200,,254 200x +200 '200 254' -9; do
    expect 2 'list of kinds' -r "$toa" "--toa-kind=$kinds"
done

expect 0 '10\.4\.0\.10:38888 .* OK \(header-echoed\)$' -K -r "$PCAPS/003-document-ppv2-udp-bad-csum/input.pcap"
expect 1 'v1.port at byte' -r "$PCAPS/018-ppv1-bad-port/input.pcap"
expect 5 ' TRUNCATED flow.cut at frame 4$' -r "$PCAPS/019-ppv2-snaplen/input.pcap"
expect 5 'NO-HANDSHAKE flow.no_start$' -r "$PCAPS/030-no-handshake/input.pcap"
expect 5 '^0 flows' -r "$first" port 1
expect 1 'there is no flow 99: -J ' -r "$first" --flow 99
expect 1 'ended early by --max-flows' -r "$PCAPS/002-document-ppv2-udp/input.pcap" --max-flows 1
expect 0 '^2 flows, 2 ok$' -r "$PCAPS/031-port-reused/input.pcap" --max-flows 1
expect 1 'v2.len_limit' -r "$PCAPS/023-ppv2-tlvs/input.pcap" --hdr-max 139
expect 0 ' OK$' -r "$PCAPS/023-ppv2-tlvs/input.pcap" --hdr-max 140
expect 5 'max-memory' -r "$PCAPS/010-ppv1-split/input.pcap" --max-memory 0

expect 2 'give a capture' -J
expect 2 'exclude' -r "$first" --hex tcp
expect 2 "filter 'port what'" -r "$first" port what
expect 2 "unexpected 'x'" --hex tcp x
expect 2 '' --hex sctp
expect 2 '' --no-such-option
expect 3 "$WORK/absent: No such file or directory$" -r "$WORK/absent"
expect 3 'lo: No such file.*: -i captures on it' -r lo
expect 3 "$WORK: " -r "$WORK"
expect 0 '^usage: tp-inspect' --help
expect 0 'tp-inspect' --version

# A file that ends inside a record: what stands before is told, then the error.
head -c 1000 "$first" >"$WORK/cut.pcap"
expect 3 'hdr 53B@frame 7' -r "$WORK/cut.pcap"
expect 3 "$WORK/cut.pcap: after frame [0-9]+: " -r "$WORK/cut.pcap"
: >"$WORK/empty.pcap"
expect 3 "$WORK/empty.pcap: " -r "$WORK/empty.pcap"
# link type 147, which nobody decodes (bytes 20..23 of the file)
{ head -c 20 "$first"; printf '\223\0\0\0'; tail -c +25 "$first"; } \
    >"$WORK/link.pcap"
expect 3 'link type 147' -r "$WORK/link.pcap"
# the other captures are judged all the same
expect 3 'hdr 53B@frame ' -r "$WORK/link.pcap" -r "$first"
expect 3 'hdr 53B@frame 13' -r "$first" -r "$WORK/cut.pcap"
expect 3 ': after frame [0-9]+: .*cap.cut' -r "$WORK/cut.pcap" \
    -r "$first"
printf 'hello, world\n' >"$WORK/text"
expect 3 'neither a pcap nor a pcapng file: editcap' -r "$WORK/text"
printf 'BZh91AY&SY' >"$WORK/text"
expect 3 'bzip2: unpack it first' -r "$WORK/text"
gzip -c "$WORK/cut.pcap" >"$WORK/cut.gz"
expect 3 'hdr 53B@frame 7' -r "$WORK/cut.gz"
expect 2 'read once' -r - -r -
expect 2 'exclude' -r "$first" -i lo
expect 2 'live capture' -r "$first" -s 100
expect 2 'live capture' -r "$first" --top
expect 2 'at least 1' -r "$first" -c 0
expect 5 '^1 flow,' -r "$first" -c 1

# Standard input, and output that cannot be written
said=$("$INSPECT" -q -r - port 10000 <"$first") || FAILED=1
grep -qE "$line" <<<"$said" || { echo 'tp-inspect -r -: wrong' >&2; FAILED=1; }
if [ -e /dev/full ]; then
    "$INSPECT" -q -J -r "$first" >/dev/full 2>"$WORK/full"
    if [ $? != 3 ] || ! grep -q 'cannot write' "$WORK/full"; then
        echo 'a full disk goes unnoticed' >&2
        FAILED=1
    fi
fi
exit "$FAILED"
