# SPDX-License-Identifier: BSD-2-Clause
foreach(name link ip tcp udp csum tunnel uoa)
  tp_unit_test(${name})
endforeach()
