#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# toa-cost.sh - CPU time per connection at proxy and origin: without any of
# TOA, with the writer alone, and with the reader too, in turns
#
# usage: toa-cost.sh [ROUNDS [CONNECTIONS]]; prints microseconds and ratios,
# then what the kernel says of each program, then what each part of their work
# adds to a connection of one process to itself (the first quartile of rounds).
#
# CPU time is that of the cgroups (cpu.stat), softirqs they run included. A
# veth pair takes a segment in on its sender's time: the reader's work lands
# with the proxy, too. Hence the writer alone: what it adds anywhere is the
# proxy's, and what the reader then adds anywhere is the origin's.
TP_BUILD=${TP_BUILD:-$(dirname "$0")/../../build/release}
# shellcheck source=../e2e/toa.sh
. "$(dirname "$0")/../e2e/toa.sh"

ROUNDS=${1:-41} # tp-origin listens on 64 ports at most
[ "$ROUNDS" -le 62 ] || ROUNDS=62
CONNS=${2:-3000}
PART_ROUNDS=60
OTHER4=(10.2.0.11 10.2.0.12) # of the origin

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

without() {
    toa unload 2>/dev/null
    toa writer unload 2>/dev/null
    round without $((10000 + $1))
}
# shellcheck disable=SC2119 # no options are needed
writer() {
    toa unload 2>/dev/null
    load_writer
    round writer $((11000 + $1))
}
# shellcheck disable=SC2119 # no options are needed
both() {
    load_writer
    load_reader --trust "$EGRESS4"
    round both $((12000 + $1))
}

# Every round has its own pair of ports or addresses at both ends: looking for
# one that no closed connection holds would cost more than all else.
# shellcheck disable=SC2119 # no options are needed
all() {
    local i ports=()

    for ((i = 0; i <= ROUNDS + 1; i++)); do
        printf 'tcp:%d %s %d off off\n' $((10000 + i)) "$ORIGIN4" $((20000 + i))
        printf 'tcp:%d %s %d off toa\n' \
            $((11000 + i)) "${OTHER4[0]}" $((20000 + i)) \
            $((12000 + i)) "${OTHER4[1]}" $((20000 + i))
        ports+=($((20000 + i)))
    done >"$DIR/rules"
    load_writer
    within origin start_ready origin "$NS_O" "$TP_ORIGIN" --mode off \
        --family 4 "${ports[@]}" || exit 1
    within proxy start_ready proxy "$NS_P" "$TP_PROXY" -t 1 -f "$DIR/rules" ||
        exit 1
    round warm 10000 >/dev/null
    for ((i = 1; i <= ROUNDS; i++)); do
        # there and back: what changes with time is nobody's
        [ $((i % 2)) = 0 ] || without "$i"
        [ $((i % 2)) = 1 ] || both "$i"
        writer "$i"
        [ $((i % 2)) = 0 ] || both "$i"
        [ $((i % 2)) = 1 ] || without "$i"
    done >"$DIR/rounds"
}
# What each program took, by the kernel's own clock, which itself takes some
# 30 ns of each run.
# shellcheck disable=SC2119 # no options are needed
programs() {
    local before

    load_writer
    load_reader --trust "$EGRESS4"
    before=$(sysctl -n kernel.bpf_stats_enabled)
    sysctl -q -w kernel.bpf_stats_enabled=1
    round stats $((12001 + ROUNDS)) >/dev/null
    sysctl -q -w kernel.bpf_stats_enabled="$before"
    bpftool prog list -j | jq -r --argjson n "$CONNS" '.[] |
        select((.name // "" | test("^(reader|writer)_")) and .run_cnt) |
        "\(.name) \(.run_cnt / $n) \(.run_time_ns / $n)"' |
        awk '{ printf "%s: %.1f runs a connection, %.0f ns\n", $1, $2, $3 }'
}

# part NAME LISTEN-FOLDER CONNECT-FOLDER NAMING - a line: name, microseconds
part() {
    local us

    us=$(nsenter --net="/run/netns/$NS_P" "$TP_BUILD/tests/bench/toaconn" \
        "$CGROUP/$2" "$CGROUP/$3" "$4") || bad "toaconn: $1"
    echo "$1 $us"
}

# A reader each, of which loopback is trusted: as it is, without a look at later
# segments, with one that looks for another kind and so keeps nothing
declare -A READERS=([read]="" [early]="--from ack" [blind]="--kind 254")
readers_load() {
    local name

    for name in "${!READERS[@]}"; do
        # shellcheck disable=SC2086 # two words
        toa load --cgroup "$CGROUP/$name" --instance "$name" \
            ${READERS[$name]} 2>"$DIR/load.err" ||
            bad "load: $(cat "$DIR/load.err")"
    done
}
readers_unload() {
    local name

    for name in "${!READERS[@]}"; do
        toa unload --instance "$name" 2>/dev/null
    done
}
# shellcheck disable=SC2119 # no options are needed
parts() {
    local i name

    stop proxy
    stop origin
    toa unload 2>/dev/null
    for name in "${!READERS[@]}"; do
        mkdir "$CGROUP/$name"
    done
    for ((i = 0; i < PART_ROUNDS; i++)); do
        toa writer unload 2>/dev/null
        part nothing outside outside off
        load_writer
        readers_load
        part attached outside proxy off
        part listener proxy proxy off
        part apart outside proxy apart
        part named outside proxy toa
        part ack outside proxy ack
        part refused outside proxy refused
        part read read proxy toa
        part early early proxy toa
        part blind blind proxy toa
        readers_unload
    done >"$DIR/parts"
    /usr/bin/python3 - "$DIR/parts" <<'PY'
import sys
rows = {}
for name, us in map(str.split, open(sys.argv[1])):
    rows.setdefault(name, []).append(float(us))


def quartile(name):
    """Of a machine with other things to do, or a slower hour, the rest tells"""
    return sorted(rows[name])[len(rows[name]) // 4]


base = quartile("nothing")
print(f"a connection to oneself: {base:.2f} us")
for name, what in (("attached", "programs attached, no client named"),
                   ("listener", "the same, of the listener's cgroup too"),
                   ("named", "with a client, the listener outside"),
                   ("apart", "the same, the range of ports by another call"),
                   ("ack", "the same, the option in the ACK only"),
                   ("refused", "the call is refused, another sets the range"),
                   ("read", "with a client, a reader at the listener"),
                   ("early", "the same, without a look at later segments"),
                   ("blind", "the same, which looks for another kind")):
    print(f"{what}: {quartile(name) - base:+.2f} us")
PY
}

toa_begin "$TP_PROXY" "$TP_ORIGIN" "$TP_CLIENT" \
    "$TP_BUILD/tests/bench/toaconn"
all
/usr/bin/python3 - "$DIR/rounds" <<'PY'
import statistics, sys
rows = {}
for name, proxy, origin in map(str.split, open(sys.argv[1])):
    rows.setdefault(name, []).append((float(proxy), float(origin)))
median = statistics.median


def show(what, base, added):
    low, mid, high = (1 + a / base for a in added)
    print(f"{what}: {base:.1f} us a connection, {added[1]:+.2f} with TOA: "
          f"ratio {mid:.3f} (half of the rounds: {low:.3f} to {high:.3f})")


def added(after, before, cost):
    return statistics.quantiles([cost(a) - cost(b) for a, b in
                                 zip(rows[after], rows[before])], n=4)


proxy, origin = (median(r[i] for r in rows["without"]) for i in (0, 1))
show("proxy's cgroup", proxy, added("both", "without", lambda r: r[0]))
show("origin's cgroup", origin, added("both", "without", lambda r: r[1]))
show("the writer's doing", proxy, added("writer", "without", sum))
show("the reader's doing", origin, added("both", "writer", sum))
PY
programs
parts
[ "$E2E_FAILED" = 0 ]
