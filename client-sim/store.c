/* SPDX-License-Identifier: BSD-2-Clause */
/* store.c - see store.h */
#include "store.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "wire/wire.h"

/* Every bucket in use, and a full series, in decimal. */
#define STORE_MAX 1048576

/* A number of the result, by its key. */
struct store_number {
	const char *key;
	size_t off;
};

#define STORE_NUMBER(member)                             \
	{                                                \
#member, offsetof(struct result, member) \
	}

static const struct store_number store_numbers[] = {
	STORE_NUMBER(started),	   STORE_NUMBER(requests),
	STORE_NUMBER(sent),	   STORE_NUMBER(received),
	STORE_NUMBER(checked),	   STORE_NUMBER(wrong),
	STORE_NUMBER(missing),	   STORE_NUMBER(lost),
	STORE_NUMBER(duplicates),  STORE_NUMBER(reordered),
	STORE_NUMBER(cut),	   STORE_NUMBER(merged),
	STORE_NUMBER(http_errors), STORE_NUMBER(paced),
	STORE_NUMBER(paced_ns),	   STORE_NUMBER(behind_ns),
	STORE_NUMBER(elapsed_ns),  STORE_NUMBER(cpu_ns),
};

static const char *const store_loads[] = { "echo", "http", "up", "down" };

static uint64_t *store_at(const struct result *r, size_t off)
{
	return (uint64_t *)(uintptr_t)((const char *)r + off);
}

static void store_pair(struct json *j, uint64_t a, uint64_t b)
{
	json_begin(j, NULL, '[');
	json_u64(j, NULL, a);
	json_u64(j, NULL, b);
	json_end(j);
}

static void store_hist(struct json *j, const char *key, const struct hist *h)
{
	size_t i;

	json_begin(j, key, '{');
	json_u64(j, "sub_bits", HIST_SUB_BITS);
	json_u64(j, "count", h->count);
	json_u64(j, "min", h->min);
	json_u64(j, "max", h->max);
	json_u64(j, "sum", h->sum);
	json_begin(j, "buckets", '[');
	for (i = 0; i < HIST_BUCKETS; i++)
		if (h->buckets[i])
			store_pair(j, i, h->buckets[i]);
	json_end(j);
	json_end(j);
}

static void store_series(struct json *j, const struct series *s)
{
	uint32_t i;

	json_begin(j, "series", '{');
	json_u64(j, "step_ms", s->step_ms);
	json_begin(j, "samples", '[');
	for (i = 0; i < s->n; i++) {
		const struct sample *a = &s->at[i];

		json_begin(j, NULL, '[');
		json_u64(j, NULL, a->ms);
		json_u64(j, NULL, a->requests);
		json_u64(j, NULL, a->sent);
		json_u64(j, NULL, a->received);
		json_u64(j, NULL, a->open);
		json_end(j);
	}
	json_end(j);
	json_end(j);
}

static void store_plan(struct json *j, const struct plan *p)
{
	char target[ENDPOINT_TEXT_MAX];

	json_begin(j, "plan", '{');
	json_bool(j, "udp", p->is_udp);
	json_str(j, "target", endpoint_format(&p->target, target));
	json_str(j, "load", store_loads[p->load]);
	json_u64(j, "rate", p->rate);
	json_u64(j, "conn_rate", p->conn_rate);
	json_bool(j, "paced", p->is_paced);
	json_bool(j, "poisson", p->arrival == ARRIVAL_POISSON);
	json_u64(j, "ramp_ms", p->ramp_ms);
	json_u64(j, "duration_ms", p->duration_ms);
	json_bool(j, "verify", p->want_verify);
	json_bool(j, "whoami", p->want_whoami);
	json_end(j);
}

int store_write(const struct plan *p, const struct result *r,
		const struct series *s, FILE *out)
{
	char *buf = malloc(STORE_MAX);
	const char *line;
	struct json j;
	size_t i;

	if (!buf)
		return -ENOMEM;
	json_open(&j, buf, STORE_MAX, "load");
	json_str(&j, "unit", "ns");
	store_plan(&j, p);
	json_begin(&j, "result", '{');
	for (i = 0; i < ARRAY_SIZE(store_numbers); i++)
		json_u64(&j, store_numbers[i].key,
			 *store_at(r, store_numbers[i].off));
	json_begin(&j, "ended", '{');
	for (i = 0; i < END_COUNT; i++)
		json_u64(&j, end_name((enum conn_end)i), r->ended[i]);
	json_end(&j);
	json_end(&j);
	store_hist(&j, "latency", &r->latency_ns);
	store_hist(&j, "connect", &r->connect_ns);
	store_series(&j, s);
	json_end(&j);
	line = json_line(&j, NULL);
	ASSERT(line);
	fputs(line, out);
	free(buf);
	return 0;
}

/* ---- reading ---- */

/* A number that is there and is not negative. */
static bool store_get(const json_t *from, const char *key, uint64_t *ret)
{
	const json_t *v = json_object_get(from, key);

	if (!json_is_integer(v) || json_integer_value(v) < 0)
		return false;
	*ret = (uint64_t)json_integer_value(v);
	return true;
}

static bool store_get_at(const json_t *from, size_t i, uint64_t *ret)
{
	const json_t *v = json_array_get(from, i);

	if (!json_is_integer(v) || json_integer_value(v) < 0)
		return false;
	*ret = (uint64_t)json_integer_value(v);
	return true;
}

static bool store_read_hist(const json_t *from, struct hist *h)
{
	const json_t *buckets = json_object_get(from, "buckets");
	uint64_t bits, n = 0;
	size_t i;

	if (!store_get(from, "sub_bits", &bits) || bits != HIST_SUB_BITS ||
	    !store_get(from, "count", &h->count) ||
	    !store_get(from, "min", &h->min) ||
	    !store_get(from, "max", &h->max) ||
	    !store_get(from, "sum", &h->sum) || !json_is_array(buckets))
		return false;
	for (i = 0; i < json_array_size(buckets); i++) {
		const json_t *pair = json_array_get(buckets, i);
		uint64_t at, count;

		if (!store_get_at(pair, 0, &at) || at >= HIST_BUCKETS ||
		    !store_get_at(pair, 1, &count) || count > h->count - n)
			return false;
		h->buckets[at] += count;
		n += count;
	}
	return n == h->count;
}

static bool store_read_series(const json_t *from, struct series *s)
{
	const json_t *samples = json_object_get(from, "samples");
	size_t i;

	if (!store_get(from, "step_ms", &s->step_ms) ||
	    !json_is_array(samples) || json_array_size(samples) > SERIES_MAX)
		return false;
	for (i = 0; i < json_array_size(samples); i++) {
		const json_t *a = json_array_get(samples, i);
		struct sample *to = &s->at[i];

		if (!store_get_at(a, 0, &to->ms) ||
		    !store_get_at(a, 1, &to->requests) ||
		    !store_get_at(a, 2, &to->sent) ||
		    !store_get_at(a, 3, &to->received) ||
		    !store_get_at(a, 4, &to->open))
			return false;
	}
	s->n = (uint32_t)i;
	return true;
}

static bool store_read_plan(const json_t *from, struct plan *p)
{
	const char *target = json_string_value(json_object_get(from, "target"));
	const char *load = json_string_value(json_object_get(from, "load"));
	uint64_t rate, conn_rate;
	size_t i;

	if (!target || !load ||
	    !endpoint_parse(target, strlen(target), &p->target) ||
	    !store_get(from, "rate", &rate) ||
	    !store_get(from, "conn_rate", &conn_rate) || rate > UINT32_MAX ||
	    conn_rate > UINT32_MAX ||
	    !store_get(from, "ramp_ms", &p->ramp_ms) ||
	    !store_get(from, "duration_ms", &p->duration_ms))
		return false;
	for (i = 0; i < ARRAY_SIZE(store_loads); i++)
		if (strcmp(load, store_loads[i]) == 0)
			break;
	if (i == ARRAY_SIZE(store_loads))
		return false;
	p->load = (enum load_kind)i;
	p->rate = (uint32_t)rate;
	p->conn_rate = (uint32_t)conn_rate;
	p->is_udp = json_is_true(json_object_get(from, "udp"));
	p->is_paced = json_is_true(json_object_get(from, "paced"));
	p->want_verify = json_is_true(json_object_get(from, "verify"));
	p->want_whoami = json_is_true(json_object_get(from, "whoami"));
	if (json_is_true(json_object_get(from, "poisson")))
		p->arrival = ARRIVAL_POISSON;
	return true;
}

static bool store_read_result(const json_t *from, struct result *r)
{
	const json_t *ended = json_object_get(from, "ended");
	size_t i;

	for (i = 0; i < ARRAY_SIZE(store_numbers); i++)
		if (!store_get(from, store_numbers[i].key,
			       store_at(r, store_numbers[i].off)))
			return false;
	for (i = 0; i < END_COUNT; i++)
		if (!store_get(ended, end_name((enum conn_end)i), &r->ended[i]))
			return false;
	return true;
}

static bool store_is_ours(const json_t *top)
{
	const char *type = json_string_value(json_object_get(top, "type"));
	uint64_t v;

	return type && strcmp(type, "load") == 0 && store_get(top, "v", &v) &&
	       v == 1;
}

/* The first object of @in, no longer than what store_write() writes */
static json_t *store_load(FILE *in, char err[STORE_ERR_MAX])
{
	char *buf = malloc(STORE_MAX);
	json_error_t why;
	json_t *top;
	size_t len;

	if (!buf) {
		str_copy(err, STORE_ERR_MAX, "is not read: out of memory");
		return NULL;
	}
	len = fread(buf, 1, STORE_MAX, in);
	top = json_loadb(buf, len, JSON_DISABLE_EOF_CHECK, &why);
	free(buf);
	if (!top && ferror(in))
		str_copy(err, STORE_ERR_MAX, "cannot be read");
	else if (!top && len == STORE_MAX)
		(void)snprintf(err, STORE_ERR_MAX,
			       "is not what tp-client --save wrote: no end "
			       "within %d bytes",
			       STORE_MAX);
	else if (!top)
		(void)snprintf(err, STORE_ERR_MAX, "is not JSON: %s", why.text);
	return top;
}

bool store_read(FILE *in, struct plan *ret_plan, struct result *ret_result,
		struct series *ret_series, char err[STORE_ERR_MAX])
{
	json_t *top = store_load(in, err);
	const char *bad = NULL;

	memset(ret_plan, 0, sizeof(*ret_plan));
	memset(ret_result, 0, sizeof(*ret_result));
	memset(ret_series, 0, sizeof(*ret_series));
	if (!top)
		return false;
	if (!store_is_ours(top))
		bad = "is not what tp-client --save wrote";
	else if (!store_read_plan(json_object_get(top, "plan"), ret_plan))
		bad = "has no plan that can be read";
	else if (!store_read_result(json_object_get(top, "result"), ret_result))
		bad = "has a result with a number missing or wrong";
	else if (!store_read_hist(json_object_get(top, "latency"),
				  &ret_result->latency_ns) ||
		 !store_read_hist(json_object_get(top, "connect"),
				  &ret_result->connect_ns))
		bad = "has a histogram that contradicts itself, or of other "
		      "buckets";
	else if (!store_read_series(json_object_get(top, "series"), ret_series))
		bad = "has a series that cannot be read";
	if (bad)
		str_copy(err, STORE_ERR_MAX, bad);
	json_decref(top);
	return !bad;
}
