#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# conformance.sh - each requirement has a case or a reason why it has none, each
# case names requirements that exist, docs/conformance.md has a row for each,
# and each test that docs/vectors.md names is there
#
# usage: conformance.sh [BUILD_DIR]; without a build the cases are not asked for
#        conformance.sh --self-test shows that it can fail
set -euo pipefail
cd "$(dirname "$0")/../.."

TABLE=docs/conformance.md
VECTORS=docs/vectors.md
failed=0

complain() {
    printf '%s\n' "$*" >&2
    failed=1
}

# requirement_ids [with] - all, or those that need a case
requirement_ids() {
    sed -nE "s/^R\\(\"([^\"]+)\".*${1:+, NULL\\)\$}.*/\\1/p" \
        conform/requirement.def
}

row_ids() { sed -nE 's/^\| ([GRVT]?[0-9.]+|(seed|log)\/[0-9]+) \|.*/\1/p' "$TABLE"; }

check_rows() {
    diff <(requirement_ids | sort) <(row_ids | sort) >&2 ||
        complain "$TABLE: its rows are not those of requirement.def"
    ! grep -nE '\| - \| \*\*(held|told)' "$TABLE" >&2 ||
        complain "$TABLE: held without a case"
    ! grep -nE '\*\*(broken|no case)\*\*' "$TABLE" >&2 ||
        complain "$TABLE: not everything is held"
}

check_vectors() {
    local name

    while IFS= read -r name; do
        case $name in
        t-*.sh) [ -f "tests/e2e/$name" ] && continue ;;
        *)
            grep -rqw --include='*.c' --include='*.py' "$name" tests &&
                continue
            [ -f "tests/unit/$name.c" ] && continue
            ;;
        esac
        complain "$VECTORS: there is no test $name"
    done < <(grep -oE '\b(test_[a-z0-9_]+|t-[a-z0-9-]+\.sh)' "$VECTORS" |
        sort -u)
}

# check_cases LIST - lines "case<TAB>requirement requirement"
check_cases() {
    local id

    while IFS= read -r id; do
        complain "case $id names no requirement"
    done < <(awk -F '\t' '$2 == "" { print $1 }' "$1")
    while IFS= read -r id; do
        complain "no such requirement, but cases name it: $id"
    done < <(comm -13 <(requirement_ids | sort) \
        <(cut -f2 "$1" | tr -s ' ' '\n' | grep . | sort -u))
    while IFS= read -r id; do
        complain "requirement $id has neither a case nor a reason"
    done < <(comm -23 <(requirement_ids with | sort) \
        <(cut -f2 "$1" | tr -s ' ' '\n' | sort -u))
    while IFS= read -r id; do
        complain "two cases are called $id"
    done < <(cut -f1 "$1" | sort | uniq -d)
}

cases_of() {
    "$1/conform/tp-conform" run --dryrun -J |
        jq -r 'select(.type == "case") | [.id, .req] | @tsv'
}

self_test() {
    local bad

    LIST=$(mktemp)
    trap 'rm -f "$LIST"' EXIT
    for bad in $'ppv1/a\t' $'ppv1/a\tG99' $'ppv1/a\tG1'; do
        printf '%s\n' "$bad" >"$LIST"
        failed=0
        check_cases "$LIST" 2>/dev/null
        [ "$failed" = 1 ] || {
            printf 'conformance.sh takes %s\n' "$bad" >&2
            exit 1
        }
    done
}

case ${1:-} in
--self-test)
    self_test
    exit 0
    ;;
?*)
    cases=$(mktemp)
    trap 'rm -f "$cases"' EXIT
    cases_of "$1" >"$cases"
    [ "$(wc -l <"$cases")" -ge 150 ] || complain "fewer than 150 cases"
    check_cases "$cases"
    ;;
esac
check_rows
check_vectors
exit "$failed"
