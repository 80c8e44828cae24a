#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# conformance.sh - each row of docs/conformance.md that names a test names one
# that exists: `unit.NAME`, `vectors.NAME`, `t-NAME.sh`, `test_NAME`
set -euo pipefail
cd "$(dirname "$0")/../.."

TABLE=docs/conformance.md
failed=0

[ -f "$TABLE" ] || {
    printf '%s is missing\n' "$TABLE" >&2
    exit 1
}

while IFS= read -r name; do
    case $name in
    t-*.sh)
        [ -f "tests/e2e/$name" ] && continue
        ;;
    *)
        grep -rqw --include='*.c' --include='*.py' "$name" tests && continue
        [ -f "tests/unit/$name.c" ] && continue
        ;;
    esac
    printf '%s: there is no test %s\n' "$TABLE" "$name" >&2
    failed=1
done < <(grep -oE '\b(test_[a-z0-9_]+|t-[a-z0-9-]+\.sh)' "$TABLE" | sort -u)
exit "$failed"
