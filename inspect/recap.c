/* SPDX-License-Identifier: BSD-2-Clause */
/* recap.c - see recap.h */
#include "recap.h"

#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
#include "stream.h"

#define RECAP_BUF_LEN (256U << 10)

/* @buf[at..end]: read and not used */
struct recap {
	struct stream *stream;
	struct capfile cf;
	uint8_t *buf;
	size_t buf_len;
	size_t at, end;
	uint8_t hdr[CAPFILE_HDR_LEN];
};

int recap_open(const char *path, struct recap **ret)
{
	struct recap *r = calloc(1, sizeof(*r));
	int err = -ENOMEM;

	if (r) {
		capfile_init(&r->cf);
		r->cf.want_blocks = true;
		r->buf_len = RECAP_BUF_LEN;
		r->buf = malloc(r->buf_len);
	}
	if (r && r->buf)
		err = stream_open(path, &r->stream);
	if (err) {
		log_error("%s: %s", path, strerror(-err));
		recap_close(r);
		return err;
	}
	*ret = r;
	return 0;
}

void recap_close(struct recap *r)
{
	if (!r)
		return;
	if (r->stream)
		stream_close(r->stream);
	capfile_fini(&r->cf);
	free(r->buf);
	free(r);
}

/* At least one byte more, and room for what the parser needs. */
static bool recap_fill(struct recap *r)
{
	size_t kept = r->end - r->at;
	ssize_t n;

	memmove(r->buf, r->buf + r->at, kept);
	r->at = 0;
	r->end = kept;
	if (r->cf.need > r->buf_len) {
		uint8_t *more = realloc(r->buf, r->cf.need);

		if (!more)
			return false;
		r->buf = more;
		r->buf_len = r->cf.need;
	}
	do {
		n = stream_read(r->stream, r->buf + r->end,
				r->buf_len - r->end);
	} while (n == -EINTR);
	if (n <= 0)
		return false;
	r->end += (size_t)n;
	return true;
}

/* The first call takes the header of a pcap file, too. */
static size_t recap_skip_hdr(struct recap *r, bool was_known, size_t used)
{
	if (was_known || r->cf.format != CAPFILE_PCAP || used < CAPFILE_HDR_LEN)
		return 0;
	memcpy(r->hdr, r->buf + r->at, CAPFILE_HDR_LEN);
	return CAPFILE_HDR_LEN;
}

int recap_next(struct recap *r, struct recap_piece *ret)
{
	for (;;) {
		bool was_known = r->cf.format != CAPFILE_NONE;
		size_t used = 0, skip;
		enum capfile_status st = capfile_next(&r->cf, r->buf + r->at,
						      r->end - r->at, &used,
						      &ret->frame);

		skip = recap_skip_hdr(r, was_known, used);
		ret->raw = r->buf + r->at + skip;
		ret->len = used - skip;
		ret->has_frame = st == CAPFILE_FRAME;
		r->at += used;
		if (st == CAPFILE_FRAME || st == CAPFILE_OTHER)
			return 1;
		if (st == CAPFILE_BAD || !recap_fill(r))
			return 0;
	}
}

const struct capfile *recap_file(const struct recap *r)
{
	return &r->cf;
}

const uint8_t *recap_pcap_hdr(const struct recap *r)
{
	return r->hdr;
}
