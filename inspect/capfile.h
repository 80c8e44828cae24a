/* SPDX-License-Identifier: BSD-2-Clause */
/* capfile.h - pcap and pcapng files: bytes in, frames out (pcap-savefile(5),
 * draft-ietf-opsawg-pcapng)
 *
 * A parser without input or output: the caller has the bytes and moves on by
 * what was used. Nothing is allocated for a frame; the fields of a frame point
 * into the caller's buffer. The functions at the end are inline because they
 * are the inner loop of a program that reads millions of frames a second.
 */
#ifndef INSPECT_CAPFILE_H
#define INSPECT_CAPFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "frame.h"
#include "wire/anomaly.h"

/* What a frame may have, as libpcap and Wireshark limit it, and a block. */
#define CAPFILE_FRAME_MAX (256U << 10)
#define CAPFILE_BLOCK_MAX (16U << 20)
#define CAPFILE_IFACE_MAX 65536U
#define CAPFILE_NAME_MAX  16

#define CAPFILE_HDR_LEN	   24 /* of a pcap file */
#define CAPFILE_RECORD_LEN 16 /* of a pcap record's header */
#define CAPFILE_BLOCK_LEN  12 /* a pcapng block's type and two lengths */
#define CAPFILE_EPB_LEN	   28 /* of an enhanced packet block's header */

enum capfile_block {
	CAPFILE_IDB = 1,
	CAPFILE_PB = 2, /* obsolete */
	CAPFILE_SPB = 3,
	CAPFILE_NRB = 4,
	CAPFILE_ISB = 5,
	CAPFILE_EPB = 6,
	CAPFILE_SHB = 0x0a0d0d0a,
};

/* Codes of options; the first two belong to every block. */
enum capfile_option {
	CAPFILE_OPT_END = 0,
	CAPFILE_OPT_COMMENT = 1,
	CAPFILE_OPT_IF_NAME = 2,
	CAPFILE_OPT_IF_TSRESOL = 9,
	CAPFILE_OPT_IF_TSOFFSET = 14,
};

enum capfile_format {
	CAPFILE_NONE, /* nothing read yet */
	CAPFILE_PCAP,
	CAPFILE_PCAPNG,
};

enum capfile_status {
	CAPFILE_FRAME,
	CAPFILE_OTHER, /* a block without a frame, if @want_blocks */
	CAPFILE_MORE,  /* legal so far; @need bytes are wanted */
	CAPFILE_BAD,   /* @err tells */
};

/* One interface of a section.
 * @ts_mul:    nanoseconds of a unit, if the next two do not apply
 * @ts_div:    units of a nanosecond, for powers of ten finer than that; or 0
 * @ts_is_bin: units are 2^-@ts_shift seconds
 * @ts_max:    times before this one need @ts_mul and nothing else
 * @ts_off_s:  added to each time
 * @snaplen:   0: no limit
 * @name:      if_name, cut; "" if there is none
 */
struct capfile_iface {
	uint64_t ts_mul;
	uint64_t ts_div;
	uint64_t ts_max;
	int64_t ts_off_s;
	uint32_t snaplen;
	uint16_t link;
	bool ts_is_bin;
	uint8_t ts_shift;
	char name[CAPFILE_NAME_MAX];
};

/* @off: in the file, of the byte that decided */
struct capfile_err {
	enum anomaly anomaly;
	uint64_t off;
};

/* Public for the inline functions; of use to callers are:
 * @want_blocks: set by the caller after capfile_init(): each call uses no more
 *	than one block, and none may be longer than CAPFILE_BLOCK_MAX
 * @is_swapped: the file's numbers are not in this machine's byte order
 * @offset:	in the file, of what capfile_next() gets next
 * @need:	on CAPFILE_MORE: bytes that the next call has to get
 * @frames:	so far
 * @skip_total: length of a block that is passed over as it comes, of which
 *	@skip bytes are left before its second length; it began at @skip_off
 * @ifaces:	of the present section, @iface_count; @iface_base are before
 *		them in earlier sections
 */
struct capfile {
	enum capfile_format format;
	bool is_swapped;
	bool want_blocks;
	uint16_t pcap_link;
	uint32_t pcap_ts_mul;
	uint64_t offset;
	uint64_t skip_off;
	uint32_t skip_total;
	uint32_t skip;
	size_t need;
	uint64_t frames;
	struct capfile_err err;
	struct capfile_iface *ifaces;
	uint32_t iface_count;
	uint32_t iface_room;
	uint32_t iface_base;
};

void capfile_init(struct capfile *cf);
void capfile_fini(struct capfile *cf);

/* capfile_copy() - another parser that stands where @from stands, with its
 * interfaces. Its @offset may then be set to any record's.
 * Return: 0 or -ENOMEM
 */
int capfile_copy(struct capfile *cf, const struct capfile *from);

/* capfile_find() - the first place in the @reach bytes at @buf at which records
 * begin: a chain of plausible ones, @chain long or to the end of the @len bytes
 * that are there. For readers that begin in the middle of a file. A plausible
 * record need not be one: who began earlier has to arrive at the same place.
 * Return: false, or true and the offset in @buf
 */
bool capfile_find(const struct capfile *cf, const uint8_t *buf, size_t len,
		  size_t reach, unsigned chain, size_t *ret_off);

/* capfile_has_end() - whether the file may end before @len unused bytes that
 * gave CAPFILE_MORE. If not, @cf->err is set: the file was cut.
 */
bool capfile_has_end(struct capfile *cf, size_t len);

/* An option of the block that gave the last frame or CAPFILE_OTHER. */
struct capfile_opt {
	uint16_t code;
	uint16_t len;
	const uint8_t *value; /* borrowed: points into the block */
};

/* capfile_opts() - where the options of @block (what capfile_next() used, @len
 * bytes; one block if @want_blocks) stand. Empty in pcap files and in blocks of
 * types that this parser does not know.
 */
void capfile_opts(const struct capfile *cf, const uint8_t *block, size_t len,
		  const uint8_t **ret_p, const uint8_t **ret_end);

/* capfile_opt_next() - the option at *@p, which moves on.
 * Return: false at the end, which a malformed option is too
 */
bool capfile_opt_next(const struct capfile *cf, const uint8_t **p,
		      const uint8_t *end, struct capfile_opt *ret);

/* capfile_block_type() - of a pcapng block that capfile_next() has used */
uint32_t capfile_block_type(const struct capfile *cf, const uint8_t *block);

/* capfile_time() - @ts in units of @iface, in ns, or FRAME_NO_TIME */
int64_t capfile_time(const struct capfile_iface *iface, uint64_t ts);

/* capfile_next_slow() - capfile_next() for all that is not everyday */
enum capfile_status capfile_next_slow(struct capfile *cf, const uint8_t *buf,
				      size_t len, size_t *ret_used,
				      struct frame *ret);

static inline uint16_t capfile_u16(const struct capfile *cf, const uint8_t *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return cf->is_swapped ? __builtin_bswap16(v) : v;
}

static inline uint32_t capfile_u32(const struct capfile *cf, const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return cf->is_swapped ? __builtin_bswap32(v) : v;
}

static inline enum capfile_status capfile_more(struct capfile *cf, size_t need)
{
	cf->need = need;
	return CAPFILE_MORE;
}

/* Account a frame that takes @used bytes. */
static inline enum capfile_status capfile_frame(struct capfile *cf, size_t used,
						size_t *ret_used,
						struct frame *ret)
{
	if (ret->wire_len < ret->cap_len)
		ret->wire_len = ret->cap_len;
	ret->number = ret->in_file = ++cf->frames;
	ret->file = 0;
	cf->offset += used;
	*ret_used += used;
	return CAPFILE_FRAME;
}

/* capfile_record() - the record of a pcap file at @buf as a frame that is
 * neither numbered nor counted: for readers of many at once.
 * Return: its bytes; 0: none, and capfile_next() knows why
 */
static inline size_t capfile_record(const struct capfile *cf,
				    const uint8_t *buf, size_t len,
				    struct frame *ret)
{
	uint32_t word[4]; /* seconds, their parts, bytes here, on the wire */
	unsigned i;

	if (len < sizeof(word))
		return 0;
	memcpy(word, buf, sizeof(word));
	for (i = 0; i < 4 && cf->is_swapped; i++)
		word[i] = __builtin_bswap32(word[i]);
	if (word[2] > CAPFILE_FRAME_MAX || len - sizeof(word) < word[2])
		return 0;
	/* 2^32 seconds in nanoseconds fit */
	ret->ts_ns = (int64_t)(word[0] * 1000000000ULL +
			       (uint64_t)word[1] * cf->pcap_ts_mul);
	ret->data = buf + sizeof(word);
	ret->cap_len = word[2];
	ret->wire_len = word[3] < word[2] ? word[2] : word[3];
	ret->iface = 0;
	ret->file = 0;
	ret->link = cf->pcap_link;
	return sizeof(word) + word[2];
}

static inline enum capfile_status
capfile_next_pcap(struct capfile *cf, const uint8_t *buf, size_t len,
		  size_t *ret_used, struct frame *ret)
{
	size_t used = capfile_record(cf, buf, len, ret);
	uint32_t cap;

	if (used)
		return capfile_frame(cf, used, ret_used, ret);
	if (len < CAPFILE_RECORD_LEN)
		return capfile_more(cf, CAPFILE_RECORD_LEN);
	cap = capfile_u32(cf, buf + 8);
	if (cap > CAPFILE_FRAME_MAX)
		return capfile_next_slow(cf, buf, len, ret_used, ret);
	return capfile_more(cf, CAPFILE_RECORD_LEN + (size_t)cap);
}

/* An enhanced packet block of a known interface whose time needs no division,
 * which nearly all are.
 */
static inline enum capfile_status capfile_next_ng(struct capfile *cf,
						  const uint8_t *buf,
						  size_t len, size_t *ret_used,
						  struct frame *ret)
{
	const struct capfile_iface *iface;
	uint32_t total, id, cap;
	uint64_t ts;

	if (len < CAPFILE_EPB_LEN || cf->skip_total ||
	    capfile_u32(cf, buf) != CAPFILE_EPB)
		return capfile_next_slow(cf, buf, len, ret_used, ret);
	total = capfile_u32(cf, buf + 4);
	id = capfile_u32(cf, buf + 8);
	cap = capfile_u32(cf, buf + 20);
	if (total > len || total % 4 != 0 || total < CAPFILE_EPB_LEN + 4 ||
	    id >= cf->iface_count || cap > total - CAPFILE_EPB_LEN - 4 ||
	    cap > CAPFILE_FRAME_MAX ||
	    capfile_u32(cf, buf + total - 4) != total)
		return capfile_next_slow(cf, buf, len, ret_used, ret);
	iface = &cf->ifaces[id];
	ts = (uint64_t)capfile_u32(cf, buf + 12) << 32 |
	     capfile_u32(cf, buf + 16);
	if (ts < iface->ts_max)
		ret->ts_ns = (int64_t)(ts * iface->ts_mul);
	else
		ret->ts_ns = capfile_time(iface, ts);
	ret->data = buf + CAPFILE_EPB_LEN;
	ret->cap_len = cap;
	ret->wire_len = capfile_u32(cf, buf + 24);
	ret->iface = cf->iface_base + id;
	ret->link = iface->link;
	return capfile_frame(cf, total, ret_used, ret);
}

/* capfile_next() - the next frame.
 * @buf:      @len bytes of the file from @cf->offset on
 * @ret_used: on each return: bytes that the caller has to move on by
 * @ret:      on CAPFILE_FRAME; @data points into @buf
 * Return: CAPFILE_MORE: give the bytes from the new offset on, at least
 * @cf->need of them; if there are none, ask capfile_has_end().
 */
static inline enum capfile_status capfile_next(struct capfile *cf,
					       const uint8_t *buf, size_t len,
					       size_t *ret_used,
					       struct frame *ret)
{
	*ret_used = 0;
	if (cf->format == CAPFILE_PCAP)
		return capfile_next_pcap(cf, buf, len, ret_used, ret);
	return capfile_next_ng(cf, buf, len, ret_used, ret);
}

#endif
