#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# man.sh - the options of --help are those of the manual page, and the pages
# are well-formed mdoc
#
# usage: man.sh BUILD_DIR
set -euo pipefail
cd "$(dirname "$0")/../.."

BUILD=$1
failed=0

# long options, one a line: "--name"
options() {
    grep -oE '(^|[^-a-zA-Z0-9])--[a-z][a-z0-9-]*' |
        grep -oE -- '--[a-z][a-z0-9-]*' | sort -u
}

# help_of PROGRAM - of the program and its commands
help_of() {
    local command

    "$BUILD/$1" --help
    if [ "$1" = client-sim/tp-client ]; then
        "$BUILD/$1" raw --help
        "$BUILD/$1" merge --help
    fi
    if [ "$1" = proxy/tp-proxy ]; then
        "$BUILD/$1" serve --help
        "$BUILD/$1" ctl --help
    fi
    [ "$1" = conform/tp-conform ] || return 0
    for command in origin proxy run rules; do
        "$BUILD/$1" "$command" --help
    done
}

for program in proxy/tp-proxy inspect/tp-inspect origin-sim/tp-origin \
    client-sim/tp-client toa/tp-toa conform/tp-conform; do
    name=${program#*/}
    page=docs/man/$name.1
    if [ ! -f "$page" ]; then
        printf '%s is missing\n' "$page" >&2
        failed=1
        continue
    fi
    mandoc -T lint -W warning "$page" >&2 || failed=1
    if ! diff -u --label "$name --help" --label "$page" \
        <(help_of "$program" 2>&1 | options) \
        <(mandoc -T ascii "$page" | sed 's/.\x08//g' | options) >&2
    then
        failed=1
    fi
done
exit "$failed"
