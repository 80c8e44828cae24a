# SPDX-License-Identifier: BSD-2-Clause
foreach(name control_model control_rules control_batch control_change
             control_kill)
  tp_unit_test(${name} control)
endforeach()
foreach(name api_sign api_action api_live api_doorman api_console)
  tp_unit_test(${name} api PkgConfig::JANSSON)
endforeach()
