/* SPDX-License-Identifier: BSD-2-Clause */
/* case_macros.h - rows of case tables, short enough to be read as tables */
#ifndef CONFORM_CASE_MACROS_H
#define CONFORM_CASE_MACROS_H

#include "case.h"

/* CASE() - @L, @G: of LEVEL_ and GRAVE_; the rest as in struct case_def */
#define CASE(id, title, L, G, modes, flags, req, clause, script, sweep, trait) \
	{                                                                      \
		id, title, LEVEL_##L, GRAVE_##G, modes, flags, req, clause,    \
			script, sweep, trait                                   \
	}

/* The text that cases rest on: haproxy's proxy-protocol.txt, 2026/04/27 */
#define PP_V1_EXACT                                                            \
	"PP 2.1: any sequence which does not exactly match the protocol must " \
	"be discarded and the connection aborted"
#define PP_NO_GUESS                                                      \
	"PP 2: the receiver must not try to guess whether the protocol " \
	"header is present or not"
#define PP_V2_LENGTH                                                       \
	"PP 2.2: receivers must always use the length to skip the block, " \
	"also for LOCAL"
#define PP_V2_LOCAL                                                         \
	"PP 2.2: LOCAL: the receiver must accept this connection, use the " \
	"real endpoints and discard the block, the family included"
#define PP_TLV                                                          \
	"PP 2.2: the receiver may skip and ignore any TLV it does not " \
	"understand"

#endif
