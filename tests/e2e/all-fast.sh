#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# all-fast.sh - 100,000 connections whose sockets are joined in the kernel
# while both ends send: every byte compared, and every one counted
# shellcheck source=fast.sh
. "$(dirname "$0")/fast.sh"

e2e_begin "$TP_PROXY" "$TP_ORIGIN" "$TP_CLIENT"
origins_start
run_case "100,000 go over, every byte compared and counted" promoted 100000 \
    29000:2:4:1 20000:8:4:500 20000:4:4:5000 12000:16:4:20000 \
    8000:3:4:66000 2000:8:3:300000 10000:64:4:1448
run_case "random lengths, times and resets, both ways at once" movers 3000
e2e_end
