/* SPDX-License-Identifier: BSD-2-Clause */
/* raw_options.c - see raw_options.h */
#include "raw_options.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/exitcode.h"
#include "base/opt.h"
#include "base/str.h"
#include "resolve.h"
#include "wire/wire.h"

#define RAW_TIMEOUT_MS 10000
#define RAW_DAY_MS     86400000ULL
#define RAW_MESSAGES   100000
/* Where Linux takes its ports from, too. */
#define RAW_PORT_FIRST 32768
#define RAW_PORT_COUNT 28232
#define RAW_TABLE_MAX  24

/* What the table writes to before it becomes options. */
struct raw_words {
	struct raw_options *out;
	const char *text;
	const char *hex;
	bool want_whoami;
	bool want_fin;
	int drop;
};

static bool raw_options_endpoint(void *dst, const char *value,
				 char err[OPT_ERR_MAX])
{
	struct endpoint e = { 0 };

	if (!ip_addr_parse(value, strlen(value), &e.addr) &&
	    !endpoint_parse(value, strlen(value), &e)) {
		str_copy(err, OPT_ERR_MAX, "is not IP, IP:PORT or [IPv6]:PORT");
		return false;
	}
	e.addr = ip_addr_unmap(&e.addr);
	*(struct endpoint *)dst = e;
	return true;
}

static size_t raw_options_table(struct raw_words *w, struct opt *t)
{
	static const char *const drops[] = { "none", "ack", NULL };
	struct raw_options *o = w->out;
	const struct opt opts[] = {
		{ 0, "src", "ADDR", OPT_CALL, &o->src,
		  .call = raw_options_endpoint,
		  .help = "be IP[:PORT], an address that no kernel owns: "
			  "needed; ARP and neighbour discovery for it are "
			  "answered" },
		{ 'i', "interface", "IFACE", OPT_STR, &o->ifname,
		  .help = "Ethernet interface; default: that of the route to "
			  "HOST" },
		{ 0, "opt", "WHERE=HEX", OPT_CALL, &o->opts,
		  .call = raw_opts_add_hex,
		  .help = "put these option bytes, right or wrong, into the "
			  "syn, the handshake's ack, each data segment, or "
			  "all; may be repeated" },
		{ 0, "toa", "WHERE=KIND:IP:PORT", OPT_CALL, &o->opts,
		  .call = raw_opts_add_toa,
		  .help = "put an option there that names a client, port "
			  "before address; may be repeated" },
		{ 0, "syn-opts", "LIST", OPT_CALL, &o->opts,
		  .call = raw_opts_set_own,
		  .help = "the client's own options, before the others: mss, "
			  "sack, ts, ws, or none; default mss" },
		{ 0, "payload", "TEXT", OPT_STR, &w->text,
		  .help = "the message; default: none" },
		{ 0, "payload-hex", "HEX", OPT_STR, &w->hex,
		  .help = "the message in hex digits" },
		{ 'n', "messages", "N", OPT_U32, &o->messages, 1, RAW_MESSAGES,
		  .help = "send the message N times, in a segment each, one "
			  "when the last is acknowledged; default 1" },
		{ 0, "expect", "TEXT", OPT_STR, &o->expect,
		  .help = "wait until TEXT stands in the first 64 KiB of the "
			  "reply" },
		{ 0, "whoami", NULL, OPT_FLAG, &w->want_whoami,
		  .help = "wait for the identity line of the origin and check "
			  "that the client it names is --src" },
		{ 0, "expect-client", "ADDR", OPT_CALL, &o->client,
		  .call = raw_options_endpoint,
		  .help = "as --whoami, but expect IP[:PORT]" },
		{ 0, "fin", NULL, OPT_FLAG, &w->want_fin,
		  .help = "at the end send FIN and await the peer's (the "
			  "default)" },
		{ 0, "rst", NULL, OPT_FLAG, &o->want_rst,
		  .help = "at the end send RST" },
		{ 0, "drop", "WHAT", OPT_CHOICE, &w->drop, .choices = drops,
		  .help = "ack: never send the handshake's ACK, so that the "
			  "first data segment ends the handshake" },
		{ 'W', "timeout", "DUR", OPT_DURATION, &o->timeout_ms, 1,
		  RAW_DAY_MS,
		  .help = "give up when nothing happens that long; default "
			  "10s" },
		{ 'v', "verbose", NULL, OPT_COUNT, &o->verbose,
		  .help = "tell each segment" },
		{ 'q', "quiet", NULL, OPT_FLAG, &o->is_quiet,
		  .help = "tell errors only" },
	};

	memcpy(t, opts, sizeof(opts));
	return ARRAY_SIZE(opts);
}

/* Return: NULL, or what is wrong */
static const char *raw_options_payload(struct raw_words *w)
{
	struct raw_options *o = w->out;

	if (w->text && w->hex)
		return "--payload and --payload-hex exclude each other";
	if (w->hex &&
	    !raw_hex(w->hex, o->payload, sizeof(o->payload), &o->payload_len))
		return "--payload-hex needs pairs of hex digits, of 65536 "
		       "bytes at most";
	if (!w->text)
		return NULL;
	o->payload_len = strlen(w->text);
	if (o->payload_len > sizeof(o->payload))
		return "--payload holds 65536 bytes at most";
	memcpy(o->payload, w->text, o->payload_len);
	return NULL;
}

static const char *raw_options_settle(struct raw_words *w)
{
	struct raw_options *o = w->out;
	const char *bad = raw_options_payload(w);

	if (bad)
		return bad;
	if (w->want_fin && o->want_rst)
		return "--fin and --rst exclude each other";
	o->drop_ack = w->drop;
	if (o->drop_ack && !o->payload_len)
		return "--drop ack needs a --payload, which ends the handshake "
		       "instead";
	if (o->src.addr.family == IP_NONE)
		return "--src is needed: an address that no kernel owns";
	if (!o->src.port) {
		uint32_t n = 0;

		if (getrandom(&n, sizeof(n), 0) != sizeof(n))
			return "no random numbers to choose a port";
		o->src.port = (uint16_t)(RAW_PORT_FIRST + n % RAW_PORT_COUNT);
	}
	if (w->want_whoami && o->client.addr.family == IP_NONE)
		o->client = o->src;
	return NULL;
}

static int raw_options_finish(const struct opt_spec *spec, struct raw_words *w,
			      char **operands, int n)
{
	struct raw_options *o = w->out;
	const char *bad = raw_options_settle(w);
	char err[PLAN_ERR_MAX] = "";

	_Static_assert(PLAN_ERR_MAX >= OPT_ERR_MAX, "one buffer for both");
	if (bad)
		return opt_fail(spec, "%s", bad);
	if (n != 2)
		return opt_fail(spec, "%s",
				n < 2 ? "HOST and PORT are needed"
				      : "too many operands");
	if (!raw_opts_check(&o->opts, err) ||
	    !resolve_target(operands[0], operands[1],
			    (enum ip_family)o->src.addr.family, &o->dst, err))
		return opt_fail(spec, "%s", err);
	return -1;
}

int raw_options_parse(int argc, char **argv, struct raw_options *ret)
{
	static const char tail[] =
		"exit status: 0 all well, 1 the reply is not what was "
		"expected, 2 usage,\n3 refused, reset or not to be sent, 4 a "
		"timeout";
	struct raw_words w = { .out = ret };
	struct opt table[RAW_TABLE_MAX] = { { 0 } };
	const struct opt_spec spec = {
		.prog = "tp-client raw",
		.usage = "[options] --src IP[:PORT] HOST PORT",
		.about = "One TCP connection without the kernel: any option "
			 "bytes in any segment. Needs CAP_NET_RAW and a source "
			 "address that is configured nowhere.",
		.tail = tail,
		.opts = table,
	};
	int first = 0, status;
	size_t n;

	*ret = (struct raw_options) { .opts = { .own = RAW_OWN_MSS },
				      .messages = 1,
				      .timeout_ms = RAW_TIMEOUT_MS };
	n = raw_options_table(&w, table);
	ASSERT(n < RAW_TABLE_MAX);
	status = opt_parse(&spec, argc, argv, &first);
	if (status != -1)
		return status;
	return raw_options_finish(&spec, &w, argv + first, argc - first);
}
