#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-refused.sh - what the product refuses is refused, with its code, the line
# and the column, and a file with one such line starts nothing
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

P=InvalidParameter
GOOD='tcp:10001 10.2.0.10 20001 off off'

# refuse FILE LINE:COLUMN CODE [OPTION...] - by -c and by a start; the other
# rules of the file are good, and none of them may come up
refuse() {
    local file=$1 where=$2 code=$3
    local status mode said
    shift 3

    for mode in -c start; do
        said=$DIR/said
        status=0
        if [ "$mode" = -c ]; then
            "$TP_PROXY" "$@" -c -f "$file" >"$said" 2>&1 || status=$?
        else
            in_proxy timeout 10 "$TP_PROXY" "$@" -f "$file" \
                >"$said" 2>&1 </dev/null || status=$?
        fi
        expect "exit status of $mode" "$status" 2
        grep -qF -- "$file:$where: $code: " "$said" ||
            bad "$mode does not say '$where: $code', but: $(
                head -n 3 "$said"
            )"
        ! grep -qw ready "$said" || bad "$mode: it started"
        ! grep -qE 'Sanitizer|runtime error' "$said" ||
            bad "$mode: $(grep -E 'Sanitizer|runtime' "$said")"
    done
    expect "listeners" "$(in_proxy ss -Hltun | wc -l)" 0
}

# refuse_line COLUMN CODE LINE [OPTION...] - as the second line of three
refuse_line() {
    local column=$1 code=$2 line=$3
    shift 3

    printf '%s\n%s\n%s\n' "$GOOD" "$line" "${GOOD//1 /2 }" >"$DIR/rules"
    refuse "$DIR/rules" "2:$column" "$code" "$@"
}

entries() { seq -s ';' "$1" "$2"; }

too_many_rules() {
    seq 10000 12000 | sed 's/.*/tcp:& 10.2.0.10 20000 off off/' >"$DIR/rules"
    expect "lines" "$(wc -l <"$DIR/rules")" 2001
    refuse "$DIR/rules" 2001:1 LimitExceeded.ProxyRulesLimitExceeded
    sed -i '$d' "$DIR/rules"
    "$TP_PROXY" -c -f "$DIR/rules" || bad "2000 rules are refused"
}

duplicate_of_a_line() {
    printf 'tcp:80-90 10.2.0.10 80 off off\ntcp:10;85 10.2.0.10 80 off off\n' \
        >"$DIR/rules"
    refuse "$DIR/rules" 2:8 "$P.RulePortDuplicating"
}

no_such_file() {
    local status=0

    "$TP_PROXY" -c -f "$DIR/none" 2>"$DIR/said" || status=$?
    [ "$status" = 2 ] || [ "$status" = 3 ] || bad "exit status $status"
    grep -qF "$DIR/none" "$DIR/said" || bad "$(cat "$DIR/said")"
}

same_port_both_protocols() {
    printf 'tcp:4789 10.2.0.10 80 off off\nudp:3943 10.2.0.10 80 off off\n' \
        >"$DIR/rules"
    printf 'tcp:53 10.2.0.10 53 off off\nudp:53 10.2.0.10 53 off off\n' \
        >>"$DIR/rules"
    "$TP_PROXY" -c -f "$DIR/rules" || bad "refused"
}

e2e_begin "$TP_PROXY"

# the mode does not fit the protocol
run_case "toa on udp" refuse_line 31 "$P.ParameterError" \
    'udp:11000 10.2.0.10 21000 off toa'
run_case "ppv1 on udp" refuse_line 31 "$P.ParameterError" \
    'udp:11000 10.2.0.10 21000 off ppv1'
run_case "spp on tcp" refuse_line 31 "$P.ParameterError" \
    'tcp:11000 10.2.0.10 21000 off spp' --ext
run_case "spp without --ext" refuse_line 31 "$P.ParameterError" \
    'udp:11000 10.2.0.10 21000 off spp'

# ports
for port in 3943 3944 6088 36000 56000; do
    run_case "reserved tcp:$port" refuse_line 5 "$P.RulePortInteger" \
        "tcp:$port 10.2.0.10 21000 off off"
done
for port in 4789 4790 6080 61708; do
    run_case "reserved udp:$port" refuse_line 5 "$P.RulePortInteger" \
        "udp:$port 10.2.0.10 21000 off off"
done
run_case "reserved port inside a range" refuse_line 5 "$P.RulePortInteger" \
    'tcp:3900-4000 10.2.0.10 21000 off off'
run_case "port 0" refuse_line 5 "$P.RulePortInteger" \
    'tcp:0 10.2.0.10 21000 off off'
run_case "port 65000" refuse_line 5 "$P.RulePortInteger" \
    'tcp:65000 10.2.0.10 21000 off off'
run_case "port that is a word" refuse_line 5 "$P.RulePortInteger" \
    'tcp:http 10.2.0.10 21000 off off'
run_case "range backwards" refuse_line 5 "$P.RulePortGroup" \
    'tcp:90-80 10.2.0.10 21000 off off'
run_case "21 entries" refuse_line 65 "$P.RulePortGroup" \
    "tcp:$(entries 10 30) 10.2.0.10 21000 off off"
run_case "duplicate inside one line" refuse_line 8 "$P.RulePortDuplicating" \
    'tcp:81;80-82 10.2.0.10 21000 off off'
run_case "duplicate of an earlier line" duplicate_of_a_line
run_case "full-width colon" refuse_line 4 "$P.InvalidRuleProto" \
    'tcp：80 10.2.0.10 21000 off off'
run_case "unknown protocol" refuse_line 1 "$P.InvalidRuleProto" \
    'sctp:80 10.2.0.10 21000 off off'

# origins
run_case "unequal ranges" refuse_line 21 "$P.RulePortGroup" \
    'tcp:80-90 10.2.0.10 90-101 off off'
run_case "origin range for two entries" refuse_line 24 "$P.RulePortGroup" \
    'tcp:80-90;95 10.2.0.10 90-101 off off'
run_case "origin port 65536" refuse_line 20 "$P.RuleOriginPortInteger" \
    'tcp:80 10.2.0.10   65536 off off'
run_case "origin that is no address" refuse_line 8 \
    "$P.RuleOriginFormatError" 'tcp:80 -x-.example 80 off off'
run_case "group that is not defined" refuse_line 8 \
    InvalidParameterValue.OriginGroupNotExists 'tcp:80 og:web 80 off off'
run_case "private origin, strict" refuse_line 8 "$P.InvalidOriginIp" \
    'tcp:80 10.2.0.10 80 off off' --strict

# the rest of the line
run_case "persistence neither on nor off" refuse_line 21 "$P.ParameterError" \
    'tcp:80 10.2.0.10 80 maybe off'
run_case "unknown mode" refuse_line 25 "$P.ParameterError" \
    'tcp:80 10.2.0.10 80 off ppv3'
run_case "fields missing" refuse_line 17 "$P.ParameterError" \
    'tcp:80 10.2.0.10'
run_case "tag of 51 characters" refuse_line 29 "$P.ParameterError" \
    "tcp:80 10.2.0.10 80 off off $(printf 'é%.0s' {1..51})"

run_case "2001 rules" too_many_rules
run_case "no such file" no_such_file
run_case "a port of each protocol is its own" same_port_both_protocols
e2e_end
