/* SPDX-License-Identifier: BSD-2-Clause */
/* capture.c - see capture.h */
#include "capture.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tool.h"

#define SNAP_BYTES    65535
#define BUFFER_BYTES  (16 << 20)
#define FILTER_MAX    2048
#define INSPECT_MS    10000
#define INSPECT_BYTES 16384

struct capture {
	pcap_t *live;
	pcap_dumper_t *dump;
	char dir[200];
	char all[256]; /* the file of the whole run */
};

static int capture_fail(struct capture *c, char err[CAPTURE_ERR_MAX],
			const char *what)
{
	char why[CAPTURE_ERR_MAX / 2];

	(void)snprintf(why, sizeof(why), "%.100s",
		       c->live ? pcap_geterr(c->live) : strerror(errno));
	(void)snprintf(err, CAPTURE_ERR_MAX, "%s: %s", what, why);
	capture_close(c);
	return -EIO;
}

static bool capture_start(struct capture *c, const char *text)
{
	struct bpf_program filter;
	bool is_ok;

	(void)pcap_set_snaplen(c->live, SNAP_BYTES);
	(void)pcap_set_immediate_mode(c->live, 1);
	(void)pcap_set_buffer_size(c->live, BUFFER_BYTES);
	if (pcap_activate(c->live) < 0 ||
	    pcap_compile(c->live, &filter, text, 1, PCAP_NETMASK_UNKNOWN))
		return false;
	is_ok = !pcap_setfilter(c->live, &filter);
	pcap_freecode(&filter);
	return is_ok;
}

int capture_open(const char *iface, const char *filter, const char *dir,
		 struct capture **ret, char err[CAPTURE_ERR_MAX])
{
	struct capture *c = calloc(1, sizeof(*c));
	char why[PCAP_ERRBUF_SIZE];

	if (!c)
		return -ENOMEM;
	(void)snprintf(c->dir, sizeof(c->dir), "%s", dir);
	(void)snprintf(c->all, sizeof(c->all), "%s/.all.pcap", c->dir);
	if (mkdir(dir, 0777) && errno != EEXIST)
		return capture_fail(c, err, dir);
	c->live = pcap_create(iface ? iface : "any", why);
	if (!c->live) {
		(void)snprintf(err, CAPTURE_ERR_MAX, "%.200s", why);
		capture_close(c);
		return -EIO;
	}
	if (!capture_start(c, filter))
		return capture_fail(c, err, iface ? iface : "any");
	if (pcap_setnonblock(c->live, 1, why) < 0)
		return capture_fail(c, err, "capture");
	c->dump = pcap_dump_open(c->live, c->all);
	if (!c->dump)
		return capture_fail(c, err, c->all);
	*ret = c;
	return 0;
}

int capture_fd(const struct capture *c)
{
	return pcap_get_selectable_fd(c->live);
}

void capture_read(void *capture)
{
	struct capture *c = capture;

	while (pcap_dispatch(c->live, 1000, pcap_dump,
			     (unsigned char *)c->dump) > 0)
		;
}

const char *capture_file(struct capture *c)
{
	(void)fflush(pcap_dump_file(c->dump));
	return c->all;
}

/* "port 1 or port 2": the connections of a case */
static void capture_filter(const struct case_result *r, char *out, size_t cap)
{
	size_t n = 0;
	uint32_t i;

	out[0] = '\0';
	for (i = 0; i < r->n_ports && n + 24 < cap; i++)
		n += (size_t)snprintf(out + n, cap - n, "%sport %u",
				      i ? " or " : "", r->ports[i]);
}

static int capture_copy(struct capture *c, const char *filter_text,
			const char *path)
{
	char why[PCAP_ERRBUF_SIZE];
	pcap_t *in = pcap_open_offline(capture_file(c), why);
	struct bpf_program filter;
	pcap_dumper_t *out;
	int err = 0;

	if (!in)
		return -EIO;
	if (pcap_compile(in, &filter, filter_text, 1, PCAP_NETMASK_UNKNOWN)) {
		pcap_close(in);
		return -EINVAL;
	}
	out = pcap_setfilter(in, &filter) ? NULL : pcap_dump_open(in, path);
	pcap_freecode(&filter);
	if (!out || pcap_loop(in, -1, pcap_dump, (unsigned char *)out) < 0)
		err = -EIO;
	if (out)
		pcap_dump_close(out);
	pcap_close(in);
	return err;
}

/* what tp-inspect says, into PATH.txt */
static void capture_decode(const char *path, const char *inspect)
{
	char *text = malloc(INSPECT_BYTES);
	char r[] = "-r", file[CASE_TEXT_MAX], beside[CASE_TEXT_MAX + 8];
	char tool[TOOL_PATH_MAX];
	char *argv[] = { tool, r, file, NULL };
	FILE *f;

	(void)snprintf(tool, sizeof(tool), "%s", inspect);
	(void)snprintf(file, sizeof(file), "%s", path);
	(void)snprintf(beside, sizeof(beside), "%s.txt", path);
	f = text && tool_run(argv, INSPECT_MS, text, INSPECT_BYTES) >= 0
		    ? fopen(beside, "we")
		    : NULL;
	if (f) {
		(void)fputs(text, f);
		(void)fclose(f);
	}
	free(text);
}

int capture_keep(struct capture *c, struct case_result *r, const char *inspect)
{
	char filter[FILTER_MAX], path[CASE_TEXT_MAX];
	size_t n;
	int err;

	if (!r->n_ports)
		return 0;
	n = (size_t)snprintf(path, sizeof(path), "%.120s/", c->dir);
	(void)snprintf(path + n, sizeof(path) - n, "%.100s.pcap", r->def->id);
	for (; path[n]; n++)
		if (path[n] == '/')
			path[n] = '-';
	capture_filter(r, filter, sizeof(filter));
	err = capture_copy(c, filter, path);
	if (err)
		return err;
	memcpy(r->capture, path, sizeof(path));
	if (inspect)
		capture_decode(path, inspect);
	return 0;
}

void capture_close(struct capture *c)
{
	if (!c)
		return;
	if (c->dump) {
		pcap_dump_close(c->dump);
		(void)unlink(c->all);
	}
	if (c->live)
		pcap_close(c->live);
	free(c);
}
