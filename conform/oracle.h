/* SPDX-License-Identifier: BSD-2-Clause */
/* oracle.h - reads back whom the origin took its client for.
 *
 * Some oracles find it in the answer; the late ones look elsewhere when the
 * connection is over: in a log, in what a command prints, in a capture.
 */
#ifndef CONFORM_ORACLE_H
#define CONFORM_ORACLE_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "build.h"
#include "case.h"
#include "wire/addr.h"

struct capture;

#define ORACLE_ERR_MAX	128
#define ORACLE_TEXT_MAX 96

enum oracle_type {
	ORACLE_BEHAVIOUR, /* none: only served or not */
	ORACLE_ECHO,	  /* the whoami line of tp-origin, or its HTTP form */
	ORACLE_HTTP,	  /* a regular expression over the answer */
	ORACLE_LOG,	  /* over the lines that a file gained */
	ORACLE_CMD,	  /* over what a command prints */
	ORACLE_PCAP,	  /* what tp-inspect reads in a capture */
	ORACLE_TOA_STATS, /* which of the getname_toa counters grew */
};

/* What the reader at the origin counts, over all CPUs: how often it named the
 * client (@ok), and how often it let the proxy's address stand.
 */
struct toa_stats {
	uint64_t ok, mismatch, bypass, empty;
};

/* @arg:    file, command or interface
 * @start:  ORACLE_LOG, ORACLE_PCAP of a file: its length when the trial began
 * @stats:  ORACLE_TOA_STATS: the counters then
 */
struct oracle {
	enum oracle_type type;
	char arg[512];
	char path[256]; /* ORACLE_HTTP; or the folder of @live */
	regex_t regex;
	bool has_regex;
	off_t start;
	struct toa_stats stats;
	uint16_t target_port;
	const char *inspect;  /* tp-inspect, or NULL */
	struct capture *live; /* ORACLE_PCAP of an interface; owned */
};

struct identity {
	enum identity_kind kind;
	char text[ORACLE_TEXT_MAX]; /* as the origin put it */
};

/* What is asked: whose connection, what it claimed, what it answered. */
struct oracle_question {
	const struct claim *claim;
	const struct endpoint *self; /* of the connection, as we see it */
	const uint8_t *reply;
	size_t reply_len;
};

/* oracle_parse() - "echo", "http:PATH:REGEX", "log:FILE:REGEX" (or nginx,
 * nginx-http, python, haproxy, postfix in place of REGEX), "cmd:COMMAND",
 * "pcap:FILE", "pcap:IFACE", "toa-stats:FILE", "behaviour". The expression is
 * POSIX extended; its first group is the address, a second one the port.
 */
bool oracle_parse(const char *text, struct oracle *ret,
		  char err[ORACLE_ERR_MAX]);
void oracle_fini(struct oracle *o);

/* oracle_is_late() - does it answer only after the connection's end? Then
 * trials run one after the other.
 */
bool oracle_is_late(const struct oracle *o);

/* oracle_mark() - before a trial: remember where things stand.
 * Return: 0 or -errno (a file that cannot be read)
 */
int oracle_mark(struct oracle *o);

/* oracle_ask() - *@ret is IDENTITY_UNKNOWN while there is nothing to read.
 * Return: false if that will not change; a late oracle may find the claim after
 * somebody else, whose line came late
 */
bool oracle_ask(struct oracle *o, const struct oracle_question *q,
		struct identity *ret);

/* identity_from_text() - which of the two is "@addr" with "@port"?
 * @port: NULL or empty: only the address is compared
 */
struct identity identity_from_text(const char *addr, const char *port,
				   const struct oracle_question *q);

/* oracle_late_read() - what a late oracle has to say, one piece of text.
 * Return: bytes, or -errno
 */
ssize_t oracle_late_read(struct oracle *o, const struct oracle_question *q,
			 char *out, size_t cap);

/* oracle_stats_read() - from a toa_stats table; 0 for a row that is not there.
 * Return: 0 or -errno
 */
int oracle_stats_read(const char *path, struct toa_stats *ret);

/* oracle_stats() - whom the counters speak of, if one grew since the mark. They
 * know no address: who is named counts as the claim, who is not as the peer.
 * A reader may count "empty" beside "ok", which then is the one that counts.
 */
void oracle_stats(const struct oracle *o, struct identity *ret);

/* oracle_pcap() - the clients that @inspect reads in the capture @path, but
 * for flows to @port, which are ours.
 */
void oracle_pcap(const struct oracle *o, const struct oracle_question *q,
		 struct identity *ret);

#endif
