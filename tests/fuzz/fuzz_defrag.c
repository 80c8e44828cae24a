/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz_defrag.c - fragments against a model that knows bytes, not blocks.
 *
 * Records of six bytes: what packet (2 bits), version (1), more fragments (1),
 * offset in blocks (13), length (11), and how many bytes the capture cut.
 */
#include <stdbool.h>

#include "defrag.h"
#include "fuzz.h"
#include "wire/bytes.h"

#define MODEL_PACKETS 8
#define MODEL_LEN     65536

/* @is_dead: broke a rule, so that nothing comes of it any more */
struct model {
	bool is_dead;
	uint8_t byte[MODEL_LEN];
	uint8_t has[MODEL_LEN]; /* 1: came and is known, 2: came and was cut */
};

static struct model models[MODEL_PACKETS];

static void model_put(struct model *m, uint32_t off, const uint8_t *data,
		      uint32_t cap, uint32_t len)
{
	uint32_t i;

	for (i = 0; i < len && off + i < MODEL_LEN; i++) {
		if (m->has[off + i])
			continue;
		m->has[off + i] = i < cap ? 1 : 2;
		if (i < cap)
			m->byte[off + i] = data[i];
	}
}

/* The first bytes that came are what is handed out, up to the first gap. */
static void model_check(const struct model *m, const struct defrag_out *out)
{
	uint32_t i;

	ASSERT(out->cap_len <= out->len && out->len <= 65535);
	for (i = 0; i < out->cap_len; i++)
		ASSERT(m->has[i] == 1 && out->data[i] == m->byte[i]);
	for (; i < out->len && !out->ip.is_frag; i++)
		ASSERT(m->has[i]);
}

static void put(struct defrag *d, const uint8_t *rec, uint8_t fill)
{
	bool is_6 = rec[0] & 4;
	struct model *m = &models[(rec[0] & 3) | (is_6 ? 4 : 0)];
	struct ip_hdr ip = {
		.version = is_6 ? 6 : 4,
		.is_frag = true,
		.more_frags = rec[0] & 8,
		.hdr_len = is_6 ? 48 : 20,
		.frag_off = (uint16_t)((get_be16(rec + 1) & 0x1fff) * 8),
		.frag_id = rec[0] & 3,
	};
	uint32_t len = get_be16(rec + 3) & 0x7ff;
	uint32_t cap = rec[5] < len ? len - rec[5] : 0;
	uint32_t taken = len;
	uint8_t *data = malloc(len + 1);
	struct defrag_in in = { .ip = &ip, .cap_len = cap, .len = len };
	struct defrag_out out;
	enum anomaly why = ANOMALY_NONE;

	ASSERT(data);
	memset(data, fill, len + 1);
	in.data = data;
	if (ip.more_frags && !is_6)
		taken -= taken % 8;
	defrag_release(d);
	switch (defrag_put(d, &in, &out, &why)) {
	case DEFRAG_BAD:
		ASSERT(why != ANOMALY_NONE);
		if (why != ANOMALY_FRAG_LEN && why != ANOMALY_FRAG_EMPTY)
			m->is_dead = true;
		break;
	case DEFRAG_WHOLE:
		ASSERT(!m->is_dead && !out.ip.is_frag);
		model_put(m, ip.frag_off, data, cap < taken ? cap : taken,
			  taken);
		model_check(m, &out);
		*m = (struct model) { 0 };
		break;
	case DEFRAG_KEPT:
	default:
		if (!m->is_dead)
			model_put(m, ip.frag_off, data,
				  cap < taken ? cap : taken, taken);
	}
	free(data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct defrag_limits limits = { 64, 2 << 20 };
	struct defrag *d = NULL;
	struct defrag_out out;
	uint8_t fill = 0;

	memset(models, 0, sizeof(models));
	ASSERT(defrag_new(&limits, &d) == 0);
	for (; len >= 6; len -= 6, data += 6) {
		put(d, data, ++fill);
		ASSERT(defrag_bytes(d) <= limits.max_bytes);
	}
	defrag_release(d);
	while (defrag_lost(d, INT64_MAX, &out)) {
		const struct model *m =
			&models[out.ip.frag_id | (out.ip.version == 6 ? 4 : 0)];

		ASSERT(out.ip.is_frag && !m->is_dead);
		model_check(m, &out);
		defrag_release(d);
	}
	ASSERT(defrag_is_empty(d) && defrag_bytes(d) == 0);
	defrag_free(d);
	return 0;
}
