/* SPDX-License-Identifier: BSD-2-Clause */
/* stream.h - the bytes of a file, plain or compressed (gzip: RFC 1952, zstd:
 * RFC 8878), told apart by what it begins with
 */
#ifndef INSPECT_STREAM_H
#define INSPECT_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct stream;

/* stream_open() - @path: "-" is standard input, which is not closed.
 * Return: 0 or -errno
 */
int stream_open(const char *path, struct stream **ret);
void stream_close(struct stream *s);

/* stream_read() - Return: bytes, at least one; 0 at the end; -EINTR: a signal
 * came, call again; -EBADMSG: the compressed data is damaged or ends early;
 * -EFBIG: to unpack it takes more memory than is allowed; -errno
 */
ssize_t stream_read(struct stream *s, uint8_t *buf, size_t len);

/* stream_fd() - Return: the file, if it is a regular one that is not
 * compressed, for pread(2); -1
 */
int stream_fd(const struct stream *s);

/* stream_seek() - go on at byte @off; only where stream_fd() gives a file.
 * Return: 0 or -errno
 */
int stream_seek(struct stream *s, uint64_t off);

/* stream_progress() - @ret_done of @ret_size bytes of the file have been read,
 * before decompression. @ret_size is 0 where that is not known.
 */
void stream_progress(const struct stream *s, uint64_t *ret_done,
		     uint64_t *ret_size);

#endif
