#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-console.sh - the console in a real browser: what is clicked is what the API
# and the data path do. Screenshots stay in out/console/
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

NODE_PATH=$E2E_ROOT/build/sdk/node_modules
CHROMIUM=$(command -v chromium || true)
API=127.0.0.1:8080
STATE=
CERT=
export CERT NODE_PATH CHROMIUM API STATE NS_C VIP4 CLIENT4 ORIGIN4

# verdict LINE - of one of its cases
verdict() {
    [[ $1 = ok* ]] || bad "$(grep -m 1 -A 6 -F "$CASE:" "$DIR/console.err")"
}

# browse SCRIPT - each of its lines is a case
browse() {
    local line before=$((E2E_PASSED + E2E_FAILED))

    # the browser keeps its own home: nothing of the user's
    in_proxy env HOME="$DIR" ONLY="${ONLY:-}" timeout -k 5 300 \
        node "$E2E_ROOT/tests/console/$1" \
        2>"$DIR/console.err" >"$DIR/console.out" </dev/null
    while IFS= read -r line; do
        run_case "${line#*ok - }" verdict "$line"
    done < <(grep -E '^(not )?ok - ' "$DIR/console.out")
    [ "$((E2E_PASSED + E2E_FAILED))" -gt "$before" ] || [ -n "${ONLY:-}" ] ||
        bad "the browser did nothing: $(tail -n 5 "$DIR/console.err")"
    grep -E '^2,000 rules:' "$DIR/console.err" >&2
}

e2e_begin "$TP_PROXY" "$TP_ORIGIN" "$TP_CLIENT"
if ! node -e 'require("playwright-core")' 2>/dev/null; then
    note "playwright-core is not installed: './run check' does it"
    exit 77
fi
if [ -z "$CHROMIUM" ]; then
    note "there is no chromium: './run check' installs it"
    exit 77
fi
STATE=$DIR/state
start_ready origin "$NS_O" "$TP_ORIGIN" -t --mode auto --reply whoami 21001
start_ready proxy "$NS_P" "$TP_PROXY" serve --state "$STATE" --api 0.0.0.0:8080 \
    -t 1 --quota 50
browse console.cjs
stop proxy
CERT=$DIR/cert.pem
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
    -days 1 -subj /CN=tp -addext "subjectAltName=IP:$VIP4" \
    -keyout "$DIR/key.pem" -out "$CERT" 2>/dev/null
start_ready proxy "$NS_P" "$TP_PROXY" serve --state "$STATE" --api 0.0.0.0:8443 \
    -t 1 --quota 50 --api-cert "$CERT" --api-key "$DIR/key.pem"
in_proxy "$TP_PROXY" ctl --state "$STATE" create tls >/dev/null
browse tls.cjs
stop_clean proxy origin
e2e_end
