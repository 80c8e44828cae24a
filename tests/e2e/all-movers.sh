#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause
# all-movers.sh - t-movers.sh at length: 5,000 connections and 500 of bulk a way
set -uo pipefail
COUNT=${COUNT:-5000} exec "$(dirname "$0")/t-movers.sh"
