# SPDX-License-Identifier: BSD-2-Clause
foreach(name header ident format http udp_table config toa_judge
        toa_table fault)
  tp_unit_test(origin_${name} origin_core)
endforeach()
