# SPDX-License-Identifier: BSD-2-Clause
# shellcheck shell=bash
# tp-proxy.bash - completion of tp-proxy, serve and ctl: options from --help,
# instances, rules and groups from the API that the line names

# __tp_proxy_options [COMMAND] - long options of tp-proxy COMMAND
__tp_proxy_options() {
    "$__tp_program" "$@" --help 2>/dev/null |
        grep -oE '^ +(-[a-zA-Z], +)?--[a-z][a-z0-9-]*' |
        grep -oE -- '--[a-z][a-z0-9-]*'
}

# __tp_proxy_ask WORD... - a list of ctl, over the same API as the line
__tp_proxy_ask() {
    "$__tp_program" ctl "${__tp_api[@]}" "$@" 2>/dev/null </dev/null
}

# A table's column: 1 for ids, 2 for names
__tp_proxy_column() {
    awk -v n="$1" 'NR > 1 { print $n }'
}

# __tp_proxy_operand WORDS... - what can follow these words of ctl
__tp_proxy_operand() {
    case "$*" in
    "")
        echo create modify enable disable delete list show rule group \
            stats connections
        ;;
    rule)
        echo add edit pause resume delete list import export lint fmt diff
        ;;
    group)
        echo list create modify delete
        ;;
    modify | enable | disable | delete | show | stats | connections | \
        "rule list" | "rule add" | "rule edit" | "rule pause" | \
        "rule resume" | "rule delete" | "rule import" | "rule export" | \
        "rule diff")
        __tp_proxy_ask list | __tp_proxy_column 2
        ;;
    "rule edit "* | "rule pause "* | "rule resume "* | "rule delete "*)
        if [ "$2" = edit ] && [ $# -gt 3 ]; then
            printf '%s=\n' protocol ports origin origin-port mode persist \
                persist-time tag
        else
            __tp_proxy_ask rule list "$3" | __tp_proxy_column 1
        fi
        ;;
    "group modify" | "group delete")
        __tp_proxy_ask group list | __tp_proxy_column 1
        ;;
    esac
}

__tp_proxy_value() {
    case $1 in
    --ipv6 | --static-ip | --accelerate) echo on off ;;
    --area) echo overseas mainland global ;;
    --level-mainland) echo PLATFORM BASE30_MAX300 BASE60_MAX600 ;;
    --level-overseas) echo PLATFORM ANYCAST300 ANYCAST_ALLIN ;;
    --header-timing) echo first-data connect ;;
    --udp-header) echo first every alone ;;
    esac
}

__tp_proxy_files() {
    mapfile -t COMPREPLY < <(compgen -f -- "$1")
    compopt -o filenames 2>/dev/null || true
}

__tp_proxy() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    local __tp_program=${COMP_WORDS[0]} command=() words=() i word
    local __tp_api=() list

    COMPREPLY=()
    case ${COMP_WORDS[1]} in
    serve | ctl) [ "$COMP_CWORD" = 1 ] || command=("${COMP_WORDS[1]}") ;;
    esac
    for ((i = 2; i < COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        case $word in
        --state | --socket | -s | --endpoint | --zone)
            __tp_api+=("$word" "${COMP_WORDS[++i]}")
            ;;
        --area | --ipv6 | --static-ip | --accelerate | --level-* | \
            --bandwidth | --name)
            i=$((i + 1))
            ;;
        -*) ;;
        *) words+=("$word") ;;
        esac
    done
    list=$(__tp_proxy_value "$prev")
    case $prev in
    --state | --socket | -s | --api-* | -f | --file | --log)
        __tp_proxy_files "$cur"
        return
        ;;
    esac
    if [ -z "$list" ] && [[ $cur == -* ]]; then
        list=$(__tp_proxy_options "${command[@]}")
    elif [ -z "$list" ] && [ "$COMP_CWORD" = 1 ]; then
        list="serve ctl"
    elif [ -z "$list" ] && [ "${command[0]}" = ctl ]; then
        case ${words[*]:0:2} in
        "rule lint" | "rule fmt") __tp_proxy_files "$cur" && return ;;
        "rule import" | "rule diff")
            [ "${#words[@]}" -lt 3 ] || { __tp_proxy_files "$cur" && return; }
            ;;
        esac
        list=$(__tp_proxy_operand "${words[@]}")
    fi
    mapfile -t COMPREPLY < <(compgen -W "$list" -- "$cur")
    [[ ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null
}

complete -F __tp_proxy tp-proxy
