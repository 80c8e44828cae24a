# SPDX-License-Identifier: BSD-2-Clause
foreach(name control_model control_rules)
  tp_unit_test(${name} control)
endforeach()
