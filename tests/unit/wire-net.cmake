# SPDX-License-Identifier: BSD-2-Clause
foreach(name link ip tcp udp csum)
  tp_unit_test(${name})
endforeach()
