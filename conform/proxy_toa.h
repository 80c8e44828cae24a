/* SPDX-License-Identifier: BSD-2-Clause */
/* proxy_toa.h - a client's address in a TCP option, as far as a listening
 * socket can see it: in the SYN that the kernel keeps (TCP_SAVED_SYN). What
 * comes in later segments shows only to a kernel with a reader of TOA, whose
 * accept() names the client.
 */
#ifndef CONFORM_PROXY_TOA_H
#define CONFORM_PROXY_TOA_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/addr.h"

/* proxy_toa_listen() - keep SYNs. Return: 0 or -errno */
int proxy_toa_listen(int listen_fd);

/* proxy_toa_saved() - of a connection that was accepted.
 * Return: false: no such option
 */
bool proxy_toa_saved(int fd, struct endpoint *ret);

/* proxy_toa_find() - in the bytes of an IP packet with a TCP header */
bool proxy_toa_find(const uint8_t *ip, size_t len, struct endpoint *ret);

/* proxy_await_connected() - Return: 0 or -errno */
int proxy_await_connected(int fd, uint64_t timeout_ms);

#endif
