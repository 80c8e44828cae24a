/* SPDX-License-Identifier: BSD-2-Clause */
/* probe_greet.c - SMTP and SSH, whose servers speak first. A server that takes
 * no header greets as if there was none: only what it answers to the client's
 * first words tells what it has read before them.
 */
#include <string.h>

#include "probe.h"

#define SMTP_CODE_LEN  3
#define SSH_PACKET_MIN 6 /* length, padding's length, message */
#define SSH_MSG_AT     5
#define SSH_KEXINIT    20 /* RFC 4253, 12 */

/* an answer that begins with @good; one that begins with @no says no */
static enum probe_verdict greet_begin(const uint8_t *rx, size_t len,
				      const char *good, const char *no)
{
	size_t n = strlen(good);

	if (len < n)
		return memcmp(rx, good, len) != 0 && !strchr(no, rx[0])
			       ? PROBE_GARBLED
			       : PROBE_MORE;
	if (!memcmp(rx, good, n))
		return PROBE_SERVED;
	return strchr(no, rx[0]) ? PROBE_REFUSED : PROBE_GARBLED;
}

/* Where the greeting ends; of SMTP it may have several lines. 0: not yet */
static size_t greet_end(enum probe_type type, const uint8_t *rx, size_t len)
{
	size_t at = 0;

	for (;;) {
		const uint8_t *end = memchr(rx + at, '\n', len - at);
		size_t next = end ? (size_t)(end + 1 - rx) : 0;

		if (!end || type == PROBE_SSH || next - at <= SMTP_CODE_LEN ||
		    rx[at + SMTP_CODE_LEN] != '-')
			return next;
		at = next;
	}
}

/* NOOP is right at any time (RFC 5321, 4.1.1.9); 221 ends the session */
static enum probe_verdict greet_smtp(const uint8_t *rx, size_t len)
{
	if (len < SMTP_CODE_LEN)
		return PROBE_MORE;
	if (probe_has_header(rx, len))
		return PROBE_LEAK;
	return rx[0] == '4' || rx[0] == '5' || !memcmp(rx, "221", SMTP_CODE_LEN)
		       ? PROBE_GARBLED
		       : PROBE_SERVED;
}

/* the first packet of the key exchange, or words */
static enum probe_verdict greet_ssh(const uint8_t *rx, size_t len)
{
	if (len && rx[0])
		return PROBE_GARBLED;
	if (len < SSH_PACKET_MIN)
		return PROBE_MORE;
	return rx[SSH_MSG_AT] == SSH_KEXINIT ? PROBE_SERVED : PROBE_GARBLED;
}

static void greet_ask(struct probe_run *r)
{
	const char *words = r->probe->type == PROBE_SMTP
				    ? "NOOP\r\n"
				    : "SSH-2.0-tp-conform\r\n";

	r->has_asked = true;
	r->request_len = strlen(words);
	memcpy(r->request, words, r->request_len);
}

enum probe_verdict probe_greet_judge(struct probe_run *r, const uint8_t *rx,
				     size_t len)
{
	bool is_smtp = r->probe->type == PROBE_SMTP;
	enum probe_verdict v = is_smtp ? greet_begin(rx, len, "220", "45")
				       : greet_begin(rx, len, "SSH-", "");
	size_t at;

	if (v != PROBE_SERVED)
		return v;
	at = greet_end(r->probe->type, rx, len);
	if (!at)
		return PROBE_MORE;
	if (!r->has_asked)
		greet_ask(r);
	return is_smtp ? greet_smtp(rx + at, len - at)
		       : greet_ssh(rx + at, len - at);
}
