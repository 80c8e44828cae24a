#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# peer.sh - one peer in a world of its own: started with the least
# configuration, reached through tp-proxy, then judged by tp-conform
#
#	tests/peers/peer.sh NAME [RESULTS]
#
# NAME.sh beside this file writes the configuration, starts the peer and says
# with `service` what it offers. What was found goes into the folder RESULTS,
# one JSON object a line, for table.py. Output and exit status are those of an
# end-to-end script.
NAME=${1:?which peer}
RESULTS=${2:-}
# shellcheck source=../e2e/lib.sh
. "$(dirname "$0")/../e2e/lib.sh"
PEERS=$E2E_ROOT/tests/peers
TP_CONFORM=$TP_BUILD/conform/tp-conform
# shellcheck disable=SC2034 # lib.sh reads it
E2E_NAME=peer-$NAME
PATH=$PATH:/usr/sbin

STRANGER4=10.2.0.3
STRANGER6=fd00:2::3
SOURCE4=198.18.7.7
SOURCE6=fd00:c::77
PROXY_PORT=11000 # of the first rule

declare -A S_SKIP # by ID: what tp-conform cannot judge there, a pattern
declare -A S_TITLE S_PROTO S_MODES S_PORT S_ASK S_WHERE S_PATTERN S_ARGS
SERVICES=

# service ID TITLE PROTO MODES PORT ASK WHERE PATTERN [ARGUMENT...]
# @PROTO: tcp or udp; @MODES: modes of tp-proxy; @ASK: a subject of ask.py
# @WHERE: "answer", or a file below $DIR; @PATTERN: how the client's address
# and port stand there: @A, @P; ARGUMENT: of tp-conform,
# with @DIR for the folder
service() {
    local id=$1

    SERVICES+=" $id"
    S_TITLE[$id]=$2
    S_PROTO[$id]=$3
    S_MODES[$id]=$4
    S_PORT[$id]=$5
    S_ASK[$id]=$6
    S_WHERE[$id]=$7
    S_PATTERN[$id]=$8
    shift 8
    S_ARGS[$id]=$(printf '%s\n' "$@")
}

# tell FILE - a line into the results
tell() {
    if [ -n "$RESULTS" ]; then
        cat >>"$RESULTS/$1"
    else
        cat >/dev/null
    fi
}

listens() { # PROTO PORT
    in_origin ss -Hln "--$1" "sport = :$2" | grep -q .
}

# rules - each service in each mode, at an IPv4 and an IPv6 address
rules() {
    local id mode port=$PROXY_PORT

    for id in $SERVICES; do
        for mode in ${S_MODES[$id]}; do
            echo "${S_PROTO[$id]}:$port $ORIGIN4 ${S_PORT[$id]} off $mode $id"
            echo "${S_PROTO[$id]}:$((port + 1)) $ORIGIN6 ${S_PORT[$id]} off" \
                "$mode $id"
            port=$((port + 2))
        done
    done
}

# through ID MODE VIP PORT SOURCE - the peer says it was SOURCE and its port
through() {
    local id=$1 mode=$2 vip=$3 port=$4 source=$5
    local own said pattern file got=no

    said=$(in_client "$PEERS/ask.py" "${S_ASK[$id]}" "$vip" "$port" \
        "$source" 2>&1) || bad "no answer: $said"
    own=$(head -n 1 <<<"$said")
    pattern=${S_PATTERN[$id]//@A/${source//./\\.}}
    pattern=${pattern//@P/${own#* }}
    file=$DIR/${S_WHERE[$id]}
    if [ "${S_WHERE[$id]}" = answer ]; then
        file=$DIR/answer
        sed 1d <<<"$said" >"$file"
    fi
    if wait_for 5 has_lines "$file" "$pattern" 1; then
        got=yes
    else
        bad "no '$pattern' but: $(tail -n 1 "$file")"
    fi
    # the next one is to find its own line
    [ "${S_WHERE[$id]}" = answer ] || : >"$file"
    jq -cn --arg s "$id" --arg m "$mode" --arg v "$vip" --arg p "$port" \
        --arg g "$got" '{v: 1, type: "through", service: $s, mode: $m,
        client: (if $v | contains(":") then "IPv6" else "IPv4" end),
        origin: (if ($p | tonumber) % 2 == 0 then "IPv4" else "IPv6" end),
        learned: ($g == "yes")}' | tell "$NAME.jsonl"
}

through_all() {
    local id mode port=$PROXY_PORT

    for id in $SERVICES; do
        for mode in ${S_MODES[$id]}; do
            run_case "${S_TITLE[$id]} $mode: IPv4 client, IPv4 origin" \
                through "$id" "$mode" "$VIP4" "$port" "$SOURCE4"
            run_case "${S_TITLE[$id]} $mode: IPv6 client, IPv4 origin" \
                through "$id" "$mode" "$VIP6" "$port" "$SOURCE6"
            run_case "${S_TITLE[$id]} $mode: IPv4 client, IPv6 origin" \
                through "$id" "$mode" "$VIP4" "$((port + 1))" "$SOURCE4"
            run_case "${S_TITLE[$id]} $mode: IPv6 client, IPv6 origin" \
                through "$id" "$mode" "$VIP6" "$((port + 1))" "$SOURCE6"
            port=$((port + 2))
        done
    done
}

# conform ID VERSION ARGUMENT... - tp-conform on one address; it has to come
# to an end and to a verdict, whichever
conform() {
    local id=$1 family=$2 status=0 args
    local out=$DIR/conform-$id-$family.json
    shift 2

    mapfile -t args <<<"${S_ARGS[$id]//@DIR/$DIR}"
    [ "${S_PROTO[$id]}" = tcp ] || args+=(-u -W 700ms)
    in_proxy "$TP_CONFORM" origin -J --patience 6500ms --oracle-wait 300ms \
        --keep-pcap "$DIR/pcap-$id-$family" "${args[@]}" "$@" \
        >"$out" 2>"$DIR/conform-$id-$family.err" || status=$?
    [ "$status" -le 1 ] ||
        bad "tp-conform: status $status: $(tail -n 2 "${out%.json}.err")"
    jq -c --arg s "$id" --arg f "$family" '. + {service: $s, family: $f}' \
        "$out" | tell "$NAME.jsonl"
    expect_match verdict "$(tail -n 1 "$out")" '"verdict":"The origin under'
    must_hold "$out"
}

# must_hold FILE - what no peer may get wrong, or nothing here is right
must_hold() {
    local wrong

    wrong=$(jq -r 'select(.type == "case" and .status != "pass" and
        (.id | test("^ppv[12]/valid/tcp[46]$|^udp/valid/v[46]$|" +
        "^ppv2/local/empty$|^trust/no-header/probe$"))) |
        .id + ": " + .got' "$1")
    [ -z "$wrong" ] || bad "$wrong"
}

conform_all() {
    local id

    for id in $SERVICES; do
        run_case "${S_TITLE[$id]}: tp-conform" conform "$id" IPv4 \
            --source "$EGRESS4" --untrusted "$STRANGER4" \
            "$ORIGIN4:${S_PORT[$id]}"
        run_case "${S_TITLE[$id]}: tp-conform, IPv6" conform "$id" IPv6 \
            --source "$EGRESS6" --untrusted "$STRANGER6" \
            "[$ORIGIN6]:${S_PORT[$id]}" ppv1/valid ppv2/valid udp/valid \
            trust/untrusted
    done
}

# describe - which program, which services
describe() {
    local id

    jq -cn --arg n "$PEER_NAME" --arg k "$PEER_PACKAGE" --arg r "$(
        # shellcheck disable=SC2016 # dpkg-query expands it
        dpkg-query -W -f '${Version}' "$PEER_PACKAGE"
    )" '{v: 1, type: "peer", name: $n, package: $k, version: $r}' |
        tell "$NAME.jsonl"
    for id in $SERVICES; do
        jq -cn --arg s "$id" --arg t "${S_TITLE[$id]}" \
            --arg p "${S_PROTO[$id]}" --arg k "${S_SKIP[$id]:-}" \
            '{v: 1, type: "service", service: $s, title: $t, proto: $p,
            skip: $k}' |
            tell "$NAME.jsonl"
    done
}

# peer_run COMMAND... - as the first process of a namespace: whatever it leaves
# goes when it goes
peer_run() {
    start peer "$NS_O" unshare --pid --fork --kill-child --mount-proc "$@"
}

peer_more() { :; } # what NAME.sh has to add

# shellcheck source=nginx.sh
. "$PEERS/$NAME.sh"
e2e_begin "$TP_PROXY" "$TP_CONFORM"
chmod 755 "$DIR" # the peers give up root
ip -n "$NS_P" addr add "$STRANGER4/24" dev p1
# not for the proxy to choose
ip -n "$NS_P" addr add "$STRANGER6/64" dev p1 nodad preferred_lft 0
peer_start
for id in $SERVICES; do
    wait_for 30 listens "${S_PROTO[$id]}" "${S_PORT[$id]}" || {
        bad "$NAME does not come up: $(tail -n 3 "$DIR/peer.err" \
            "$DIR/peer.out")"
        e2e_end
    }
done
[ -z "$RESULTS" ] || : >"$RESULTS/$NAME.jsonl"
describe
rules >"$DIR/rules"
start_ready proxy "$NS_P" "$TP_PROXY" -f "$DIR/rules" --udp-header every
through_all
conform_all
peer_more
run_case "clean end" stop_clean proxy
e2e_end
