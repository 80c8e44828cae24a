/* SPDX-License-Identifier: BSD-2-Clause */
/* raw_opts.h - which option bytes go into which segment of a raw connection */
#ifndef CLIENT_SIM_RAW_OPTS_H
#define CLIENT_SIM_RAW_OPTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/opt.h"
#include "wire/tcp.h"

/* Option bytes of one segment: what the data offset leaves. */
#define RAW_AREA_MAX (TCP_HDR_MAX - TCP_HDR_LEN)
/* One byte each fills the area of every place. */
#define RAW_OPTS_MAX 160
/* Linux's choice for a receive buffer of 6 MiB. */
#define RAW_WS_SHIFT 7

/* RAW_OTHER: later ACKs, FIN, RST */
enum raw_place {
	RAW_SYN = 1U << 0,
	RAW_ACK = 1U << 1, /* the one without data that ends the handshake */
	RAW_DATA = 1U << 2,
	RAW_OTHER = 1U << 3,
	RAW_ALL = (1U << 4) - 1,
};

/* What the client does for itself, laid out as Linux does. */
enum raw_own {
	RAW_OWN_MSS = 1U << 0,
	RAW_OWN_SACK = 1U << 1,
	RAW_OWN_TS = 1U << 2,
	RAW_OWN_WS = 1U << 3,
};

/* @places: enum raw_place, or-ed */
struct raw_opt {
	uint8_t places;
	uint8_t len;
	uint8_t bytes[RAW_AREA_MAX];
};

/* @own: enum raw_own, or-ed: in the SYN; RAW_OWN_TS in every segment if the
 *	 peer agreed
 */
struct raw_opts {
	unsigned own;
	size_t n;
	struct raw_opt items[RAW_OPTS_MAX];
};

/* What the client's own options say. @has_ts: not for RAW_SYN */
struct raw_own_values {
	uint16_t mss;
	bool has_ts;
	uint32_t ts_value;
	uint32_t ts_echo;
};

/* raw_hex() - an even number of hex digits, at least two, at most @cap bytes.
 * Return: false, or true and *@ret_len
 */
bool raw_hex(const char *text, uint8_t *out, size_t cap, size_t *ret_len);

/* raw_opts_add_hex() - "WHERE=HEX", sent as it is, right or wrong.
 * raw_opts_add_toa() - "WHERE=KIND:IP:PORT", port first
 * raw_opts_set_own() - "mss,sack,ts,ws", any of them, or "none"
 * Return: false with a message in @err; struct opt's call for OPT_CALL
 */
bool raw_opts_add_hex(void *dst, const char *value, char err[OPT_ERR_MAX]);
bool raw_opts_add_toa(void *dst, const char *value, char err[OPT_ERR_MAX]);
bool raw_opts_set_own(void *dst, const char *value, char err[OPT_ERR_MAX]);

/* raw_opts_check() - does every segment hold what is asked for?
 * Return: false with the room that is left in @err
 */
bool raw_opts_check(const struct raw_opts *o, char err[OPT_ERR_MAX]);

/* raw_opts_area() - the option area of a segment: the client's own ones, then
 * the others in the order they were added, then EOL up to a multiple of four.
 * @o: raw_opts_check()ed
 * Return: its bytes
 */
size_t raw_opts_area(const struct raw_opts *o, enum raw_place place,
		     const struct raw_own_values *v, uint8_t out[RAW_AREA_MAX]);

#endif
