/* SPDX-License-Identifier: BSD-2-Clause */
/* markup.h - text of others inside HTML and XML */
#ifndef BASE_MARKUP_H
#define BASE_MARKUP_H

#include <stddef.h>

/* markup_entity() - what has to stand for @c in text and in a value in double
 * quotes (XML 1.0, 2.4); NULL: @c itself
 */
static inline const char *markup_entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	default:
		return NULL;
	}
}

#endif
