/* SPDX-License-Identifier: BSD-2-Clause */
/* config_tunnel.c - which ports carry tunnels */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config_opts.h"

static bool config_tunnel_bad(const char *value, char err[OPT_ERR_MAX])
{
	(void)snprintf(err, OPT_ERR_MAX,
		       "'%s' is not a list as vxlan=8472,geneve=6082 of at "
		       "most %d ports",
		       value, DECODE_PORT_MAX - DECODE_PORTS_ASSIGNED);
	return false;
}

bool config_set_tunnel_ports(void *dst, const char *value,
			     char err[OPT_ERR_MAX])
{
	struct decode_opts *o = dst;
	const char *p = value;

	do {
		size_t name = strcspn(p, "=");
		enum tunnel_kind kind = TUNNEL_NONE;
		unsigned long port;
		char *end;

		if (name == 5 && strncmp(p, "vxlan", name) == 0)
			kind = TUNNEL_VXLAN;
		else if (name == 6 && strncmp(p, "geneve", name) == 0)
			kind = TUNNEL_GENEVE;
		if (kind == TUNNEL_NONE || p[name] != '=' ||
		    !isdigit((unsigned char)p[name + 1]))
			return config_tunnel_bad(value, err);
		port = strtoul(p + name + 1, &end, 10);
		if ((*end && *end != ',') || !port || port > UINT16_MAX ||
		    o->port_count == DECODE_PORT_MAX)
			return config_tunnel_bad(value, err);
		o->port[o->port_count].port = (uint16_t)port;
		o->port[o->port_count++].kind = kind;
		p = *end ? end + 1 : NULL;
	} while (p);
	return true;
}
