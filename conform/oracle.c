/* SPDX-License-Identifier: BSD-2-Clause */
/* oracle.c - see oracle.h */
#include "oracle.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture.h"
#include "wire/wire.h"

#define REPLY_TEXT_MAX 65536

/* Formats of logs that need not be spelled out. */
static const struct {
	const char *name;
	const char *regex;
} log_formats[] = {
	/* $proxy_protocol_addr - $remote_addr [$time_local] ... */
	{ "nginx", "^([0-9a-fA-F:.-]+) - [^ ]+ \\[" },
	{ "nginx-http", "^([0-9a-fA-F:.-]+) - [^ ]+ \\[[^]]*\\] \"" },
	{ "python", "^([0-9a-fA-F:.-]+) - - \\[" },
	{ "haproxy", "([0-9a-fA-F.:]+):([0-9]+) \\[[0-9]+/" },
	{ "postfix", "connect from [^[]*\\[([0-9a-fA-F:.]+)\\]" },
	{ "json", "\"client\":\"([0-9a-fA-F:.]+)\",\"cport\":([0-9]+)" },
};

static bool oracle_fail(char err[ORACLE_ERR_MAX], const char *text)
{
	(void)snprintf(err, ORACLE_ERR_MAX, "%s", text);
	return false;
}

static bool oracle_set_regex(struct oracle *o, const char *text,
			     char err[ORACLE_ERR_MAX])
{
	size_t i;
	int status;

	for (i = 0; i < ARRAY_SIZE(log_formats); i++)
		if (!strcmp(log_formats[i].name, text))
			text = log_formats[i].regex;
	status = regcomp(&o->regex, text, REG_EXTENDED | REG_NEWLINE);
	if (status) {
		(void)regerror(status, &o->regex, err, ORACLE_ERR_MAX);
		return false;
	}
	o->has_regex = true;
	return o->regex.re_nsub >= 1 ||
	       oracle_fail(err, "the expression has no group for the address");
}

/* "FIRST:REGEX" into @out and the expression */
static bool oracle_two(struct oracle *o, const char *arg, char *out, size_t cap,
		       char err[ORACLE_ERR_MAX])
{
	const char *colon = strchr(arg, ':');

	if (!colon || colon == arg || !colon[1] || (size_t)(colon - arg) >= cap)
		return oracle_fail(err, "wants a name, ':' and an expression");
	memcpy(out, arg, (size_t)(colon - arg));
	out[colon - arg] = '\0';
	return oracle_set_regex(o, colon + 1, err);
}

bool oracle_parse(const char *text, struct oracle *ret,
		  char err[ORACLE_ERR_MAX])
{
	static const struct {
		const char *name;
		enum oracle_type type;
		bool has_arg;
	} types[] = {
		{ "behaviour", ORACLE_BEHAVIOUR, false },
		{ "echo", ORACLE_ECHO, false },
		{ "http", ORACLE_HTTP, true },
		{ "log", ORACLE_LOG, true },
		{ "cmd", ORACLE_CMD, true },
		{ "pcap", ORACLE_PCAP, true },
		{ "toa-stats", ORACLE_TOA_STATS, true },
	};
	size_t n = strcspn(text, ":"), i;
	const char *arg = text[n] ? text + n + 1 : "";

	*ret = (struct oracle) { 0 };
	for (i = 0; i < ARRAY_SIZE(types); i++)
		if (strlen(types[i].name) == n &&
		    !memcmp(types[i].name, text, n))
			break;
	if (i == ARRAY_SIZE(types))
		return oracle_fail(err, "must be echo, http:PATH:REGEX, "
					"log:FILE:REGEX, cmd:COMMAND, "
					"pcap:FILE|IFACE, "
					"toa-stats:FILE or behaviour");
	ret->type = types[i].type;
	if (types[i].has_arg != (*arg != '\0'))
		return oracle_fail(err, types[i].has_arg
						? "wants an argument after ':'"
						: "takes no argument");
	if (ret->type == ORACLE_LOG)
		return oracle_two(ret, arg, ret->arg, sizeof(ret->arg), err);
	if (ret->type == ORACLE_HTTP)
		return oracle_two(ret, arg, ret->path, sizeof(ret->path), err);
	(void)snprintf(ret->arg, sizeof(ret->arg), "%s", arg);
	return ret->type != ORACLE_CMD ||
	       oracle_set_regex(ret, "([0-9a-fA-F]*[.:][0-9a-fA-F:.]+|-)", err);
}

void oracle_fini(struct oracle *o)
{
	if (o->has_regex)
		regfree(&o->regex);
	o->has_regex = false;
	capture_close(o->live);
	if (o->live)
		(void)rmdir(o->path);
	o->live = NULL;
}

bool oracle_is_late(const struct oracle *o)
{
	return o->type == ORACLE_LOG || o->type == ORACLE_CMD ||
	       o->type == ORACLE_PCAP || o->type == ORACLE_TOA_STATS;
}

int oracle_mark(struct oracle *o)
{
	struct stat st;

	if (o->type == ORACLE_TOA_STATS)
		return oracle_stats_read(o->arg, &o->stats);
	if (o->type != ORACLE_LOG && (o->type != ORACLE_PCAP || o->live))
		return 0;
	if (stat(o->arg, &st))
		return -errno;
	o->start = st.st_size;
	return 0;
}

static bool is_addr(const struct ip_addr *a, const struct ip_addr *b)
{
	struct ip_addr x = ip_addr_unmap(a), y = ip_addr_unmap(b);

	return ip_addr_eq(&x, &y);
}

struct identity identity_from_text(const char *addr, const char *port,
				   const struct oracle_question *q)
{
	struct identity id = { .kind = IDENTITY_OTHER };
	struct ip_addr a;
	bool has_port = port && *port;
	unsigned long p = has_port ? strtoul(port, NULL, 10) : 0;

	(void)snprintf(id.text, sizeof(id.text), "%.48s%s%.8s", addr,
		       has_port ? " port " : "", has_port ? port : "");
	if (!*addr || !strcmp(addr, "-") || !strcmp(addr, "unknown")) {
		id.kind = IDENTITY_UNSET;
		return id;
	}
	if (!ip_addr_parse(addr, strlen(addr), &a))
		return id;
	if ((is_addr(&a, &q->claim->src4) || is_addr(&a, &q->claim->src6)) &&
	    (!has_port || p == q->claim->sport))
		id.kind = IDENTITY_CLAIM;
	else if (is_addr(&a, &q->self->addr) &&
		 (!has_port || p == q->self->port))
		id.kind = IDENTITY_REAL;
	return id;
}

static bool is_other_claim(const char *addr, const struct identity *id)
{
	struct ip_addr a;

	return id->kind == IDENTITY_OTHER &&
	       ip_addr_parse(addr, strlen(addr), &a) && claim_is_any(&a);
}

/* oracle_match() - the last match of the expression that names the claim,
 * else the last one
 */
static bool oracle_match(const struct oracle *o, const char *text,
			 const struct oracle_question *q, struct identity *ret)
{
	regmatch_t m[3];
	bool has = false;

	while (!regexec(&o->regex, text, ARRAY_SIZE(m), m, 0)) {
		char addr[64] = "", port[16] = "";
		struct identity id;

		if (m[1].rm_so >= 0)
			(void)snprintf(addr, sizeof(addr), "%.*s",
				       (int)(m[1].rm_eo - m[1].rm_so),
				       text + m[1].rm_so);
		if (o->regex.re_nsub >= 2 && m[2].rm_so >= 0)
			(void)snprintf(port, sizeof(port), "%.*s",
				       (int)(m[2].rm_eo - m[2].rm_so),
				       text + m[2].rm_so);
		id = identity_from_text(addr, port, q);
		/* a line of an earlier trial that came late */
		if (oracle_is_late(o) && is_other_claim(addr, &id)) {
			text += m[0].rm_eo;
			continue;
		}
		if (!has || ret->kind != IDENTITY_CLAIM)
			*ret = id;
		has = true;
		if (m[0].rm_eo == 0)
			break;
		text += m[0].rm_eo;
	}
	return has;
}

/* oracle_whoami() - "client" and "cport" of tp-origin's line */
static void oracle_whoami(const char *text, const struct oracle_question *q,
			  struct identity *ret)
{
	const char *at = strstr(text, "\"client\":\"");
	const char *port = at ? strstr(at, "\"cport\":") : NULL;
	char addr[64], digits[16] = "";

	if (!at || !strstr(text, "\"type\":\"whoami\""))
		return;
	at += sizeof("\"client\":\"") - 1;
	(void)snprintf(addr, sizeof(addr), "%.*s", (int)strcspn(at, "\""), at);
	if (port) {
		port += sizeof("\"cport\":") - 1;
		(void)snprintf(digits, sizeof(digits), "%.*s",
			       (int)strspn(port, "0123456789"), port);
	}
	*ret = identity_from_text(addr, digits, q);
}

/* a NUL-terminated copy of the answer that has no other NUL */
static void oracle_text(const struct oracle_question *q, char *out, size_t cap)
{
	size_t n = q->reply_len < cap - 1 ? q->reply_len : cap - 1, i;

	for (i = 0; i < n; i++)
		out[i] = q->reply[i] ? (char)q->reply[i] : ' ';
	out[n] = '\0';
}

bool oracle_ask(struct oracle *o, const struct oracle_question *q,
		struct identity *ret)
{
	static char text[REPLY_TEXT_MAX];

	*ret = (struct identity) { 0 };
	switch (o->type) {
	case ORACLE_BEHAVIOUR:
		return false;
	case ORACLE_ECHO:
		oracle_text(q, text, sizeof(text));
		oracle_whoami(text, q, ret);
		return false;
	case ORACLE_HTTP:
		oracle_text(q, text, sizeof(text));
		(void)oracle_match(o, text, q, ret);
		return false;
	case ORACLE_LOG:
	case ORACLE_CMD:
		if (oracle_late_read(o, q, text, sizeof(text)) > 0)
			(void)oracle_match(o, text, q, ret);
		return ret->kind != IDENTITY_CLAIM;
	case ORACLE_PCAP:
		oracle_pcap(o, q, ret);
		return ret->kind != IDENTITY_CLAIM;
	case ORACLE_TOA_STATS:
		oracle_stats(o, ret);
		return ret->kind != IDENTITY_CLAIM;
	}
	return false;
}
