#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# format.sh - the C sources are laid out as .clang-format says (./run fmt)
set -euo pipefail
cd "$(dirname "$0")/../.."

find . \( -path ./build -o -path ./out -o -path ./.git \) -prune -o \
    -type f -name '*.[ch]' -print0 |
    xargs -0 clang-format-14 --dry-run -Werror
