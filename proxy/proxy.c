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
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/exitcode.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/priv.h"
#include "base/sig.h"
#include "base/sock.h"
#include "fault.h"
#include "proxy_internal.h"

#define PROXY_TICK_MS 1000

static int proxy_start_workers(struct proxy *p, uint32_t conns_max)
{
	struct worker_shared shared = {
		p->cfg, &p->access, &p->budget,	 &p->icmp,
		NULL,	p->fast,    p->udp_fast, p->filter,
	};
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
	if (p->fast && p->cfg->fast_spin == FAST_SPIN_AUTO)
		fast_keep_awake(p->fast);
	if (p->fast && p->cfg->fast_path == FAST_AUTO)
		fast_on_demand(p->fast);
	if (p->udp_fast && p->cfg->fast_path == FAST_AUTO)
		udp_fast_on_demand(p->udp_fast);
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
	uint64_t lost;
	uint32_t i;

	for (i = 0; i < p->n_workers; i++)
		worker_fini(&p->workers[i]);
	free(p->workers);
	serve_close(p->serve);
	listen_set_close(p->set, LISTEN_OWNED_ALL);
	steer_close(p->steer);
	fast_close(p->fast);
	udp_fast_close(p->udp_fast);
	filter_close(p->filter);
	proxy_free_retired(p);
	fwd_table_free(p->table);
	tally_book_free(p->book);
	persist_free(p->persist);
	icmp_close(&p->icmp);
	lost = access_close(&p->access);
	if (lost)
		log_warn("%llu lines of the access log were lost: nobody read "
			 "them, or they could not be written",
			 (unsigned long long)lost);
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
	bool is_behind = false; /* lines wait for the log's reader */

	while (true) {
		int ms = is_behind ? LINEFILE_RETRY_MS : PROXY_TICK_MS;
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
		is_behind = p->access.is_open &&
			    !linefile_flush(&p->access.file);
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
	status = proxy_prepare(p, &t, &set);
	if (status != EXIT_OK)
		return status;
	/* it takes a while, in which clients may queue already */
	status = proxy_open_fast(p, t->rules);
	if (status != EXIT_OK) {
		proxy_adopt(p, t, set);
		return status;
	}
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
