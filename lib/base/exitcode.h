/* SPDX-License-Identifier: BSD-2-Clause */
/* exitcode.h - the exit statuses that all programs share */
#ifndef BASE_EXITCODE_H
#define BASE_EXITCODE_H

enum exit_code {
	EXIT_OK = 0,
	EXIT_FINDING = 1, /* a mismatch, a failed check */
	EXIT_USAGE = 2,	  /* bad option, configuration or rule */
	EXIT_IO = 3,	  /* bind, connect, open, read */
	EXIT_TIMEOUT = 4,
	EXIT_INCONCLUSIVE = 5, /* nothing to judge */
	EXIT_SKIP = 77,	       /* lacks a privilege or a feature */
};

#endif
