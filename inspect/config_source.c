/* SPDX-License-Identifier: BSD-2-Clause */
/* config_source.c - where frames come from: files, or an interface */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/exitcode.h"
#include "base/log.h"
#include "config_opts.h"
#include "wire/wire.h"

static bool config_add_file(void *dst, const char *value, char err[OPT_ERR_MAX])
{
	struct config *cfg = dst;
	struct source_spec *s = &cfg->source;

	if (s->path_count == SOURCE_FILE_MAX) {
		(void)snprintf(err, OPT_ERR_MAX, "more than %d files",
			       SOURCE_FILE_MAX);
		return false;
	}
	if (!cfg->path)
		cfg->path = value;
	s->paths[s->path_count++] = value;
	return true;
}

static void config_opts_ring(struct config_draft *d)
{
	struct ring_config *r = &d->cfg.ring;
	const struct opt list[] = {
		{ 'w', "write", "FILE", OPT_STR, &r->path, 0, 0, NULL, NULL,
		  "also write the frames to this file; with -G a format for "
		  "strftime(3)" },
		{ 'C', "file-size", "MB", OPT_U32, &r->mbytes, 1, 1000000, NULL,
		  NULL,
		  "begin another file when one has so many million bytes; a "
		  "number stands behind its name" },
		{ 'G', "file-seconds", "S", OPT_U32, &r->seconds, 1, 0, NULL,
		  NULL, "begin another file when one is so old" },
		{ 'W', "files", "N", OPT_U32, &r->files, 1, RING_FILES_MAX,
		  NULL, NULL,
		  "with -C: begin again with the first after so many; with -G "
		  "alone: end after so many" },
		{ 'Z', "user", "USER", OPT_STR, &d->cfg.user, 0, 0, NULL, NULL,
		  "become this user once the interface is open, before files "
		  "are written" },
	};

	config_opts_append(d, list, ARRAY_SIZE(list));
}

void config_opts_source(struct config_draft *d)
{
	struct config *cfg = &d->cfg;
	struct live_config *live = &cfg->source.live;
	const struct opt list[] = {
		{ 'r', "read", "FILE", OPT_CALL, cfg, 0, 0, NULL,
		  config_add_file,
		  "read this pcap or pcapng file, or .gz or .zst of one; - is "
		  "standard input; several are merged by time" },
		{ 'i', "interface", "NAME", OPT_STR, &live->iface, 0, 0, NULL,
		  NULL, "capture from this interface, or from any" },
		{ 'D', "list-interfaces", NULL, OPT_FLAG, &d->list_interfaces,
		  0, 0, NULL, NULL, "list the interfaces and exit" },
		{ 'c', "count", "N", OPT_SIZE, &cfg->source.frame_max, 1, 0,
		  NULL, NULL, "end after so many frames" },
		{ 's', "snapshot-length", "BYTES", OPT_U32, &live->snaplen, 0,
		  LIVE_SNAPLEN_MAX, NULL, NULL,
		  "capture so many bytes of each frame (default 262144)" },
		{ 'p', "no-promiscuous-mode", NULL, OPT_FLAG,
		  &live->not_promisc, 0, 0, NULL, NULL,
		  "do not put the interface into promiscuous mode" },
		{ 'B', "buffer-size", "KIB", OPT_U32, &live->buffer_kib, 1,
		  LIVE_BUFFER_MAX, NULL, NULL,
		  "of the kernel's buffer for frames (default 2048)" },
		{ 0, "top", NULL, OPT_FLAG, &cfg->want_top, 0, 0, NULL, NULL,
		  "show a table that is kept up to date, not a line a flow" },
	};

	config_opts_append(d, list, ARRAY_SIZE(list));
	config_opts_ring(d);
}

static int config_list(void)
{
	char err[LIVE_ERR_MAX];

	if (live_list(err) == 0)
		return EXIT_OK;
	log_error("%s", err);
	return EXIT_IO;
}

/* What only makes sense for live captures, or together with something else. */
static const char *config_check_live(const struct config *cfg)
{
	const struct live_config *live = &cfg->source.live;
	const struct ring_config *ring = &cfg->ring;

	if (!live->iface && (live->snaplen || live->not_promisc ||
			     live->buffer_kib || ring->path || cfg->user))
		return "-s, -p, -B, -w and -Z are for a live capture (-i)";
	if (!ring->path && (ring->mbytes || ring->seconds || ring->files))
		return "-C, -G and -W are about the file of -w";
	if (ring->files && !ring->mbytes && !ring->seconds)
		return "-W needs -C or -G";
	if (cfg->want_top && !live->iface)
		return "--top is for a live capture (-i)";
	if (cfg->want_top && !isatty(STDOUT_FILENO))
		return "--top needs a terminal; --summary does not";
	if (ring->path && strcmp(ring->path, "-") == 0)
		return "-w cannot write to standard output";
	return NULL;
}

int config_done_source(struct config_draft *d, const struct opt_spec *spec)
{
	const struct config *cfg = &d->cfg;
	bool is_live = cfg->source.live.iface;
	const char *wrong;
	size_t i, n = 0;

	if (d->list_interfaces)
		return config_list();
	for (i = 0; i < cfg->source.path_count; i++)
		n += strcmp(cfg->source.paths[i], "-") == 0;
	if (n > 1)
		return opt_fail(spec, "standard input can be read once");
	if (is_live && (cfg->path || cfg->hex != CONFIG_HEX_NONE))
		return opt_fail(spec, "--interface excludes --read and --hex");
	if (cfg->join.front &&
	    (is_live || cfg->path || cfg->hex != CONFIG_HEX_NONE))
		return opt_fail(spec, "--join names its captures itself");
	if (!is_live && !cfg->path && cfg->hex == CONFIG_HEX_NONE &&
	    !cfg->join.front)
		return opt_fail(spec,
				"give a capture (-r FILE), an interface "
				"(-i NAME) or --hex%s",
				d->has_operands
					? "; what stands alone is a filter"
					: "");
	wrong = config_check_live(cfg);
	return wrong ? opt_fail(spec, "%s", wrong) : -1;
}
