#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-wire.sh - the fast path over wires that lose, double, delay, reorder and
# damage: every byte at its place, and datagrams as the wires had them
# shellcheck source=wire.sh
. "$(dirname "$0")/wire.sh"

e2e_begin "$TP_PROXY"
run_case "TCP, the client's wire is bad, v4" tcp_over always 4 2,2,4,2 - 3
run_case "TCP, the origin's wire is bad, v6" tcp_over always 6 - 2,2,4,2 3
run_case "TCP, both wires are bad, v4" tcp_over auto 4 1,1,3,1 1,1,3,1 3
run_case "UDP that is lost and damaged, spp, v4" udp_gaps spp 4 8 150
run_case "UDP that is lost and damaged, ppv2, v6" udp_gaps ppv2 6 8 150
run_case "UDP that is doubled and out of order" udp_order 8 150
e2e_end
