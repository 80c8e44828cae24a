/* SPDX-License-Identifier: BSD-2-Clause */
/* again.c - see again.h */
#include "again.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "source.h"

struct again {
	struct source *src;
};

bool again_can(const struct config *cfg)
{
	struct stat st;

	return cfg->path && strcmp(cfg->path, "-") != 0 &&
	       stat(cfg->path, &st) == 0 && S_ISREG(st.st_mode);
}

int again_open(const struct config *cfg, struct again **ret)
{
	char err[SOURCE_ERR_MAX];
	struct again *a = calloc(1, sizeof(*a));

	if (!a) {
		log_error("out of memory");
		return -ENOMEM;
	}
	if (source_open(cfg->path, cfg->filter, err, &a->src) != 0) {
		log_error("%s", err);
		free(a);
		return -EIO;
	}
	*ret = a;
	return 0;
}

int again_next(struct again *a, struct frame *ret)
{
	char err[SOURCE_ERR_MAX];

	/* The first reading has told of the damage. */
	return source_next(a->src, err, ret) > 0;
}

void again_close(struct again *a)
{
	if (!a)
		return;
	source_close(a->src);
	free(a);
}
