/* SPDX-License-Identifier: BSD-2-Clause */
/* expect.c - see expect.h */
#include "expect.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/ip.h"

#define EXPECT_LINE_MAX 65536
#define EXPECT_ROOM_MIN 64
#define EXPECT_BOM	"\xef\xbb\xbf"

/* @from, @to: the connection's ends, @client: whom a header has to name
 * @is_required: the connection did not fail
 * @has_come: atomic
 */
struct expect_row {
	struct endpoint from;
	struct endpoint to;
	struct endpoint client;
	uint8_t proto;
	bool is_required;
	bool has_come;
};

/* @row: by client; @by_from: places in @row, by source */
struct expect {
	struct expect_row *row;
	uint32_t *by_from;
	size_t count;
	size_t room;
};

static int expect_compare(const struct endpoint *a, uint8_t a_proto,
			  const struct endpoint *b, uint8_t b_proto)
{
	int d = (int)a_proto - (int)b_proto;

	if (!d)
		d = (int)a->addr.family - (int)b->addr.family;
	if (!d)
		d = memcmp(a->addr.bytes, b->addr.bytes, sizeof(a->addr.bytes));
	return d ? d : (int)a->port - (int)b->port;
}

static int expect_by_client(const void *a, const void *b)
{
	const struct expect_row *x = a;
	const struct expect_row *y = b;

	return expect_compare(&x->client, x->proto, &y->client, y->proto);
}

static int expect_by_from(const void *a, const void *b, void *ctx)
{
	const struct expect *x = ctx;
	const struct expect_row *p = &x->row[*(const uint32_t *)a];
	const struct expect_row *q = &x->row[*(const uint32_t *)b];

	return expect_compare(&p->from, p->proto, &q->from, q->proto);
}

/* expect_end() - members @addr and @port of @o; false if they are not there, or
 * no such thing
 */
static bool expect_end(const json_t *o, const char *addr, const char *port,
		       struct endpoint *ret)
{
	const char *text = json_string_value(json_object_get(o, addr));
	const json_t *number = json_object_get(o, port);
	json_int_t n = json_integer_value(number);
	struct endpoint e = { 0 };

	if (!text || !json_is_integer(number) || n < 0 || n > UINT16_MAX ||
	    !ip_addr_parse(text, strlen(text), &e.addr))
		return false;
	e.addr = ip_addr_unmap(&e.addr);
	e.port = (uint16_t)n;
	*ret = e;
	return true;
}

static bool expect_is(const json_t *o, const char *key, const char *value)
{
	const char *text = json_string_value(json_object_get(o, key));

	return text && strcmp(text, value) == 0;
}

/* expect_row_of() - @o is a connection of the log */
static bool expect_row_of(const json_t *o, struct expect_row *ret)
{
	struct expect_row r = { 0 };

	if (!expect_end(o, "src", "sport", &r.from) ||
	    !expect_end(o, "dst", "dport", &r.to))
		return false;
	/* what it claimed; without a claim the server sees it as it is */
	r.client = r.from;
	if (json_object_get(o, "expect") &&
	    !expect_end(o, "expect", "eport", &r.client))
		return false;
	r.proto = expect_is(o, "transport", "udp") ? IP_PROTO_UDP
						   : IP_PROTO_TCP;
	r.is_required = expect_is(o, "result", "ok");
	*ret = r;
	return true;
}

static int expect_append(struct expect *x, const struct expect_row *r)
{
	size_t room = x->room ? x->room * 2 : EXPECT_ROOM_MIN;
	struct expect_row *row;

	if (x->count == EXPECT_MAX)
		return -EFBIG;
	if (x->count == x->room) {
		row = realloc(x->row, room * sizeof(*row));
		if (!row)
			return -ENOMEM;
		x->row = row;
		x->room = room;
	}
	x->row[x->count++] = *r;
	return 0;
}

/* expect_line() - other records than connections are left out.
 * Return: 0; -EINVAL if it is no JSON, or a connection without ends
 */
static int expect_line(struct expect *x, const char *line, size_t len)
{
	json_t *o = json_loadb(line, len, 0, NULL);
	struct expect_row r;
	int err = 0;

	if (!json_is_object(o))
		err = -EINVAL;
	else if (expect_is(o, "type", "conn"))
		err = expect_row_of(o, &r) ? expect_append(x, &r) : -EINVAL;
	json_decref(o);
	return err;
}

static int expect_index(struct expect *x)
{
	uint32_t i;

	qsort(x->row, x->count, sizeof(*x->row), expect_by_client);
	x->by_from = calloc(x->count, sizeof(*x->by_from));
	if (!x->by_from)
		return -ENOMEM;
	for (i = 0; i < x->count; i++)
		x->by_from[i] = i;
	qsort_r(x->by_from, x->count, sizeof(*x->by_from), expect_by_from, x);
	return 0;
}

/* expect_what() - why a line is no record, and the way out */
static const char *expect_what(const char *line, size_t len, bool is_last)
{
	if (len == EXPECT_LINE_MAX - 1 && line[len - 1] != '\n')
		return "is longer than the 65534 bytes that a record may have";
	if (is_last && line[0] == '{' && line[len - 1] != '\n')
		return "ends half-way: wait until tp-client has ended, or "
		       "leave the line out (sed '$d')";
	return "is not a record of tp-client, whose --log FILE writes what is "
	       "wanted";
}

/* expect_read() - Return: 0 or -errno; *@ret_line is the line it is about, and
 * *@ret_what what is wrong with it
 */
static int expect_read(struct expect *x, FILE *in, unsigned long *ret_line,
		       const char **ret_what)
{
	char *line = malloc(EXPECT_LINE_MAX);
	int err = line ? 0 : -ENOMEM;

	errno = 0;
	while (!err && fgets(line, EXPECT_LINE_MAX, in)) {
		size_t len = strlen(line);
		/* what Windows begins a file with */
		size_t bom =
			!*ret_line && strncmp(line, EXPECT_BOM, 3) == 0 ? 3 : 0;

		++*ret_line;
		/* a part of a longer line is no JSON */
		if (!len || strspn(line + bom, " \t\r\n") < len - bom)
			err = expect_line(x, line + bom, len - bom);
		if (err == -EINVAL)
			*ret_what = expect_what(line, len ? len : 1, feof(in));
	}
	if (!err && ferror(in))
		err = errno ? -errno : -EIO;
	free(line);
	return err;
}

static void expect_explain(const char *path, int r, unsigned long line,
			   const char *what, char err[EXPECT_ERR_MAX])
{
	if (r == -EINVAL)
		(void)snprintf(err, EXPECT_ERR_MAX, "%.120s: line %lu %s", path,
			       line, what);
	else if (r == -EFBIG)
		(void)snprintf(err, EXPECT_ERR_MAX,
			       "%.120s: more than %u connections: give a part "
			       "of them, and of the capture",
			       path, EXPECT_MAX);
	else if (r)
		(void)snprintf(err, EXPECT_ERR_MAX, "%.120s: %s", path,
			       strerror(-r));
	else
		(void)snprintf(err, EXPECT_ERR_MAX,
			       "%.120s: no connection in it; tp-client --log "
			       "FILE writes what is wanted",
			       path);
}

int expect_open(const char *path, char err[EXPECT_ERR_MAX], struct expect **ret)
{
	FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	struct expect *x = calloc(1, sizeof(*x));
	const char *what = "";
	unsigned long line = 0;
	int r = -errno;

	if (in && x)
		r = expect_read(x, in, &line, &what);
	if (!x)
		r = -ENOMEM;
	if (in && in != stdin)
		(void)fclose(in);
	if (!r && x->count)
		r = expect_index(x);
	if (r || !x->count) {
		expect_explain(path, r, line, what, err);
		expect_free(x);
		return r ? r : -EINVAL;
	}
	*ret = x;
	return 0;
}

void expect_free(struct expect *x)
{
	if (!x)
		return;
	free(x->by_from);
	free(x->row);
	free(x);
}

static void expect_mark(struct expect_row *r)
{
	__atomic_store_n(&r->has_come, true, __ATOMIC_RELAXED);
}

/* expect_first() - the first row of those whose key is not below the one of
 * @proto and @e; @by_from: which key
 */
static size_t expect_first(const struct expect *x, bool by_from, uint8_t proto,
			   const struct endpoint *e)
{
	size_t lo = 0, hi = x->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct expect_row *r =
			&x->row[by_from ? x->by_from[mid] : mid];

		if (expect_compare(by_from ? &r->from : &r->client, r->proto, e,
				   proto) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static bool expect_is_named(const struct expect_row *r, uint8_t proto,
			    const struct endpoint *named, bool has_port)
{
	return r->proto == proto && ip_addr_eq(&r->client.addr, &named->addr) &&
	       (!has_port || r->client.port == named->port);
}

/* expect_own() - the connections of the log that go from @from to @to: is
 * there one (*@ret_is_own), and is @named its client?
 */
static bool expect_own(struct expect *x, uint8_t proto,
		       const struct endpoint *from, const struct endpoint *to,
		       const struct endpoint *named, bool has_port,
		       bool *ret_is_own)
{
	bool is_named = false;
	size_t i;

	*ret_is_own = false;
	for (i = expect_first(x, true, proto, from); i < x->count; i++) {
		struct expect_row *r = &x->row[x->by_from[i]];

		if (expect_compare(&r->from, r->proto, from, proto) != 0)
			break;
		if (!endpoint_eq(&r->to, to))
			continue;
		*ret_is_own = true;
		if (!expect_is_named(r, proto, named, has_port))
			continue;
		is_named = true;
		expect_mark(r);
	}
	return is_named;
}

static struct endpoint expect_unmap(const struct endpoint *e)
{
	return (struct endpoint) { ip_addr_unmap(&e->addr), e->port };
}

bool expect_judge(struct expect *x, uint8_t proto,
		  const struct endpoint ends[2], const struct endpoint *named,
		  bool has_port)
{
	struct endpoint from = expect_unmap(&ends[0]);
	struct endpoint to = expect_unmap(&ends[1]);
	struct endpoint n = expect_unmap(named);
	bool is_own;
	bool is_named;
	size_t i;

	if (!has_port)
		n.port = 0;
	is_named = expect_own(x, proto, &from, &to, &n, has_port, &is_own);
	/* The client's own leg: nobody else's name will do. */
	if (is_own)
		return is_named;
	for (i = expect_first(x, false, proto, &n);
	     i < x->count && expect_is_named(&x->row[i], proto, &n, has_port);
	     i++) {
		is_named = true;
		expect_mark(&x->row[i]);
	}
	return is_named;
}

/* expect_next() - of the connections of one client, from @i on: does one have
 * to come, and did one? Return: the place behind them
 */
static size_t expect_next(const struct expect *x, size_t i, bool *ret_required,
			  bool *ret_come)
{
	const struct expect_row *first = &x->row[i];

	*ret_required = *ret_come = false;
	for (; i < x->count && expect_by_client(first, &x->row[i]) == 0; i++) {
		*ret_required |= x->row[i].is_required;
		*ret_come |=
			__atomic_load_n(&x->row[i].has_come, __ATOMIC_RELAXED);
	}
	return i;
}

size_t expect_count(const struct expect *x)
{
	bool is_required, has_come;
	size_t i, n = 0;

	for (i = 0; i < x->count; n += is_required)
		i = expect_next(x, i, &is_required, &has_come);
	return n;
}

size_t expect_missing(const struct expect *x, struct endpoint *ret, size_t cap)
{
	bool is_required, has_come;
	size_t i, n = 0;

	for (i = 0; i < x->count;) {
		const struct expect_row *r = &x->row[i];

		i = expect_next(x, i, &is_required, &has_come);
		if (!is_required || has_come)
			continue;
		if (n < cap)
			ret[n] = r->client;
		n++;
	}
	return n;
}
