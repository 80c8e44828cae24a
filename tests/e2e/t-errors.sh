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

# As many proxies and rules as can be: made by hand, a call each takes long.
lacking() {
    local id

    stop proxy
    id=$(python3 - "$DIR/state/state.db" <<'PY'
import sqlite3
import sys

OFFLINE = 1
db = sqlite3.connect(sys.argv[1])


def copy(table, where, **changed):
    """rows like those of @where, with other values in some columns"""
    names = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
    row = db.execute(f"SELECT * FROM {table} WHERE {where}").fetchone()
    values = {**dict(zip(names, row)), **changed}
    db.execute(f"INSERT INTO {table} VALUES ({','.join('?' * len(names))})",
               list(values.values()))


db.execute("UPDATE instance SET status = 0 WHERE name = 'one'")
one, rule = db.execute("SELECT instance.id, rule.id FROM instance, rule WHERE"
                       " name = 'one' AND instance_id = instance.id").fetchone()
count, = db.execute("SELECT count(*) FROM instance").fetchone()
for i in range(1000 - count):
    copy("instance", f"id = '{one}'", id=f"sid-more{i}", name=f"more{i}",
         status=OFFLINE)
count, = db.execute("SELECT count(*) FROM rule").fetchone()
for i in range(20000 - count):
    new = {"rule_id": f"rule-more{i}"}
    owner = {"instance_id": f"sid-more{i // 2000}"}
    copy("rule", f"id = '{rule}'", seq=None, id=new["rule_id"], **owner,
         status=OFFLINE)
    copy("rule_value", f"rule_id = '{rule}'", **new)
    copy("rule_port", f"rule_id = '{rule}'", **new, **owner,
         low=1 + i % 2000, high=1 + i % 2000)
db.commit()
print(one)
PY
    )
    serve
    errors lacking "$id"
    none_wrong 2
}

e2e_begin "$TP_PROXY"
if ! node -e 'require("tencentcloud-sdk-nodejs-teo")' 2>/dev/null; then
    note "the product's SDK is not installed: './run check' does it"
    exit 77
fi
serve
run_case "each error with its code, and nothing changed" provoked
run_case "an instance that is banned" banned
run_case "as many proxies and rules as can be" lacking
stop_clean proxy
e2e_end
