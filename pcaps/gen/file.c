/* SPDX-License-Identifier: BSD-2-Clause */
/* file.c - see file.h; the format is that of pcap-savefile(5) */
#include "file_ng.h"

#include <err.h>
#include <errno.h>
#include <sys/stat.h>

#define FILE_MAGIC_US 0xa1b2c3d4U
#define FILE_PATH_MAX 4096

void file_put_le(FILE *out, uint64_t v, int bytes)
{
	int i;

	for (i = 0; i < bytes; i++)
		(void)fputc((int)(v >> 8 * i & 0xff), out);
}

void file_open(struct file *f, const char *dir, uint32_t link)
{
	char path[FILE_PATH_MAX];

	if (mkdir(dir, 0777) != 0 && errno != EEXIST)
		err(1, "%s", dir);
	if (snprintf(path, sizeof(path), "%s/input.pcap", dir) >=
	    (int)sizeof(path))
		errx(1, "%s: too long", dir);
	f->out = fopen(path, "wb");
	if (!f->out)
		err(1, "%s", path);
	f->form = FILE_PCAP;
	f->ng = (struct file_ng) { 0 };
	f->now_ms = 0;
	f->is_blind = false;
	f->snaplen = FILE_FRAME_MAX;
	file_put_le(f->out, FILE_MAGIC_US, 4);
	file_put_le(f->out, 2, 2); /* version 2.4 */
	file_put_le(f->out, 4, 2);
	file_put_le(f->out, 0, 4); /* UTC */
	file_put_le(f->out, 0, 4); /* accuracy: always 0 */
	file_put_le(f->out, FILE_FRAME_MAX, 4);
	file_put_le(f->out, link, 4);
}

void file_put(struct file *f, const uint8_t *frame, size_t len)
{
	size_t cap = len < f->snaplen ? len : f->snaplen;

	if (f->is_blind)
		return;
	if (f->form != FILE_PCAP) {
		file_put_other(f, frame, cap, len);
		f->now_ms++;
		return;
	}
	file_put_le(f->out, FILE_START_S + f->now_ms / 1000, 4);
	file_put_le(f->out, f->now_ms % 1000 * 1000ULL, 4);
	file_put_le(f->out, (uint32_t)cap, 4);
	file_put_le(f->out, (uint32_t)len, 4);
	(void)fwrite(frame, 1, cap, f->out);
	f->now_ms++;
}

void file_close(struct file *f)
{
	if (ferror(f->out) || fclose(f->out) != 0)
		err(1, "cannot write");
	f->out = NULL;
}
