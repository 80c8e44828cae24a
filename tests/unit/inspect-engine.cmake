# SPDX-License-Identifier: BSD-2-Clause
foreach(name inspect_bulk inspect_cut inspect_engine inspect_fast inspect_pagein
        inspect_table inspect_trial)
  tp_unit_test(${name} inspect_core)
endforeach()
