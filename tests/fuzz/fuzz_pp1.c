/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_pp1.c - the PROXY v1 line against a second reader made of libc */
#include <arpa/inet.h>
#include <stdbool.h>

#include "fuzz.h"
#include "wire/pp1.h"

static bool is_port(const char *s)
{
	size_t len = strlen(s), digits = strspn(s, "0123456789");

	return len > 0 && len <= 5 && digits == len &&
	       (len == 1 || s[0] != '0') && strtoul(s, NULL, 10) <= 65535;
}

/* Is the NUL-terminated @line, its CR LF cut off, one that PP 2.1 allows? */
static bool line_is_legal(char *line)
{
	uint8_t addr[16];
	char *field[6] = { NULL };
	size_t n;
	int family;

	if (strncmp(line, "PROXY UNKNOWN", 13) == 0)
		return line[13] == '\0' || line[13] == ' ';
	for (n = 0; n < ARRAY_SIZE(field); n++) {
		field[n] = line;
		line = strchr(line, ' ');
		if (!line)
			break;
		*line++ = '\0';
	}
	if (n != ARRAY_SIZE(field) - 1)
		return false;
	if (strcmp(field[1], "TCP4") == 0)
		family = AF_INET;
	else if (strcmp(field[1], "TCP6") == 0)
		family = AF_INET6;
	else
		return false;
	return strcmp(field[0], "PROXY") == 0 &&
	       inet_pton(family, field[2], addr) == 1 &&
	       inet_pton(family, field[3], addr) == 1 && is_port(field[4]) &&
	       is_port(field[5]);
}

/* What a reader says that waits for the whole line. */
static bool input_is_legal(const uint8_t *data, size_t len)
{
	char line[PP1_HDR_MAX + 1] = { 0 };
	size_t i, max = len < PP1_HDR_MAX ? len : PP1_HDR_MAX;

	for (i = 1; i < max; i++) {
		if (data[i - 1] != '\r' || data[i] != '\n')
			continue;
		memcpy(line, data, i - 1);
		line[i - 1] = '\0';
		/* a NUL cuts the text short for libc: only UNKNOWN may hide
		 * one in what is ignored
		 */
		if (strlen(line) != i - 1 &&
		    strncmp(line, "PROXY UNKNOWN ", 14) != 0)
			return false;
		return line_is_legal(line);
	}
	return false;
}

static void check_encode(const struct pp_hdr *h, const uint8_t *data)
{
	uint8_t out[PP1_HDR_MAX], again[PP1_HDR_MAX];
	struct wire_err err;
	struct pp_hdr back;
	size_t n;

	n = pp1_encode(out, &h->src, &h->dst);
	ASSERT(pp1_decode(out, n, &back, &err) == WIRE_OK);
	ASSERT(back.hdr_len == n && back.note == ANOMALY_NONE);
	if (back.cmd == PP_CMD_PROXY)
		ASSERT(pp1_encode(again, &back.src, &back.dst) == n &&
		       memcmp(out, again, n) == 0);
	if (back.cmd != PP_CMD_PROXY || back.family != h->family)
		return;
	ASSERT(endpoint_eq(&back.src, &h->src));
	ASSERT(endpoint_eq(&back.dst, &h->dst));
	/* IPv4 has one spelling */
	if (h->family == PP_FAMILY_INET)
		ASSERT(h->hdr_len == n && memcmp(out, data, n) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct wire_err err, err2;
	struct pp_hdr h, h2;
	enum wire_status st;
	size_t n, decided;
	uint8_t *copy;

	st = pp1_decode(data, len, &h, &err);
	ASSERT((st == WIRE_OK) == input_is_legal(data, len));
	decided = len + 1;
	if (st == WIRE_OK) {
		ASSERT(h.hdr_len <= len && h.hdr_len <= PP1_HDR_MAX);
		ASSERT(h.src.addr.family == h.dst.addr.family);
		decided = h.hdr_len;
		check_encode(&h, data);
	} else if (st == WIRE_BAD) {
		ASSERT(err.anomaly != ANOMALY_NONE && err.off < len);
		decided = err.off + 1;
	}
	/* SHORT up to the byte that decides, and the same from there on */
	for (n = 0; n <= len && n <= PP1_HDR_MAX + 1; n++) {
		copy = fuzz_copy(data, n);
		if (n < decided) {
			ASSERT(pp1_decode(copy, n, &h2, &err2) == WIRE_SHORT);
		} else {
			ASSERT(pp1_decode(copy, n, &h2, &err2) == st);
			ASSERT(memcmp(&err, &err2, sizeof(err)) == 0);
		}
		free(copy);
	}
	return 0;
}
