/* SPDX-License-Identifier: BSD-2-Clause */
/* tunnel_table.h - the tunnels of a capture, each kept once */
#ifndef INSPECT_TUNNEL_TABLE_H
#define INSPECT_TUNNEL_TABLE_H

#include <stdint.h>

#include "decode.h"

/* About 1.5 MiB; a tunnel's two directions are two. */
#define TUNNEL_TABLE_MAX 16384

struct tunnel_table;

/* Return: 0 or -ENOMEM */
int tunnel_table_new(struct tunnel_table **ret);
void tunnel_table_free(struct tunnel_table *t);

/* tunnel_table_get() - the tunnel that equals @want in everything but @depth
 * and @key, which are computed. If the table is full, a nameless one of the
 * same kind, counted.
 * Return: never NULL; good until tunnel_table_free()
 */
const struct tunnel *tunnel_table_get(struct tunnel_table *t,
				      const struct tunnel *want);

uint64_t tunnel_table_refused(const struct tunnel_table *t);

#endif
