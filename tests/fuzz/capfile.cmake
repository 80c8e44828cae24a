# SPDX-License-Identifier: BSD-2-Clause
tp_fuzz(capfile inspect_core)
