# SPDX-License-Identifier: BSD-2-Clause
foreach(name inspect_advice inspect_check inspect_decode inspect_expect
             inspect_facts inspect_find inspect_flow inspect_join inspect_join_legs
             inspect_option inspect_reasm inspect_scan)
  tp_unit_test(${name} inspect_core)
endforeach()
tp_unit_test(inspect_defrag inspect_core)
tp_unit_test(inspect_tunnel inspect_core)
foreach(name inspect_check inspect_facts inspect_join inspect_join_legs)
  target_sources(test_${name} PRIVATE inspect_talk.c)
endforeach()
