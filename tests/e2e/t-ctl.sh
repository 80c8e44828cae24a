#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-ctl.sh - tp-proxy ctl: options, tables, files of rules, groups, questions,
# and what bash completes
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# ctl ARGUMENT... - its output is in $SAID, its status in $LEFT
ctl() {
    LEFT=0
    SAID=$(in_proxy "$TP_PROXY" ctl --state "$DIR/state" "$@" 2>&1 \
        </dev/null) || LEFT=$?
}
# left STATUS ARGUMENT... - and what it said
left() {
    local want=$1
    shift
    ctl "$@"
    [ "$LEFT" = "$want" ] || bad "ctl $*: left with $LEFT: $SAID"
}
is_online() {
    ctl list -J
    [ "$(jq -r '.[0].Status' <<<"$SAID")" = online ]
}

options() {
    left 0 create one
    expect_match "an id" "$SAID" '^sid-'
    wait_for 5 is_online || bad "not online"
    for word in --area=global --static-ip=on --level-mainland=PLATFORM \
        --level-overseas=PLATFORM --bandwidth=30; do
        left 2 modify one --ipv6 on "$word"
        expect_match "$word" "$SAID" "has no option ${word%=*}"
    done
    left 2 modify one
    left 2 enable one --ipv6 on
    left 2 rule list one --partial
    left 2 group list --name x
    left 0 modify one --ipv6 on
    wait_for 5 is_online || bad "not online"
    left 0 show one
    expect_match "modified" "$SAID" '^IPv6 +on$'
    left 2 nonsense
    left 2 rule add one
}

# What is wrong with the directory of --state, and what to do
credentials() {
    mkdir "$DIR/other"
    left 3 --state "$DIR/other" list
    expect_match "none" "$SAID" "other/credentials.*name the directory"
    echo one-word >"$DIR/other/credentials"
    left 3 --state "$DIR/other" list
    expect_match "half a pair" "$SAID" "serve' makes a new pair"
}

files() {
    printf '%s\n' "UDP:70;80-81   $ORIGIN4  21001 OFF PPV2  a  tag" \
        >"$DIR/rules"
    left 0 rule lint "$DIR/rules"
    expect "lint" "$SAID" "1 rules, 0 groups, 3 ports, 0 errors"
    left 0 rule fmt "$DIR/rules"
    expect "fmt" "$SAID" "udp:70;80-81 $ORIGIN4 21001 off ppv2 a  tag"
    left 1 rule diff one "$DIR/rules"
    expect "diff before" "$SAID" "+ udp:70;80-81 $ORIGIN4 21001 off ppv2 a  tag"
    left 0 rule import one "$DIR/rules"
    left 0 rule diff one "$DIR/rules"
    expect "diff after" "$SAID" ""
    left 0 rule add one "tcp:90 $ORIGIN4 1 off off"
    left 1 rule diff one "$DIR/rules"
    expect "diff of one" "$SAID" "- tcp:90 $ORIGIN4 1 off off"
    echo "tcp:99999 $ORIGIN4 1 off off" >>"$DIR/rules"
    echo "tcp:92 $ORIGIN4 1 off off" >>"$DIR/rules"
    left 0 rule import one "$DIR/rules" --partial --dry-run
    expect_match "would be" "$SAID" '^1 rules would be added$'
    left 0 rule import one "$DIR/rules" --partial
    expect_match "in use" "$SAID" '^1:[0-9]+: InvalidParameter.RulePortDup'
    expect_match "no port" "$SAID" '^2:5: InvalidParameter.RulePortInteger'
    expect_match "the rest" "$SAID" '^1 rules added$'
    left 2 rule lint "$DIR/rules" -J
    expect "lint -J" "$(jq -r 'select(.type == "error") |
        "\(.line):\(.column) \(.code)"' <<<"$SAID")" \
        "2:5 InvalidParameter.RulePortInteger"
    left 2 rule fmt "$DIR/rules"
    left 2 rule diff one "$DIR/rules"
    left 3 rule lint "$DIR/nothing"
    echo "udp:1 $ORIGIN4 1 off spp" >"$DIR/rules"
    left 2 rule lint "$DIR/rules"
    left 0 rule lint "$DIR/rules" --ext
    echo "# a comment" >"$DIR/rules"
    left 0 rule lint "$DIR/rules"
    left 2 rule lint "$DIR/rules" --strict
}

groups() {
    local id

    left 0 group create web "$ORIGIN4" a.example.com
    id=$SAID
    left 0 group list
    expect_match "the table" "$SAID" "^$id +web +$ORIGIN4,a.example.com\$"
    left 0 group modify "$id" "$ORIGIN6" --name other
    left 0 group list -J
    expect "modified" "$(jq -r '.[0] | .Name + " " + .Records[0].Record' \
        <<<"$SAID")" "other $ORIGIN6"
    left 2 group delete "$id"
    expect_match "asks" "$SAID" 'Say --yes'
    left 0 group delete "$id" --yes
    left 0 group list -J
    expect "gone" "$SAID" "[]"
}

# The question is asked on a terminal; only y is a yes.
questions() {
    local answer

    left 0 disable one
    wait_for 5 is_offline || bad "not offline"
    for answer in n '' y; do
        left 0 list -J
        expect "before '$answer'" "$(jq length <<<"$SAID")" 1
        printf '%s\n' "$answer" | in_proxy script -qec \
            "$TP_PROXY ctl --state $DIR/state delete one" /dev/null \
            >"$DIR/question" 2>&1
        expect_match "asked" "$(cat "$DIR/question")" 'Delete one\? \[y/N\]'
    done
    left 0 list -J
    expect "deleted" "$SAID" "[]"
}
is_offline() {
    ctl list -J
    [ "$(jq -r '.[0].Status' <<<"$SAID")" = offline ]
}

# complete WORD... - what bash offers for the last one, in $SAID
complete_line() {
    # shellcheck disable=SC2016 # for the other shell
    SAID=$(in_proxy bash --norc -c '. "$1"; shift
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
        __tp_proxy 2>/dev/null; printf "%s\n" "${COMPREPLY[@]}"' \
        bash "$E2E_ROOT/completion/tp-proxy.bash" "$TP_PROXY" "$@")
}
offers() { expect_match "${*:2} offers" "$SAID" "$1"; }

completion() {
    local rule

    left 0 create two
    wait_for 5 is_online || bad "not online"
    left 0 rule add two "tcp:91 $ORIGIN4 1 off off"
    left 0 rule list two -J
    rule=$(jq -r '.[0].RuleId' <<<"$SAID")
    complete_line s
    expect "commands" "$SAID" serve
    complete_line --fau
    expect "options" "$SAID" --fault
    complete_line serve --api-c
    expect "options of serve" "$SAID" --api-cert
    complete_line ctl --level-m
    expect "options of ctl" "$SAID" --level-mainland
    complete_line ctl ru
    expect "groups of commands" "$SAID" rule
    complete_line ctl rule li
    expect "commands on rules" "$SAID" list$'\n'lint
    complete_line ctl create x --ipv6 ''
    expect "values" "$SAID" on$'\n'off
    complete_line ctl --state "$DIR/state" rule list t
    expect "instances" "$SAID" two
    complete_line ctl --state "$DIR/state" rule pause two rule-
    expect "rules" "$SAID" "$rule"
    complete_line ctl --state "$DIR/state" rule edit two "$rule" per
    expect "keys" "$SAID" persist=$'\n'persist-time=
    complete_line ctl conn
    expect "connections" "$SAID" connections
    complete_line ctl --state "$DIR/state" stats t
    expect "instances of stats" "$SAID" two
    complete_line ctl rule lint "$DIR/ru"
    expect "files" "$SAID" "$DIR/rules"
}

# The limit of 2,000 rules is one instance's.
two_instances() {
    local name port i

    stop_clean proxy
    start_ready proxy "$NS_P" "$TP_PROXY" serve --state "$DIR/two" -t 1 \
        --quota 2
    start_ready origin "$NS_O" "$TP_ORIGIN" -t --mode ppv2 --reply whoami 21001
    for name in left right; do
        ctl_of_two create "$name"
        expect "create: $SAID" "$LEFT" 0
    done
    port=10000
    for name in left right; do
        for ((i = 0; i < 2000; i++)); do
            echo "tcp:$((port++)) $ORIGIN4 21001 off ppv2"
        done >"$DIR/many"
        ctl_of_two rule import "$name" "$DIR/many"
        expect "import: $SAID" "$LEFT" 0
    done
    for name in left right; do
        wait_for 20 all_online_of_two "$name" || bad "$name: not all online"
    done
    ctl_of_two list
    expect_match "the first" "$SAID" ' left .* 2000$'
    expect_match "the other" "$SAID" ' right .* 2000$'
    for port in 10000 11999 12000 13999; do
        in_client "$TP_CLIENT" -q --src "$CLIENT4" -c 1 --whoami "$VIP4" \
            "$port" >/dev/null 2>&1 || bad "port $port does not forward"
    done
    # what one exports another imports, line for line
    ctl_of_two rule export right
    expect "export" "$SAID" "$(cat "$DIR/many")"
    ctl_of_two rule add right "udp:1 $ORIGIN4 1 off off"
    expect_match "one more" "$SAID" 'LimitExceeded.ProxyRulesLimitExceeded'
    stop origin
}
ctl_of_two() {
    LEFT=0
    SAID=$(in_proxy "$TP_PROXY" ctl --state "$DIR/two" "$@" 2>&1 \
        </dev/null) || LEFT=$?
}
# all_online_of_two NAME - are its 2,000 rules?
all_online_of_two() {
    ctl_of_two rule list "$1" -J
    [ "$(jq '[.[] | select(.Status == "online")] | length' <<<"$SAID")" = 2000 ]
}

installed() {
    cmake --install "$TP_BUILD" --prefix "$DIR/root" --component completion \
        >/dev/null || bad "it is not installed"
    expect "the completion" \
        "$(cd "$DIR/root" && find . -type f -path '*bash-completion*')" \
        ./share/bash-completion/completions/tp-proxy
}

# strange ANSWER - every command gets it: an error at the worst, nothing that
# was not there, nothing for the terminal to obey
strange() {
    local -a command

    printf '%s' "$1" >"$DIR/answer"
    while read -ra command; do
        ctl --endpoint http://127.0.0.1:20099 "${command[@]}"
        [ "$LEFT" -le 6 ] || bad "ctl ${command[*]} of $1: left with $LEFT"
        ! grep -q $'(null)\|\e\|\u202e' <<<"$SAID" ||
            bad "ctl ${command[*]} of $1: $SAID"
    done <<<"$COMMANDS"
}
COMMANDS="create one
modify sid-1 --ipv6 on
disable sid-1
delete sid-1 --yes
list
show one
show sid-1
rule list sid-1
rule add sid-1 x
rule edit sid-1 rule-1 mode=off
rule export sid-1
rule diff sid-1 /dev/null
group list
group create web 192.0.2.1
stats
connections"

other_servers() {
    start_ready answers "$NS_P" "$E2E_ROOT/tests/e2e/answers.py" 127.0.0.1 \
        20099 "$DIR/answer"
    strange '{"Response":{}}'
    ctl --endpoint http://127.0.0.1:20099 create one
    expect "no id" "$LEFT" 3
    expect_match "no id" "$SAID" 'ProxyId'
    strange '{"Response":7}'
    strange '{"Response":{"Error":{}}}'
    strange '{"Response":{"Error":{"Code":"\u001b[2J","Message":"\u202e"},
        "Details":[{"Code":"\u001b[2J"}]}}'
    strange '{"Response":{"TotalCount":1,"L4Proxies":[{"ProxyName":7}],
        "L4ProxyRules":[{"PortRange":[1],"OriginValue":[{}]}],"Text":7,
        "OriginGroups":[{"Records":[1]}],"Rules":[{}],"Totals":7,
        "Connections":[1]}}'
    strange '{"Response":{"TotalCount":1,"L4Proxies":[{"ProxyId":
        "\u001b[2J","ProxyName":"one"}],"L4ProxyRules":[{"RuleId":"\u202e",
        "PortRange":["\u001b[2J"],"OriginValue":["\u001b[2J"]}],
        "ProxyId":"\u001b[2J","OriginGroupId":"\u202e",
        "OriginGroups":[{"GroupId":"\u001b[2J"}],"Rules":[{"RuleId":"\u202e"}],
        "Totals":{},"Connections":[{"Told":"\u001b[2J"}]}}'
    stop answers
}

e2e_begin "$TP_PROXY" "$TP_ORIGIN" "$TP_CLIENT"
start_ready proxy "$NS_P" "$TP_PROXY" serve --state "$DIR/state" -t 1
run_case "options that a command does not take are refused" options
run_case "credentials that are none" credentials
run_case "files of rules: lint, fmt, diff" files
run_case "groups" groups
run_case "deleting asks" questions
run_case "bash completes" completion
run_case "the completion is installed" installed
run_case "two instances of 2,000 rules each" two_instances
run_case "what other servers answer" other_servers
stop_clean proxy
e2e_end
