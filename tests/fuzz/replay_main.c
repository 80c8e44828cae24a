/* SPDX-License-Identifier: BSD-2-Clause */
/* replay_main.c - runs a fuzz target over the files of directories
 *
 * usage: replay_NAME DIR...
 * Fails if a directory cannot be read or no file was run.
 */
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

#include "fuzz.h"

#define INPUT_MAX (1 << 20)

static int replay_file(const char *path, uint8_t *buf)
{
	FILE *f = fopen(path, "rb");
	uint8_t *copy;
	size_t len;

	if (!f) {
		perror(path);
		return -1;
	}
	len = fread(buf, 1, INPUT_MAX, f);
	if (ferror(f) || fclose(f) != 0) {
		perror(path);
		return -1;
	}
	copy = fuzz_copy(buf, len);
	LLVMFuzzerTestOneInput(copy, len);
	free(copy);
	return 0;
}

/* Return: files run, or -1 */
static long replay_dir(const char *dir, uint8_t *buf)
{
	char path[4096];
	struct dirent *e;
	long n = 0;
	DIR *d = opendir(dir);

	if (!d) {
		perror(dir);
		return -1;
	}
	while (n >= 0 && (e = readdir(d))) {
		struct stat st;
		int len;

		len = snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		if (len < 0 || (size_t)len >= sizeof(path) ||
		    stat(path, &st) != 0 || !S_ISREG(st.st_mode))
			continue;
		/* a failing property names its input */
		fprintf(stderr, "%s\n", e->d_name);
		n = replay_file(path, buf) == 0 ? n + 1 : -1;
	}
	closedir(d);
	return n;
}

int main(int argc, char **argv)
{
	static uint8_t buf[INPUT_MAX];
	long total = 0;
	int i;

	for (i = 1; i < argc; i++) {
		long n = replay_dir(argv[i], buf);

		if (n < 0)
			return 1;
		total += n;
	}
	printf("%ld inputs\n", total);
	return total > 0 ? 0 : 1;
}
