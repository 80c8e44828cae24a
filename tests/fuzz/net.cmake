# SPDX-License-Identifier: BSD-2-Clause
tp_fuzz(packet)
tp_fuzz(inspect inspect_core)
