/* SPDX-License-Identifier: BSD-2-Clause */
/* whoami.c - see whoami.h */
#include "whoami.h"

#include <string.h>

#include "base/str.h"
#include "jsonin.h"

enum whoami_key {
	KEY_V = 1U << 0,
	KEY_TYPE = 1U << 1,
	KEY_CLIENT = 1U << 2,
	KEY_CPORT = 1U << 3,
	KEY_MODE = 1U << 4,
	KEY_VERDICT = 1U << 5,
};

#define KEYS_NEEDED (KEY_V | KEY_TYPE | KEY_CLIENT | KEY_CPORT)

struct whoami_reader {
	struct whoami w;
	unsigned seen; /* enum whoami_key */
};

static bool whoami_text_is(const char *text, size_t len, const char *want)
{
	return len == strlen(want) && memcmp(text, want, len) == 0;
}

static unsigned whoami_key_of(const char *key, size_t len)
{
	static const struct {
		const char *name;
		enum whoami_key key;
	} keys[] = {
		{ "v", KEY_V },		  { "type", KEY_TYPE },
		{ "client", KEY_CLIENT }, { "cport", KEY_CPORT },
		{ "mode", KEY_MODE },	  { "verdict", KEY_VERDICT },
	};
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (whoami_text_is(key, len, keys[i].name))
			return keys[i].key;
	return 0;
}

/* What goes to a terminal later is graphic ASCII. */
static bool whoami_copy(const struct jsonin_value *v, char out[WHOAMI_TEXT_MAX])
{
	size_t i, n = v->len < WHOAMI_TEXT_MAX ? v->len : WHOAMI_TEXT_MAX - 1;

	if (v->type != JSONIN_STRING)
		return false;
	for (i = 0; i < n; i++)
		out[i] = (char)(v->text[i] > ' ' && v->text[i] <= '~'
					? v->text[i]
					: '?');
	out[n] = '\0';
	return true;
}

static bool whoami_address(const struct jsonin_value *v, struct ip_addr *ret)
{
	struct ip_addr a;

	if (v->type != JSONIN_STRING || !ip_addr_parse(v->text, v->len, &a))
		return false;
	*ret = ip_addr_unmap(&a);
	return true;
}

static bool whoami_member(void *ctx, const char *key, size_t key_len,
			  const struct jsonin_value *v)
{
	struct whoami_reader *r = ctx;
	unsigned k = whoami_key_of(key, key_len);
	uint64_t n;

	if (!k)
		return true;
	if (r->seen & k)
		return false;
	r->seen |= k;
	switch ((enum whoami_key)k) {
	case KEY_V:
		return v->type == JSONIN_NUMBER &&
		       whoami_text_is(v->text, v->len, "1");
	case KEY_TYPE:
		return v->type == JSONIN_STRING &&
		       whoami_text_is(v->text, v->len, "whoami");
	case KEY_CLIENT:
		return whoami_address(v, &r->w.client.addr);
	case KEY_CPORT:
		if (v->type != JSONIN_NUMBER || !str_u64(v->text, v->len, &n) ||
		    n > UINT16_MAX)
			return false;
		r->w.client.port = (uint16_t)n;
		return true;
	case KEY_MODE:
		return whoami_copy(v, r->w.mode);
	case KEY_VERDICT:
		return whoami_copy(v, r->w.verdict);
	}
	return false;
}

bool whoami_parse(const char *line, size_t len, struct whoami *ret)
{
	struct whoami_reader r = { 0 };

	if (len > WHOAMI_LINE_MAX ||
	    !jsonin_object(line, len, whoami_member, &r) ||
	    (r.seen & KEYS_NEEDED) != KEYS_NEEDED)
		return false;
	*ret = r.w;
	return true;
}

enum identity whoami_judge(const struct whoami *w,
			   const struct endpoint *expect)
{
	struct ip_addr want = ip_addr_unmap(&expect->addr);

	if (!ip_addr_eq(&w->client.addr, &want) ||
	    (expect->port && w->client.port != expect->port))
		return IDENTITY_WRONG;
	return IDENTITY_OK;
}

const char *identity_name(enum identity id)
{
	static const char *const names[] = {
		[IDENTITY_OFF] = "off",		[IDENTITY_PENDING] = "pending",
		[IDENTITY_OK] = "ok",		[IDENTITY_WRONG] = "wrong",
		[IDENTITY_MISSING] = "missing",
	};

	return names[id];
}
