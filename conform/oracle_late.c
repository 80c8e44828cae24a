/* SPDX-License-Identifier: BSD-2-Clause */
/* oracle_late.c - what can be read only when the connection is over */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "capture.h"
#include "oracle.h"
#include "tool.h"
#include "wire/wire.h"

#define COMMAND_MS  5000
#define INSPECT_MAX 65536

/* what the log gained, whole lines only */
static ssize_t late_read_log(const struct oracle *o, char *out, size_t cap)
{
	int fd = open(o->arg, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n;
	char *end;

	if (fd < 0)
		return -errno;
	n = pread(fd, out, cap - 1, o->start);
	fd_close(&fd);
	if (n <= 0)
		return n;
	out[n] = '\0';
	end = memrchr(out, '\n', (size_t)n);
	if (!end)
		return 0;
	end[1] = '\0';
	return end + 1 - out;
}

/* The command finds the claim in its environment. */
static ssize_t late_run(const struct oracle *o, const struct oracle_question *q,
			char *out, size_t cap)
{
	char sh[] = "/bin/sh", c[] = "-c", command[640], addr[64];
	char *argv[] = { sh, c, command, NULL };
	int status;

	(void)setenv("TP_CLAIM4", ip_addr_format(&q->claim->src4, addr), 1);
	(void)setenv("TP_CLAIM6", ip_addr_format(&q->claim->src6, addr), 1);
	(void)snprintf(addr, sizeof(addr), "%u", q->claim->sport);
	(void)setenv("TP_CLAIM_PORT", addr, 1);
	(void)snprintf(addr, sizeof(addr), "%u", q->self->port);
	(void)setenv("TP_REAL_PORT", addr, 1);
	(void)snprintf(command, sizeof(command), "%s", o->arg);
	status = tool_run(argv, COMMAND_MS, out, cap);
	return status < 0 ? status : (ssize_t)strlen(out);
}

ssize_t oracle_late_read(struct oracle *o, const struct oracle_question *q,
			 char *out, size_t cap)
{
	return o->type == ORACLE_LOG ? late_read_log(o, out, cap)
				     : late_run(o, q, out, cap);
}

/* the sum of the numbers of a row */
static uint64_t stats_row(const char *s)
{
	uint64_t sum = 0;
	char *end;

	for (;;) {
		unsigned long long v = strtoull(s, &end, 10);

		if (end == s)
			return sum;
		sum += v;
		s = end;
	}
}

int oracle_stats_read(const char *path, struct toa_stats *ret)
{
	const struct {
		const char *name;
		uint64_t *sum;
	} rows[] = {
		{ "getname_toa_ok", &ret->ok },
		{ "getname_toa_mismatch", &ret->mismatch },
		{ "getname_toa_bypass", &ret->bypass },
		{ "getname_toa_empty", &ret->empty },
	};
	char line[4096];
	FILE *f = fopen(path, "re");

	if (!f)
		return -errno;
	*ret = (struct toa_stats) { 0 };
	while (fgets(line, sizeof(line), f)) {
		const char *name = line + strspn(line, " \t");
		size_t len = strcspn(name, ": \t\n"), i;

		for (i = 0; i < ARRAY_SIZE(rows); i++)
			if (strlen(rows[i].name) == len &&
			    !memcmp(name, rows[i].name, len))
				*rows[i].sum =
					stats_row(name + len +
						  strspn(name + len, ": \t"));
	}
	(void)fclose(f);
	return 0;
}

void oracle_stats(const struct oracle *o, struct identity *ret)
{
	const struct toa_stats *was = &o->stats;
	struct toa_stats now = { 0 };

	/* lower ones than before: the reader was loaded anew */
	if (oracle_stats_read(o->arg, &now) || now.ok < was->ok ||
	    now.mismatch < was->mismatch || now.bypass < was->bypass ||
	    now.empty < was->empty)
		return;
	if (now.ok > was->ok)
		ret->kind = IDENTITY_CLAIM;
	else if (now.mismatch > was->mismatch || now.bypass > was->bypass ||
		 now.empty > was->empty)
		ret->kind = IDENTITY_REAL;
	(void)snprintf(ret->text, sizeof(ret->text),
		       "getname_toa_ok +%llu, mismatch +%llu, bypass +%llu, "
		       "empty +%llu",
		       (unsigned long long)(now.ok - was->ok),
		       (unsigned long long)(now.mismatch - was->mismatch),
		       (unsigned long long)(now.bypass - was->bypass),
		       (unsigned long long)(now.empty - was->empty));
}

/* the value of a member of the JSON line @s, without its quotes */
static bool line_member(const char *s, const char *key, char *out, size_t cap)
{
	const char *at = strstr(s, key);

	if (!at)
		return false;
	at += strlen(key);
	at += *at == '"';
	(void)snprintf(out, cap, "%.*s", (int)strcspn(at, "\",}"), at);
	return true;
}

/* one that stands may be of an earlier run, whose claims were the same */
static bool late_grew(const struct oracle *o)
{
	struct stat st;

	return o->live || (!stat(o->arg, &st) && st.st_size > o->start);
}

void oracle_pcap(const struct oracle *o, const struct oracle_question *q,
		 struct identity *ret)
{
	static char text[INSPECT_MAX];
	char read_option[] = "-r", json[] = "-J", quiet[] = "-q";
	char file[512], tool[TOOL_PATH_MAX], mine[16];
	char *argv[] = { tool, read_option, file, json, quiet, NULL };
	char *line, *save = NULL;

	if (!o->inspect || !late_grew(o))
		return;
	(void)snprintf(tool, sizeof(tool), "%s", o->inspect);
	if (o->live)
		capture_read(o->live);
	(void)snprintf(file, sizeof(file), "%s",
		       o->live ? capture_file(o->live) : o->arg);
	(void)snprintf(mine, sizeof(mine), "%u", o->target_port);
	if (tool_run(argv, COMMAND_MS, text, sizeof(text)) < 0)
		return;
	for (line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		char addr[64], port[16] = "", to[16] = "";
		struct identity id;

		if (!line_member(line, "\"client\":", addr, sizeof(addr)))
			continue;
		(void)line_member(line, "\"cport\":", port, sizeof(port));
		(void)line_member(line, "\"dport\":", to, sizeof(to));
		if (!strcmp(to, mine))
			continue;
		id = identity_from_text(addr, port, q);
		if (id.kind == IDENTITY_CLAIM)
			*ret = id;
	}
}
