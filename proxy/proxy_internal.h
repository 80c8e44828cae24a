/* SPDX-License-Identifier: BSD-2-Clause */
/* proxy_internal.h - the main thread's state, and what its three files share:
 * proxy.c (start, signals, stop), proxy_rules.c (from rules to what is served,
 * at the start and at a reload), proxy_tell.c (counters, and what the control
 * plane asks). The theory stands in proxy.c.
 */
#ifndef PROXY_PROXY_INTERNAL_H
#define PROXY_PROXY_INTERNAL_H

#include "listen.h"
#include "proxy.h"
#include "serve.h"
#include "worker.h"

/* @serve:  NULL: rules come from files
 * @steer:  NULL: each port has its own sockets
 * @fast:   NULL: no fast path
 * @udp_fast: NULL: sessions are not forwarded
 * @filter: NULL: a packet filter is no reason against either
 * @retired: tables that connections still use
 * @conn_fds: descriptors that connections may take, as the budget was told
 */
struct proxy {
	const struct proxy_config *cfg;
	struct access_log access;
	struct budget budget;
	struct icmp_sender icmp;
	struct tally_book *book;
	struct serve_hooks hooks;
	struct persist *persist;
	struct serve *serve;
	struct steer *steer;
	struct fast *fast;
	struct udp_fast *udp_fast;
	struct filter *filter;
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

/* proxy_open_steer(), proxy_open_fast() - load the programs, as long as the
 * process may. Problems are reported.
 * @ports: how many rules have; the control plane may always change that
 * Return: an exit status; EXIT_OK also where it goes without
 */
int proxy_open_steer(struct proxy *p, uint32_t ports);
int proxy_open_fast(struct proxy *p, const struct ruleset *rs);

/* proxy_prepare() - read the rules, and make their table and sockets beside
 * what runs now. Problems are reported.
 * Return: an exit status; if it is EXIT_OK, proxy_adopt() takes both over
 */
int proxy_prepare(struct proxy *p, struct fwd_table **ret_table,
		  struct listen_set **ret_set);

/* proxy_conn_fds() - descriptors for connections, if @set listens */
int64_t proxy_conn_fds(const struct proxy *p, const struct listen_set *set);

/* proxy_adopt() - serve @t by @set, and retire what was served before */
void proxy_adopt(struct proxy *p, struct fwd_table *t, struct listen_set *set);

/* proxy_reload() - as proxy_prepare() and proxy_adopt(); where the rules are
 * refused, those in force stay
 */
void proxy_reload(struct proxy *p);

/* proxy_free_retired() - of the tables retired, those that nobody uses */
void proxy_free_retired(struct proxy *p);

/* proxy_print_stats() - the counters as a line of JSON, to stderr */
void proxy_print_stats(const struct proxy *p);

/* proxy_hooks() - what the control plane asks of the proxy; @p must live on */
struct serve_hooks proxy_hooks(struct proxy *p);

#endif
