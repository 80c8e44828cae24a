/* SPDX-License-Identifier: BSD-2-Clause */
/* app.c - see app.h */
#include "app.h"

#include <string.h>

#define TLS_ALERT     0x15
#define TLS_HANDSHAKE 0x16
#define HTTP_CODE     9 /* offset of the digits in "HTTP/1.1 404" */

struct app_start {
	const char *text;
	size_t len;
	enum app app;
};

#define APP_START(text, app)                \
	{                                   \
		text, sizeof(text) - 1, app \
	}

/* A longer one stands before a shorter one that it begins with. */
static const struct app_start app_starts[] = {
	APP_START("PRI * HTTP/2.0\r\n", APP_HTTP2),
	APP_START("GET ", APP_HTTP),
	APP_START("POST ", APP_HTTP),
	APP_START("HEAD ", APP_HTTP),
	APP_START("PUT ", APP_HTTP),
	APP_START("DELETE ", APP_HTTP),
	APP_START("OPTIONS ", APP_HTTP),
	APP_START("CONNECT ", APP_HTTP),
	APP_START("PATCH ", APP_HTTP),
	APP_START("SSH-", APP_SSH),
	APP_START("Protocol mismatch.", APP_ERROR_SSH),
	APP_START("Invalid SSH identification string.", APP_ERROR_SSH),
	APP_START("EHLO ", APP_SMTP),
	APP_START("HELO ", APP_SMTP),
	APP_START("220 ", APP_SMTP),
	APP_START("220-", APP_SMTP),
	APP_START("-ERR", APP_ERROR_REDIS),
};

/* app_may_start() - is @first the first byte of one of app_starts[]? */
static bool app_may_start(uint8_t first)
{
	switch (first) {
	case '-':
	case '2':
	case 'C':
	case 'D':
	case 'E':
	case 'G':
	case 'H':
	case 'I':
	case 'O':
	case 'P':
	case 'S':
		return true;
	default:
		return false;
	}
}

static bool app_is_record(const uint8_t *p, size_t len, uint8_t type)
{
	return len >= 3 && p[0] == type && p[1] == 3 && p[2] <= 4;
}

static bool app_is_code(const uint8_t *p, char first, char last)
{
	return p[0] >= first && p[0] <= last && p[1] >= '0' && p[1] <= '9' &&
	       p[2] >= '0' && p[2] <= '9';
}

static enum app app_reply(const uint8_t *p, size_t len)
{
	if (len >= HTTP_CODE + 3 && memcmp(p, "HTTP/1.", 7) == 0)
		return app_is_code(p + HTTP_CODE, '4', '5') ? APP_ERROR_HTTP
							    : APP_HTTP;
	if (len >= 4 && app_is_code(p, '5', '5') &&
	    (p[3] == ' ' || p[3] == '-'))
		return APP_ERROR_SMTP;
	/* length, number 0, version 10: a server's handshake packet */
	if (len >= 5 && p[2] == 0 && p[3] == 0 && p[4] == 10)
		return APP_MYSQL;
	return APP_OTHER;
}

enum app app_guess(const uint8_t *p, size_t len)
{
	size_t i;

	if (!len)
		return APP_NONE;
	if (app_is_record(p, len, TLS_HANDSHAKE))
		return APP_TLS;
	if (app_is_record(p, len, TLS_ALERT))
		return APP_ERROR_TLS;
	for (i = 0; app_may_start(p[0]) &&
		    i < sizeof(app_starts) / sizeof(app_starts[0]);
	     i++) {
		const struct app_start *s = &app_starts[i];

		if (p[0] == (uint8_t)s->text[0] && len >= s->len &&
		    memcmp(p, s->text, s->len) == 0)
			return s->app;
	}
	return app_reply(p, len);
}

#define GTP_U_PORT  2152
#define TEREDO_PORT 3544
#define GUE_PORT    6080
#define L2TP_PORT   1701

#define GTP_HDR_LEN    8
#define GTP_U_ECHO     1
#define GTP_U_END      254
#define GTP_U_PACKET   255
#define TEREDO_ORIGIN  8 /* bytes of an origin indication */
#define IP6_HDR_LEN    40
#define GUE_HDR_LEN    4
#define GUE_WORDS_MASK 0x1f
#define L2TP_RESERVED  0x34f0 /* of the flags, in versions 2 and 3 */

static unsigned app_word(const uint8_t *p)
{
	return (unsigned)p[0] << 8 | p[1];
}

/* 3GPP TS 29.281 5.1: version 1, GTP and not GTP', and a length that holds what
 * the capture has
 */
static bool app_is_gtp_u(const uint8_t *p, size_t len)
{
	return len >= GTP_HDR_LEN && (p[0] & 0xf8) == 0x30 &&
	       (p[1] == GTP_U_PACKET || p[1] == GTP_U_END ||
		p[1] <= GTP_U_ECHO + 1) &&
	       app_word(p + 2) + GTP_HDR_LEN >= len;
}

/* RFC 4380 5.1.1: an IPv6 packet, perhaps behind an origin indication */
static bool app_is_teredo(const uint8_t *p, size_t len)
{
	if (len >= TEREDO_ORIGIN && app_word(p) == 0) {
		p += TEREDO_ORIGIN;
		len -= TEREDO_ORIGIN;
	}
	return len >= IP6_HDR_LEN && p[0] >> 4 == 6 &&
	       app_word(p + 4) + IP6_HDR_LEN >= len;
}

/* draft-ietf-intarea-gue 3: version 0 with IP inside, or IP itself */
static bool app_is_gue(const uint8_t *p, size_t len)
{
	size_t hdr;

	if (len < GUE_HDR_LEN)
		return false;
	if (p[0] >> 5 != 0)
		return p[0] >> 4 == 4 || p[0] >> 4 == 6;
	hdr = GUE_HDR_LEN + 4UL * (p[0] & GUE_WORDS_MASK);
	return len > hdr && ((p[1] == 4 && p[hdr] >> 4 == 4) ||
			     (p[1] == 41 && p[hdr] >> 4 == 6));
}

/* RFC 2661 3.1, RFC 3931 4.1.2: version 2 or 3 */
static bool app_is_l2tp(const uint8_t *p, size_t len)
{
	unsigned flags = len >= 6 ? app_word(p) : 0;

	return !(flags & L2TP_RESERVED) &&
	       ((flags & 0xf) == 2 || (flags & 0xf) == 3);
}

enum app app_guess_tunnel(uint16_t port, const uint8_t *p, size_t len)
{
	switch (port) {
	case GTP_U_PORT:
		return app_is_gtp_u(p, len) ? APP_GTP_U : APP_NONE;
	case TEREDO_PORT:
		return app_is_teredo(p, len) ? APP_TEREDO : APP_NONE;
	case GUE_PORT:
		return app_is_gue(p, len) ? APP_GUE : APP_NONE;
	case L2TP_PORT:
		return app_is_l2tp(p, len) ? APP_L2TP : APP_NONE;
	default:
		return APP_NONE;
	}
}

const char *app_name(enum app a)
{
	static const char *const names[APPS] = {
		[APP_NONE] = "none",
		[APP_OTHER] = "other",
		[APP_HTTP] = "http",
		[APP_HTTP2] = "http2",
		[APP_TLS] = "tls",
		[APP_SSH] = "ssh",
		[APP_SMTP] = "smtp",
		[APP_MYSQL] = "mysql",
		[APP_GTP_U] = "gtp-u",
		[APP_TEREDO] = "teredo",
		[APP_GUE] = "gue",
		[APP_L2TP] = "l2tp",
		[APP_ERROR_HTTP] = "http-error",
		[APP_ERROR_TLS] = "tls-alert",
		[APP_ERROR_SMTP] = "smtp-error",
		[APP_ERROR_REDIS] = "redis-error",
		[APP_ERROR_SSH] = "ssh-error",
	};

	return (unsigned)a < APPS ? names[a] : "?";
}
