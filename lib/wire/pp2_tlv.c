/* SPDX-License-Identifier: BSD-2-Clause */
/* pp2_tlv.c - the names of the PROXY v2 TLV types (PP 2.2 and the vendors')
 */
#include "wire/pp2.h"

const char *pp2_tlv_name(uint8_t type)
{
	static const struct {
		uint8_t type;
		const char *name;
	} names[] = {
		{ PP2_TLV_ALPN, "ALPN" },
		{ PP2_TLV_AUTHORITY, "AUTHORITY" },
		{ PP2_TLV_CRC32C, "CRC32C" },
		{ PP2_TLV_NOOP, "NOOP" },
		{ PP2_TLV_UNIQUE_ID, "UNIQUE_ID" },
		{ PP2_TLV_SSL, "SSL" },
		{ PP2_TLV_SSL_VERSION, "SSL_VERSION" },
		{ PP2_TLV_SSL_CN, "SSL_CN" },
		{ PP2_TLV_SSL_CIPHER, "SSL_CIPHER" },
		{ PP2_TLV_SSL_SIG_ALG, "SSL_SIG_ALG" },
		{ PP2_TLV_SSL_KEY_ALG, "SSL_KEY_ALG" },
		{ PP2_TLV_SSL_GROUP, "SSL_GROUP" },
		{ PP2_TLV_SSL_SIG_SCHEME, "SSL_SIG_SCHEME" },
		{ PP2_TLV_SSL_CLIENT_CERT, "SSL_CLIENT_CERT" },
		{ PP2_TLV_NETNS, "NETNS" },
		{ PP2_TLV_GCP, "GCP" },
		{ PP2_TLV_ALIBABA, "ALIBABA" },
		{ PP2_TLV_AWS, "AWS" },
		{ PP2_TLV_AZURE, "AZURE" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].type == type)
			return names[i].name;
	return NULL;
}
