/* SPDX-License-Identifier: BSD-2-Clause */
/* access.c - see access.h */
#include "access.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/json.h"

#define ACCESS_LINE_MAX 2048

int access_open(struct access_log *log, const char *path,
		const char *service_id)
{
	int err;

	log->is_open = false;
	log->service_id = service_id;
	if (getrandom(&log->boot_id, sizeof(log->boot_id), 0) !=
	    (ssize_t)sizeof(log->boot_id))
		log->boot_id = clock_ns();
	if (!path)
		return 0;
	/* standard output is watched by somebody, a file is not */
	err = linefile_open(
		&log->file, path,
		LINEFILE_JSON | (strcmp(path, "-") == 0 ? LINEFILE_NOW : 0U));
	log->is_open = !err;
	return err;
}

uint64_t access_close(struct access_log *log)
{
	uint64_t lost = log->is_open ? linefile_close(&log->file) : 0;

	log->is_open = false;
	return lost;
}

const char *close_reason_name(enum close_reason r)
{
	static const char *const names[CLOSE_REASON_COUNT] = {
		[CLOSE_NONE] = "-",
		[CLOSE_CLIENT_EOF] = "down:net_exception_peer_close",
		[CLOSE_ORIGIN_EOF] = "up:net_exception_peer_close",
		[CLOSE_CLIENT_RESET] = "down:net_exception_peer_error",
		[CLOSE_ORIGIN_RESET] = "up:net_exception_peer_error",
		[CLOSE_CLIENT_TIMEOUT] = "down:net_exception_timeout",
		[CLOSE_CONNECT_FAILED] = "up:create_peer_channel_exception",
		[CLOSE_CONNECT_TIMEOUT] = "up:net_exception_timeout",
		[CLOSE_SHUTDOWN] = "down:net_exception_closed",
	};

	return names[r];
}

char *access_session_text(const struct access_log *log, uint64_t session,
			  char out[LIVE_SESSION_ID_MAX])
{
	(void)snprintf(out, LIVE_SESSION_ID_MAX, "%016llx-%llx",
		       (unsigned long long)log->boot_id,
		       (unsigned long long)session);
	return out;
}

void access_write(struct access_log *log, const struct access_entry *e)
{
	const struct rule *r = e->fwd->rule;
	uint64_t now = clock_wall_ms();
	char line[ACCESS_LINE_MAX], ip[IP_ADDR_TEXT_MAX];
	char time[CLOCK_TEXT_MAX], id[LIVE_SESSION_ID_MAX];
	struct json j;
	const char *text;
	size_t len;

	if (!log->is_open)
		return;
	json_init(&j, line, sizeof(line));
	json_begin(&j, NULL, '{');
	json_u64(&j, "v", 1);
	json_str(&j, "ClientRealIP", ip_addr_format(&e->client.addr, ip));
	json_str(&j, "ClientRegion", "-");
	json_str(&j, "ConnectTimeStamp",
		 clock_format_utc(e->begin_wall_ms, time));
	json_str(&j, "DisconnetReason", close_reason_name(e->reason));
	json_str(&j, "DisconnetTimeStamp",
		 e->reason == CLOSE_NONE ? "-" : clock_format_utc(now, time));
	json_str(&j, "EdgeIP", ip_addr_format(&e->vip.addr, ip));
	json_u64(&j, "ForwardPort", e->vip.port);
	json_str(&j, "ForwardProtocol", r->proto == RULE_TCP ? "TCP" : "UDP");
	json_str(&j, "LogTimeStamp", clock_format_utc(now, time));
	json_u64(&j, "ReceivedBytes", e->to_client_bytes);
	json_u64(&j, "SentBytes", e->from_client_bytes);
	json_str(&j, "ServiceID", log->service_id);
	json_str(&j, "SessionID", access_session_text(log, e->session, id));
	/* what the product does not tell and a test wants to know */
	json_u64(&j, "ClientPort", e->client.port);
	json_str(&j, "OriginIP", ip_addr_format(&e->origin, ip));
	json_u64(&j, "OriginPort", rule_origin_port(r, e->vip.port));
	json_str(&j, "PassMode", rule_mode_name(r->mode));
	json_str(&j, "RuleTag", r->tag);
	json_end(&j);
	text = json_line(&j, &len);
	if (text)
		linefile_put(&log->file, text, len);
}
