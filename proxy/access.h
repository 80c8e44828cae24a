/* SPDX-License-Identifier: BSD-2-Clause */
/* access.h - the access log: NDJSON with the product's field names.
 *
 * Bytes are those since the connection's last line; ReceivedBytes is what the
 * client received, SentBytes what it sent.
 * Source: cloud.tencent.com/document/product/1552/105792.
 */
#ifndef PROXY_ACCESS_H
#define PROXY_ACCESS_H

#include "base/linefile.h"
#include "fwd.h"

/* Why a connection or session ended: "direction:reason", where "up" is the
 * origin's side and "down" the client's.
 */
enum close_reason {
	CLOSE_NONE,	  /* still open: a line in between */
	CLOSE_CLIENT_EOF, /* both ends in order, the client first */
	CLOSE_ORIGIN_EOF,
	CLOSE_CLIENT_RESET,
	CLOSE_ORIGIN_RESET,
	CLOSE_CLIENT_TIMEOUT, /* idle */
	CLOSE_CONNECT_FAILED,
	CLOSE_CONNECT_TIMEOUT,
	CLOSE_SHUTDOWN, /* the proxy stops */
	CLOSE_REASON_COUNT,
};

struct access_entry {
	const struct fwd *fwd;
	struct endpoint client;
	struct endpoint vip;
	struct ip_addr origin;
	uint64_t session; /* unique in this process */
	uint64_t begin_wall_ms;
	uint64_t from_client_bytes;
	uint64_t to_client_bytes;
	enum close_reason reason;
};

/* @boot_id: makes session ids unique across restarts */
struct access_log {
	struct linefile file;
	const char *service_id;
	uint64_t boot_id;
	bool is_open;
};

/* access_open() - @path NULL: no log. Return: 0 or -errno */
int access_open(struct access_log *log, const char *path,
		const char *service_id);

/* access_close() - Return: lines lost */
uint64_t access_close(struct access_log *log);

/* access_session_text() - what SessionID says. Returns @out. */
char *access_session_text(const struct access_log *log, uint64_t session,
			  char out[LIVE_SESSION_ID_MAX]);

/* access_write() - from any thread */
void access_write(struct access_log *log, const struct access_entry *e);

const char *close_reason_name(enum close_reason r);

#endif
