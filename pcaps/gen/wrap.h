/* SPDX-License-Identifier: BSD-2-Clause */
/* wrap.h - other headers around libnet's packets: tunnels, rare link layers,
 * fragments. A packet is built from the inside out, each header before what is
 * there.
 */
#ifndef GEN_WRAP_H
#define GEN_WRAP_H

#include "net.h"

#define WRAP_MAX 81920

/* @at: the packet is bytes[at] to the end */
struct wrap {
	size_t at;
	uint8_t bytes[WRAP_MAX];
};

/* wrap_begin() - the innermost bytes */
void wrap_begin(struct wrap *w, const void *data, size_t len);
size_t wrap_len(const struct wrap *w);

void wrap_push(struct wrap *w, const void *data, size_t len);
void wrap_push_hex(struct wrap *w, const char *hex);

/* wrap_push_ip4() - @flags: DF, MF and offset as they stand in the header;
 * @options: hex, a multiple of four bytes, or NULL
 */
void wrap_push_ip4(struct wrap *w, const char *src, const char *dst,
		   uint8_t proto, uint16_t id, uint16_t flags,
		   const char *options);
void wrap_push_ip6(struct wrap *w, const char *src, const char *dst,
		   uint8_t proto);

/* wrap_push_udp() - checksum 0 */
void wrap_push_udp(struct wrap *w, uint16_t sport, uint16_t dport);

/* wrap_push_eth() - from @side's MAC address to the other one's */
void wrap_push_eth(struct wrap *w, enum net_side side, uint16_t type);

void wrap_put(const struct wrap *w, struct file *f);

/* wrap_put_ip() - behind an Ethernet header; the type is that of the version */
void wrap_put_ip(struct wrap *w, enum net_side side, struct file *f);

/* A fragment: @off and @len of the data, and whether more follow. */
struct wrap_piece {
	uint16_t off;
	uint16_t len;
	bool is_last;
};

/* wrap_put_piece() - one fragment of a libnet packet, IPv4 or IPv6; @id tells
 * packets apart
 */
void wrap_put_piece(struct file *f, enum net_side side, const uint8_t *packet,
		    size_t len, uint32_t id, const struct wrap_piece *p);

#endif
