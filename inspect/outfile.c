/* SPDX-License-Identifier: BSD-2-Clause */
/* outfile.c - see outfile.h */
#include "outfile.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "wire/wire.h"

/* outfile_is_taken() - is another option's file the same? Devices may be. */
static bool outfile_is_taken(const struct config *cfg, const char *path)
{
	const char *const all[] = { cfg->output.report, cfg->output.annotate,
				    cfg->output.write_bad, cfg->ring.path };
	struct stat mine, other;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(all); i++) {
		if (!all[i] || all[i] == path)
			continue;
		if (strcmp(all[i], path) == 0 &&
		    (stat(path, &mine) != 0 || S_ISREG(mine.st_mode)))
			return true;
		if (stat(path, &mine) == 0 && S_ISREG(mine.st_mode) &&
		    stat(all[i], &other) == 0 && mine.st_dev == other.st_dev &&
		    mine.st_ino == other.st_ino)
			return true;
	}
	return false;
}

static bool outfile_is_input(const struct config *cfg, const char *path)
{
	struct stat out, in;
	size_t i;

	if (stat(path, &out) != 0)
		return false;
	for (i = 0; i < cfg->source.path_count; i++)
		if (stat(cfg->source.paths[i], &in) == 0 &&
		    in.st_dev == out.st_dev && in.st_ino == out.st_ino)
			return true;
	return false;
}

int outfile_open(const struct config *cfg, const char *path, FILE **ret)
{
	FILE *f;

	if (outfile_is_input(cfg, path)) {
		log_error("%s is the capture that is read: write to another "
			  "file",
			  path);
		return -EINVAL;
	}
	if (outfile_is_taken(cfg, path)) {
		log_error("%s is to be written twice: give each option a file "
			  "of its own",
			  path);
		return -EINVAL;
	}
	f = fopen(path, "wbe");
	if (!f) {
		log_error("%s: %s", path, strerror(errno));
		return -EIO;
	}
	*ret = f;
	return 0;
}

int outfile_close(FILE *f, const char *path)
{
	bool failed = ferror(f) != 0;

	errno = 0;
	if (fclose(f) != 0)
		failed = true;
	if (!failed)
		return 0;
	log_error("%s: cannot write all of it%s%s", path, errno ? ": " : "",
		  errno ? strerror(errno) : "");
	return -EIO;
}
