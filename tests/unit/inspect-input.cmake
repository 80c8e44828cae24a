# SPDX-License-Identifier: BSD-2-Clause
foreach(name inspect_capfile inspect_copies inspect_ring inspect_source)
  tp_unit_test(${name} inspect_core)
endforeach()
