/* SPDX-License-Identifier: BSD-2-Clause */
/* pp2_vendor.c - see pp2_vendor.h */
#include "wire/pp2_vendor.h"

#include "wire/bytes.h"

#define AZURE_LEN (1 /* subtype */ + 4)
#define GCP_LEN	  8

static bool pp2_vendor_text(const struct pp2_tlv *tlv, uint8_t subtype,
			    const char *name, struct pp2_vendor *ret)
{
	if (tlv->len < 2 || tlv->value[0] != subtype)
		return false;
	*ret = (struct pp2_vendor) {
		.name = name,
		.text = tlv->value + 1,
		.text_len = (uint16_t)(tlv->len - 1),
	};
	return true;
}

static bool pp2_vendor_azure(const struct pp2_tlv *tlv, struct pp2_vendor *ret)
{
	const uint8_t *p = tlv->value;

	if (tlv->len != AZURE_LEN || p[0] != 1)
		return false;
	*ret = (struct pp2_vendor) {
		.name = "azure_pel_id",
		.number = p[1] | (uint64_t)p[2] << 8 | (uint64_t)p[3] << 16 |
			  (uint64_t)p[4] << 24,
	};
	return true;
}

static bool pp2_vendor_gcp(const struct pp2_tlv *tlv, struct pp2_vendor *ret)
{
	if (tlv->len != GCP_LEN)
		return false;
	*ret = (struct pp2_vendor) {
		.name = "gcp_conn_id",
		.number = (uint64_t)get_be32(tlv->value) << 32 |
			  get_be32(tlv->value + 4),
	};
	return true;
}

bool pp2_vendor_decode(const struct pp2_tlv *tlv, struct pp2_vendor *ret)
{
	switch (tlv->type) {
	case PP2_TLV_AWS:
		return pp2_vendor_text(tlv, 1, "aws_vpce_id", ret);
	case PP2_TLV_AZURE:
		return pp2_vendor_azure(tlv, ret);
	case PP2_TLV_GCP:
		return pp2_vendor_gcp(tlv, ret);
	case PP2_TLV_ALIBABA:
		return pp2_vendor_text(tlv, 1, "alibaba_vpc_id", ret) ||
		       pp2_vendor_text(tlv, 2, "alibaba_endpoint_id", ret) ||
		       pp2_vendor_text(tlv, 3, "alibaba_service_id", ret);
	default:
		return false;
	}
}
