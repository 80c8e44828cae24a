/* SPDX-License-Identifier: BSD-2-Clause */
/* serve.h - tp-proxy serve: the control plane beside the data path.
 *
 * The main thread answers the API. When a call has changed what has to listen,
 * it asks for the rules (serve_rules()), puts them in force as a reload does,
 * and tells which failed (serve_applied()); rules and instances then leave
 * their progress, at once or after --settle. A rule whose origin is a name
 * leaves it when the name is resolved; nobody else waits for that.
 */
#ifndef PROXY_SERVE_H
#define PROXY_SERVE_H

#include <poll.h>
#include <stdbool.h>

#include "config.h"
#include "control/control.h"
#include "listen.h"

#define SERVE_FDS_MAX 2

struct serve;

/* What the API asks of the data path. @metrics: text for /metrics, freed by the
 * caller's library
 */
struct serve_hooks {
	struct live_source live;
	char *(*metrics)(void *arg);
	void *arg;
};

/* serve_open() - state, credentials and the API's sockets; what is wrong is
 * reported. @hooks: borrowed
 * Return: NULL on failure
 */
struct serve *serve_open(const struct proxy_config *cfg,
			 const struct serve_hooks *hooks);
void serve_close(struct serve *s);

/* serve_rules() - what has to listen now. Return: 0 or -errno, reported */
int serve_rules(struct serve *s, const struct ctl_limits *limits,
		struct ruleset **ret);

/* serve_keys() - what the rules of the last serve_rules() are known by */
void serve_keys(const struct serve *s, struct tally_key *ret);

/* serve_applied() - the rules of the last serve_rules() are in force, but for
 * those with a text in @failed (by rule of the set)
 */
void serve_applied(struct serve *s, char (*failed)[LISTEN_ERR_MAX]);

/* serve_poll() - what to wait for. Return: how many; *@ms is lowered */
uint32_t serve_poll(const struct serve *s, struct pollfd fds[SERVE_FDS_MAX],
		    int *ms);

/* serve_run() - answer calls, end progress; rules whose origin in @t, the table
 * in force, has no address yet stay in it.
 * Return: true if the rules have changed
 */
bool serve_run(struct serve *s, const struct fwd_table *t);

/* serve_counters() - lines for /metrics about the API */
void serve_counters(const struct serve *s, FILE *out);

#endif
