# SPDX-License-Identifier: BSD-2-Clause
# the payload codecs of lib/wire: addresses, PROXY v1 and v2, SPP
tp_unit_test(addr)
tp_unit_test(crc32c)
tp_unit_test(pp1)
tp_unit_test(pp2)
tp_unit_test(pp2_tlv)
tp_unit_test(pp2_vendor)
tp_unit_test(spp)
tp_unit_test(pp_vectors)
