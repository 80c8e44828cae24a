/* SPDX-License-Identifier: BSD-2-Clause */
/* model.c - names, limits and conflicts of the product's control plane */
#include "control/model.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"
#include "wire/wire.h"

const char *const ctl_area_names[] = { "overseas", "mainland", "global", NULL };

const char *const ctl_mainland_names[] = { "PLATFORM", "BASE30_MAX300",
					   "BASE60_MAX600", NULL };

const char *const ctl_overseas_names[] = { "PLATFORM", "ANYCAST300",
					   "ANYCAST_ALLIN", NULL };

const char *const ctl_status_names[] = { "online",   "offline", "progress",
					 "stopping", "banned",	"fail",
					 NULL };

const char *const ctl_origin_type_names[] = { "IP_DOMAIN", "ORIGIN_GROUP",
					      NULL };

static const char *const feature_names[FEATURE_COUNT] = {
	[FEATURE_STATIC_IP] = "StaticIp",
	[FEATURE_IPV6] = "Ipv6",
	[FEATURE_ACCELERATE] = "AccelerateMainland",
};

#define ROW(protection, feature, overseas, mainland, global) \
	[PROTECTION_##protection][FEATURE_##feature] = {     \
		[AREA_OVERSEAS] = (overseas),                \
		[AREA_MAINLAND] = (mainland),                \
		[AREA_GLOBAL] = (global),                    \
	},
static const bool conflict[PROTECTION_COUNT][FEATURE_COUNT][AREA_COUNT] = {
#include "control/conflict.def"
};
#undef ROW

void ctl_error_set(struct ctl_error *err, const char *code, const char *fmt,
		   ...)
{
	va_list ap;

	err->code = code;
	va_start(ap, fmt);
	(void)str_vmessage(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
}

int ctl_name_find(const char *const *names, const char *text)
{
	int i;

	for (i = 0; names[i]; i++)
		if (strcmp(names[i], text) == 0)
			return i;
	return -1;
}

enum ctl_protection ctl_protection_of(const struct ctl_protect *p)
{
	return p->mainland == MAINLAND_PLATFORM &&
			       p->overseas == OVERSEAS_PLATFORM
		       ? PROTECTION_DEFAULT
		       : PROTECTION_EXCLUSIVE;
}

bool instance_check_name(const char *name, struct ctl_error *err)
{
	static const char set[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
	size_t len = strlen(name);

	if (len < 1 || len > CTL_NAME_MAX)
		return ctl_fail(err, CTL_NAME_NOT_MATCHED,
				"ProxyName has %zu characters: write 1 to %d",
				len, CTL_NAME_MAX);
	if (strspn(name, set) != len)
		return ctl_fail(err, CTL_NAME_NOT_MATCHED,
				"ProxyName may hold a-z, 0-9 and '-' only");
	if (name[0] == '-' || name[len - 1] == '-')
		return ctl_fail(err, CTL_NAME_NOT_MATCHED,
				"ProxyName begins or ends with '-': begin and "
				"end with a letter or a digit");
	if (strstr(name, "--"))
		return ctl_fail(err, CTL_NAME_NOT_MATCHED,
				"ProxyName has two '-' in a row: write one");
	return true;
}

static bool instance_check_protect(const struct instance *in,
				   struct ctl_error *err)
{
	static const uint32_t bands[MAINLAND_COUNT][2] = {
		[MAINLAND_BASE30_MAX300] = { 30, 300 },
		[MAINLAND_BASE60_MAX600] = { 60, 600 },
	};
	const struct ctl_protect *p = &in->protect;
	const uint32_t *band = bands[p->mainland];

	if (p->mainland != MAINLAND_PLATFORM && in->area == AREA_OVERSEAS)
		return ctl_fail(err, CTL_PARAMETER,
				"LevelMainland is for Area mainland and "
				"global: use LevelOverseas, or PLATFORM");
	if (p->overseas != OVERSEAS_PLATFORM && in->area == AREA_MAINLAND)
		return ctl_fail(err, CTL_PARAMETER,
				"LevelOverseas is for Area overseas and "
				"global: use LevelMainland, or PLATFORM");
	if (p->mainland == MAINLAND_PLATFORM && p->bandwidth_gbps)
		return ctl_fail(err, CTL_PARAMETER,
				"MaxBandwidthMainland goes with LevelMainland "
				"BASE30_MAX300 or BASE60_MAX600");
	if (p->mainland != MAINLAND_PLATFORM &&
	    (p->bandwidth_gbps < band[0] || p->bandwidth_gbps > band[1]))
		return ctl_fail(err, CTL_PARAMETER,
				"MaxBandwidthMainland %u is outside %u-%u Gbps "
				"of LevelMainland %s",
				p->bandwidth_gbps, band[0], band[1],
				ctl_mainland_names[p->mainland]);
	return true;
}

/* The code of a feature that its row of the table refuses */
static const char *feature_code(enum ctl_feature f)
{
	switch (f) {
	case FEATURE_STATIC_IP:
		return CTL_STATIC_IP_AREA;
	case FEATURE_IPV6:
		return CTL_IP6_ADVANCED;
	case FEATURE_ACCELERATE:
	case FEATURE_COUNT:
		break;
	}
	return CTL_ACCELERATE_DISABLE;
}

bool instance_check_features(const struct instance *in, struct ctl_error *err)
{
	enum ctl_protection p = ctl_protection_of(&in->protect);
	unsigned f;

	if (!instance_check_protect(in, err))
		return false;
	if (in->has[FEATURE_IPV6] && in->has[FEATURE_STATIC_IP])
		return ctl_fail(err, CTL_IP6_STATIC_IP,
				"Ipv6 and StaticIp exclude each other: turn "
				"one off");
	if (in->has[FEATURE_ACCELERATE] && in->has[FEATURE_IPV6])
		return ctl_fail(err, CTL_ACCELERATE_IP6,
				"AccelerateMainland and Ipv6 exclude each "
				"other: turn one off");
	/* the API names no code for this pair */
	if (in->has[FEATURE_ACCELERATE] && in->has[FEATURE_STATIC_IP])
		return ctl_fail(err, CTL_ACCELERATE_DISABLE,
				"AccelerateMainland and StaticIp exclude each "
				"other: turn one off");
	for (f = 0; f < FEATURE_COUNT; f++) {
		if (!in->has[f] || conflict[p][f][in->area])
			continue;
		return ctl_fail(err, feature_code(f),
				"%s cannot be on in Area %s with %s "
				"protection: turn it off, or choose overseas",
				feature_names[f], ctl_area_names[in->area],
				p == PROTECTION_DEFAULT ? "the platform's"
							: "exclusive");
	}
	return true;
}

char *ctl_port_text(struct port_range r, char out[CTL_PORT_TEXT_MAX])
{
	if (r.low == r.high)
		(void)snprintf(out, CTL_PORT_TEXT_MAX, "%u", r.low);
	else
		(void)snprintf(out, CTL_PORT_TEXT_MAX, "%u-%u", r.low, r.high);
	return out;
}
