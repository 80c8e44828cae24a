/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_spp.c - the Simple Proxy Protocol: every header is written back alike */
#include "fuzz.h"
#include "wire/spp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const uint8_t magic[] = { 0x56, 0xec };
	size_t n, seen = len < sizeof(magic) ? len : sizeof(magic);
	enum wire_status want = WIRE_OK;
	struct wire_err err;
	struct pp_hdr h;

	if (len < SPP_HDR_LEN)
		want = WIRE_SHORT;
	if (memcmp(data, magic, seen) != 0)
		want = WIRE_BAD;
	ASSERT(spp_decode(data, len, &h, &err) == want);
	if (want == WIRE_OK) {
		uint8_t out[SPP_HDR_LEN];

		ASSERT(h.hdr_len == SPP_HDR_LEN && h.version == 0);
		ASSERT(h.src.addr.family == h.dst.addr.family);
		spp_encode(out, &h.src, &h.dst);
		ASSERT(memcmp(out, data, sizeof(out)) == 0);
	}
	for (n = 0; n <= len && n <= SPP_HDR_LEN + 1; n++) {
		uint8_t *copy = fuzz_copy(data, n);
		enum wire_status st = spp_decode(copy, n, &h, &err);

		if (want == WIRE_BAD)
			ASSERT(st == (n > err.off ? WIRE_BAD : WIRE_SHORT));
		else
			ASSERT(st == (n < SPP_HDR_LEN ? WIRE_SHORT : WIRE_OK));
		free(copy);
	}
	return 0;
}
