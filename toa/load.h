/* SPDX-License-Identifier: BSD-2-Clause */
/* load.h - what loading a reader and loading a writer have in common */
#ifndef TOA_LOAD_H
#define TOA_LOAD_H

#include <stdbool.h>

#include "cli.h"
#include "place.h"

struct bpf_object;

/* A load under way.
 * @dir:	of the set
 * @is_upgrade: one was loaded before
 * @setup:	what will be written down
 */
struct load {
	const struct toa_config *config;
	char dir[PLACE_PATH_MAX];
	int lock_fd;
	int cgroup_fd;
	bool is_upgrade;
	struct toa_setup setup;
};

/* load_begin() - find the cgroup and the pins, lock, and refuse what cannot be
 * replaced. Logs.
 * Return: EXIT_OK or another exit status; load_end() either way
 */
int load_begin(struct load *l, const struct toa_config *c);

/* load_object() - load @obj, which is open and filled, with the maps of its
 * predecessor; @fill writes to maps before any program runs. Then commit. Logs.
 * Return: exit status
 */
int load_object(struct load *l, struct bpf_object *obj,
		int (*fill)(const struct toa_config *c,
			    struct bpf_object *obj));

void load_end(struct load *l);

/* load_remove() - the command unload. Return: exit status */
int load_remove(const struct toa_config *c);

#endif
