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
e2e_end
