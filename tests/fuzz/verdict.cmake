# SPDX-License-Identifier: BSD-2-Clause
# what flows mean, and what they should
tp_fuzz(verdict inspect_core)
tp_fuzz(expect inspect_core)
