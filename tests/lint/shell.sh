#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# shell.sh - shellcheck on every shell script (cases are functions that are
# called by name: SC2317 does not see that)
set -euo pipefail
cd "$(dirname "$0")/../.."

find . \( -path ./build -o -path ./out -o -path ./.git \) -prune -o \
    -type f \( -name '*.sh' -o -name '*.bash' -o -name run \) -print0 |
    xargs -0 shellcheck -x -P SCRIPTDIR -s bash -e SC2317
