/* SPDX-License-Identifier: BSD-2-Clause */
/* field.h - what can be said of a flow, by name (-e FIELD).
 *
 * Names are those of Wireshark where it has one for the same thing, with its
 * notation of values, so that scripts made for tshark go on; ours begin with
 * "tp.", "toa." and "spp.".
 */
#ifndef INSPECT_FIELD_H
#define INSPECT_FIELD_H

#include "view.h"

/* Room for the values of one field: the longest header's TLVs in hexadecimal
 * digits, each with a NUL.
 */
#define FIELD_VALUES_MAX (256 * 1024)
#define FIELD_NAME_MAX	 32
#define FIELD_NEAR_MAX	 160

/* @text: @count values one behind the other, each with its NUL
 * @len: bytes used of @text
 * @is_cut: there was no room for all
 * @is_loose: set by who asks: texts of TLVs keep what str_shown() lets pass;
 *	    else only printable ASCII stands for itself, but no quote and no
 *	    backslash
 */
struct field_values {
	char text[FIELD_VALUES_MAX];
	size_t len;
	unsigned count;
	bool is_cut;
	bool is_loose;
};

/* @is_number: values are decimal numbers; @is_many: there may be several
 * @help: what it is, in a few words
 * @get, @arg: private
 */
struct field {
	const char *name;
	bool is_number;
	bool is_many;
	const char *help;
	void (*get)(const struct view *v, int arg, struct field_values *out);
	int arg;
};

/* field_find() - by name; NULL if there is none */
const struct field *field_find(const char *name, size_t len);

/* field_at() - all of them in order; NULL behind the last */
const struct field *field_at(size_t i);

/* field_near() - "proxy.src.ipv4, proxy.dst.ipv4": what @name may have been
 * meant to be; "" if nothing is like it. Return: @out
 */
char *field_near(const char *name, size_t len, char out[FIELD_NEAR_MAX]);

/* field_get() - the values of @f; none if the flow has no such thing */
void field_get(const struct field *f, const struct view *v,
	       struct field_values *ret);

#endif
