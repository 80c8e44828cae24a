/* SPDX-License-Identifier: BSD-2-Clause */
/* outfile.c - see outfile.h */
#include "outfile.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"

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
