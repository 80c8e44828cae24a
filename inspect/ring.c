/* SPDX-License-Identifier: BSD-2-Clause */
/* ring.c - see ring.h; the format is that of pcap-savefile(5) */
#include "ring.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

#define RING_MAGIC_NS 0xa1b23c4dU
#define RING_PATH_MAX 4096
#define RING_BUF_LEN  (256U << 10)

/* @number: of the file among those of the same time
 * @turn:   how many times -G has begun another
 * @bytes:  of the present file
 */
struct ring {
	const struct ring_config *cfg;
	int link;
	uint32_t snaplen;
	FILE *out;
	uint32_t number;
	uint32_t turn;
	uint64_t bytes;
	int64_t begin_ns;
	char path[RING_PATH_MAX];
	char buf[RING_BUF_LEN];
};

static int ring_fail(const struct ring *r, int e, char err[RING_ERR_MAX])
{
	(void)snprintf(err, RING_ERR_MAX, "%.300s: %s",
		       *r->path ? r->path : r->cfg->path, strerror(e));
	return -EIO;
}

/* Digits of the largest number below @files: names sort as they came. */
static int ring_digits(uint32_t files)
{
	int n = 0;

	if (!files)
		return 0;
	for (files--; files; files /= 10)
		n++;
	return n;
}

static bool ring_name(struct ring *r, int64_t now_ns)
{
	const struct ring_config *cfg = r->cfg;
	/* only with -C do files of the same time follow each other */
	int digits = cfg->mbytes ? ring_digits(cfg->files) : 0;
	char base[RING_PATH_MAX];
	int n;

	if (cfg->seconds) {
		time_t s = (time_t)(now_ns / NS_PER_S);
		struct tm tm;

		if (!localtime_r(&s, &tm))
			return false;
/* the format is the user's by design */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		if (!strftime(base, sizeof(base), cfg->path, &tm))
			return false;
#pragma GCC diagnostic pop
	} else {
		n = snprintf(base, sizeof(base), "%s", cfg->path);
		if (n < 0 || n >= (int)sizeof(base))
			return false;
	}
	if (!r->number && !digits)
		n = snprintf(r->path, sizeof(r->path), "%s", base);
	else
		n = snprintf(r->path, sizeof(r->path), "%.*s%0*u",
			     RING_PATH_MAX - 16, base, digits, r->number);
	return n > 0 && n < (int)sizeof(r->path);
}

static int ring_begin(struct ring *r, int64_t now_ns, char err[RING_ERR_MAX])
{
	const struct {
		uint32_t magic;
		uint16_t major, minor;
		uint32_t zone, accuracy, snaplen, link;
	} head = { RING_MAGIC_NS, 2, 4, 0, 0, r->snaplen, (uint32_t)r->link };

	*r->path = '\0';
	if (!ring_name(r, now_ns))
		return ring_fail(r, ENAMETOOLONG, err);
	r->out = fopen(r->path, "we");
	if (!r->out)
		return ring_fail(r, errno, err);
	(void)setvbuf(r->out, r->buf, _IOFBF, sizeof(r->buf));
	r->bytes = sizeof(head);
	if (fwrite(&head, sizeof(head), 1, r->out) != 1 || fflush(r->out) != 0)
		return ring_fail(r, errno, err);
	return 0;
}

int ring_open(const struct ring_config *cfg, int link, uint32_t snaplen,
	      int64_t now_ns, char err[RING_ERR_MAX], struct ring **ret)
{
	struct ring *r = calloc(1, sizeof(*r));
	int status;

	if (!r) {
		(void)snprintf(err, RING_ERR_MAX, "out of memory");
		return -EIO;
	}
	r->cfg = cfg;
	r->link = link;
	r->snaplen = snaplen;
	r->begin_ns = now_ns;
	status = ring_begin(r, now_ns, err);
	if (status) {
		char other[RING_ERR_MAX];

		(void)ring_close(r, other);
		return status;
	}
	*ret = r;
	return 0;
}

static int ring_end(struct ring *r, char err[RING_ERR_MAX])
{
	FILE *out = r->out;

	r->out = NULL;
	if (out && fclose(out) != 0)
		return ring_fail(r, errno, err);
	return 0;
}

/* ring_turn() - whether a frame of @now_ns belongs into another file.
 * Return: 1: it does, and @r->number is that file's; 0; -ENODATA
 */
static int ring_turn(struct ring *r, int64_t now_ns)
{
	const struct ring_config *cfg = r->cfg;
	int64_t turn_ns = (int64_t)cfg->seconds * NS_PER_S;

	if (turn_ns && now_ns - r->begin_ns >= turn_ns) {
		r->turn++;
		if (cfg->files && !cfg->mbytes && r->turn >= cfg->files)
			return -ENODATA;
		r->begin_ns += (now_ns - r->begin_ns) / turn_ns * turn_ns;
		r->number = 0;
		return 1;
	}
	if (cfg->mbytes && r->bytes > cfg->mbytes * 1000000ULL) {
		r->number++;
		if (cfg->files && r->number >= cfg->files)
			r->number = 0;
		return 1;
	}
	return 0;
}

int ring_put(struct ring *r, const struct frame *f, char err[RING_ERR_MAX])
{
	const uint32_t head[] = { (uint32_t)(f->ts_ns / NS_PER_S),
				  (uint32_t)(f->ts_ns % NS_PER_S), f->cap_len,
				  f->wire_len };
	int status = ring_turn(r, f->ts_ns);

	if (status < 0)
		return status;
	if (status) {
		status = ring_end(r, err);
		if (!status)
			status = ring_begin(r, f->ts_ns, err);
		if (status)
			return status;
	}
	if (fwrite(head, sizeof(head), 1, r->out) != 1 ||
	    (f->cap_len && fwrite(f->data, f->cap_len, 1, r->out) != 1))
		return ring_fail(r, errno, err);
	r->bytes += sizeof(head) + f->cap_len;
	return 0;
}

int ring_flush(struct ring *r, char err[RING_ERR_MAX])
{
	return fflush(r->out) == 0 ? 0 : ring_fail(r, errno, err);
}

int ring_close(struct ring *r, char err[RING_ERR_MAX])
{
	int status;

	if (!r)
		return 0;
	status = ring_end(r, err);
	free(r);
	return status;
}
