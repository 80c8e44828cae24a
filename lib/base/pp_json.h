/* SPDX-License-Identifier: BSD-2-Clause */
/* pp_json.h - one TLV of a PROXY header as JSON, the same in every program */
#ifndef BASE_PP_JSON_H
#define BASE_PP_JSON_H

#include "base/json.h"
#include "wire/pp2.h"

/* pp_json_tlv() - begin an object: "type" ("0x02"), "name" if the type has one,
 * "hex", and "text" if the value is printable ASCII. The caller may add members
 * and ends it with json_end().
 */
void pp_json_tlv(struct json *j, const struct pp2_tlv *t);

#endif
