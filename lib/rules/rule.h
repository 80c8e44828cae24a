/* SPDX-License-Identifier: BSD-2-Clause */
/* rule.h - one forwarding rule, and the line of text it is written as.
 *
 *	tcp:123;200-210 test.origin.com 456 on ppv1 any tag
 *
 * The grammar is the product's batch-import format (docs/rules.md); its
 * statements are cited as seed/N.
 */
#ifndef RULES_RULE_H
#define RULES_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

#define RULE_ENTRIES_MAX 20    /* seed/18: entries, a range being one */
#define RULE_PORT_MAX	 64999 /* seed/15 */
#define RULE_TAG_MAX	 50    /* seed/33: characters, not bytes */
#define RULE_TAG_BYTES	 (RULE_TAG_MAX * 4 + 1)
#define RULE_HOST_MAX	 253  /* RFC 1035 2.3.4 in text form */
#define RULE_TEXT_MAX	 1024 /* longest line rule_format() writes */

enum rule_proto {
	RULE_TCP,
	RULE_UDP,
};

/* How the client's address is passed on. */
enum rule_mode {
	MODE_OFF,
	MODE_TOA,
	MODE_PPV1,
	MODE_PPV2,
	MODE_SPP, /* an extension to the batch format: needs RULE_F_EXT */
};

enum rule_origin_type {
	RULE_ORIGIN_IP,
	RULE_ORIGIN_DOMAIN,
	RULE_ORIGIN_GROUP,
};

/* inclusive, host order; low <= high */
struct port_range {
	uint16_t low, high;
};

/* @origin:    an address, a domain or a group's name, as written (lower case
 *	       for domains, no brackets, no "og:")
 * @origin_ip: RULE_ORIGIN_IP
 * @is_v4_only, @persist_s: what the line does not say: no IPv6 client is
 *	       served; how long is_persistent holds after a client's last
 *	       connection, 0 for as long as the origin's addresses stay
 * @line:      where it came from, 1-based; 0 for --rule
 */
struct rule {
	enum rule_proto proto;
	enum rule_mode mode;
	enum rule_origin_type origin_type;
	bool is_persistent;
	bool is_v4_only;
	uint32_t persist_s;
	uint8_t n_ports;
	struct port_range ports[RULE_ENTRIES_MAX];
	struct port_range origin_ports;
	struct ip_addr origin_ip;
	char origin[RULE_HOST_MAX + 1];
	char tag[RULE_TAG_BYTES];
	uint32_t line;
};

enum rule_flags {
	RULE_F_EXT = 1U << 0,	 /* take mode spp */
	RULE_F_STRICT = 1U << 1, /* the product's letter: no comments, no blank
				  * lines, no groups defined here, no private
				  * or loopback origins */
	RULE_F_COUNT_EXPANDED = 1U << 2, /* seed/18 read as 20 single ports */
};

/* @code:    the product's, e.g. "InvalidParameter.RulePortDuplicating"
 * @column:  1-based, in bytes; 0 if no column is to blame
 * @text:    what is wrong and the way out
 */
struct rule_error {
	const char *code;
	const char *source; /* file name or "--rule" */
	uint32_t line;
	uint32_t column;
	char text[200];
};

/* rule_parse() - one line without its end.
 * @flags: enum rule_flags
 * Return: true and *@ret; false and *@err (source and line are the caller's)
 */
bool rule_parse(const char *line, size_t len, unsigned flags, struct rule *ret,
		struct rule_error *err);

/* rule_format() - the canonical line, without an end: the fixed point of
 * parse and format (seed/50). Returns @out.
 */
char *rule_format(const struct rule *r, char out[RULE_TEXT_MAX]);

/* rule_origin_port() - where @port is forwarded to (seed/25: f+k -> o+k).
 * @port: one of the rule's
 */
uint16_t rule_origin_port(const struct rule *r, uint16_t port);

const char *rule_proto_name(enum rule_proto p); /* "tcp", "udp" */
const char *rule_mode_name(enum rule_mode m);	/* "off", "toa", "ppv1", ... */

#endif
