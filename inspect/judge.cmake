# SPDX-License-Identifier: BSD-2-Clause
# what a flow's packets mean
target_sources(inspect_core PRIVATE
    advice.c app.c beside.c check_json.c facts.c remark.c udp_mode.c)
