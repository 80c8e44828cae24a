/* SPDX-License-Identifier: BSD-2-Clause */
/* udp.h - the UDP header (RFC 768) */
#ifndef WIRE_UDP_H
#define WIRE_UDP_H

#include <stdint.h>

#include "wire/wire.h"

#define UDP_HDR_LEN  8
#define UDP_CSUM_OFF 6

/* @len:  header and data in bytes, as the header says; at least UDP_HDR_LEN
 * @csum: as it stands in the header; csum_check_transport() judges it
 */
struct udp_hdr {
	uint16_t sport;
	uint16_t dport;
	uint16_t len;
	uint16_t csum;
};

/* udp_decode() - one header; the data begins at UDP_HDR_LEN. Whether @ret->len
 * fits the IP packet is the caller's to compare.
 * @err: may not be NULL; set on every return
 */
enum wire_status udp_decode(const uint8_t *buf, size_t len, struct udp_hdr *ret,
			    struct wire_err *err);

#endif
