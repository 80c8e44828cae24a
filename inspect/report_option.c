/* SPDX-License-Identifier: BSD-2-Clause */
/* report_option.c - see report_option.h */
#include "report_option.h"

static const char *option_confidence_name(enum toa_confidence c)
{
	switch (c) {
	case TOA_SURE:
		return "sure";
	case TOA_LIKELY:
		return "likely";
	case TOA_GUESS:
		break;
	}
	return "guess";
}

static const char *option_layout_name(enum toa_layout l)
{
	static const char *const names[TOA_LAYOUT_COUNT] = {
		[TOA_LAYOUT_NONE] = "none",
		[TOA_LAYOUT_PORT_V4] = "port-ip4",
		[TOA_LAYOUT_PORT_V6] = "port-ip6",
		[TOA_LAYOUT_VER_V4] = "version-ip4",
		[TOA_LAYOUT_VER_V6] = "version-ip6",
		[TOA_LAYOUT_V4] = "ip4",
		[TOA_LAYOUT_V6] = "ip6",
	};

	return (unsigned)l < TOA_LAYOUT_COUNT ? names[l] : "?";
}

static const char *option_vendor(const struct toa_option *toa)
{
	return toa->format ? toa->format->vendor : "unknown vendor";
}

/* "203.0.113.7:54321", or "203.0.113.7" if the option has no port */
static char *option_client_text(const struct toa_option *toa,
				char out[ENDPOINT_TEXT_MAX])
{
	if (toa->has_port)
		(void)endpoint_format(&toa->client, out);
	else
		(void)ip_addr_format(&toa->client.addr, out);
	return out;
}

/* "ack,data (3 segments)" */
static void option_places_text(FILE *out, const struct option *o)
{
	unsigned long long n = option_segments(o);
	const char *sep = "";
	unsigned i;

	for (i = 0; i < OPTION_PLACES; i++) {
		if (!o->segments[i])
			continue;
		(void)fprintf(out, "%s%s", sep,
			      option_place_name((enum option_place)i));
		sep = ",";
	}
	(void)fprintf(out, " (%llu segment%s)", n, n == 1 ? "" : "s");
}

static void option_first_text(FILE *out, const struct option *o)
{
	struct toa_option toa = option_client(o);
	char client[ENDPOINT_TEXT_MAX];

	(void)fprintf(out, "  client %s  kind %u/%u on ",
		      option_client_text(&toa, client), o->kind, o->len);
	option_places_text(out, o);
	(void)fprintf(out, "  %s", option_vendor(&toa));
	if (toa.confidence != TOA_SURE)
		(void)fprintf(out, " (%s)",
			      option_confidence_name(toa.confidence));
}

/* "254/8 203.0.113.7:54321", "201/6 VPC id" */
static void option_other_text(FILE *out, const struct option *o)
{
	struct toa_option toa = option_client(o);
	char client[ENDPOINT_TEXT_MAX];

	(void)fprintf(out, "%u/%u ", o->kind, o->len);
	if (toa.layout != TOA_LAYOUT_NONE)
		(void)fprintf(out, "%s%s", option_client_text(&toa, client),
			      o->counts ? "" : "?");
	else if (toa.format)
		(void)fputs(toa.format->what, out);
}

void report_option_text(FILE *out, const struct option_set *s)
{
	const struct option *first = option_first(s);
	const char *sep = "  with ";
	uint32_t i;

	if (first)
		option_first_text(out, first);
	for (i = 0; i < s->count; i++) {
		if (&s->option[i] == first)
			continue;
		(void)fputs(sep, out);
		option_other_text(out, &s->option[i]);
		sep = "; ";
	}
}

static void option_client_json(struct json *j, const struct toa_option *toa)
{
	char text[IP_ADDR_TEXT_MAX];

	if (toa->layout == TOA_LAYOUT_NONE)
		return;
	json_str(j, "client", ip_addr_format(&toa->client.addr, text));
	if (toa->has_port)
		json_u64(j, "cport", toa->client.port);
}

static void option_json(struct json *j, const char *key, const struct option *o)
{
	struct toa_option toa = option_client(o);
	unsigned i;

	json_begin(j, key, '{');
	option_client_json(j, &toa);
	json_u64(j, "kind", o->kind);
	json_u64(j, "len", o->len);
	json_str(j, "layout", option_layout_name(toa.layout));
	json_str(j, "confidence", option_confidence_name(toa.confidence));
	if (toa.format) {
		json_str(j, "vendor", toa.format->vendor);
		json_str(j, "what", toa.format->what);
	}
	json_begin(j, "segments", '{');
	for (i = 0; i < OPTION_PLACES; i++)
		json_u64(j, option_place_name((enum option_place)i),
			 o->segments[i]);
	json_end(j);
	json_u64(j, "frame", o->frame);
	json_hex(j, "hex", o->value, o->len - 2U);
	json_end(j);
}

void report_option_json(struct json *j, const struct option_set *s,
			bool want_client)
{
	const struct option *first = option_first(s);
	uint32_t i;

	if (first) {
		struct toa_option toa = option_client(first);

		if (want_client)
			option_client_json(j, &toa);
		option_json(j, "toa", first);
	}
	if (s->count > (first ? 1U : 0U)) {
		json_begin(j, "options", '[');
		for (i = 0; i < s->count; i++)
			if (&s->option[i] != first)
				option_json(j, NULL, &s->option[i]);
		json_end(j);
	}
	if (s->refused)
		json_u64(j, "options_refused", s->refused);
}
