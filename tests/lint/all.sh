#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# all.sh - every lint that needs no build; one line "ok - NAME" or "not ok"
# each. A lint is a script that prints what is wrong and exits non-zero.
#
# usage: all.sh [-q]; quick (-q) leaves clang-tidy out: good as a commit hook
set -uo pipefail
cd "$(dirname "$0")" || exit 2

lints="layers layers:--self-test spdx whitespace format shell conformance
    conformance:--self-test tidy"
[ "${1:-}" != -q ] || lints=${lints% tidy}

failed=0
for lint in $lints; do
    script=${lint%%:*}
    argument=${lint#"$script"}
    if said=$("./$script.sh" ${argument:+"${argument#:}"} 2>&1); then
        printf 'ok - lint %s\n' "$script ${argument#:}"
    else
        [ -z "$said" ] || printf '%s\n' "$said" | head -n 60 >&2
        printf 'not ok - lint %s\n' "$script ${argument#:}"
        failed=1
    fi
done
exit "$failed"
