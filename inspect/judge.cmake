# SPDX-License-Identifier: BSD-2-Clause
# what a flow's packets mean
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson)
target_sources(inspect_core PRIVATE
    advice.c app.c beside.c check_json.c expect.c
    facts.c join.c join_key.c join_match.c join_report.c join_run.c join_talk.c
    join_why.c remark.c tap.c udp_mode.c)
target_link_libraries(inspect_core PUBLIC PkgConfig::JANSSON)
