/* SPDX-License-Identifier: BSD-2-Clause */
/* config.h - what the command line of tp-origin says */
#ifndef ORIGIN_CONFIG_H
#define ORIGIN_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cidr.h"
#include "base/fault.h"
#include "header.h"
#include "toa_judge.h"
#include "wire/addr.h"

#define CONFIG_ADDRS_MAX 16
#define CONFIG_PORTS_MAX 64

/* PP 2: "must not be shorter than 3 seconds" is what receivers owe senders */
#define CONFIG_HEADER_TIMEOUT_MS_MIN 3000

enum config_reply {
	REPLY_ECHO,
	REPLY_WHOAMI,
	REPLY_HTTP,
	REPLY_DISCARD,
	REPLY_SOURCE,
};

enum config_family {
	FAMILY_4,    /* AF_INET sockets */
	FAMILY_6,    /* AF_INET6 with IPV6_V6ONLY */
	FAMILY_DUAL, /* AF_INET6 that takes IPv4 as ::ffff:a.b.c.d */
};

enum config_log_format {
	LOG_FORMAT_JSON,
	LOG_FORMAT_NGINX,
	LOG_FORMAT_PYTHON,
	LOG_FORMAT_C,
	LOG_FORMAT_JAVA,
};

/* Where TCP option addresses are read. */
enum config_toa_from {
	TOA_FROM_KERNEL, /* from accept(), which the kernel's hooks changed */
	TOA_FROM_SYN,	 /* from the SYN that the kernel keeps for us */
	TOA_FROM_PCAP,	 /* from a capture beside the sockets */
};

enum config_header_only {
	HEADER_ONLY_ECHO,   /* an empty client datagram, echoed empty */
	HEADER_ONLY_IGNORE, /* the header alone announces the session */
};

/* @addrs:     where to listen; at least one after config_parse()
 * @max_conns: 0: as many as the descriptor limit allows
 * @log_path:  NULL: no log; borrowed from argv
 * @banner:    NULL: none; borrowed from argv
 * @toa_from, @toa_kinds, @toa_iface: mode toa only; borrowed from argv
 * @idle_timeout_ms: 0: never
 * @want_identity: the identity line comes before anything else
 */
struct origin_config {
	struct endpoint addrs[CONFIG_ADDRS_MAX];
	size_t n_addrs;
	uint16_t ports[CONFIG_PORTS_MAX];
	size_t n_ports;
	bool want_tcp;
	bool want_udp;
	int family;
	int reply;
	int log_format;
	int header_only;
	int toa_from;
	struct toa_kinds toa_kinds;
	const char *toa_iface;
	struct header_policy policy;
	struct cidr_list trust;
	uint64_t header_timeout_ms;
	uint64_t idle_timeout_ms;
	uint64_t udp_idle_ms;
	uint32_t udp_sessions_max;
	uint32_t max_conns;
	const char *log_path;
	const char *banner;
	struct fault_set faults;
	bool want_identity;
	bool want_stats;
	bool is_quiet;
	unsigned verbosity;
};

/* config_parse() - read the command line into @ret. What is wrong is said on
 * stderr. @ret->policy.trust points into @ret, which must not move.
 * Return: -1 to go on, else the exit status
 */
int config_parse(int argc, char **argv, struct origin_config *ret);

#endif
