# SPDX-License-Identifier: BSD-2-Clause
tp_fuzz(rule rules)
