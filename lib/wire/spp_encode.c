/* SPDX-License-Identifier: BSD-2-Clause */
/* spp_encode.c - writes the Simple Proxy Protocol header */
#include "wire/bytes.h"
#include "wire/spp.h"

void spp_encode(uint8_t out[SPP_HDR_LEN], const struct endpoint *client,
		const struct endpoint *proxy)
{
	put_be16(out, SPP_MAGIC);
	ip_addr_map(&client->addr, out + 2);
	ip_addr_map(&proxy->addr, out + 2 + 16);
	put_be16(out + 2 + 32, client->port);
	put_be16(out + 2 + 34, proxy->port);
}
