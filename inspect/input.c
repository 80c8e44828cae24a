/* SPDX-License-Identifier: BSD-2-Clause */
/* input.c - see input.h */
#include "input.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pcap/pcap.h>

#include "base/clock.h"
#include "wire/link.h"
#include "wire/wire.h"

/* @buf[at..end]: read and not used
 * @pcap:	  set if libpcap reads the file; @buf is then what it gets first
 */
struct input {
	const char *path;
	struct stream *stream;
	struct capfile cf;
	struct capfile_err damage;
	uint8_t *buf;
	size_t buf_len;
	size_t at, end;
	bool saw_end;
	pcap_t *pcap;
	uint64_t frames;
};

#define INPUT_CONVERT \
	": editcap -F pcap IN OUT converts what Wireshark can read"

/* Files that are taken for captures now and then; the last entry is any. */
static const struct {
	const char *magic;
	uint8_t len;
	const char *what;
} input_others[] = {
	{ "snoop\0\0\0", 8, "a snoop file" INPUT_CONVERT },
	{ "GMBU", 4, "a Network Monitor file" INPUT_CONVERT },
	{ "BZh", 3, "compressed by bzip2: unpack it first" },
	{ "\xfd\x37zXZ", 6, "compressed by xz: unpack it first" },
	{ "\x04\x22\x4d\x18", 4, "compressed by lz4: unpack it first" },
	{ "PK\3\4", 4, "a ZIP archive: unpack it first" },
	{ "", 0, "neither a pcap nor a pcapng file" INPUT_CONVERT },
};

static int input_unknown(const struct input *in, char err[INPUT_ERR_MAX])
{
	size_t i = 0;

	while (in->end < input_others[i].len ||
	       memcmp(in->buf, input_others[i].magic, input_others[i].len) != 0)
		i++;
	(void)snprintf(err, INPUT_ERR_MAX, "%s: %s", in->path,
		       in->end ? input_others[i].what : "the file is empty");
	return -EIO;
}

int input_describe(const char *path, uint64_t frames,
		   const struct capfile_err *e, char err[INPUT_ERR_MAX])
{
	(void)snprintf(err, INPUT_ERR_MAX,
		       "%s: after frame %llu: %s (%s at byte %llu); what came "
		       "before is reported",
		       path, (unsigned long long)frames,
		       anomaly_info(e->anomaly)->text, anomaly_slug(e->anomaly),
		       (unsigned long long)e->off);
	return -EIO;
}

static int input_errno(const struct input *in, int r, char err[INPUT_ERR_MAX])
{
	bool is_iface = r == -ENOENT && if_nametoindex(in->path) != 0;

	(void)snprintf(err, INPUT_ERR_MAX, "%s: %s%s", in->path, strerror(-r),
		       is_iface ? "; it is an interface: -i captures on it"
				: "");
	return -EIO;
}

int input_resume(struct input *in, const struct capfile *cf)
{
	struct capfile copy;
	int r = stream_seek(in->stream, cf->offset);

	if (r)
		return r;
	r = capfile_copy(&copy, cf);
	if (r)
		return r;
	capfile_fini(&in->cf);
	in->cf = copy;
	in->at = in->end = 0;
	in->saw_end = false;
	in->frames = cf->frames;
	return 0;
}

/* input_fill() - at least one byte more, and room for @need.
 * Return: 1; 0 at the end; -EINTR; -EIO
 */
static int input_fill(struct input *in, size_t need, char err[INPUT_ERR_MAX])
{
	size_t kept = in->end - in->at;
	ssize_t n;

	memmove(in->buf, in->buf + in->at, kept);
	in->at = 0;
	in->end = kept;
	if (need > in->buf_len) {
		uint8_t *more = realloc(in->buf, need);

		if (!more)
			return input_errno(in, -ENOMEM, err);
		in->buf = more;
		in->buf_len = need;
	}
	n = stream_read(in->stream, in->buf + in->end, in->buf_len - in->end);
	if (n == -EINTR)
		return -EINTR;
	if (n == -EBADMSG) {
		in->damage = (struct capfile_err) {
			ANOMALY_CAP_COMPRESSED,
			in->cf.offset + kept,
		};
		return input_describe(in->path, in->cf.frames, &in->damage,
				      err);
	}
	if (n == -EFBIG) {
		(void)snprintf(err, INPUT_ERR_MAX,
			       "%s: zstd needs more than 128 MiB of memory to "
			       "unpack it: zstd -d --long=31 does so first",
			       in->path);
		in->damage = (struct capfile_err) {
			ANOMALY_CAP_COMPRESSED,
			in->cf.offset + kept,
		};
		return -EIO;
	}
	if (n < 0)
		return input_errno(in, (int)n, err);
	in->end += (size_t)n;
	return n > 0;
}

/* ---- what only libpcap knows ---- */

/* The bytes that were read already come first, then the stream's. */
static ssize_t input_cookie_read(void *cookie, char *buf, size_t len)
{
	struct input *in = cookie;
	size_t kept = in->end - in->at;
	ssize_t n;

	if (kept) {
		kept = kept < len ? kept : len;
		memcpy(buf, in->buf + in->at, kept);
		in->at += kept;
		return (ssize_t)kept;
	}
	n = stream_read(in->stream, (uint8_t *)buf, len);
	if (n < 0)
		errno = (int)-n;
	return n < 0 ? -1 : n;
}

static int input_open_pcap(struct input *in)
{
	static const cookie_io_functions_t io = { .read = input_cookie_read };
	char reason[PCAP_ERRBUF_SIZE];
	FILE *f = fopencookie(in, "r", io);

	if (!f)
		return -errno;
	in->pcap = pcap_fopen_offline_with_tstamp_precision(
		f, PCAP_TSTAMP_PRECISION_NANO, reason);
	if (!in->pcap) {
		in->at = 0;
		(void)fclose(f);
		return -EINVAL;
	}
	return 0;
}

static int input_link_of_dlt(int dlt)
{
	return dlt == DLT_RAW ? LINK_RAW : dlt;
}

static int input_next_pcap(struct input *in, char err[INPUT_ERR_MAX],
			   struct frame *ret)
{
	struct pcap_pkthdr *h;
	const u_char *data;
	int r = pcap_next_ex(in->pcap, &h, &data);

	if (r == PCAP_ERROR_BREAK)
		return 0;
	if (r != 1) {
		in->damage.anomaly = ANOMALY_CAP_CUT;
		(void)snprintf(err, INPUT_ERR_MAX, "%s: after frame %llu: %s",
			       in->path, (unsigned long long)in->frames,
			       pcap_geterr(in->pcap));
		return -EIO;
	}
	in->frames++;
	*ret = (struct frame) {
		.number = in->frames,
		.in_file = in->frames,
		/* nanoseconds, whatever the member's name is */
		.ts_ns = (int64_t)h->ts.tv_sec * NS_PER_S + h->ts.tv_usec,
		.data = data,
		.cap_len = h->caplen,
		.wire_len = h->len < h->caplen ? h->caplen : h->len,
		.link = input_link_of_dlt(pcap_datalink(in->pcap)),
	};
	return 1;
}

/* ---- opening ---- */

/* input_begin() - find out what it is. Return: 0 or -EIO */
static int input_begin(struct input *in, char err[INPUT_ERR_MAX])
{
	struct capfile probe;
	enum capfile_status st;
	struct frame f;
	size_t used;
	int r;

	for (;;) {
		capfile_init(&probe);
		st = capfile_next(&probe, in->buf, in->end, &used, &f);
		capfile_fini(&probe);
		if (probe.format != CAPFILE_NONE)
			return 0;
		if (st == CAPFILE_BAD)
			break;
		r = input_fill(in, probe.need, err);
		if (r == -EINTR)
			continue;
		if (r < 0)
			return r;
		if (!r) {
			if (!capfile_has_end(&probe, in->end) &&
			    probe.err.anomaly == ANOMALY_CAP_FORMAT)
				return input_unknown(in, err);
			return input_describe(in->path, 0, &probe.err, err);
		}
	}
	if (probe.err.anomaly != ANOMALY_CAP_FORMAT &&
	    probe.err.anomaly != ANOMALY_CAP_VERSION)
		return input_describe(in->path, 0, &probe.err, err);
	if (input_open_pcap(in) == 0)
		return 0;
	if (probe.err.anomaly == ANOMALY_CAP_FORMAT)
		return input_unknown(in, err);
	return input_describe(in->path, 0, &probe.err, err);
}

int input_open(const char *path, size_t buf_len, char err[INPUT_ERR_MAX],
	       struct input **ret)
{
	struct input *in = calloc(1, sizeof(*in));
	int r;

	if (!in) {
		(void)snprintf(err, INPUT_ERR_MAX, "%s: out of memory", path);
		return -EIO;
	}
	in->path = path;
	capfile_init(&in->cf);
	in->buf_len = buf_len;
	in->buf = malloc(buf_len);
	r = in->buf ? stream_open(path, &in->stream) : -ENOMEM;
	r = r ? input_errno(in, r, err) : input_begin(in, err);
	if (r)
		input_close(in);
	else
		*ret = in;
	return r;
}

void input_close(struct input *in)
{
	if (!in)
		return;
	if (in->pcap)
		pcap_close(in->pcap);
	stream_close(in->stream);
	capfile_fini(&in->cf);
	free(in->buf);
	free(in);
}

int input_next(struct input *in, char err[INPUT_ERR_MAX], struct frame *ret)
{
	if (in->pcap)
		return input_next_pcap(in, err, ret);
	for (;;) {
		size_t used;
		enum capfile_status st;
		int r;

		st = capfile_next(&in->cf, in->buf + in->at, in->end - in->at,
				  &used, ret);
		in->at += used;
		if (st == CAPFILE_FRAME)
			return 1;
		if (st == CAPFILE_BAD) {
			in->damage = in->cf.err;
			return input_describe(in->path, in->cf.frames,
					      &in->damage, err);
		}
		r = in->saw_end ? 0 : input_fill(in, in->cf.need, err);
		if (r < 0)
			return r;
		if (r)
			continue;
		in->saw_end = true;
		if (capfile_has_end(&in->cf, in->end - in->at))
			return 0;
		in->damage = in->cf.err;
		return input_describe(in->path, in->cf.frames, &in->damage,
				      err);
	}
}

int input_link(const struct input *in)
{
	if (in->pcap)
		return input_link_of_dlt(pcap_datalink(in->pcap));
	if (in->cf.format == CAPFILE_PCAP)
		return in->cf.pcap_link;
	return in->cf.iface_count ? in->cf.ifaces[0].link : -1;
}

bool input_is_foreign(const struct input *in)
{
	return in->pcap != NULL;
}

const struct stream *input_stream(const struct input *in)
{
	return in->stream;
}

const struct capfile_err *input_damage(const struct input *in)
{
	return &in->damage;
}
