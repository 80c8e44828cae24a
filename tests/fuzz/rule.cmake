# SPDX-License-Identifier: BSD-2-Clause
tp_fuzz(rule proxy_core)
