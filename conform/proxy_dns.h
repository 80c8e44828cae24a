/* SPDX-License-Identifier: BSD-2-Clause */
/* proxy_dns.h - payloads for proxies that forward nothing but DNS (RFC 1035).
 *
 * Such a proxy is right to give a query another id on its way to the origin,
 * other flags, another case of its name's letters, and an OPT record (RFC 6891
 * 6.1.1: it is hop by hop). So a query is known by its question.
 */
#ifndef CONFORM_PROXY_DNS_H
#define CONFORM_PROXY_DNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DNS_HDR_LEN    12
#define DNS_NAME_MAX   255
#define DNS_LABEL_MAX  63
#define DNS_QUERY_MAX  (DNS_HDR_LEN + DNS_NAME_MAX + 4)
#define DNS_ANSWER_MAX 512

/* proxy_dns_query() - a query for the TXT records of "@label.test".
 * @label:      1 to DNS_LABEL_MAX bytes, lower case
 * @is_longest: labels in between, to DNS_NAME_MAX octets
 * Return: its length
 */
size_t proxy_dns_query(const char *label, size_t label_len, uint16_t id,
		       bool is_longest, uint8_t out[DNS_QUERY_MAX]);

/* proxy_dns_find() - what the proxy made of a client's datagram.
 * @p, @len: what came to the origin
 * @q, @q_len: what the client sent: @lead bytes, of which the first two may
 *	     come changed, as the id of what a proxy takes them for; a query
 * @ret_len: bytes of it in @p, with an OPT record that follows
 * Return: where it begins in @p; NULL: it is not there, or is not a query for
 * that name any more
 */
const uint8_t *proxy_dns_find(const uint8_t *p, size_t len, const uint8_t *q,
			      size_t q_len, size_t lead, size_t *ret_len);

/* proxy_dns_answer() - a response to @query: its id, its question, a TXT record
 * @query, @len: header and question
 * @word: at most PROXY_TOKEN_MAX bytes
 * Return: its length
 */
size_t proxy_dns_answer(const uint8_t *query, size_t len, const char *word,
			size_t word_len, uint8_t out[DNS_ANSWER_MAX]);

#endif
