#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# check.sh - everything that is checked on a commit, in order: lint, builds,
# tests of both sanitizer builds, end-to-end tests
#
# usage: check.sh [--all]
# --all also runs the long end-to-end tests, tests/e2e/all-*.sh.
#
# Each single result is a line "pass|fail|skip<TAB>name" of out/check/results;
# the last line printed is their count. With CI=true or EXPECT_ALL_FEATURES=1
# a skipped test has failed. Logs stay in out/check/.
set -uo pipefail

ROOT=$(cd "$(dirname "$0")/.." && pwd)
cd "$ROOT" || exit 2

shopt -s nullglob
OUT=$ROOT/out/check
RESULTS=$OUT/results
PRESETS="release dev dev-clang fuzz"
SCRIPTS=(tests/e2e/t-*.sh)
case ${1:-} in
"") ;;
--all) SCRIPTS+=(tests/e2e/all-*.sh) ;;
*)
    printf 'check: no option %s: there is --all\n' "$1" >&2
    exit 2
    ;;
esac
[ "${CI:-}" != true ] || export EXPECT_ALL_FEATURES=1
export EXPECT_ALL_FEATURES=${EXPECT_ALL_FEATURES:-0}
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=1:abort_on_error=0}
export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}

say() { printf '== %s\n' "$*"; }

# record pass|fail|skip NAME
record() {
    local verdict=$1

    [ "$verdict" != skip ] || [ "$EXPECT_ALL_FEATURES" != 1 ] || verdict=fail
    printf '%s\t%s\n' "$verdict" "$2" >>"$RESULTS"
    [ "$verdict" = pass ] || printf '%s: %s\n' "$verdict" "$2"
}

# record_tap PREFIX - lines "ok - NAME", "not ok - NAME", "ok - NAME # SKIP"
# on stdin become results; anything else is passed on
record_tap() {
    local line name

    while IFS= read -r line; do
        name=${line#*- }
        case $line in
        "ok "*"# SKIP"*) record skip "$1$name" ;;
        "ok "*) record pass "$1$name" ;;
        "not ok "*) record fail "$1$name" ;;
        *) printf '%s\n' "$line" ;;
        esac
    done
}

stage_lint() {
    tests/lint/all.sh 2>"$OUT/lint.log" | record_tap ""
    [ ! -s "$OUT/lint.log" ] || head -n 80 "$OUT/lint.log"
}

stage_build() {
    local preset

    for preset in $PRESETS; do
        if ./run build "$preset"; then
            record pass "build $preset"
        else
            record fail "build $preset"
        fi
    done
}

# stage_ctest PRESET [LABELS] - unit, vectors, corpus, programs, without what
# has one of the labels; e2e runs by itself
stage_ctest() {
    local preset=$1
    local without=e2e${2:+|$2}
    local xml=$OUT/ctest-$preset.xml
    local log=$OUT/ctest-$preset.log

    rm -f "$xml"
    ctest --test-dir "build/$preset" -j "$(nproc)" --label-exclude "$without" \
        --no-tests=error --output-on-failure --output-junit "$xml" \
        >"$log" 2>&1 </dev/null
    if ! tests/junit.py "$xml" >"$OUT/tap"; then
        record fail "ctest $preset"
        tail -n 40 "$log"
        return
    fi
    record_tap "$preset " <"$OUT/tap"
    ! grep -q '^not ok' "$OUT/tap" || tests/junit.py --failures "$xml"
}

stage_man() {
    if tests/lint/man.sh build/dev >"$OUT/man.log" 2>&1; then
        record pass "lint man"
    else
        cat "$OUT/man.log"
        record fail "lint man"
    fi
}

# stage_e2e - see tests/e2e/lib.sh for what a script prints
stage_e2e() {
    local script name begin status

    for script in "${SCRIPTS[@]}"; do
        name=$(basename "$script" .sh)
        begin=$SECONDS
        status=0
        timeout -k 20 1500 "$script" >"$OUT/$name.tap" 2>"$OUT/$name.log" \
            </dev/null || status=$?
        grep -E '^(not )?ok ' "$OUT/$name.tap" >"$OUT/tap"
        record_tap "$name: " <"$OUT/tap"
        if [ "$status" = 77 ]; then
            record skip "$name"
        elif [ "$status" != 0 ] && ! grep -q '^not ok' "$OUT/tap"; then
            record fail "$name: exit status $status"
        elif [ ! -s "$OUT/tap" ]; then
            record fail "$name: no result"
        fi
        [ "$status" = 0 ] || tail -n 40 "$OUT/$name.log"
        say "$name: $((SECONDS - begin)) s," \
            "$(grep -c '^ok' "$OUT/tap") ok"
    done
}

# stage NAME FUNCTION [ARGUMENT]
stage() {
    local name=$1
    local begin=$SECONDS
    shift

    say "$name"
    "$@"
    say "$name took $((SECONDS - begin)) s"
}

rm -rf "$OUT" && mkdir -p "$OUT"
: >"$RESULTS"
stage lint stage_lint
stage build stage_build
stage "tests of dev (gcc, ASan, UBSan)" stage_ctest dev
# what waits for others says nothing new in a second build
stage "tests of dev-clang" stage_ctest dev-clang "peer|client"
stage "manual pages" stage_man
stage "end to end" stage_e2e

count() { grep -c "^$1" "$RESULTS"; }
say "all of it took $SECONDS s; logs are in out/check/"
printf '%d passed, %d failed, %d skipped\n' \
    "$(count pass)" "$(count fail)" "$(count skip)"
[ "$(count fail)" = 0 ] && [ "$(count pass)" -gt 0 ]
