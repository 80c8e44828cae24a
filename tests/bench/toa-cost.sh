#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# toa-cost.sh - CPU time per connection at proxy and origin, with TOA and
# without any of it, in turns
#
# usage: toa-cost.sh [ROUNDS [CONNECTIONS]]; prints microseconds and ratios.
# CPU time is that of the two cgroups (cpu.stat), softirqs they run included.
TP_BUILD=${TP_BUILD:-$(dirname "$0")/../../build/release}
# shellcheck source=../e2e/toa.sh
. "$(dirname "$0")/../e2e/toa.sh"

ROUNDS=${1:-21} # tp-origin listens on 64 ports at most
[ "$ROUNDS" -le 31 ] || ROUNDS=31
CONNS=${2:-3000}

usage_us() { sed -n 's/^usage_usec //p' "$CGROUP/$1/cpu.stat"; }

# round NAME PORT - one line: name, proxy's and origin's time per connection
round() {
    local proxy origin

    proxy=$(usage_us proxy)
    origin=$(usage_us origin)
    in_client "$TP_CLIENT" -q -c "$CONNS" -C 8 -m 64 "$VIP4" "$2" \
        >"$DIR/client.out" 2>"$DIR/client.err" ||
        bad "client: $(tail -n 2 "$DIR/client.err")"
    awk -v name="$1" -v p=$(($(usage_us proxy) - proxy)) \
        -v o=$(($(usage_us origin) - origin)) -v n="$CONNS" \
        'BEGIN { printf "%s %.2f %.2f\n", name, p / n, o / n }'
}

# Every round has its own ports at both ends: looking for one that no closed
# connection holds would cost more than all else.
# shellcheck disable=SC2119 # no options are needed
all() {
    local i ports=()

    for ((i = 0; i <= ROUNDS; i++)); do
        printf 'tcp:%d %s %d off off\n' $((10000 + i)) "$ORIGIN4" $((20000 + i))
        printf 'tcp:%d %s %d off toa\n' $((11000 + i)) "$ORIGIN4" $((21000 + i))
        ports+=($((20000 + i)) $((21000 + i)))
    done >"$DIR/rules"
    load_writer
    within origin start_ready origin "$NS_O" "$TP_ORIGIN" --mode off \
        --family 4 "${ports[@]}" || exit 1
    within proxy start_ready proxy "$NS_P" "$TP_PROXY" -t 1 -f "$DIR/rules" ||
        exit 1
    round warm 10000 >/dev/null
    for ((i = 1; i <= ROUNDS; i++)); do
        toa unload 2>/dev/null
        toa writer unload 2>/dev/null
        round without $((10000 + i))
        load_writer
        load_reader --trust "$EGRESS4"
        round with $((11000 + i))
    done >"$DIR/rounds"
}

toa_begin "$TP_PROXY" "$TP_ORIGIN" "$TP_CLIENT"
all
/usr/bin/python3 - "$DIR/rounds" <<'PY'
import statistics, sys
rows = [line.split() for line in open(sys.argv[1])]
for side, column in (("proxy", 1), ("origin", 2)):
    m = {name: [float(r[column]) for r in rows if r[0] == name]
         for name in ("without", "with")}
    a, b = (statistics.median(m[k]) for k in ("without", "with"))
    ratios = sorted(y / x for x, y in zip(m["without"], m["with"]))
    print(f"{side}: {a:.1f} us a connection without, {b:.1f} with TOA: "
          f"ratio of medians {b / a:.3f}, median of ratios "
          f"{statistics.median(ratios):.3f} "
          f"({ratios[0]:.3f} to {ratios[-1]:.3f})")
PY
[ "$E2E_FAILED" = 0 ]
