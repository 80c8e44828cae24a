/* SPDX-License-Identifier: BSD-2-Clause */
/* stream.c - see stream.h */
#include "stream.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/fd.h"

#define STREAM_IN_LEN	 65536
#define STREAM_MAGIC_LEN 4
#define STREAM_WAIT_MS	 250
/* zlib: 32 KiB of window, and a gzip header */
#define STREAM_GZ_BITS (15 + 16)
/* zstd: 128 MiB of window, what zstd(1) allows, too */
#define STREAM_ZSTD_LOG 27

enum stream_kind {
	STREAM_PLAIN,
	STREAM_GZIP,
	STREAM_ZSTD,
};

/* @in, @at, @end: what has been read of the file and not been used.
 * @is_inside: a member (gzip) or frame (zstd) has begun and not ended
 * @saw_end:   read(2) gave nothing
 */
struct stream {
	int fd;
	bool is_stdin;
	bool is_regular;
	bool is_inside;
	bool saw_end;
	enum stream_kind kind;
	uint64_t size;
	uint64_t done;
	size_t at, end;
	z_stream gz;
	ZSTD_DStream *zstd;
	uint8_t in[STREAM_IN_LEN];
};

/* stream_wait() - until @s, if it may block, has bytes, with a look at signals
 * now and then. Return: 0 or -EINTR
 */
static int stream_wait(const struct stream *s)
{
	struct pollfd p = { .fd = s->fd, .events = POLLIN };

	if (s->is_regular)
		return 0;
	return poll(&p, 1, STREAM_WAIT_MS) > 0 ? 0 : -EINTR;
}

/* stream_fill() - more bytes behind those in @s->in. Return: 0 or -errno */
static int stream_fill(struct stream *s)
{
	ssize_t n;

	if (s->at == s->end)
		s->at = s->end = 0;
	if (s->saw_end || s->end == sizeof(s->in))
		return 0;
	if (stream_wait(s) != 0)
		return -EINTR;
	n = read(s->fd, s->in + s->end, sizeof(s->in) - s->end);
	if (n < 0)
		return -errno;
	s->saw_end = n == 0;
	s->end += (size_t)n;
	s->done += (uint64_t)n;
	return 0;
}

static int stream_begin(struct stream *s)
{
	static const uint8_t gzip[] = { 0x1f, 0x8b };
	static const uint8_t zstd[] = { 0x28, 0xb5, 0x2f, 0xfd };
	int r;

	while (s->end < STREAM_MAGIC_LEN && !s->saw_end) {
		r = stream_fill(s);
		if (r && r != -EINTR)
			return r;
	}
	if (s->end >= sizeof(gzip) && memcmp(s->in, gzip, sizeof(gzip)) == 0) {
		if (inflateInit2(&s->gz, STREAM_GZ_BITS) != Z_OK)
			return -ENOMEM;
		s->kind = STREAM_GZIP;
	} else if (s->end >= sizeof(zstd) &&
		   memcmp(s->in, zstd, sizeof(zstd)) == 0) {
		s->zstd = ZSTD_createDStream();
		if (!s->zstd ||
		    ZSTD_isError(ZSTD_DCtx_setParameter(
			    s->zstd, ZSTD_d_windowLogMax, STREAM_ZSTD_LOG)))
			return -ENOMEM;
		s->kind = STREAM_ZSTD;
	}
	return 0;
}

int stream_open(const char *path, struct stream **ret)
{
	struct stream *s = calloc(1, sizeof(*s));
	struct stat st;
	int r;

	if (!s)
		return -ENOMEM;
	s->is_stdin = strcmp(path, "-") == 0;
	s->fd = s->is_stdin ? STDIN_FILENO
			    : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (s->fd < 0 || fstat(s->fd, &st) != 0) {
		r = -errno;
		goto out;
	}
	s->is_regular = S_ISREG(st.st_mode);
	if (s->is_regular)
		s->size = (uint64_t)st.st_size;
	r = stream_begin(s);
out:
	if (r)
		stream_close(s);
	else
		*ret = s;
	return r;
}

void stream_close(struct stream *s)
{
	if (!s)
		return;
	if (s->kind == STREAM_GZIP)
		(void)inflateEnd(&s->gz);
	(void)ZSTD_freeDStream(s->zstd);
	if (!s->is_stdin)
		fd_close(&s->fd);
	free(s);
}

static ssize_t stream_read_plain(struct stream *s, uint8_t *buf, size_t len)
{
	size_t kept = s->end - s->at;
	ssize_t n;

	if (kept) {
		kept = kept < len ? kept : len;
		memcpy(buf, s->in + s->at, kept);
		s->at += kept;
		return (ssize_t)kept;
	}
	if (stream_wait(s) != 0)
		return -EINTR;
	n = read(s->fd, buf, len);
	if (n < 0)
		return -errno;
	s->done += (uint64_t)n;
	return n;
}

/* One step of zlib. A member may follow another; what is no member behind one
 * is padding, as gzip(1) sees it.
 * Return: bytes put to @buf; -EBADMSG; -ENODATA: the end
 */
static ssize_t stream_step_gzip(struct stream *s, uint8_t *buf, size_t len)
{
	int r;

	if (!s->is_inside && s->in[s->at] != 0x1f)
		return -ENODATA;
	s->is_inside = true;
	s->gz.next_in = s->in + s->at;
	s->gz.avail_in = (uInt)(s->end - s->at);
	s->gz.next_out = buf;
	s->gz.avail_out = (uInt)len;
	r = inflate(&s->gz, Z_NO_FLUSH);
	s->at = s->end - s->gz.avail_in;
	if (r == Z_STREAM_END) {
		s->is_inside = false;
		r = inflateReset(&s->gz);
	}
	if (r != Z_OK && r != Z_BUF_ERROR)
		return -EBADMSG;
	return (ssize_t)(len - s->gz.avail_out);
}

static ssize_t stream_step_zstd(struct stream *s, uint8_t *buf, size_t len)
{
	ZSTD_inBuffer in = { s->in, s->end, s->at };
	ZSTD_outBuffer out = { buf, len, 0 };
	size_t r = ZSTD_decompressStream(s->zstd, &out, &in);

	s->at = in.pos;
	if (ZSTD_getErrorCode(r) == ZSTD_error_frameParameter_windowTooLarge)
		return -EFBIG;
	if (ZSTD_isError(r))
		return -EBADMSG;
	/* 0: a frame is complete and all of it was given out */
	s->is_inside = r != 0;
	return (ssize_t)out.pos;
}

static ssize_t stream_read_packed(struct stream *s, uint8_t *buf, size_t len)
{
	uInt room = len > INT32_MAX ? INT32_MAX : (uInt)len;

	for (;;) {
		ssize_t n = 0;

		/* Without input there may be output still, if the last call
		 * filled the buffer.
		 */
		if (s->at < s->end || s->is_inside)
			n = s->kind == STREAM_GZIP
				    ? stream_step_gzip(s, buf, room)
				    : stream_step_zstd(s, buf, room);
		if (n == -ENODATA)
			return 0;
		if (n)
			return n;
		if (s->at == s->end && s->saw_end)
			return s->is_inside ? -EBADMSG : 0;
		if (s->at == s->end) {
			int r = stream_fill(s);

			if (r)
				return r;
		}
	}
}

ssize_t stream_read(struct stream *s, uint8_t *buf, size_t len)
{
	if (s->kind == STREAM_PLAIN)
		return stream_read_plain(s, buf, len);
	return stream_read_packed(s, buf, len);
}

int stream_fd(const struct stream *s)
{
	return s->kind == STREAM_PLAIN && s->size && !s->is_stdin ? s->fd : -1;
}

int stream_seek(struct stream *s, uint64_t off)
{
	if (stream_fd(s) < 0)
		return -ESPIPE;
	if (lseek(s->fd, (off_t)off, SEEK_SET) < 0)
		return -errno;
	s->at = s->end = 0;
	s->saw_end = false;
	s->done = off;
	return 0;
}

void stream_progress(const struct stream *s, uint64_t *ret_done,
		     uint64_t *ret_size)
{
	*ret_done = s->done;
	*ret_size = s->size;
}
