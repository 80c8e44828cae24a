# SPDX-License-Identifier: BSD-2-Clause
foreach(name inspect_field inspect_paint inspect_pcapng_out inspect_summary)
  tp_unit_test(${name} inspect_core)
endforeach()
