#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# all-size.sh - 100,000 connections in every mode and 1,000,000 datagrams in
# both, by clients of both families from 16,000 addresses: none wrong, missing,
# reordered or merged; a million connections of 131,000 addresses; then 8,000
# idle and 1,000 busy connections for ten minutes in memory that does not grow
# shellcheck source=size.sh
. "$(dirname "$0")/size.sh"

size_begin
size_cases 100000 1000000
run_case "1,000,000 connections of 131,069 addresses" million 9000
run_case "memory is flat: 8,000 idle, 1,000 active for 10 minutes" \
    steady 8000 1000 600
run_case "clean end" stop_clean proxy toa off header udp-v2 udp-spp
e2e_end
