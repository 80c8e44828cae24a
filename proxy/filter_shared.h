/* SPDX-License-Identifier: BSD-2-Clause */
/* filter_shared.h - what filter.c and its eBPF program agree on. Includes
 * nothing: it is compiled for both.
 */
#ifndef PROXY_FILTER_SHARED_H
#define PROXY_FILTER_SHARED_H

/* Packets of which family a filter looks at */
enum filter_of {
	FILTER_OF_V4 = 1,
	FILTER_OF_V6 = 2,
};

#endif
