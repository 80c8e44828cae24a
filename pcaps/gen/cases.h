/* SPDX-License-Identifier: BSD-2-Clause */
/* cases.h - the captures of this folder */
#ifndef GEN_CASES_H
#define GEN_CASES_H

#include "net.h"

/* LINKTYPE numbers */
enum {
	CASE_ETHERNET = 1,
	CASE_SLL = 113,
	CASE_SLL2 = 276,
};

/* @dir:  folder under pcaps/
 * @make: writes the frames
 */
struct gen_case {
	const char *dir;
	uint32_t link;
	void (*make)(struct file *f);
};

/* The product document's captures; both end with an entry without @dir. */
extern const struct gen_case cases_document[];
extern const struct gen_case cases_own[];

#endif
