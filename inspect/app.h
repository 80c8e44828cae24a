/* SPDX-License-Identifier: BSD-2-Clause */
/* app.h - what a stream's first bytes, behind a header, look like */
#ifndef INSPECT_APP_H
#define INSPECT_APP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum app {
	APP_NONE, /* no byte seen */
	APP_OTHER,
	APP_HTTP,
	APP_HTTP2, /* its connection preface */
	APP_TLS,   /* a handshake record */
	APP_SSH,
	APP_SMTP, /* EHLO, HELO, or a greeting with 220 or 554; FTP's too */
	APP_MYSQL,
	APP_GTP_U, /* tunnels over UDP that are not followed */
	APP_TEREDO,
	APP_GUE,
	APP_L2TP,
	APP_ERROR_HTTP,	 /* a reply 4xx or 5xx */
	APP_ERROR_TLS,	 /* an alert */
	APP_ERROR_SMTP,	 /* a reply 5yz */
	APP_ERROR_REDIS, /* "-ERR" */
	APP_ERROR_SSH,	 /* a line that is no identification */
	APPS,
};

/* app_guess() - @len bytes as they are at hand; few bytes make APP_OTHER */
enum app app_guess(const uint8_t *p, size_t len);

/* The tunnels from APP_GTP_U on */
#define APP_TUNNELS 4

/* app_guess_tunnel() - a datagram to UDP port @port: one of the tunnels if both
 * the port and its first bytes say so, else APP_NONE
 */
enum app app_guess_tunnel(uint16_t port, const uint8_t *p, size_t len);

static inline bool app_is_tunnel(enum app a)
{
	return a >= APP_GTP_U && a < APP_GTP_U + APP_TUNNELS;
}

/* app_is_error() - does a server say so when it cannot read a request? */
static inline bool app_is_error(enum app a)
{
	return a >= APP_ERROR_HTTP && a < APPS;
}

/* app_name() - "http", "tls", "tls-alert", ...; "none", "other" */
const char *app_name(enum app a);

#endif
