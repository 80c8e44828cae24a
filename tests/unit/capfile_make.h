/* SPDX-License-Identifier: BSD-2-Clause */
/* capfile_make.h - capture files in memory, for tests; either byte order */
#ifndef TESTS_UNIT_CAPFILE_MAKE_H
#define TESTS_UNIT_CAPFILE_MAKE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "wire/wire.h"

#define MAKE_MAX 65536

struct make {
	bool is_be;
	size_t len;
	uint8_t buf[MAKE_MAX];
};

static inline void make_num(struct make *m, uint64_t v, int bytes)
{
	int i;

	ASSERT(bytes <= 8 && m->len + 8 <= MAKE_MAX);
	for (i = 0; i < bytes; i++)
		m->buf[m->len++] =
			(uint8_t)(v >> 8 * (m->is_be ? bytes - 1 - i : i));
}

static inline void make_bytes(struct make *m, const void *p, size_t n)
{
	ASSERT(m->len + n + 4 <= MAKE_MAX);
	memcpy(m->buf + m->len, p, n);
	m->len += n;
}

static inline void make_pad(struct make *m)
{
	while (m->len % 4)
		m->buf[m->len++] = 0;
}

static inline void make_pcap(struct make *m, uint32_t magic, uint32_t link)
{
	make_num(m, magic, 4);
	make_num(m, 2, 2);
	make_num(m, 4, 2);
	make_num(m, 0, 8);
	make_num(m, 262144, 4);
	make_num(m, link, 4);
}

static inline void make_record(struct make *m, uint32_t s, uint32_t frac,
			       const char *data, uint32_t wire)
{
	make_num(m, s, 4);
	make_num(m, frac, 4);
	make_num(m, strlen(data), 4);
	make_num(m, wire, 4);
	make_bytes(m, data, strlen(data));
}

/* make_begin(), make_end() - a block. Between them stands its body. */
static inline size_t make_begin(struct make *m, uint32_t type)
{
	size_t at = m->len;

	make_num(m, type, 4);
	make_num(m, 0, 4);
	return at;
}

static inline void make_end(struct make *m, size_t at)
{
	size_t end;

	make_pad(m);
	make_num(m, m->len - at + 4, 4);
	end = m->len;
	m->len = at + 4;
	make_num(m, end - at, 4);
	m->len = end;
}

static inline void make_opt(struct make *m, uint16_t code, const void *p,
			    uint16_t n)
{
	make_num(m, code, 2);
	make_num(m, n, 2);
	make_bytes(m, p, n);
	make_pad(m);
}

static inline void make_shb(struct make *m)
{
	size_t at = make_begin(m, 0x0a0d0d0a);

	make_num(m, 0x1a2b3c4d, 4);
	make_num(m, 1, 2);
	make_num(m, 0, 2);
	make_num(m, UINT64_MAX, 8);
	make_end(m, at);
}

/* @resol: if_tsresol, or -1 for none; @offset: if_tsoffset, 0 for none */
static inline void make_idb(struct make *m, uint16_t link, uint32_t snaplen,
			    int resol, int64_t offset, const char *name)
{
	size_t at = make_begin(m, 1);
	uint8_t r = (uint8_t)resol;

	make_num(m, link, 2);
	make_num(m, 0, 2);
	make_num(m, snaplen, 4);
	if (name)
		make_opt(m, 2, name, (uint16_t)strlen(name));
	if (resol >= 0)
		make_opt(m, 9, &r, 1);
	if (offset) {
		make_num(m, 14, 2);
		make_num(m, 8, 2);
		make_num(m, (uint64_t)offset, 8);
	}
	make_end(m, at);
}

/* An enhanced packet block (6), or an obsolete one (2); @comment may be NULL */
static inline void make_epb(struct make *m, uint32_t type, uint32_t iface,
			    uint64_t ts, const char *data, uint32_t wire,
			    const char *comment)
{
	size_t at = make_begin(m, type);

	if (type == 2) {
		make_num(m, iface, 2);
		make_num(m, 7, 2);
	} else {
		make_num(m, iface, 4);
	}
	make_num(m, ts >> 32, 4);
	make_num(m, ts, 4);
	make_num(m, strlen(data), 4);
	make_num(m, wire, 4);
	make_bytes(m, data, strlen(data));
	make_pad(m);
	if (comment)
		make_opt(m, 1, comment, (uint16_t)strlen(comment));
	make_end(m, at);
}

static inline void make_spb(struct make *m, const char *data, uint32_t wire)
{
	size_t at = make_begin(m, 3);

	make_num(m, wire, 4);
	make_bytes(m, data, strlen(data));
	make_end(m, at);
}

#endif
