/* SPDX-License-Identifier: BSD-2-Clause */
/* case.h - a conformance case as data: what is sent, what counts as a pass.
 *
 * A case is one row of a table; its script is text, so that it reads like the
 * exchange on the wire and so that a report can print it. script.h has the
 * language. A case with a sweep stands for several trials, one a value of `$`.
 */
#ifndef CONFORM_CASE_H
#define CONFORM_CASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How binding the text is: INFO reports what is free, and never fails. */
enum case_level {
	LEVEL_MUST,
	LEVEL_SHOULD,
	LEVEL_INFO,
};

/* What a failure means for the owner of the origin or the proxy. */
enum case_grave {
	GRAVE_CRITICAL, /* anybody can be anybody: fails at every level */
	GRAVE_HIGH,	/* wrong clients, or connections lost */
	GRAVE_MEDIUM,	/* wrong under rare input */
	GRAVE_LOW,	/* untidy */
	GRAVE_NONE,
};

/* Who is on trial; a case may suit several modes. */
enum case_mode {
	CASE_PPV1 = 1U << 0,
	CASE_PPV2 = 1U << 1,
	CASE_TOA = 1U << 2,
	CASE_SPP = 1U << 3,
	CASE_OFF = 1U << 4,
	CASE_PP = CASE_PPV1 | CASE_PPV2,
};

enum case_flags {
	CASE_F_UDP = 1U << 0,	    /* over UDP; else over TCP */
	CASE_F_UNTRUSTED = 1U << 1, /* needs an untrusted source address */
	CASE_F_SLOW = 1U << 2,	    /* takes the patience time */
	CASE_F_IDENTITY = 1U << 3,  /* says nothing unless the oracle can tell
				     * whom the origin believed */
	CASE_F_RAW = 1U << 4,	    /* needs tp-client raw */
	CASE_F_CLIENT_FIRST = 1U << 5, /* a greeting would hide it */
	CASE_F_CROWD = 1U << 6,	       /* nothing else runs beside it */
};

/* @id:     "ppv1/line/leading-zero-octet": the area, then what it is about
 * @req:    the requirements it shows, separated by blanks: "V1.4 seed/65"
 * @clause: the text it rests on, short, with its place
 * @script: see script.h; NULL for a case that a function runs
 * @sweep:  values of `$`: "1-14,16", or "cut": each offset inside the first
 *	    header; NULL: one trial
 * @trait:  what a pass, and what a failure says of the implementation, as
 *	    "refuses split headers|takes split headers"; or NULL
 */
struct case_def {
	const char *id;
	const char *title;
	enum case_level level;
	enum case_grave grave;
	unsigned modes; /* enum case_mode */
	unsigned flags; /* enum case_flags */
	const char *req;
	const char *clause;
	const char *script;
	const char *sweep;
	const char *trait;
};

enum case_status {
	STATUS_PENDING,
	STATUS_PASS,
	STATUS_FAIL,
	STATUS_INFO,	     /* LEVEL_INFO: @got says what was seen */
	STATUS_SKIP,	     /* does not apply, or lacks a privilege */
	STATUS_INCONCLUSIVE, /* ran, and shows nothing */
};

/* How an exchange ended. */
enum outcome {
	OUTCOME_NONE,
	OUTCOME_SERVED,
	OUTCOME_LEAK,	     /* served, with header bytes in the payload */
	OUTCOME_HEADER,	     /* served, but for the header of the answer */
	OUTCOME_GARBLED,     /* an answer, but not the probe's */
	OUTCOME_REFUSED,     /* a refusal in the protocol's words */
	OUTCOME_CLOSED,	     /* FIN */
	OUTCOME_RESET,	     /* RST; ICMP for UDP */
	OUTCOME_SILENT,	     /* nothing until the timeout */
	OUTCOME_GREETED,     /* bytes where there had to be none */
	OUTCOME_UNREACHABLE, /* no connection */
	OUTCOME_BROKEN,	     /* the case itself could not be run */
};

/* Whom the origin believed. */
enum identity_kind {
	IDENTITY_UNKNOWN, /* the oracle cannot tell */
	IDENTITY_CLAIM,	  /* the client of the header */
	IDENTITY_REAL,	  /* the connection's own peer */
	IDENTITY_UNSET,	  /* said: nobody ("-") */
	IDENTITY_OTHER,	  /* somebody else */
};

#define CASE_TEXT_MAX  256
#define CASE_PORTS_MAX 64

/* @expected, @got: for people
 * @first_bad: the least value of the sweep that failed
 * @outcome, @identity, @close_ms: of its last trial; @close_ms is the time
 *	      from the connection to its end by the peer
 * @ports:   local ports of its connections, for the capture
 * @capture: file of --keep-pcap, or empty
 */
struct case_result {
	const struct case_def *def;
	enum case_status status;
	uint32_t n_trials;
	uint32_t n_failed;
	uint32_t n_inconclusive;
	uint32_t first_bad;
	uint64_t ms;
	enum outcome outcome;
	enum identity_kind identity;
	uint64_t close_ms;
	char expected[CASE_TEXT_MAX];
	char got[CASE_TEXT_MAX];
	uint32_t n_ports;
	uint16_t ports[CASE_PORTS_MAX];
	char capture[CASE_TEXT_MAX];
};

struct case_table {
	const struct case_def *cases;
	size_t n;
};

/* The tables of `tp-conform origin` */
extern const struct case_table cases_ppv1;
extern const struct case_table cases_ppv2;
extern const struct case_table cases_common;
extern const struct case_table cases_udp;
extern const struct case_table cases_toa;

/* Of `tp-conform run`: rules, batches and relays of our own proxy */
extern const struct case_table cases_rule;
/* The same: the life of instances and their rules, through the control plane */
extern const struct case_table cases_life;

const char *case_level_name(enum case_level l);	  /* "MUST" */
const char *case_grave_name(enum case_grave g);	  /* "CRITICAL" */
const char *case_status_name(enum case_status s); /* "pass" */

/* case_selected() - does @id match one of the @n prefixes, or one of its
 * requirements one of them as a whole? All match if @n is 0.
 */
bool case_selected(const struct case_def *d, char *const *prefixes, size_t n);

/* case_is_failure() - does @r fail the run?
 * @is_strict: SHOULD counts too
 */
bool case_is_failure(const struct case_result *r, bool is_strict);

#endif
