/* SPDX-License-Identifier: BSD-2-Clause */
/* cases.h - the captures of this folder */
#ifndef GEN_CASES_H
#define GEN_CASES_H

#include "net.h"

/* LINKTYPE numbers */
enum {
	CASE_NULL = 0,
	CASE_ETHERNET = 1,
	CASE_PPP = 9,
	CASE_PPP_HDLC = 50,
	CASE_RAW = 101,
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

/* The product document's captures; all end with an entry without @dir. */
extern const struct gen_case cases_document[];
extern const struct gen_case cases_own[];
extern const struct gen_case cases_toa[];
extern const struct gen_case cases_verdict[];
extern const struct gen_case cases_join[];
extern const struct gen_case cases_packet[];
extern const struct gen_case cases_input[];
extern const struct gen_case cases_below[];

#define CASE_MAX 512

/* A proxy at 198.51.100.5 and an origin at 192.0.2.10, or 2001:db8:5::5 and
 * 2001:db8:a::10.
 */
struct net case_v4(struct file *f, uint16_t sport, uint16_t dport);
struct net case_v6(struct file *f, uint16_t sport, uint16_t dport);

/* case_join() - hex and text behind it. Return: bytes in @out */
size_t case_join(uint8_t out[CASE_MAX], const char *hex, const char *text);

#endif
