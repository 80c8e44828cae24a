/* SPDX-License-Identifier: BSD-2-Clause */
/* input.h - the frames of one capture file: pcap and pcapng by capfile.h, what
 * else libpcap knows by libpcap; compressed or not
 */
#ifndef INSPECT_INPUT_H
#define INSPECT_INPUT_H

#include "capfile.h"
#include "stream.h"

#define INPUT_ERR_MAX 512
/* Two of these fit the second-level cache of a core beside the flows. */
#define INPUT_BUF_LEN	(256U << 10)
#define INPUT_BUF_SMALL (32U << 10)

struct input;

/* input_open() - @path: borrowed; "-" is standard input.
 * @buf_len: how much is read at once; grows for blocks that are longer
 * @err:     set on failure: one sentence with @path in it
 * Return: 0; -EIO
 */
int input_open(const char *path, size_t buf_len, char err[INPUT_ERR_MAX],
	       struct input **ret);
void input_close(struct input *in);

/* input_next() - Return: 1 and *@ret, whose data is borrowed until the next
 * call; 0 at the end; -EINTR: a signal came, call again; -EIO: the file is
 * damaged here
 */
int input_next(struct input *in, char err[INPUT_ERR_MAX], struct frame *ret);

/* input_resume() - another reader of the same file has come to where @cf
 * stands: go on there. Only for files that are not foreign, and can be sought.
 * Return: 0 or -errno
 */
int input_resume(struct input *in, const struct capfile *cf);

/* input_link() - of the first interface; -1 if none has been described */
int input_link(const struct input *in);

/* input_is_foreign() - libpcap reads it, not capfile.h */
bool input_is_foreign(const struct input *in);

/* input_describe() - @err of a capture file at @path of which @frames were
 * read, in one sentence. Always -EIO.
 */
int input_describe(const char *path, uint64_t frames,
		   const struct capfile_err *e, char err[INPUT_ERR_MAX]);

const struct stream *input_stream(const struct input *in);

/* input_damage() - what input_next() stopped at; ANOMALY_NONE for reasons that
 * are not the file's
 */
const struct capfile_err *input_damage(const struct input *in);

#endif
