# SPDX-License-Identifier: BSD-2-Clause
# what flows mean
tp_fuzz(verdict inspect_core)
