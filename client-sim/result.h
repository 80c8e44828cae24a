/* SPDX-License-Identifier: BSD-2-Clause */
/* result.h - what came of a run: counters, the first bad cases, the summary */
#ifndef CLIENT_SIM_RESULT_H
#define CLIENT_SIM_RESULT_H

#include <stdint.h>
#include <stdio.h>

#include "base/exitcode.h"
#include "base/hist.h"
#include "plan.h"
#include "whoami.h"

/* Every connection ends for one of these reasons, and is counted once. */
enum conn_end {
	END_OK,
	END_REFUSED,	 /* connection refused; UDP: port unreachable */
	END_UNREACHABLE, /* no route, or the network said so */
	END_CONNECT_TIMEOUT,
	END_TIMEOUT, /* connected, then nothing for --timeout */
	END_RESET,
	END_CLOSED,   /* the peer's FIN came before the echo was whole */
	END_MISMATCH, /* a byte differs, or a datagram nobody sent */
	END_EXTRA,    /* more bytes than were sent */
	END_LOCAL,    /* this host: no port, no address, no descriptor */
	END_IO,	      /* another error of a system call */
	END_STOPPED,  /* by a second signal */
	END_COUNT,
};

/* end_name() - "ok", "refused", ...: as in the log */
const char *end_name(enum conn_end e);

/* Of each kind of bad case the first few are kept. */
#define RESULT_CASES 5

/* @got: valid unless @identity is IDENTITY_MISSING */
struct result_identity {
	uint64_t id;
	enum identity identity;
	struct endpoint local;
	struct endpoint expect;
	struct whoami got;
};

/* @off:  of the payload's first bad byte, in the stream or the datagram
 * @what: a short text, static storage
 */
struct result_mismatch {
	uint64_t id;
	uint64_t off;
	struct endpoint local;
	const char *what;
};

/* @requests:	TCP: messages echoed whole; UDP: datagrams answered
 * @sent, @received: payload bytes; headers and identity lines do not count
 * @checked:	connections whose identity was told
 * @missing:	connections that stood, whose identity was asked for in vain
 * @duplicates, @reordered, @lost, @cut, @merged: UDP datagrams
 * @http_errors: responses of status 400 and above
 * @paced:	operations that began by the schedule of a rate, the last of
 *		them @paced_ns after the start
 * @behind_ns:	how late the last of them was, or, in a timed run, the one that
 *		was due next when the time was over
 * @cpu_ns:	of this process, in user space and in the kernel
 * @errno_first: of the first END_LOCAL or END_IO, or 0
 */
struct result {
	uint64_t started;
	uint64_t ended[END_COUNT];
	uint64_t requests;
	uint64_t sent;
	uint64_t received;
	uint64_t checked;
	uint64_t wrong;
	uint64_t missing;
	uint64_t lost;
	uint64_t duplicates;
	uint64_t reordered;
	uint64_t cut;
	uint64_t merged;
	uint64_t http_errors;
	uint64_t paced;
	uint64_t paced_ns;
	uint64_t behind_ns;
	int errno_first;
	uint64_t elapsed_ns;
	uint64_t cpu_ns;
	struct hist latency_ns;
	struct hist connect_ns;
	unsigned n_identities;
	struct result_identity identities[RESULT_CASES];
	unsigned n_mismatches;
	struct result_mismatch mismatches[RESULT_CASES];
};

void result_add_identity(struct result *r, const struct result_identity *c);
void result_add_mismatch(struct result *r, const struct result_mismatch *c);

/* result_merge() - @elapsed_ns and @cpu_ns are not touched */
void result_merge(struct result *into, const struct result *from);

uint64_t result_failed(const struct result *r);

/* result_held_rate() - did every operation of a rate begin in its time, give or
 * take a hundredth of the run? True also without a rate.
 */
bool result_held_rate(const struct plan *p, const struct result *r);

/* result_paced_rate() - operations of the schedule that began, per second; a
 * ramp counts as what it would have been at the full rate
 */
double result_paced_rate(const struct plan *p, const struct result *r);

/* result_exit() - worst first: a finding, an I/O failure, a timeout.
 * Return: enum exit_code
 */
int result_exit(const struct plan *p, const struct result *r);

/* result_print() - the summary for people */
void result_print(const struct plan *p, const struct result *r, FILE *out);

/* result_print_latency() - the percentiles up to 99.999 %, for people */
void result_print_latency(const struct result *r, FILE *out);

/* result_print_json() - the same as one NDJSON line */
void result_print_json(const struct plan *p, const struct result *r, FILE *out);

#endif
