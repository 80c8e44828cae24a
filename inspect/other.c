/* SPDX-License-Identifier: BSD-2-Clause */
/* other.c - see other.h */
#include "other.h"

#include "wire/ip.h"
#include "wire/link.h"
#include "wire/wire.h"

static const char *const other_names[OTHER_KINDS] = {
	[OTHER_ARP] = "arp",
	[OTHER_CONTROL] = "control",
	[OTHER_ICMP] = "icmp",
	[OTHER_MULTICAST] = "igmp",
	[OTHER_SCTP] = "sctp",

	[OTHER_MPLS] = "mpls",
	[OTHER_MACSEC] = "macsec",
	[OTHER_BACKBONE] = "pbb",
	[OTHER_NSH] = "nsh",
	[OTHER_PPTP] = "pptp",
	[OTHER_ESP] = "esp",
	[OTHER_AH] = "ah",
	[OTHER_L2TP] = "l2tp",
	[OTHER_ETHERIP] = "etherip",
	[OTHER_ETHERTYPE] = "ethertype",
	[OTHER_PROTOCOL] = "protocol",
};

struct other_row {
	uint16_t number;
	enum other_kind kind;
};

static enum other_kind other_find(const struct other_row *rows, size_t n,
				  uint16_t number, enum other_kind none)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (rows[i].number == number)
			return rows[i].kind;
	return none;
}

static void other_count(struct other *o, enum other_kind kind, uint16_t number)
{
	if (!o->count[kind]++ || number < o->least[kind])
		o->least[kind] = number;
}

void other_kind(struct other *o, enum other_kind kind)
{
	other_count(o, kind, 0);
}

void other_ethertype(struct other *o, uint16_t ethertype)
{
	static const struct other_row rows[] = {
		{ ETHERTYPE_NONE, OTHER_CONTROL },
		{ 0x0806, OTHER_ARP },
		{ 0x88e5, OTHER_MACSEC },
		{ 0x88e7, OTHER_BACKBONE },
		{ 0x894f, OTHER_NSH },
	};

	other_count(o,
		    other_find(rows, ARRAY_SIZE(rows), ethertype,
			       OTHER_ETHERTYPE),
		    ethertype);
}

void other_protocol(struct other *o, uint8_t proto)
{
	static const struct other_row rows[] = {
		{ 1, OTHER_ICMP },	     { 2, OTHER_MULTICAST },
		{ 58, OTHER_ICMP },	     { 132, OTHER_SCTP },
		{ 97, OTHER_ETHERIP },	     { 115, OTHER_L2TP },
		{ IP_PROTO_ESP, OTHER_ESP }, { IP_PROTO_AH, OTHER_AH },
	};

	other_count(o,
		    other_find(rows, ARRAY_SIZE(rows), proto, OTHER_PROTOCOL),
		    proto);
}

void other_add(struct other *sum, const struct other *by)
{
	unsigned i;

	for (i = 0; i < OTHER_KINDS; i++) {
		if (!by->count[i])
			continue;
		if (!sum->count[i] || by->least[i] < sum->least[i])
			sum->least[i] = by->least[i];
		sum->count[i] += by->count[i];
	}
}

static uint64_t other_sum(const struct other *o, unsigned from)
{
	uint64_t sum = 0;
	unsigned i;

	for (i = from; i < OTHER_KINDS; i++)
		sum += o->count[i];
	return sum;
}

void other_json(struct json *j, const struct other *o)
{
	unsigned i;

	if (!other_sum(o, 0))
		return;
	json_begin(j, "other", '{');
	for (i = 0; i < OTHER_KINDS; i++)
		if (o->count[i])
			json_u64(j, other_names[i], o->count[i]);
	json_end(j);
}

void other_text(FILE *out, const struct other *o, bool is_all)
{
	unsigned from = is_all ? 0 : OTHER_MPLS, i;
	uint64_t sum = other_sum(o, from);
	const char *sep = ": ";

	if (!sum)
		return;
	(void)fprintf(out, "%llu frame%s without TCP or UDP that is decoded",
		      (unsigned long long)sum, sum == 1 ? "" : "s");
	for (i = from; i < OTHER_KINDS; i++) {
		if (!o->count[i])
			continue;
		(void)fprintf(out, "%s%llu %s", sep,
			      (unsigned long long)o->count[i], other_names[i]);
		if (i == OTHER_ETHERTYPE)
			(void)fprintf(out, " from 0x%04x on", o->least[i]);
		else if (i == OTHER_PROTOCOL)
			(void)fprintf(out, " from %u on", o->least[i]);
		sep = ", ";
	}
	if (other_sum(o, OTHER_MPLS))
		(void)fputs("; editcap -C cuts an outer header off", out);
	(void)fputc('\n', out);
}
