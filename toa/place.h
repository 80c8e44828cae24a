/* SPDX-License-Identifier: BSD-2-Clause */
/* place.h - where things are: cgroup v2, bpffs, and our folders in it.
 *
 * PIN_DIR/reader[-INSTANCE]/ holds a file per attached program and map; as long
 * as it is there, so is the program.
 */
#ifndef TOA_PLACE_H
#define TOA_PLACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLACE_BPFFS	   "/sys/fs/bpf"
#define PLACE_PIN_DIR	   "/sys/fs/bpf/truepeer"
#define PLACE_INSTANCE_MAX 32
#define PLACE_PATH_MAX	   512

/* place_cgroup_open() - @path, or the root of cgroup v2 if it is NULL.
 * @ret_fd:   O_PATH will not do: attaching wants a real descriptor
 * @ret_id:   as the kernel numbers it
 * @ret_path: the path that was taken
 * Return: 0, or -errno (-ENOENT: no cgroup v2, or no such folder; -EINVAL: not
 *	   a cgroup v2 folder)
 */
int place_cgroup_open(const char *path, int *ret_fd, uint64_t *ret_id,
		      char *ret_path, size_t cap);

/* place_bpffs_ensure() - mount a bpffs if PLACE_BPFFS is none and @dir lies
 * there.
 * Return: 0 or -errno
 */
int place_bpffs_ensure(const char *dir);

/* place_is_bpffs() - is @path, or its nearest folder that exists, in one? */
bool place_is_bpffs(const char *path);

/* place_set_dir() - PIN_DIR/reader or /writer, with the instance.
 * Return: 0 or -ENAMETOOLONG
 */
int place_set_dir(const char *pin_dir, bool is_writer, const char *instance,
		  char ret[PLACE_PATH_MAX]);

/* place_join() - DIR/NAME. Return: 0 or -ENAMETOOLONG */
int place_join(const char *dir, const char *name, char ret[PLACE_PATH_MAX]);

#endif
