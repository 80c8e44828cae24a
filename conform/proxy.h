/* SPDX-License-Identifier: BSD-2-Clause */
/* proxy.h - private to `tp-conform proxy`: somebody else's proxy on trial.
 *
 * Theory of operation
 *
 * We are its client and its origin. A few plays (proxy_play.c,
 * proxy_play_udp.c) go through it, each once: a client that speaks and ends, a
 * crowd of clients, a forger. What both ends saw is kept, and the cases only
 * look at that: a case is "PLAY: CHECK", so that one fault of the proxy does
 * not fail what does not depend on it. Each client says a token that nobody
 * else says. Where the token begins in what the origin got, the header ends:
 * it is known where the header should be without reading it.
 *
 * Plays run one after the other. A case whose play did not get as far as what
 * is to be checked is inconclusive.
 */
#ifndef CONFORM_PROXY_H
#define CONFORM_PROXY_H

#include "options.h"
#include "proxy_end.h"
#include "proxy_hdr.h"

#define PROXY_SOURCES_MAX 16
#define PROXY_CROWD_MAX	  200
#define PROXY_TOKEN_MAX	  128
#define PROXY_DGRAMS	  4

enum proxy_mode {
	PROXY_AUTO,
	PROXY_PPV1,
	PROXY_PPV2,
	PROXY_TOA,
	PROXY_SPP,
	PROXY_OFF,
};

/* What datagrams are: free text, or queries for proxies that know only DNS. */
enum proxy_payload {
	PROXY_PAYLOAD_RAW,
	PROXY_PAYLOAD_DNS,
};

/* @listen_addr: IP_NONE: all
 * @also:     the same proxy at an address of the other family; port 0: none
 * @sources:  addresses of our clients, used in turn
 * @idle_ms:  of the proxy's UDP sessions; 0: not tested
 */
struct proxy_options {
	struct report_options report;
	int mode; /* enum proxy_mode */
	bool is_udp;
	int payload; /* enum proxy_payload */
	const char *target_text;
	struct endpoint target, also;
	struct endpoint listen;
	struct ip_addr sources[PROXY_SOURCES_MAX];
	size_t n_sources;
	uint64_t timeout_ms, idle_ms, gap_ms;
	uint64_t bulk_bytes;
	uint32_t crowd;
	char *const *specs;
	size_t n_specs;
};

/* How one side's end arrived at the other. */
enum proxy_end_seen {
	END_NOT_SEEN,
	END_FIN,
	END_RST,
};

/* How a play began: the first bytes that the origin got for one client.
 * @has_run:  the connection, or datagram, was made
 * @has_come: it reached the origin
 * @has_token: the client's bytes are in it, whole
 * @lead:     bytes before the token; @trail: after it (nothing should be)
 * @hdr:      what is read in the lead
 * @n_more:   further headers after it, before the token
 * @first_read: bytes of the origin's first read
 * @first_segment: of the first segment with data, 0 without a capture
 * @delay_ms: from the client's first bytes
 * @self, @dialled: of the client; @peer: whom accept() names
 */
struct opening {
	bool has_run, has_come, has_token;
	size_t lead, trail, first_read, first_segment;
	struct hdr hdr;
	unsigned n_more;
	bool is_late;
	uint64_t delay_ms;
	struct endpoint self, dialled, peer;
	bool has_option;
	struct endpoint option;
};

/* What was seen of TCP. Each group is one play.
 * @reply_*: of the origin's first words, at the client
 */
struct tcp_seen {
	struct opening hello, also, crowd[PROXY_CROWD_MAX];
	uint32_t n_crowd;
	bool reply_came, reply_ok, reply_has_header;
	enum proxy_end_seen client_fin, origin_fin;
	bool after_ok; /* origin to client, after the client's FIN */
	enum proxy_end_seen first_origin_fin;
	bool first_after_ok; /* client to origin, after the origin's FIN */
	bool has_parts;	     /* many small writes */
	bool parts_ok;
	unsigned parts_headers;
	struct opening forged[2];
	bool forged_refused[2];
	bool has_bulk;
	uint64_t up_bytes, up_bad, down_bytes, down_bad;
	bool has_silent, silent_came, silent_reply;
	struct opening silent;
	bool has_refused;
	bool refused_told;
	bool has_resets;
	enum proxy_end_seen client_rst, origin_rst;
	bool has_empty;
	struct opening empty;
	enum proxy_end_seen empty_fin;
};

/* One datagram that the client sent, and what came of it.
 * @copies:  times that its token came
 * @is_merged, @is_cut: came with another's token, or not whole
 * @opening: of the first copy
 */
struct dgram_seen {
	unsigned copies;
	bool is_merged, is_cut, is_altered;
	struct opening opening;
	bool reply_came, reply_ok, reply_has_header;
};

struct udp_seen {
	struct dgram_seen d[PROXY_DGRAMS];
	unsigned n_alone; /* datagrams of a header and nothing else */
	unsigned n_strange;
	bool is_hdr_cut; /* a header was cut over two of them */
	struct hdr alone;
	struct opening crowd[PROXY_CROWD_MAX];
	uint32_t n_crowd;
	bool has_forged, forged_refused;
	struct opening forged;
	bool has_idle;
	struct opening idle;
	bool has_empty, empty_came;
	bool has_big, big_ok;
};

/* @kind: which header the first play showed
 * @why:  if nothing can be judged
 */
struct proxy_seen {
	enum proxy_mode mode;
	enum hdr_kind kind;
	struct tcp_seen tcp;
	struct udp_seen udp;
	char why[REPORT_TEXT_MAX];
};

/* proxy_play_tcp(), proxy_play_udp() - all plays.
 * Return: 0; EXIT_IO: nobody is there, or we cannot listen;
 * EXIT_INCONCLUSIVE: nothing can be judged; @s->why says why
 */
int proxy_play_tcp(const struct proxy_options *o, struct proxy_seen *s);
int proxy_play_udp(const struct proxy_options *o, struct proxy_seen *s);

/* proxy_token() - text that nobody else says; every call another one.
 * Return: its length, below PROXY_TOKEN_MAX
 */
size_t proxy_token(const char *what, char out[PROXY_TOKEN_MAX]);

/* proxy_opening() - what stands around @token in what the origin got */
void proxy_opening(struct opening *op, const uint8_t *rx, size_t len,
		   const void *token, size_t token_len, bool is_udp);

/* proxy_source() - the address of client @n, of the family of @to; IP_NONE */
struct ip_addr proxy_source(const struct proxy_options *o, uint32_t n,
			    const struct endpoint *to);

/* proxy_check() - judge one case by what was seen */
void proxy_check(const struct case_def *d, const struct proxy_options *o,
		 const struct proxy_seen *s, struct case_result *ret);

extern const struct case_table cases_proxy;

/* options_proxy() - as options_origin() */
int options_proxy(int argc, char **argv, struct proxy_options *ret);

#endif
