#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-faults.sh - each --fault of tp-proxy does what it says: tp-origin's log,
# the client and tp-inspect's verdict are the witnesses
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

FAULTS=$E2E_ROOT/tests/e2e/faults

e2e_begin "$TP_PROXY" "$TP_ORIGIN" "$TP_INSPECT"
export DIR
while IFS= read -r line; do
    printf '%s\n' "$line"
    case $line in
    "not ok - "*) E2E_FAILED=$((E2E_FAILED + 1)) ;;
    "ok - "*) E2E_PASSED=$((E2E_PASSED + 1)) ;;
    esac
done < <(in_proxy "$FAULTS.py" "$FAULTS.txt" || echo "not ok - set-up")
[ "$E2E_PASSED" -gt 0 ] || bad "no fault was tried"

ACT=$E2E_ROOT/tests/e2e/act.py

# late_begin ORIGIN_ACTION... - a proxy that sends the header after the client's
# first bytes, of which neither its sockets nor the origin's take all at once
late_begin() {
    in_proxy sysctl -q -w net.ipv4.tcp_wmem="4096 4096 4096"
    in_origin sysctl -q -w net.ipv4.tcp_rmem="4096 4096 4096"
    ip -n "$NS_P" link set p1 gso_max_size 1600
    start_ready act "$NS_O" "$ACT" accept "$ORIGIN4" 20000 "$@"
    start_ready proxy "$NS_P" "$TP_PROXY" --fault late \
        --idle-timeout 1s --rule "tcp:11001 $ORIGIN4 20000 off ppv2"
}

late_end() {
    wait_for 8 gone_or_zombie "${PID[act]}" || bad "the opening hangs"
    stop act
    expect "origin ($(tail -n 1 "$DIR/act.err"))" "${STATUS[act]}" 0
    stop_clean proxy
}

# the first piece of the opening leaves in several sends, the header after it
late_partly_sent() {
    late_begin wait:"$DIR/go" take:14028 eof
    start client "$NS_C" "$ACT" connect "$VIP4" 11001 fill:14000 \
        touch:"$DIR/go" fin eof
    late_end
    stop client
    expect "client ($(tail -n 1 "$DIR/client.err"))" "${STATUS[client]}" 0
}

# an origin that takes nothing more is given up like one that is idle
late_stuck() {
    late_begin wait:"$DIR/end" take:1 reset
    in_client "$ACT" connect "$VIP4" 11001 fill:14000 reset \
        2>"$DIR/client.err" || bad "client: $(cat "$DIR/client.err")"
    touch "$DIR/end"
    late_end
}

run_case "late: the first bytes leave in pieces" late_partly_sent
run_case "late: an origin that takes no more is given up" late_stuck
e2e_end
