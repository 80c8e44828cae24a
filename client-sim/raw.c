/* SPDX-License-Identifier: BSD-2-Clause */
/* raw.c - see raw.h: the connection, the link and the clock together */
#include "raw.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/clock.h"
#include "base/exitcode.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/sig.h"
#include "raw_conn.h"
#include "raw_link.h"
#include "raw_options.h"
#include "raw_reply.h"
#include "wire/ip.h"
#include "wire/wire.h"

#define RAW_ASK_MS 250
#define RAW_ASKS   8

struct raw_run {
	const struct raw_options *o;
	struct raw_link link;
	struct raw_conn conn;
	struct raw_reply reply;
	int sig_fd;
	uint32_t isn;
	uint64_t lost; /* frames the interface did not take */
	uint8_t out[TCP_HDR_MAX + UINT16_MAX];
};

static void raw_tell(const char *way, uint16_t flags, uint32_t seq,
		     const uint8_t *opt, size_t opt_len, size_t len)
{
	static const char letters[] = "FSRPAUEC";
	char set[sizeof(letters)], hex[2 * RAW_AREA_MAX + 1] = "none";
	size_t i, n = 0;

	if (log_level() < LOG_LEVEL_DEBUG)
		return;
	for (i = 0; letters[i]; i++)
		if (flags & 1U << i)
			set[n++] = letters[i];
	set[n] = '\0';
	for (i = 0; i < opt_len; i++)
		(void)snprintf(hex + 2 * i, 3, "%02x", opt[i]);
	log_debug("%s [%s] seq %u, %zu bytes, options %s", way, set, seq, len,
		  hex);
}

static void raw_on_send(void *ctx, const struct raw_segment *s)
{
	struct raw_run *r = ctx;
	size_t len = raw_segment_build(s, r->out);
	int err = raw_link_send(&r->link, r->out, len);

	raw_tell("sent", s->flags, s->seq - r->isn, s->opt, s->opt_len, s->len);
	if (!err)
		return;
	r->lost++;
	log_debug("not sent: %s", strerror(-err));
}

static bool raw_on_take(void *ctx, const uint8_t *data, size_t len)
{
	struct raw_run *r = ctx;

	(void)fwrite(data, 1, len, stdout); /* ferror() is asked at the end */
	(void)fflush(stdout);
	return raw_reply_add(&r->reply, data, len);
}

/* Wait for frames, a signal or @until_ms. Return: false on a signal */
static bool raw_wait(struct raw_run *r, uint64_t until_ms)
{
	struct pollfd fds[] = {
		{ .fd = r->link.fd, .events = POLLIN },
		{ .fd = r->sig_fd, .events = POLLIN },
	};
	uint64_t now_ms = clock_ms();
	uint64_t ms = until_ms > now_ms ? until_ms - now_ms : 0;

	(void)poll(fds, ARRAY_SIZE(fds), ms < INT32_MAX ? (int)ms : INT32_MAX);
	return !fds[1].revents;
}

static int raw_resolve(struct raw_run *r)
{
	uint64_t end_ms = clock_ms() + r->o->timeout_ms;
	char text[IP_ADDR_TEXT_MAX];
	int i;

	for (i = 0; i < RAW_ASKS && clock_ms() < end_ms; i++) {
		uint64_t until_ms = clock_ms() + RAW_ASK_MS;
		struct raw_link_in in;

		raw_link_ask(&r->link);
		do {
			if (!raw_wait(r, until_ms))
				return EXIT_IO;
			while (raw_link_next(&r->link, &in) > 0)
				continue;
			if (r->link.has_hop_mac)
				return EXIT_OK;
		} while (clock_ms() < until_ms);
	}
	log_error("nobody on the link answers for %s",
		  ip_addr_format(&r->link.hop, text));
	return EXIT_TIMEOUT;
}

static void raw_loop(struct raw_run *r)
{
	struct raw_link_in in;
	int rc;

	while (r->conn.state != RAW_DONE) {
		if (!raw_wait(r, raw_conn_due_ms(&r->conn))) {
			raw_conn_abort(&r->conn, RAW_END_STOPPED);
			break;
		}
		while ((rc = raw_link_next(&r->link, &in)) > 0) {
			raw_tell("got", in.hdr.flags,
				 in.hdr.flags & TCP_F_SYN
					 ? 0
					 : in.hdr.seq - r->conn.irs,
				 in.hdr.opt, in.hdr.opt_len, in.len);
			raw_conn_input(&r->conn, &in.hdr, in.data, in.len,
				       clock_ms());
		}
		if (rc < 0) {
			log_error("cannot read from the interface");
			raw_conn_abort(&r->conn, RAW_END_STOPPED);
			break;
		}
		raw_conn_timer(&r->conn, clock_ms());
	}
}

static int raw_end_exit(const struct raw_run *r)
{
	static const struct {
		const char *text;
		int status;
	} ends[] = {
		[RAW_END_OK] = { "closed", EXIT_OK },
		[RAW_END_REFUSED] = { "refused", EXIT_IO },
		[RAW_END_RESET] = { "reset by the peer", EXIT_IO },
		[RAW_END_CONNECT_TIMEOUT] = { "timed out while connecting",
					      EXIT_TIMEOUT },
		[RAW_END_TIMEOUT] = { "timed out", EXIT_TIMEOUT },
		[RAW_END_STOPPED] = { "stopped", EXIT_IO },
	};
	const struct raw_conn *c = &r->conn;
	char src[ENDPOINT_TEXT_MAX], dst[ENDPOINT_TEXT_MAX];

	(c->end == RAW_END_OK ? log_info : log_error)(
		"%s to %s: %s; %llu bytes sent, %llu received, %llu segments "
		"sent again",
		endpoint_format(&r->o->src, src),
		endpoint_format(&r->o->dst, dst), ends[c->end].text,
		(unsigned long long)c->offset, (unsigned long long)c->received,
		(unsigned long long)c->sent_again);
	if (r->lost)
		log_error("%llu frames were not taken by the interface",
			  (unsigned long long)r->lost);
	if (r->link.bad_csum || r->link.malformed)
		log_warn("%llu segments with a wrong checksum and %llu "
			 "malformed packets were dropped",
			 (unsigned long long)r->link.bad_csum,
			 (unsigned long long)r->link.malformed);
	return ends[c->end].status;
}

static int raw_judge(struct raw_run *r, int status)
{
	char want[ENDPOINT_TEXT_MAX], seen[ENDPOINT_TEXT_MAX];
	bool is_right = raw_reply_close(&r->reply);
	const struct raw_reply *y = &r->reply;

	if (y->expect && !y->is_matched)
		log_error("the reply does not hold '%s'", y->expect);
	if (y->identity == IDENTITY_MISSING)
		log_error("client-ip: no identity line");
	else if (y->identity != IDENTITY_OFF)
		(is_right ? log_info : log_error)(
			"client-ip: %s, expected %s, the origin says %s",
			identity_name(y->identity),
			endpoint_format(&y->client, want),
			endpoint_format(&y->seen.client, seen));
	/* What ended early for another reason is not a wrong reply. */
	if (y->identity == IDENTITY_WRONG || (!is_right && !status))
		return EXIT_FINDING;
	return status;
}

static int raw_run(struct raw_run *r)
{
	const struct raw_options *o = r->o;
	unsigned hdrs = o->dst.addr.family == IP_V6 ? IP6_HDR_LEN + TCP_HDR_LEN
						    : IP4_HDR_LEN + TCP_HDR_LEN;
	const struct raw_conn_ops ops = { raw_on_send, raw_on_take, r };
	struct raw_task task = {
		.src = o->src,
		.dst = o->dst,
		.opts = &o->opts,
		.payload = o->payload,
		.payload_len = o->payload_len,
		.messages = o->messages,
		.mss = (uint16_t)(r->link.mtu > UINT16_MAX
					  ? UINT16_MAX - hdrs
					  : r->link.mtu - hdrs),
		.want_rst = o->want_rst,
		.drop_ack = o->drop_ack,
		.timeout_ms = o->timeout_ms,
	};
	int status = raw_resolve(r);

	if (status)
		return status;
	raw_reply_init(&r->reply, o->expect,
		       o->client.addr.family != IP_NONE ? &o->client : NULL);
	raw_conn_start(&r->conn, &task, &ops, r->isn,
		       raw_reply_is_complete(&r->reply), clock_ms());
	raw_loop(r);
	status = raw_judge(r, raw_end_exit(r));
	if (fflush(stdout) || ferror(stdout)) {
		log_error("cannot write to standard output");
		return EXIT_IO;
	}
	return status;
}

int raw_main(int argc, char **argv)
{
	static const int sigs[] = { SIGINT, SIGTERM };
	static struct raw_options o; /* large, as is r */
	static struct raw_run r;
	char err[RAW_LINK_ERR_MAX] = "";
	int status = raw_options_parse(argc, argv, &o);
	int rc;

	if (status != -1)
		return status;
	log_init("tp-client raw", o.is_quiet  ? LOG_LEVEL_ERROR
				  : o.verbose ? LOG_LEVEL_DEBUG
					      : LOG_LEVEL_INFO);
	r.o = &o;
	if (getrandom(&r.isn, sizeof(r.isn), 0) != sizeof(r.isn) ||
	    sig_open(sigs, ARRAY_SIZE(sigs), &r.sig_fd)) {
		log_error("cannot start");
		return EXIT_IO;
	}
	rc = raw_link_open(&r.link, o.ifname, &o.src, &o.dst, err);
	if (rc) {
		log_error("%s", *err ? err : strerror(-rc));
		status = rc == -EADDRINUSE || rc == -ENODEV ? EXIT_USAGE
							    : EXIT_IO;
	} else {
		status = raw_run(&r);
		raw_link_close(&r.link);
	}
	fd_close(&r.sig_fd);
	return status;
}
