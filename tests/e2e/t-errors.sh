#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-errors.sh - every error of the API, provoked through the product's SDK: its
# code comes back with a sentence, and nothing has changed
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

API=127.0.0.1:8080
NODE_PATH=$E2E_ROOT/build/sdk/node_modules
export NODE_PATH
# provoked below; what is added to errors.cjs is added here
CASES=58

serve() {
    start_ready proxy "$NS_P" "$TP_PROXY" serve --state "$DIR/state" \
        -t 1 --api "$API" --quota 2 --settle 300ms
}
errors() {
    in_proxy node "$E2E_ROOT/tests/control/errors.cjs" "$DIR/state" "$API" \
        "$@" >"$DIR/errors.txt" 2>&1
}
none_wrong() {
    expect "cases" "$(grep -c '^ok ' "$DIR/errors.txt")" "$1"
    expect "wrong" "$(grep -v '^ok ' "$DIR/errors.txt")" ""
}

provoked() {
    errors
    none_wrong "$CASES"
}

# Nobody bans here; the state is made by hand.
banned() {
    local id

    stop proxy
    id=$(python3 - "$DIR/state/state.db" <<'PY'
import sqlite3
import sys

db = sqlite3.connect(sys.argv[1])
print(db.execute("SELECT id FROM instance WHERE name = 'one'").fetchone()[0])
db.execute("UPDATE instance SET status = 4 WHERE name = 'one'")
db.commit()
PY
    )
    serve
    errors banned "$id"
    none_wrong 3
}

e2e_begin "$TP_PROXY"
if ! node -e 'require("tencentcloud-sdk-nodejs-teo")' 2>/dev/null; then
    note "the product's SDK is not installed: './run check' does it"
    exit 77
fi
serve
run_case "each error with its code, and nothing changed" provoked
run_case "an instance that is banned" banned
stop_clean proxy
e2e_end
