/* SPDX-License-Identifier: BSD-2-Clause */
/* proxy_rules.c - from the text of rules to a table and sockets, and the change
 * from one generation of them to the next (proxy.c has the theory).
 */
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/server.h"
#include "base/clock.h"
#include "base/exitcode.h"
#include "base/log.h"
#include "fault.h"
#include "proxy_internal.h"
#include "toa.h"

#define PROXY_RESOLVE_WAIT_MS 3000
/* standard streams, signals, logs, the resolver's sockets, one accept each */
#define PROXY_FDS_RESERVED   64
#define PROXY_FDS_PER_THREAD 4
/* of the API, and of its database */
#define PROXY_FDS_SERVE (API_LISTENERS_MAX * (API_CONNECTIONS_MAX + 8))
/* the allocator's own default */
#define PROXY_MMAP_BYTES 131072

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
		log_error("the TOA writer that is loaded is older than this "
			  "program, or cannot put the option into the segments "
			  "that --toa-on names: load this version's with "
			  "'tp-toa writer load'");
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
int proxy_open_steer(struct proxy *p, uint32_t ports)
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

/* Is there a rule of @proto, or may there be one later? */
static bool proxy_may_have(const struct proxy_config *cfg,
			   const struct ruleset *rs, enum rule_proto proto)
{
	uint32_t i;

	/* a reload can bring one */
	if (cfg->serve.state || (cfg->file && strcmp(cfg->file, "-") != 0))
		return true;
	for (i = 0; i < rs->n_rules; i++)
		if (rs->rules[i].proto == proto)
			return true;
	return false;
}

/* Return: an exit status */
static int proxy_tell_fast(const struct proxy *p, const char *what, int err)
{
	if (!err)
		return EXIT_OK;
	if (p->cfg->fast_path == FAST_AUTO) {
		log_debug("no fast path (%s): cannot %s", strerror(-err), what);
		return EXIT_OK;
	}
	log_error("cannot %s in the kernel: %s%s", what, strerror(-err),
		  err == -EPERM || err == -EACCES
			  ? " (--fast-path always takes root, or CAP_BPF, "
			    "CAP_NET_ADMIN and CAP_PERFMON; --fast-path auto "
			    "goes without)"
			  : "");
	return EXIT_IO;
}

/* Without knowing of packet filters none is passed by. Return: false then */
static bool proxy_open_filter(struct proxy *p)
{
	int err = fast_is_tried() ? filter_open(&p->filter) : -ENOSYS;

	(void)proxy_tell_fast(p, "see packet filters", err);
	/* it is told now, if there is one */
	if (!err)
		(void)filter_has(p->filter, IP_V4, clock_ms());
	return !err;
}

/* While we may. What is wrong on purpose has no use for it.
 * Return: an exit status
 */
int proxy_open_fast(struct proxy *p, const struct ruleset *rs)
{
	const struct proxy_config *cfg = p->cfg;
	bool has_tcp = proxy_may_have(cfg, rs, RULE_TCP);
	/* runs of datagrams are what the process is for, then */
	bool has_udp = !cfg->udp_gso && proxy_may_have(cfg, rs, RULE_UDP);
	int status = EXIT_OK;

	if (cfg->fast_path == FAST_OFF || fault_any(&cfg->faults) ||
	    (!has_tcp && !has_udp))
		return EXIT_OK;
	/* What libbpf reads of the kernel's types is large and freed again. The
	 * allocator is to give it back, and not to learn from it that large
	 * tables come from its heap: their untouched pages would cost memory.
	 */
	(void)mallopt(M_MMAP_THRESHOLD, PROXY_MMAP_BYTES);
	if (cfg->fast_path == FAST_AUTO && !proxy_open_filter(p))
		return EXIT_OK;
	if (has_tcp)
		status = proxy_tell_fast(p, "join connections",
					 fast_open(cfg, &p->fast));
	if (status == EXIT_OK && has_udp)
		status = proxy_tell_fast(p, "forward sessions",
					 udp_fast_open(cfg, &p->udp_fast));
	(void)malloc_trim(0);
	return status;
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

int proxy_prepare(struct proxy *p, struct fwd_table **ret_table,
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
int64_t proxy_conn_fds(const struct proxy *p, const struct listen_set *set)
{
	int64_t steered = p->steer ? STEER_SOCKETS * p->cfg->n_threads : 0;

	return (int64_t)p->fds_limit - PROXY_FDS_RESERVED - steered -
	       (int64_t)fast_fds(p->fast) - (int64_t)udp_fast_fds(p->udp_fast) -
	       (int64_t)filter_fds(p->filter) -
	       (p->serve ? PROXY_FDS_SERVE : 0) -
	       PROXY_FDS_PER_THREAD * (int64_t)p->cfg->n_threads -
	       (int64_t)set->n_sockets;
}

void proxy_adopt(struct proxy *p, struct fwd_table *t, struct listen_set *set)
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

void proxy_reload(struct proxy *p)
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

void proxy_free_retired(struct proxy *p)
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
