/* SPDX-License-Identifier: BSD-2-Clause */
/* source.c - see source.h */
#include "source.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pcap/pcap.h>

#include "wire/link.h"

/* The filter is applied here and not by libpcap, so that frames keep the
 * numbers that other readers of the same file show.
 */
struct source {
	pcap_t *pcap;
	const char *path;
	int link;
	uint64_t number;
	struct bpf_program prog;
	bool has_filter;
};

/* source_link() - capture files number raw IP otherwise than libpcap's API */
static int source_link(int dlt)
{
	return dlt == DLT_RAW ? LINK_RAW : dlt;
}

static int source_set_filter(struct source *src, const char *filter,
			     char err[SOURCE_ERR_MAX])
{
	if (pcap_compile(src->pcap, &src->prog, filter, 1,
			 PCAP_NETMASK_UNKNOWN) != 0) {
		(void)snprintf(err, SOURCE_ERR_MAX, "filter '%s': %s", filter,
			       pcap_geterr(src->pcap));
		return -EINVAL;
	}
	src->has_filter = true;
	return 0;
}

int source_open(const char *path, const char *filter, char err[SOURCE_ERR_MAX],
		struct source **ret_src)
{
	char reason[PCAP_ERRBUF_SIZE] = "";
	struct source *src = calloc(1, sizeof(*src));
	int r = 0;

	if (!src) {
		(void)snprintf(err, SOURCE_ERR_MAX, "%s: %s", path,
			       strerror(ENOMEM));
		return -EIO;
	}
	src->path = path;
	src->pcap = pcap_open_offline(path, reason);
	if (!src->pcap) {
		size_t n = strlen(path);
		bool is_named = strncmp(reason, path, n) == 0;

		(void)snprintf(err, SOURCE_ERR_MAX, "%s%s%s",
			       is_named ? "" : path, is_named ? "" : ": ",
			       reason);
		r = -EIO;
		goto out;
	}
	src->link = source_link(pcap_datalink(src->pcap));
	if (filter)
		r = source_set_filter(src, filter, err);
out:
	if (r)
		source_close(src);
	else
		*ret_src = src;
	return r;
}

int source_next(struct source *src, char err[SOURCE_ERR_MAX], struct frame *ret)
{
	for (;;) {
		struct pcap_pkthdr *h;
		const u_char *data;
		int r = pcap_next_ex(src->pcap, &h, &data);

		if (r == PCAP_ERROR_BREAK)
			return 0;
		if (r != 1) {
			(void)snprintf(err, SOURCE_ERR_MAX,
				       "%s: after frame %llu: %s", src->path,
				       (unsigned long long)src->number,
				       pcap_geterr(src->pcap));
			return -EIO;
		}
		src->number++;
		if (src->has_filter &&
		    !pcap_offline_filter(&src->prog, h, data))
			continue;
		*ret = (struct frame) {
			.number = src->number,
			.in_file = src->number,
			.ts_ns = (int64_t)h->ts.tv_sec * 1000000000 +
				 h->ts.tv_usec * 1000,
			.link = src->link,
			.data = data,
			.cap_len = h->caplen,
			.wire_len = h->len < h->caplen ? h->caplen : h->len,
		};
		return 1;
	}
}

void source_close(struct source *src)
{
	if (!src)
		return;
	if (src->has_filter)
		pcap_freecode(&src->prog);
	if (src->pcap)
		pcap_close(src->pcap);
	free(src);
}
