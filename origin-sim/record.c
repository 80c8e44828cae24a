/* SPDX-License-Identifier: BSD-2-Clause */
/* record.c - see record.h */
#include "record.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "config.h"
#include "wire/bytes.h"

#define RECORD_TIME_MAX 64
/* Java writes eight groups of up to four digits */
#define RECORD_JAVA_ADDR_MAX 48

static const char *const record_reasons[] = {
	[REASON_CLOSED] = "closed",	[REASON_RESET] = "reset",
	[REASON_REFUSED] = "refused",	[REASON_IDLE] = "idle",
	[REASON_REPLACED] = "replaced", [REASON_SHUTDOWN] = "shutdown",
	[REASON_ERROR] = "error",
};

int record_open(struct record *r, const char *path, int format,
		uint64_t *suppressed)
{
	int err;

	r->is_open = false;
	r->format = format;
	r->refused_s = 0;
	r->refused_n = 0;
	r->suppressed = suppressed;
	if (!path)
		return 0;
	err = linefile_open(&r->file, path,
			    format == LOG_FORMAT_JSON ? LINEFILE_JSON : 0U);
	r->is_open = !err;
	return err;
}

uint64_t record_close(struct record *r)
{
	uint64_t lost = r->is_open ? linefile_close(&r->file) : 0;

	r->is_open = false;
	return lost;
}

bool record_flush(struct record *r)
{
	/* only this thread writes to it */
	return !r->is_open || !r->file.len || linefile_flush(&r->file);
}

int record_reopen(struct record *r)
{
	return r->is_open ? linefile_reopen(&r->file) : 0;
}

static void record_put(struct record *r, const char *line, size_t len)
{
	if (len)
		linefile_put(&r->file, line, len);
}

static size_t record_done(int n, size_t cap)
{
	return n > 0 && (size_t)n < cap ? (size_t)n : 0;
}

/* Local time, as the samples have it. */
static bool record_local_time(uint64_t wall_ms, struct tm *ret)
{
	time_t t = (time_t)(wall_ms / MS_PER_S);

	return localtime_r(&t, ret);
}

size_t record_format_json(const struct ident *id, const struct record_end *end,
			  char *buf, size_t cap)
{
	char start[CLOCK_TEXT_MAX];
	struct json j;
	size_t len = 0;

	json_open(&j, buf, cap, id->is_udp ? "session" : "conn");
	json_str(&j, "start", clock_format_utc(end->start_wall_ms, start));
	json_u64(&j, "ms", end->duration_ms);
	ident_members(id, &j);
	json_u64(&j, "hdr_len", id->hdr_len);
	json_u64(&j, "hdr_reads", id->hdr_reads);
	json_u64(&j, "in", end->in);
	json_u64(&j, "out", end->out);
	if (id->is_udp) {
		json_u64(&j, "dgrams_in", end->dgrams_in);
		json_u64(&j, "dgrams_out", end->dgrams_out);
	}
	json_str(&j, "reason", record_reasons[end->reason]);
	if (id->err.anomaly != ANOMALY_NONE) {
		json_str(&j, "anomaly", anomaly_slug(id->err.anomaly));
		json_u64(&j, "offset", id->err.off);
	} else {
		json_nil(&j, "anomaly");
		json_nil(&j, "offset");
	}
	json_end(&j);
	return json_line(&j, &len) ? len : 0;
}

size_t record_format_nginx(const struct ident *id, const struct record_end *end,
			   uint64_t now_wall_ms, char *buf, size_t cap)
{
	/* a TCP option changes $remote_addr and is no PROXY header */
	const struct endpoint *remote = id->kind == HEADER_TOA ? &id->client
							       : &id->peer;
	char client[IP_ADDR_TEXT_MAX] = "-", peer[IP_ADDR_TEXT_MAX];
	char at[RECORD_TIME_MAX] = "";
	struct tm tm;

	if (header_kind_is_prefix(id->kind))
		ip_addr_format(&id->client.addr, client);
	if (record_local_time(now_wall_ms, &tm))
		(void)strftime(at, sizeof(at), "%d/%b/%Y:%H:%M:%S %z", &tm);
	return record_done(snprintf(buf, cap,
				    "%s - %s [%s] %s %" PRIu64 " %" PRIu64
				    " %" PRIu64 ".%03u\n",
				    client, ip_addr_format(&remote->addr, peer),
				    at, id->is_udp ? "UDP" : "TCP", end->out,
				    end->in, end->duration_ms / MS_PER_S,
				    (unsigned)(end->duration_ms % MS_PER_S)),
			   cap);
}

size_t record_format_python(const struct ident *id, uint64_t now_wall_ms,
			    const char *request, size_t len, char *buf,
			    size_t cap)
{
	char client[IP_ADDR_TEXT_MAX], at[RECORD_TIME_MAX] = "";
	struct tm tm;
	size_t i, n;

	if (record_local_time(now_wall_ms, &tm))
		(void)strftime(at, sizeof(at), "%d/%b/%Y %H:%M:%S", &tm);
	n = record_done(snprintf(buf, cap, "%s - - [%s] \"",
				 ip_addr_format(&id->client.addr, client), at),
			cap);
	if (!n || cap - n < len + sizeof("\"\n"))
		return 0;
	/* a request may not write lines, or quotes, of its own */
	for (i = 0; i < len; i++)
		buf[n++] = request[i] >= ' ' && request[i] <= '~' &&
					   request[i] != '"'
				   ? request[i]
				   : '?';
	buf[n++] = '"';
	buf[n++] = '\n';
	return n;
}

size_t record_format_c(const struct ident *id, bool is_v4_socket, char *buf,
		       size_t cap)
{
	const struct ip_addr *a = &id->client.addr;
	char text[IP_ADDR_TEXT_MAX];

	ip_addr_format(a, text);
	if (is_v4_socket)
		return record_done(
			snprintf(buf, cap,
				 "%s accept getpeername %s : %u successful\n",
				 a->family == IP_V6 ? "AF_INET6" : "AF_INET",
				 text, id->client.port),
			cap);
	if (a->family == IP_V6)
		return record_done(snprintf(buf, cap,
					    "accept %s : %u successful\n", text,
					    id->client.port),
				   cap);
	return record_done(snprintf(buf, cap,
				    "accept ::ffff:%s : %u successful\n"
				    "connect %s successful\n",
				    text, id->client.port, text),
			   cap);
}

size_t record_format_java(const struct ident *id, char *buf, size_t cap)
{
	const uint8_t *b = id->client.addr.bytes;
	char text[RECORD_JAVA_ADDR_MAX];

	if (id->client.addr.family == IP_V6)
		(void)snprintf(text, sizeof(text), "%x:%x:%x:%x:%x:%x:%x:%x",
			       get_be16(b), get_be16(b + 2), get_be16(b + 4),
			       get_be16(b + 6), get_be16(b + 8),
			       get_be16(b + 10), get_be16(b + 12),
			       get_be16(b + 14));
	else
		(void)snprintf(text, sizeof(text), "%u.%u.%u.%u", b[0], b[1],
			       b[2], b[3]);
	return record_done(snprintf(buf, cap, "New client connected: /%s:%u\n",
				    text, id->client.port),
			   cap);
}

void record_listening(struct record *r, uint16_t port)
{
	char line[64];

	if (!r->is_open || r->format != LOG_FORMAT_JAVA)
		return;
	record_put(r, line,
		   record_done(snprintf(line, sizeof(line),
					"Server is listening on port %u\n",
					port),
			       sizeof(line)));
}

void record_identified(struct record *r, const struct ident *id,
		       bool is_v4_socket)
{
	char line[256];

	if (!r->is_open)
		return;
	if (r->format == LOG_FORMAT_C)
		record_put(r, line,
			   record_format_c(id, is_v4_socket, line,
					   sizeof(line)));
	else if (r->format == LOG_FORMAT_JAVA)
		record_put(r, line, record_format_java(id, line, sizeof(line)));
}

void record_request(struct record *r, const struct ident *id,
		    const char *request, size_t len)
{
	char line[1024];

	if (r->is_open && r->format == LOG_FORMAT_PYTHON)
		record_put(r, line,
			   record_format_python(id, clock_wall_ms(), request,
						len, line, sizeof(line)));
}

/* Is there room for another refusal in this second? */
static bool record_may_refuse(struct record *r)
{
	uint64_t now_s = clock_ms() / MS_PER_S;

	if (now_s != r->refused_s) {
		r->refused_s = now_s;
		r->refused_n = 0;
	}
	if (r->refused_n < RECORD_REFUSED_PER_S) {
		r->refused_n++;
		return true;
	}
	++*r->suppressed;
	return false;
}

void record_end(struct record *r, const struct ident *id,
		const struct record_end *end)
{
	char line[IDENT_LINE_MAX + 1024];

	if (!r->is_open ||
	    (end->reason == REASON_REFUSED && !record_may_refuse(r)))
		return;
	if (r->format == LOG_FORMAT_JSON)
		record_put(r, line,
			   record_format_json(id, end, line, sizeof(line)));
	else if (r->format == LOG_FORMAT_NGINX)
		record_put(r, line,
			   record_format_nginx(id, end, clock_wall_ms(), line,
					       sizeof(line)));
}
