/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_toa.c - an option area: walked and decoded; what has the classic layout
 * is encoded back alike
 */
#include "fuzz.h"
#include "wire/toa.h"

static void option_check(const struct tcp_opt *opt, unsigned flags)
{
	uint8_t out[TOA_LEN_V6];
	struct toa_option o;
	struct wire_err err;
	enum wire_status st;
	size_t n;

	st = toa_decode(opt, flags, &o, &err);
	ASSERT(st == WIRE_OK || st == WIRE_BAD);
	if (st == WIRE_BAD) {
		ASSERT(err.anomaly != ANOMALY_NONE);
		ASSERT(err.off <= opt->len + 2U);
		return;
	}
	ASSERT(o.layout == toa_layout_find(opt->kind, (uint8_t)(opt->len + 2)));
	ASSERT((o.layout == TOA_LAYOUT_NONE) ==
	       (o.client.addr.family == IP_NONE));
	ASSERT(o.has_port || !o.client.port);
	if (o.layout != TOA_LAYOUT_PORT_V4 && o.layout != TOA_LAYOUT_PORT_V6)
		return;
	n = toa_encode(opt->kind, &o.client, out);
	ASSERT(n <= opt->len + 2U);
	ASSERT(memcmp(out + 2, opt->data, n - 2) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const uint8_t *area;
	struct wire_err err;
	struct tcp_opt opt;
	uint8_t *copy;
	unsigned flags;
	size_t left;

	if (!len || len > 41)
		return 0;
	flags = data[0] & (TOA_F_SYN | TOA_F_KIND_IS_TOA);
	left = len - 1;
	copy = fuzz_copy(data + 1, left);
	area = copy;
	while (tcp_opt_next(&area, &left, &opt, &err) == WIRE_OK) {
		if (opt.kind != TCP_OPT_EOL && opt.kind != TCP_OPT_NOP)
			option_check(&opt, flags);
	}
	free(copy);
	return 0;
}
