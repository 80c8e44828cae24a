# SPDX-License-Identifier: BSD-2-Clause
tp_fuzz(decode inspect_core)
tp_fuzz(defrag inspect_core)
