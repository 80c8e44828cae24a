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
	size_t i;

	for (i = 0; i < cfg->source.path_count; i++)
		if (strcmp(cfg->source.paths[i], "-") == 0 ||
		    stat(cfg->source.paths[i], &st) != 0 ||
		    !S_ISREG(st.st_mode))
			return false;
	return cfg->source.path_count > 0;
}

int again_open(const struct config *cfg, struct again **ret)
{
	char err[SOURCE_ERR_MAX];
	struct again *a = calloc(1, sizeof(*a));

	if (!a) {
		log_error("out of memory");
		return -ENOMEM;
	}
	if (source_open_spec(&cfg->source, err, &a->src) != 0) {
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
	int r;

	do {
		r = source_next(a->src, err, ret);
	} while (r == SOURCE_IDLE);
	/* The first reading has told of the damage. */
	return r == SOURCE_FRAME;
}

void again_close(struct again *a)
{
	if (!a)
		return;
	source_close(a->src);
	free(a);
}
