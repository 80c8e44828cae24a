# SPDX-License-Identifier: BSD-2-Clause
foreach(name str opt json wheel loop cidr hist sock egress linefile)
  tp_unit_test(${name} base)
endforeach()
target_link_libraries(test_json PRIVATE m)
