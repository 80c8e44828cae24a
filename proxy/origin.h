/* SPDX-License-Identifier: BSD-2-Clause */
/* origin.h - the addresses behind one rule's origin, and which to use next.
 *
 * Addresses come from the configuration, or from the resolver while the proxy
 * runs. Workers pick on every new connection or session; the resolver replaces
 * the list. All functions may be called from any thread.
 */
#ifndef PROXY_ORIGIN_H
#define PROXY_ORIGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

#define ORIGIN_ADDRS_MAX 64

struct origin;

/* origin_new() - empty; NULL without memory */
struct origin *origin_new(void);
void origin_free(struct origin *o);

/* origin_set_addrs() - replace the list. Marks of failure stay with addresses
 * that are in both lists. Duplicates are dropped; more than ORIGIN_ADDRS_MAX
 * are cut.
 */
void origin_set_addrs(struct origin *o, const struct ip_addr *addrs, size_t n);

/* origin_inherit() - go on with the marks of failure and the turn of @from, for
 * addresses that both have
 */
void origin_inherit(struct origin *o, struct origin *from);

/* origin_is_usable() - is @addr in the list, and not marked as failed? */
bool origin_is_usable(struct origin *o, const struct ip_addr *addr,
		      uint64_t now_ms);

/* addr_hash() - of @a, another one for each @seed */
uint64_t addr_hash(const struct ip_addr *a, uint64_t seed);

/* origin_count() - addresses known now */
size_t origin_count(struct origin *o);

/* origin_pick() - the address for a new connection of @client.
 * @is_persistent: the same @client gets the same address as long as it is in
 *	the list and works (highest random weight: if the list changes, only
 *	the clients of the addresses that went or came move); otherwise the
 *	addresses take turns
 * @now_ms:  clock_ms()
 * Addresses marked as failed are passed over while another one works; if all
 * are marked, the one whose mark is oldest is tried.
 * After a failure tell origin_failed() and ask again.
 * Return: false if there is no address
 */
bool origin_pick(struct origin *o, const struct ip_addr *client,
		 bool is_persistent, uint64_t now_ms, struct ip_addr *ret);

/* origin_failed() - @addr refused or timed out: pass it over until
 * @now_ms + @retry_ms. origin_worked() takes the mark away.
 */
void origin_failed(struct origin *o, const struct ip_addr *addr,
		   uint64_t now_ms, uint64_t retry_ms);
void origin_worked(struct origin *o, const struct ip_addr *addr);

#endif
