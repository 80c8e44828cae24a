/* SPDX-License-Identifier: BSD-2-Clause */
/* main.c - pcapgen DIR: write every capture to DIR/NNN-slug/input.pcap */
#include <err.h>
#include <stdio.h>

#include "cases.h"

#define MAIN_PATH_MAX 4096

static void main_make(const char *root, const struct gen_case *c)
{
	char dir[MAIN_PATH_MAX];
	struct file f;

	for (; c->dir; c++) {
		if (snprintf(dir, sizeof(dir), "%s/%s", root, c->dir) >=
		    (int)sizeof(dir))
			errx(1, "%s: too long", root);
		file_open(&f, dir, c->link);
		c->make(&f);
		file_close(&f);
	}
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		(void)fprintf(stderr, "usage: pcapgen DIR\n");
		return 2;
	}
	main_make(argv[1], cases_document);
	main_make(argv[1], cases_own);
	main_make(argv[1], cases_toa);
	main_make(argv[1], cases_verdict);
	main_make(argv[1], cases_join);
	main_make(argv[1], cases_packet);
	main_make(argv[1], cases_input);
	main_make(argv[1], cases_below);
	return 0;
}
