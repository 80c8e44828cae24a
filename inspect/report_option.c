/* SPDX-License-Identifier: BSD-2-Clause */
/* report_option.c - see report_option.h */
#include "report_option.h"

#include <stdio.h>

/* "syn,ack,data,later (18446744073709551615 segments)" */
#define OPTION_PLACES_MAX 64

const char *report_option_confidence(enum toa_confidence c)
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

const char *report_option_layout(enum toa_layout l)
{
	static const char *const names[TOA_LAYOUT_COUNT] = {
		[TOA_LAYOUT_NONE] = "none",
		[TOA_LAYOUT_PORT_V4] = "port-ip4",
		[TOA_LAYOUT_PORT_V6] = "port-ip6",
		[TOA_LAYOUT_VER_V4] = "version-ip4",
		[TOA_LAYOUT_VER_V6] = "version-ip6",
		[TOA_LAYOUT_V4] = "ip4",
	};

	return (unsigned)l < TOA_LAYOUT_COUNT ? names[l] : "?";
}

const char *report_option_vendor(const struct toa_option *toa)
{
	return toa->format ? toa->format->vendor : "unknown vendor";
}

char *report_option_client(const struct toa_option *toa,
			   char out[ENDPOINT_TEXT_MAX])
{
	if (toa->has_port)
		(void)endpoint_format(&toa->client, out);
	else
		(void)ip_addr_format(&toa->client.addr, out);
	return out;
}

/* "ack,data (3 segments)" */
static char *option_places_text(const struct option *o, char *out, size_t cap)
{
	unsigned long long n = option_segments(o);
	const char *sep = "";
	size_t at = 0;
	unsigned i;

	out[0] = '\0';
	for (i = 0; i < OPTION_PLACES; i++) {
		if (!o->segments[i])
			continue;
		at += (size_t)snprintf(out + at, cap - at, "%s%s", sep,
				       option_place_name((enum option_place)i));
		sep = ",";
	}
	(void)snprintf(out + at, cap - at, " (%llu segment%s)", n,
		       n == 1 ? "" : "s");
	return out;
}

static void option_first_text(struct paint *p, const struct option *o)
{
	struct toa_option toa = option_client(o);
	char client[ENDPOINT_TEXT_MAX];
	char places[OPTION_PLACES_MAX];
	bool is_sure = toa.confidence == TOA_SURE;

	paint_word(p, PAINT_STRONG, "client %s",
		   report_option_client(&toa, client));
	paint_word(p, PAINT_PLAIN, "kind %u/%u on %s", o->kind, o->len,
		   option_places_text(o, places, sizeof(places)));
	paint_word(p, PAINT_PLAIN, "%s%s%s%s", report_option_vendor(&toa),
		   is_sure ? "" : " (",
		   is_sure ? "" : report_option_confidence(toa.confidence),
		   is_sure ? "" : ")");
}

char *report_option_other(const struct option *o, char out[REPORT_OPTION_MAX])
{
	struct toa_option toa = option_client(o);
	char client[ENDPOINT_TEXT_MAX];
	const char *what = "", *mark = "";

	if (toa.layout != TOA_LAYOUT_NONE) {
		what = report_option_client(&toa, client);
		mark = o->counts ? "" : "?";
	} else if (toa.format) {
		what = toa.format->what;
	}
	(void)snprintf(out, REPORT_OPTION_MAX, "%u/%u %s%s", o->kind, o->len,
		       what, mark);
	return out;
}

void report_option_text(struct paint *p, const struct option_set *s)
{
	const struct option *first = option_first(s);
	char all[OPTION_MAX * REPORT_OPTION_MAX] = "";
	char one[REPORT_OPTION_MAX];
	size_t at = 0;
	uint32_t i;

	if (first)
		option_first_text(p, first);
	for (i = 0; i < s->count && i < OPTION_MAX; i++)
		if (&s->option[i] != first)
			at += (size_t)snprintf(
				all + at, sizeof(all) - at, "%s%s",
				at ? "; " : "",
				report_option_other(&s->option[i], one));
	if (at)
		paint_word(p, PAINT_PLAIN, "with %s", all);
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
	json_str(j, "layout", report_option_layout(toa.layout));
	json_str(j, "confidence", report_option_confidence(toa.confidence));
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
