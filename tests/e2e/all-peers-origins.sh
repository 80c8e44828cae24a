#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# all-peers-origins.sh - origins that nobody here wrote learn their clients'
# addresses through tp-proxy, and tp-conform judges them: all at once, each in
# a world of its own (tests/peers/peer.sh). What they do is docs/peers.md.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

PEERS="apache dnsdist dovecot haproxy nginx postfix unbound varnish"
RESULTS=$E2E_ROOT/out/peers
TABLE=$E2E_ROOT/tests/peers/table.py

# The worlds are the peers' own: here is only a folder to remove, and children
# that clean up after themselves when they are told to end.
peers_cleanup() {
    local status=$?
    local name

    trap '' INT TERM HUP
    for name in "${!PID[@]}"; do
        kill -TERM "${PID[$name]}" 2>/dev/null
    done
    wait
    rm -rf "$DIR"
    exit "$status"
}

# take_over NAME - the results of a peer become ours
take_over() {
    local name=$1 status=0 line

    wait "${PID[$name]}" || status=$?
    unset "PID[$name]"
    cat "$DIR/$name.err" >&2
    while IFS= read -r line; do
        printf '%s\n' "$line"
        case $line in
        "not ok - "*) E2E_FAILED=$((E2E_FAILED + 1)) ;;
        "ok - "*) E2E_PASSED=$((E2E_PASSED + 1)) ;;
        esac
    done <"$DIR/$name.out"
    if [ "$status" != 0 ] && ! grep -q '^not ok' "$DIR/$name.out"; then
        bad "$name: exit status $status"
    fi
}

page_is_current() {
    "$TABLE" --check "$E2E_ROOT/docs/peers.md" \
        "${CHECKED[@]/#/$RESULTS/}" >&2 ||
        bad "docs/peers.md: tests/peers/table.py out/peers/* makes it anew"
}

[ "$(id -u)" = 0 ] || {
    note "needs root to make network namespaces"
    exit 77
}
DIR=$(mktemp -d "/tmp/tp-e2e-$E2E_NAME.XXXXXX")
trap peers_cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
mkdir -p "$RESULTS"
for name in $PEERS; do
    "$E2E_ROOT/tests/peers/peer.sh" "$name" "$RESULTS" >"$DIR/$name.out" \
        2>"$DIR/$name.err" </dev/null &
    PID["$name"]=$!
    CHECKED+=("$name.jsonl")
done
for name in $PEERS; do
    take_over "$name"
done
[ -n "${ONLY:-}" ] || run_case "docs/peers.md is current" page_is_current
e2e_end
