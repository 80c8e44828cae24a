# SPDX-License-Identifier: BSD-2-Clause
# what a flow's packets mean
target_sources(inspect_core PRIVATE app.c facts.c)
