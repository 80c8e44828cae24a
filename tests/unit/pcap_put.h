/* SPDX-License-Identifier: BSD-2-Clause */
/* pcap_put.h - a pcap file of microseconds, in memory, for tests; little
 * endian. Who calls has looked that there is room.
 */
#ifndef TESTS_UNIT_PCAP_PUT_H
#define TESTS_UNIT_PCAP_PUT_H

#include <stdint.h>
#include <string.h>

#define PCAP_PUT_HEAD	24
#define PCAP_PUT_RECORD 16

static inline void put_le32(uint8_t *p, uint32_t v)
{
	unsigned i;

	for (i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

/* pcap_put_head() - PCAP_PUT_HEAD bytes, the file's */
static inline void pcap_put_head(uint8_t *p, uint32_t link)
{
	memset(p, 0, PCAP_PUT_HEAD);
	put_le32(p, 0xa1b2c3d4);
	p[4] = 2;
	p[6] = 4;
	put_le32(p + 16, 262144);
	put_le32(p + 20, link);
}

/* pcap_put_record() - PCAP_PUT_RECORD bytes, before @len of a whole packet */
static inline void pcap_put_record(uint8_t *p, uint64_t us, uint32_t len)
{
	put_le32(p, (uint32_t)(us / 1000000));
	put_le32(p + 4, (uint32_t)(us % 1000000));
	put_le32(p + 8, len);
	put_le32(p + 12, len);
}

#endif
