#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-matrix.sh - every mode x client family x origin family x listener kind x
# payload x persistence: 480 cases in one run, judged by four witnesses
# (matrix.py)
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

JUDGE=$E2E_ROOT/tests/e2e/matrix.py
# enough for the longest header behind Ethernet, IPv6 and TCP; a datagram's
# needs less
TCP_BYTES=256
UDP_BYTES=128

start_origins() {
    local family mode port only

    while IFS=$'\t' read -r family mode port only; do
        start "origin-$family-$mode" "$NS_O" "$TP_ORIGIN" \
            --family "$family" --mode "$mode" --reply whoami \
            --udp-idle 300s --log "$DIR/origin-$family-$mode.log" \
            ${only:+"$only"} "$port"
        ORIGINS+=("origin-$family-$mode")
    done <"$DIR/origins.tsv"
    for family in "${ORIGINS[@]}"; do
        wait_for 20 said "$family" '\bready\b' ||
            bad "$family is not ready: $(tail -n 3 "$DIR/$family.err")"
    done
}

start_captures() {
    CAPTURE_BYTES=$TCP_BYTES
    capture tcp-front "$NS_P" p0 tcp
    capture tcp-back "$NS_P" p1 tcp
    CAPTURE_BYTES=$UDP_BYTES
    capture udp-front "$NS_P" p0 udp
    capture udp-back "$NS_P" p1 udp
}

# two cases at a time; each leaves c/ID.{json,log,err,status}
run_clients() {
    mkdir "$DIR/c"
    # shellcheck disable=SC2016 # for the inner shell
    in_client env DIR="$DIR" xargs -a "$DIR/cases.tsv" -d '\n' -P 2 -n 1 \
        bash -c '
            id=${0%%$'\''\t'\''*}
            status=0
            # shellcheck disable=SC2086
            "$TP_CLIENT" --log "$DIR/c/$id.log" ${0#*$'\''\t'\''} \
                >"$DIR/c/$id.json" 2>"$DIR/c/$id.err" || status=$?
            echo "$status" >"$DIR/c/$id.status"' || true
}

# A datagram in fragments cannot be put together from a capture that cuts
# packets short: tshark reads the header from the first one instead.
AS_CAPTURED=(-o ip.defragment:FALSE -o ipv6.defragment:FALSE)

# tshark_proxy PROTOCOL - where it sees PROXY headers, for matrix.py
tshark_proxy() {
    tshark -n -r "$DIR/$1-back.pcap" "${AS_CAPTURED[@]}" \
        -o "$1.try_heuristic_first:TRUE" -Y proxy -T fields \
        -E occurrence=f -e frame.number -e "$1.stream" \
        -e ip.dst -e ipv6.dst -e "$1.dstport" \
        -e proxy.v2.length -e proxy.src.ipv4 -e proxy.src.ipv6 \
        -e proxy.srcport -e proxy.dst.ipv4 -e proxy.dst.ipv6 \
        -e proxy.dstport >"$DIR/$1.tshark" 2>"$DIR/$1.tshark.err"
}

# all datagrams of the origin leg as bytes: tshark does not know SPP
tshark_udp() {
    tshark -n -r "$DIR/udp-back.pcap" "${AS_CAPTURED[@]}" \
        -d 'udp.port==1-65535,data' -Y 'udp and !icmp and !icmpv6' \
        -T fields -e udp.srcport -e udp.dstport -e udp.payload \
        >"$DIR/spp.tshark" 2>"$DIR/spp.tshark.err"
}

inspect() {
    "$TP_INSPECT" -q -J -r "$DIR/$1.pcap" 'not udp port 9' \
        >"$DIR/$1.flows" 2>"$DIR/$1.inspect.err"
}

read_captures() {
    local leg pids=()

    tshark_udp &
    pids+=($!)
    tshark_proxy udp &
    pids+=($!)
    tshark_proxy tcp
    for leg in tcp-front tcp-back udp-front udp-back; do
        inspect "$leg"
        grep -q '"type":"flow"' "$DIR/$leg.flows" ||
            bad "tp-inspect found no flow in $leg"
    done
    wait "${pids[@]}" || bad "tshark failed: $(cat "$DIR"/*.tshark.err)"
}

run_all() {
    local begin=$SECONDS

    start_origins
    start_ready proxy "$NS_P" "$TP_PROXY" --ext --udp-idle 300s \
        --log "$DIR/proxy.log" -f "$DIR/rules" || return
    start_captures
    note "set up after $((SECONDS - begin)) s"
    run_clients
    note "clients done after $((SECONDS - begin)) s"
    capture_stop tcp-front tcp-back udp-front udp-back
    read_captures
    note "captures read after $((SECONDS - begin)) s"
}

e2e_begin "$TP_PROXY" "$TP_ORIGIN" "$TP_CLIENT" "$TP_INSPECT"
ORIGINS=()
"$JUDGE" plan "$DIR" || exit 1
run_case "processes and captures of the matrix" run_all
run_case "clean end" stop_clean proxy "${ORIGINS[@]}"
if "$JUDGE" judge "$DIR" >"$DIR/verdicts" 2>"$DIR/problems"; then
    rm -f "$DIR"/*.pcap
fi
cat "$DIR/verdicts"
head -n 60 "$DIR/problems" >&2
E2E_PASSED=$((E2E_PASSED + $(line_count "$DIR/verdicts" '^ok')))
E2E_FAILED=$((E2E_FAILED + $(line_count "$DIR/verdicts" '^not ok')))
[ -s "$DIR/verdicts" ] || exit 1
e2e_end
