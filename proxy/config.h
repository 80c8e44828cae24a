/* SPDX-License-Identifier: BSD-2-Clause */
/* config.h - what the command line says, read-only once the proxy runs */
#ifndef PROXY_CONFIG_H
#define PROXY_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fault.h"
#include "wire/addr.h"

#define CONFIG_LISTEN_MAX  8
#define CONFIG_RULES_MAX   256
#define CONFIG_THREADS_MAX 64

/* When the header of a TCP connection leaves (contradiction C17). */
enum header_timing {
	HEADER_FIRST_DATA, /* with the client's first bytes, waiting a moment */
	HEADER_CONNECT,	   /* as soon as the origin accepts */
};

/* When bytes go through a pipe instead of a buffer. */
enum splice_when {
	SPLICE_AUTO, /* while a stream looks like bulk */
	SPLICE_OFF,
	SPLICE_ALWAYS,
};

/* When the two sockets of a connection are joined in the kernel (fast.h). */
enum fast_path {
	FAST_AUTO, /* once it is worth it, and passes no packet filter by */
	FAST_OFF,
	FAST_ALWAYS, /* from the first byte, or it is an error */
};

/* Whether a thread spins for joined sockets (spin.h) */
enum fast_spin {
	FAST_SPIN_AUTO, /* while that makes them faster */
	FAST_SPIN_OFF,
};

/* Which datagrams of a PPV2 session carry the header (requirement G6). */
enum udp_header {
	UDP_HEADER_FIRST, /* the product: the first one */
	UDP_HEADER_EVERY, /* the specification's text of 2026 */
	UDP_HEADER_ALONE, /* a datagram of its own before the first one */
};

/* Which ports share sockets (steer.h). */
enum steer_mode {
	STEER_AUTO, /* new ones, where there are many, if the kernel has it */
	STEER_OFF,
	STEER_ALWAYS, /* all, or it is an error */
};

/* tp-proxy serve: rules come from the control plane, not from files.
 * @state:   directory; NULL: not this command
 * @socket:  path of the API's local socket; NULL: "api.sock" in @state
 * @listen:  the API's address, with a port; IP_NONE: the local socket only
 * @settle_ms: how long a change stays in progress after it was applied
 */
struct serve_config {
	const char *state;
	const char *socket;
	struct endpoint listen;
	const char *cert;
	const char *key;
	const char *domain;
	uint32_t quota;
	uint64_t settle_ms;
};

/* All times in milliseconds, sizes in bytes.
 * @files, @rules: borrowed from argv
 * @listen:	   local addresses; none: all of both families
 * @origin_from:   source address towards origins; IP_NONE: the kernel's choice
 */
struct proxy_config {
	const char *file;
	const char *rules[CONFIG_RULES_MAX];
	uint32_t n_rules;
	unsigned rule_flags;
	bool is_check;
	uint32_t n_threads;
	struct ip_addr listen[CONFIG_LISTEN_MAX];
	uint32_t n_listen;
	int steer;
	struct ip_addr origin_from;
	int header_timing;
	uint64_t header_wait_ms;
	int udp_header;
	uint32_t toa_kind;
	uint32_t toa_places; /* enum toa_place */
	uint64_t udp_idle_ms;
	bool udp_gso;
	uint64_t connect_timeout_ms;
	uint64_t idle_timeout_ms;
	uint64_t retry_ms;
	uint64_t drain_ms;
	uint64_t log_interval_ms;
	uint64_t buffer_bytes_max;
	int splice;
	int fast_path;
	int fast_spin;
	uint32_t busy_poll_us;
	const char *congestion;
	uint32_t conns_max;
	const char *log_path;
	const char *service_id;
	const char *resolver;
	uint64_t dns_ttl_max_ms;
	const char *user;
	struct serve_config serve;
	struct fault_set faults;
	unsigned verbose;
	unsigned quiet;
};

#endif
