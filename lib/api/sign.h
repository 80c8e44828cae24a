/* SPDX-License-Identifier: BSD-2-Clause */
/* sign.h - the signature of a request: TC3-HMAC-SHA256.
 *
 * The product's public API, version 3 of its signature: the key signs the
 * method, the path, the query, the headers that the client names, and the body.
 */
#ifndef API_SIGN_H
#define API_SIGN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "control/model.h"

#define API_SERVICE	       "teo"
#define API_SKEW_MAX_S	       300
#define API_SECRET_ID_MAX      64
#define API_SECRET_KEY_MAX     64
#define API_SIGNED_HEADERS_MAX 16
#define API_SIGNATURE_LEN      64 /* hex digits */

#define API_NO_AUTH	  "AuthFailure.InvalidAuthorization"
#define API_BAD_SIGNATURE "AuthFailure.SignatureFailure"
#define API_EXPIRED	  "AuthFailure.SignatureExpire"
#define API_NO_SECRET_ID  "AuthFailure.SecretIdNotFound"

struct api_credentials {
	char id[API_SECRET_ID_MAX + 1];
	char key[API_SECRET_KEY_MAX + 1];
};

/* A request as it came, all borrowed.
 * @query:  without the question mark; "" if there is none
 * @header: value of the header @name (lower case), or NULL
 */
struct api_request {
	const char *method;
	const char *path;
	const char *query;
	const char *body;
	size_t body_len;
	const char *(*header)(const void *arg, const char *name);
	const void *header_arg;
};

/* A header that a client may sign, so that the same request twice within a
 * second is two requests
 */
#define API_NONCE_HEADER "x-tp-nonce"

/* api_sign() - the Authorization of a request that signs content-type, host
 * and, if it has one, its nonce.
 * Return: false if @cap is too small
 */
bool api_sign(const struct api_request *r, const struct api_credentials *c,
	      int64_t timestamp, char *out, size_t cap);

/* api_check_signature() - did the holder of @c send @r, at about @now_s?
 * @ret_signature: what was signed with, for who keeps those it has seen
 */
bool api_check_signature(const struct api_request *r,
			 const struct api_credentials *c, int64_t now_s,
			 char ret_signature[API_SIGNATURE_LEN + 1],
			 struct ctl_error *err);

#endif
