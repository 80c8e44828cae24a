/* SPDX-License-Identifier: BSD-2-Clause */
/* pcapng_out.c - see pcapng_out.h */
#include "pcapng_out.h"

#include "wire/wire.h"

#define PCAPNG_BOM	    0x1a2b3c4d
#define PCAPNG_OPT_USERAPPL 4
#define PCAPNG_TSRESOL_NS   9
/* a section's length, behind type, length, byte order and version */
#define PCAPNG_SECTION_LEN_AT 16
#define PCAPNG_OPT_LEN	      ((size_t)4) /* code and length */

/* Numbers in the file's byte order. */
struct pcapng_out {
	FILE *out;
	bool is_swapped;
};

static void pcapng_u16(const struct pcapng_out *o, uint32_t v)
{
	uint16_t n = (uint16_t)v;

	if (o->is_swapped)
		n = __builtin_bswap16(n);
	(void)fwrite(&n, sizeof(n), 1, o->out);
}

static void pcapng_u32(const struct pcapng_out *o, size_t v)
{
	uint32_t n = (uint32_t)v;

	if (o->is_swapped)
		n = __builtin_bswap32(n);
	(void)fwrite(&n, sizeof(n), 1, o->out);
}

static size_t pcapng_pad(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

static void pcapng_bytes(const struct pcapng_out *o, const void *p, size_t len)
{
	static const uint8_t zero[3];

	(void)fwrite(p, 1, len, o->out);
	(void)fwrite(zero, 1, pcapng_pad(len) - len, o->out);
}

static void pcapng_opt(const struct pcapng_out *o, uint16_t code, const void *p,
		       size_t len)
{
	pcapng_u16(o, code);
	pcapng_u16(o, (uint32_t)len);
	pcapng_bytes(o, p, len);
}

void pcapng_put_section(FILE *out, const char *program)
{
	const struct pcapng_out o = { .out = out };
	size_t opts = 2 * PCAPNG_OPT_LEN + pcapng_pad(strlen(program));
	size_t total = CAPFILE_BLOCK_LEN + 16 + opts;

	pcapng_u32(&o, CAPFILE_SHB);
	pcapng_u32(&o, total);
	pcapng_u32(&o, PCAPNG_BOM);
	pcapng_u16(&o, 1); /* version 1.0 */
	pcapng_u16(&o, 0);
	pcapng_u32(&o, UINT32_MAX); /* of no stated length */
	pcapng_u32(&o, UINT32_MAX);
	pcapng_opt(&o, PCAPNG_OPT_USERAPPL, program, strlen(program));
	pcapng_opt(&o, CAPFILE_OPT_END, "", 0);
	pcapng_u32(&o, total);
}

void pcapng_put_iface(FILE *out, int link, uint32_t snaplen)
{
	const struct pcapng_out o = { .out = out };
	const uint8_t resolution = PCAPNG_TSRESOL_NS;
	size_t total = CAPFILE_BLOCK_LEN + 8 + 3 * PCAPNG_OPT_LEN;

	pcapng_u32(&o, CAPFILE_IDB);
	pcapng_u32(&o, total);
	pcapng_u16(&o, (uint32_t)link);
	pcapng_u16(&o, 0);
	pcapng_u32(&o, snaplen);
	pcapng_opt(&o, CAPFILE_OPT_IF_TSRESOL, &resolution, 1);
	pcapng_opt(&o, CAPFILE_OPT_END, "", 0);
	pcapng_u32(&o, total);
}

static size_t pcapng_comment_len(const char *text)
{
	return strnlen(text, PCAPNG_COMMENT_MAX - 1);
}

/* Bytes of the comments as options, the end of options not counted. */
static size_t pcapng_comments_len(const struct pcapng_comments *c)
{
	size_t len = 0;
	unsigned i;

	for (i = 0; i < c->count; i++)
		len += PCAPNG_OPT_LEN +
		       pcapng_pad(pcapng_comment_len(c->text[i]));
	return len;
}

static void pcapng_put_comments(const struct pcapng_out *o,
				const struct pcapng_comments *c)
{
	unsigned i;

	for (i = 0; i < c->count; i++)
		pcapng_opt(o, CAPFILE_OPT_COMMENT, c->text[i],
			   pcapng_comment_len(c->text[i]));
}

static void pcapng_put_epb(const struct pcapng_out *o, const struct frame *f,
			   uint32_t iface, uint64_t ts,
			   const struct pcapng_comments *c)
{
	size_t opts = pcapng_comments_len(c);
	size_t total = CAPFILE_EPB_LEN + pcapng_pad(f->cap_len) +
		       (opts ? opts + PCAPNG_OPT_LEN : 0) + 4;

	pcapng_u32(o, CAPFILE_EPB);
	pcapng_u32(o, total);
	pcapng_u32(o, iface);
	pcapng_u32(o, ts >> 32);
	pcapng_u32(o, ts & UINT32_MAX);
	pcapng_u32(o, f->cap_len);
	pcapng_u32(o, f->wire_len);
	pcapng_bytes(o, f->data, f->cap_len);
	pcapng_put_comments(o, c);
	if (opts)
		pcapng_opt(o, CAPFILE_OPT_END, "", 0);
	pcapng_u32(o, total);
}

void pcapng_put_packet(FILE *out, const struct frame *f, uint32_t iface,
		       const struct pcapng_comments *c)
{
	const struct pcapng_out o = { .out = out };

	pcapng_put_epb(&o, f, iface, f->ts_ns < 0 ? 0 : (uint64_t)f->ts_ns, c);
}

void pcapng_put_block(FILE *out, const struct capfile *cf, const uint8_t *block,
		      size_t len)
{
	static const uint8_t unknown[8] = { 0xff, 0xff, 0xff, 0xff,
					    0xff, 0xff, 0xff, 0xff };
	size_t at = 0;

	if (capfile_block_type(cf, block) == CAPFILE_SHB &&
	    len >= PCAPNG_SECTION_LEN_AT + sizeof(unknown)) {
		at = PCAPNG_SECTION_LEN_AT + sizeof(unknown);
		(void)fwrite(block, 1, PCAPNG_SECTION_LEN_AT, out);
		(void)fwrite(unknown, 1, sizeof(unknown), out);
	}
	(void)fwrite(block + at, 1, len - at, out);
}

void pcapng_put_commented(FILE *out, const struct capfile *cf,
			  const uint8_t *block, size_t len,
			  const struct frame *f,
			  const struct pcapng_comments *c)
{
	const struct pcapng_out o = { out, cf->is_swapped };
	size_t opts_at = CAPFILE_EPB_LEN + pcapng_pad(f->cap_len);
	size_t more = pcapng_comments_len(c);
	bool has_opts;

	if (capfile_block_type(cf, block) == CAPFILE_SPB) {
		/* it belongs to the first interface and has no time */
		pcapng_put_epb(&o, f, 0, 0, c);
		return;
	}
	ASSERT(opts_at + 4 <= len);
	has_opts = opts_at + 4 + PCAPNG_OPT_LEN <= len;
	if (!has_opts)
		more += PCAPNG_OPT_LEN;
	(void)fwrite(block, 1, 4, out);
	pcapng_u32(&o, len + more);
	(void)fwrite(block + 8, 1, opts_at - 8, out);
	pcapng_put_comments(&o, c);
	if (has_opts)
		(void)fwrite(block + opts_at, 1, len - 4 - opts_at, out);
	else
		pcapng_opt(&o, CAPFILE_OPT_END, "", 0);
	pcapng_u32(&o, len + more);
}
