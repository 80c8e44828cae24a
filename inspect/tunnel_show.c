/* SPDX-License-Identifier: BSD-2-Clause */
/* tunnel_show.c - see tunnel_show.h */
#include "tunnel_show.h"

#include <assert.h>
#include <stdio.h>

static_assert(TUNNEL_TEXT_MAX >=
		      DECODE_TUNNEL_MAX * (32 + 2 * IP_ADDR_TEXT_MAX),
	      "room for all");

/* tunnel_list() - from the outermost to @t. Return: how many */
static size_t tunnel_list(const struct tunnel *t,
			  const struct tunnel *ret[DECODE_TUNNEL_MAX])
{
	size_t n = t ? t->depth : 0;
	size_t i = n;

	ASSERT(n <= DECODE_TUNNEL_MAX);
	for (; t && i > 0; t = t->outer)
		ret[--i] = t;
	return n;
}

char *tunnel_name_text(const struct tunnel *t, char out[TUNNEL_TEXT_MAX])
{
	if (t->has_id)
		(void)snprintf(out, TUNNEL_TEXT_MAX, "%s %u",
			       tunnel_name(t->kind), t->id);
	else
		(void)snprintf(out, TUNNEL_TEXT_MAX, "%s",
			       tunnel_name(t->kind));
	return out;
}

char *tunnel_text(const struct tunnel *t, char out[TUNNEL_TEXT_MAX])
{
	const struct tunnel *list[DECODE_TUNNEL_MAX];
	size_t n = tunnel_list(t, list), i, at = 0;

	out[0] = '\0';
	for (i = 0; i < n; i++) {
		char src[IP_ADDR_TEXT_MAX], dst[IP_ADDR_TEXT_MAX];
		char name[TUNNEL_TEXT_MAX];

		at += (size_t)snprintf(out + at, TUNNEL_TEXT_MAX - at,
				       "%s%s %s > %s", i ? ", " : "",
				       tunnel_name_text(list[i], name),
				       ip_addr_format(&list[i]->src, src),
				       ip_addr_format(&list[i]->dst, dst));
		ASSERT(at < TUNNEL_TEXT_MAX);
	}
	return out;
}

void tunnel_json(struct json *j, const struct tunnel *t)
{
	const struct tunnel *list[DECODE_TUNNEL_MAX];
	size_t n = tunnel_list(t, list), i;
	char text[IP_ADDR_TEXT_MAX];

	if (!n)
		return;
	json_begin(j, "tunnels", '[');
	for (i = 0; i < n; i++) {
		json_begin(j, NULL, '{');
		json_str(j, "kind", tunnel_name(list[i]->kind));
		if (list[i]->has_id)
			json_u64(j, "id", list[i]->id);
		json_str(j, "src", ip_addr_format(&list[i]->src, text));
		json_str(j, "dst", ip_addr_format(&list[i]->dst, text));
		if (list[i]->dport)
			json_u64(j, "dport", list[i]->dport);
		json_end(j);
	}
	json_end(j);
}
