/* SPDX-License-Identifier: BSD-2-Clause */
/* outfile.c - see outfile.h */
#include "outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "interrupt.h"
#include "wire/wire.h"

#define OUTFILE_SUFFIX ".XXXXXX"

/* names of its own that are tried for a file that is whole */
#define OUTFILE_TRIES 64U

/* @path: as it was given
 * @name: what is to be replaced; empty: written in place
 * @temp: what is written then; empty: it has no name until it is whole
 * @was_stopped: the end had been asked for when the writing began
 */
struct outfile {
	const char *path;
	FILE *out;
	bool was_stopped;
	char name[PATH_MAX];
	char temp[PATH_MAX + sizeof(OUTFILE_SUFFIX)];
};

/* outfile_real() - @path without links and dots, whether or not there is such a
 * file; false if its folder is not there, or its name is too long
 */
static bool outfile_real(const char *path, char out[PATH_MAX])
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	size_t len = slash ? (size_t)(slash - path) + 1 : 0, at;

	if (realpath(path, out))
		return true;
	if (errno != ENOENT || len >= sizeof(folder))
		return false;
	memcpy(folder, slash ? path : ".", len ? len : 1);
	folder[len ? len : 1] = '\0';
	if (!realpath(folder, out))
		return false;
	at = strlen(out);
	return (size_t)snprintf(out + at, PATH_MAX - at, "%s%s",
				at > 1 ? "/" : "", base) < PATH_MAX - at;
}

/* outfile_is_taken() - is another option's file the same? Devices may be. */
static bool outfile_is_taken(const struct config *cfg, const char *path)
{
	const char *const all[] = { cfg->output.report, cfg->output.annotate,
				    cfg->output.write_bad, cfg->ring.path };
	char mine[PATH_MAX], other[PATH_MAX];
	struct stat st, other_st;
	bool is_there = stat(path, &st) == 0;
	size_t i;

	if (is_there && !S_ISREG(st.st_mode))
		return false;
	if (!outfile_real(path, mine))
		return false;
	for (i = 0; i < ARRAY_SIZE(all); i++) {
		if (!all[i] || all[i] == path)
			continue;
		if (outfile_real(all[i], other) && strcmp(mine, other) == 0)
			return true;
		if (is_there && stat(all[i], &other_st) == 0 &&
		    st.st_dev == other_st.st_dev &&
		    st.st_ino == other_st.st_ino)
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

/* outfile_may_replace() - is @path a plain file, or none yet, that nobody can
 * tell from another one that takes its place? *@ret_st is what there is, its
 * mode 0 if nothing.
 */
static bool outfile_may_replace(const char *path, char name[PATH_MAX],
				struct stat *ret_st)
{
	struct stat link;

	/* /dev/stdout is a file if standard output was sent to one */
	if (strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/proc/", 6) == 0)
		return false;
	*ret_st = (struct stat) { 0 };
	if (stat(path, ret_st) != 0)
		/* a link to nothing makes what it points to */
		return errno == ENOENT && lstat(path, &link) != 0 &&
		       outfile_real(path, name);
	return S_ISREG(ret_st->st_mode) && ret_st->st_nlink == 1 &&
	       access(path, W_OK) == 0 && outfile_real(path, name);
}

/* outfile_handle() - the name by which the kernel knows a file without one */
static const char *outfile_handle(int fd, char out[32])
{
	(void)snprintf(out, 32, "/proc/self/fd/%d", fd);
	return out;
}

/* outfile_nameless() - a file in the folder of @name of which nothing is left
 * if the process ends before it has a name.
 * Return: it; -1: there cannot be one
 */
static int outfile_nameless(const char *name)
{
	char folder[PATH_MAX], handle[32];
	size_t len = (size_t)(strrchr(name, '/') - name);
	int fd;

	/* it will have a longer name than @name, for a moment */
	if (strlen(name + len + 1) + strlen(OUTFILE_SUFFIX) > NAME_MAX)
		return -1;
	memcpy(folder, name, len ? len : 1);
	folder[len ? len : 1] = '\0';
	fd = open(folder, O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
	if (fd >= 0 && access(outfile_handle(fd, handle), F_OK) != 0) {
		(void)close(fd);
		fd = -1;
	}
	return fd;
}

/* outfile_beside() - a file that may take the place of @st, if it is there.
 * Return: it; -1: there cannot be one
 */
static int outfile_beside(struct outfile *o, const struct stat *st)
{
	mode_t mask = umask(0);
	int fd;

	(void)umask(mask);
	fd = outfile_nameless(o->name);
	if (fd < 0) {
		(void)snprintf(o->temp, sizeof(o->temp), "%s" OUTFILE_SUFFIX,
			       o->name);
		fd = mkostemp(o->temp, O_CLOEXEC);
	}
	if (fd < 0)
		return -1;
	if (!st->st_mode ? fchmod(fd, 0666 & ~mask) == 0
			 : (fchown(fd, st->st_uid, st->st_gid) == 0 &&
			    fchmod(fd, st->st_mode & 07777) == 0))
		return fd;
	(void)close(fd);
	if (o->temp[0])
		(void)unlink(o->temp);
	return -1;
}

static FILE *outfile_create(struct outfile *o)
{
	struct stat st;
	int fd = -1;

	if (outfile_may_replace(o->path, o->name, &st))
		fd = outfile_beside(o, &st);
	if (fd >= 0) {
		FILE *f = fdopen(fd, "wb");

		if (!f)
			(void)close(fd);
		return f;
	}
	o->name[0] = o->temp[0] = '\0';
	return fopen(o->path, "wbe");
}

int outfile_open(const struct config *cfg, const char *path,
		 struct outfile **ret)
{
	struct outfile *o;

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
	o = calloc(1, sizeof(*o));
	if (!o) {
		log_error("out of memory");
		return -ENOMEM;
	}
	o->path = path;
	o->out = outfile_create(o);
	if (!o->out) {
		log_error("%s: %s", path, strerror(errno));
		outfile_drop(o);
		return -EIO;
	}
	*ret = o;
	return 0;
}

FILE *outfile_stream(struct outfile *o)
{
	return o->out;
}

void outfile_begin(struct outfile *o)
{
	o->was_stopped = interrupt_is_stop();
}

bool outfile_is_stopped(const struct outfile *o)
{
	return !o->was_stopped && interrupt_is_stop();
}

/* outfile_left() - what is found under the name after a failure */
static const char *outfile_left(const struct outfile *o)
{
	if (!o->name[0])
		return "";
	return access(o->name, F_OK) == 0 ? "; what was there before stays"
					  : "; there is no such file";
}

/* outfile_name() - what was written gets @o->temp as its name, if it has none.
 * Return: false, errno set: it cannot have one
 */
static bool outfile_name(struct outfile *o)
{
	char handle[32];
	unsigned i;

	if (!o->name[0] || o->temp[0])
		return true;
	(void)outfile_handle(fileno(o->out), handle);
	for (i = 0; i < OUTFILE_TRIES; i++) {
		(void)snprintf(o->temp, sizeof(o->temp), "%s.%06x", o->name,
			       ((unsigned)getpid() + i) & 0xffffff);
		if (linkat(AT_FDCWD, handle, AT_FDCWD, o->temp,
			   AT_SYMLINK_FOLLOW) == 0)
			return true;
		if (errno != EEXIST)
			break;
	}
	o->temp[0] = '\0';
	return false;
}

int outfile_done(struct outfile *o)
{
	bool is_stopped = outfile_is_stopped(o);
	bool failed = ferror(o->out) != 0;

	errno = 0;
	if (fflush(o->out) != 0)
		failed = true;
	if (!failed && !is_stopped && !outfile_name(o))
		failed = true;
	if (fclose(o->out) != 0)
		failed = true;
	o->out = NULL;
	if (failed || is_stopped) {
		log_error("%s: %s%s%s%s", o->path,
			  is_stopped ? "stopped before it was whole"
				     : "cannot write all of it",
			  errno ? ": " : "", errno ? strerror(errno) : "",
			  outfile_left(o));
		outfile_drop(o);
		return -EIO;
	}
	if (o->name[0] && rename(o->temp, o->name) != 0) {
		log_error("%s: cannot be replaced: %s; %s has what was to be "
			  "written",
			  o->path, strerror(errno), o->temp);
		failed = true;
	}
	free(o);
	return failed ? -EIO : 0;
}

void outfile_drop(struct outfile *o)
{
	if (!o)
		return;
	if (o->out)
		(void)fclose(o->out);
	if (o->temp[0])
		(void)unlink(o->temp);
	free(o);
}
