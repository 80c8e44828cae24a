/* SPDX-License-Identifier: BSD-2-Clause */
/* hex.c - see hex.h */
#include "hex.h"

#include <stdlib.h>
#include <string.h>

#include "base/exitcode.h"
#include "base/log.h"
#include "hdr_json.h"
#include "wire/bytes.h"
#include "wire/pp2.h"

struct hex_buf {
	char line[2 * HEX_PAYLOAD_MAX + 3]; /* CR LF and the NUL */
	uint8_t payload[HEX_PAYLOAD_MAX];
	char json[HDR_JSON_MAX];
};

/* hex_parse() - digits up to the line's end. NULL, or what is wrong */
static const char *hex_parse(const char *line, uint8_t *out, size_t *ret_len)
{
	size_t n = strcspn(line, "\r\n");
	size_t i;

	if (n == 2 * HEX_PAYLOAD_MAX + 2)
		return "the payload is too long";
	for (i = 0; i < n; i++)
		if (hex_digit(line[i]) < 0)
			return "not a hex digit";
	if (n % 2)
		return "an odd number of digits";
	for (i = 0; i < n; i += 2)
		out[i / 2] = (uint8_t)(hex_digit(line[i]) << 4 |
				       hex_digit(line[i + 1]));
	*ret_len = n / 2;
	return NULL;
}

static void hex_json_unix(struct json *j, const char *key, const uint8_t *path)
{
	json_strn(j, key, (const char *)path,
		  strnlen((const char *)path, PP_UNIX_LEN));
}

static void hex_json_ends(struct json *j, const struct pp_hdr *h)
{
	char text[IP_ADDR_TEXT_MAX];

	if (pp_has_client(h)) {
		json_str(j, "src", ip_addr_format(&h->src.addr, text));
		json_u64(j, "sport", h->src.port);
		json_str(j, "dst", ip_addr_format(&h->dst.addr, text));
		json_u64(j, "dport", h->dst.port);
	} else if (h->family == PP_FAMILY_UNIX) {
		hex_json_unix(j, "src", h->unix_src);
		hex_json_unix(j, "dst", h->unix_dst);
	}
}

static void hex_json_hdr(struct json *j, const struct pp_hdr *h)
{
	if (h->note != ANOMALY_NONE)
		json_str(j, "anomaly", anomaly_slug(h->note));
	json_u64(j, "version", h->version);
	json_str(j, "cmd", pp_cmd_name(h->cmd));
	json_str(j, "family", pp_family_name(h));
	if (h->proto != PP_PROTO_UNSPEC)
		json_str(j, "protocol", pp_proto_name(h->proto));
	hex_json_ends(j, h);
	json_u64(j, "hdr_len", h->hdr_len);
	json_str(j, "crc32c", pp_crc_name(h->crc));
	hdr_json_tlvs(j, h);
}

static void hex_judge(const struct config *cfg, struct hex_buf *b, size_t len,
		      FILE *out)
{
	static const char *const verdicts[] = {
		[WIRE_OK] = "accept",
		[WIRE_SHORT] = "need_more",
		[WIRE_BAD] = "reject",
	};
	/* Who gives two bytes of SPP's magic by hand means SPP. */
	enum hdr_mode mode = cfg->mode == HDR_MODE_AUTO ? HDR_MODE_SPP
							: cfg->mode;
	struct pp_hdr h = { 0 };
	struct wire_err err;
	enum wire_status st;
	struct json j;

	if (cfg->hex == CONFIG_HEX_UDP)
		st = hdr_decode_datagram(mode, b->payload, len, cfg->hdr_max,
					 &h, &err);
	else
		st = hdr_decode_stream(b->payload, len, cfg->hdr_max, &h, &err);
	json_init(&j, b->json, sizeof(b->json));
	json_begin(&j, NULL, '{');
	json_u64(&j, "v", 1);
	json_str(&j, "verdict", verdicts[st]);
	if (st == WIRE_BAD) {
		json_str(&j, "anomaly", anomaly_slug(err.anomaly));
		json_u64(&j, "offset", err.off);
		if (err.anomaly == ANOMALY_TLV_CRC_MISMATCH)
			json_str(&j, "crc32c", pp_crc_name(PP_CRC_BAD));
	} else if (st == WIRE_OK) {
		hex_json_hdr(&j, &h);
	}
	ASSERT(json_write(&j, out)); /* HDR_JSON_MAX holds the longest header */
}

int hex_run(const struct config *cfg, FILE *in, FILE *out)
{
	struct hex_buf *b = malloc(sizeof(*b));
	unsigned long long number = 0;
	int status = EXIT_OK;

	if (!b) {
		log_error("out of memory");
		return EXIT_IO;
	}
	while (fgets(b->line, sizeof(b->line), in)) {
		const char *wrong;
		size_t len;

		number++;
		wrong = hex_parse(b->line, b->payload, &len);
		if (wrong) {
			log_error("standard input: line %llu: %s", number,
				  wrong);
			status = EXIT_USAGE;
			goto out;
		}
		hex_judge(cfg, b, len, out);
	}
	if (ferror(in)) {
		log_error("standard input: read error after line %llu", number);
		status = EXIT_IO;
	}
out:
	free(b);
	return status;
}
