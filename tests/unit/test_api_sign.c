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
	char signature[API_SIGNATURE_LEN + 1] = "";
	static struct ctl_error err;

	memset(&err, 0, sizeof(err));
	if (api_check_signature(&m->r, &credentials, now, signature, &err)) {
		/* who keeps those it has seen needs all of it */
		CU_ASSERT_EQUAL(strlen(signature), API_SIGNATURE_LEN);
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
		"tc3_request, SignedHeaders=content-type;from, "
		"Signature=" SDK_SIGNATURE,
		"TC3-HMAC-SHA256 Credential=AKIDexample/2026-01-01/teo/"
		"tc3_request, SignedHeaders=content-type;host, "
		"Signature=" SDK_SIGNATURE "0",
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
	size_t len;

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
	CU_ASSERT(api_sign(&m.r, &credentials, NOW, m.authorization, 512));
	len = strlen(m.authorization);
	CU_ASSERT(!api_sign(&m.r, &credentials, NOW, m.authorization, len));
	CU_ASSERT(api_sign(&m.r, &credentials, NOW, m.authorization, len + 1));
	/* what is signed has to be there */
	m.headers[1].name = "from";
	CU_ASSERT(!api_sign(&m.r, &credentials, NOW, m.authorization, 512));
}

/* A key counts to its last byte. */
static void test_long_key(void)
{
	struct api_credentials c = credentials;
	char signature[API_SIGNATURE_LEN + 1];
	struct ctl_error err;
	struct message m;

	message_init(&m);
	memset(c.key, 'k', API_SECRET_KEY_MAX);
	CU_ASSERT(api_sign(&m.r, &c, NOW, m.authorization, 512));
	CU_ASSERT(api_check_signature(&m.r, &c, NOW, signature, &err));
	c.key[API_SECRET_KEY_MAX - 1] = 'l';
	CU_ASSERT(!api_check_signature(&m.r, &c, NOW, signature, &err));
	CU_ASSERT_STRING_EQUAL(err.code, API_BAD_SIGNATURE);
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

/* Pieces of Authorization and of the time, each at its bound and beyond */
static void test_bounds(void)
{
	static const struct {
		const char *timestamp, *verdict;
	} times[] = {
		/* no year has that many digits; no such number is taken */
		{ "4611686018427387903", API_BAD_SIGNATURE },
		{ "4611686018427387904", API_NO_AUTH },
		{ "99999999999999999999", API_NO_AUTH },
	};
	static const struct {
		int id, service;
		const char *signature, *verdict;
	} pieces[] = {
		{ API_SECRET_ID_MAX, 3, SDK_SIGNATURE, API_NO_SECRET_ID },
		{ API_SECRET_ID_MAX + 1, 3, SDK_SIGNATURE, API_NO_AUTH },
		{ 0, 31,
		  "92fded6a332ab3df23ec4b44b7f964f354e36a0b432bd7161fcec03631d6"
		  "25ec",
		  "ok" },
		{ 0, 32,
		  "75d0211cd7eff4de905fc23c8ea344d98718db2768badc4fbbd66e4badd"
		  "b918f",
		  API_NO_AUTH },
	};
	char id[API_SECRET_ID_MAX + 2], service[33];
	struct message m;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(times); i++) {
		message_init(&m);
		m.headers[2].value = times[i].timestamp;
		CU_ASSERT_STRING_EQUAL(check_at(&m, NOW), times[i].verdict);
	}
	memset(id, 'i', sizeof(id));
	memset(service, 's', sizeof(service));
	for (i = 0; i < ARRAY_SIZE(pieces); i++) {
		message_init(&m);
		(void)snprintf(m.authorization, sizeof(m.authorization),
			       "TC3-HMAC-SHA256 Credential=%.*s/2026-01-01/%.*s"
			       "/tc3_request, SignedHeaders=content-type;host, "
			       "Signature=%s",
			       pieces[i].id ? pieces[i].id : 11,
			       pieces[i].id ? id : credentials.id,
			       pieces[i].service,
			       pieces[i].service == 3 ? API_SERVICE : service,
			       pieces[i].signature);
		CU_ASSERT_STRING_EQUAL(check_at(&m, NOW), pieces[i].verdict);
	}
}

/* @value of the header @name (none if NULL) signed after the two that have to
 * be, @times over
 */
static const char *check_header(const char *name, const char *value,
				unsigned times, const char *signature)
{
	struct message m;
	size_t len;

	message_init(&m);
	m.headers[1].value = "127.0.0.1";
	if (value)
		m.headers[4] = (struct header) { name, value };
	len = (size_t)snprintf(m.authorization, sizeof(m.authorization),
			       "TC3-HMAC-SHA256 Credential=AKIDexample/"
			       "2026-01-01/teo/tc3_request, "
			       "SignedHeaders=content-type;host");
	while (times--)
		len += (size_t)snprintf(m.authorization + len,
					sizeof(m.authorization) - len, ";%s",
					name);
	(void)snprintf(m.authorization + len, sizeof(m.authorization) - len,
		       ", Signature=%s", signature);
	return check_at(&m, NOW);
}

/* Signatures made by another implementation, for each way a header may be */
static void test_header_bounds(void)
{
	static char text[1025], name[239];
	static const struct {
		int name, value; /* lengths; 0: as the text says */
		const char *text;
		unsigned times;
		const char *signature, *verdict;
	} rows[] = {
		{ 1, 0, "\t  Some Thing \t", 1,
		  "50a038a5aad217bf30f053e17b938b3c9c3f975403bda500f281a29cb0aa"
		  "bcb3",
		  "ok" },
		{ 1, 0, NULL, 1,
		  "3a3b701a82bfc65800e714ce5209d4f8d285829c181484f507674b742bb6"
		  "364e",
		  API_BAD_SIGNATURE },
		{ 1, 1023, text, 1,
		  "a7f5c66b297a54bc2578d971c27cd620d86dbe25807a4279bd50c1126639"
		  "64bf",
		  "ok" },
		{ 1, 1024, text, 1,
		  "1579a7be008552b96e06c7ede6c4ac631df0e88632a380b2eb1eca14dca2"
		  "1859",
		  API_BAD_SIGNATURE },
		{ 1, 1, "1", API_SIGNED_HEADERS_MAX - 2,
		  "8fb2d0985e2ad5e1bc4967427deae5c25d422368ec0dd6a7de23bedca6d3"
		  "60bc",
		  "ok" },
		{ 1, 1, "1", API_SIGNED_HEADERS_MAX - 1,
		  "eed5bb0103b9dc96088474479c0793cce9a7bf1e927e84b018814f61d66d"
		  "da1c",
		  API_BAD_SIGNATURE },
		{ 237, 1, "1", 1,
		  "18c856560fc9b34382979b230f98c37570395102c50317a557c54b9c018a"
		  "39e5",
		  "ok" },
		{ 238, 1, "1", 1,
		  "397c21701c065ecf98e64b45ac91be3786a58fc004e26991dbd7d5f247c0"
		  "3860",
		  API_NO_AUTH },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		memset(text, 0, sizeof(text));
		memset(name, 0, sizeof(name));
		memset(text, 'v', (size_t)rows[i].value);
		memset(name, 'x', (size_t)rows[i].name);
		CU_ASSERT_STRING_EQUAL(check_header(name, rows[i].text,
						    rows[i].times,
						    rows[i].signature),
				       rows[i].verdict);
	}
}

/* A colon within brackets begins no port. */
static void test_ipv6_host(void)
{
	static const struct {
		const char *host, *signature, *verdict;
	} rows[] = {
		{ "[::1]",
		  "4f3e62f17e87ff240c504d95afe3cdef60b99a5abd1b95e487eaa0b1ec7c"
		  "8193",
		  "ok" },
		{ "[::1]:8080",
		  "4f3e62f17e87ff240c504d95afe3cdef60b99a5abd1b95e487eaa0b1ec7c"
		  "8193",
		  "ok" },
		{ "[::1]:8080",
		  "43bcb82df7b0a9197fb24ea5004be32ebd85c62d7e8e39a7cc3ec8ad16d6"
		  "7a9f",
		  "ok" },
		{ "[::1]",
		  "43bcb82df7b0a9197fb24ea5004be32ebd85c62d7e8e39a7cc3ec8ad16d6"
		  "7a9f",
		  API_BAD_SIGNATURE },
	};
	struct message m;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		message_init(&m);
		m.headers[1].value = rows[i].host;
		memcpy(strstr(m.authorization, SDK_SIGNATURE),
		       rows[i].signature, API_SIGNATURE_LEN);
		CU_ASSERT_STRING_EQUAL(check_at(&m, NOW), rows[i].verdict);
	}
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
		{ "a key of the greatest length", test_long_key },
		{ "pieces at their bounds", test_bounds },
		{ "headers at their bounds", test_header_bounds },
		{ "a host that is an IPv6 address", test_ipv6_host },
	};

	return unit_main("api_sign", tests, ARRAY_SIZE(tests));
}
