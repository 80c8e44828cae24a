#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# spdx.sh - each source names its licence in its first two lines, and each C
# file says in its second line what it is
set -euo pipefail
cd "$(dirname "$0")/../.."

failed=0
while IFS= read -r file; do
    if ! head -n 2 "$file" | grep -q 'SPDX-License-Identifier: BSD-2-Clause'
    then
        printf '%s: no SPDX line\n' "$file" >&2
        failed=1
    fi
    case $file in
    *.c | *.h)
        sed -n 2p "$file" | grep -q "^/\* $(basename "$file") - " || {
            printf '%s: line 2 is not "/* %s - what it is"\n' "$file" \
                "$(basename "$file")" >&2
            failed=1
        }
        ;;
    esac
done < <(find . \( -path ./build -o -path ./out -o -path ./.git \) -prune -o \
    -type f \( -name '*.[ch]' -o -name '*.def' -o -name '*.sh' \
    -o -name '*.py' -o -name '*.bash' -o -name '*.cmake' -o -name CMakeLists.txt \
    -o -name run -o -name '*.[1-8]' \) -print)
exit "$failed"
