#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# all-wire.sh - the fast path over bad wires, at length: with and without
# timestamps, SACK and offloads, connections of a few bytes and of megabytes
# shellcheck source=wire.sh
. "$(dirname "$0")/wire.sh"

BAD=1,1,2,1
WORSE=3,2,5,3
MOVER_PAIRS=12

e2e_begin "$TP_PROXY"
run_case "TCP, the client's wire, v4" tcp_over always 4 $WORSE - 40
run_case "TCP, the client's wire, v6" tcp_over always 6 $WORSE - 40
run_case "TCP, the origin's wire, v4" tcp_over always 4 - $WORSE 40
run_case "TCP, the origin's wire, v6" tcp_over always 6 - $WORSE 40
run_case "TCP, both wires, v4" tcp_over always 4 $BAD $BAD 40
run_case "TCP, both wires, v6" tcp_over always 6 $BAD $BAD 40
run_case "TCP, both wires, v4, auto" tcp_over auto 4 $BAD $BAD 40
run_case "TCP, both wires, v6, auto" tcp_over auto 6 $BAD $BAD 40
run_case "TCP, bulk, both wires, v4" tcp_over always 4 $BAD $BAD 10 bulk
run_case "TCP, bulk, both wires, v6" tcp_over auto 6 $BAD $BAD 10 bulk
run_case "TCP, no timestamps" without tcp_timestamps \
    tcp_over always 4 $BAD $BAD 30
run_case "TCP, no SACK" without tcp_sack tcp_over always 4 $BAD $BAD 30
run_case "TCP, no offloads" uncut tcp_over always 4 $BAD $BAD 30
run_case "TCP, no offloads, bulk, v6" uncut tcp_over always 6 $BAD $BAD 8 bulk
for mode in off ppv2 spp; do
    run_case "UDP, lost and damaged, $mode, v4" udp_gaps $mode 4 20 1000
    run_case "UDP, lost and damaged, $mode, v6" udp_gaps $mode 6 20 1000
done
run_case "UDP, doubled and out of order" udp_order 20 1000
e2e_end
