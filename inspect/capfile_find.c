/* SPDX-License-Identifier: BSD-2-Clause */
/* capfile_find.c - where records begin in the middle of a file */
#include "capfile.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"

/* Neighbours in a file are not further apart in time than this. */
#define FIND_GAP_S 86400
/* So many in a row are not there by chance. */
#define FIND_FEW 4

/* What the record at hand leaves for the next one to be compared with. */
struct find_state {
	bool has_time;
	uint32_t seconds;
};

/* find_pcap() - Return: bytes of a plausible record; 0: not one; 1: cannot be
 * told from @len bytes
 */
static size_t find_pcap(const struct capfile *cf, const uint8_t *p, size_t len,
			struct find_state *st)
{
	uint32_t s, frac, cap, wire;
	int64_t gap;

	if (len < CAPFILE_RECORD_LEN)
		return 1;
	s = capfile_u32(cf, p);
	frac = capfile_u32(cf, p + 4);
	cap = capfile_u32(cf, p + 8);
	wire = capfile_u32(cf, p + 12);
	if (cap > CAPFILE_FRAME_MAX || !wire || wire < cap ||
	    wire > CAPFILE_BLOCK_MAX ||
	    (uint64_t)frac * cf->pcap_ts_mul >= NS_PER_S)
		return 0;
	gap = (int64_t)s - st->seconds;
	if (st->has_time && (gap > FIND_GAP_S || gap < -FIND_GAP_S))
		return 0;
	*st = (struct find_state) { true, s };
	return CAPFILE_RECORD_LEN + (size_t)cap;
}

static size_t find_ng(const struct capfile *cf, const uint8_t *p, size_t len)
{
	uint32_t type, total;

	if (len < 8)
		return 1;
	type = capfile_u32(cf, p);
	total = capfile_u32(cf, p + 4);
	if (total < CAPFILE_BLOCK_LEN || total % 4 != 0 ||
	    total > CAPFILE_BLOCK_MAX)
		return 0;
	if (type == CAPFILE_EPB && len >= 12 &&
	    capfile_u32(cf, p + 8) >= cf->iface_count)
		return 0;
	if (len < total)
		return type == CAPFILE_EPB ? 1 : 0;
	return capfile_u32(cf, p + total - 4) == total ? total : 0;
}

/* find_hop() - from @off on the first place whose length of the frame a pcap
 * record may have; nearly all others are left out here
 */
static size_t find_hop(const struct capfile *cf, const uint8_t *buf, size_t len,
		       size_t reach, size_t off)
{
	/* the highest byte of the length, which is zero */
	size_t top = cf->is_swapped ? 8 : 11;

	static_assert(CAPFILE_FRAME_MAX < 1 << 24, "fits three bytes");
	while (off < reach && len - off >= CAPFILE_RECORD_LEN) {
		size_t left = len - off - CAPFILE_RECORD_LEN + 1;
		size_t room = left < reach - off ? left : reach - off;
		const uint8_t *zero = memchr(buf + off + top, 0, room);

		if (!zero)
			return off + room;
		off = (size_t)(zero - buf) - top;
		if (capfile_u32(cf, buf + off + 8) <= CAPFILE_FRAME_MAX)
			break;
		off++;
	}
	return off;
}

bool capfile_find(const struct capfile *cf, const uint8_t *buf, size_t len,
		  size_t reach, unsigned chain, size_t *ret_off)
{
	/* blocks begin at multiples of four bytes of the file */
	size_t step = cf->format == CAPFILE_PCAPNG ? 4 : 1;
	size_t first = (size_t)(-cf->offset & (step - 1));
	size_t off;

	for (off = first; off < reach; off += step) {
		struct find_state st = { 0 };
		size_t at = off, n = 0;
		unsigned i;

		if (step == 1)
			at = off = find_hop(cf, buf, len, reach, off);
		if (off >= reach)
			break;
		for (i = 0; i < chain && at < len; i++) {
			n = step == 4 ? find_ng(cf, buf + at, len - at)
				      : find_pcap(cf, buf + at, len - at, &st);
			if (n <= 1)
				break;
			at += n;
		}
		/* A record that ends with the buffer is as good as a chain;
		 * one that reaches past it proves less.
		 */
		if (i == chain || (i && at == len) ||
		    (i >= FIND_FEW && (n == 1 || at > len))) {
			*ret_off = off;
			return true;
		}
	}
	return false;
}
