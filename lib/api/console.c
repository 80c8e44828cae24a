/* SPDX-License-Identifier: BSD-2-Clause */
/* console.c - see console.h */
#include "api/console.h"

#include <string.h>
#include <strings.h>

#include <console_files.h>

#include "wire/addr.h"

#define PAGE "/console/index.html"

const char *const console_headers[][2] = {
	/* scripts, styles and calls from here alone, none inside the page */
	{ "Content-Security-Policy",
	  "default-src 'none'; script-src 'self'; style-src 'self'; "
	  "img-src 'self'; connect-src 'self'; base-uri 'none'; "
	  "form-action 'none'; frame-ancestors 'none'; "
	  "require-trusted-types-for 'script'; trusted-types 'none'" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "X-Frame-Options", "DENY" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Permissions-Policy",
	  "camera=(), geolocation=(), microphone=(), payment=(), usb=()" },
	/* asked for again each time, sent again only if it has changed */
	{ "Cache-Control", "no-cache" },
	{ NULL, NULL },
};

const struct console_file *console_find(const char *path)
{
	const struct console_file *f;

	if (strcmp(path, "/") == 0 || strcmp(path, "/console/") == 0 ||
	    strcmp(path, "/console") == 0)
		path = PAGE;
	for (f = console_files; f->path; f++)
		if (strcmp(f->path, path) == 0)
			return f;
	return NULL;
}

static bool host_is_local(const char *host, size_t len)
{
	static const char name[] = "localhost";
	const size_t n = sizeof(name) - 1;

	if (len < n || strncasecmp(host + len - n, name, n) != 0)
		return false;
	return len == n || host[len - n - 1] == '.';
}

bool console_host_ok(const char *host)
{
	const char *end;
	struct ip_addr a;

	if (!host)
		return false;
	if (*host == '[') {
		end = strchr(++host, ']');
		return end && (!end[1] || end[1] == ':') &&
		       ip_addr_parse(host, (size_t)(end - host), &a) &&
		       a.family == IP_V6;
	}
	end = host + strcspn(host, ":");
	return host_is_local(host, (size_t)(end - host)) ||
	       ip_addr_parse(host, (size_t)(end - host), &a);
}

bool console_etag_match(const char *if_none_match, const char *etag)
{
	/* RFC 9110 13.1.2: the comparison is the weak one, so that a prefix W/
	 * before the quoted text does not matter
	 */
	return if_none_match && (strcmp(if_none_match, "*") == 0 ||
				 strstr(if_none_match, etag) != NULL);
}
