#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# t-callgrind.sh - the hot paths of the release build take no more user-space
# instructions than tests/callgrind/counts.tsv says, within 5 to 8 %
set -uo pipefail

cd "$(dirname "$0")/../.." || exit 2
exec tests/callgrind/counts.py build/release
