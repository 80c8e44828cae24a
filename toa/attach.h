/* SPDX-License-Identifier: BSD-2-Clause */
/* attach.h - programs of an eBPF object: attached to a cgroup, pinned, replaced
 * and removed.
 *
 * Theory of operation. A set is a folder of a bpffs with one link per program
 * and one map per data structure, each under its name in the object. The links
 * keep the programs attached when no process runs.
 *
 * A new version replaces each link's program in place: at no time is a
 * connection without one. Maps that live connections need ("conns", "marks",
 * "counters") are handed to it; all other maps, which are configuration, come
 * with the new program, so that program and configuration change together.
 * Between the replacement of the first and the last link, both versions run
 * side by side on the same connections.
 *
 * A link whose pin is removed goes a little later. Where the order matters it
 * is detached first.
 *
 * Changes are made under attach_lock().
 */
#ifndef TOA_ATTACH_H
#define TOA_ATTACH_H

#include <stdbool.h>
#include <stdint.h>

#include "toa_shared.h"

struct bpf_object;

/* attach_quiet() - libbpf's messages go to the debug log */
void attach_quiet(void);

/* attach_lock() - make @pin_dir if need be and lock it against other
 * processes; closing *@ret_fd unlocks.
 * Return: 0 or -errno
 */
int attach_lock(const char *pin_dir, int *ret_fd);

/* attach_is_loaded() - is there a set in @dir? */
bool attach_is_loaded(const char *dir);

/* attach_prepare() - between opening and loading @obj: take over the maps of
 * the set in @dir, if there is one.
 * @ret_fresh: a set is there, but another version's, and its live connections
 *	       will not be known to the new one
 * Return: 0 or -errno
 */
int attach_prepare(struct bpf_object *obj, const char *dir, bool *ret_fresh);

/* attach_commit() - attach the programs of @obj to the cgroup, or replace those
 * of the set in @dir, and pin everything. A set that was not there before is
 * removed again on failure.
 * Return: 0 or -errno
 */
int attach_commit(struct bpf_object *obj, const char *dir, int cgroup_fd);

/* attach_detach() - program @prog of the set in @dir runs no more when this
 * returns. Return: 0, -ENOENT or -errno
 */
int attach_detach(const char *dir, const char *prog);

/* attach_remove() - detach and forget. Return: 0, -ENOENT or -errno */
int attach_remove(const char *dir);

/* attach_open() - a map of the set in @dir. Return: 0 or -errno */
int attach_open(const char *dir, const char *map, int *ret_fd);

/* attach_setup_get() - how the set in @dir was loaded. Return: 0 or -errno */
int attach_setup_get(const char *dir, struct toa_setup *ret);

/* attach_setup_put() - write @setup to the map of a loaded @obj.
 * Return: 0 or -errno
 */
int attach_setup_put(struct bpf_object *obj, const struct toa_setup *setup);

#endif
