#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-clean.sh - whatever way a script ends, no namespace, process or file of it
# is left behind
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# an inner script with a world, a server and a capture, that ends as $1 says
inner() {
    # shellcheck disable=SC2016 # for the inner shell
    ENDING=$1 SAY=$DIR/said exec -a t-inner.sh bash -c '
        . "$0"
        e2e_begin
        echo "$$ $DIR" >"$SAY"
        start server "$NS_O" python3 -m http.server 8888
        capture legs "$NS_P" p1
        touch "$SAY.ready"
        case $ENDING in
        exit) exit 3 ;;
        end) e2e_end ;;
        wait) wait_for 60 false ;;
        esac' "$E2E_ROOT/tests/e2e/lib.sh"
}

# what there is of the script that had process id $1 and folder $2
leftovers() {
    ip netns list | grep "^tp${1}[cpo]"
    pgrep -f "$2"
    [ ! -e "$2" ] || echo "$2"
}
none_left() { [ -z "$(leftovers "$@")" ]; }

# ends_clean HOW [SIGNAL]
ends_clean() {
    local pid folder

    rm -f "$DIR/said" "$DIR/said.ready"
    (inner "$1") >"$DIR/inner.out" 2>"$DIR/inner.err" &
    local job=$!
    wait_for 20 test -e "$DIR/said.ready" || bad "it does not come up"
    read -r pid folder <"$DIR/said"
    [ -z "${2:-}" ] || kill "-$2" "$pid"
    wait "$job"
    [ "${2:-}" = KILL ] || wait_for 5 none_left "$pid" "$folder" ||
        bad "left: $(leftovers "$pid" "$folder")"
    LAST_PID=$pid
    LAST_FOLDER=$folder
}

killed() {
    ends_clean wait KILL
    none_left "$LAST_PID" "$LAST_FOLDER" && bad "nothing was left to sweep"
    # the next script does it
    ns_sweep
    ! ip netns list | grep -q "^tp${LAST_PID}[cpo]" ||
        bad "not swept: $(ip netns list)"
    rm -rf "$LAST_FOLDER"
}

# shellcheck disable=SC2119 # no program is needed
e2e_begin
run_case "after its end" ends_clean end
run_case "after exit in the middle" ends_clean exit
run_case "after SIGTERM" ends_clean wait TERM
run_case "after SIGINT" ends_clean wait INT
run_case "after SIGKILL, by the next script" killed
e2e_end
