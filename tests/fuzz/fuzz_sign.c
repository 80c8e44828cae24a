/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_sign.c - signatures: what was signed is valid, and no longer if anything
 * of it changes.
 *
 * Byte 0: bit 7, the rest is a header Authorization; else what is changed. Then
 * method, path, query, content type, host, nonce and body, each but the last
 * ended by a NUL.
 */
#include "fuzz.h"

#include <stdio.h>

#include "api/sign.h"

#define NOW	 1767225600 /* 2026-01-01T00:00:00Z */
#define TEXT_MAX 600

enum part {
	METHOD,
	PATH,
	QUERY,
	TYPE,
	HOST,
	NONCE,
	BODY,
	PART_COUNT
};

struct message {
	struct api_request r;
	char *part[PART_COUNT]; /* NUL-terminated */
	size_t body_len;
	char timestamp[24];
	char authorization[1024];
	struct api_credentials credentials;
};

static const char *header(const void *arg, const char *name)
{
	const struct message *m = arg;

	if (strcmp(name, "authorization") == 0)
		return m->authorization;
	if (strcmp(name, "x-tc-timestamp") == 0)
		return m->timestamp;
	if (strcmp(name, "content-type") == 0)
		return m->part[TYPE];
	if (strcmp(name, "host") == 0)
		return m->part[HOST];
	if (strcmp(name, API_NONCE_HEADER) == 0 && m->part[NONCE][0])
		return m->part[NONCE];
	return NULL;
}

static void message_init(struct message *m, const uint8_t *data, size_t len)
{
	unsigned i;

	*m = (struct message) { .credentials = { "AKIDfuzz", "secretfuzz" } };
	for (i = 0; i < PART_COUNT; i++) {
		const uint8_t *end = i == BODY || !len ? NULL
						       : memchr(data, 0, len);
		size_t n = end ? (size_t)(end - data) : len;

		m->part[i] = calloc(1, n + 1);
		ASSERT(m->part[i]);
		if (n)
			memcpy(m->part[i], data, n);
		if (i == BODY)
			m->body_len = n;
		data += end ? n + 1 : n;
		len -= end ? n + 1 : n;
	}
	m->r = (struct api_request) { m->part[METHOD],
				      m->part[PATH],
				      m->part[QUERY],
				      m->part[BODY],
				      m->body_len,
				      header,
				      m };
	(void)snprintf(m->timestamp, sizeof(m->timestamp), "%d", NOW);
}

static void message_fini(struct message *m)
{
	unsigned i;

	for (i = 0; i < PART_COUNT; i++)
		free(m->part[i]);
}

static bool is_valid(const struct message *m, int64_t now_s)
{
	char signature[API_SIGNATURE_LEN + 1] = "";
	struct ctl_error err = { .code = NULL };

	if (api_check_signature(&m->r, &m->credentials, now_s, signature,
				&err)) {
		ASSERT(strlen(signature) == API_SIGNATURE_LEN);
		ASSERT(strstr(m->authorization, signature));
		return true;
	}
	ASSERT(err.code && strchr(err.code, '.') && err.text[0]);
	return false;
}

/* A bit of @part that the signature covers. Case and blanks around a header
 * are not, nor what follows the last colon of a host.
 */
static bool change(struct message *m, unsigned which)
{
	static const enum part covered[] = { METHOD, PATH, QUERY, BODY };
	enum part p = covered[which % 4];
	size_t len = p == BODY ? m->body_len : strlen(m->part[p]);

	if (!len)
		return false;
	m->part[p][which % len] ^= 1;
	/* the others end at a NUL */
	return p == BODY || m->part[p][which % len];
}

static void check_signed(struct message *m, unsigned which)
{
	if (!api_sign(&m->r, &m->credentials, NOW, m->authorization,
		      sizeof(m->authorization)))
		return;
	ASSERT(is_valid(m, NOW));
	ASSERT(is_valid(m, NOW - API_SKEW_MAX_S));
	ASSERT(is_valid(m, NOW + API_SKEW_MAX_S));
	ASSERT(!is_valid(m, NOW - API_SKEW_MAX_S - 1));
	ASSERT(!is_valid(m, NOW + API_SKEW_MAX_S + 1));
	if (change(m, which))
		ASSERT(!is_valid(m, NOW));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const uint8_t none[] = "POST\0/\0\0application/json\0localhost";
	struct message m;

	if (len < 1 || len > TEXT_MAX)
		return 0;
	if (data[0] & 0x80) {
		message_init(&m, none, sizeof(none));
		memcpy(m.authorization, data + 1, len - 1);
		/* nobody has the key */
		ASSERT(!is_valid(&m, NOW));
	} else {
		message_init(&m, data + 1, len - 1);
		check_signed(&m, data[0]);
	}
	message_fini(&m);
	return 0;
}
