/* SPDX-License-Identifier: BSD-2-Clause */
/* proxy_end.h - the two ends of a proxy in one thread: sockets that keep what
 * they read, and one loop that moves both until something is the case.
 */
#ifndef CONFORM_PROXY_END_H
#define CONFORM_PROXY_END_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

#define END_RX_MAX 262144

/* A stream socket.
 * @rx:       everything that came, to END_RX_MAX; bulk is compared instead
 * @first:    bytes of the first read; @n_reads counts them
 * @first_ms: clock of it
 * @bulk_*:   a long pattern, checked on arrival; @bulk_bad: first wrong
 *	      offset, UINT64_MAX for none
 */
struct end {
	int fd;
	bool is_eof, is_reset;
	uint8_t *rx;
	size_t rx_len;
	size_t first;
	uint32_t n_reads;
	uint64_t first_ms;
	bool is_bulk;
	uint64_t bulk_tx, bulk_tx_end;
	uint64_t bulk_rx, bulk_bad;
};

/* end_init() - around @fd, which becomes its own. Return: 0 or -ENOMEM */
int end_init(struct end *e, int fd);
void end_fini(struct end *e);

/* end_send() - a short text into an empty socket; false if it is broken */
bool end_send(struct end *e, const void *data, size_t len);

/* end_half() - no more from here */
void end_half(struct end *e);

/* end_reset() - RST */
void end_reset(struct end *e);

/* end_bulk() - from now on send @bytes of the pattern and compare with it */
void end_bulk(struct end *e, uint64_t bytes);

typedef bool end_cond(void *ctx);

/* end_run() - read from and write to @ends until @cond or @timeout_ms.
 * @cond: NULL: the whole time
 * Return: whether @cond came true
 */
bool end_run(struct end *const *ends, size_t n, uint64_t timeout_ms,
	     end_cond *cond, void *ctx);

/* end_run_rx() - until @e has @len bytes, or has ended */
bool end_run_rx(struct end *e, size_t len, uint64_t timeout_ms);

/* end_run_over() - until @e has ended: EOF or a reset */
bool end_run_over(struct end *e, uint64_t timeout_ms);

/* end_accept() - the next connection of @listen_fd.
 * Return: a descriptor, or -1 after @timeout_ms
 */
int end_accept(int listen_fd, uint64_t timeout_ms, struct endpoint *ret_peer);

#endif
