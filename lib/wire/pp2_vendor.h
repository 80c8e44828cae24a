/* SPDX-License-Identifier: BSD-2-Clause */
/* pp2_vendor.h - what clouds put into TLVs of the custom range (PP 2.2.8)
 *
 *	0xE0	Google Cloud, Private Service Connect: connection, 64 bits
 *	0xE1	Alibaba Cloud, PrivateLink: subtype, then an identifier in text:
 *		1 VPC, 2 endpoint, 3 endpoint service
 *	0xEA	AWS: subtype 1, then the VPC endpoint's identifier in text
 *	0xEE	Azure: subtype 1, then the private endpoint's LINKID, 32 bits,
 *		little-endian
 */
#ifndef WIRE_PP2_VENDOR_H
#define WIRE_PP2_VENDOR_H

#include "wire/pp2.h"

/* @name:   of the field, as nginx names its variables where it has one:
 *	    "aws_vpce_id", "azure_pel_id", "gcp_conn_id", "alibaba_vpc_id",
 *	    "alibaba_endpoint_id", "alibaba_service_id"
 * @text:   borrowed, @text_len bytes; NULL if it is @number
 */
struct pp2_vendor {
	const char *name;
	const uint8_t *text;
	uint16_t text_len;
	uint64_t number;
};

/* pp2_vendor_decode() - false if @tlv is none of these, or has another form */
bool pp2_vendor_decode(const struct pp2_tlv *tlv, struct pp2_vendor *ret);

#endif
