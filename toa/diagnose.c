/* SPDX-License-Identifier: BSD-2-Clause */
/* diagnose.c - see diagnose.h */
#include "diagnose.h"

#include <string.h>

#include "base/json.h"

#define LINE_MAX_BYTES 1024

/* @count: which counter the text begins with, or -1 */
struct finding {
	const char *slug;
	bool is_fault;
	int count;
	const char *text;
};

static const struct finding findings[DIAGNOSIS_COUNT] = {
	[DIAGNOSIS_NO_CONNECTIONS] = { "no_connections", true, -1,
				       "no connection has come since load: "
				       "nothing reached the "
				       "listeners, or they were created "
				       "outside the cgroup" },
	[DIAGNOSIS_NONE_WITH] = { "none_with_address", true, READER_NO_TOA,
				  "connections came and none had an address: "
				  "the proxy's rule "
				  "is not in mode TOA, it sends another option "
				  "kind (--kind), "
				  "or something on the path strips options" },
	[DIAGNOSIS_NOBODY_ASKS] = { "nobody_asks", true, READER_TOA,
				    "connections came with an address and no "
				    "program asked: it "
				    "takes the client from elsewhere (PROXY "
				    "header, "
				    "X-Forwarded-For), or has accepted "
				    "nothing" },
	[DIAGNOSIS_ALL_MISMATCH] = { "all_mismatch", true, READER_MISMATCH,
				     "lookups failed, and none went well: the "
				     "program listens on "
				     "AF_INET and its clients are IPv6 (or "
				     "another module owns "
				     "toa.ko's field of the socket): no client "
				     "is seen at all. Let "
				     "it listen on ::, or preload "
				     "libtptoa.so" },
	[DIAGNOSIS_MISMATCH] = { "mismatch", true, READER_MISMATCH,
				 "lookups of IPv6 clients on AF_INET sockets "
				 "showed the "
				 "proxy: let the program listen on ::, preload "
				 "libtptoa.so, or "
				 "ask with getsockopt(IPPROTO_IP, 4096)" },
	[DIAGNOSIS_BYPASS] = { "bypass", true, READER_BYPASS,
			       "lookups bypassed us: the socket is an MPTCP "
			       "one (with "
			       "toa.ko: kTLS or a sockmap took it over). "
			       "Listen with plain "
			       "TCP (Go: GODEBUG=multipathtcp=0)" },
	[DIAGNOSIS_UNTRUSTED] = { "untrusted", true, READER_UNTRUSTED,
				  "connections named a client and came from "
				  "peers that are not "
				  "trusted: if they are your proxy's, add its "
				  "egress addresses "
				  "to --trust; if not, somebody tries to "
				  "deceive you" },
	[DIAGNOSIS_DUPLICATE] = { "duplicate", true, READER_DUPLICATE,
				  "connections carried addresses that "
				  "contradict each other: "
				  "the proxy passes clients' own options on, "
				  "or two proxies in "
				  "a row insert" },
	[DIAGNOSIS_MALFORMED] = { "malformed", true, READER_MALFORMED,
				  "segments had an option of our kind with a "
				  "wrong length or an "
				  "impossible address, or options that "
				  "overrun: the kind means "
				  "something else there" },
	[DIAGNOSIS_NO_ROOM] = { "no_room", false, -1,
				"segments of the writer beside this reader had "
				"no room for "
				"the option (other options fill the 40 "
				"bytes)" },
	[DIAGNOSIS_NO_MEMORY] = { "no_memory", true, READER_NO_MEMORY,
				  "addresses were found and could not be kept: "
				  "out of memory" },
	[DIAGNOSIS_MPTCP] = { "mptcp", false, READER_MPTCP,
			      "connections were MPTCP: an address on them is "
			      "not seen" },
	[DIAGNOSIS_TFO] = { "tfo", false, READER_TFO,
			    "connections were opened by TCP Fast Open: a "
			    "program that "
			    "accepts them at once sees the proxy, one that "
			    "asks after the "
			    "first read sees the client" },
	[DIAGNOSIS_LEAK] = { "free_exceeds_alloc", true, READER_FREE,
			     "addresses were given up, more than were ever "
			     "kept: the "
			     "counters are not to be trusted" },
};

uint32_t diagnose(const struct stats *s)
{
	uint64_t toa = stats_sum(s, READER_TOA);
	uint64_t no_toa = stats_sum(s, READER_NO_TOA);
	uint64_t ok = stats_sum(s, READER_OK);
	uint64_t mismatch = stats_sum(s, READER_MISMATCH);
	uint64_t bypass = stats_sum(s, READER_BYPASS);
	uint64_t lookup = stats_sum(s, READER_LOOKUP);
	uint64_t late = stats_sum(s, READER_LATE);
	uint64_t untrusted = stats_sum(s, READER_UNTRUSTED);
	uint64_t malformed = stats_sum(s, READER_MALFORMED);
	uint64_t duplicate = stats_sum(s, READER_DUPLICATE);
	uint32_t found = 0;

#define FOUND(d, when) (found |= (uint32_t)((when) ? 1U << (d) : 0))
	FOUND(DIAGNOSIS_NO_CONNECTIONS, !toa && !no_toa);
	FOUND(DIAGNOSIS_NONE_WITH, !toa && !late && no_toa && !untrusted &&
					   !malformed && !duplicate);
	FOUND(DIAGNOSIS_NOBODY_ASKS, toa && !ok && !mismatch && !bypass);
	FOUND(DIAGNOSIS_ALL_MISMATCH, mismatch && !ok);
	/* each accept of a program that looks up counts here first */
	FOUND(DIAGNOSIS_MISMATCH, ok && mismatch > lookup);
	FOUND(DIAGNOSIS_BYPASS, bypass);
	FOUND(DIAGNOSIS_UNTRUSTED, untrusted);
	FOUND(DIAGNOSIS_DUPLICATE, duplicate);
	FOUND(DIAGNOSIS_MALFORMED, malformed);
	FOUND(DIAGNOSIS_NO_ROOM, stats_no_room(s));
	FOUND(DIAGNOSIS_NO_MEMORY, stats_sum(s, READER_NO_MEMORY));
	FOUND(DIAGNOSIS_MPTCP, stats_sum(s, READER_MPTCP));
	FOUND(DIAGNOSIS_TFO, stats_sum(s, READER_TFO));
	FOUND(DIAGNOSIS_LEAK,
	      stats_sum(s, READER_FREE) > stats_sum(s, READER_ALLOC));
#undef FOUND
	return found;
}

const char *diagnose_slug(enum diagnosis d)
{
	return findings[d].slug;
}

bool diagnose_is_fault(enum diagnosis d)
{
	return findings[d].is_fault;
}

static void finding_print(const char *slug, bool is_fault, uint64_t count,
			  const char *text, bool is_json, FILE *out)
{
	char buf[LINE_MAX_BYTES];
	struct json j;

	if (!is_json) {
		(void)fprintf(out, "%s %s: ", is_fault ? "!" : "-", slug);
		if (count)
			(void)fprintf(out, "%llu ", (unsigned long long)count);
		(void)fprintf(out, "%s\n", text);
		return;
	}
	json_open(&j, buf, sizeof(buf), "toa-finding");
	json_str(&j, "slug", slug);
	json_bool(&j, "fault", is_fault);
	json_u64(&j, "count", count);
	json_str(&j, "text", text);
	(void)json_write(&j, out);
}

static unsigned listeners_print(const struct listeners *l, const char *cgroup,
				bool is_json, FILE *out)
{
	char text[LINE_MAX_BYTES / 2], at[ENDPOINT_TEXT_MAX];
	size_t i;

	for (i = 0; i < l->n; i++) {
		(void)snprintf(text, sizeof(text),
			       "%s (user %u) was created outside the cgroup "
			       "%s: its connections are not looked at. Load "
			       "at a cgroup above it, or restart its program "
			       "inside",
			       endpoint_format(&l->items[i].at, at),
			       l->items[i].uid, cgroup);
		finding_print("listener_outside", true, 0, text, is_json, out);
	}
	if (l->total > l->n)
		finding_print("listener_outside", true, l->total - l->n,
			      "further listeners", is_json, out);
	return l->total ? 1 : 0;
}

unsigned diagnose_print(const struct stats *s, const struct listeners *l,
			const char *cgroup, bool is_json, FILE *out)
{
	uint32_t found = diagnose(s);
	unsigned faults = 0;
	int d;

	for (d = 0; d < DIAGNOSIS_COUNT; d++) {
		const struct finding *f = &findings[d];
		uint64_t count = 0;

		if (!(found & 1U << d))
			continue;
		if (f->count >= 0)
			count = stats_sum(s, (unsigned)f->count);
		else if (d == DIAGNOSIS_NO_ROOM)
			count = stats_no_room(s);
		finding_print(f->slug, f->is_fault, count, f->text, is_json,
			      out);
		faults += f->is_fault;
	}
	if (l)
		faults += listeners_print(l, cgroup, is_json, out);
	if (!faults)
		finding_print("healthy", false, stats_sum(s, READER_TOA),
			      "connections came with an address; nothing is "
			      "wrong",
			      is_json, out);
	return faults;
}
