#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# hook.sh - the quick lints as a git hook: link it to .git/hooks/pre-commit
cd "$(git rev-parse --show-toplevel)" && exec tests/lint/all.sh -q
