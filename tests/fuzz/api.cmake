# SPDX-License-Identifier: BSD-2-Clause
tp_fuzz(sign api)
tp_fuzz(api api PkgConfig::JANSSON)
