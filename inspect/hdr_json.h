/* SPDX-License-Identifier: BSD-2-Clause */
/* hdr_json.h - members of a JSON object that describe TLVs */
#ifndef INSPECT_HDR_JSON_H
#define INSPECT_HDR_JSON_H

#include "base/json.h"
#include "wire/pp.h"

/* Room for an object with the longest header: of its 65,519 bytes of TLVs
 * each takes three bytes or more and gives up to 64 characters with its name,
 * and each byte of a value up to 9: hex, text, and a vendor's text, where a
 * byte that is no UTF-8 takes six.
 */
#define HDR_JSON_MAX (65536 / 3 * 64 + 65536 * 9 + 65536)

/* hdr_json_tlvs() - "tlvs": [{"type":"0x02","name":...,"hex":...,"text":...}];
 * "text" where the value is printable ASCII, "sub", "client" and "verify" for
 * SSL, and the fields of vendors by name (wire/pp2_vendor.h). An empty array if
 * @h has none.
 */
void hdr_json_tlvs(struct json *j, const struct pp_hdr *h);

#endif
