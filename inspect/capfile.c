/* SPDX-License-Identifier: BSD-2-Clause */
/* capfile.c - see capfile.h */
#include "capfile.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "wire/wire.h"

#define PCAP_MAGIC_US  0xa1b2c3d4U
#define PCAP_MAGIC_NS  0xa1b23c4dU
#define NG_ORDER_MAGIC 0x1a2b3c4dU

#define NG_SHB_LEN   (4 + 4 + 4 /* order */ + 2 + 2 + 8 /* section */ + 4)
#define NG_IDB_LEN   (4 + 4 + 2 /* link */ + 2 + 4 /* snaplen */ + 4)
#define NG_SPB_LEN   (4 + 4 + 4 /* length on the wire */)
#define NG_TEN_MAX   9	/* 10^-9 s and coarser multiply */
#define NG_TEN_LIMIT 28 /* 10^19 is the last power that fits 64 bits */

void capfile_init(struct capfile *cf)
{
	*cf = (struct capfile) { 0 };
}

void capfile_fini(struct capfile *cf)
{
	free(cf->ifaces);
	cf->ifaces = NULL;
	cf->iface_count = cf->iface_room = 0;
}

int capfile_copy(struct capfile *cf, const struct capfile *from)
{
	struct capfile_iface *ifaces = NULL;

	if (from->iface_count) {
		ifaces = calloc(from->iface_count, sizeof(*ifaces));
		if (!ifaces)
			return -ENOMEM;
		memcpy(ifaces, from->ifaces,
		       from->iface_count * sizeof(*ifaces));
	}
	*cf = *from;
	cf->ifaces = ifaces;
	cf->iface_room = cf->iface_count;
	return 0;
}

static enum capfile_status capfile_bad(struct capfile *cf, enum anomaly a,
				       uint64_t at)
{
	cf->err = (struct capfile_err) { a, cf->offset + at };
	return CAPFILE_BAD;
}

static void capfile_use(struct capfile *cf, size_t n, size_t *ret_used)
{
	cf->offset += n;
	*ret_used += n;
}

/* ---- pcap ---- */

static enum capfile_status capfile_begin_pcap(struct capfile *cf,
					      const uint8_t *buf, size_t len,
					      bool is_swapped, uint32_t ts_mul,
					      size_t *ret_used)
{
	if (len < CAPFILE_HDR_LEN)
		return capfile_more(cf, CAPFILE_HDR_LEN);
	cf->is_swapped = is_swapped;
	/* Version 2.4 since 1998; before, lengths stood in another order. */
	if (capfile_u16(cf, buf + 4) != 2 || capfile_u16(cf, buf + 6) != 4)
		return capfile_bad(cf, ANOMALY_CAP_VERSION, 4);
	cf->format = CAPFILE_PCAP;
	cf->pcap_ts_mul = ts_mul;
	/* the upper half says whether frames end with a checksum */
	cf->pcap_link = (uint16_t)capfile_u32(cf, buf + 20);
	capfile_use(cf, CAPFILE_HDR_LEN, ret_used);
	return CAPFILE_MORE;
}

/* ---- pcapng: options ---- */

void capfile_opts(const struct capfile *cf, const uint8_t *block, size_t len,
		  const uint8_t **ret_p, const uint8_t **ret_end)
{
	size_t at = len;

	if (cf->format == CAPFILE_PCAPNG && len >= CAPFILE_BLOCK_LEN) {
		switch (capfile_u32(cf, block)) {
		case CAPFILE_SHB:
			at = NG_SHB_LEN - 4;
			break;
		case CAPFILE_IDB:
			at = NG_IDB_LEN - 4;
			break;
		case CAPFILE_EPB:
		case CAPFILE_PB:
			at = CAPFILE_EPB_LEN +
			     (((size_t)capfile_u32(cf, block + 20) + 3) &
			      ~(size_t)3);
			break;
		default:
			break;
		}
		len -= 4;
	}
	*ret_p = block + (at < len ? at : len);
	*ret_end = block + len;
}

bool capfile_opt_next(const struct capfile *cf, const uint8_t **p,
		      const uint8_t *end, struct capfile_opt *ret)
{
	size_t left = (size_t)(end - *p);
	struct capfile_opt o;
	size_t padded;

	if (left < 4)
		return false;
	o.code = capfile_u16(cf, *p);
	o.len = capfile_u16(cf, *p + 2);
	o.value = *p + 4;
	padded = ((size_t)o.len + 3) & ~(size_t)3;
	if (o.code == CAPFILE_OPT_END || padded > left - 4)
		return false;
	*p += 4 + padded;
	*ret = o;
	return true;
}

uint32_t capfile_block_type(const struct capfile *cf, const uint8_t *block)
{
	return capfile_u32(cf, block);
}

/* ---- pcapng: time ---- */

/* if_tsresol: 10^-n seconds, or 2^-n with the top bit set */
static void capfile_set_tsresol(struct capfile_iface *iface, uint8_t resol)
{
	unsigned n = resol & 0x7f, i;

	iface->ts_mul = iface->ts_div = 0;
	iface->ts_is_bin = resol & 0x80;
	if (iface->ts_is_bin) {
		iface->ts_shift = (uint8_t)n;
		return;
	}
	if (n <= NG_TEN_MAX) {
		iface->ts_mul = 1;
		for (i = n; i < NG_TEN_MAX; i++)
			iface->ts_mul *= 10;
		return;
	}
	iface->ts_div = 1;
	for (i = NG_TEN_MAX; i < n && i < NG_TEN_LIMIT; i++)
		iface->ts_div *= 10;
	/* finer than 64 bits of it reach: always the same nanosecond */
	if (n > NG_TEN_LIMIT)
		iface->ts_div = UINT64_MAX;
}

int64_t capfile_time(const struct capfile_iface *iface, uint64_t ts)
{
	__extension__ typedef unsigned __int128 u128;
	u128 ns;
	int64_t sum, off;

	if (iface->ts_is_bin)
		ns = (u128)ts * NS_PER_S >> iface->ts_shift;
	else if (iface->ts_div)
		ns = ts / iface->ts_div;
	else
		ns = (u128)ts * iface->ts_mul;
	if (ns > INT64_MAX ||
	    __builtin_mul_overflow(iface->ts_off_s, (int64_t)NS_PER_S, &off) ||
	    __builtin_add_overflow((int64_t)ns, off, &sum))
		return FRAME_NO_TIME;
	return sum;
}

/* ---- pcapng: blocks ---- */

static enum capfile_status capfile_section(struct capfile *cf,
					   const uint8_t *buf, size_t len)
{
	uint32_t magic, total;
	bool was_swapped = cf->is_swapped;

	if (len < CAPFILE_BLOCK_LEN)
		return capfile_more(cf, CAPFILE_BLOCK_LEN);
	memcpy(&magic, buf + 8, sizeof(magic));
	if (magic != NG_ORDER_MAGIC &&
	    magic != __builtin_bswap32(NG_ORDER_MAGIC))
		return capfile_bad(cf, ANOMALY_CAP_BYTE_ORDER, 8);
	cf->is_swapped = magic != NG_ORDER_MAGIC;
	total = capfile_u32(cf, buf + 4);
	if (total < NG_SHB_LEN || total % 4 != 0 || total > CAPFILE_BLOCK_MAX)
		return capfile_bad(cf, ANOMALY_CAP_BLOCK_LEN, 4);
	if (len < total) {
		cf->is_swapped = was_swapped;
		return capfile_more(cf, total);
	}
	if (capfile_u32(cf, buf + total - 4) != total)
		return capfile_bad(cf, ANOMALY_CAP_BLOCK_LEN, total - 4);
	/* 1.2 is 1.0 for readers */
	if (capfile_u16(cf, buf + 12) != 1)
		return capfile_bad(cf, ANOMALY_CAP_VERSION, 12);
	cf->format = CAPFILE_PCAPNG;
	cf->iface_base += cf->iface_count;
	cf->iface_count = 0;
	return CAPFILE_OTHER;
}

static void capfile_iface_opts(const struct capfile *cf, const uint8_t *block,
			       size_t len, struct capfile_iface *iface)
{
	const uint8_t *p, *end;
	struct capfile_opt o;

	capfile_opts(cf, block, len, &p, &end);
	while (capfile_opt_next(cf, &p, end, &o)) {
		if (o.code == CAPFILE_OPT_IF_TSRESOL && o.len == 1) {
			capfile_set_tsresol(iface, o.value[0]);
		} else if (o.code == CAPFILE_OPT_IF_TSOFFSET && o.len == 8) {
			bool is_be = cf->is_swapped;
			uint64_t a = capfile_u32(cf, o.value);
			uint64_t b = capfile_u32(cf, o.value + 4);

			iface->ts_off_s =
				(int64_t)(is_be ? a << 32 | b : b << 32 | a);
		} else if (o.code == CAPFILE_OPT_IF_NAME) {
			size_t n = o.len < CAPFILE_NAME_MAX - 1
					   ? o.len
					   : CAPFILE_NAME_MAX - 1;

			memcpy(iface->name, o.value, n);
			iface->name[n] = '\0';
		}
	}
}

static enum capfile_status capfile_iface(struct capfile *cf, const uint8_t *buf,
					 uint32_t total)
{
	struct capfile_iface *iface;

	if (total < NG_IDB_LEN)
		return capfile_bad(cf, ANOMALY_CAP_BLOCK_LEN, 4);
	if (cf->iface_count == CAPFILE_IFACE_MAX)
		return capfile_bad(cf, ANOMALY_CAP_INTERFACES, 0);
	if (cf->iface_count == cf->iface_room) {
		uint32_t room = cf->iface_room ? cf->iface_room * 2 : 8;
		struct capfile_iface *more =
			realloc(cf->ifaces, room * sizeof(*more));

		if (!more)
			return capfile_bad(cf, ANOMALY_CAP_INTERFACES, 0);
		cf->ifaces = more;
		cf->iface_room = room;
	}
	iface = &cf->ifaces[cf->iface_count++];
	*iface = (struct capfile_iface) { 0 };
	iface->link = capfile_u16(cf, buf + 8);
	iface->snaplen = capfile_u32(cf, buf + 12);
	capfile_set_tsresol(iface, 6);
	capfile_iface_opts(cf, buf, total, iface);
	if (iface->ts_mul && !iface->ts_off_s)
		iface->ts_max = INT64_MAX / iface->ts_mul;
	return CAPFILE_OTHER;
}

/* An enhanced packet block, or the obsolete one: the same but for 16 bits of
 * interface and 16 of drops where the interface stands.
 */
static enum capfile_status capfile_packet(struct capfile *cf,
					  const uint8_t *buf, uint32_t total,
					  uint32_t id, size_t *ret_used,
					  struct frame *ret)
{
	uint32_t cap;

	if (total < CAPFILE_EPB_LEN + 4)
		return capfile_bad(cf, ANOMALY_CAP_BLOCK_LEN, 4);
	if (id >= cf->iface_count)
		return capfile_bad(cf, ANOMALY_CAP_INTERFACE, 8);
	cap = capfile_u32(cf, buf + 20);
	if (cap > CAPFILE_FRAME_MAX || cap > total - CAPFILE_EPB_LEN - 4)
		return capfile_bad(cf, ANOMALY_CAP_FRAME_LEN, 20);
	ret->ts_ns = capfile_time(&cf->ifaces[id],
				  (uint64_t)capfile_u32(cf, buf + 12) << 32 |
					  capfile_u32(cf, buf + 16));
	ret->data = buf + CAPFILE_EPB_LEN;
	ret->cap_len = cap;
	ret->wire_len = capfile_u32(cf, buf + 24);
	ret->iface = cf->iface_base + id;
	ret->link = cf->ifaces[id].link;
	return capfile_frame(cf, total, ret_used, ret);
}

/* A simple packet block: of the first interface, and without a time */
static enum capfile_status capfile_simple(struct capfile *cf,
					  const uint8_t *buf, uint32_t total,
					  size_t *ret_used, struct frame *ret)
{
	uint32_t cap;

	if (total < NG_SPB_LEN + 4)
		return capfile_bad(cf, ANOMALY_CAP_BLOCK_LEN, 4);
	if (!cf->iface_count)
		return capfile_bad(cf, ANOMALY_CAP_INTERFACE, 0);
	ret->wire_len = cap = capfile_u32(cf, buf + 8);
	if (cf->ifaces->snaplen && cap > cf->ifaces->snaplen)
		cap = cf->ifaces->snaplen;
	if (cap > total - NG_SPB_LEN - 4)
		cap = total - NG_SPB_LEN - 4;
	if (cap > CAPFILE_FRAME_MAX)
		return capfile_bad(cf, ANOMALY_CAP_FRAME_LEN, 8);
	ret->ts_ns = FRAME_NO_TIME;
	ret->data = buf + NG_SPB_LEN;
	ret->cap_len = cap;
	ret->iface = cf->iface_base;
	ret->link = cf->ifaces->link;
	return capfile_frame(cf, total, ret_used, ret);
}

static bool capfile_is_known(uint32_t type)
{
	return type == CAPFILE_IDB || type == CAPFILE_EPB ||
	       type == CAPFILE_PB || type == CAPFILE_SPB;
}

/* capfile_block() - one block. Return: CAPFILE_OTHER has been used up, too */
static enum capfile_status capfile_block(struct capfile *cf, const uint8_t *buf,
					 size_t len, size_t *ret_used,
					 struct frame *ret)
{
	uint32_t type, total;
	enum capfile_status st = CAPFILE_OTHER;
	bool is_kept;

	if (len < CAPFILE_BLOCK_LEN)
		return capfile_more(cf, CAPFILE_BLOCK_LEN);
	type = capfile_u32(cf, buf);
	if (type == CAPFILE_SHB) {
		st = capfile_section(cf, buf, len);
		if (st == CAPFILE_OTHER)
			capfile_use(cf, capfile_u32(cf, buf + 4), ret_used);
		return st;
	}
	total = capfile_u32(cf, buf + 4);
	is_kept = cf->want_blocks || capfile_is_known(type);
	if (total < CAPFILE_BLOCK_LEN || total % 4 != 0 ||
	    (is_kept && total > CAPFILE_BLOCK_MAX))
		return capfile_bad(cf, ANOMALY_CAP_BLOCK_LEN, 4);
	if (len < total) {
		/* What nobody looks at need not be in memory as a whole. */
		if (is_kept)
			return capfile_more(cf, total);
		cf->skip_total = total;
		cf->skip = total - 4;
		cf->skip_off = cf->offset;
		return CAPFILE_MORE;
	}
	if (capfile_u32(cf, buf + total - 4) != total)
		return capfile_bad(cf, ANOMALY_CAP_BLOCK_LEN, total - 4);
	switch (type) {
	case CAPFILE_EPB:
		return capfile_packet(cf, buf, total, capfile_u32(cf, buf + 8),
				      ret_used, ret);
	case CAPFILE_PB:
		return capfile_packet(cf, buf, total, capfile_u16(cf, buf + 8),
				      ret_used, ret);
	case CAPFILE_SPB:
		return capfile_simple(cf, buf, total, ret_used, ret);
	case CAPFILE_IDB:
		st = capfile_iface(cf, buf, total);
		break;
	default:
		break;
	}
	if (st == CAPFILE_OTHER)
		capfile_use(cf, total, ret_used);
	return st;
}

static enum capfile_status capfile_begin(struct capfile *cf, const uint8_t *buf,
					 size_t len, size_t *ret_used)
{
	uint32_t magic;

	if (len < sizeof(magic))
		return capfile_more(cf, sizeof(magic));
	memcpy(&magic, buf, sizeof(magic));
	switch (magic) {
	case PCAP_MAGIC_US:
		return capfile_begin_pcap(cf, buf, len, false, 1000, ret_used);
	case PCAP_MAGIC_NS:
		return capfile_begin_pcap(cf, buf, len, false, 1, ret_used);
	default:
		break;
	}
	switch (__builtin_bswap32(magic)) {
	case PCAP_MAGIC_US:
		return capfile_begin_pcap(cf, buf, len, true, 1000, ret_used);
	case PCAP_MAGIC_NS:
		return capfile_begin_pcap(cf, buf, len, true, 1, ret_used);
	case CAPFILE_SHB:
		return CAPFILE_OTHER;
	default:
		return capfile_bad(cf, ANOMALY_CAP_FORMAT, 0);
	}
}

/* capfile_pass() - over a block that is not kept. Return: OTHER at its end */
static enum capfile_status capfile_pass(struct capfile *cf, const uint8_t *buf,
					size_t len, size_t *ret_used)
{
	uint32_t n = len < cf->skip ? (uint32_t)len : cf->skip;

	capfile_use(cf, n, ret_used);
	cf->skip -= n;
	if (cf->skip)
		return capfile_more(cf, 1);
	if (len - n < 4)
		return capfile_more(cf, 4);
	if (capfile_u32(cf, buf + n) != cf->skip_total)
		return capfile_bad(cf, ANOMALY_CAP_BLOCK_LEN, 0);
	cf->skip_total = 0;
	capfile_use(cf, 4, ret_used);
	return CAPFILE_OTHER;
}

/* The block loop: moves over what gives no frame. */
static enum capfile_status capfile_blocks(struct capfile *cf,
					  const uint8_t *buf, size_t len,
					  size_t *ret_used, struct frame *ret)
{
	for (;;) {
		size_t at = *ret_used;
		enum capfile_status st;

		if (cf->skip_total) {
			st = capfile_pass(cf, buf + at, len - at, ret_used);
			if (st != CAPFILE_OTHER)
				return st;
			continue;
		}
		if (len == at)
			return capfile_more(cf, CAPFILE_BLOCK_LEN);
		st = capfile_block(cf, buf + at, len - at, ret_used, ret);
		if (st == CAPFILE_MORE && cf->skip_total)
			continue;
		if (st != CAPFILE_OTHER || cf->want_blocks)
			return st;
	}
}

enum capfile_status capfile_next_slow(struct capfile *cf, const uint8_t *buf,
				      size_t len, size_t *ret_used,
				      struct frame *ret)
{
	enum capfile_status st;

	if (cf->format == CAPFILE_PCAP) /* the length that was too large */
		return capfile_bad(cf, ANOMALY_CAP_FRAME_LEN, 8);
	if (cf->format == CAPFILE_NONE) {
		st = capfile_begin(cf, buf, len, ret_used);
		if (cf->format == CAPFILE_PCAP) {
			size_t used = *ret_used;

			return capfile_next_pcap(cf, buf + used, len - used,
						 ret_used, ret);
		}
		if (st != CAPFILE_OTHER)
			return st;
	}
	return capfile_blocks(cf, buf, len, ret_used, ret);
}

bool capfile_has_end(struct capfile *cf, size_t len)
{
	if (!len && !cf->skip_total && cf->format != CAPFILE_NONE)
		return true;
	cf->err.anomaly = cf->format == CAPFILE_NONE && len < 4
				  ? ANOMALY_CAP_FORMAT
				  : ANOMALY_CAP_CUT;
	cf->err.off = cf->skip_total ? cf->skip_off : cf->offset;
	return false;
}
