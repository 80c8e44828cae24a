#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# tidy.sh - clang-tidy on every C file of the dev-clang build
#
# A file that was clean stays so until it, a header, its command line or the
# list of checks changes: build/tidy/ keeps an empty file per clean hash.
set -euo pipefail
cd "$(dirname "$0")/../.."

DB=build/dev-clang/compile_commands.json
CACHE=build/tidy

[ -f "$DB" ] || cmake --preset dev-clang >/dev/null
ninja -C build/dev-clang generated >/dev/null
mkdir -p "$CACHE"

headers=$({
    clang-tidy-14 --version
    cat .clang-tidy
    find . \( -path ./build -o -path ./out -o -path ./.git \) -prune -o \
        -type f \( -name '*.h' -o -name '*.def' \) -print0 |
        sort -z | xargs -0 sha256sum
} | sha256sum | cut -d' ' -f1)

# The same file may be built into several programs: one command is enough.
list=$(mktemp)
trap 'rm -f "$list"' EXIT
jq -r 'unique_by(.file)[] | "\(.file)\t\(.command)"' "$DB" |
    while IFS=$'\t' read -r file command; do
        key=$(printf '%s %s' "$headers" "$command" |
            cat - "$file" | sha256sum | cut -d' ' -f1)
        [ -e "$CACHE/$key" ] || printf '%s\0%s\0' "$file" "$CACHE/$key"
    done >"$list"

# shellcheck disable=SC2016 # for the inner shell
xargs -0 -r -n 2 -P "$(nproc)" bash -c \
    'clang-tidy-14 -p build/dev-clang --quiet "$0" 2>/dev/null && >"$1"' \
    <"$list"
