/* SPDX-License-Identifier: BSD-2-Clause */
/* verdict.c - from results to a page that a person can act on */
#include <stdio.h>
#include <string.h>

#include "advice.h"
#include "base/clock.h"
#include "like.h"
#include "origin.h"
#include "wire/wire.h"

/* What failures of a family of cases mean together. The first prefix that
 * fits takes the case.
 */
static const struct {
	const char *prefix;
	const char *text;
	const char *mend;
} families[] = {
	{ "trust/untrusted",
	  "spoofable: anybody who can reach the origin can pretend to be any "
	  "client",
	  "let only the proxy's addresses send headers, see below" },
	{ "trust/no-header/silent",
	  "speaks before the header: it greets whoever connects, as the proxy",
	  "set it to wait for the header on this port" },
	{ "trust/no-header",
	  "serves, or reads, what came without a header: whoever goes round "
	  "the proxy is believed to be its peer",
	  "require the header on this port, see below" },
	{ "ppv1/valid", "right v1 headers are not understood", "" },
	{ "ppv2/valid", "right v2 headers are not understood", "" },
	{ "ppv1/unknown/addresses",
	  "takes addresses of UNKNOWN for the "
	  "client's",
	  "" },
	{ "ppv1/unknown",
	  "health checks with PROXY UNKNOWN fail: load balancers will take it "
	  "for dead",
	  "send health checks as TCP4 with the check's own addresses, or v2" },
	{ "ppv2/local/addresses-unused",
	  "takes addresses of LOCAL for a client's", "" },
	{ "ppv2/local",
	  "health checks with LOCAL fail, or disturb: load balancers will take "
	  "it for dead",
	  "update the software, or check another port" },
	{ "ppv1/addr4",
	  "takes IPv4 addresses that are none: a broken header "
	  "becomes a wrong client",
	  "no setting mends a parser: trust only a proxy that writes right "
	  "lines, or use v2" },
	{ "ppv1/addr6",
	  "takes IPv6 addresses that are none: a broken header "
	  "becomes a wrong client",
	  "no setting mends a parser: trust only a proxy that writes right "
	  "lines, or use v2" },
	{ "ppv1/port", "takes ports that are none", "use v2, if it can" },
	{ "ppv1/family", "takes addresses of the wrong family",
	  "use v2, if it can" },
	{ "ppv1/line", "takes lines that the grammar does not know",
	  "use v2, if it can" },
	{ "ppv2/sig", "takes headers with a wrong signature", "" },
	{ "ppv2/version", "takes headers of other versions", "" },
	{ "ppv2/command", "takes commands that do not exist", "" },
	{ "ppv2/family", "takes address families that do not exist", "" },
	{ "ppv2/length", "takes headers that are too short for their addresses",
	  "" },
	{ "ppv2/crc/bad",
	  "never checks CRC32C: a damaged header becomes a wrong client", "" },
	{ "ppv2/crc/good", "refuses right checksums", "" },
	{ "ppv2/tlv/overrun", "never checks that TLVs fit into the header",
	  "" },
	{ "ppv2/tlv/dribble", "never checks that TLVs fit into the header",
	  "" },
	{ "ppv2/tlv", "TLVs that have to be skipped disturb it",
	  "turn the TLVs off at the proxy" },
	{ "ppv2/size", "refuses headers of 536 bytes",
	  "turn TLVs off at the proxy, or raise the limit" },
	{ "ppv1/order",
	  "reads a second header, which the client wrote: "
	  "clients can choose their address",
	  "" },
	{ "ppv2/order",
	  "reads a second header, which the client wrote: "
	  "clients can choose their address",
	  "" },
	{ "ppv1/life", "others are not served well while headers go wrong",
	  "set a header timeout" },
	{ "ppv2/life", "others are not served well while headers go wrong",
	  "set a header timeout" },
	{ "toa/valid", "does not learn the client from the option", "" },
	{ "toa/bad", "believes options that are broken", "" },
	{ "udp/bad", "takes datagrams whose header is wrong", "" },
	{ "udp/reply", "answers with a header, which clients cannot read", "" },
	{ "spp/reply",
	  "answers without the header that came, or with another: the proxy "
	  "cannot tell whose they are",
	  "let it put the 38 bytes it got before each answer, unchanged" },
	{ "udp/flow/lost", "serves datagrams of flows it was told nothing of",
	  "require the header" },
};

static const struct case_result *result_of(const struct report *r,
					   const char *id)
{
	size_t i;

	for (i = 0; i < r->n; i++)
		if (!strcmp(r->results[i].def->id, id))
			return &r->results[i];
	return NULL;
}

/* "pass" also for what is only told, and came as expected */
static bool is_good(const struct report *r, const char *id)
{
	const struct case_result *res = result_of(r, id);

	return res && !res->n_failed && !res->n_inconclusive &&
	       (res->status == STATUS_PASS || res->status == STATUS_INFO);
}

static bool was_run(const struct report *r, const char *id)
{
	const struct case_result *res = result_of(r, id);

	return res && res->status != STATUS_SKIP;
}

/* ---- findings ---- */

static size_t family_of(const struct case_def *d)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(families); i++)
		if (!strncmp(d->id, families[i].prefix,
			     strlen(families[i].prefix)))
			break;
	return i;
}

static void append(char *out, size_t cap, const char *sep, const char *text)
{
	size_t n = strlen(out);

	if (n + strlen(text) + 5 < cap)
		(void)snprintf(out + n, cap - n, "%s%s", n ? sep : "", text);
	else if (n + 4 < cap && strcmp(out + n - 3, "...") != 0)
		(void)snprintf(out + n, cap - n, "...");
}

static struct finding *finding_of(struct verdict *v, const char *text,
				  enum case_grave grave)
{
	struct finding *f;
	size_t i;

	for (i = 0; i < v->n_findings; i++)
		if (!strcmp(v->findings[i].text, text))
			return &v->findings[i];
	f = verdict_find(v, grave);
	if (f)
		(void)snprintf(f->text, sizeof(f->text), "%s", text);
	return f;
}

static void find_one(struct verdict *v, const struct case_result *res)
{
	size_t k = family_of(res->def);
	char own[REPORT_TEXT_MAX];
	struct finding *f;

	(void)snprintf(own, sizeof(own), "%s: %s", res->def->title, res->got);
	f = finding_of(v, k < ARRAY_SIZE(families) ? families[k].text : own,
		       res->def->grave);
	if (!f)
		return;
	if (res->def->grave < f->grave)
		f->grave = res->def->grave;
	append(f->cases, sizeof(f->cases), " ", res->def->id);
	if (k < ARRAY_SIZE(families))
		(void)snprintf(f->mend, sizeof(f->mend), "%s",
			       families[k].mend);
}

static void find_all(const struct report *r, struct verdict *v)
{
	size_t i, k;

	for (i = 0; i < r->n; i++)
		if (r->results[i].status == STATUS_FAIL)
			find_one(v, &r->results[i]);
	/* the gravest first; few, so the simplest sort, which is stable */
	for (i = 1; i < v->n_findings; i++)
		for (k = i;
		     k && v->findings[k].grave < v->findings[k - 1].grave;
		     k--) {
			struct finding t = v->findings[k];

			v->findings[k] = v->findings[k - 1];
			v->findings[k - 1] = t;
		}
}

/* ---- facts ---- */

static void fact_families(const struct report *r, struct verdict *v)
{
	static const struct {
		const char *id, *name;
	} list[] = {
		{ "ppv1/valid/tcp4", "v1 TCP4" },
		{ "ppv1/valid/tcp6", "v1 TCP6" },
		{ "ppv1/unknown/short", "v1 UNKNOWN" },
		{ "ppv2/valid/tcp4", "v2 TCP4" },
		{ "ppv2/valid/tcp6", "v2 TCP6" },
		{ "ppv2/local/empty", "v2 LOCAL" },
		{ "ppv2/unspec/taken", "v2 UNSPEC" },
		{ "ppv2/family/unix", "v2 AF_UNIX" },
		{ "ppv2/family/udp4", "v2 DGRAM" },
		{ "udp/valid/v4", "UDP4" },
		{ "udp/valid/v6", "UDP6" },
		{ "udp/valid/local", "LOCAL" },
		{ "spp/valid/v4", "SPP IPv4" },
		{ "spp/valid/v6", "SPP IPv6" },
	};
	char yes[REPORT_TEXT_MAX] = "", no[REPORT_TEXT_MAX] = "";
	size_t i;

	for (i = 0; i < ARRAY_SIZE(list); i++) {
		if (!was_run(r, list[i].id))
			continue;
		if (is_good(r, list[i].id))
			append(yes, sizeof(yes), ", ", list[i].name);
		else
			append(no, sizeof(no), ", ", list[i].name);
	}
	if (yes[0] || no[0])
		verdict_fact(v, "takes", "%.190s%s%.190s", yes,
			     no[0] ? "; not " : "", no);
}

/* the left half of a trait was passed, the right half failed */
static void fact_traits(const struct report *r, struct verdict *v)
{
	char text[REPORT_TEXT_MAX] = "";
	size_t i;

	for (i = 0; i < r->n; i++) {
		const struct case_result *res = &r->results[i];
		const char *bar = res->def->trait ? strchr(res->def->trait, '|')
						  : NULL;
		char one[96];

		if (!bar || res->status == STATUS_SKIP ||
		    res->status == STATUS_INCONCLUSIVE)
			continue;
		if (res->n_failed)
			(void)snprintf(one, sizeof(one), "%s", bar + 1);
		else
			(void)snprintf(one, sizeof(one), "%.*s",
				       (int)(bar - res->def->trait),
				       res->def->trait);
		if (!strstr(text, one))
			append(text, sizeof(text), ", ", one);
	}
	if (text[0])
		verdict_fact(v, "ways", "%s", text);
}

static void fact_patience(const struct report *r, struct verdict *v,
			  const char *name, const char *id)
{
	const struct case_result *res = result_of(r, id);

	if (!res || res->status == STATUS_SKIP)
		return;
	if (res->outcome == OUTCOME_CLOSED || res->outcome == OUTCOME_RESET)
		verdict_fact(v, name, "ended after %.1f s",
			     (double)res->close_ms / MS_PER_S);
	else if (res->outcome == OUTCOME_SILENT)
		verdict_fact(v, name, "still open after %.1f s",
			     (double)res->close_ms / MS_PER_S);
	else
		verdict_fact(v, name, "%s", res->got);
}

static void fact_size(const struct report *r, struct verdict *v)
{
	const struct case_result *res = result_of(r, "ppv2/size/grows");

	if (!res || res->status != STATUS_INFO)
		return;
	if (res->n_failed)
		verdict_fact(v, "v2 size limit", "takes less than %u bytes",
			     res->first_bad + 16);
	else
		verdict_fact(v, "v2 size limit", "none (65,551 bytes taken)");
}

static void fact_like(const struct like *l, struct verdict *v)
{
	if (!l || !l->name || !l->compared)
		return;
	if (like_is_sure(l))
		verdict_fact(v, "behaves like",
			     "%s (%u of %u headers alike; next: %s, %u of %u)",
			     l->name, l->agreed, l->compared, l->next,
			     l->next_agreed, l->next_compared);
	else
		verdict_fact(v, "behaves like",
			     "nothing known; nearest is %s (%u of %u headers "
			     "alike)",
			     l->name, l->agreed, l->compared);
}

static void fact_trust(const struct report *r, struct verdict *v)
{
	bool is_tested = false, is_bad = false;
	size_t i;

	for (i = 0; i < r->n; i++) {
		const struct case_result *res = &r->results[i];

		if (strncmp(res->def->id, "trust/untrusted/v", 17) != 0)
			continue;
		is_tested |= res->status == STATUS_PASS ||
			     res->status == STATUS_FAIL;
		is_bad |= res->status == STATUS_FAIL;
	}
	if (!is_tested)
		verdict_fact(v, "trust",
			     "not tested: name an address that it must not "
			     "trust (--untrusted), and an oracle");
	else
		verdict_fact(v, "trust", "%s",
			     is_bad ? "believes the untrusted address"
				    : "does not believe the untrusted "
				      "address");
}

static void headline(const struct origin_options *o, const struct recon *rc,
		     const struct report *r, struct verdict *v)
{
	enum case_grave worst = v->n_findings ? v->findings[0].grave
					      : GRAVE_NONE;
	const char *what = o->mode == ORIGIN_SPP	  ? "SPP"
			   : o->mode == ORIGIN_TOA	  ? "TOA"
			   : rc->takes_v1 && rc->takes_v2 ? "v1 and v2"
			   : rc->takes_v1		  ? "v1"
							  : "v2";
	static const char *const words[] = {
		[GRAVE_CRITICAL] = "and can be lied to by anybody",
		[GRAVE_HIGH] = "with grave faults",
		[GRAVE_MEDIUM] = "with faults",
		[GRAVE_LOW] = "with small faults",
		[GRAVE_NONE] = "as it should",
	};

	(void)r;
	(void)snprintf(v->headline, sizeof(v->headline),
		       "The origin understands %s%s, %s.", what,
		       rc->serves_bare && o->mode != ORIGIN_TOA
			       ? ", does not require it"
			       : "",
		       words[worst]);
}

void verdict_build(const struct origin_options *o, const struct recon *rc,
		   const struct like *like, const struct report *r,
		   struct verdict *v)
{
	static const char *const oracles[] = {
		[ORACLE_BEHAVIOUR] = "not read: whether it serves was seen",
		[ORACLE_ECHO] = "read in its answer",
		[ORACLE_HTTP] = "read in its answer",
		[ORACLE_LOG] = "read in its log",
		[ORACLE_CMD] = "read by a command",
		[ORACLE_PCAP] = "read in a capture",
		[ORACLE_TOA_STATS] = "read in its toa_stats",
	};

	find_all(r, v);
	headline(o, rc, r, v);
	verdict_fact(v, "header", "%s",
		     rc->serves_bare ? "accepted, not required" : "required");
	verdict_fact(v, "client's address", "%s", oracles[o->oracle.type]);
	fact_families(r, v);
	if (o->mode == ORIGIN_TOA)
		verdict_fact(v, "trust",
			     "whoever reaches the origin can write the "
			     "option: let only the proxy reach it");
	else if (!o->is_udp)
		fact_trust(r, v);
	fact_like(like, v);
	fact_traits(r, v);
	fact_patience(r, v, "silent client", "trust/no-header/patience");
	fact_patience(r, v, "half a v1 header",
		      "ppv1/arrival/partial-patience");
	fact_patience(r, v, "half a v2 header",
		      "ppv2/arrival/partial-patience");
	fact_size(r, v);
	if ((rc->serves_bare && o->mode != ORIGIN_TOA) ||
	    (v->n_findings && v->findings[0].grave == GRAVE_CRITICAL))
		v->advice = advice_trust;
}

void verdict_wrong(const struct recon *rc, const char *why, struct verdict *v)
{
	struct finding *f;

	(void)snprintf(v->headline, sizeof(v->headline),
		       "Nothing to judge: %.350s.", why);
	if (!rc->serves_bare || rc->takes_v1 || rc->takes_v2 || rc->takes_spp)
		return;
	verdict_fact(v, "header", "not understood: it is read as payload");
	verdict_fact(v, "client's address",
		     "the proxy's: each client looks alike");
	f = verdict_find(v, GRAVE_HIGH);
	if (f) {
		(void)snprintf(f->text, sizeof(f->text),
			       "the PROXY protocol is not turned on at this "
			       "port");
		(void)snprintf(f->mend, sizeof(f->mend),
			       "turn it on, see below, and at the proxy at "
			       "the same time");
	}
	v->advice = advice_enable;
}
