/* SPDX-License-Identifier: BSD-2-Clause */
/* join_report.c - see join_report.h */
#include "join_report.h"

#include "base/exitcode.h"
#include "base/json.h"
#include "base/log.h"
#include "check_json.h"
#include "paint.h"
#include "view.h"
#include "wire/ip.h"

#define JOIN_LINE_MAX 4096
#define NS_PER_US     1000

static const char *const join_by_names[JOIN_BYS] = {
	[JOIN_OPEN] = "open",
	[JOIN_BY_CLAIM] = "claim",
	[JOIN_BY_PAYLOAD] = "payload",
	[JOIN_BY_TIMING] = "timing",
};

/* The words of JSON, and of text. */
static const char *const join_why_slugs[JOIN_WHYS] = {
	[JOIN_WHY_NONE] = "none",	[JOIN_WHY_ABSENT] = "absent",
	[JOIN_WHY_TIME] = "time",	[JOIN_WHY_TAKEN] = "taken",
	[JOIN_WHY_PAYLOAD] = "payload", [JOIN_WHY_SEVERAL] = "several",
};
static const char *const join_why_texts[JOIN_WHYS] = {
	[JOIN_WHY_NONE] = "",
	[JOIN_WHY_ABSENT] = "the named client has no connection there",
	[JOIN_WHY_TIME] = "the named client's are of another time",
	[JOIN_WHY_TAKEN] = "the named client's has another partner",
	[JOIN_WHY_PAYLOAD] = "the named client's says something else",
	[JOIN_WHY_SEVERAL] = "several would do",
};

/* One pair, and what of it is known besides.
 * @payload: join_payload()
 * @has_time, @delay_us: join_delay_ns()
 * @is_on_time: that is evidence
 */
struct join_row {
	const struct join_leg *front;
	const struct join_leg *back;
	struct check check;
	int payload;
	bool has_time;
	bool is_on_time;
	int64_t delay_us;
};

static void join_row_init(struct join_row *r, const struct join *j,
			  const struct join_leg *back)
{
	int64_t delay;

	*r = (struct join_row) {
		.front = &j->front.leg[back->peer],
		.back = back,
	};
	delay = join_delay_ns(j, r->front, back);
	r->check = join_check(r->front, back);
	r->payload = join_payload(r->front, back);
	r->has_time = delay != INT64_MIN;
	r->delay_us = r->has_time ? delay / NS_PER_US : 0;
	/* not if the clocks were set by this very pair */
	r->is_on_time = r->has_time && delay >= -JOIN_EARLY_NS &&
			delay <= JOIN_LATE_NS &&
			(!j->clock_ns || j->clock_pairs >= JOIN_CLOCK_MIN);
}

/* join_row_has() - does @by speak for the pair, first or besides? */
static bool join_row_has(const struct join_row *r, enum join_by by)
{
	if (r->back->by == by)
		return true;
	if (by == JOIN_BY_PAYLOAD)
		return r->payload > 0;
	return by == JOIN_BY_TIMING && r->is_on_time;
}

static void join_text_client(struct paint *p, const struct join_leg *back)
{
	char text[ENDPOINT_TEXT_MAX];

	if (back->has_named && back->has_port)
		paint_word(p, PAINT_STRONG, "client %s",
			   view_end(&back->named, text));
	else if (back->has_named)
		paint_word(p, PAINT_STRONG, "client %s",
			   ip_addr_format(&back->named.addr, text));
}

static void join_text_ends(struct paint *p, const struct join_leg *leg)
{
	char a[ENDPOINT_TEXT_MAX], b[ENDPOINT_TEXT_MAX];

	paint_word(p, PAINT_PLAIN, "%s > %s",
		   view_end(&leg->end[FLOW_CLIENT], a),
		   view_end(&leg->end[FLOW_ORIGIN], b));
}

static const char *join_transport(const struct join_leg *leg)
{
	return leg->proto == IP_PROTO_TCP ? "TCP" : "UDP";
}

static void join_text_pair(struct paint *p, const struct join_row *r)
{
	const char *reason = check_reason(r->check.verdict, r->check.anomaly);
	char by[64] = "";
	size_t at = 0;
	unsigned i;

	for (i = JOIN_BY_CLAIM; i < JOIN_BYS; i++)
		if (join_row_has(r, (enum join_by)i))
			at += (size_t)snprintf(by + at, sizeof(by) - at, "%s%s",
					       at ? "+" : "", join_by_names[i]);
	paint_word(p, PAINT_PLAIN, "%s", join_transport(r->back));
	join_text_ends(p, r->front);
	paint_word(p, PAINT_FAINT, "=");
	join_text_ends(p, r->back);
	paint_word(p, PAINT_PLAIN, "%s", r->back->mode);
	join_text_client(p, r->back);
	paint_word(p, PAINT_PLAIN, "by %s", by);
	if (r->payload < 0)
		paint_word(p, PAINT_OPEN, "payload differs");
	if (r->has_time)
		paint_word(p, PAINT_PLAIN, "%+.1f ms",
			   (double)r->delay_us / 1000);
	paint_word(p, paint_verdict(r->check.verdict), "%s",
		   verdict_name(r->check.verdict));
	if (reason)
		paint_word(p, PAINT_PLAIN, "%s", reason);
	paint_end(p);
}

static void join_text_open(struct paint *p, const struct join_leg *leg,
			   const char *missing)
{
	paint_word(p, PAINT_PLAIN, "%s", join_transport(leg));
	join_text_ends(p, leg);
	paint_word(p, PAINT_PLAIN, "%s", leg->mode);
	join_text_client(p, leg);
	paint_word(p, PAINT_OPEN, "OPEN");
	paint_word(p, PAINT_PLAIN, "no %s leg found%s%s", missing,
		   leg->why ? ": " : "", join_why_texts[leg->why]);
	paint_end(p);
}

static void join_json_end(struct json *j, const char *addr, const char *port,
			  const struct endpoint *e)
{
	char text[IP_ADDR_TEXT_MAX];

	json_str(j, addr, ip_addr_format(&e->addr, text));
	json_u64(j, port, e->port);
}

static void join_json_leg(struct json *j, const char *key,
			  const struct join_leg *leg)
{
	json_begin(j, key, '{');
	json_u64(j, "id", leg->id);
	join_json_end(j, "src", "sport", &leg->end[FLOW_CLIENT]);
	join_json_end(j, "dst", "dport", &leg->end[FLOW_ORIGIN]);
	json_u64(j, "first_frame", leg->first_frame);
	json_end(j);
}

static void join_json_begin(struct json *j, char *buf, const char *type)
{
	json_init(j, buf, JOIN_LINE_MAX);
	json_begin(j, NULL, '{');
	json_u64(j, "v", 1);
	json_str(j, "type", type);
}

static void join_json_put(struct json *j, FILE *out)
{
	const char *line;
	size_t len;

	json_end(j);
	line = json_line(j, &len);
	ASSERT(line); /* nothing in it is longer than its own limit */
	(void)fwrite(line, 1, len, out);
}

static void join_json_client(struct json *j, const struct join_leg *leg)
{
	char text[IP_ADDR_TEXT_MAX];

	if (leg->has_named)
		json_str(j, "client", ip_addr_format(&leg->named.addr, text));
	if (leg->has_named && leg->has_port)
		json_u64(j, "cport", leg->named.port);
}

static void join_json_pair(FILE *out, const struct join_row *r)
{
	const struct join_leg *back = r->back;
	char buf[JOIN_LINE_MAX];
	struct json j;
	unsigned i;

	join_json_begin(&j, buf, "pair");
	json_str(&j, "transport", join_transport(back));
	join_json_leg(&j, "front", r->front);
	join_json_leg(&j, "back", back);
	json_str(&j, "mode", back->mode);
	join_json_client(&j, back);
	json_str(&j, "by", join_by_names[back->by]);
	json_begin(&j, "evidence", '[');
	for (i = JOIN_BY_CLAIM; i < JOIN_BYS; i++)
		if (join_row_has(r, (enum join_by)i))
			json_str(&j, NULL, join_by_names[i]);
	json_end(&j);
	json_str(&j, "payload",
		 r->payload < 0 ? "differs"
		 : r->payload	? "same"
				: "unknown");
	if (r->payload > 0)
		json_u64(&j, "payload_bytes", (uint64_t)r->payload);
	if (r->has_time)
		json_i64(&j, "delay_us", r->delay_us);
	check_json(&j, &r->check, true);
	join_json_put(&j, out);
}

static void join_json_open(FILE *out, const struct join_leg *leg,
			   const char *side)
{
	char buf[JOIN_LINE_MAX];
	struct json j;

	join_json_begin(&j, buf, "open");
	json_str(&j, "transport", join_transport(leg));
	join_json_leg(&j, side, leg);
	json_str(&j, "mode", leg->mode);
	join_json_client(&j, leg);
	json_str(&j, "why", join_why_slugs[leg->why]);
	join_json_put(&j, out);
}

static void join_json_summary(FILE *out, const struct join *x,
			      const struct join_tally *t, int status)
{
	char buf[JOIN_LINE_MAX];
	struct json j;
	unsigned i;

	join_json_begin(&j, buf, "join");
	json_u64(&j, "front_flows", x->front.count);
	json_u64(&j, "back_flows", x->back.count);
	json_begin(&j, "pairs", '{');
	for (i = JOIN_BY_CLAIM; i < JOIN_BYS; i++)
		json_u64(&j, join_by_names[i], t->by[i]);
	json_end(&j);
	json_u64(&j, "open_front", t->open_front);
	json_u64(&j, "open_back", t->open_back);
	json_u64(&j, "refused", x->front.refused + x->back.refused);
	json_i64(&j, "clock_us", x->clock_ns / NS_PER_US);
	json_u64(&j, "clock_pairs", x->clock_pairs);
	json_begin(&j, "verdicts", '{');
	for (i = 0; i < VERDICTS; i++)
		if (t->verdict[i])
			json_u64(&j, verdict_name((enum verdict)i),
				 t->verdict[i]);
	json_end(&j);
	json_u64(&j, "exit", (uint64_t)status);
	join_json_put(&j, out);
}

static void join_text_summary(FILE *out, const struct join *j,
			      const struct join_tally *t)
{
	unsigned long long refused = j->front.refused + j->back.refused;
	unsigned i;

	(void)fprintf(out, "%u front and %u back flows: ", j->front.count,
		      j->back.count);
	for (i = JOIN_BY_CLAIM; i < JOIN_BYS; i++)
		(void)fprintf(out, "%llu pairs by %s, ",
			      (unsigned long long)t->by[i], join_by_names[i]);
	(void)fprintf(out, "%llu and %llu open; %llu pairs ok\n",
		      (unsigned long long)t->open_front,
		      (unsigned long long)t->open_back,
		      (unsigned long long)t->verdict[VERDICT_OK]);
	if (j->clock_ns)
		(void)fprintf(out,
			      "the back capture's clock is %+.1f ms ahead, as "
			      "%u pairs have it\n",
			      (double)j->clock_ns / 1e6, j->clock_pairs);
	if (refused)
		(void)fprintf(out, "%llu flows above --max-flows left out\n",
			      refused);
}

/* join_hints() - what is likely to be wrong with the captures */
static void join_hints(const struct join *j, const struct join_tally *t)
{
	if (j->is_strange)
		log_warn("no client that is named has a connection in the "
			 "front capture: it has to be taken where the proxy "
			 "takes connections, behind all NAT, at the same time");
	else if (j->has_one_clock && j->front.count && !j->back.count)
		log_warn("no flow names a client, so nobody knows which go to "
			 "the origin: write each side to a file of its own, "
			 "for front= and back=");
	else if (!j->has_one_clock && !j->clock_pairs && t->open_front &&
		 t->open_back)
		log_warn("no pair tells how far the clocks are apart: if they "
			 "are, editcap -t sets one right");
}

static void join_tally_count(struct join_tally *t, const struct join *j)
{
	uint32_t i;

	for (i = 0; i < j->back.count; i++) {
		const struct join_leg *b = &j->back.leg[i];

		if (b->by == JOIN_OPEN) {
			t->open_back += b->has_payload;
			continue;
		}
		t->by[b->by]++;
		t->verdict[join_check(&j->front.leg[b->peer], b).verdict]++;
	}
	for (i = 0; i < j->front.count; i++)
		t->open_front += j->front.leg[i].by == JOIN_OPEN &&
				 j->front.leg[i].has_payload;
}

int join_status(const struct join *j, const struct join_tally *t)
{
	uint64_t open = t->open_front + t->open_back;

	if (check_has_finding(t->verdict, &open))
		return EXIT_FINDING;
	if (!t->verdict[VERDICT_OK] || open ||
	    j->front.refused + j->back.refused)
		return EXIT_INCONCLUSIVE;
	return EXIT_OK;
}

static void join_report_open(const struct join_legs *l, struct paint *p,
			     bool is_json, bool is_front)
{
	uint32_t i;

	for (i = 0; i < l->count; i++) {
		if (l->leg[i].by != JOIN_OPEN)
			continue;
		if (is_json)
			join_json_open(p->out, &l->leg[i],
				       is_front ? "front" : "back");
		else
			join_text_open(p, &l->leg[i],
				       is_front ? "back" : "front");
	}
}

int join_report(const struct join *j, const struct config *cfg, FILE *out)
{
	struct join_tally t = { 0 };
	struct paint p;
	uint32_t i;
	int status;

	paint_init(&p, out, (enum paint_when)cfg->output.colour);
	join_tally_count(&t, j);
	status = join_status(j, &t);
	for (i = 0; i < j->back.count; i++) {
		struct join_row r;

		if (j->back.leg[i].by == JOIN_OPEN)
			continue;
		join_row_init(&r, j, &j->back.leg[i]);
		if (cfg->want_json)
			join_json_pair(out, &r);
		else
			join_text_pair(&p, &r);
	}
	join_report_open(&j->front, &p, cfg->want_json, true);
	join_report_open(&j->back, &p, cfg->want_json, false);
	if (cfg->want_json)
		join_json_summary(out, j, &t, status);
	if (!cfg->is_quiet) {
		join_text_summary(stderr, j, &t);
		join_hints(j, &t);
	}
	return status;
}
