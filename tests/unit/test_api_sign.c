/* SPDX-License-Identifier: BSD-2-Clause */
/* test_api_sign.c - TC3-HMAC-SHA256, against a signature of the product's SDK
 */
#include "api/sign.h"

#include <stdio.h>
#include <string.h>

#include <CUnit/CUnit.h>

#include "harness.h"
#include "wire/wire.h"

#define NOW 1767225600 /* 2026-01-01T00:00:00Z */
#define SDK_SIGNATURE \
	"62d598778433cab7e2ee540e10f99f41de1e42bb56980a778359e5c47451f12f"

static const struct api_credentials credentials = { "AKIDexample",
						    "secretexample" };

struct header {
	const char *name, *value;
};

struct message {
	struct api_request r;
	struct header headers[8];
	char authorization[512];
};

static const char *header_find(const void *arg, const char *name)
{
	const struct message *m = arg;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(m->headers) && m->headers[i].name; i++)
		if (strcmp(m->headers[i].name, name) == 0)
			return m->headers[i].value;
	return NULL;
}

/* What tencentcloud-sdk-nodejs-common sends for this body, to this address */
static void message_init(struct message *m)
{
	static const char body[] = "{\"ZoneId\":\"zone-test\",\"Limit\":20}";

	memset(m, 0, sizeof(*m));
	(void)snprintf(m->authorization, sizeof(m->authorization),
		       "TC3-HMAC-SHA256 Credential=AKIDexample/2026-01-01/teo/"
		       "tc3_request, SignedHeaders=content-type;host, "
		       "Signature=" SDK_SIGNATURE);
	m->r = (struct api_request) { "POST",		"/",	     "", body,
				      sizeof(body) - 1, header_find, m };
	m->headers[0] = (struct header) { "content-type", "application/json" };
	m->headers[1] = (struct header) { "host", "127.0.0.1:8080" };
	m->headers[2] = (struct header) { "x-tc-timestamp", "1767225600" };
	m->headers[3] = (struct header) { "authorization", m->authorization };
}

static const char *check_at(const struct message *m, int64_t now)
{
	char signature[API_SIGNATURE_LEN + 1];
	static struct ctl_error err;

	memset(&err, 0, sizeof(err));
	if (api_check_signature(&m->r, &credentials, now, signature, &err)) {
		CU_ASSERT(strstr(m->authorization, signature) != NULL);
		return "ok";
	}
	CU_ASSERT(err.text[0] != '\0');
	return err.code;
}

static void test_sdk(void)
{
	struct message m;

	message_init(&m);
	CU_ASSERT_STRING_EQUAL(check_at(&m, NOW), "ok");
	CU_ASSERT_STRING_EQUAL(check_at(&m, NOW + API_SKEW_MAX_S), "ok");
	CU_ASSERT_STRING_EQUAL(check_at(&m, NOW - API_SKEW_MAX_S), "ok");
	CU_ASSERT_STRING_EQUAL(check_at(&m, NOW + API_SKEW_MAX_S + 1),
			       API_EXPIRED);
	CU_ASSERT_STRING_EQUAL(check_at(&m, NOW - API_SKEW_MAX_S - 1),
			       API_EXPIRED);
}

/* Each thing that is signed, changed by itself */
static void test_changed(void)
{
	struct message m;

	message_init(&m);
	m.r.method = "GET";
	CU_ASSERT_STRING_EQUAL(check_at(&m, NOW), API_BAD_SIGNATURE);
	message_init(&m);
	m.r.path = "/x";
	CU_ASSERT_STRING_EQUAL(check_at(&m, NOW), API_BAD_SIGNATURE);
	message_init(&m);
	m.r.query = "a=b";
	CU_ASSERT_STRING_EQUAL(check_at(&m, NOW), API_BAD_SIGNATURE);
	message_init(&m);
	m.r.body_len--;
	CU_ASSERT_STRING_EQUAL(check_at(&m, NOW), API_BAD_SIGNATURE);
	message_init(&m);
	m.headers[0].value = "application/xml";
	CU_ASSERT_STRING_EQUAL(check_at(&m, NOW), API_BAD_SIGNATURE);
	message_init(&m);
	m.headers[1].value = "127.0.0.2:8080";
	CU_ASSERT_STRING_EQUAL(check_at(&m, NOW), API_BAD_SIGNATURE);
	message_init(&m);
	m.headers[2].value = "1767225601";
	CU_ASSERT_STRING_EQUAL(check_at(&m, NOW), API_BAD_SIGNATURE);
	message_init(&m);
	m.authorization[strlen(m.authorization) - 1] ^= 1;
	CU_ASSERT_STRING_EQUAL(check_at(&m, NOW), API_BAD_SIGNATURE);
	/* the day in Credential against the time stamp */
	message_init(&m);
	m.headers[2].value = "1767225599";
	CU_ASSERT_STRING_EQUAL(check_at(&m, NOW), API_BAD_SIGNATURE);
}

static void test_malformed(void)
{
	static const char *const bad[] = {
		"",
		"Basic YTpi",
		"TC3-HMAC-SHA256 Credential=",
		"TC3-HMAC-SHA256 Credential=a/2026-01-01/teo/tc3_request",
		"TC3-HMAC-SHA256 Credential=a/b/teo/tc3_request, "
		"SignedHeaders=content-type;host, Signature=12",
		"TC3-HMAC-SHA256 Credential=AKIDexample/2026-01-01/teo/"
		"tc3_request, SignedHeaders=host, Signature=" SDK_SIGNATURE,
		"TC3-HMAC-SHA256 Credential=AKIDexample/2026-01-01/teo/"
		"tc3_request, SignedHeaders=content-type, "
		"Signature=" SDK_SIGNATURE,
		"TC3-HMAC-SHA256 Credential=AKIDexample/2026-01-01/teo/"
		"tc3_request, SignedHeaders=content-type;hostx, "
		"Signature=" SDK_SIGNATURE,
		"TC3-HMAC-SHA256 Credential=AKIDexample/2026-01-01/teo/"
		"tc3_request, SignedHeaders=content-type;host, "
		"Signature=" SDK_SIGNATURE ", more",
	};
	struct message m;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		message_init(&m);
		m.headers[3].value = bad[i];
		CU_ASSERT_STRING_EQUAL(check_at(&m, NOW), API_NO_AUTH);
	}
	message_init(&m);
	m.headers[2].value = NULL;
	CU_ASSERT_STRING_EQUAL(check_at(&m, NOW), API_NO_AUTH);
	message_init(&m);
	m.headers[2].value = "-1";
	CU_ASSERT_STRING_EQUAL(check_at(&m, NOW), API_NO_AUTH);
	message_init(&m);
	memcpy(strstr(m.authorization, "AKID"), "AKIX", 4);
	CU_ASSERT_STRING_EQUAL(check_at(&m, NOW), API_NO_SECRET_ID);
}

/* Every prefix of a right Authorization is none. */
static void test_prefixes(void)
{
	struct message m;
	size_t len, i;

	message_init(&m);
	len = strlen(m.authorization);
	for (i = 0; i < len; i++) {
		message_init(&m);
		m.authorization[i] = '\0';
		CU_ASSERT_STRING_EQUAL(check_at(&m, NOW), API_NO_AUTH);
	}
}

/* Our own signing names the host with its port, theirs without. */
static void test_own(void)
{
	struct message m;

	message_init(&m);
	CU_ASSERT(api_sign(&m.r, &credentials, NOW, m.authorization,
			   sizeof(m.authorization)));
	CU_ASSERT_STRING_EQUAL(check_at(&m, NOW), "ok");
	CU_ASSERT(strstr(m.authorization, SDK_SIGNATURE) == NULL);
	m.headers[1].value = "127.0.0.1";
	CU_ASSERT(api_sign(&m.r, &credentials, NOW, m.authorization,
			   sizeof(m.authorization)));
	CU_ASSERT(strstr(m.authorization, SDK_SIGNATURE) != NULL);
	CU_ASSERT(!api_sign(&m.r, &credentials, NOW, m.authorization, 64));
}

/* With a nonce the same request can be sent twice in a second. */
static void test_nonce(void)
{
	char first[sizeof(((struct message *)0)->authorization)];
	struct message m;

	message_init(&m);
	m.headers[4] = (struct header) { API_NONCE_HEADER, "1" };
	CU_ASSERT(api_sign(&m.r, &credentials, NOW, m.authorization,
			   sizeof(m.authorization)));
	CU_ASSERT_STRING_EQUAL(check_at(&m, NOW), "ok");
	memcpy(first, m.authorization, sizeof(first));
	m.headers[4].value = "2";
	CU_ASSERT_STRING_EQUAL(check_at(&m, NOW), API_BAD_SIGNATURE);
	CU_ASSERT(api_sign(&m.r, &credentials, NOW, m.authorization,
			   sizeof(m.authorization)));
	CU_ASSERT_STRING_NOT_EQUAL(first, m.authorization);
}

/* Other SDKs sign the action too, in small letters. */
static void test_more_headers(void)
{
	struct message m;
	char text[sizeof(m.authorization)];

	message_init(&m);
	(void)snprintf(text, sizeof(text),
		       "TC3-HMAC-SHA256 Credential=AKIDexample/2026-01-01/teo/"
		       "tc3_request, SignedHeaders=content-type;host;"
		       "x-tc-action, Signature=" SDK_SIGNATURE);
	m.headers[3].value = text;
	CU_ASSERT_STRING_EQUAL(check_at(&m, NOW), API_BAD_SIGNATURE);
	m.headers[4] = (struct header) { "x-tc-action", "DescribeL4Proxy" };
	CU_ASSERT_STRING_EQUAL(check_at(&m, NOW), API_BAD_SIGNATURE);
}

int main(void)
{
	static const struct unit_test tests[] = {
		{ "a request of the SDK, and its age", test_sdk },
		{ "whatever is changed, the signature is wrong", test_changed },
		{ "Authorization that is none", test_malformed },
		{ "every prefix of one", test_prefixes },
		{ "signing ourselves", test_own },
		{ "a nonce", test_nonce },
		{ "more headers that are signed", test_more_headers },
	};

	return unit_main("api_sign", tests, ARRAY_SIZE(tests));
}
