# SPDX-License-Identifier: BSD-2-Clause
foreach(name pattern whoami plan result options run raw raw_conn schedule
        reply preflight store)
  tp_unit_test(client_${name} client_core)
endforeach()
