/* SPDX-License-Identifier: BSD-2-Clause */
/* console.h - the console page: files of the program itself, served as they are
 *
 *	GET /           the page
 *	GET /console/F  what it loads
 *
 * They hold nothing secret and need no signature: the page signs each call of
 * the API with a key that its user types. Nothing that a browser sends by
 * itself (no cookie, no login of HTTP) gives any right, so another site's page
 * cannot act in the user's name.
 */
#ifndef API_CONSOLE_H
#define API_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

/* @etag: quoted, as in the header */
struct console_file {
	const char *path;
	const char *type;
	const char *etag;
	const unsigned char *data;
	size_t len;
};

/* Made at build time; the last one has no path. */
extern const struct console_file console_files[];

/* console_find() - NULL: the path is not the console's */
const struct console_file *console_find(const char *path);

/* console_host_ok() - may a page of this Host be served without TLS? Only what
 * no name server can point here: an address, localhost and names below it.
 * A name that its owner turns to this host later (DNS rebinding) is refused.
 * Browsers sign (WebCrypto) only there and over TLS anyway.
 */
bool console_host_ok(const char *host);

/* console_etag_match() - is @etag in the value of If-None-Match? */
bool console_etag_match(const char *if_none_match, const char *etag);

/* Headers of each file, in pairs; ends with NULL. */
extern const char *const console_headers[][2];

#endif
