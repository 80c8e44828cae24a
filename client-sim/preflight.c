/* SPDX-License-Identifier: BSD-2-Clause */
/* preflight.c - see preflight.h */
#include "preflight.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "conn.h"

/* Descriptors that are not connections: stdio, log, signals, loops. */
#define PREFLIGHT_FDS(threads) (16U + 2U * (threads))
/* Slab of a socket with its file, its watch and its hashes. */
#define PREFLIGHT_KERNEL_BYTES 4800U
/* How long Linux keeps a port in TIME_WAIT. */
#define PREFLIGHT_WAIT_S 60U
#define PREFLIGHT_MB	 1048576U

/* The begin of a file, NUL-terminated; empty if it cannot be read. */
static void preflight_read(const char *path, char *buf, size_t cap)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, buf, cap - 1);

	buf[n > 0 ? n : 0] = '\0';
	fd_close(&fd);
}

static uint64_t preflight_number(const char *path)
{
	char buf[64];

	preflight_read(path, buf, sizeof(buf));
	return strtoull(buf, NULL, 10);
}

static uint64_t preflight_memory(void)
{
	static const char key[] = "MemAvailable:";
	char buf[4096];
	const char *at;

	preflight_read("/proc/meminfo", buf, sizeof(buf));
	at = strstr(buf, key);
	return at ? strtoull(at + sizeof(key) - 1, NULL, 10) * 1024 : 0;
}

/* What fs.file-nr leaves: "used free limit". */
static uint64_t preflight_files(void)
{
	uint64_t used, limit;
	char buf[128], *at;

	preflight_read("/proc/sys/fs/file-nr", buf, sizeof(buf));
	used = strtoull(buf, &at, 10);
	(void)strtoull(at, &at, 10);
	limit = strtoull(at, NULL, 10);
	return limit > used ? limit - used : 0;
}

uint64_t preflight_ports(const char *range, const char *reserved)
{
	char *at;
	uint64_t first = strtoull(range, &at, 10);
	uint64_t last = strtoull(at, NULL, 10), n;

	if (!first || last < first)
		return 0;
	n = last - first + 1;
	while (*reserved >= '0' && *reserved <= '9') {
		uint64_t from = strtoull(reserved, &at, 10), to = from;

		if (*at == '-')
			to = strtoull(at + 1, &at, 10);
		from = from > first ? from : first;
		to = to < last ? to : last;
		if (from <= to)
			n -= to - from + 1;
		reserved = *at == ',' ? at + 1 : at;
	}
	return n;
}

void preflight_look(struct host *ret)
{
	char range[64], reserved[4096];

	preflight_read("/proc/sys/net/ipv4/ip_local_port_range", range,
		       sizeof(range));
	preflight_read("/proc/sys/net/ipv4/ip_local_reserved_ports", reserved,
		       sizeof(reserved));
	*ret = (struct host) {
		.fds = fd_raise_limit(),
		.files = preflight_files(),
		.ports = preflight_ports(range, reserved),
		.memory_bytes = preflight_memory(),
		.tw_reuse = preflight_number("/proc/sys/net/ipv4/tcp_tw_reuse"),
	};
}

/* Places that connections can come from: addresses times ports. */
static uint64_t preflight_places(const struct plan *p, const struct host *h)
{
	uint64_t sources = p->src.n ? plan_sources(p) : 1;

	return sources > UINT64_MAX / h->ports ? UINT64_MAX
					       : sources * h->ports;
}

static uint64_t preflight_bytes(const struct plan *p)
{
	uint64_t each = PREFLIGHT_KERNEL_BYTES + sizeof(struct conn);

	if (p->is_udp)
		each += p->window * sizeof(struct flight);
	return each * p->concurrency;
}

static bool preflight_is_loopback(const struct ip_addr *a)
{
	static const uint8_t six[16] = { [15] = 1 };

	return a->family == IP_V4 ? a->bytes[0] == 127
				  : memcmp(a->bytes, six, sizeof(six)) == 0;
}

/* Connections that end within the time a port stays in TIME_WAIT, at most. */
static uint64_t preflight_waiting(const struct plan *p)
{
	uint64_t s = p->duration_ms / 1000 + 1;
	uint64_t n = p->conns ? p->conns : UINT64_MAX;
	uint64_t paced =
		p->conn_rate *
		(s < PREFLIGHT_WAIT_S && p->duration_ms ? s : PREFLIGHT_WAIT_S);

	if (p->conn_rate)
		return paced < n ? paced : n;
	return p->conns; /* 0: nobody knows how many there will be */
}

static bool preflight_reuses_ports(const struct plan *p, const struct host *h)
{
	return h->tw_reuse == 1 ||
	       (h->tw_reuse == 2 && preflight_is_loopback(&p->target.addr));
}

/* What makes the run impossible, if anything does. */
static bool preflight_stop(const struct plan *p, const struct host *h,
			   char text[PREFLIGHT_TEXT_MAX])
{
	uint64_t other = PREFLIGHT_FDS(p->threads);

	if (h->fds && p->concurrency + other > h->fds)
		(void)snprintf(text, PREFLIGHT_TEXT_MAX,
			       "%u connections at a time need more than the "
			       "%" PRIu64 " descriptors this process may open: "
			       "lower --concurrency or raise 'ulimit -n' to "
			       "%" PRIu64,
			       p->concurrency, h->fds, p->concurrency + other);
	else if (h->files && p->concurrency > h->files)
		(void)snprintf(text, PREFLIGHT_TEXT_MAX,
			       "%u connections at a time need more than the "
			       "%" PRIu64 " files this host may open yet: "
			       "raise sysctl fs.file-max",
			       p->concurrency, h->files);
	else if (h->ports && p->concurrency > preflight_places(p, h))
		(void)snprintf(text, PREFLIGHT_TEXT_MAX,
			       "%u connections at a time need more local ports "
			       "than the %" PRIu64 " of each of %" PRIu64
			       " source addresses: name more of them with "
			       "--src, or set sysctl "
			       "net.ipv4.ip_local_port_range='1024 65535'",
			       p->concurrency, h->ports,
			       p->src.n ? plan_sources(p) : 1);
	else if (h->memory_bytes && preflight_bytes(p) > h->memory_bytes)
		(void)snprintf(text, PREFLIGHT_TEXT_MAX,
			       "%u connections at a time need about %" PRIu64
			       " MiB here and in the kernel, and %" PRIu64
			       " MiB are free: lower --concurrency",
			       p->concurrency,
			       preflight_bytes(p) / PREFLIGHT_MB,
			       h->memory_bytes / PREFLIGHT_MB);
	else
		return false;
	return true;
}

enum preflight preflight_judge(const struct plan *p, const struct host *h,
			       char text[PREFLIGHT_TEXT_MAX])
{
	if (preflight_stop(p, h, text))
		return PREFLIGHT_STOP;
	if (p->is_udp || p->want_rst || !h->ports ||
	    preflight_reuses_ports(p, h) ||
	    preflight_waiting(p) <= preflight_places(p, h))
		return PREFLIGHT_GO;
	(void)snprintf(text, PREFLIGHT_TEXT_MAX,
		       "up to %" PRIu64 " connections within %u s (TIME_WAIT) "
		       "can need more than the %" PRIu64 " local ports there "
		       "are: name more addresses with --src, close with --rst, "
		       "or set sysctl net.ipv4.tcp_tw_reuse=1",
		       preflight_waiting(p), PREFLIGHT_WAIT_S,
		       preflight_places(p, h));
	return PREFLIGHT_WARN;
}
