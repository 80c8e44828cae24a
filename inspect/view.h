/* SPDX-License-Identifier: BSD-2-Clause */
/* view.h - one judged flow as all forms of output show it.
 *
 * What text, JSON, fields and reports have in common is decided here: which
 * mode a flow has, which client it names, which frame carries the name.
 */
#ifndef INSPECT_VIEW_H
#define INSPECT_VIEW_H

#include "check.h"
#include "wire/pp.h"

/* "2026-11-22 22:31:14.123456789 UTC" */
#define VIEW_TIME_MAX 48

/* @client, @origin: the flow's sides; @find: of the client's
 * @has_hdr:    @hdr is set: a header was found
 * @toa:        the first option that counts, or NULL; @toa_option: what it says
 * @has_client: @named is whom the header, else the option, names;
 *		@has_port: and its port
 * @stream:     flows of the same transport before it; set by who counts them
 * @carrier:    frame that brought the header, else the option; 0: neither
 */
struct view {
	const struct flow *flow;
	const struct check *check;
	const struct flow_dir *client;
	const struct flow_dir *origin;
	const struct find *find;
	const char *transport;
	const char *mode;
	bool has_hdr;
	bool has_client;
	bool has_port;
	struct pp_hdr hdr;
	const struct option *toa;
	struct toa_option toa_option;
	struct endpoint named;
	uint64_t carrier;
	uint64_t stream;
};

/* view_init() - @fl, @c: borrowed as long as @v is in use */
void view_init(struct view *v, const struct flow *fl, const struct check *c);

/* view_hdr_count() - headers, a bad copy included */
uint64_t view_hdr_count(const struct find *f);

/* view_pattern() - which datagrams carry the header: "first", "every",
 * "alone", "single", "mixed"
 */
const char *view_pattern(const struct find *f);

/* view_is_finding() - neither OK nor open */
bool view_is_finding(const struct view *v);

/* view_end() - "119.29.135.205:53859", "[2001:db8::1]:53859"; "-" for nobody.
 * Return: @out
 */
char *view_end(const struct endpoint *e, char out[ENDPOINT_TEXT_MAX]);

/* view_named() - the client, without a port if there is none; "" for nobody */
char *view_named(const struct view *v, char out[ENDPOINT_TEXT_MAX]);

/* view_time() - "2026-11-22T22:31:14.123456789Z" with "T" and "Z"; "-" for
 * FRAME_NO_TIME. Return: @out
 */
char *view_time(int64_t ts_ns, const char *between, const char *zone,
		char out[VIEW_TIME_MAX]);

#endif
