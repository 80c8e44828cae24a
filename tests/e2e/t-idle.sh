#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-idle.sh - 9,000 idle connections cost the release build of tp-proxy at
# most 512 bytes each (tests/mem/idle.sh measures; docs/performance.md)
set -uo pipefail

NAME="9,000 idle connections at no more than 512 bytes each"
[ "$(id -u)" = 0 ] || exit 77
if RUNS=1 TP_BUILD="" "$(dirname "$0")/../mem/idle.sh" "tp-proxy 2" >&2; then
    printf 'ok - %s\n' "$NAME"
else
    printf 'not ok - %s\n' "$NAME"
    exit 1
fi
