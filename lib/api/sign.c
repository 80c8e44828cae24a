/* SPDX-License-Identifier: BSD-2-Clause */
/* sign.c - see sign.h */
#include "api/sign.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/str.h"

#define ALGORITHM    "TC3-HMAC-SHA256"
#define SHA256_BYTES 32
#define DATE_MAX     16
#define HEADER_MAX   1024

/* Pieces of the header Authorization */
struct auth {
	char id[API_SECRET_ID_MAX + 1];
	char date[DATE_MAX];
	char service[32];
	char signed_headers[256];
	char signature[API_SIGNATURE_LEN + 1];
};

struct digest {
	uint8_t bytes[SHA256_BYTES];
	char hex[2 * SHA256_BYTES + 1];
};

static void digest_hex(struct digest *d)
{
	unsigned i;

	for (i = 0; i < SHA256_BYTES; i++)
		(void)snprintf(d->hex + 2 * (size_t)i, 3, "%02x", d->bytes[i]);
}

static bool hmac(const void *key, size_t key_len, const char *text,
		 struct digest *ret)
{
	unsigned len = 0;

	if (!HMAC(EVP_sha256(), key, (int)key_len, (const unsigned char *)text,
		  strlen(text), ret->bytes, &len))
		return false;
	digest_hex(ret);
	return len == SHA256_BYTES;
}

static bool sha256(EVP_MD_CTX *ctx, struct digest *ret)
{
	unsigned len = 0;

	if (!EVP_DigestFinal_ex(ctx, ret->bytes, &len))
		return false;
	digest_hex(ret);
	return len == SHA256_BYTES;
}

static bool put(EVP_MD_CTX *ctx, const char *text)
{
	return EVP_DigestUpdate(ctx, text, strlen(text)) == 1;
}

/* A value without blanks around it, in lower case */
static bool put_value(EVP_MD_CTX *ctx, const char *value, size_t len)
{
	char text[HEADER_MAX];
	size_t i;

	while (len && isblank((unsigned char)value[len - 1]))
		len--;
	while (len && isblank((unsigned char)*value)) {
		value++;
		len--;
	}
	if (len >= sizeof(text))
		return false;
	for (i = 0; i < len; i++)
		text[i] = (char)tolower((unsigned char)value[i]);
	text[len] = '\0';
	return put(ctx, text);
}

/* Clients differ in whether the port belongs to the host they sign. */
static size_t host_len(const char *host, bool with_port)
{
	const char *end = strrchr(host, ':');
	const char *bracket = strrchr(host, ']');

	if (with_port || !end || (bracket && end < bracket))
		return strlen(host);
	return (size_t)(end - host);
}

static bool put_header(EVP_MD_CTX *ctx, const struct api_request *r,
		       const char *name, bool with_port)
{
	const char *value = r->header(r->header_arg, name);
	size_t len;

	if (!value)
		return false;
	len = strcmp(name, "host") == 0 ? host_len(value, with_port)
					: strlen(value);
	return put(ctx, name) && put(ctx, ":") && put_value(ctx, value, len) &&
	       put(ctx, "\n");
}

/* The digest of the canonical request */
static bool canonical(const struct api_request *r, const char *signed_headers,
		      bool with_port, struct digest *ret)
{
	EVP_MD_CTX *body = EVP_MD_CTX_new(), *ctx = EVP_MD_CTX_new();
	char names[256], *name, *rest = NULL;
	struct digest hash;
	unsigned n = 0;
	bool ok;

	(void)str_copy(names, sizeof(names), signed_headers);
	ok = body && ctx && EVP_DigestInit_ex(body, EVP_sha256(), NULL) &&
	     EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) &&
	     EVP_DigestUpdate(body, r->body, r->body_len) &&
	     sha256(body, &hash) && put(ctx, r->method) && put(ctx, "\n") &&
	     put(ctx, r->path) && put(ctx, "\n") && put(ctx, r->query) &&
	     put(ctx, "\n");
	for (name = strtok_r(names, ";", &rest); ok && name;
	     name = strtok_r(NULL, ";", &rest))
		ok = ++n <= API_SIGNED_HEADERS_MAX &&
		     put_header(ctx, r, name, with_port);
	ok = ok && put(ctx, "\n") && put(ctx, signed_headers) &&
	     put(ctx, "\n") && put(ctx, hash.hex) && sha256(ctx, ret);
	EVP_MD_CTX_free(body);
	EVP_MD_CTX_free(ctx);
	return ok;
}

static void date_of(int64_t timestamp, char ret[DATE_MAX])
{
	time_t t = (time_t)timestamp;
	struct tm tm;

	if (!gmtime_r(&t, &tm) || !strftime(ret, DATE_MAX, "%Y-%m-%d", &tm))
		ret[0] = '\0';
}

static bool signature(const struct api_request *r,
		      const struct api_credentials *c, const struct auth *a,
		      int64_t timestamp, bool with_port, struct digest *ret)
{
	char key[API_SECRET_KEY_MAX + 8], text[512];
	struct digest d, request;

	if (!canonical(r, a->signed_headers, with_port, &request))
		return false;
	(void)snprintf(text, sizeof(text),
		       ALGORITHM "\n%lld\n%s/%s/tc3_request\n%s",
		       (long long)timestamp, a->date, a->service, request.hex);
	(void)snprintf(key, sizeof(key), "TC3%s", c->key);
	return hmac(key, strlen(key), a->date, &d) &&
	       hmac(d.bytes, sizeof(d.bytes), a->service, &d) &&
	       hmac(d.bytes, sizeof(d.bytes), "tc3_request", &d) &&
	       hmac(d.bytes, sizeof(d.bytes), text, ret);
}

bool api_sign(const struct api_request *r, const struct api_credentials *c,
	      int64_t timestamp, char *out, size_t cap)
{
	struct auth a = {
		.service = API_SERVICE,
		.signed_headers = "content-type;host",
	};
	struct digest d;
	int n;

	if (r->header(r->header_arg, API_NONCE_HEADER))
		(void)str_copy(a.signed_headers, sizeof(a.signed_headers),
			       "content-type;host;" API_NONCE_HEADER);
	date_of(timestamp, a.date);
	if (!signature(r, c, &a, timestamp, true, &d))
		return false;
	n = snprintf(out, cap,
		     ALGORITHM " Credential=%s/%s/" API_SERVICE
			       "/tc3_request, SignedHeaders=%s, Signature=%s",
		     c->id, a.date, a.signed_headers, d.hex);
	return n > 0 && (size_t)n < cap;
}

/* What stands between @before and one of @ends, into @out */
static const char *auth_piece(const char *at, const char *before,
			      const char *ends, char *out, size_t cap)
{
	size_t skip = strlen(before), len;

	if (!at || strncmp(at, before, skip) != 0)
		return NULL;
	at += skip;
	len = strcspn(at, ends);
	if (!len || len >= cap)
		return NULL;
	memcpy(out, at, len);
	out[len] = '\0';
	return at + len;
}

static const char *auth_blanks(const char *at)
{
	return at ? at + strspn(at, " ") : NULL;
}

static bool auth_parse(const char *text, struct auth *ret)
{
	const char *at = text;

	at = auth_piece(at, ALGORITHM " Credential=", "/", ret->id,
			sizeof(ret->id));
	at = auth_piece(at, "/", "/", ret->date, sizeof(ret->date));
	at = auth_piece(at, "/", "/", ret->service, sizeof(ret->service));
	if (!at || strncmp(at, "/tc3_request,", 13) != 0)
		return false;
	at = auth_piece(auth_blanks(at + 13), "SignedHeaders=", ",",
			ret->signed_headers, sizeof(ret->signed_headers));
	if (!at || *at != ',')
		return false;
	at = auth_piece(auth_blanks(at + 1), "Signature=", ", ", ret->signature,
			sizeof(ret->signature));
	return at && !*at && strlen(ret->signature) == API_SIGNATURE_LEN;
}

/* Is @name one of the signed? */
static bool auth_has(const struct auth *a, const char *name)
{
	size_t len = strlen(name);
	const char *p = a->signed_headers;

	while (true) {
		size_t n = strcspn(p, ";");

		if (n == len && strncmp(p, name, n) == 0)
			return true;
		if (!p[n])
			return false;
		p += n + 1;
	}
}

static bool check_time(const struct api_request *r, const struct auth *a,
		       int64_t now_s, int64_t *ret, struct ctl_error *err)
{
	const char *text = r->header(r->header_arg, "x-tc-timestamp");
	char date[DATE_MAX];
	uint64_t v;

	if (!text || !str_u64(text, strlen(text), &v) || v > INT64_MAX / 2)
		return ctl_fail(err, API_NO_AUTH,
				"X-TC-Timestamp is missing, or not a number of "
				"seconds since 1970");
	*ret = (int64_t)v;
	date_of(*ret, date);
	if (strcmp(date, a->date) != 0)
		return ctl_fail(err, API_BAD_SIGNATURE,
				"the date in Credential is not the one of "
				"X-TC-Timestamp, %s",
				date);
	if (*ret > now_s + API_SKEW_MAX_S || *ret < now_s - API_SKEW_MAX_S)
		return ctl_fail(err, API_EXPIRED,
				"X-TC-Timestamp is %lld s off: set the clock; "
				"%d s are allowed",
				(long long)(*ret - now_s), API_SKEW_MAX_S);
	return true;
}

bool api_check_signature(const struct api_request *r,
			 const struct api_credentials *c, int64_t now_s,
			 char ret_signature[API_SIGNATURE_LEN + 1],
			 struct ctl_error *err)
{
	const char *text = r->header(r->header_arg, "authorization");
	struct auth a = { .id = "" };
	struct digest with, without;
	int64_t timestamp;
	bool ok;

	if (!text || !auth_parse(text, &a))
		return ctl_fail(err, API_NO_AUTH,
				"Authorization is missing, or not of the form "
				"'" ALGORITHM " Credential=ID/DATE/SERVICE/"
				"tc3_request, SignedHeaders=..., "
				"Signature=...'");
	if (!auth_has(&a, "content-type") || !auth_has(&a, "host"))
		return ctl_fail(err, API_NO_AUTH,
				"SignedHeaders lacks content-type or host");
	if (strcmp(a.id, c->id) != 0)
		return ctl_fail(err, API_NO_SECRET_ID,
				"there is no SecretId '%s'", a.id);
	if (!check_time(r, &a, now_s, &timestamp, err))
		return false;
	ok = signature(r, c, &a, timestamp, true, &with) &&
	     signature(r, c, &a, timestamp, false, &without);
	ok = ok &&
	     (CRYPTO_memcmp(with.hex, a.signature, API_SIGNATURE_LEN) == 0 ||
	      CRYPTO_memcmp(without.hex, a.signature, API_SIGNATURE_LEN) == 0);
	if (!ok)
		return ctl_fail(err, API_BAD_SIGNATURE,
				"the signature is not that of this request "
				"with this key");
	memcpy(ret_signature, a.signature, sizeof(a.signature));
	return true;
}
