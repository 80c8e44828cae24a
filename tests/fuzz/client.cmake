# SPDX-License-Identifier: BSD-2-Clause
# what servers send to tp-client, and results that it kept
foreach(name reply whoami store)
  tp_fuzz(${name} client_core)
endforeach()
