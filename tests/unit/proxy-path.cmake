# SPDX-License-Identifier: BSD-2-Clause
tp_unit_test(meta proxy_core)
tp_unit_test(mover proxy_core)
tp_unit_test(proxy_fault proxy_core)
tp_unit_test(proxy_tally proxy_core)
tp_unit_test(proxy_records proxy_core)
tp_unit_test(udp_gso proxy_core)
tp_unit_test(relay_fast proxy_core)
tp_unit_test(spin proxy_core)
