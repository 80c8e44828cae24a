/* SPDX-License-Identifier: BSD-2-Clause */
/* file_ng.c - pcapng (draft-ietf-opsawg-pcapng), and pcap in the other byte
 * order: forms that readers have to know and few programs write
 */
#include "file_ng.h"

#include <err.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAGIC_NS	   0xa1b23c4dU
#define FILE_MAGIC_ORDER   0x1a2b3c4dU
#define FILE_BLOCK_SECTION 0x0a0d0d0aU
#define FILE_BLOCK_IFACE   1
#define FILE_BLOCK_OTHER   0x80001234U /* of the range for local use */
#define FILE_BODY_MAX	   4096

/* A block's body, which is written once its length is known. */
struct body {
	bool is_be;
	size_t len;
	uint8_t buf[FILE_BODY_MAX];
};

static void body_num(struct body *b, uint64_t v, int bytes)
{
	int i;

	for (i = 0; i < bytes && b->len < FILE_BODY_MAX; i++)
		b->buf[b->len++] =
			(uint8_t)(v >> 8 * (b->is_be ? bytes - 1 - i : i));
}

static void body_bytes(struct body *b, const void *p, size_t n)
{
	if (n > FILE_BODY_MAX - b->len)
		errx(1, "a block is too long");
	memcpy(b->buf + b->len, p, n);
	b->len += n;
	while (b->len % 4)
		b->buf[b->len++] = 0;
}

static void body_opt(struct body *b, uint16_t code, const void *p, size_t n)
{
	body_num(b, code, 2);
	body_num(b, n, 2);
	body_bytes(b, p, n);
}

static void file_put_num(struct file *f, uint64_t v, int bytes, bool is_be)
{
	if (is_be)
		v = __builtin_bswap64(v) >> (64 - 8 * bytes);
	file_put_le(f->out, v, bytes);
}

static void file_put_block(struct file *f, uint32_t type, const struct body *b)
{
	file_put_num(f, type, 4, b->is_be);
	file_put_num(f, b->len + 12, 4, b->is_be);
	(void)fwrite(b->buf, 1, b->len, f->out);
	file_put_num(f, b->len + 12, 4, b->is_be);
}

static bool file_is_be(const struct file *f)
{
	return f->form == FILE_PCAPNG_BE || f->form == FILE_PCAP_BE_NS;
}

static void file_begin_pcap(struct file *f, uint32_t link)
{
	file_put_num(f, FILE_MAGIC_NS, 4, true);
	file_put_num(f, 2, 2, true);
	file_put_num(f, 4, 2, true);
	file_put_num(f, 0, 8, true);
	file_put_num(f, FILE_FRAME_MAX, 4, true);
	file_put_num(f, link, 4, true);
}

void file_begin(struct file *f, enum file_form form, uint32_t link)
{
	struct body b = { .is_be = form == FILE_PCAPNG_BE };

	if (!f->ng.is_open) {
		rewind(f->out);
		if (ftruncate(fileno(f->out), 0) != 0)
			err(1, "cannot truncate");
	}
	f->form = form;
	if (form == FILE_PCAP_BE_NS) {
		file_begin_pcap(f, link);
		return;
	}
	f->ng = (struct file_ng) {
		.is_open = true,
		.block = FILE_BLOCK_ENHANCED,
	};
	body_num(&b, FILE_MAGIC_ORDER, 4);
	body_num(&b, 1, 2);
	body_num(&b, 0, 2);
	body_num(&b, UINT64_MAX, 8);
	file_put_block(f, FILE_BLOCK_SECTION, &b);
}

void file_iface(struct file *f, uint32_t link, const char *name, uint8_t resol,
		int64_t offset_s)
{
	struct body b = { .is_be = file_is_be(f) };
	struct file_ng *ng = &f->ng;

	ng->iface = ng->ifaces++;
	ng->resol[ng->iface] = resol;
	ng->offset_s[ng->iface] = offset_s;
	body_num(&b, link, 2);
	body_num(&b, 0, 2);
	body_num(&b, FILE_FRAME_MAX, 4);
	body_opt(&b, 2, name, strlen(name));
	body_opt(&b, 9, &resol, 1);
	if (offset_s) {
		body_num(&b, 14, 2);
		body_num(&b, 8, 2);
		body_num(&b, (uint64_t)offset_s, 8);
	}
	body_num(&b, 0, 4);
	file_put_block(f, FILE_BLOCK_IFACE, &b);
}

void file_use(struct file *f, uint32_t iface, enum file_block block,
	      const char *comment)
{
	f->ng.iface = iface;
	f->ng.block = block;
	f->ng.comment = comment;
}

void file_unknown(struct file *f)
{
	struct body b = { .is_be = file_is_be(f) };

	body_bytes(&b, "nobody knows this", 17);
	file_put_block(f, FILE_BLOCK_OTHER, &b);
}

/* file_units() - the time of the next frame as its interface counts */
static uint64_t file_units(const struct file *f)
{
	const struct file_ng *ng = &f->ng;
	int64_t ms = FILE_START_S * 1000LL + f->now_ms -
		     ng->offset_s[ng->iface] * 1000;
	uint8_t i;

	for (i = 3; i < ng->resol[ng->iface]; i++)
		ms *= 10;
	return (uint64_t)ms;
}

void file_put_other(struct file *f, const uint8_t *frame, size_t cap,
		    size_t len)
{
	struct body b = { .is_be = file_is_be(f) };
	const struct file_ng *ng = &f->ng;
	uint64_t ts;

	if (f->form == FILE_PCAP_BE_NS) {
		file_put_num(f, FILE_START_S + f->now_ms / 1000, 4, true);
		file_put_num(f, f->now_ms % 1000 * 1000000ULL, 4, true);
		file_put_num(f, cap, 4, true);
		file_put_num(f, len, 4, true);
		(void)fwrite(frame, 1, cap, f->out);
		return;
	}
	if (ng->block == FILE_BLOCK_SIMPLE) {
		body_num(&b, len, 4);
		body_bytes(&b, frame, cap);
		file_put_block(f, FILE_BLOCK_SIMPLE, &b);
		return;
	}
	ts = file_units(f);
	/* the obsolete block counts drops: 65535 is "not known" */
	body_num(&b, ng->iface, ng->block == FILE_BLOCK_OBSOLETE ? 2 : 4);
	if (ng->block == FILE_BLOCK_OBSOLETE)
		body_num(&b, UINT16_MAX, 2);
	body_num(&b, ts >> 32, 4);
	body_num(&b, ts, 4);
	body_num(&b, cap, 4);
	body_num(&b, len, 4);
	body_bytes(&b, frame, cap);
	if (ng->comment) {
		body_opt(&b, 1, ng->comment, strlen(ng->comment));
		body_num(&b, 0, 4);
	}
	file_put_block(f, (uint32_t)ng->block, &b);
}
