/* SPDX-License-Identifier: BSD-2-Clause */
/* live.c - see live.h */
#include "live.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <pcap/pcap.h>

#include "base/clock.h"
#include "base/str.h"
#include "copies.h"
#include "wire/link.h"

#define LIVE_NAME_MAX 256

/* @sum: of the counters, which libpcap keeps in 32 bits; @last: seen then */
struct live {
	pcap_t *pcap;
	const char *iface;
	int fd;
	int link;
	uint64_t frames;
	struct live_stat sum;
	struct pcap_stat last;
	bool has_waited;
	struct copies copies;
};

static int live_fail(const struct live *l, const char *why,
		     char err[LIVE_ERR_MAX])
{
	(void)snprintf(err, LIVE_ERR_MAX, "%s: %s", l->iface, why);
	return -EIO;
}

/* live_explain() - what pcap_activate() refused, and the way out */
static int live_explain(const struct live *l, int r, char err[LIVE_ERR_MAX])
{
	switch (r) {
	case PCAP_ERROR_NO_SUCH_DEVICE:
		return live_fail(l,
				 access(l->iface, F_OK) == 0
					 ? "that is a file; -r reads it"
					 : "no such interface; -D lists them, "
					   "and any has those that come later",
				 err);
	case PCAP_ERROR_PERM_DENIED:
	case PCAP_ERROR_PROMISC_PERM_DENIED:
		return live_fail(l,
				 "not permitted to capture; run with sudo, or "
				 "once: sudo setcap cap_net_raw,cap_net_admin"
				 "=ep \"$(command -v tp-inspect)\"",
				 err);
	case PCAP_ERROR_IFACE_NOT_UP:
		(void)snprintf(err, LIVE_ERR_MAX,
			       "%s: the interface is down; ip link set %s up",
			       l->iface, l->iface);
		return -EIO;
	default:
		return live_fail(l,
				 *pcap_geterr(l->pcap) ? pcap_geterr(l->pcap)
						       : pcap_statustostr(r),
				 err);
	}
}

static int live_activate(struct live *l, const struct live_config *cfg,
			 char err[LIVE_ERR_MAX])
{
	int r;

	/* Failures of the setters would mean that it is active already. */
	(void)pcap_set_snaplen(l->pcap, cfg->snaplen ? (int)cfg->snaplen
						     : LIVE_SNAPLEN_MAX);
	(void)pcap_set_promisc(l->pcap, !cfg->not_promisc);
	(void)pcap_set_timeout(l->pcap, LIVE_WAIT_MS);
	if (cfg->buffer_kib)
		(void)pcap_set_buffer_size(l->pcap,
					   (int)(cfg->buffer_kib * 1024));
	(void)pcap_set_tstamp_precision(l->pcap, PCAP_TSTAMP_PRECISION_NANO);
	r = pcap_activate(l->pcap);
	return r < 0 ? live_explain(l, r, err) : 0;
}

static int live_set_filter(struct live *l, const char *filter,
			   char err[LIVE_ERR_MAX])
{
	struct bpf_program bpf;
	int r;

	if (pcap_compile(l->pcap, &bpf, filter, 1, PCAP_NETMASK_UNKNOWN) != 0) {
		(void)snprintf(err, LIVE_ERR_MAX, "filter '%s': %s", filter,
			       pcap_geterr(l->pcap));
		return -EINVAL;
	}
	r = pcap_setfilter(l->pcap, &bpf);
	pcap_freecode(&bpf);
	return r == 0 ? 0 : live_fail(l, pcap_geterr(l->pcap), err);
}

int live_open(const struct live_config *cfg, const char *filter,
	      char err[LIVE_ERR_MAX], struct live **ret)
{
	char reason[PCAP_ERRBUF_SIZE] = "";
	struct live *l = calloc(1, sizeof(*l));
	int r;

	if (!l) {
		(void)snprintf(err, LIVE_ERR_MAX, "out of memory");
		return -EIO;
	}
	l->iface = cfg->iface;
	l->pcap = pcap_create(cfg->iface, reason);
	if (!l->pcap) {
		r = live_fail(l, reason, err);
		goto out;
	}
	r = live_activate(l, cfg, err);
	if (r)
		goto out;
	/* Cooked frames of the second form tell their interface; older
	 * libpcaps only have the first, which will do.
	 */
	if (pcap_datalink(l->pcap) == DLT_LINUX_SLL)
		(void)pcap_set_datalink(l->pcap, DLT_LINUX_SLL2);
	l->link = pcap_datalink(l->pcap) == DLT_RAW ? LINK_RAW
						    : pcap_datalink(l->pcap);
	r = filter ? live_set_filter(l, filter, err) : 0;
	if (!r && pcap_setnonblock(l->pcap, 1, reason) != 0)
		r = live_fail(l, reason, err);
	l->fd = pcap_get_selectable_fd(l->pcap);
	if (!r && l->fd < 0)
		r = live_fail(l, "cannot be waited for", err);
out:
	if (r)
		live_close(l);
	else
		*ret = l;
	return r;
}

void live_close(struct live *l)
{
	if (!l)
		return;
	if (l->pcap)
		pcap_close(l->pcap);
	free(l);
}

static int live_take(struct live *l, char err[LIVE_ERR_MAX], struct frame *ret)
{
	struct pcap_pkthdr *h;
	const u_char *data;
	int r = pcap_next_ex(l->pcap, &h, &data);

	if (r < 0) {
		(void)snprintf(err, LIVE_ERR_MAX,
			       "%s: %s; what came before is reported, and -i "
			       "any goes on when an interface goes",
			       l->iface, pcap_geterr(l->pcap));
		return -EIO;
	}
	if (!r)
		return 0;
	l->frames++;
	*ret = (struct frame) {
		.number = l->frames,
		.in_file = l->frames,
		/* nanoseconds, whatever the member's name is */
		.ts_ns = (int64_t)h->ts.tv_sec * NS_PER_S + h->ts.tv_usec,
		.data = data,
		.cap_len = h->caplen,
		.wire_len = h->len < h->caplen ? h->caplen : h->len,
		.link = l->link,
	};
	l->sum.copies += copies_see(&l->copies, ret);
	return 1;
}

int live_next(struct live *l, char err[LIVE_ERR_MAX], struct frame *ret)
{
	struct pollfd p = { .fd = l->fd, .events = POLLIN };
	int r = live_take(l, err, ret);

	l->has_waited = !r;
	if (r)
		return r;
	r = poll(&p, 1, LIVE_WAIT_MS);
	if (r < 0 && errno != EINTR)
		return live_fail(l, strerror(errno), err);
	return r > 0 ? live_take(l, err, ret) : 0;
}

bool live_waited(const struct live *l)
{
	return l->has_waited;
}

void live_stat(struct live *l, struct live_stat *ret)
{
	struct pcap_stat now;

	if (pcap_stats(l->pcap, &now) == 0) {
		l->sum.received += now.ps_recv - l->last.ps_recv;
		l->sum.dropped += now.ps_drop - l->last.ps_drop;
		l->sum.if_dropped += now.ps_ifdrop - l->last.ps_ifdrop;
		l->last = now;
	}
	*ret = l->sum;
}

int live_link(const struct live *l)
{
	return l->link;
}

uint32_t live_snaplen(const struct live *l)
{
	return (uint32_t)pcap_snapshot(l->pcap);
}

int live_list(char err[LIVE_ERR_MAX])
{
	char reason[PCAP_ERRBUF_SIZE] = "";
	pcap_if_t *all, *i;

	if (pcap_findalldevs(&all, reason) != 0) {
		(void)snprintf(err, LIVE_ERR_MAX, "%s", reason);
		return -EIO;
	}
	for (i = all; i; i = i->next) {
		char name[LIVE_NAME_MAX], about[LIVE_NAME_MAX];
		const char *text = i->description ? i->description : "";

		/* Only what carries IP is of use: no USB, no Bluetooth. */
		if (strncmp(i->name, "usbmon", 6) == 0 ||
		    strncmp(i->name, "bluetooth", 9) == 0 ||
		    strncmp(i->name, "dbus", 4) == 0 ||
		    strncmp(i->name, "nf", 2) == 0)
			continue;
		/* who may make interfaces chooses any bytes for the name */
		(void)str_escape(name, sizeof(name), i->name, strlen(i->name));
		(void)str_escape(about, sizeof(about), text, strlen(text));
		(void)printf("%-15s %s%s%s\n", name,
			     i->flags & PCAP_IF_UP ? "up" : "down",
			     *about ? "  " : "", about);
	}
	pcap_freealldevs(all);
	return 0;
}
