/* SPDX-License-Identifier: BSD-2-Clause */
/* client.c - see client.h */
#include "ctl/client.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include <curl/curl.h>

#include "api/action.h"
#include "base/log.h"

#define CONTENT_TYPE	 "application/json"
#define CLIENT_TIMEOUT_S 30L
#define REPLY_MAX	 (64U << 20)

struct reply {
	char *text;
	size_t len;
};

bool client_open(struct client *c, const char *state, const char *socket,
		 const char *endpoint)
{
	char path[CLIENT_PATH_MAX];
	FILE *f;
	int n;

	memset(c, 0, sizeof(*c));
	if (endpoint)
		(void)snprintf(c->endpoint, sizeof(c->endpoint), "%s",
			       endpoint);
	else if (socket)
		(void)snprintf(c->socket, sizeof(c->socket), "%s", socket);
	else
		(void)snprintf(c->socket, sizeof(c->socket), "%s/api.sock",
			       state);
	(void)snprintf(path, sizeof(path), "%s/credentials", state);
	f = fopen(path, "re");
	if (!f) {
		log_error("cannot read '%s': %s: name the directory of 'tp-"
			  "proxy serve' with --state",
			  path, strerror(errno));
		return false;
	}
	n = fscanf(f, "%64s %64s", c->credentials.id, c->credentials.key);
	(void)fclose(f);
	if (n != 2)
		log_error("'%s' does not hold \"SecretId SecretKey\": "
			  "without it, 'tp-proxy serve' makes a new pair when "
			  "it starts",
			  path);
	return n == 2;
}

/* The host that is signed: of the endpoint, without its port */
static void client_host(const struct client *c, char *out, size_t cap)
{
	const char *at = strstr(c->endpoint, "://");
	size_t len;

	at = at ? at + 3 : c->endpoint;
	len = *at == '[' ? strcspn(at, "]") + 1 : strcspn(at, ":/");
	(void)snprintf(out, cap, "%.*s", (int)len,
		       c->socket[0] ? "localhost" : at);
	if (c->socket[0])
		(void)snprintf(out, cap, "localhost");
}

/* What is signed of the headers */
struct signed_headers {
	char host[CLIENT_PATH_MAX];
	char nonce[24];
};

static const char *header(const void *arg, const char *name)
{
	const struct signed_headers *h = arg;

	if (strcmp(name, "host") == 0)
		return h->host;
	if (strcmp(name, API_NONCE_HEADER) == 0)
		return h->nonce;
	return strcmp(name, "content-type") == 0 ? CONTENT_TYPE : NULL;
}

static size_t reply_add(char *data, size_t size, size_t n, void *arg)
{
	struct reply *r = arg;
	size_t len = size * n;
	char *grown;

	if (len > REPLY_MAX - r->len)
		return 0;
	grown = realloc(r->text, r->len + len + 1);
	if (!grown)
		return 0;
	memcpy(grown + r->len, data, len);
	r->text = grown;
	r->len += len;
	r->text[r->len] = '\0';
	return len;
}

static struct curl_slist *header_add(struct curl_slist *list, const char *name,
				     const char *value)
{
	char line[1024];
	struct curl_slist *grown;

	(void)snprintf(line, sizeof(line), "%s: %s", name, value);
	grown = curl_slist_append(list, line);
	if (!grown)
		curl_slist_free_all(list);
	return grown;
}

static struct curl_slist *headers_make(const struct client *c,
				       const char *action, const char *body)
{
	char authorization[512], stamp[24];
	struct signed_headers h;
	struct api_request q = {
		.method = "POST",
		.path = "/",
		.query = "",
		.body = body,
		.body_len = strlen(body),
		.header = header,
		.header_arg = &h,
	};
	int64_t now = (int64_t)time(NULL);
	struct curl_slist *list;
	uint64_t random = 0;

	client_host(c, h.host, sizeof(h.host));
	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return NULL;
	(void)snprintf(h.nonce, sizeof(h.nonce), "%016llx",
		       (unsigned long long)random);
	if (!api_sign(&q, &c->credentials, now, authorization,
		      sizeof(authorization)))
		return NULL;
	(void)snprintf(stamp, sizeof(stamp), "%lld", (long long)now);
	list = header_add(NULL, "Content-Type", CONTENT_TYPE);
	if (list)
		list = header_add(list, "X-TC-Action", action);
	if (list)
		list = header_add(list, "X-TC-Version", API_VERSION);
	if (list)
		list = header_add(list, "X-TC-Timestamp", stamp);
	if (list)
		list = header_add(list, API_NONCE_HEADER, h.nonce);
	if (list)
		list = header_add(list, "Authorization", authorization);
	return list;
}

/* Return: false, reported */
static bool client_post(const struct client *c, struct curl_slist *headers,
			const char *body, struct reply *r)
{
	CURL *curl = curl_easy_init();
	CURLcode code = CURLE_OUT_OF_MEMORY;

	if (curl) {
		if (c->socket[0])
			(void)curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH,
					       c->socket);
		(void)curl_easy_setopt(curl, CURLOPT_URL,
				       c->socket[0] ? "http://localhost/"
						    : c->endpoint);
		(void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
		(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
		(void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, CLIENT_TIMEOUT_S);
		(void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
		(void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, reply_add);
		(void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, r);
		code = curl_easy_perform(curl);
		curl_easy_cleanup(curl);
	}
	if (code != CURLE_OK)
		log_error("the API at %s: %s: is 'tp-proxy serve' running?",
			  c->socket[0] ? c->socket : c->endpoint,
			  curl_easy_strerror(code));
	return code == CURLE_OK;
}

json_t *client_call(struct client *c, const char *action, json_t *body)
{
	char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
	struct curl_slist *headers = NULL;
	struct reply r = { NULL, 0 };
	json_t *all = NULL, *response = NULL;

	json_decref(body);
	if (text)
		headers = headers_make(c, action, text);
	if (!headers)
		log_error("out of memory");
	else if (client_post(c, headers, text, &r)) {
		all = json_loadb(r.text ? r.text : "", r.len, 0, NULL);
		response = json_incref(json_object_get(all, "Response"));
		if (!response)
			log_error("what answers is not the API: '%.60s'",
				  r.text ? r.text : "");
	}
	curl_slist_free_all(headers);
	json_decref(all);
	free(r.text);
	free(text);
	return response;
}
