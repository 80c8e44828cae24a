/* SPDX-License-Identifier: BSD-2-Clause */
/* stats.c - see stats.h */
#include "stats.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "attach.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/json.h"
#include "place.h"
#include "wire/wire.h"

#define ROW_NO_ROOM (-1)

/* A row of the output: a counter, or what the writer had no room for */
struct row {
	const char *name;
	int which;
};

static const struct row product_rows[] = {
	{ "syn_recv_sock_toa", READER_TOA },
	{ "syn_recv_sock_no_toa", READER_NO_TOA },
	{ "getname_toa_ok", READER_OK },
	{ "getname_toa_mismatch", READER_MISMATCH },
	{ "getname_toa_bypass", READER_BYPASS },
	{ "getname_toa_empty", READER_EMPTY },
	{ "ip6_address_alloc", READER_ALLOC },
	{ "ip6_address_free", READER_FREE },
};

static const struct row reader_rows[] = {
	{ "untrusted", READER_UNTRUSTED }, { "duplicate", READER_DUPLICATE },
	{ "malformed", READER_MALFORMED }, { "no_room", ROW_NO_ROOM },
	{ "mptcp", READER_MPTCP },	   { "tfo", READER_TFO },
	{ "late", READER_LATE },	   { "from_syn", READER_FROM_SYN },
	{ "lookup", READER_LOOKUP },	   { "no_memory", READER_NO_MEMORY },
};

static const struct row writer_rows[] = {
	{ "marked", WRITER_MARKED },
	{ "refused", WRITER_REFUSED },
	{ "connections", WRITER_CONNECTIONS },
	{ "sent_syn", WRITER_SYN },
	{ "sent_ack", WRITER_ACK },
	{ "sent_data", WRITER_DATA },
	{ "no_room", WRITER_NO_ROOM },
	{ "store_error", WRITER_STORE_ERROR },
};

static int stats_alloc(struct stats *s, size_t n_cpus)
{
	*s = (struct stats) { .n_cpus = n_cpus };
	s->cpus = calloc(n_cpus, sizeof(*s->cpus));
	s->v = calloc(n_cpus, sizeof(*s->v));
	s->no_room = calloc(n_cpus, sizeof(*s->no_room));
	return s->cpus && s->v && s->no_room ? 0 : -ENOMEM;
}

void stats_free(struct stats *s)
{
	free(s->cpus);
	free(s->v);
	free(s->no_room);
	*s = (struct stats) { 0 };
}

/* "0-3,8": is @cpu in the list? A list that cannot be read holds all. */
static bool cpu_is_online(unsigned cpu)
{
	unsigned long low, high;
	bool is_in = false;
	char text[512], *p = text;
	FILE *f;

	f = fopen("/sys/devices/system/cpu/online", "re");
	if (!f)
		return true;
	if (!fgets(text, sizeof(text), f))
		text[0] = '\0';
	(void)fclose(f);
	while (isdigit((unsigned char)*p)) {
		low = high = strtoul(p, &p, 10);
		if (*p == '-')
			high = strtoul(p + 1, &p, 10);
		is_in |= low <= cpu && cpu <= high;
		if (*p == ',')
			p++;
	}
	return is_in || p == text;
}

/* The per-CPU values of a set's counters, for every possible CPU. */
static int counters_read(const struct toa_config *c, bool is_writer,
			 struct toa_counters *v)
{
	char dir[PLACE_PATH_MAX];
	uint32_t zero = 0;
	int fd = -1, err;

	err = place_set_dir(c->pin_dir, is_writer, c->instance, dir);
	if (!err)
		err = attach_open(dir, "counters", &fd);
	if (err)
		return err;
	if (bpf_map_lookup_elem(fd, &zero, v))
		err = -errno;
	fd_close(&fd);
	return err;
}

int stats_read(const struct toa_config *c, struct stats *ret)
{
	struct toa_counters *all = NULL, *other = NULL;
	int n = libbpf_num_possible_cpus();
	size_t i, used = 0;
	int err;

	*ret = (struct stats) { 0 };
	if (n <= 0)
		return -EINVAL;
	all = calloc((size_t)n, sizeof(*all));
	other = calloc((size_t)n, sizeof(*other));
	err = all && other ? stats_alloc(ret, (size_t)n) : -ENOMEM;
	if (!err)
		err = counters_read(c, c->is_writer, all);
	if (!err && !c->is_writer && counters_read(c, true, other))
		memset(other, 0, (size_t)n * sizeof(*other));
	for (i = 0; i < (size_t)n && !err; i++) {
		if (!cpu_is_online((unsigned)i))
			continue;
		ret->cpus[used] = (unsigned)i;
		ret->v[used] = all[i];
		ret->no_room[used] = other[i].v[WRITER_NO_ROOM];
		used++;
	}
	ret->n_cpus = used;
	free(all);
	free(other);
	if (err)
		stats_free(ret);
	return err;
}

static void line_parse(char *line, struct stats *s, unsigned *rows)
{
	char *colon = strchr(line, ':');
	size_t i, cpu;

	if (!colon)
		return;
	*colon = '\0';
	line[strcspn(line, " \t")] = '\0';
	for (i = 0; i < ARRAY_SIZE(product_rows); i++) {
		if (strcmp(line, product_rows[i].name) == 0)
			break;
	}
	if (i == ARRAY_SIZE(product_rows))
		return;
	for (cpu = 0, line = colon + 1; cpu < STATS_CPUS_MAX; cpu++) {
		char *end;
		unsigned long long n = strtoull(line, &end, 10);

		if (end == line)
			break;
		s->v[cpu].v[product_rows[i].which] = n;
		line = end;
	}
	if (cpu > s->n_cpus)
		s->n_cpus = cpu;
	++*rows;
}

int stats_parse(FILE *f, struct stats *ret)
{
	unsigned rows = 0;
	char *line = NULL;
	size_t cap = 0, i;
	int err;

	err = stats_alloc(ret, STATS_CPUS_MAX);
	if (err) {
		stats_free(ret);
		return err;
	}
	ret->n_cpus = 0;
	while (getline(&line, &cap, f) >= 0)
		line_parse(line, ret, &rows);
	free(line);
	for (i = 0; i < ret->n_cpus; i++)
		ret->cpus[i] = (unsigned)i;
	if (rows)
		return 0;
	stats_free(ret);
	return -EBADMSG;
}

uint64_t stats_sum(const struct stats *s, unsigned which)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < s->n_cpus; i++)
		sum += s->v[i].v[which];
	return sum;
}

uint64_t stats_no_room(const struct stats *s)
{
	uint64_t sum = 0;
	size_t i;

	for (i = 0; i < s->n_cpus; i++)
		sum += s->no_room[i];
	return sum;
}

static uint64_t cell(const struct stats *s, const struct row *r, size_t i)
{
	return r->which == ROW_NO_ROOM ? s->no_room[i] : s->v[i].v[r->which];
}

static void rows_print(const struct stats *s, const struct row *rows, size_t n,
		       FILE *out)
{
	size_t i, cpu;

	for (i = 0; i < n; i++) {
		(void)fprintf(out, "%-25s:", rows[i].name);
		for (cpu = 0; cpu < s->n_cpus; cpu++)
			(void)fprintf(out, "%10llu ",
				      (unsigned long long)cell(s, &rows[i],
							       cpu));
		(void)fputc('\n', out);
	}
}

void stats_print(const struct stats *s, bool is_writer, FILE *out)
{
	size_t cpu;

	(void)fprintf(out, "%34s", "");
	for (cpu = 0; cpu < s->n_cpus; cpu++)
		(void)fprintf(out, "CPU%u       ", s->cpus[cpu]);
	(void)fputc('\n', out);
	if (is_writer) {
		rows_print(s, writer_rows, ARRAY_SIZE(writer_rows), out);
		return;
	}
	rows_print(s, product_rows, ARRAY_SIZE(product_rows), out);
	(void)fputc('\n', out);
	rows_print(s, reader_rows, ARRAY_SIZE(reader_rows), out);
}

static void rows_json(struct json *j, const struct stats *s,
		      const struct row *rows, size_t n)
{
	size_t i, cpu;

	for (i = 0; i < n; i++) {
		json_begin(j, rows[i].name, '[');
		for (cpu = 0; cpu < s->n_cpus; cpu++)
			json_u64(j, NULL, cell(s, &rows[i], cpu));
		json_end(j);
	}
}

int stats_print_json(const struct stats *s, bool is_writer, FILE *out)
{
	size_t cap = 4096 + s->n_cpus * TOA_COUNTERS_MAX * 21;
	struct json j;
	char *buf;
	size_t cpu;

	buf = malloc(cap);
	if (!buf)
		return -ENOMEM;
	json_open(&j, buf, cap, is_writer ? "toa-writer-stats" : "toa-stats");
	json_u64(&j, "time_ms", clock_wall_ms());
	json_begin(&j, "cpus", '[');
	for (cpu = 0; cpu < s->n_cpus; cpu++)
		json_u64(&j, NULL, s->cpus[cpu]);
	json_end(&j);
	if (is_writer) {
		rows_json(&j, s, writer_rows, ARRAY_SIZE(writer_rows));
	} else {
		rows_json(&j, s, product_rows, ARRAY_SIZE(product_rows));
		rows_json(&j, s, reader_rows, ARRAY_SIZE(reader_rows));
	}
	(void)json_write(&j, out);
	free(buf);
	return 0;
}
