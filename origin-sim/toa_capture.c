/* SPDX-License-Identifier: BSD-2-Clause */
/* toa_capture.c - see toa_capture.h */
#include "toa_capture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include <pcap/pcap.h>

#include "fault.h"
#include "wire/link.h"

/* cooked link header, IPv6 with some extension headers, TCP with options */
#define CAPTURE_SNAP_BYTES   256
#define CAPTURE_BUFFER_BYTES (8 * 1024 * 1024)
#define CAPTURE_ENTRIES_MAX  16384
/* "tcp dst port 65535" and " or " */
#define CAPTURE_TERM_MAX   24
#define CAPTURE_FILTER_MAX ((size_t)TOA_CAPTURE_PORTS_MAX * CAPTURE_TERM_MAX)

/* A segment that names the client again takes back what the first one said. */
static void capture_refuse_again(struct toa_capture *c,
				 const struct toa_segment *seg,
				 struct toa_finding *f)
{
	struct toa_entry *e =
		toa_table_find(&c->table, &seg->src, &seg->dst, NULL);

	if (!f->is_found || !e || !e->finding.is_found)
		return;
	e->finding =
		(struct toa_finding) { .err = { ANOMALY_TOA_CONTRARY, 0 } };
	*f = (struct toa_finding) { 0 };
}

static void capture_judge_wrongly(struct toa_capture *c,
				  const struct toa_segment *seg,
				  struct toa_finding *f)
{
	fault_judge_toa(c->faults, c->kinds, seg, f);
	if (fault_is_on(c->faults, FAULT_TOA_REFUSE_AGAIN))
		capture_refuse_again(c, seg, f);
}

void toa_capture_packet(struct toa_capture *c, const uint8_t *buf, size_t len)
{
	struct link_hdr link;
	struct toa_segment seg;
	struct toa_finding f;
	struct wire_err err;
	enum wire_status st = link_decode(c->link, buf, len, &link, &err);

	c->seen++;
	if (st == WIRE_OK)
		st = toa_segment_decode(buf + link.hdr_len, len - link.hdr_len,
					&seg);
	if (st != WIRE_OK) {
		c->cut += st == WIRE_SHORT;
		return;
	}
	if (c->faults && fault_any(c->faults))
		capture_judge_wrongly(c, &seg, &f);
	else
		toa_judge(c->kinds, &seg, &f);
	toa_table_put(&c->table, &seg, &f, c->lost);
}

static void capture_on_packet(u_char *ctx, const struct pcap_pkthdr *h,
			      const u_char *buf)
{
	struct toa_capture *c = (struct toa_capture *)(void *)ctx;

	toa_capture_packet(c, buf, h->caplen);
}

static void capture_count_lost(struct toa_capture *c)
{
	struct pcap_stat st = { 0 };

	/* libpcap adds up what the kernel tells it once */
	if (!pcap_stats(c->pcap, &st))
		c->lost = st.ps_drop;
}

int toa_capture_drain(struct toa_capture *c)
{
	int n;

	if (!c->pcap)
		return 0;
	/* before the packets: losses behind them must not look older */
	capture_count_lost(c);
	do {
		n = pcap_dispatch(c->pcap, -1, capture_on_packet,
				  (u_char *)(void *)c);
	} while (n > 0);
	capture_count_lost(c);
	return n < 0 ? -EIO : 0;
}

static void capture_filter(const uint16_t *ports, size_t n,
			   char text[CAPTURE_FILTER_MAX])
{
	size_t i, len = 0;

	text[0] = '\0';
	ASSERT(n <= TOA_CAPTURE_PORTS_MAX);
	for (i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, CAPTURE_FILTER_MAX - len,
					"%stcp dst port %u", i ? " or " : "",
					ports[i]);
}

static bool capture_set_link(struct toa_capture *c)
{
	int dlt = pcap_datalink(c->pcap);

	switch (dlt) {
	case DLT_RAW: /* numbered otherwise than in files */
		c->link = LINK_RAW;
		return true;
	case DLT_NULL:
	case DLT_EN10MB:
	case DLT_LINUX_SLL:
	case DLT_LINUX_SLL2:
		c->link = dlt;
		return true;
	default:
		return false;
	}
}

/* Return: NULL, or what failed */
static const char *capture_start(struct toa_capture *c, const char *filter)
{
	struct bpf_program prog;
	char reason[PCAP_ERRBUF_SIZE];
	int r;

	if (pcap_set_snaplen(c->pcap, CAPTURE_SNAP_BYTES) ||
	    pcap_set_immediate_mode(c->pcap, 1) ||
	    pcap_set_buffer_size(c->pcap, CAPTURE_BUFFER_BYTES))
		return "cannot be prepared";
	/* what is no error but a warning is above 0 */
	r = pcap_activate(c->pcap);
	if (r == PCAP_ERROR_PERM_DENIED)
		return "needs CAP_NET_RAW (setcap cap_net_raw+ep)";
	if (r == PCAP_ERROR_NO_SUCH_DEVICE)
		return "there is no such interface";
	if (r < 0)
		return pcap_geterr(c->pcap);
	if (!capture_set_link(c))
		return "frames of this kind of interface are not decoded";
	if (pcap_compile(c->pcap, &prog, filter, 1, PCAP_NETMASK_UNKNOWN))
		return pcap_geterr(c->pcap);
	r = pcap_setfilter(c->pcap, &prog);
	pcap_freecode(&prog);
	if (r || pcap_setnonblock(c->pcap, 1, reason))
		return pcap_geterr(c->pcap);
	return NULL;
}

int toa_capture_open(struct toa_capture *c, const char *iface,
		     const uint16_t *ports, size_t n_ports,
		     char err[TOA_CAPTURE_ERR_MAX], int *ret_fd)
{
	char filter[CAPTURE_FILTER_MAX], reason[PCAP_ERRBUF_SIZE] = "";
	const char *what;
	uint64_t seed = 0;
	int fd, status;

	if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
		return -errno;
	status = toa_table_init(&c->table, CAPTURE_ENTRIES_MAX, seed);
	if (status)
		return status;
	capture_filter(ports, n_ports, filter);
	c->pcap = pcap_create(iface, reason);
	what = c->pcap ? capture_start(c, filter) : reason;
	if (what) {
		(void)snprintf(err, TOA_CAPTURE_ERR_MAX, "%s", what);
		toa_capture_close(c);
		return -EIO;
	}
	fd = pcap_get_selectable_fd(c->pcap);
	*ret_fd = fd;
	return 0;
}

void toa_capture_close(struct toa_capture *c)
{
	if (c->pcap)
		pcap_close(c->pcap);
	c->pcap = NULL;
	toa_table_fini(&c->table);
}
