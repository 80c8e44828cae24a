# SPDX-License-Identifier: BSD-2-Clause
foreach(name rule rule_text ruleset origin resolve persist)
  tp_unit_test(${name} proxy_core)
endforeach()
