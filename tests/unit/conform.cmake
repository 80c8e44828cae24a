# SPDX-License-Identifier: BSD-2-Clause
foreach(name build case oracle like)
  tp_unit_test(conform_${name} conform_core)
endforeach()
include(conform-proxy.cmake OPTIONAL)
