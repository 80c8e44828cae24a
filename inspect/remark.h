/* SPDX-License-Identifier: BSD-2-Clause */
/* remark.h - what there is to say of a flow besides its verdict */
#ifndef INSPECT_REMARK_H
#define INSPECT_REMARK_H

#include "check.h"

/* remark_flow() - fill @c's remarks; @c->anomaly is not repeated among them.
 * @h: the client's header, NULL if there is none
 */
void remark_flow(const struct flow *fl, const struct pp_hdr *h,
		 struct check *c);

/* remark_word() - the one-word note, or NULL */
const char *remark_word(const struct flow *fl, const struct check *c);

#endif
