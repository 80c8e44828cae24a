# SPDX-License-Identifier: BSD-2-Clause
tp_unit_test(toa)
tp_unit_test(toa_stats toa_core)
tp_unit_test(toa_cli toa_core)
