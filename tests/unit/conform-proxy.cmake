# SPDX-License-Identifier: BSD-2-Clause
tp_unit_test(conform_proxy conform_core)
