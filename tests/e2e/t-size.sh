#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-size.sh - the short form of all-size.sh: the right address of each of
# thousands of connections and datagrams in every mode
# shellcheck source=size.sh
. "$(dirname "$0")/size.sh"

size_begin
size_cases 5000 50000
run_case "memory is flat: 800 idle, 100 active for 15 seconds" \
    steady 800 100 15
run_case "clean end" stop_clean proxy toa off header udp-v2 udp-spp
e2e_end
