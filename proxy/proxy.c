/* SPDX-License-Identifier: BSD-2-Clause */
/* proxy.c - the main thread: rules in, workers up, signals, counters.
 *
 * A reload makes the whole next generation first (rules, origins, sockets).
 * Only if all of it stands do the workers go over to it; otherwise nothing has
 * changed. Established connections keep the table they were made under, which
 * is freed when its last user is gone.
 */
#include "proxy.h"

#include <errno.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/server.h"
#include "base/clock.h"
#include "base/exitcode.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/priv.h"
#include "base/sig.h"
#include "base/sock.h"
#include "fault.h"
#include "serve.h"
#include "toa.h"
#include "worker.h"

#define PROXY_TICK_MS	      1000
#define PROXY_RESOLVE_WAIT_MS 3000
/* standard streams, signals, logs, the resolver's sockets, one accept each */
#define PROXY_FDS_RESERVED   64
#define PROXY_FDS_PER_THREAD 4
/* of the fast path's program, beside two a thread */
#define PROXY_FDS_FAST 8
/* of the API, and of its database */
#define PROXY_FDS_SERVE (API_LISTENERS_MAX * (API_CONNECTIONS_MAX + 8))
#define PROXY_STATS_MAX 4096

struct proxy {
	const struct proxy_config *cfg;
	struct access_log access;
	struct budget budget;
	struct icmp_sender icmp;
	struct tally_book *book;
	struct serve_hooks hooks;
	struct persist *persist;
	struct serve *serve; /* NULL: rules come from files */
	struct steer *steer; /* NULL: each port has its own sockets */
	struct fast *fast;   /* NULL: no fast path */
	struct fwd_table *table;
	struct fwd_table *retired;
	struct listen_set *set;
	struct worker *workers;
	uint32_t n_workers;
	uint32_t n_started;
	int sig_fd;
	uint32_t fds_limit;
	int64_t conn_fds;
	int64_t conns_max;
	uint64_t reloads;
	uint64_t reloads_failed;
};

/* Read the file and the --rule lines.
 * Return: 0 and *@ret (which may have errors), or -errno, reported
 */
static int proxy_load(const struct proxy_config *cfg, struct ruleset **ret)
{
	struct ruleset *rs = ruleset_new(cfg->rule_flags);
	bool is_stdin = cfg->file && !strcmp(cfg->file, "-");
	uint32_t i;
	FILE *f;
	int err = 0;

	if (!rs)
		return -ENOMEM;
	if (cfg->file) {
		f = is_stdin ? stdin : fopen(cfg->file, "re");
		err = f ? ruleset_add_stream(rs, f, cfg->file) : -errno;
		if (f && !is_stdin)
			(void)fclose(f);
	}
	if (err) {
		log_error("cannot read '%s': %s", cfg->file, strerror(-err));
		ruleset_free(rs);
		return err;
	}
	for (i = 0; i < cfg->n_rules; i++)
		ruleset_add_line(rs, cfg->rules[i], "--rule");
	*ret = rs;
	return 0;
}

/* Can rules of mode toa be served? They never go without their option. */
static bool proxy_has_toa(const struct proxy_config *cfg,
			  const struct ruleset *rs)
{
	char text[RULE_TEXT_MAX];
	uint32_t i = 0;
	int err;

	while (i < rs->n_rules && rs->rules[i].mode != MODE_TOA)
		i++;
	if (i == rs->n_rules)
		return true;
	err = toa_probe(cfg);
	if (err == -EOPNOTSUPP)
		log_error("the TOA writer that is loaded cannot put the "
			  "option into the segments that --toa-on names: "
			  "load this version's with 'tp-toa writer load'");
	else if (err)
		log_error("rule '%s' needs the TOA writer in this process's "
			  "cgroup (%s): run 'tp-toa writer load' as root "
			  "first, or use ppv1 or ppv2",
			  rule_format(&rs->rules[i], text), strerror(-err));
	return !err;
}

/* Return: an exit status; *@ret only if it is EXIT_OK */
static int proxy_load_checked(const struct proxy_config *cfg,
			      struct ruleset **ret)
{
	struct ruleset *rs = NULL;

	if (proxy_load(cfg, &rs))
		return EXIT_IO;
	if (!ruleset_check(rs)) {
		ruleset_print_errors(rs, stderr);
		log_error("%u error%s in the rules; nothing was started",
			  rs->n_errors, rs->n_errors == 1 ? "" : "s");
		ruleset_free(rs);
		return EXIT_USAGE;
	}
	if (!rs->n_rules) {
		log_error("there is no rule: name a file with -f, or a rule "
			  "with --rule 'tcp:10000 127.0.0.1 20000 off ppv2'");
		ruleset_free(rs);
		return EXIT_USAGE;
	}
	*ret = rs;
	return EXIT_OK;
}

int proxy_check(const struct proxy_config *cfg)
{
	struct ruleset *rs = NULL;
	int status = proxy_load_checked(cfg, &rs);

	if (status == EXIT_OK)
		log_info("%u rule%s on %u port%s: the configuration is right",
			 rs->n_rules, rs->n_rules == 1 ? "" : "s",
			 ruleset_ports(rs), ruleset_ports(rs) == 1 ? "" : "s");
	ruleset_free(rs);
	return status;
}

/* Where rules have no ids, the first port tells them apart. */
static int proxy_count(struct proxy *p, struct fwd_table *t)
{
	struct tally_key *keys = calloc(t->n_fwds + 1, sizeof(*keys));
	uint32_t i;
	int err;

	if (!keys)
		return -ENOMEM;
	if (p->serve)
		serve_keys(p->serve, keys);
	for (i = 0; !p->serve && i < t->n_fwds; i++) {
		const struct rule *r = t->fwds[i].rule;

		(void)snprintf(keys[i].rule_id, sizeof(keys[i].rule_id),
			       "%s:%u", r->proto == RULE_TCP ? "tcp" : "udp",
			       r->ports[0].low);
	}
	err = fwd_table_count(t, p->book, keys);
	free(keys);
	return err;
}

/* Sockets that may listen; the others are for connections. */
static uint64_t proxy_sockets_max(const struct proxy *p)
{
	uint32_t half = p->fds_limit / 2;

	return half > PROXY_FDS_RESERVED ? half - PROXY_FDS_RESERVED : 0;
}

/* While we may: later changes of the rules find it ready.
 * Return: an exit status
 */
static int proxy_open_steer(struct proxy *p, uint32_t ports)
{
	const struct proxy_config *cfg = p->cfg;
	int err;

	if (cfg->steer == STEER_OFF ||
	    (!p->serve &&
	     !listen_wants_steer(cfg, ports, proxy_sockets_max(p))))
		return EXIT_OK;
	err = steer_open(cfg, &p->steer);
	if (!err)
		return EXIT_OK;
	if (cfg->steer == STEER_AUTO) {
		log_info("ports are not steered (%s): each has its own sockets",
			 strerror(-err));
		return EXIT_OK;
	}
	log_error("cannot steer ports: %s%s", strerror(-err),
		  err == -EPERM || err == -EACCES
			  ? " (it takes root, or CAP_BPF and CAP_NET_ADMIN)"
			  : "");
	return EXIT_IO;
}

/* While we may. Connections that are wrong on purpose have no use for it.
 * Return: an exit status
 */
static int proxy_open_fast(struct proxy *p)
{
	const struct proxy_config *cfg = p->cfg;
	int err;

	if (cfg->fast_path == FAST_OFF || fault_any(&cfg->faults))
		return EXIT_OK;
	err = fast_open(cfg, &p->fast);
	if (!err)
		return EXIT_OK;
	if (cfg->fast_path == FAST_AUTO) {
		log_debug("no fast path (%s)", strerror(-err));
		return EXIT_OK;
	}
	log_error("cannot join sockets in the kernel: %s%s", strerror(-err),
		  err == -EPERM || err == -EACCES
			  ? " (--fast-path always takes root, or CAP_BPF, "
			    "CAP_NET_ADMIN and CAP_PERFMON; --fast-path auto "
			    "goes without)"
			  : "");
	return EXIT_IO;
}

/* A table of @rs and its sockets, made beside what runs now. Takes @rs over.
 * @failed: see listen_set_open()
 * Return: an exit status
 */
static int proxy_make(struct proxy *p, struct ruleset *rs,
		      char (*failed)[LISTEN_ERR_MAX],
		      struct fwd_table **ret_table, struct listen_set **ret_set)
{
	struct fwd_table *t = NULL;
	struct listen_want want = {
		.cfg = p->cfg,
		.old = p->set,
		.steer = p->steer,
		.sockets_max = proxy_sockets_max(p),
		.failed = failed,
	};
	/* a change through the API waits for no name server */
	uint64_t wait_ms = p->serve && p->table ? 0 : PROXY_RESOLVE_WAIT_MS;
	char text[LISTEN_ERR_MAX];
	int err = fwd_table_new(rs, p->cfg, &t);

	if (!err)
		err = proxy_count(p, t);
	if (err) {
		log_error("cannot prepare the origins: %s", strerror(-err));
		fwd_table_free(t);
		return EXIT_IO;
	}
	want.table = t;
	err = listen_set_open(&want, ret_set, text);
	if (err) {
		log_error("%s", text);
		fwd_table_free(t);
		return EXIT_IO;
	}
	/* last, as the table in force gives up its resolver */
	err = fwd_table_start(t, p->table, wait_ms);
	if (err) {
		log_error("cannot resolve origins: %s", strerror(-err));
		listen_set_close(*ret_set, LISTEN_OWNED_NEW);
		fwd_table_free(t);
		return EXIT_IO;
	}
	*ret_table = t;
	return EXIT_OK;
}

/* Ports that may be listened on */
static uint32_t proxy_ports_max(const struct proxy *p)
{
	uint32_t addrs = p->cfg->n_listen ? p->cfg->n_listen : 1;

	if (p->steer)
		return UINT32_MAX;
	return (uint32_t)(proxy_sockets_max(p) /
			  ((uint64_t)addrs * p->cfg->n_threads));
}

/* What the control plane wants. One rule that cannot be served does not keep
 * others from it: it gets the status fail.
 */
static int proxy_prepare_served(struct proxy *p, struct fwd_table **ret_table,
				struct listen_set **ret_set)
{
	struct ctl_limits limits = { .max_ports = proxy_ports_max(p),
				     .max_rules = CTL_RULES_ALL_MAX };
	char(*failed)[LISTEN_ERR_MAX];
	struct ruleset *rs = NULL;
	int status;

	if (toa_probe(p->cfg))
		limits.no_toa = "mode TOA needs the TOA writer: run 'tp-toa "
				"writer load' as root";
	if (serve_rules(p->serve, &limits, &rs))
		return EXIT_IO;
	failed = calloc((size_t)rs->n_rules + 1, sizeof(*failed));
	if (!failed) {
		ruleset_free(rs);
		return EXIT_IO;
	}
	status = proxy_make(p, rs, failed, ret_table, ret_set);
	if (status == EXIT_OK)
		serve_applied(p->serve, failed);
	free(failed);
	return status;
}

static int proxy_prepare(struct proxy *p, struct fwd_table **ret_table,
			 struct listen_set **ret_set)
{
	struct ruleset *rs = NULL;
	int status;

	if (p->serve)
		return proxy_prepare_served(p, ret_table, ret_set);
	status = proxy_load_checked(p->cfg, &rs);
	if (status != EXIT_OK)
		return status;
	if (!proxy_has_toa(p->cfg, rs)) {
		ruleset_free(rs);
		return EXIT_IO;
	}
	if (!p->set)
		status = proxy_open_steer(p, ruleset_ports(rs));
	if (status != EXIT_OK) {
		ruleset_free(rs);
		return status;
	}
	return proxy_make(p, rs, NULL, ret_table, ret_set);
}

/* Listeners take descriptors from connections. */
static int64_t proxy_conn_fds(const struct proxy *p,
			      const struct listen_set *set)
{
	int64_t steered = p->steer ? STEER_SOCKETS * p->cfg->n_threads : 0;
	int64_t fast = p->fast ? PROXY_FDS_FAST + 2 * p->cfg->n_threads : 0;

	return (int64_t)p->fds_limit - PROXY_FDS_RESERVED - steered - fast -
	       (p->serve ? PROXY_FDS_SERVE : 0) -
	       PROXY_FDS_PER_THREAD * (int64_t)p->cfg->n_threads -
	       (int64_t)set->n_sockets;
}

static void proxy_adopt(struct proxy *p, struct fwd_table *t,
			struct listen_set *set)
{
	struct listen_set *old_set = p->set;
	int64_t fds = proxy_conn_fds(p, set);
	uint32_t i;

	atomic_fetch_add(&p->budget.fds, fds - p->conn_fds);
	p->conn_fds = fds;
	if (p->steer)
		steer_keep(p->steer, &set->steered);
	for (i = 0; i < p->n_started; i++)
		worker_serve(&p->workers[i], set);
	if (p->steer)
		steer_set(p->steer, &set->steered);
	p->set = set;
	listen_set_close(old_set, LISTEN_OWNED_GONE);
	if (p->table) {
		fwd_table_retire(p->table);
		p->table->next = p->retired;
		p->retired = p->table;
	}
	p->table = t;
	tally_book_enforce(p->book, t->tallies, t->n_fwds);
}

static void proxy_reload(struct proxy *p)
{
	struct fwd_table *t = NULL;
	struct listen_set *set = NULL;

	if (p->cfg->file && !strcmp(p->cfg->file, "-")) {
		log_warn("rules from standard input cannot be loaded again");
		p->reloads_failed++;
		return;
	}
	if (proxy_prepare(p, &t, &set) != EXIT_OK) {
		p->reloads_failed++;
		log_error("reload refused: the old rules stay in force");
		return;
	}
	proxy_adopt(p, t, set);
	p->reloads++;
	log_info("reloaded: %u rules on %u ports", t->rules->n_rules,
		 ruleset_ports(t->rules));
}

static void proxy_free_retired(struct proxy *p)
{
	struct fwd_table **link = &p->retired;

	while (*link) {
		struct fwd_table *t = *link;

		if (fwd_table_is_used(t)) {
			link = &t->next;
		} else {
			*link = t->next;
			fwd_table_free(t);
		}
	}
}

static void proxy_sum_stats(const struct proxy *p, uint64_t sum[STAT_COUNT])
{
	uint32_t i;

	memset(sum, 0, STAT_COUNT * sizeof(*sum));
	for (i = 0; i < p->n_workers; i++)
		stats_sum(&p->workers[i].stats, sum);
	if (p->access.is_open)
		sum[STAT_LOG_LOST] = p->access.file.lost;
}

static void proxy_print_stats(const struct proxy *p)
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

static struct serve_hooks proxy_hooks(struct proxy *p)
{
	return (struct serve_hooks) {
		.live = { clock_wall_ms(), proxy_live_rules,
			  proxy_live_connections, proxy_live_session, p },
		.metrics = proxy_metrics,
		.arg = p,
	};
}

static int proxy_start_workers(struct proxy *p, uint32_t conns_max)
{
	struct worker_shared shared = { p->cfg,	  &p->access, &p->budget,
					&p->icmp, NULL,	      p->fast };
	uint32_t i;
	int err;

	p->workers = calloc(p->cfg->n_threads, sizeof(*p->workers));
	p->persist = persist_new();
	if (!p->workers || !p->persist)
		return -ENOMEM;
	shared.persist = p->persist;
	for (i = 0; i < p->cfg->n_threads; i++) {
		err = worker_init(&p->workers[i], i, &shared, conns_max);
		p->n_workers = i + 1;
		if (err)
			return err;
	}
	for (i = 0; i < p->n_workers; i++) {
		err = worker_start(&p->workers[i]);
		if (err)
			return err;
		p->n_started = i + 1;
	}
	return 0;
}

/* Tell workers to stop and wait for them; a second signal cuts the wait. */
static void proxy_drain(struct proxy *p)
{
	uint64_t by_ms = clock_ms() + p->cfg->drain_ms;
	struct pollfd pfd = { .fd = p->sig_fd, .events = POLLIN };
	uint32_t i, done = 0;

	for (i = 0; i < p->n_started; i++)
		worker_stop(&p->workers[i], by_ms);
	listen_set_refuse(p->set);
	if (p->steer)
		steer_refuse(p->steer);
	while (done < p->n_started) {
		int sig;

		(void)poll(&pfd, 1, 20);
		sig = sig_next(p->sig_fd);
		if (sig == SIGTERM || sig == SIGINT)
			for (i = 0; i < p->n_started; i++)
				worker_stop(&p->workers[i], 0);
		for (i = 0, done = 0; i < p->n_started; i++)
			done += atomic_load(&p->workers[i].is_done);
	}
	for (i = 0; i < p->n_started; i++)
		pthread_join(p->workers[i].thread, NULL);
}

static void proxy_fini(struct proxy *p)
{
	uint32_t i;

	for (i = 0; i < p->n_workers; i++)
		worker_fini(&p->workers[i]);
	free(p->workers);
	serve_close(p->serve);
	listen_set_close(p->set, LISTEN_OWNED_ALL);
	steer_close(p->steer);
	fast_close(p->fast);
	proxy_free_retired(p);
	fwd_table_free(p->table);
	tally_book_free(p->book);
	persist_free(p->persist);
	icmp_close(&p->icmp);
	access_close(&p->access);
	fd_close(&p->sig_fd);
}

/* Return: false when it is time to stop */
static bool proxy_on_signal(struct proxy *p, int sig)
{
	int err;

	switch (sig) {
	case SIGTERM:
	case SIGINT:
		return false;
	case SIGHUP:
		proxy_reload(p);
		break;
	case SIGUSR1:
		err = p->access.is_open ? linefile_reopen(&p->access.file) : 0;
		if (err)
			log_error("cannot reopen the access log '%s': %s; "
				  "the old file stays in use",
				  p->cfg->log_path, strerror(-err));
		break;
	case SIGUSR2:
		proxy_print_stats(p);
		break;
	default:
		break;
	}
	return true;
}

static void proxy_serve(struct proxy *p)
{
	struct pollfd fds[1 + SERVE_FDS_MAX];

	while (true) {
		int ms = PROXY_TICK_MS;
		nfds_t n = 1;
		int sig;

		fds[0] = (struct pollfd) { .fd = p->sig_fd, .events = POLLIN };
		if (p->serve)
			n += serve_poll(p->serve, fds + 1, &ms);
		(void)poll(fds, n, ms);
		while ((sig = sig_next(p->sig_fd)) > 0)
			if (!proxy_on_signal(p, sig))
				return;
		if (p->serve && serve_run(p->serve, p->table))
			proxy_reload(p);
		if (p->access.is_open)
			linefile_flush(&p->access.file);
		proxy_free_retired(p);
	}
}

/* May sockets have the congestion control that was asked for? */
static bool proxy_has_congestion(const struct proxy_config *cfg)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int err = fd < 0 ? -errno : sock_set_congestion(fd, cfg->congestion);

	fd_close(&fd);
	if (err)
		log_error("cannot use congestion control '%s': %s; "
			  "/proc/sys/net/ipv4/tcp_allowed_congestion_control "
			  "lists what can be used",
			  cfg->congestion, strerror(-err));
	return !err;
}

/* Everything that can fail, before the first connection. */
static int proxy_start(struct proxy *p)
{
	const struct proxy_config *cfg = p->cfg;
	struct fwd_table *t = NULL;
	struct listen_set *set = NULL;
	int64_t conns;
	int err, status;

	if (cfg->congestion && !proxy_has_congestion(cfg))
		return EXIT_USAGE;
	p->book = tally_book_new(cfg->n_threads);
	if (!p->book)
		return EXIT_IO;
	if (cfg->serve.state) {
		p->hooks = proxy_hooks(p);
		p->serve = serve_open(cfg, &p->hooks);
		if (!p->serve)
			return EXIT_IO;
		status = proxy_open_steer(p, 0);
		if (status != EXIT_OK)
			return status;
	}
	status = proxy_open_fast(p);
	if (status == EXIT_OK)
		status = proxy_prepare(p, &t, &set);
	if (status != EXIT_OK)
		return status;
	err = access_open(&p->access, cfg->log_path, cfg->service_id);
	if (err)
		log_error("cannot open the access log '%s': %s", cfg->log_path,
			  strerror(-err));
	if (!err && icmp_open(&p->icmp))
		log_debug("without CAP_NET_RAW, UDP clients do not hear of "
			  "origins that cannot be reached");
	if (!err) {
		err = priv_drop(cfg->user, 1ULL << CAP_NET_BIND_SERVICE);
		if (err)
			log_error("cannot give up privileges (user %s): %s",
				  cfg->user ? cfg->user : "unchanged",
				  strerror(-err));
	}
	/* again, without the privilege to use what is not allowed */
	if (!err && cfg->congestion && !proxy_has_congestion(cfg))
		err = -EPERM;
	conns = proxy_conn_fds(p, set) / 2;
	if (cfg->conns_max && cfg->conns_max < conns)
		conns = cfg->conns_max;
	p->conns_max = conns;
	atomic_store(&p->budget.conns, conns);
	if (!err) {
		err = proxy_start_workers(p, (uint32_t)conns);
		if (err)
			log_error("cannot start %u threads: %s", cfg->n_threads,
				  strerror(-err));
	}
	proxy_adopt(p, t, set);
	if (err)
		return EXIT_IO;
	log_info("%u rules on %u ports, %u threads; at most %lld connections "
		 "(%u descriptors)",
		 t->rules->n_rules, ruleset_ports(t->rules), cfg->n_threads,
		 (long long)conns, p->fds_limit);
	return EXIT_OK;
}

/* Nobody shall take this for a proxy to rely on. */
static void proxy_say_faults(const struct proxy_config *cfg)
{
	unsigned i;

	for (i = 0; i < FAULT_COUNT; i++)
		if (fault_is_on(&cfg->faults, i))
			log_warn("wrong on purpose: --fault %s",
				 fault_names[i].name);
}

int proxy_run(const struct proxy_config *cfg)
{
	static const int sigs[] = { SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2 };
	struct proxy *p = calloc(1, sizeof(*p));
	int err, status;

	if (!p)
		return EXIT_IO;
	p->cfg = cfg;
	p->fds_limit = fd_raise_limit();
	p->sig_fd = -1;
	p->icmp = (struct icmp_sender) { -1, -1 };
	err = sig_open(sigs, sizeof(sigs) / sizeof(sigs[0]), &p->sig_fd);
	status = err ? EXIT_IO : proxy_start(p);
	if (status == EXIT_OK) {
		proxy_say_faults(cfg);
		log_info("ready");
		proxy_serve(p);
		log_info("stopping: %lld connections left to drain",
			 (long long)(p->conns_max -
				     atomic_load(&p->budget.conns)));
	}
	proxy_drain(p);
	if (status == EXIT_OK && cfg->verbose)
		proxy_print_stats(p);
	proxy_fini(p);
	free(p);
	return status;
}
