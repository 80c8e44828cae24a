#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# layers.sh - proves that dependencies point one way: wire includes only wire,
# base only base and wire, rules those two, a program only itself and these
#
# usage: layers.sh [ROOT]; `layers.sh --self-test` shows that it can fail.
set -euo pipefail

HERE=$(cd "$(dirname "$0")" && pwd)
PROGRAMS="proxy inspect origin-sim client-sim toa conform"

# What lib/wire may take from outside: types and memory, no I/O, no heap.
WIRE_SYSTEM="assert.h limits.h stdbool.h stddef.h stdint.h string.h"

complain() {
    printf '%s:%s: %s\n' "$1" "$2" "$3" >&2
    FAILED=1
}

# check_quoted FILE LINE NAME LAYER... - one #include "NAME"
check_quoted() {
    local file=$1 line=$2 name=$3
    local layer
    shift 3

    case $name in
    */*)
        for layer in "$@"; do
            [ "${name%%/*}" = "$layer" ] || continue
            [ -e "$TREE/lib/$name" ] ||
                complain "$file" "$line" "lib/$name does not exist"
            return 0
        done
        complain "$file" "$line" "must not include \"$name\""
        ;;
    *)
        [ -e "$(dirname "$TREE/$file")/$name" ] ||
            complain "$file" "$line" "\"$name\" is not in its own folder"
        ;;
    esac
}

# check_folder FOLDER LAYER... - every include of its C files
check_folder() {
    local folder=$1
    local file line name
    shift

    [ -d "$TREE/$folder" ] || return 0
    while IFS=: read -r file line name; do
        name=${name#*include}
        name=${name#"${name%%[![:space:]]*}"}
        case $name in
        \"*)
            name=${name#\"}
            check_quoted "$file" "$line" "${name%%\"*}" "$@"
            ;;
        \<*)
            [ "$folder" = lib/wire ] || continue
            name=${name#<}
            name=${name%%>*}
            [[ " $WIRE_SYSTEM " = *" $name "* ]] ||
                complain "$file" "$line" \
                    "lib/wire must not include <$name>"
            ;;
        esac
    done < <(cd "$TREE" && grep -rnE '^[[:space:]]*#[[:space:]]*include' \
        --include='*.c' --include='*.h' "$folder")
}

check_tree() {
    local program

    TREE=$1
    FAILED=0
    check_folder lib/wire wire
    check_folder lib/base base wire
    check_folder lib/rules rules base wire
    check_folder lib/control control rules base wire
    check_folder lib/api api control rules base wire
    check_folder lib/ctl ctl api control rules base wire
    for program in $PROGRAMS; do
        if [ "$program" = proxy ]; then
            check_folder proxy ctl api control rules base wire
        else
            check_folder "$program" rules base wire
        fi
    done
    return "$FAILED"
}

# expect_refused FILE INCLUDE - a tree with just this include must fail
expect_refused() {
    local dir

    dir=$(mktemp -d)
    mkdir -p "$dir/$(dirname "$1")" "$dir/lib/base" "$dir/lib/wire" \
        "$dir/proxy"
    touch "$dir/lib/base/log.h" "$dir/lib/wire/pp2.h" "$dir/proxy/rule.h"
    printf '#include %s\n' "$2" >"$dir/$1"
    if "$HERE/layers.sh" "$dir" 2>/dev/null; then
        printf 'layers.sh takes #include %s in %s\n' "$2" "$1" >&2
        SELF=1
    fi
    rm -rf "$dir"
}

self_test() {
    SELF=0
    expect_refused lib/wire/a.c '"base/log.h"'
    expect_refused lib/wire/a.c '<stdio.h>'
    expect_refused lib/base/a.c '"proxy/rule.h"'
    expect_refused lib/base/a.c '"rules/rule.h"'
    expect_refused inspect/a.c '"proxy/rule.h"'
    expect_refused inspect/a.c '"rule.h"'
    expect_refused inspect/a.c '"../proxy/rule.h"'
    expect_refused proxy/a.c '"wire/gone.h"'
    return "$SELF"
}

if [ "${1:-}" = --self-test ]; then
    self_test
else
    check_tree "${1:-$HERE/../..}"
fi
