/* SPDX-License-Identifier: BSD-2-Clause */
/* resolve.c - see resolve.h */
#include "resolve.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "base/sock.h"
#include "base/str.h"

static bool resolve_literal(const char *host, struct ip_addr *ret)
{
	size_t len = strlen(host);

	if (len > 2 && host[0] == '[' && host[len - 1] == ']')
		return ip_addr_parse(host + 1, len - 2, ret) &&
		       ret->family == IP_V6;
	return ip_addr_parse(host, len, ret);
}

static bool resolve_name(const char *host, enum ip_family family,
			 struct ip_addr *ret, char err[PLAN_ERR_MAX])
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct sockaddr_storage ss = { 0 };
	struct addrinfo *list;
	int rc;

	hints.ai_family = family == IP_V4   ? AF_INET
			  : family == IP_V6 ? AF_INET6
					    : AF_UNSPEC;
	rc = getaddrinfo(host, NULL, &hints, &list);
	if (rc) {
		(void)snprintf(err, PLAN_ERR_MAX, "cannot resolve '%s': %s",
			       host, gai_strerror(rc));
		return false;
	}
	memcpy(&ss, list->ai_addr, list->ai_addrlen);
	*ret = endpoint_from_sockaddr(&ss).addr;
	freeaddrinfo(list);
	return true;
}

bool resolve_target(const char *host, const char *port, enum ip_family family,
		    struct endpoint *ret, char err[PLAN_ERR_MAX])
{
	struct endpoint e = { 0 };
	uint64_t n;

	if (!str_u64(port, strlen(port), &n) || n < 1 || n > UINT16_MAX) {
		(void)snprintf(err, PLAN_ERR_MAX,
			       "'%s' is not a port within 1..65535", port);
		return false;
	}
	e.port = (uint16_t)n;
	if (!resolve_literal(host, &e.addr) &&
	    !resolve_name(host, family, &e.addr, err))
		return false;
	e.addr = ip_addr_unmap(&e.addr);
	if (family != IP_NONE && e.addr.family != family) {
		(void)snprintf(err, PLAN_ERR_MAX,
			       "'%s' is no IPv%d address, as -%d asks for",
			       host, family, family);
		return false;
	}
	*ret = e;
	return true;
}
