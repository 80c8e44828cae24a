/* SPDX-License-Identifier: BSD-2-Clause */
/* probe_tls.c - a TLS client whose bytes travel through memory, so that the
 * header can go before them. What is tested is the order of header and
 * handshake, not the certificate: it is not verified.
 */
#include <errno.h>
#include <openssl/ssl.h>
#include <stdlib.h>

#include "probe.h"

struct probe_tls {
	SSL_CTX *ctx;
	SSL *ssl; /* owns both */
	BIO *in, *out;
};

/* what the library wants to send */
static void tls_drain(struct probe_run *r)
{
	int n = BIO_read(r->tls->out, r->request, sizeof(r->request));

	r->request_len = n > 0 ? (size_t)n : 0;
}

int probe_tls_begin(struct probe_run *r)
{
	struct probe_tls *t = calloc(1, sizeof(*t));

	if (!t)
		return -ENOMEM;
	r->tls = t;
	t->ctx = SSL_CTX_new(TLS_client_method());
	t->ssl = t->ctx ? SSL_new(t->ctx) : NULL;
	t->in = BIO_new(BIO_s_mem());
	t->out = BIO_new(BIO_s_mem());
	if (!t->ssl || !t->in || !t->out) {
		BIO_free(t->in);
		BIO_free(t->out);
		SSL_free(t->ssl);
		SSL_CTX_free(t->ctx);
		free(t);
		r->tls = NULL;
		return -ENOMEM;
	}
	SSL_set_bio(t->ssl, t->in, t->out);
	SSL_set_connect_state(t->ssl);
	(void)SSL_do_handshake(t->ssl);
	tls_drain(r);
	return 0;
}

void probe_tls_end(struct probe_run *r)
{
	SSL_free(r->tls->ssl);
	SSL_CTX_free(r->tls->ctx);
	free(r->tls);
	r->tls = NULL;
}

enum probe_verdict probe_tls_judge(struct probe_run *r, const uint8_t *rx,
				   size_t len)
{
	struct probe_tls *t = r->tls;
	int n, err;

	if (rx[0] != 0x16 && rx[0] != 0x15)
		return PROBE_GARBLED;
	if (len > r->fed) {
		n = BIO_write(t->in, rx + r->fed, (int)(len - r->fed));
		r->fed += n > 0 ? (size_t)n : 0;
	}
	n = SSL_do_handshake(t->ssl);
	tls_drain(r);
	if (n == 1)
		return PROBE_SERVED;
	err = SSL_get_error(t->ssl, n);
	if (err == SSL_ERROR_WANT_READ || err == SSL_ERROR_WANT_WRITE)
		return PROBE_MORE;
	/* a handshake that fails later is an origin that answered TLS; an alert
	 * in answer to the very first bytes is one that read something else
	 */
	return rx[0] == 0x16 ? PROBE_SERVED : PROBE_GARBLED;
}
