/* SPDX-License-Identifier: BSD-2-Clause */
/* filter.c - see filter.h */
#include "filter.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <pcap/pcap.h>

#include "wire/link.h"

#define FILTER_LINK_MAX 16
#define FILTER_SNAPLEN	262144

struct filter_program {
	int link;
	struct bpf_program bpf;
};

struct filter {
	const char *text;
	size_t count;
	struct filter_program program[FILTER_LINK_MAX];
};

int filter_new(const char *text, struct filter **ret)
{
	struct filter *f = calloc(1, sizeof(*f));

	if (!f)
		return -ENOMEM;
	f->text = text;
	*ret = f;
	return 0;
}

void filter_free(struct filter *f)
{
	size_t i;

	if (!f)
		return;
	for (i = 0; i < f->count; i++)
		pcap_freecode(&f->program[i].bpf);
	free(f);
}

static struct filter_program *filter_find(struct filter *f, int link)
{
	size_t i;

	for (i = 0; i < f->count; i++)
		if (f->program[i].link == link)
			return &f->program[i];
	return NULL;
}

int filter_compile(struct filter *f, int link, char err[FILTER_ERR_MAX])
{
	struct filter_program *p;
	pcap_t *dead;
	int r = 0;

	if (filter_find(f, link))
		return 0;
	if (f->count == FILTER_LINK_MAX) {
		(void)snprintf(err, FILTER_ERR_MAX,
			       "filter: more than %d link types",
			       FILTER_LINK_MAX);
		return -EINVAL;
	}
	/* libpcap's functions number raw IP otherwise than its files do */
	dead = pcap_open_dead(link == LINK_RAW ? DLT_RAW : link,
			      FILTER_SNAPLEN);
	if (!dead) {
		(void)snprintf(err, FILTER_ERR_MAX, "filter: out of memory");
		return -EINVAL;
	}
	p = &f->program[f->count];
	p->link = link;
	if (pcap_compile(dead, &p->bpf, f->text, 1, PCAP_NETMASK_UNKNOWN) ==
	    0) {
		f->count++;
	} else {
		(void)snprintf(err, FILTER_ERR_MAX, "filter '%s': %s", f->text,
			       pcap_geterr(dead));
		r = -EINVAL;
	}
	pcap_close(dead);
	return r;
}

int filter_match(struct filter *f, const struct frame *frame,
		 char err[FILTER_ERR_MAX])
{
	const struct filter_program *p = filter_find(f, frame->link);
	struct pcap_pkthdr h = {
		.caplen = frame->cap_len,
		.len = frame->wire_len,
	};

	if (!p) {
		int r = filter_compile(f, frame->link, err);

		if (r)
			return r;
		p = filter_find(f, frame->link);
	}
	return pcap_offline_filter(&p->bpf, &h, frame->data) != 0;
}
