/* SPDX-License-Identifier: BSD-2-Clause */
/* proxy_tell.c - the counters, and what the control plane asks of the proxy */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/fd.h"
#include "proxy_internal.h"

#define PROXY_STATS_MAX 4096

static void proxy_sum_stats(const struct proxy *p, uint64_t sum[STAT_COUNT])
{
	uint32_t i;

	memset(sum, 0, STAT_COUNT * sizeof(*sum));
	for (i = 0; i < p->n_workers; i++)
		stats_sum(&p->workers[i].stats, sum);
	if (p->access.is_open)
		sum[STAT_LOG_LOST] = p->access.file.lost;
}

void proxy_print_stats(const struct proxy *p)
{
	struct resolver_stats rs = { 0 };
	uint64_t sum[STAT_COUNT];
	char buf[PROXY_STATS_MAX];
	struct json j;
	const char *line;

	proxy_sum_stats(p, sum);
	if (p->table && p->table->resolver)
		resolver_stats(p->table->resolver, &rs);
	json_open(&j, buf, sizeof(buf), "stats");
	stats_json(&j, sum);
	json_u64(&j, "dns_queries", rs.queries);
	json_u64(&j, "dns_failures", rs.failures);
	json_u64(&j, "reloads", p->reloads);
	json_u64(&j, "reloads_failed", p->reloads_failed);
	json_i64(&j, "conns_left", atomic_load(&p->budget.conns));
	json_i64(&j, "fds_left", atomic_load(&p->budget.fds));
	json_u64(&j, "fds_open", (uint64_t)fd_count_open());
	json_end(&j);
	line = json_line(&j, NULL);
	if (line)
		fputs(line, stderr);
}

/* Text for /metrics: the exposition format of Prometheus, version 0.0.4 */
static char *proxy_metrics(void *arg)
{
	const struct proxy *p = arg;
	uint64_t sum[STAT_COUNT];
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	proxy_sum_stats(p, sum);
	stats_prometheus(out, sum);
	fprintf(out,
		"# HELP tp_proxy_rules rules in force\n"
		"# TYPE tp_proxy_rules gauge\ntp_proxy_rules %u\n",
		p->table ? p->table->rules->n_rules : 0);
	tally_prometheus(out, p->book);
	serve_counters(p->serve, out);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

static bool proxy_live_rules(void *arg, struct live_rule **ret, uint32_t *ret_n,
			     uint64_t ret_totals[LIVE_COUNT])
{
	const struct proxy *p = arg;

	return tally_list(p->book, ret, ret_n, ret_totals);
}

static uint32_t
proxy_live_connections(void *arg,
		       struct live_connection ret[LIVE_CONNECTIONS_MAX])
{
	const struct proxy *p = arg;
	struct live_connection *all =
		calloc(LIVE_CONNECTIONS_MAX + RECORDS_MAX, sizeof(*all));
	uint32_t i, n = 0;

	for (i = 0; all && i < p->n_started; i++) {
		n += worker_records(&p->workers[i], all + n);
		records_newest(all, n);
		if (n > LIVE_CONNECTIONS_MAX)
			n = LIVE_CONNECTIONS_MAX;
	}
	if (n)
		memcpy(ret, all, n * sizeof(*all));
	free(all);
	return n;
}

static char *proxy_live_session(void *arg, uint64_t session,
				char out[LIVE_SESSION_ID_MAX])
{
	const struct proxy *p = arg;

	return access_session_text(&p->access, session, out);
}

struct serve_hooks proxy_hooks(struct proxy *p)
{
	return (struct serve_hooks) {
		.live = { clock_wall_ms(), proxy_live_rules,
			  proxy_live_connections, proxy_live_session, p },
		.metrics = proxy_metrics,
		.arg = p,
	};
}
