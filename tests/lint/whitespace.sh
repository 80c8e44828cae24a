#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# whitespace.sh - text ends its lines cleanly, C stays in 80 columns and 800
# lines, and nothing big or binary slips in
set -euo pipefail
cd "$(dirname "$0")/../.."

BIG_BYTES=65536 # captures and vectors stay below
LINES_MAX=800
COLUMNS_MAX=80
failed=0

complain() {
    printf '%s\n' "$*" >&2
    failed=1
}

while IFS= read -r file; do
    size=$(stat -c %s "$file")
    case $file in
    ./tests/vectors/*) ;;
    # mostly made by programs
    ./docs/conformance.md | ./docs/performance.md | ./docs/vectors.md) ;;
    *) [ "$size" -le "$BIG_BYTES" ] || complain "$file: $size bytes" ;;
    esac
    case $file in
    *.pcap | *.pcapng | */corpus/* | *.png) continue ;;
    esac
    [ "$size" -gt 0 ] || continue
    ! grep -nE '[[:space:]]+$' "$file" /dev/null >&2 ||
        complain "$file: space at the end of a line"
    [ -z "$(tail -c 1 "$file")" ] || complain "$file: no newline at the end"
    case $file in
    ./tests/vectors/*) ;;
    *.c | *.h)
        [ "$(wc -l <"$file")" -le "$LINES_MAX" ] ||
            complain "$file: over $LINES_MAX lines"
        # the formatter leaves comments alone
        awk -v max="$COLUMNS_MAX" '
            /^\t*(\/\*| \*)/ {
                wide = $0
                while (at = index(wide, "\t"))
                    wide = substr(wide, 1, at - 1) \
                        sprintf("%*s", 8 - (at - 1) % 8, "") \
                        substr(wide, at + 1)
                if (length(wide) > max || /^\t?\t? \*[^ \t\/]/) {
                    print FILENAME ":" FNR ": " $0 >"/dev/stderr"
                    bad = 1
                }
            }
            END { exit bad }' "$file" ||
            complain "$file: a comment too wide, or glued to its star"
        ;;
    esac
done < <(find . \( -path ./build -o -path ./out -o -path ./.git \) -prune -o \
    -type f ! -name '*.swp' ! -name '*.pyc' -print)
exit "$failed"
